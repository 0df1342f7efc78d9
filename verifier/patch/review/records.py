"""The plain values of a review."""

from __future__ import annotations

from dataclasses import dataclass

from frontend.source.spans import Span


class NoPatch(Exception):
    """The input holds no patch that could be reviewed, or one that makes no sense.

    Args:
        reason: what a user reads.
        line: where, from 1; 0 where it is about the whole.
        of: the text whose lines those are; "" for the input as it is.
    """

    def __init__(self, reason: str, line: int = 0, of: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.of = of

    def at(self, path: str) -> str:
        """The reason after the place: `the.patch:12: reason`."""
        if not self.line:
            return f"{path}: {self.reason}"
        place = f"{path}: line {self.line} of {self.of}" if self.of else f"{path}:{self.line}"
        return f"{place}: {self.reason}"


# --- the patch -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a hunk.

    Args:
        kind: `+`, `-` or a space.
        text: without the marker.
        margin: whether it starts at the left margin; None where white space was lost.
        old: its number in the old file, or None for an added line.
        new: its number in the new file, or None for a removed line.
    """

    kind: str
    text: str
    margin: bool | None
    old: int | None
    new: int | None

    @property
    def changed(self) -> bool:
        """Whether the patch adds or removes it."""
        return self.kind != " "


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk.

    Args:
        number: from 1, through the whole input.
        file: index of its file change in `Patch.files`.
        old_start: its first line in the old file, as the header says; likewise `new_start`.
        old_length: how many lines the header says there are; likewise `new_length`.
        heading: what follows the second `@@`.
        repairs: what was done to make it readable.
    """

    number: int
    file: int
    old_start: int
    old_length: int
    new_start: int
    new_length: int
    heading: str
    lines: tuple[DiffLine, ...]
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of a patch.

    Args:
        path: after the change; before it where the file is deleted; "" when no name is given.
        old_path: before the change.
        what: "changed", "new", "deleted", "renamed" or "copied".
        mail: index of the mail or patch it came in.
        binary: whether its contents are, so that they have no hunks.
        mode: `100644 to 100755` where that changes; else "".
    """

    path: str
    old_path: str
    what: str
    mail: int
    binary: bool = False
    mode: str = ""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What happens to it beside its hunks, in words."""
        words = {
            "new": "new file",
            "deleted": "deleted file",
            "renamed": f"renamed from {self.old_path}",
            "copied": f"copied from {self.old_path}",
        }
        found = [words[self.what]] if self.what in words else []
        found += [f"mode {self.mode}"] if self.mode else []
        found += ["binary"] if self.binary else []
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Patch:
    """All patches of one input.

    Args:
        subjects: one a mail; "" where it has none.
        notes: what was remarked or repaired outside hunks.
    """

    path: str
    sha256: str
    subjects: tuple[str, ...]
    files: tuple[FileChange, ...]
    hunks: tuple[Hunk, ...]
    notes: tuple[str, ...]


# --- where a hunk is -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where changed lines stand.

    Args:
        kind: "function", "struct", "outside" (of functions), "unknown", or "file" where the file
            is not one of C.
        name: of the function; of the struct with its keyword; what the file is; else "".
        source: how that is known: "line", "heading" or "".
        start: whether the hunk shows the function begin.
    """

    kind: str
    name: str = ""
    source: str = ""
    start: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """The changed lines of a hunk that stand at one place.

    Args:
        content: "code", "comment", "blank", "preprocessor" or "declaration": the most that
            its lines are; "other" in a file that is not one of C.
        option: the `#if` that the hunk shows around it; "" for none.
        stub: why this is taken for the stub of a configuration; "" when it is none.
    """

    place: Place
    lines: tuple[DiffLine, ...]
    content: str
    option: str = ""
    stub: str = ""


# --- the specification ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FlaggedStatement:
    """A statement that exists, or reads as it does, by flags only.

    Args:
        text: in one line.
        line: where it stands.
        condition: the `when` conditions around it, or its own mention of flags.
        flags: those that the condition names.
    """

    text: str
    line: int
    condition: str
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Function:
    """A C function that a procedure says it models. `file` is "" when it names none."""

    file: str
    name: str

    def __str__(self) -> str:
        return f"{self.file}:{self.name}" if self.file else self.name


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure, or a thread's own body (which models nothing).

    Args:
        condition: the `when` around the whole procedure; "" for none.
        statements: every statement's text without white space -> its line.
    """

    name: str
    line: int
    functions: tuple[Function, ...]
    condition: str
    flagged: tuple[FlaggedStatement, ...]
    statements: tuple[tuple[str, int], ...]
    span: Span

    @property
    def flags(self) -> frozenset[str]:
        """The flags that it has code of."""
        return frozenset(flag for item in self.flagged for flag in item.flags)


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """A field that the specification declares in a struct, a single or a record."""

    owner: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """What the specification says of the code.

    Args:
        flags: patch flags in order of declaration -> their sentence.
    """

    procedures: tuple[Procedure, ...]
    flags: tuple[tuple[str, str], ...]
    fields: tuple[FieldPlace, ...]


# --- the result ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    """What is said of a part of a hunk.

    Args:
        procedures: those that model it; none where it is not modelled.
        inferred: why these procedures, where the patch does not name the function; else "".
        reason: why it is not modelled; "" when it is.
    """

    part: Part
    procedures: tuple[Procedure, ...]
    inferred: str
    reason: str


@dataclass(frozen=True, slots=True)
class HunkReview:
    """A hunk with all that is said of it."""

    hunk: Hunk
    findings: tuple[Finding, ...]

    @property
    def modelled(self) -> bool:
        """Whether a procedure models some of it."""
        return any(item.procedures for item in self.findings)


@dataclass(frozen=True, slots=True)
class Review:
    """Every hunk, and what does not fit between patch and specification.

    Args:
        warnings: mappings that are stale, unknown or doubtful.
        untouched: procedures that model functions which no hunk changes.
    """

    patch: Patch
    mapping: Mapping
    hunks: tuple[HunkReview, ...]
    warnings: tuple[str, ...]
    untouched: tuple[Procedure, ...]
