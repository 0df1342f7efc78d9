"""How points, values and C functions are called where people read them; wrapping of text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from frontend.model import Model, Object, ReferenceType, Value, Variable
from frontend.names.local_names import LocalName
from frontend.notation.constants import index_text, value_text
from frontend.source.rendering import escaped
from proofs.answers.trace import Point
from proofs.interpreter.instance import Instance

_PIECE = re.compile(r"\w+\W*|\W+")
"""What a line may be broken between where a word is too long for it."""
_PADDING = re.compile(r"([^A-Za-z0-9\s])\1{3,}")
_FUNCTION = re.compile(r"[A-Za-z0-9_\[\]{}*,/-]{1,80}")
_SCISSORS = re.compile(r"(>)([8%])|([8%])(<)")


def point_text(instance: Instance, point: Point) -> str:
    """A point as a reader calls it: `page0.list`, `nr_free_pages`, `tlb[task0, 1]`."""
    name, index = point
    variable = instance.variable(name)
    if variable is None:
        return name
    if set_of(instance, point):
        index = index[:-1]
    if variable.thread is not None and index:
        text = _local_text(instance.local_name(variable), variable)
        return f"{value_text(index[0])}.{text}{index_text(index[1:])}"
    if _owner(variable) is not None and index:
        return f"{value_text(index[0])}.{variable.display}{index_text(index[1:])}"
    name = variable.display if _is_unlike_others(instance, variable) else variable.name
    return f"{name}{index_text(index)}"


def _is_unlike_others(instance: Instance, variable: Variable) -> bool:
    """Whether nothing else that is displayed without its owner, and no local, is called alike."""
    return not any(
        other.display == variable.display and other.name != variable.name
        for other in instance.model.variables
        if _owner(other) is None
    )


def set_of(instance: Instance, point: Point) -> bool:
    """Whether a point tells if its last index is an element of a set."""
    variable = instance.variable(point[0])
    return variable is not None and variable.whole == variable.name and bool(point[1])


def fact_text(instance: Instance, point: Point, value: Value) -> str:
    """What a point holds: `page0.list = ISOLATE`; of a set `page0 in zone.free`."""
    name = point_text(instance, point)
    if not set_of(instance, point):
        return f"{name} = {value_text(value)}"
    return f"{value_text(point[1][-1])} {'in' if value else 'not in'} {name}"


def _local_text(name: LocalName, variable: Variable) -> str:
    """A local as `c.` is followed by it: `p`, `free_one_page.mt`, `f.x.2`."""
    text = f"{name.procedure}.{name.name}" if name.procedure else name.name
    ordinal = f".{name.ordinal}" if name.ordinal > 1 else ""
    return f"{text}{ordinal}{variable.name.removeprefix(name.stem)}"


def _owner(variable: Variable) -> str | None:
    """The sort that a variable is a field of."""
    match variable.index:
        case (ReferenceType(sort=sort), *_) if variable.name.startswith(f"{sort}."):
            return sort
        case _:
            return None


def place_text(instance: Instance, thread: Object, number: int) -> str:
    """A location of a thread as `at` calls it; where a body has ended, `its end`."""
    kind = instance.model.thread(thread.sort)
    return "its end" if number == kind.end else instance.place_name(thread.sort, number)


def author_names(names: Iterable[str]) -> list[str]:
    """What bound variables and picks are called by their author, without what tells them apart in
    a model; the second of one name is `q.2`."""
    found: list[str] = []
    seen: Counter[str] = Counter()
    for name in names:
        plain = name.partition("~")[0]
        seen[plain] += 1
        found.append(plain if seen[plain] == 1 else f"{plain}.{seen[plain]}")
    return found


def function_text(model: Model, procedure: str) -> str:
    """A procedure by the name of the C function that it models: `free_one_page()`. Where the author
    wrote something else than a name there, by its own name."""
    for name, functions in model.models:
        function = functions[0].rpartition(":")[2] if functions else ""
        if name == procedure and _FUNCTION.fullmatch(function):
            return f"{function}()"
    return f"{procedure}()"


def plural(number: int, noun: str) -> str:
    """A number of things: `1 page`, `2 pages`, `2 classes`, `3 entries`."""
    if number == 1:
        return f"1 {noun}"
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return f"{number} {noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{number} {noun[:-1]}ies"
    return f"{number} {noun}s"


def ascii_only(text: str) -> str:
    """The text on one line, with anything but printable ASCII escaped: nothing that a terminal or a
    mail program would obey is left."""
    line = escaped(uncut(" ".join(text.split())))
    return line.encode("ascii", "backslashreplace").decode("ascii")


def uncut(text: str) -> str:
    """A text without what `git am --scissors` cuts at."""
    return _SCISSORS.sub(r"\1\3 \2\4", text)


def tamed(text: str) -> str:
    """An author's words without rows of dots or the like, which could pass for the columns of a
    table."""
    return _PADDING.sub(r"\1\1\1", text)


def wrapped(text: str, width: int, indent: int = 2, first: str = "") -> list[str]:
    """Lines of at most `width` columns; the first starts with `first`, the others are indented."""
    return packed([text], "", width, indent, first)


def packed(
    items: Sequence[str], separator: str, width: int, indent: int = 2, first: str = ""
) -> list[str]:
    """Items one after the other on lines of at most `width` columns, broken between two items
    where that is enough.

    Args:
        items: what to print.
        separator: what follows each item but the last.
        width: columns.
        indent: of all lines but the first; no more than a third of the width.
        first: what the first line starts with; shorter than the width.
    """
    indent = min(indent, width // 3)
    hanging = " " * (indent if len(items) == 1 else min(indent + 2, width // 3))
    lines = [first]
    empty = True
    for number, item in enumerate(items, 1):
        text = ascii_only(item) + (separator if number < len(items) else "").rstrip()
        if not empty and len(lines[-1]) + 1 + len(text) <= width:
            lines[-1] += f" {text}"
            continue
        if empty and first and len(first) + len(text) > width >= indent + len(text):
            empty = False
        start = lines.pop() if empty else " " * indent
        lines += _filled(text or "-", width, start, hanging)
        empty = False
    return lines


def _filled(text: str, width: int, start: str, hanging: str) -> list[str]:
    """Lines of words. A word that no line has room for is broken between names; a name never is:
    one that is longer than a line makes that line longer."""
    lines, bare = [start], True
    for word in text.split():
        pieces = [word] if len(word) <= width - min(len(hanging), 2) else _PIECE.findall(word)
        for number, piece in enumerate(pieces):
            glue = " " if number == 0 and not bare else ""
            if len(lines[-1]) + len(glue) + len(piece) <= width:
                lines[-1] += glue + piece
            else:
                margin = " " * max(0, min(len(hanging), width - len(piece)))
                lines.append(margin + piece)
            bare = False
    return [line.rstrip() for line in lines if line.strip()]


def objects_in(values: tuple[Value, ...]) -> set[Object]:
    """The objects among some values."""
    return {value for value in values if isinstance(value, Object)}
