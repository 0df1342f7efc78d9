"""What IC3 found, held against the system again: nothing it learnt on the way is trusted.

A fresh context, a fresh encoding, formulas in place of cubes: they hold in each state to start in;
each step that does not end the run keeps them; no state of theirs violates the property, no step
from one does. Only `unsat` counts, and only if there is a state at all. Unsatisfiable cores tell
which of the formulas the property rests on, which these rest on, and so on; the others are
left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from frontend.model import Expression, Property
from verifier.bounded.encode import Encoder, Frame, Scope
from verifier.bounded.smt import Outcome, Session, Solver
from verifier.bounded.system import System
from verifier.bounded.terms import Truth
from verifier.bounded.transition import Stepper
from verifier.bounded.unroll import Unrolling, arbitrary, assumed, fails_in, initial, of_states


def needed(
    session: Session,
    system: System,
    whole: bool,
    formulas: Sequence[Expression],
    asked: Property,
) -> tuple[Expression, ...] | None:
    """Those of some formulas that are an inductive invariant that settles a property.

    Args:
        session: a new one.
        whole: whether numbers are z3 Ints.
        formulas: closed, over states.

    Returns:
        The invariant, in the order of the formulas; None when they are none.

    Raises:
        Stopped: a limit was met.
        TooWide: a number has no width.
    """
    return _Recheck(session, system, whole, tuple(dict.fromkeys(formulas))).needed(asked)


class _Recheck:
    def __init__(
        self, session: Session, system: System, whole: bool, formulas: tuple[Expression, ...]
    ) -> None:
        self._encoder = encoder = Encoder(system, session.algebra, whole)
        self._algebra = session.algebra
        self._formulas = formulas
        self._first = initial(encoder)
        self._start = arbitrary(encoder)

        self._begin, self._inside, self._step = (session.solver(whole) for _ in range(3))
        self._begin.add(self._first.conditions)
        self._begin.add(assumed(encoder, self._first.frame))
        self._names = [session.algebra.boolean(f"formula {n}") for n in range(len(formulas))]
        self._numbers = {name.get_id(): number for number, name in enumerate(self._names)}
        for part in (self._inside, self._step):
            part.add(self._start.conditions)
            part.add(
                self._algebra.implies(name, self._truth(number, self._start.frame))
                for number, name in enumerate(self._names)
            )
        unrolling = Unrolling(self._start.frame, Stepper(encoder, session.poll, canonical=True))
        self._transition = unrolling.extend()
        self._step.add(self._transition.definitions)
        self._moved = self._algebra.all(
            (self._transition.valid, self._algebra.negation(self._transition.faulty))
        )

    def needed(self, asked: Property) -> tuple[Expression, ...] | None:
        if self._begin.check() is not Outcome.SAT:
            return None
        if self._inside.check(self._names) is not Outcome.SAT:
            return None
        if of_states(asked):
            violated = fails_in(self._encoder, asked, self._start.frame)
            pending = self._core(self._inside, violated)
        else:
            violated = self._transition.fails(self._encoder, asked.name)
            pending = self._core(self._step, violated)
        if pending is None:
            return None
        chosen: set[int] = set()
        while pending:
            number = pending.pop()
            if number in chosen:
                continue
            chosen.add(number)
            core = self._kept(number)
            if core is None:
                return None
            pending |= core
        return tuple(self._formulas[number] for number in sorted(chosen))

    def _kept(self, number: int) -> set[int] | None:
        """Which formulas a step needs to keep one; None when it is not kept or not true first."""
        algebra = self._algebra
        if self._begin.check([algebra.negation(self._truth(number, self._first.frame))]) is not (
            Outcome.UNSAT
        ):
            return None
        broken = algebra.negation(self._truth(number, self._transition.after))
        return self._core(self._step, algebra.all((self._moved, broken)))

    def _core(self, solver: Solver, wrong: Truth) -> set[int] | None:
        """The formulas that exclude something; None when they do not."""
        if wrong is False:
            return set()
        if solver.check([*self._names, wrong]) is not Outcome.UNSAT:
            return None
        found = (self._numbers.get(item.get_id()) for item in solver.core())
        return {number for number in found if number is not None}

    def _truth(self, number: int, frame: Frame) -> Truth:
        return self._encoder.truth(self._formulas[number], Scope(frame))
