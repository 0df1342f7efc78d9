"""Which of many guesses are invariants together: Houdini (Flanagan and Leino, FME 2001)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sized
from itertools import count
from typing import TypeVar

from frontend.model import Expression
from verifier.bounded.encode import Encoder, Scope
from verifier.bounded.smt import Outcome, Session
from verifier.bounded.transition import Stepper
from verifier.bounded.unroll import Start, Unrolling, initial

Candidates = TypeVar("Candidates", bound=Sized)


def greatest(candidates: Candidates, kept: Callable[[Candidates], Candidates]) -> Candidates:
    """The greatest set of candidates that keep each other.

    Args:
        kept: which of some candidates hold after a step when all of them hold before it.
    """
    while len(rest := kept(candidates)) < len(candidates):
        candidates = rest
    return rest


def invariants(
    session: Session,
    encoder: Encoder,
    start: Start,
    guesses: Iterable[Expression],
    told: Callable[[int, int], object],
) -> list[Expression]:
    """The greatest set of guesses that hold at the start and that each step keeps together.

    Args:
        session: owns the solver.
        encoder: of the system.
        start: any state, from `unroll.arbitrary`.
        guesses: formulas over states; one that is not plainly true at the start is dropped.
        told: takes the number of each round when it begins, and how many guesses are left.

    Raises:
        Stopped: a limit was met.
    """
    first = Scope(initial(encoder).frame)
    remaining = [item for item in guesses if encoder.truth(item, first) is True]
    if not remaining:
        return []
    unrolling = Unrolling(start.frame, Stepper(encoder, session.poll, canonical=True))
    transition = unrolling.extend()
    solver = session.solver(encoder.whole)
    solver.add(start.conditions)
    solver.add(transition.definitions)
    solver.add([transition.valid, encoder.algebra.negation(transition.faulty)])
    before = {item: encoder.truth(item, unrolling.scope(0)) for item in remaining}
    broken = {
        item: encoder.algebra.negation(encoder.truth(item, unrolling.scope(1)))
        for item in remaining
    }
    turns = count(1)

    def kept(left: list[Expression]) -> list[Expression]:
        told(next(turns), len(left))
        assumed = [before[item] for item in left]
        return [item for item in left if solver.check([*assumed, broken[item]]) is Outcome.UNSAT]

    return greatest(remaining, kept)
