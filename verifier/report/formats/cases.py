"""A report as test cases: what KTAP and JUnit have in common.

A case is as expected, not as expected, inconclusive, or it could not be tried. What has no verdict
(a rejected specification, sizes without a system, an internal error, an interrupt) is a case too:
a reader who only counts must not take it for a pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from frontend.source.diagnostics import Diagnostic
from frontend.source.rendering import escaped
from frontend.source.spans import NOWHERE
from verifier.inspection.vacuity.sentences import sentence
from verifier.protocol.results import PropertyReport
from verifier.report.formats.sentences import message, runs_shown, trace_lines, variant_trouble
from verifier.report.text_runs import Runs
from verifier.verify.spec_report import SpecReport, VariantReport, expected

INTERRUPTED = "interrupted: what was not settled by then is unknown"
NOTHING = "has nothing of what was asked for"


class Status(Enum):
    """What a case is for those who count."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was tried.

    Args:
        name: the property, or what the trouble is with.
        status: how it ended.
        kind: the status in a word or two, for machines: `rejected`, `internal error`, ...
        message: one line.
        detail: further lines: a trace, or which case of the same specification shows it, or each
            diagnostic.
        line: where the property is declared or the first diagnostic stands, from 1; None where the
            specification does not say.
        seconds: what it took.
    """

    name: str
    status: Status
    kind: str
    message: str
    detail: tuple[str, ...] = ()
    line: int | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Suite:
    """One variant with a case for each property.

    Args:
        name: the variant.
        cases: by property; none where `trouble` is all there is to say.
        trouble: why there is no verdict, or None.
    """

    name: str
    cases: tuple[Case, ...]
    trouble: Case | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One specification.

    Args:
        report: what it was made of.
        suites: by variant.
        troubles: cases of the specification itself: rejected, interrupted, nothing asked.
    """

    report: SpecReport
    suites: tuple[Suite, ...]
    troubles: tuple[Case, ...]


def entry(report: SpecReport) -> Entry:
    """A specification's report as cases."""
    runs = runs_shown()
    suites = tuple(_suite(variant, runs) for variant in report.variants)
    return Entry(report, suites, tuple(_troubles(report)))


def diagnostic_text(report: SpecReport, diagnostic: Diagnostic) -> str:
    """`spec.alloc:12:9: E102: there is no `x`; did you mean `y`?`, on one line."""
    place = report.path
    if report.source is not None and diagnostic.span != NOWHERE:
        line, column = report.source.position(diagnostic.span.start)
        place = f"{place}:{line}:{column}"
    return escaped(f"{place}: {_words(diagnostic)}")


def _words(diagnostic: Diagnostic) -> str:
    fix = f"; {diagnostic.fix}" if diagnostic.fix is not None else ""
    return f"{diagnostic.code}: {diagnostic.message}{fix}"


def _troubles(report: SpecReport) -> Iterator[Case]:
    if report.diagnostics:
        first = report.diagnostics[0]
        line = None
        if report.source is not None and first.span != NOWHERE:
            line, _ = report.source.position(first.span.start)
        found = tuple(diagnostic_text(report, item) for item in report.diagnostics)
        words = escaped(f"rejected: {_words(first)}")
        yield Case("specification", Status.ERROR, "rejected", words, found, line)
    elif not (report.variants or report.interrupted):
        yield Case("specification", Status.SKIPPED, "nothing asked", NOTHING)
    if report.interrupted:
        yield Case("run", Status.ERROR, "interrupted", INTERRUPTED)


def _suite(variant: VariantReport, runs: Runs) -> Suite:
    found = variant_trouble(variant)
    trouble = None
    if found is not None:
        kind, text = found
        trouble = Case("variant", Status.ERROR, kind, text)
    cases = (*(_case(variant, item, runs) for item in variant.settled), *remarks(variant))
    if trouble is None and not cases:
        trouble = Case("variant", Status.SKIPPED, "nothing asked", NOTHING)
    return Suite(variant.model.variant, cases, trouble)


def remarks(variant: VariantReport) -> Iterator[Case]:
    """What makes a run no success although each verdict is as expected."""
    for item in () if variant.vacuous_allowed else variant.vacuous:
        words = escaped(sentence(item))
        yield Case(f"{item.name} vacuous", Status.FAILED, "vacuous", words, (), item.line)
    if variant.opinion is not None and variant.opinion.doubts:
        found = tuple(map(escaped, variant.opinion.doubts))
        yield Case("second opinion", Status.INCONCLUSIVE, "not confirmed", found[0], found)


def vacuous_of(variant: VariantReport, name: str) -> bool:
    """Whether a verdict says nothing, and that is not allowed."""
    return not variant.vacuous_allowed and any(item.name == name for item in variant.vacuous)


def _case(variant: VariantReport, settled: PropertyReport, runs: Runs) -> Case:
    item = variant.model.property(settled.name)
    line = None if item.built_in else variant.model.source.position(item.span.start)[0]
    detail: tuple[str, ...] = ()
    status, kind = Status.PASSED, "as expected"
    as_expected = expected(variant.model, settled)
    if as_expected is None:
        status, kind = Status.INCONCLUSIVE, "inconclusive"
    elif not as_expected:
        status, kind = Status.FAILED, "not as expected"
        detail = tuple(trace_lines(variant, settled, runs))
    words = message(variant, settled)
    return Case(settled.name, status, kind, words, detail, line, settled.seconds)
