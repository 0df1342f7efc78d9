"""From models, invariants and runs to the files of a bundle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from frontend.model import Model, PropertyKind, Step
from proofs.answers.invariant import Invariant, inverted
from proofs.answers.trace import State, Trace
from proofs.bounded.aiger import write
from proofs.bounded.codec import encode_move, encode_state, ranges_of
from proofs.bounded.numbers import Unencodable
from proofs.bounded.obligations import circuits
from proofs.bounded.state_bits import Layout
from proofs.bounded.system_circuits import (
    initial_circuit,
    property_circuits,
    system_layout,
    transition,
)
from proofs.bundle.discharge import Obligation
from proofs.bundle.writer import BundleReport, System, TraceEvidence, TraceStep, write_bundle
from proofs.every_size import Unsupported, obligations

LINK = Path(__file__).with_name("LINK.md")

LONGEST = 180
"""Characters of a name; a folder's entry has 255, and prefixes and suffixes come to it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is for one variant.

    Args:
        model: the variant.
        bounds: the sizes at which what holds for every size is shown by circuits, too.
        invariants: for every size, or for sizes of their own.
        traces: replayed runs.
    """

    model: Model
    bounds: Mapping[str, int]
    invariants: tuple[Invariant, ...] = ()
    traces: tuple[Trace, ...] = ()


@dataclass(slots=True)
class Assembled:
    """A bundle that was written.

    Args:
        report: what it holds.
        left_out: what could not be written, with the reason.
        scripts: how many files of SMT-LIB it has.
    """

    report: BundleReport
    left_out: list[str] = field(default_factory=list)
    scripts: int = 0


@dataclass(frozen=True, slots=True)
class Contents:
    """What is to be in a bundle, proofs and models of premises apart.

    Args:
        obligations: to be proved, made as they are asked for.
        system: what the traces are replayed on.
        traces: the runs.
        extra: path -> text of all other files.
        scripts: how many of those are SMT-LIB.
        left_out: what cannot be written, with the reason; complete once the obligations are made.
    """

    obligations: Iterator[Obligation]
    system: System | None
    traces: Sequence[TraceEvidence]
    extra: Mapping[str, str]
    scripts: int
    left_out: list[str]


def contents(evidence: Sequence[Evidence], files: Mapping[str, str]) -> Contents:
    """What is to be in a bundle.

    Args:
        evidence: variant by variant.
        files: path in the bundle -> text, of other files: the log.
    """
    left_out: list[str] = []
    scripts = {path: text for item in evidence for path, text in _scripts(item, left_out)}
    runs = _Runs()
    traces = [found for item in evidence for found in runs.of(item, left_out)]
    return Contents(
        (found for item in evidence for found in _obligations(item, left_out)),
        System(runs.initial, runs.steps, runs.properties) if traces else None,
        traces,
        {**files, **scripts, "LINK.md": LINK.read_text(encoding="utf-8")},
        len(scripts),
        left_out,
    )


def assemble(
    folder: Path, evidence: Sequence[Evidence], files: Mapping[str, str], workers: int = 2
) -> Assembled:
    """Writes a bundle.

    Args:
        folder: must not exist, or be empty; it appears when it is complete.
        evidence: variant by variant.
        files: path in the bundle -> text, of other files: the log.
        workers: processes that prove.

    Raises:
        FileExistsError: the folder is not empty.
        OSError: something cannot be written.
    """
    made = contents(evidence, files)
    report = write_bundle(
        folder,
        made.obligations,
        system=made.system,
        traces=made.traces,
        extra=made.extra,
        workers=workers,
    )
    return Assembled(report, made.left_out, made.scripts)


def _safe(name: str) -> str:
    """A name that may be part of a file's name; what had to be cut ends in a digest."""
    cleaned = re.sub(r"[^A-Za-z0-9_.-]", "-", name)
    if len(cleaned) <= LONGEST:
        return cleaned
    return f"{cleaned[: LONGEST - 17]}-{sha256(name.encode()).hexdigest()[:16]}"


# --- obligations ---------------------------------------------------------------------------


def _scripts(item: Evidence, left_out: list[str]) -> Iterator[tuple[str, str]]:
    for number, invariant in enumerate(item.invariants):
        if invariant.bounds is not None:
            continue
        below = _safe(item.model.variant) + (f".{number}" if number else "")
        try:
            for query in obligations(inverted(item.model), invariant):
                yield f"every-size/{below}/{_safe(query.name)}.smt2", query.text
        except Unsupported as problem:
            left_out.append(f"{item.model.variant}, every size: {problem}")


