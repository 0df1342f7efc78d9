"""Bytes to a `Patch`: the library unidiff parses every hunk, after repair where it needs it."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from proofs.render_names import plural
from verifier.review.mail import Mail, mails
from verifier.review.repair import Repaired, damage, repaired
from verifier.review.splitting import HUNK, RawHunk, split, unquoted
from verifier.review.values import DiffLine, FileChange, Hunk, NoPatch, Patch


def read_patch(path: str, content: bytes) -> Patch:
    """The patches in a file's bytes.

    Args:
        path: how the file is named.
        content: a diff, a mail with one, or an mbox.

    Raises:
        NoPatch: it holds none.
    """
    found = mails(content)
    subjects: list[str] = []
    files: list[FileChange] = []
    hunks: list[Hunk] = []
    notes: list[str] = []
    several = len(found) > 1
    for mail in found:
        text, said = unquoted(mail.text)
        changes, raw, more = split(text, len(subjects))
        if not changes and not raw:
            if several:
                notes.append(f"no diff in {_called(mail)}")
            continue
        offset = len(files)
        sent = damage(raw)
        for item in raw:
            number = item.file + offset if item.file >= 0 else -1
            hunks.append(_hunk(item, repaired(item, sent), len(hunks) + 1, number))
        own = [*mail.notes, *said, *more, *_spaces(raw)]
        notes += [f"{_called(mail)}: {text}" for text in own] if several else own
        subjects.append(mail.subject)
        files += changes
    if not subjects:
        raise NoPatch("this is no diff: it has neither `diff --git`, `---` and `+++`, nor `@@`")
    digest = sha256(content).hexdigest()
    return Patch(path, digest, tuple(subjects), tuple(files), tuple(hunks), _folded(notes))


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
    lines = [line[1:] for hunk in hunks for line in hunk.lines if line[:1] in ("+", "-", " ")]
    indented = sum(1 for line in lines if line.startswith("    "))
    if indented and not any("\t" in line for line in lines):
        number = plural(indented, "line")
        return [f"{number} indented with spaces, none with a tab: tabs may have become spaces"]
    return []


def _hunk(raw: RawHunk, proper: Repaired, number: int, file: int) -> Hunk:
    match = HUNK.match(raw.header)
    numbers = (
        (
            int(match["old"]),
            int(match["old_length"] or 1),
            int(match["new"]),
            int(match["new_length"] or 1),
        )
        if match is not None
        else (0, 0, 0, 0)
    )
    problem = proper.problem
    if file < 0:
        problem = problem or "no file is named before it"
    lines: tuple[DiffLine, ...] = ()
    if proper.text:
        try:
            lines = _parsed(proper)
        except ValueError as error:
            problem = problem or f"it cannot be parsed: {error}"
    return Hunk(number, file, *numbers, proper.heading, lines, proper.repairs, problem)


def _parsed(proper: Repaired) -> tuple[DiffLine, ...]:
    """The lines of a proper hunk with their numbers.

    Raises:
        ValueError: unidiff does not take it for a hunk.
    """
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    try:
        lines = [
            line
            for file in PatchSet(f"--- a/file\n+++ b/file\n{proper.text}")
            for hunk in file
            for line in hunk
        ]
    except UnidiffParseError as error:
        raise ValueError(" ".join(str(error).split())) from error
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
        if line.line_type in ("+", "-", " ")
    )
