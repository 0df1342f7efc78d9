"""Which run is shown, how long it is, and at which sizes; it claims only what was settled."""

from __future__ import annotations

from dataclasses import dataclass

from proofs.answers.trace import Trace
from proofs.log.asked_sizes import apart
from proofs.render.names import plural
from verifier.protocol.bounds import Asked, Bounds, describe
from verifier.protocol.results import PropertyReport


@dataclass(frozen=True, slots=True)
class Length:
    """How many steps lead to a violation, or to what a `reachable` asks for.

    Args:
        steps: of the run that is shown.
        shortest: whether there is no shorter one at these sizes.
        sizes: what tells the sizes from those asked for; "" when they are these.
    """

    steps: int
    shortest: bool
    sizes: str

    @property
    def brief(self) -> str:
        """`23`, `23 (2 pages)` or `within 23`, for a table."""
        text = f"{self.steps}" if self.shortest else f"within {self.steps}"
        return f"{text} ({self.sizes})" if self.sizes else text

    @property
    def words(self) -> str:
        """`in 23 steps`, `in the initial state`, `within 23 steps (2 pages)`."""
        text = f"{'in' if self.shortest else 'within'} {plural(self.steps, 'step')}"
        text = text if self.steps else "in the initial state"
        return f"{text} ({self.sizes})" if self.sizes else text


def length(settled: PropertyReport, asked: Asked) -> Length | None:
    """The length of the run that is shown; None where there is none.

    Args:
        asked: the sizes that were asked for.
    """
    trace = shown_trace(settled)
    if trace is None:
        return None
    own = settled.smallest is not None and trace is settled.smallest.trace
    known = settled.shortest or (own and settled.smallest is not None and settled.smallest.shortest)
    bounds = settled.bounds if settled.shortest else trace.bounds
    ranges = {sort: (low, asked.high[sort]) for sort, low in asked.low.items()}
    return Length(len(trace.steps), known, apart(bounds, ranges))


def shown_trace(settled: PropertyReport) -> Trace | None:
    """The run to show: the one at the smallest sizes, where it does the same at the asked ones and
    no shorter one is known there."""
    trace, smallest = settled.trace, settled.smallest
    if smallest is None or not smallest.extends or trace is None:
        return trace
    longer = settled.shortest and len(trace.steps) < len(smallest.trace.steps)
    return trace if longer else smallest.trace


def needs(settled: PropertyReport) -> str:
    """`needs 2 cpus, 1 pageblock, 2 pages; none with 1 cpu or 1 page`.

    "needs" is said when every way of having fewer objects was settled, "found with" otherwise;
    "" where nothing was found.
    """
    smallest = settled.smallest
    if smallest is None:
        return ""
    bounds: Bounds = smallest.trace.bounds
    text = f"{'needs' if smallest.complete else 'found with'} {describe(bounds)}"
    if smallest.absent:
        fewer = [plural(bounds[sort] - 1, sort) for sort in smallest.absent]
        text += f"; none with {' or '.join(fewer)}"
    return text


def at_larger(settled: PropertyReport) -> str:
    """What the run at the smallest sizes has to do with the verdict's own sizes, or ""."""
    smallest = settled.smallest
    trace = settled.trace
    if smallest is None or trace is None or smallest.trace.bounds == settled.bounds:
        return ""
    fewer, there = describe(smallest.trace.bounds), describe(settled.bounds)
    if not smallest.extends:
        steps = plural(len(smallest.trace.steps), "step")
        return f"with {fewer} a run of {steps} violates it, which is no violation at {there}"
    if shown_trace(settled) is trace:
        return f"with {fewer} it takes {plural(len(smallest.trace.steps), 'step')}"
    shorter = "" if settled.shortest else "; a shorter one may do so, too"
    return f"the same run violates it at {there}{shorter}"
