"""The review as a person pastes it into a mail.

Plain ASCII, at most 72 columns, every line indented by two spaces and none with a tab, so that mail
tools take no line for a tag, a diff, a scissors line or a command to a bot. No tag is ever written:
`Tested-by:` and `Reviewed-by:` are a person's word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from frontend.model import Model
from proofs.render.names import ascii_only, packed, plural, wrapped
from verifier.patch.review.records import (
    Finding,
    FlaggedStatement,
    Hunk,
    HunkReview,
    Procedure,
    Review,
)
from verifier.patch.review.verdicts import uncovered, verdict_lines
from verifier.verify.spec_report import SpecReport

WIDTH = 70
MARGIN = "  "


def reply(
    review: Review,
    path: str,
    sha256: str,
    models: Sequence[Model],
    report: SpecReport | None,
    version: str,
) -> list[str]:
    """The lines of the reply.

    Args:
        review: the mapping.
        path: the specification, as the user named it.
        sha256: of its bytes.
        models: the variant before, where there is one, and the variant after.
        report: their verdicts; None when none were asked for.
        version: of this program.
    """
    found = list(_head(review, path, sha256, models, version))
    sections: list[Iterator[str]] = [
        _condition(review),
        _hunks(review),
        _warnings(review),
    ]
    if report is not None:
        sections.append(verdict_lines(report, [model.variant for model in models], WIDTH))
    sections.append(_not_covered(review, models, verified=report is not None))
    for section in sections:
        lines = list(section)
        if lines:
            found += ["", *lines]
    return [f"{MARGIN}{line}".rstrip() for line in found]


def _head(
    review: Review, path: str, sha256: str, models: Sequence[Model], version: str
) -> Iterator[str]:
    name = models[0].name
    yield from wrapped(f"{name} ({path}) against a patch, by buddyproof {version}", WIDTH)
    subjects = [text for text in review.patch.subjects if text] or [review.patch.path]
    for text in subjects:
        yield from wrapped(text, WIDTH, 2, "patch: ")
    yield "SHA-256 of the specification:"
    yield f"  {sha256}"
    for role, model in zip(("before", "after")[-len(models) :], models, strict=True):
        flags = ", ".join(sorted(model.flags)) or "no flag"
        yield from wrapped(f"{model.variant}: {flags}", WIDTH, 2, f"{role}: ")


def _condition(review: Review) -> Iterator[str]:
    """What was repaired, so that nobody takes the reading for certain where it is not."""
    repairs: dict[str, list[int]] = {}
    for hunk in review.patch.hunks:
        for text in hunk.repairs:
            repairs.setdefault(text, []).append(hunk.number)
    if not repairs and not review.patch.notes:
        return
    yield "The patch was repaired before parsing:"
    for note in review.patch.notes:
        yield from wrapped(note, WIDTH, 4, "* ")
    for text, numbers in repairs.items():
        which = "hunk" if len(numbers) == 1 else "hunks"
        yield from wrapped(f"{which} {', '.join(map(str, numbers))}: {text}", WIDTH, 4, "* ")


# --- hunks ---------------------------------------------------------------------------------


def _hunks(review: Review) -> Iterator[str]:
    """Every hunk, in order; steps of a procedure once."""
    yield _count(review)
    shown: dict[str, int] = {}
    for item in review.hunks:
        yield ""
        change = review.patch.files[item.hunk.file]
        said = f" ({', '.join(change.remarks)})" if change.remarks else ""
        where = f"{change.path}{said}, {_lines(item.hunk)}"
        yield from wrapped(where, WIDTH, 4, f"{item.hunk.number}. ")
        for finding in item.findings:
            yield from _finding(finding, item, shown)
    with_hunks = {hunk.file for hunk in review.patch.hunks}
    for index, change in enumerate(review.patch.files):
        if index not in with_hunks:
            said = ", ".join((*change.remarks, "no hunk"))
            yield from wrapped(f"{change.path or '(no name)'}: {said}", WIDTH, 4, "-  ")


def _count(review: Review) -> str:
    modelled = sum(1 for item in review.hunks if item.modelled)
    rest = len(review.hunks) - modelled
    hunks = f"{plural(len(review.hunks), 'hunk')}: {modelled} modelled, {rest} not modelled"
    with_hunks = {hunk.file for hunk in review.patch.hunks}
    others = len(review.patch.files) - len(with_hunks)
    return f"{hunks}; {plural(others, 'file')} without a hunk" if others else hunks


def _lines(hunk: Hunk) -> str:
    if hunk.new_length:
        return f"lines {hunk.new_start}-{hunk.new_start + hunk.new_length - 1}"
    if hunk.old_length:
        return f"old lines {hunk.old_start}-{hunk.old_start + hunk.old_length - 1}"
    return "lines unknown"


def _finding(finding: Finding, item: HunkReview, shown: dict[str, int]) -> Iterator[str]:
    place = finding.part.place
    where = {
        "function": f"{place.name}()",
        "struct": place.name,
        "outside": "outside of functions",
        "file": place.name,
    }.get(place.kind, "function not named")
    if finding.part.option and not finding.part.stub:
        where += f" [{finding.part.option}]"
    if not finding.procedures:
        yield from _paragraph(f"{where}: not modelled: {finding.reason}", 3)
        return
    for procedure in finding.procedures:
        by = f"{where}: modelled by {procedure.name} (line {procedure.line})"
        yield from _paragraph(f"{by}, {procedure.condition}" if procedure.condition else by, 3)
        if finding.inferred:
            yield from _paragraph(f"inferred, not said by the patch: {finding.inferred}", 5)
        yield from _steps(procedure, item.hunk.number, shown)


def _steps(procedure: Procedure, number: int, shown: dict[str, int]) -> Iterator[str]:
    if not procedure.flagged:
        yield from _paragraph("no patch flag has code in it", 5)
    elif procedure.name in shown:
        yield from _paragraph(f"flags and steps as for hunk {shown[procedure.name]}", 5)
    else:
        shown[procedure.name] = number
        for condition, items in _by_condition(procedure.flagged):
            yield from _paragraph(f"{condition}:", 5)
            texts = [f"{item.line}: {item.text}" for item in items]
            for line in (line for text in texts for line in wrapped(text, WIDTH - 7, 4)):
                yield " " * 7 + line


def _by_condition(
    items: Sequence[FlaggedStatement],
) -> Iterator[tuple[str, list[FlaggedStatement]]]:
    groups: dict[str, list[FlaggedStatement]] = {}
    for item in items:
        groups.setdefault(item.condition, []).append(item)
    yield from groups.items()


def _paragraph(text: str, indent: int) -> Iterator[str]:
    for line in wrapped(text, WIDTH - indent, 2):
        yield " " * indent + line


# --- the rest ------------------------------------------------------------------------------


def _warnings(review: Review) -> Iterator[str]:
    if review.warnings:
        yield "What does not fit between the specification and the patch:"
        for text in review.warnings:
            yield from wrapped(text, WIDTH, 4, "* ")


def _not_covered(review: Review, models: Sequence[Model], *, verified: bool) -> Iterator[str]:
    yield "Not covered:"
    without = [item for item in review.hunks if not item.modelled]
    if without:
        numbers = ", ".join(str(item.hunk.number) for item in without)
        yield from wrapped(f"hunks not modelled: {numbers}", WIDTH, 4, "* ")
    partly = [
        item.hunk.number
        for item in review.hunks
        if item.modelled and not all(finding.procedures for finding in item.findings)
    ]
    if partly:
        yield from wrapped(f"in part: hunks {', '.join(map(str, partly))}", WIDTH, 4, "* ")
    if review.untouched:
        names = [ascii_only(item.name) for item in review.untouched]
        yield from packed(names, ",", WIDTH, 4, "* modelled, but unchanged here: ")
    if not verified:
        yield from wrapped("nothing was verified (--no-verify)", WIDTH, 4, "* ")
    yield from uncovered(models, WIDTH)
    yield "  A hunk is modelled where a procedure says so: that the statements"
    yield "  mean the same is for a reader to judge."
