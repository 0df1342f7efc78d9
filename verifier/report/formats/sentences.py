"""The sentences on verdicts that the formats share: lines without control characters."""

from __future__ import annotations

from frontend.source.rendering import escaped
from proofs.answers.verdict import NoSystem, Proved, Reached, Unknown, Unreachable, Violated
from verifier.protocol.bounds import describe_asked
from verifier.protocol.results import PropertyReport
from verifier.report.basis import rests_on
from verifier.report.text_report import no_such_system, why_unknown
from verifier.report.text_runs import MARGIN, Runs, renderer
from verifier.verify.smallest_run import at_larger, needs, shown_trace
from verifier.verify.spec_report import (
    Outcome,
    SpecReport,
    VariantReport,
    expected,
    outcome,
    run_length,
)


def message(variant: VariantReport, settled: PropertyReport) -> str:
    """A verdict and what should have been, in a line: `violated in 4 steps, and should hold`."""
    if outcome(settled.status) is Outcome.UNKNOWN:
        return escaped(f"inconclusive: {why_unknown(settled)}")
    text = _found(variant, settled)
    if not expected(variant.model, settled):
        return escaped(f"{text}, and {_wanted(settled)}")
    refuted = outcome(settled.status) is Outcome.REFUTED
    return escaped(f"{text}, as expected" if refuted else text)


def _found(variant: VariantReport, settled: PropertyReport) -> str:
    length = run_length(variant, settled)
    run = length.words if length is not None else ""
    asked = variant.asked
    sizes = f"at {describe_asked(asked)}" if asked.high else "at the only size"
    match settled.status:
        case Violated():
            return f"violated {run}"
        case Unreachable():
            return f"never reached {sizes}"
        case Reached():
            return f"reached {run}"
        case Proved(every_size=None):
            return f"holds {sizes}"
        case Proved():
            return "holds at every size"
        case Unknown() | NoSystem():
            return "not settled"


def _wanted(settled: PropertyReport) -> str:
    match settled.status:
        case Reached():
            return "should never be"
        case Unreachable():
            return "should be"
        case Proved():
            return "should be violated"
        case _:
            return "should hold"


def runs_shown() -> Runs:
    """The runs that the cases of one specification show; none is shown yet."""
    from proofs.render.columns import WIDTH  # only violations need it

    return Runs(renderer(), WIDTH + MARGIN)


def trace_lines(variant: VariantReport, settled: PropertyReport, runs: Runs) -> list[str]:
    """The run that shows a violation as text reports show it; none where there is no run.

    Args:
        runs: what other cases showed: a run that is among them is only referred to.
    """
    trace = shown_trace(settled)
    if trace is None or not isinstance(settled.status, Violated):
        return []
    heads = [runs.renderer.summary(trace, ()), needs(settled), at_larger(settled)]
    reference, lines = runs.told(variant.model, trace)
    shown = [*filter(None, (*heads, reference)), *(("", *lines) if lines else ())]
    return [escaped(line) for line in shown]


def variant_trouble(variant: VariantReport) -> tuple[str, str] | None:
    """Why a variant has no verdicts: in a word or two, and in a line; None where it has them."""
    if variant.error is not None:
        return "internal error", escaped(f"internal error: {variant.error}")
    if variant.no_system is not None:
        text = no_such_system(variant.model, variant.no_system)
        return "no such system", escaped(text)
    return None


def grounds(report: SpecReport) -> list[tuple[str, str]]:
    """What the verdicts rest on, as pairs of a label and a line: sizes, memory model, ..."""
    found: list[tuple[str, str]] = []
    label = ""
    for given, text in rests_on(report):
        label = given or label  # a label stands for what follows without one, too
        found.append((escaped(label), escaped(text)))
    return found
