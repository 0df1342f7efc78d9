"""Bytes to a `Patch`: the library unidiff parses every hunk, after repair where it needs it.

No hunk is lost: each header that a text holds becomes a hunk of the patch, or the text is refused
with the line at which it stops making sense.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from proofs.render.names import plural
from verifier.patch.review.foreign import check_rest, is_between_versions, what_instead
from verifier.patch.review.lines import Layer, Text, indented, is_header, layers, readings
from verifier.patch.review.mail import Mail, mails
from verifier.patch.review.records import DiffLine, FileChange, Hunk, NoPatch, Patch
from verifier.patch.review.repair import Repaired, damage, repaired
from verifier.patch.review.splitting import HUNK, RawHunk, counts_of, split


@dataclass(frozen=True, slots=True)
class _Found:
    """What one text holds.

    Args:
        hunks: each with what can be parsed of it; their files count from the first of `files`.
        notes: what was undone or remarked.
    """

    files: tuple[FileChange, ...]
    hunks: tuple[tuple[RawHunk, Repaired], ...]
    notes: tuple[str, ...]


def read_patch(path: str, content: bytes) -> Patch:
    """The patches in a file's bytes.

    Args:
        path: how the file is named.
        content: a diff, a mail with one, or an mbox.

    Raises:
        NoPatch: it holds none, or one that cannot be read whole.
    """
    found = mails(content)
    subjects: list[str] = []
    files: list[FileChange] = []
    hunks: list[Hunk] = []
    notes: list[str] = []
    read = [[_read(text, number) for text in mail.texts] for number, mail in enumerate(found)]
    if not any(one.files for texts in read for one in texts):
        read = [[_indented(text, n) for text in mail.texts] for n, mail in enumerate(found)]
    for mail, texts in zip(found, read, strict=True):
        if not any(one.files for one in texts):
            notes.append(f"no diff in {_called(mail)}")
            continue
        own = [*mail.notes, *(note for one in texts for note in one.notes)]
        notes += [f"{_called(mail)}: {text}" for text in own] if len(found) > 1 else own
        for one in texts:
            for raw, proper in one.hunks:
                number = raw.file + len(files)
                hunks.append(_hunk(raw, proper, len(hunks) + 1, number))
            files += [replace(file, mail=len(subjects)) for file in one.files]
        subjects.append(mail.subject)
    if not subjects:
        raise _nothing(found)
    digest = sha256(content).hexdigest()
    return Patch(path, digest, tuple(subjects), tuple(files), tuple(hunks), _folded(notes))


def _read(text: Text, mail: int) -> _Found:
    """What a text holds, read in the way that finds every hunk and leaves the least to repair.

    Raises:
        NoPatch: no way makes sense.
    """
    headers = sum(1 for line in text.lines if is_header(line.text))
    best: tuple[int, int] | None = None
    chosen = _Found((), (), ())
    refusal: NoPatch | None = None
    for one, notes in readings(text):
        try:
            found = _layered(one, tuple(layers(one.lines)), mail)
        except NoPatch as reason:
            refusal = refusal or reason
            continue
        missing = max(0, headers - len(found.hunks))
        rank = missing, sum(1 for raw, _ in found.hunks if raw.stop is not None)
        if best is None or rank < best:
            said = notes if found.files else ()
            best, chosen = rank, replace(found, notes=(*said, *found.notes))
    if refusal is not None and (best is None or best[0] > 0):
        raise refusal
    return chosen


def _layered(text: Text, chosen: Sequence[Layer], mail: int) -> _Found:
    files: list[FileChange] = []
    hunks: list[tuple[RawHunk, Repaired]] = []
    notes: list[str] = []
    read: set[int] = set()
    with_files: list[Layer] = []
    for layer in chosen:
        one = split(layer.lines, text, mail)
        read |= one.read
        if not one.files:
            continue
        sent = damage(one.hunks)
        for raw in one.hunks:
            proper = repaired(raw, sent)
            if proper.problem is not None:
                raise text.refused(*proper.problem)
            raw.file += len(files)
            hunks.append((raw, proper))
        files += one.files
        notes += [layer.note, *one.notes, *_spaces(one.hunks)]
        with_files.append(layer)
    notes.append(_left_out(text, with_files))
    notes += check_rest(text, read) if chosen else []
    said = [note for note in notes if note and files]
    return _Found(tuple(files), tuple(hunks), tuple(said))


def _left_out(text: Text, chosen: Sequence[Layer]) -> str:
    """How many lines are in none of the quotes that hold a diff, where only quotes do."""
    if not chosen or not all(layer.note for layer in chosen):
        return ""
    kept = {line.number for layer in chosen for line in layer.lines}
    number = sum(1 for line in text.lines if line.number not in kept and line.text.strip())
    return f"{plural(number, 'line')} around it left out" if number else ""


def _indented(text: Text, mail: int) -> _Found:
    """A diff all of which is indented, where the input has no other."""
    layer = None if is_between_versions(text.lines) else indented(text.lines)
    return _layered(text, (layer,) if layer is not None else (), mail)


def _nothing(found: Sequence[Mail]) -> NoPatch:
    """The error for an input without a diff."""
    for mail in found:
        for text in mail.texts:
            line, what = what_instead(text.lines)
            if line:
                return text.refused(line, what)
    return NoPatch("this is no diff: it has neither `diff --git`, `---` and `+++`, nor `@@`")


def _called(mail: Mail) -> str:
    return f"`{mail.subject}`" if mail.subject else "a mail without a subject"


def _folded(notes: Sequence[str]) -> tuple[str, ...]:
    """Each note once, with how often it was made."""
    counts: dict[str, int] = {}
    for note in notes:
        counts[note] = counts.get(note, 0) + 1
    return tuple(
        note if number == 1 else f"{note} ({number} times)" for note, number in counts.items()
    )


def _spaces(hunks: Sequence[RawHunk]) -> list[str]:
    """A remark where no line has a tab: the kernel's code is indented with them."""
    texts = [line.text for hunk in hunks for line in hunk.lines]
    lines = [text[1:] for text in texts if text[:1] in ("+", "-", " ")]
    indents = sum(1 for line in lines if line.startswith("    "))
    if indents and not any("\t" in line for line in lines):
        number = plural(indents, "line")
        return [f"{number} indented with spaces, none with a tab: tabs may have become spaces"]
    return []


def _hunk(raw: RawHunk, proper: Repaired, number: int, file: int) -> Hunk:
    match = HUNK.match(raw.header)
    assert match is not None, "only such headers make hunks"
    before, after = counts_of(raw.header)
    starts = int(match["old"]), int(match["new"])
    lines = _parsed(proper)
    return Hunk(
        number, file, starts[0], before, starts[1], after, proper.heading, lines, proper.repairs
    )


def _parsed(proper: Repaired) -> tuple[DiffLine, ...]:
    """The lines of a proper hunk with their numbers."""
    from unidiff.patch import PatchSet

    lines = [
        line
        for file in PatchSet(f"--- a/file\n+++ b/file\n{proper.text}")
        for hunk in file
        for line in hunk
    ]
    pairs = zip(lines, proper.margins, strict=True)
    return tuple(
        DiffLine(
            line.line_type,
            line.value.rstrip("\n"),
            margin,
            line.source_line_no,
            line.target_line_no,
        )
        for line, margin in pairs
    )
