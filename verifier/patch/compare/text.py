"""The comparison as blocks of text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from frontend.model import PropertyKind
from frontend.names.variants import Flag
from verifier.patch.compare.comparison import Comparison
from verifier.patch.compare.grounds import proved_by, why_it_holds
from verifier.patch.compare.sentences import fails, holds, listed, title
from verifier.patch.compare.sides import Sides, sides
from verifier.patch.compare.trial_text import joint_blocks, overview, single_blocks
from verifier.report.basis import rests_on, sizes_of
from verifier.report.text_blocks import Block, Line, Renderer, Style
from verifier.report.text_report import LABEL, remarks, verdict_table
from verifier.report.text_runs import Runs, violations


def blocks(comparison: Comparison, renderer: Renderer, width: int) -> Iterator[Block]:
    """Everything on two variants.

    Args:
        width: for traces, in columns.
    """
    report, changes = comparison.report, comparison.changes
    if report.diagnostics:
        return  # they are on standard error
    head = f"{report.name} ({report.path}), {changes.before.name} against {changes.after.name}"
    sizes = sizes_of(report)
    yield Line(f"{head}: {sizes}" if sizes else head, Style.HEADING)
    yield Line()
    found = sides(comparison)
    yield from _broken(comparison, found)
    yield from _changes(comparison)
    if not any(item.settled for item in report.variants):
        yield from (line for item in report.variants for line in remarks(item))
        if not report.variants:
            yield Line("neither has anything of what was asked for", Style.DIM, 2)
            yield Line()
        return
    yield from verdict_table(report)
    yield from _one_sided(comparison, found)
    yield Line()
    yield from overview(comparison)
    for item in report.variants:
        yield from remarks(item)
    runs = Runs(renderer, width)
    yield from violations(report.variants, runs)
    after = comparison.variant(changes.after.name)
    if after is not None:
        yield from why_it_holds(report, after)
    yield from single_blocks(comparison, runs)
    yield from joint_blocks(comparison, runs)
    yield from _rests(comparison)


# --- the two sides -------------------------------------------------------------------------


def _broken(comparison: Comparison, found: Sides) -> Iterator[Line]:
    """What the newer variant breaks, and which flags do: before all else."""
    before, after = comparison.changes.before.name, comparison.changes.after.name
    for failure in found.broken:
        name = failure.property.name
        tried = (*comparison.necessity.single, *comparison.necessity.joint)
        guilty = [
            " and ".join(item.flags)
            for item in tried
            if any(other.property.name == name for other in item.broken)
        ]
        reached = failure.property.kind is PropertyKind.REACHABLE
        kept = "reaches" if reached else "keeps"
        yield Line(f"{after} breaks {title(failure)}, which {before} {kept}", Style.BAD)
        yield Line(f"in {after} {fails(failure)}", indent=2)
        for flags in guilty:
            yield Line(f"it {holds(failure.property)} in {after} without {flags}", indent=2)
    if found.broken:
        yield Line()


def _one_sided(comparison: Comparison, found: Sides) -> Iterator[Line]:
    """What cannot be compared, since only one side states it, or each in its own way."""
    before, after = comparison.changes.before.name, comparison.changes.after.name
    for variant, names in ((before, found.only_before), (after, found.only_after)):
        if names:
            yield Line(f"only {variant} states {listed(names)}", Style.DIM, 2)
    if found.restated:
        yield Line(f"{before} and {after} state {listed(found.restated)} differently", Style.DIM, 2)


# --- what differs --------------------------------------------------------------------------


def _changes(comparison: Comparison) -> Iterator[Line]:
    changes = comparison.changes
    after = changes.after.name
    if changes.added:
        yield from _flags(f"{after} adds", changes.added)
    else:
        yield Line(f"{after} adds no patch flag to {changes.before.name}", indent=2)
    if changes.removed:
        yield from _flags(f"{after} removes", changes.removed)
    for name in (after, changes.before.name):
        flags = changes.after.flags if name == after else changes.before.flags
        own = [flag for flag in changes.configured if flag.name in flags]
        if own:
            yield from _flags(f"only {name} is configured with (no hunk: never dropped)", own)
    yield Line()


def _flags(heading: str, flags: Sequence[Flag]) -> Iterator[Line]:
    yield Line(heading, indent=2)
    width = max(len(flag.name) for flag in flags) + 2
    for flag in flags:
        text = f'{flag.name:<{width}}"{flag.text}"' if flag.text else flag.name
        yield Line(text, indent=4, hang=width)


# --- what it rests on ----------------------------------------------------------------------


def _rests(comparison: Comparison) -> Iterator[Line]:
    """What the verdicts rest on, and what is proved of the variant without some flags."""
    report = comparison.report
    grounds = rests_on(report)
    if not grounds:
        return
    engines = proved_by(comparison)
    if engines:
        text = f"proofs by {listed(engines)}; none of them has a second opinion"
        grounds.append(("without flags", text))
    yield Line("What the verdicts rest on", Style.HEADING)
    for label, text in grounds:
        yield Line(f"{label:<{LABEL}}{text}", indent=2, hang=LABEL)
    yield Line()
