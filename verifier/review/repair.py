"""Makes proper hunks of what mail programs left of them, and says what was done.

Handled: leading spaces lost, broken lines, counts that no longer fit, text after the hunk. Lines
that were lost stay lost: it is said how many. Where two readings are possible and neither fits the
counts, the hunk is marked as not understood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proofs.render_names import plural
from verifier.review.splitting import HUNK, RawHunk

MARKED = (" ", "+", "-", "\\")

Marked = tuple[str, str, bool]
"""A line's marker, its text, and whether the marker stands in the input."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What the hunks of one mail together show of how they were sent.

    Args:
        markers_lost: no context line has the space that should stand before it.
        indents_lost: nor does any have its indentation.
        changes_flat: no changed line has any either, so it was lost.
    """

    markers_lost: bool
    indents_lost: bool
    changes_flat: bool


@dataclass(frozen=True, slots=True)
class Repaired:
    """A hunk that can be parsed, or a reason.

    Args:
        text: header and lines; "" where there is a problem that leaves none.
        margins: for each line whether it starts at the margin; None where that is lost.
        heading: what follows the second `@@`, whole.
    """

    text: str
    margins: tuple[bool | None, ...]
    repairs: tuple[str, ...]
    problem: str = ""
    heading: str = ""


def damage(hunks: Sequence[RawHunk]) -> Damage:
    """Looks at all hunks of a mail."""
    lines = [line for hunk in hunks for line in hunk.lines if line.strip()]
    context = [line for line in lines if line[0] not in "+-\\"]
    changed = [line for line in lines if line[0] in "+-"]
    lost = bool(context) and not any(line[0] == " " for line in context)
    flat = lost and not any(line[1:2] in (" ", "\t") for line in changed)
    return Damage(lost, lost and not any(line[0] == "\t" for line in context), flat)


def repaired(hunk: RawHunk, sent: Damage) -> Repaired:
    """A proper hunk of a raw one."""
    match = HUNK.match(hunk.header)
    if match is None:
        words = "a combined diff of a merge" if hunk.header.startswith("@@@") else "its `@@` line"
        return Repaired("", (), (), f"{words} cannot be read: {hunk.header[:60]}")
    due = int(match["old_length"] or 1), int(match["new_length"] or 1)
    repairs: list[str] = []
    lines, rest, problem = _marked(hunk.lines, due, sent, repairs)
    heading = f"{match['heading']} {rest}".strip()
    lines = _without_tail(lines, due, repairs)
    if not any(marker in "+-" for marker, _, _ in lines):
        problem = "no line of it is added or removed"
        return Repaired("", (), tuple(repairs), problem, heading)
    counts = _counts(lines)
    if counts != due:
        repairs.append(_difference(counts, due))
    start = int(match["old"]), int(match["new"])
    header = f"@@ -{start[0]},{counts[0]} +{start[1]},{counts[1]} @@ {heading}".rstrip()
    body = [f"{marker}{text}" for marker, text, _ in lines]
    margins = tuple(_margin(line, sent) for line in lines)
    return Repaired("\n".join([header, *body, ""]), margins, tuple(repairs), problem, heading)


def _marked(
    raw: Sequence[str], due: tuple[int, int], sent: Damage, repairs: list[str]
) -> tuple[list[Marked], str, str]:
    """Every line with a marker, the rest of a broken heading, and a problem if that is a guess."""
    bare = sum(1 for line in raw if line.strip() and line[0] not in MARKED)
    as_context = [_split(line) for line in raw]
    if not bare:
        blank = sum(1 for line in raw if not line)
        if blank and _counts(as_context) == due:
            repairs.append(f"{plural(blank, 'blank line')} without a marker: context")
        return as_context, "", ""
    if sent.markers_lost:
        what = "white space" if sent.indents_lost else "space"
        repairs.append(f"the leading {what} of context lines is lost")
        return as_context, "", ""
    heading, joined = _joined(raw)
    for lines, rest, text in (
        (joined, heading, f"{plural(bare, 'broken line')} joined to the line before"),
        (as_context, "", f"{plural(bare, 'line')} without a marker: context"),
    ):
        if _counts(_without_tail(lines, due, [])) == due:
            repairs.append(text)
            return lines, rest, ""
    noun = "line has" if bare == 1 else "lines have"
    problem = (
        f"{bare} {noun} no marker; neither as the rest of a broken line nor as context "
        "do they fit the counts of the header"
    )
    return as_context, "", problem


def _split(line: str) -> Marked:
    if line[:1] in MARKED and line:
        return line[0], line[1:], True
    return " ", line, False


def _joined(raw: Sequence[str]) -> tuple[str, list[Marked]]:
    """Bare lines put behind what stands before them: the heading, or the line before."""
    heading: list[str] = []
    found: list[Marked] = []
    for line in raw:
        if not line.strip() or line[0] in MARKED:
            found.append(_split(line))
        elif found:
            marker, text, known = found[-1]
            found[-1] = marker, f"{text.rstrip()} {line.strip()}", known
        else:
            heading.append(line.strip())
    return " ".join(heading), found


def _without_tail(lines: list[Marked], due: tuple[int, int], repairs: list[str]) -> list[Marked]:
    """Drops what follows the hunk: blank lines, and bare ones that its counts have no room for."""
    kept = list(lines)
    dropped = 0
    old, new = _counts(kept)
    while kept:
        marker, text, known = kept[-1]
        blank = not text.strip()
        # The last line of a file has a line end, and nothing after it.
        is_end = not text and not known and (old, new) != due
        too_many = (old > due[0] and new > due[1]) or (blank and (old > due[0] or new > due[1]))
        if marker != " " or (known and not blank) or not (too_many or is_end):
            break
        dropped += not blank
        kept.pop()
        old, new = old - 1, new - 1
    if dropped:
        repairs.append(f"{plural(dropped, 'line')} of other text after it left out")
    return kept


def _counts(lines: Sequence[Marked]) -> tuple[int, int]:
    old = sum(1 for marker, _, _ in lines if marker in " -")
    new = sum(1 for marker, _, _ in lines if marker in " +")
    return old, new


def _difference(counts: tuple[int, int], due: tuple[int, int]) -> str:
    """What the header promises and the text does not hold, or the other way round."""
    old, new = due[0] - counts[0], due[1] - counts[1]
    recounted = f"header says {due[0]} lines before and {due[1]} after, there are "
    recounted += f"{counts[0]} and {counts[1]}: counted anew"
    if old == new > 0:
        return f"{plural(old, 'context line')} missing ({recounted})"
    if old >= 0 and new >= 0:
        return f"lines are missing ({recounted})"
    return f"the counts do not fit ({recounted})"


def _margin(line: Marked, sent: Damage) -> bool | None:
    marker, text, known = line
    if not text.strip():
        return None
    lost = sent.changes_flat if marker in "+-" else sent.indents_lost and not known
    return None if lost else not text[0].isspace()
