"""The claims of an invariant at bounds one by one, for the tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from frontend.model import Model
from proofs.answers.invariant import Claim, Invariant
from proofs.bounded.aig import Graph
from proofs.bounded.obligations import circuits, groups, query
from proofs.bounded.state_bits import Ranges
from proofs.solvers.query import Query


@dataclass(frozen=True, slots=True)
class Refutable:
    """A claim with its circuit: `bad` must never be true."""

    claim: Claim
    graph: Graph
    bad: int


def obligations(
    model: Model, invariant: Invariant, ranges: Ranges | None = None
) -> Iterator[Refutable]:
    """The claims that have to be refuted, one by one; see `circuits`."""
    for circuit in circuits(model, invariant, ranges):
        for item in circuit.obligations:
            yield Refutable(item.claim, circuit.graph, item.bad)


def plain_claims(
    model: Model, invariant: Invariant, ranges: Ranges | None = None
) -> Iterator[Claim]:
    """The claims that `obligations` leaves out because they hold by their shape."""
    for group in groups(model, invariant, ranges):
        yield from group.plain


def queries(model: Model, invariant: Invariant, ranges: Ranges | None = None) -> Iterator[Query]:
    """The same claims as scripts of QF_BV, made from the same words; see `circuits`."""
    for group in groups(model, invariant, ranges):
        if group.owed:
            yield query(group)
