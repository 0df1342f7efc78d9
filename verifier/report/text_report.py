"""The report as blocks of text for people: a table, each refutation once, what it rests on.

Nothing here knows of screens: `cli/screen.py` lays the blocks out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from frontend.model import Model, Property
from proofs.answers.verdict import NoSystem, Unknown
from verifier.protocol.bounds import Asked, describe_asked
from verifier.protocol.results import PropertyReport
from verifier.report.basis import contradiction, rests_on, sizes_of
from verifier.report.text_blocks import Block, Cell, Line, Renderer, Style, Table
from verifier.report.text_every_size import (
    attempts,
    holds_everywhere,
    missing_lines,
    proof_lines,
    proofs,
)
from verifier.verify.spec_report import Outcome, SpecReport, VariantReport, cell, expected, outcome

if TYPE_CHECKING:
    from verifier.inspection.lock_discipline.races import Race

LABEL = 14
"""Columns that a label of what the verdicts rest on takes."""


def spec_blocks(
    report: SpecReport, renderer: Renderer, width: int, *, races: bool = False
) -> Iterator[Block]:
    """Everything on one specification.

    Args:
        width: for traces, in columns.
        races: whether both sides of each access without its lock are shown.
    """
    from verifier.report.text_runs import Runs, violations

    if report.diagnostics:
        return  # they are on standard error
    sizes = sizes_of(report)
    head = f"{report.name} ({report.path})"
    yield Line(f"{head}: {sizes}" if sizes else head, Style.HEADING)
    yield Line()
    if not report.variants:
        yield Line("has nothing of what was asked for", Style.DIM, 2)
        return
    if any(variant.settled for variant in report.variants):
        yield from verdict_table(report)
        yield Line()
    for variant in report.variants:
        yield from remarks(variant)
    yield from violations(report.variants, Runs(renderer, width))
    for variant in report.variants:
        yield from _every_size(variant)
    if races:
        yield from _races(report)
    yield from _ground(report)


def remarks(variant: VariantReport) -> Iterator[Line]:
    """What ended the work on a variant early, and what is not settled."""
    name = variant.model.variant
    if variant.error is not None:
        yield Line(f"{name}: internal error: {variant.error}", Style.BAD)
        yield Line()
    if variant.no_system is not None:
        yield Line(no_such_system(variant.model, variant.no_system), Style.BAD)
        yield Line()
    style = Style.UNSURE if variant.vacuous_allowed else Style.BAD
    if variant.vacuous:
        from verifier.inspection.vacuity.sentences import sentence

        yield from (Line(f"{name}: vacuous: {sentence(item)}", style) for item in variant.vacuous)
    if variant.vacuous:
        yield Line()
    unsettled = [item for item in variant.settled if isinstance(item.status, Unknown)]
    by_reason: dict[str, list[str]] = {}
    for settled in unsettled:
        by_reason.setdefault(why_unknown(settled), []).append(settled.name)
    for reason, names in by_reason.items():
        yield Line(f"{name}: {', '.join(names)}: unknown ({reason})", Style.UNSURE)
    if unsettled:
        yield Line()


def no_such_system(model: Model, empty: NoSystem) -> str:
    """`FILE:LINE: v4: no such system with 3 pages: assume pairs cannot hold there`."""
    lines = [
        model.source.position(item.span.start)[0]
        for item in model.assumptions
        if item.name in empty.names
    ]
    place = f"{model.source.path}:{min(lines)}: " if lines else ""
    sizes = describe_asked(Asked(empty.low or empty.bounds, empty.bounds))
    return f"{place}{model.variant}: no such system with {sizes}: {contradiction(model, empty)}"


def why_unknown(settled: PropertyReport) -> str:
    """The reason, and how far the search got."""
    assert isinstance(settled.status, Unknown)
    text = settled.status.reason
    if settled.status.depth >= 0:
        text += f"; no run of up to {settled.status.depth} steps shows it"
    return text


# --- the table -----------------------------------------------------------------------------


def verdict_table(report: SpecReport) -> Iterator[Block]:
    """A row for each property; of what the language brings, those that hold in the same words in
    every variant take one line."""
    variants = [variant for variant in report.variants if variant.settled]
    rows: list[tuple[str, tuple[Cell, ...]]] = []
    quiet: dict[str, list[str]] = {}
    for item in _properties(variants):
        cells = tuple(cell_of(variant, item.name) for variant in variants)
        if (
            item.built_in
            and all(entry.style in (Style.GOOD, Style.DIM) for entry in cells)
            and (len({entry.text for entry in cells if entry.style is Style.GOOD}) <= 1)
        ):
            words = "not settled yet" if Style.DIM in (c.style for c in cells) else cells[0].text
            quiet.setdefault(words, []).append(item.name)
        else:
            rows.append((item.name, cells))
    if rows:
        yield Table(tuple(variant.model.variant for variant in variants), tuple(rows))
    for words, names in quiet.items():
        yield Line(f"built-in: {', '.join(names)} {words}", Style.PLAIN, 2)


def _properties(variants: Sequence[VariantReport]) -> list[Property]:
    """Those with a verdict somewhere, the author's own first."""
    found: dict[str, Property] = {}
    for variant in variants:
        for settled in variant.settled:
            found.setdefault(settled.name, variant.model.property(settled.name))
    return sorted(found.values(), key=lambda item: item.built_in)


