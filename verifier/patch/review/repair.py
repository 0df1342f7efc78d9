"""Makes proper hunks of what mail programs left of them, and says what was done.

Handled: leading spaces lost, broken lines, text after the hunk. A repair counts only where the
hunk then has the lines that its header says. Only in a mail whose white space was lost throughout,
and lines with it, are they counted anew; it is said how many are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proofs.render.names import plural
from verifier.patch.review.lines import Line
from verifier.patch.review.splitting import HUNK, RawHunk, counts_of

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
        text: header and lines; "" where there is a problem.
        margins: for each line whether it starts at the margin; None where that is lost.
        heading: what follows the second `@@`, whole.
        problem: the number of a line and what is wrong there.
    """

    text: str = ""
    margins: tuple[bool | None, ...] = ()
    repairs: tuple[str, ...] = ()
    heading: str = ""
    problem: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class _Taken:
    """The lines of a hunk, the rest of its heading, and how many lines are not of it."""

    lines: list[Marked]
    heading: str
    left_out: int


def damage(hunks: Sequence[RawHunk]) -> Damage:
    """Looks at all hunks of a mail."""
    texts = [[line.text for line in hunk.lines if line.text.strip()] for hunk in hunks]
    lines = [text for hunk in texts for text in hunk]
    context = [text for text in lines if text[0] not in "+-\\"]
    changed = [text for text in lines if text[0] in "+-"]
    begins = any(hunk and hunk[0][0] not in MARKED for hunk in texts)
    lost = begins and not any(text[0] == " " for text in context)
    flat = lost and not any(text[1:2] in (" ", "\t") for text in changed)
    return Damage(lost, lost and not any(text[0] == "\t" for text in context), flat)


def repaired(hunk: RawHunk, sent: Damage) -> Repaired:
    """A proper hunk of a raw one."""
    match = HUNK.match(hunk.header)
    assert match is not None, "only such headers make hunks"
    due = counts_of(hunk.header)
    repairs: list[str] = []
    taken = _taken(hunk, due, sent, repairs)
    if taken is None:
        number, why = hunk.stop or (hunk.at, "")
        return Repaired(problem=(number, why))
    # That the last line of a file has no end is nothing that a specification could model.
    lines = [line for line in taken.lines if line[0] != "\\"]
    heading = f"{match['heading']} {taken.heading}".strip()
    if not any(marker in "+-" for marker, _, _ in lines):
        return Repaired(problem=(hunk.at, "no line of this hunk is added or removed"))
    counts = _counts(lines)
    if counts != due:
        repairs.append(_difference(counts, due))
    if taken.left_out:
        repairs.append(f"{plural(taken.left_out, 'line')} of other text after it left out")
    start = int(match["old"]), int(match["new"])
    header = f"@@ -{start[0]},{counts[0]} +{start[1]},{counts[1]} @@ {heading}".rstrip()
    body = [f"{marker}{text}" for marker, text, _ in lines]
    margins = tuple(_margin(line, sent) for line in lines)
    return Repaired("\n".join([header, *body, ""]), margins, tuple(repairs), heading)


def _taken(hunk: RawHunk, due: tuple[int, int], sent: Damage, repairs: list[str]) -> _Taken | None:
    """Every line with a marker; None where nothing makes them fit."""
    texts = [line.text for line in hunk.lines]
    if hunk.stop is None:
        blank = sum(1 for text in texts if not text)
        if blank:
            repairs.append(f"{plural(blank, 'blank line')} without a marker: context")
        return _Taken([_split(text) for text in texts], "", 0)
    if sent.markers_lost:
        what = "white space" if sent.indents_lost else "space"
        repairs.append(f"the leading {what} of context lines is lost")
        return _recounted([_split(text) for text in texts], due)
    for tabs, joined in ((False, True), (True, True), (True, False)):
        fitted = _fitted(hunk.lines, due, repairs, tabs=tabs, joined=joined)
        if fitted is not None:
            return fitted
    return None


def _split(line: str) -> Marked:
    if line[:1] in MARKED and line:
        return line[0], line[1:], True
    return " ", line, False


def _fitted(
    raw: Sequence[Line], due: tuple[int, int], repairs: list[str], *, tabs: bool, joined: bool
) -> _Taken | None:
    """The lines until the header's counts are used up; None if they never are.

    Args:
        tabs: whether a line that begins with a tab is context without its space.
        joined: whether other lines without a marker are the rest of the line before.
    """
    old, new = due
    heading: list[str] = []
    found: list[tuple[str, list[str], bool]] = []
    broken = bare = used = 0
    for text in (line.text for line in raw):
        marked = not text.strip() or text[0] in MARKED
        if not marked and joined and not (tabs and text[0] == "\t"):
            (found[-1][1] if found else heading).append(text.strip())
            broken += 1
        elif old == new == 0 and not text.startswith("\\"):
            break
        else:
            marker, rest, known = _split(text)
            old, new = old - (marker in " -"), new - (marker in " +")
            if old < 0 or new < 0:
                return None
            bare += not marked
            found.append((marker, [rest], known))
        used += 1
    after = next((line.text for line in raw[used:]), "")
    if old or new or not broken + bare or (after.strip() and after[0] in MARKED):
        return None
    done = []
    if broken:
        done.append(f"{plural(broken, 'broken line')} joined to the line before")
    if bare:
        done.append(f"{plural(bare, 'line')} without a marker: context")
    repairs.append("; ".join(done))
    left_out = sum(1 for line in raw[used:] if line.text.strip())
    lines = [(marker, _joined(pieces), known) for marker, pieces, known in found]
    return _Taken(lines, " ".join(heading), left_out)


def _joined(pieces: Sequence[str]) -> str:
    return pieces[0] if len(pieces) == 1 else " ".join((pieces[0].rstrip(), *pieces[1:]))


def _recounted(lines: list[Marked], due: tuple[int, int]) -> _Taken:
    """Without what follows the hunk: blank lines, and bare ones that its counts leave no room."""
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
    return _Taken(kept, "", dropped)


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
