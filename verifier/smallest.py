"""The sentence on the smallest sizes that show a violation; it claims only what was settled."""

from __future__ import annotations

from proofs.render_names import plural
from verifier.bounds import Bounds, describe
from verifier.settlement import Settled


def needs(settled: Settled) -> str:
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


def at_larger(settled: Settled) -> str:
    """What the violation at the smallest sizes means at the sizes of the verdict, or ""."""
    smallest = settled.smallest
    trace = settled.trace
    if smallest is None or trace is None or smallest.trace.bounds == settled.bounds:
        return ""
    there = describe(settled.bounds)
    if not smallest.extends:
        return (
            f"that run is no violation at {there}, another is: {plural(len(trace.steps), 'step')}"
        )
    return f"the same run violates it at {there}"