def cell_of(variant: VariantReport, name: str) -> Cell:
    """A property's entry in a table; a dash where it has no verdict."""
    settled = next((item for item in variant.settled if item.name == name), None)
    if settled is None:
        return Cell("-", Style.DIM)
    text = cell(variant, settled)
    if variant.vacuity is not None and variant.vacuity.of(name) is not None:
        allowed = variant.vacuous_allowed
        word = "vacuous" if allowed else "VACUOUS"
        return Cell(f"{text}, {word}", Style.UNSURE if allowed else Style.BAD)
    match expected(variant.model, settled):
        case None:
            return Cell(text, Style.UNSURE)
        case False:
            return Cell(text.upper(), Style.BAD)
        case True:
            holds = outcome(settled.status) is Outcome.PROVED
            return Cell(text, Style.GOOD if holds else Style.CALM)


# --- reasons -------------------------------------------------------------------------------


def _every_size(variant: VariantReport) -> Iterator[Line]:
    settled, name = variant.settled, variant.model.variant
    whole = all(map(holds_everywhere, settled))
    why = (
        f"Why {name} holds at every size"
        if whole and not variant.vacuous
        else f"What is proved of {name} at every size, and why"
    )
    parts = (
        (why, proof_lines(variant.model, proofs(settled))),
        (
            f"What of {name} is not proved at every size",
            missing_lines(variant.model, attempts(settled)),
        ),
    )
    for heading, lines in parts:
        found = list(lines)
        if found:
            yield Line(heading, Style.HEADING)
            yield from (Line(text, indent=indent) for indent, text in found)
            yield Line()


def _races(report: SpecReport) -> Iterator[Line]:
    """The accesses without their lock, each once, with the variants that have it."""
    from verifier.inspection.lock_discipline.sentences import report as races_report

    found: dict[Race, list[str]] = {}
    for variant in report.variants:
        for race in variant.races:
            found.setdefault(race, []).append(variant.model.variant)
    for race, names in found.items():
        for number, (indent, text) in enumerate(races_report(race)):
            if number == 0:
                yield Line(f"{text} ({', '.join(names)})", Style.HEADING)
            else:
                yield Line(text, indent=indent)
        yield Line()


def _ground(report: SpecReport) -> Iterator[Line]:
    grounds = rests_on(report)
    if not grounds:
        return
    yield Line("What the verdicts rest on", Style.HEADING)
    for label, text in grounds:
        yield Line(f"{label:<{LABEL}}{text}", indent=2, hang=LABEL)
    yield Line()
