"""The last line: the verdict of the whole; and the lines on what is not as expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from frontend.model import PropertyKind
from proofs.render.names import plural
from verifier.protocol.exits import Exit, of_codes
from verifier.protocol.results import PropertyReport
from verifier.report.text_report import no_such_system, why_unknown
from verifier.verify.spec_report import (
    Outcome,
    SpecReport,
    VariantReport,
    exit_of_all,
    expected,
    outcome,
    run_length,
)

INTERNAL_ERROR = "INTERNAL ERROR: the program failed or contradicts itself, please report"


def surprises(reports: Sequence[SpecReport]) -> Iterator[str]:
    """One line for everything that is not as the specifications expect."""
    for report in reports:
        if report.diagnostics:
            yield f"{report.path}: {_without_models(report)}"
        for variant in report.variants:
            name = f"{report.name}, {variant.model.variant}"
            if variant.error is not None:
                yield f"{name}: internal error: {variant.error}"
            elif variant.no_system is not None:
                yield no_such_system(variant.model, variant.no_system)
            if variant.vacuous and not variant.vacuous_allowed:
                from verifier.inspection.vacuity.sentences import sentence

                yield from (f"{name}: vacuous: {sentence(item)}" for item in variant.vacuous)
            if variant.unsure:
                yield f"{name}: it is not known whether each of the asked sizes has a system"
            if variant.opinion is not None and variant.opinion.doubts:
                yield f"{name}: a proof was not confirmed: {variant.opinion.doubts[0]}"
            for settled in variant.settled:
                match expected(variant.model, settled):
                    case None:
                        yield f"{name}: {settled.name} is unknown ({why_unknown(settled)})"
                    case False:
                        yield f"{name}: {_unexpected(variant, settled)}"
                    case True:
                        pass


def _without_models(report: SpecReport) -> str:
    """What became of a specification with errors."""
    if of_codes(item.code for item in report.diagnostics) is Exit.WRONG_INPUT:
        return "rejected"
    return report.diagnostics[0].message


def _unexpected(variant: VariantReport, settled: PropertyReport) -> str:
    length = run_length(variant, settled)
    where = f" {length.words}" if length is not None else ""
    reachable = variant.model.property(settled.name).kind is PropertyKind.REACHABLE
    if outcome(settled.status) is Outcome.PROVED:
        if reachable:
            return f"{settled.name} is reached{where}, and should never be"
        return f"{settled.name} holds, and should be violated"
    if reachable:
        return f"{settled.name} is never reached, and should be"
    return f"{settled.name} is violated{where}, and should hold"


def last_line(reports: Sequence[SpecReport]) -> str:
    """The verdict of the whole, in a line."""
    verdicts = [
        expected(variant.model, settled)
        for report in reports
        for variant in report.variants
        for settled in variant.settled
    ]
    counts = (
        f"{verdicts.count(False)} unexpected, {verdicts.count(None)} unknown "
        f"of {plural(len(verdicts), 'verdict')}"
    )
    vacuous = sum(len(variant.vacuous) for report in reports for variant in report.variants)
    said = f", {vacuous} vacuous" if vacuous else ""
    match exit_of_all(reports):
        case Exit.OK:
            total = plural(len(verdicts), "verdict")
            return f"all as expected ({total}{said})" if verdicts else "nothing to verify"
        case Exit.UNEXPECTED:
            return f"NOT as expected: {counts}{said}"
        case Exit.INCONCLUSIVE:
            return f"inconclusive: {counts}"
        case Exit.WRONG_INPUT:
            return f"wrong input; {counts}" if verdicts else "wrong input: nothing was verified"
        case Exit.HUNG_UP | Exit.INTERRUPTED | Exit.TERMINATED | Exit.GONE:
            return f"interrupted: {counts}"
        case Exit.NOT_WRITTEN:
            return f"not everything could be written: {counts}"
        case Exit.INTERNAL:
            return INTERNAL_ERROR
