"""Runs as text, each once: where another variant or property has the same one, it is named."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from frontend.model import Model
from proofs.trace import State, Trace
from verifier.settlement import Settled
from verifier.smallest import at_larger, needs
from verifier.text_report import Line, Renderer, Style


class Runs:
    """What was shown so far.

    Args:
        renderer: how traces are shown.
        width: for traces, in columns.
    """

    def __init__(self, renderer: Renderer, width: int) -> None:
        self.renderer = renderer
        self._width = width
        self._shown: dict[Hashable, str] = {}

    def show(self, model: Model, trace: Trace) -> Iterator[Line]:
        """The columns of a run, or where they stand."""
        key = run_key(model, trace)
        if key in self._shown:
            yield Line(f"the run is that of {self._shown[key]} above", indent=2)
            return
        self._shown[key] = f"{trace.variant}, {trace.property}"
        yield Line()
        for text in self.renderer.columns(model, trace, self._width - 2):
            yield Line(f"  {text}".rstrip(), fixed=True)


def sizes_lines(settled: Settled) -> Iterator[Line]:
    """At which sizes a violation shows, as far as that was settled."""
    smallest = settled.smallest
    if smallest is not None and (smallest.complete or smallest.absent):
        yield Line(needs(settled), Style.DIM, 2)
    if larger := at_larger(settled):
        yield Line(larger, Style.DIM, 2)


def run_key(model: Model, trace: Trace) -> Hashable:
    """Equal for runs that read alike: the same statements by the same threads, with the same
    values before and after. How the steps are named and cut may differ from variant to variant.
    """
    statements = {
        (thread.sort, step.name): tuple(
            (remark.text, remark.span, remark.outcome) for remark in step.remarks
        )
        for thread in model.threads
        for step in thread.steps
    }
    return (
        frozenset(trace.bounds.items()),
        _values(trace.initial),
        tuple(
            (
                taken.move.thread,
                statements[taken.move.thread.sort, taken.move.step],
                tuple(value for _, value in taken.move.picks),
                _values(taken.state) if taken.state is not None else None,
            )
            for taken in trace.steps
        ),
    )


def _values(state: State) -> Hashable:
    return frozenset(state.values.items())
