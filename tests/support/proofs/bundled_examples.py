"""A small system, obligations and traces: what the tests bundle."""

from __future__ import annotations

from pathlib import Path

from proofs.bundle.discharge import Obligation
from proofs.bundle.writer import System, TraceEvidence, TraceStep, write_bundle
from tests.support.proofs.graphs import (
    Builder,
    multiplication_commutes,
    of_clauses,
    pigeonhole,
    random_formula,
)

BITS = ("low bit", "high")
STATES = ("00", "10", "01", "11")


def counter() -> System:
    """Counts to three; one more is a fault, and reaching three fails an assertion."""
    builder = Builder([*BITS, "go"])
    low, high, go = builder.inputs
    full = builder.both(low, high)
    step = builder.text(
        {
            "enabled": go,
            "next:low bit": low ^ 1,
            "next:high": builder.differ(low, high),
            "fault:overflow": builder.both(go, full),
            "assert:below three": builder.every((go, low ^ 1, high)),
        }
    )
    state = Builder(BITS)
    zero = state.every(bit ^ 1 for bit in state.inputs)
    three = state.every(state.inputs)
    return System(
        initial={"counter": state.text({"initial": zero})},
        steps={"count": step},
        properties={
            "small": state.text({"holds": three ^ 1}),
            "three": state.text({"holds": three}),
        },
    )


def trace(name: str, kind: str, violates: str, steps: int = 3) -> TraceEvidence:
    taken = (TraceStep("count", {"go": True}),) * steps
    match kind:
        case "violated" | "reached" | "fault" | "assert":
            claim = f"{kind}: {violates}"
            return TraceEvidence(name, claim, kind, violates, "counter", BITS, STATES, taken)
        case _:
            raise ValueError(kind)


def traces() -> list[TraceEvidence]:
    return [
        trace("small", "violated", "small"),
        trace("three", "reached", "three"),
        trace("overflow", "fault", "overflow", steps=4),
        trace("assertion", "assert", "below three"),
    ]


def possible() -> str:
    builder = Builder(["a", "b"])
    first, second = builder.inputs
    return builder.text(builder.both(first, second ^ 1))


def nothing() -> str:
    builder = Builder(1)
    return builder.text(builder.both(builder.inputs[0], builder.inputs[0] ^ 1))


def obligations() -> list[Obligation]:
    return [
        Obligation("multiplication", "x * y = y * x", multiplication_commutes(3), possible()),
        Obligation("pigeons", "4 pigeons", of_clauses(*pigeonhole(3)), possible()),
        Obligation("random.1", "none", of_clauses(12, random_formula(3, 12, 110)), None),
    ]


def write_example(folder: Path) -> Path:
    """Writes a bundle of all of these, and says where."""
    extra = {"log.txt": "proved", "LINK.md": "how"}
    write_bundle(folder, obligations(), system=counter(), traces=traces(), extra=extra)
    return folder
