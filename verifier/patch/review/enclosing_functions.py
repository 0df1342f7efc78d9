"""Which functions and structs the changed lines of a hunk stand in.

The heading after `@@` names the last thing that began *before* the hunk (git's default pattern:
the last line that starts with a letter, `$`, or `_` at the margin); the hunk's lines may end that
and begin something else, and the old and the new side may differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from verifier.patch.review import csource
from verifier.patch.review.records import DiffLine, Hunk, Part, Place

OUTSIDE = Place("outside", source="line")
UNKNOWN_ARM = "the other arm of an #if that begins before the hunk"

_RANKS = ("blank", "comment", "preprocessor", "declaration", "code")
_LIGHT = frozenset(("blank", "comment", "preprocessor"))


@dataclass(slots=True)
class Seen:
    """What earlier hunks of the same file showed.

    Args:
        defined: functions that began on the new side.
        conditions: those of `#if`s that were open where the last hunk ended.
    """

    defined: set[str] = field(default_factory=set)
    conditions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Side:
    """One side of a hunk while its lines are read."""

    place: Place
    lines: Sequence[DiffLine]
    position: int = 0
    macro: bool = False  # whether the line before goes on in this one
    top: bool = True  # whether all lines before do, so that their start is not shown


@dataclass(slots=True)
class _Gathered:
    place: Place
    option: str
    second: bool
    lines: list[DiffLine] = field(default_factory=list)
    content: str = "blank"
    body: list[str] = field(default_factory=list)


class _All:
    """The changed lines of a hunk, gathered by where they stand."""

    def __init__(self) -> None:
        self.items: list[_Gathered] = []
        self._last: dict[tuple[str, str], int] = {}
        self._of_option: dict[tuple[str, str, str], int] = {}
        self._light: dict[tuple[str, str], int] = {}

    def gather(self, place: Place, option: str, second: bool, line: DiffLine, content: str) -> None:
        """Takes a changed line: lines without a step in them join what is there."""
        key = place.kind, place.name
        light = content in _LIGHT
        if light:
            index = self._last.get(key, -1)
        else:
            same = self._of_option.get((*key, option), -1)
            index = max(same, self._light.get(key, -1))
        if index < 0:
            index = len(self.items)
            self.items.append(_Gathered(place, option, second))
        target = self.items[index]
        if not light and target.content in _LIGHT and target.option != option:
            self._of_option.pop((*key, target.option), None)
            target.option = option
        if place.start and not target.place.start:
            target.place = place
        target.lines.append(line)
        target.body.append(line.text)
        if _RANKS.index(content) > _RANKS.index(target.content):
            target.content = content
        self._last[key] = max(index, self._last.get(key, -1))
        of_option = *key, target.option
        self._of_option[of_option] = max(index, self._of_option.get(of_option, -1))
        if target.content in _LIGHT:
            self._light[key] = index
        elif self._light.get(key) == index:
            del self._light[key]


def from_heading(hunk: Hunk, *, headings: bool) -> Place:
    """Where a hunk begins, as far as its heading tells.

    Args:
        headings: whether the tool that made the diff writes headings at all.
    """
    if not hunk.heading:
        top = headings or hunk.old_start <= 1
        return Place("outside", source="heading") if top else Place("unknown")
    if name := csource.struct_name(hunk.heading):
        return Place("struct", name, "heading")
    if name := csource.heading_function(hunk.heading):
        return Place("function", name, "heading")
    return Place("unknown")


def whole(hunk: Hunk, noun: str) -> Part:
    """The changed lines of a hunk in a file that is not C, which `noun` says what it is."""
    lines = tuple(line for line in hunk.lines if line.changed)
    return Part(Place("file", noun), lines, "other")


def parts(hunk: Hunk, seen: Seen, *, headings: bool) -> tuple[Part, ...]:
    """The changed lines of a hunk by where they stand; `seen` learns what this hunk shows."""
    begin = from_heading(hunk, headings=headings)
    old = _Side(begin, [line for line in hunk.lines if line.kind != "+"])
    new = _Side(begin, [line for line in hunk.lines if line.kind != "-"])
    found = _All()
    second: dict[str, bool] = {}
    conditions: list[str] = []
    for line in hunk.lines:
        sides = {"+": (new,), "-": (old,), " ": (old, new)}[line.kind]
        content = _content(line, sides[-1])
        for side in sides:
            goes_on = line.text.rstrip().endswith("\\")
            side.macro = goes_on and content == "preprocessor"
            side.top = side.top and goes_on
            _enter(side, line, content)
        place = sides[-1].place
        if place.start and sides[-1] is new and place.name not in second:
            second[place.name] = place.name in seen.defined
            seen.defined.add(place.name)
        if line.kind != "-" and content == "preprocessor":
            _follow(conditions, line.text)
        if line.changed:
            if content == "code" and place.kind in ("struct", "outside"):
                content = "declaration" if _declares(sides[-1], line) else "code"
            now = next((item for item in reversed(conditions) if item), "")
            found.gather(place, now, second.get(place.name, False), line, content)
        elif place.start and found.items and found.items[-1].place == place:
            found.items[-1].body.append(line.text)
        for side in sides:
            _leave(side, line)
    incomplete = any("missing" in text for text in hunk.repairs)
    made = tuple(_part(item, seen, incomplete=incomplete) for item in found.items)
    if any(_is_conditional(line) for line in hunk.lines):
        seen.conditions = [item for item in conditions if item and item != UNKNOWN_ARM]
    telling = tuple(item for item in made if item.content != "blank")
    return telling or made[:1]


def _is_conditional(line: DiffLine) -> bool:
    return line.text.lstrip(" \t#").startswith(("if", "el", "endif")) and "#" in line.text


def _content(line: DiffLine, side: _Side) -> str:
    text = line.text.strip()
    if not text:
        return "blank"
    if text.startswith("#") or side.macro or (side.top and text.endswith("\\")):
        return "preprocessor"  # or a line of a macro
    return "comment" if csource.is_comment(text) else "code"


def _enter(side: _Side, line: DiffLine, content: str) -> None:
    """What begins with a line."""
    index = side.position
    side.position += 1
    if content != "code":
        return
    name, declared = csource.function_start(side.lines, index)
    if name and not declared:
        side.place = Place("function", name, "line", start=True)
    elif line.margin is not False and (struct := csource.struct_name(line.text)):
        side.place = Place("struct", struct, "line")
    elif (name and declared and line.margin) or (
        line.margin and not _may_be_inside(side, line.text)
    ):
        side.place = OUTSIDE


def _may_be_inside(side: _Side, text: str) -> bool:
    """Whether a line at the margin may belong to what is open: brackets, labels, and the
    parameters of a function whose heading goes on."""
    return (
        text.startswith(("{", "}", ")"))
        or csource.is_label(text)
        or (side.place.start and not text.rstrip().endswith(";"))
    )


def _leave(side: _Side, line: DiffLine) -> None:
    """What ends with a line."""
    ends = line.margin is True and line.text.startswith("}")
    if ends or (side.place.start and csource.is_closed(line.text) and _begins(side)):
        side.place = OUTSIDE


def _begins(side: _Side) -> bool:
    return bool(csource.function_start(side.lines, side.position - 1)[0])


def _declares(side: _Side, line: DiffLine) -> bool:
    if side.place.kind == "struct":
        return True
    text = csource.code_of(line.text)
    return text.endswith((";", ",")) and "=" not in text


def _follow(conditions: list[str], text: str) -> None:
    """Keeps the stack of `#if`s that the hunk shows open."""
    keyword = text.strip().lstrip("#").split(None, 1)[:1]
    opened = csource.condition(text)
    if opened is not None:
        conditions.append(opened)
    elif keyword in (["else"], ["elif"]):
        before = conditions.pop() if conditions else ""
        known = before and before != UNKNOWN_ARM and keyword == ["else"]
        conditions.append(csource.opposite(before) if known else UNKNOWN_ARM)
    elif keyword == ["endif"] and conditions:
        conditions.pop()


def _part(item: _Gathered, seen: Seen, *, incomplete: bool) -> Part:
    if item.option == UNKNOWN_ARM and seen.conditions:
        item.option = f"{UNKNOWN_ARM}; the last one seen open in this file: {seen.conditions[-1]}"
    stub = _stub(item, incomplete=incomplete)
    return Part(item.place, tuple(item.lines), item.content, item.option, stub)


def _stub(item: _Gathered, *, incomplete: bool) -> str:
    """Why a function is the stub of a configuration: it computes nothing, and it is the other
    definition of two, or its `#if` says so."""
    if item.place.kind != "function" or not item.place.start or item.content != "code":
        return ""
    if any(line.kind == "-" for line in item.lines):
        return ""
    other = item.option.endswith("=n") or item.option.startswith(UNKNOWN_ARM)
    if not (item.second or other) or not _computes_nothing(item.body, incomplete=incomplete):
        return ""
    if item.option.endswith("=n"):
        return f"the {item.option} stub: it computes nothing"
    named = f" ({item.option})" if item.option else ", whose #if is not in the text"
    what = "a second, empty definition in this file" if item.second else "it computes nothing"
    return f"the stub of an option that is off{named}: {what}"


def _computes_nothing(body: Iterable[str], *, incomplete: bool) -> bool:
    lines = list(body)
    start = next((n for n, text in enumerate(lines) if "(" in text and not _trivial(text)), None)
    if start is None:
        return False
    head = " ".join(csource.code_of(text) for text in lines[start:])
    after = start + 1
    depth = lines[start].count("(") - lines[start].count(")")
    while depth > 0 and after < len(lines):
        depth += lines[after].count("(") - lines[after].count(")")
        after += 1
    if csource.is_closed(lines[after - 1]):
        return _trivial(csource.one_line_body(head if after - start > 1 else lines[start]))
    rest = [text for text in lines[after:] if text.strip()]
    if incomplete and not any("return" in text for text in rest):
        return False  # what it does may be in the lines that were lost
    return all(_trivial(text) for text in rest)


def _trivial(text: str) -> bool:
    return csource.is_trivial(text)
