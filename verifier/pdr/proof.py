"""What IC3 found, held against the system again: nothing it learnt on the way is trusted.

A fresh context, a fresh encoding, no switches and no cores: the invariant holds in each state to
start in; each step that does not end the run keeps it; no state of it violates the property, no
step from one does. Only three times `unsat` counts, and only if there is a state at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from frontend.model import Expression, Property
from verifier.encode import Encoder, Frame, Scope
from verifier.pdr.literals import Cube, Vocabulary
from verifier.smt import Outcome, Session, Solver
from verifier.system import System
from verifier.terms import Truth
from verifier.transition import Stepper
from verifier.unroll import Unrolling, arbitrary, fails_in, initial, of_states


def checks(
    session: Session,
    system: System,
    whole: bool,
    facts: Sequence[Expression],
    blocked: Sequence[Cube],
    asked: Property,
) -> bool:
    """Whether facts and the outsides of cubes are an inductive invariant that settles a property.

    Args:
        session: a new one.
        whole: whether numbers are z3 Ints.

    Raises:
        Stopped: a limit was met.
        TooWide: a number has no width.
    """
    encoder = Encoder(system, session.algebra, whole)
    algebra = session.algebra
    start = arbitrary(encoder)
    vocabulary = Vocabulary(encoder, start.frame)

    def solver() -> Solver:
        return session.general() if whole else session.finite()

    def invariant(frame: Frame) -> list[Truth]:
        """Its parts."""
        return [
            *(encoder.truth(item, Scope(frame)) for item in facts),
            *(algebra.negation(vocabulary.holds(frame, item)) for item in blocked),
        ]

    def broken(frame: Frame) -> Truth:
        return algebra.any(algebra.negation(item) for item in invariant(frame))

    first = initial(encoder)
    begin = solver()
    begin.add(first.conditions)
    begin.add(
        encoder.truth(item.condition, Scope(first.frame)) for item in system.model.assumptions
    )
    inside = solver()
    inside.add(start.conditions)
    inside.add(invariant(start.frame))
    if begin.check() is not Outcome.SAT or inside.check() is not Outcome.SAT:
        return False
    unrolling = Unrolling(start.frame, Stepper(encoder, session.poll, canonical=True))
    transition = unrolling.extend()
    step = solver()
    step.add(start.conditions)
    step.add(invariant(start.frame))
    step.add(transition.definitions)
    if of_states(asked):
        violated = inside.check([fails_in(encoder, asked, start.frame)])
    else:
        violated = step.check([transition.fails(encoder, asked.name)])
    moved = [transition.valid, algebra.negation(transition.faulty), broken(transition.after)]
    return (
        begin.check([broken(first.frame)]) is Outcome.UNSAT
        and step.check(moved) is Outcome.UNSAT
        and violated is Outcome.UNSAT
    )
