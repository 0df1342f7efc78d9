"""Runs as text, each once: where variants share one, it names them all."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from frontend.model import Model
from proofs.answers.trace import State, Trace
from proofs.answers.verdict import Unreachable, Violated
from verifier.protocol.results import PropertyReport
from verifier.report.text_blocks import Line, Renderer, Style
from verifier.verify.smallest_run import at_larger, needs, shown_trace
from verifier.verify.spec_report import VariantReport, expected

MARGIN = 2
"""Columns before the lines of a run."""


def renderer(*, compact: bool = False) -> Renderer:
    """Shows traces as `proofs.render.columns` does.

    Args:
        compact: whether a section under a lock that nothing interleaves is one paragraph.
    """
    from functools import partial

    from proofs.render.columns import closing, columns, summary  # only violations need it

    return Renderer(partial(columns, compact=True) if compact else columns, summary, closing)


class Runs:
    """What was shown so far.

    Args:
        renderer: how traces are shown.
        width: for traces, in columns.
    """

    def __init__(self, renderer: Renderer, width: int) -> None:
        self.renderer = renderer
        self._width = width
        self._shown: dict[Hashable, tuple[Trace, list[str]]] = {}

    def show(self, model: Model, trace: Trace) -> Iterator[Line]:
        """The columns of a run; or where they stand, and what this property makes of the run."""
        reference, lines = self.told(model, trace)
        if reference:
            yield Line(f"{reference} above", indent=2)
        if lines:
            yield Line()
            yield from self._fixed(lines)

    def told(self, model: Model, trace: Trace) -> tuple[str, list[str]]:
        """Of which verdict the run was shown already, or ""; and what is left to show of it."""
        key = run_key(model, trace)
        closing = self.renderer.closing(model, trace, self._width - MARGIN)
        if key in self._shown:
            first, said = self._shown[key]
            reference = f"the run is that of {first.variant}, {first.property}"
            return reference, closing if said != closing else []
        self._shown[key] = trace, closing
        return "", self.renderer.columns(model, trace, self._width - MARGIN)

    def text(self, model: Model, trace: Trace) -> tuple[str, ...]:
        """What a reader sees of a run."""
        return tuple(self.renderer.columns(model, trace, self._width - MARGIN))

    def _fixed(self, lines: Sequence[str]) -> Iterator[Line]:
        yield from (Line(f"  {text}".rstrip(), fixed=True) for text in lines)


@dataclass(slots=True)
class _Violation:
    """A run that some variants share.

    Args:
        variants: their names.
        style: of the line that names them.
    """

    model: Model
    settled: PropertyReport
    trace: Trace | None
    style: Style
    variants: list[str] = field(default_factory=list)


def violations(variants: Sequence[VariantReport], runs: Runs) -> Iterator[Line]:
    """What variants violate, or never reach, in order; what several do alike is told once.

    Args:
        variants: with their verdicts.
        runs: what was shown so far.
    """
    found: dict[Hashable, _Violation] = {}
    for variant in variants:
        for settled in variant.settled:
            if not isinstance(settled.status, Violated | Unreachable):
                continue
            trace = shown_trace(settled)
            style = Style.HEADING if expected(variant.model, settled) else Style.BAD
            lines = tuple(sizes_lines(settled)) if trace is not None else ()
            told = runs.text(variant.model, trace) if trace is not None else _never(settled)
            key = (settled.name, trace and len(trace.steps), lines, told)
            made = _Violation(variant.model, settled, trace, style)
            kept = found.setdefault(key, made)
            kept.variants.append(variant.model.variant)
            if style is Style.BAD:
                kept.style = style
    for item in found.values():
        yield from _violation(item, runs)


def _violation(item: _Violation, runs: Runs) -> Iterator[Line]:
    if item.trace is None:
        names, verb = ", ".join(item.variants), "reaches" if len(item.variants) == 1 else "reach"
        yield Line(f"{names} never {verb} {item.settled.name}{_never(item.settled)}", item.style)
    else:
        yield Line(runs.renderer.summary(item.trace, item.variants), item.style)
        yield from sizes_lines(item.settled)
        yield from runs.show(item.model, item.trace)
    yield Line()


def _never(settled: PropertyReport) -> str:
    """How it is known that nothing reaches a `reachable`."""
    assert isinstance(settled.status, Unreachable)
    return f": {settled.status.certificate.method}"


def sizes_lines(settled: PropertyReport) -> Iterator[Line]:
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
