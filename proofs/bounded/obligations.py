"""Proof obligations at bounds, for two kinds of solver: circuits, and scripts of QF_BV.

Each claim of an invariant is that an output of a circuit, `bad`, can never be true: the hypotheses
hold, the step is taken, the conclusion does not hold. The thread that takes the step and its picks
are inputs: one circuit speaks for every thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from frontend.model import Model
from proofs.answers.invariant import Claim, Invariant
from proofs.bounded.aig import Graph
from proofs.bounded.blast import Blaster
from proofs.bounded.induction import Induction
from proofs.bounded.owed import Duties, Group
from proofs.bounded.smt_text import Script
from proofs.bounded.state_bits import Ranges
from proofs.solvers.query import Query


@dataclass(frozen=True, slots=True)
class Obligation:
    """One claim as an output of a circuit.

    Args:
        claim: which.
        bad: the literal that must never be true.
    """

    claim: Claim
    bad: int


@dataclass(frozen=True, slots=True)
class Circuit:
    """The claims of a step, of the start, or of what follows.

    Args:
        name: unique; letters, digits, `_`, `.` and `-`.
        graph: the circuit of all of them.
        obligations: what has to be refuted; may be empty. The other claims of the group hold by
            their shape.
        possible: the literal of all hypotheses of the group and its step; when it can never be
            true, the claims of the group say nothing.
    """

    name: str
    graph: Graph
    obligations: tuple[Obligation, ...]
    possible: int


def circuits(model: Model, invariant: Invariant, ranges: Ranges | None = None) -> Iterator[Circuit]:
    """Every claim that an invariant owes at its bounds, by groups.

    Args:
        model: the model.
        invariant: with bounds.
        ranges: variable -> lowest and highest value, for integers without an end; None: guessed.
            A range that is no invariant shows as a `RangeClaim` that is not confirmed.

    Raises:
        ValueError: the invariant has no bounds, or names a property that no invariant proves.
        Unencodable: something needs integers without an end.
    """
    for group in groups(model, invariant, ranges):
        yield _circuit(group)


def groups(
    model: Model, invariant: Invariant, ranges: Ranges | None = None, *, whole: bool = False
) -> Iterator[Group]:
    """The same claims as terms; see `circuits`.

    Args:
        whole: whether no integer is limited, so that the terms have no circuits, but scripts.
    """
    kind = Induction if invariant.depth else Duties
    yield from kind(model, invariant, ranges, whole=whole).groups()


def _circuit(group: Group) -> Circuit:
    graph = Graph()
    blaster = Blaster(graph)
    # What folds only as gates has to be refuted all the same: 0 is refuted at once.
    found = tuple(Obligation(item.claim, blaster.literal(item.bad)) for item in group.owed)
    return Circuit(group.name, graph, found, blaster.literal(group.possible))


def query(group: Group) -> Query:
    """The claims of a group as a script of words and, if there are any, integers."""
    script = Script([item.bad for item in group.owed])
    lines = [f"(set-logic {'ALL' if script.integers else 'QF_BV'})", *script.lines]
    for item in group.owed:
        comment = str(item.claim).encode("ascii", "backslashreplace").decode("ascii")
        lines += [
            "(push 1)",
            f"; {comment}",
            f"(assert {script.text(item.bad)})",
            "(check-sat)",
            "(pop 1)",
        ]
    return Query(group.name, tuple(item.claim for item in group.owed), "\n".join(lines) + "\n")