def _obligations(item: Evidence, left_out: list[str]) -> Iterator[Obligation]:
    model = inverted(item.model)
    for number, invariant in enumerate(item.invariants):
        bounded = replace(invariant, bounds=invariant.bounds or item.bounds)
        front = _safe(item.model.variant) + (f".{number}" if number else "")
        try:
            for circuit in circuits(model, bounded):
                possible = write(circuit.graph, {"possible": circuit.possible})
                for place, owed in enumerate(circuit.obligations, 1):
                    yield Obligation(
                        _safe(f"{front}.{circuit.name}.{place}"),
                        f"{item.model.variant}: {owed.claim}",
                        write(circuit.graph, {"bad": owed.bad}),
                        possible,
                    )
        except Unencodable as problem:
            left_out.append(f"{item.model.variant}, as circuits: {problem}")


# --- runs ----------------------------------------------------------------------------------


class _Runs:
    """Traces, and the circuits that they are replayed on, each written once."""

    def __init__(self) -> None:
        self.initial: dict[str, str] = {}
        self.steps: dict[str, str] = {}
        self.properties: dict[str, str] = {}
        self.known: set[str] = set()

    def of(self, item: Evidence, left_out: list[str]) -> list[TraceEvidence]:
        """The traces of a variant."""
        by_sizes: dict[tuple[tuple[str, int], ...], list[Trace]] = {}
        for trace in item.traces:
            by_sizes.setdefault(tuple(trace.bounds.items()), []).append(trace)
        found: list[TraceEvidence] = []
        for sizes, traces in by_sizes.items():
            tag = _safe(".".join((item.model.variant, *(f"{sort}{size}" for sort, size in sizes))))
            try:
                found += self._of_sizes(item.model, tag, traces)
            except Unencodable as problem:
                left_out.append(f"{item.model.variant}, traces: {problem}")
        return found

    def _of_sizes(self, model: Model, tag: str, traces: Sequence[Trace]) -> list[TraceEvidence]:
        states = [state for trace in traces for state in _states(trace)]
        layout = system_layout(model, traces[0].bounds, ranges_of(model, states))
        graph, literal = initial_circuit(layout)
        self.initial[tag] = write(graph, {"initial": literal})
        return [self._trace(model, layout, tag, trace) for trace in traces]

    def _trace(self, model: Model, layout: Layout, tag: str, trace: Trace) -> TraceEvidence:
        encoded = [encode_state(layout, state) for state in _states(trace)]
        bits = tuple(encoded[0])
        steps = []
        for taken in trace.steps:
            step = layout.instance.step(taken.move.thread, taken.move.step)
            assert step is not None, "the trace was replayed"
            name = self._step(model, layout, tag, step)
            steps.append(TraceStep(name, encode_move(layout, taken.move)))
        prop = model.property(trace.property)
        match prop.kind:
            case PropertyKind.FAULT:
                kind, violates = "fault", trace.property
            case PropertyKind.ASSERT:
                kind, violates = "assert", trace.property
            case _:
                reached = prop.kind is PropertyKind.REACHABLE
                kind = "reached" if reached else "violated"
                violates = self._property(layout, tag, trace.property)
        verb = "reaches" if kind == "reached" else "violates"
        return TraceEvidence(
            _safe(f"{tag}.{trace.property}"),
            f"{trace.variant} {verb} {trace.property}",
            kind,  # type: ignore[arg-type]  # one of the four that match above gives
            violates,
            tag,
            bits,
            tuple("".join("1" if item[bit] else "0" for bit in bits) for item in encoded),
            tuple(steps),
        )

    def _step(self, model: Model, layout: Layout, tag: str, step: Step) -> str:
        number = model.thread(step.thread).steps.index(step) + 1
        name = _safe(f"{tag}.{step.thread}.{number:03}.{step.name}")
        if name not in self.steps:
            made = transition(layout, step)
            outputs = {"enabled": made.taken, "inside": made.inside}
            outputs |= {f"fault:{kind}": literal for kind, literal in made.faults.items()}
            outputs |= {f"assert:{item}": literal for item, literal in made.asserts.items()}
            outputs |= {f"next:{bit}": literal for bit, literal in made.after.items()}
            self.steps[name] = write(made.graph, outputs)
        return name

    def _property(self, layout: Layout, tag: str, name: str) -> str:
        found = _safe(f"{tag}.{name}")
        if found not in self.properties:
            graph, literals = property_circuits(layout)
            self.properties[found] = write(graph, {"holds": literals[name]})
        return found


def _states(trace: Trace) -> Iterator[State]:
    yield trace.initial
    yield from (taken.state for taken in trace.steps if taken.state is not None)
