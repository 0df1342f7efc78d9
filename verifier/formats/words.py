"""The sentences on verdicts that the formats share: lines without control characters."""

from __future__ import annotations

from frontend.model import PropertyKind
from frontend.rendering import escaped
from proofs.verdict import Refuted
from verifier.bounds import describe_asked
from verifier.report import Outcome, SpecReport, VariantReport, expected, outcome, run_length
from verifier.rests import rests_on
from verifier.settlement import Settled
from verifier.smallest import at_larger, needs, shown_trace
from verifier.text_report import no_such_system, why_unknown
from verifier.text_runs import MARGIN, Runs, renderer


def message(variant: VariantReport, settled: Settled) -> str:
    """A verdict and what should have been, in a line: `violated in 4 steps, and should hold`."""
    if outcome(settled) is Outcome.UNKNOWN:
        return escaped(f"inconclusive: {why_unknown(settled)}")
    text = _found(variant, settled)
    if not expected(variant.model, settled):
        return escaped(f"{text}, and {_wanted(variant, settled)}")
    return escaped(f"{text}, as expected" if isinstance(settled.verdict, Refuted) else text)


def _found(variant: VariantReport, settled: Settled) -> str:
    reachable = variant.model.property(settled.name).kind is PropertyKind.REACHABLE
    length = run_length(variant, settled)
    run = length.words if length is not None else ""
    asked = variant.settlement.asked if variant.settlement is not None else None
    sizes = (
        f"at {describe_asked(asked)}" if asked is not None and asked.high else "at the only size"
    )
    if outcome(settled) is Outcome.REFUTED:
        return f"never reached {sizes}" if reachable else f"violated {run}"
    if reachable and length is not None:
        return f"reached {run}"
    everywhere = settled.for_all is not None and settled.for_all.proved
    return "holds at every size" if everywhere else f"holds {sizes}"


def _wanted(variant: VariantReport, settled: Settled) -> str:
    reachable = variant.model.property(settled.name).kind is PropertyKind.REACHABLE
    if outcome(settled) is Outcome.PROVED:
        return "should never be" if reachable else "should be violated"
    return "should be" if reachable else "should hold"


def runs_shown() -> Runs:
    """The runs that the cases of one specification show; none is shown yet."""
    from proofs.render import WIDTH  # only violations need it

    return Runs(renderer(), WIDTH + MARGIN)


def trace_lines(variant: VariantReport, settled: Settled, runs: Runs) -> list[str]:
    """The run that shows a violation as text reports show it; none where there is no run.

    Args:
        runs: what other cases showed: a run that is among them is only referred to.
    """
    trace = shown_trace(settled)
    if trace is None or not isinstance(settled.verdict, Refuted):
        return []
    heads = [runs.renderer.summary(trace, ()), needs(settled), at_larger(settled)]
    reference, lines = runs.told(variant.model, trace)
    shown = [*filter(None, (*heads, reference)), *(("", *lines) if lines else ())]
    return [escaped(line) for line in shown]


def variant_trouble(variant: VariantReport) -> tuple[str, str] | None:
    """Why a variant has no verdicts: in a word or two, and in a line; None where it has them."""
    if variant.error is not None:
        return "internal error", escaped(f"internal error: {variant.error}")
    if variant.settlement is None:
        return "internal error", "internal error: the work on this variant did not end"
    if variant.settlement.no_system is not None:
        text = no_such_system(variant.model, variant.settlement.no_system)
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
