"""Which of many guesses are invariants together, when the guesses are thousands.

Houdini (Flanagan and Leino, FME 2001) in the incremental manner: a counterexample drops all the
guesses that it breaks, not only one; several are asked for at once; and they are asked for again
only when one that their last proof used was dropped (its unsatisfiable core tells). But for what
the solver cannot tell, what remains is the greatest set of guesses that the bounded system keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from frontend.model import Expression
from verifier.bounded.encode import Encoder, Scope
from verifier.bounded.smt import Outcome, Session
from verifier.bounded.terms import Truth
from verifier.bounded.transition import Stepper
from verifier.bounded.unroll import Unrolling, arbitrary, assumed, initial
from verifier.engines.ic3.literals import evaluate

TOGETHER = 16
"""Guesses that are asked for at once: one answer of the solver proves them all."""


def strengthened(
    session: Session,
    encoder: Encoder,
    guesses: Iterable[Expression],
    known: Sequence[Expression] = (),
) -> tuple[Expression, ...]:
    """The greatest set of guesses that hold in all initial states and that each step keeps
    together, in the order given.

    Args:
        session: owns the solvers.
        encoder: of the system.
        guesses: closed formulas over states. One of which the solver cannot tell whether it
            holds is dropped.
        known: invariants.

    Raises:
        Stopped: a limit was met.
        TooWide: a number has no width.
    """
    first = _initially(session, encoder, dict.fromkeys(guesses))
    return tuple(_Houdini(session, encoder, first, known).fixpoint()) if first else ()


def _initially(
    session: Session, encoder: Encoder, guesses: Iterable[Expression]
) -> list[Expression]:
    """Those that hold wherever a run starts."""
    start = initial(encoder)
    scope = Scope(start.frame)
    solver = session.solver(encoder.whole)
    solver.add(start.conditions)
    solver.add(assumed(encoder, start.frame))
    found = []
    for item in guesses:
        session.poll()
        wrong = encoder.algebra.negation(encoder.truth(item, scope))
        if wrong is False or (wrong is not True and solver.check([wrong]) is Outcome.UNSAT):
            found.append(item)
    return found


class _Houdini:
    """The guesses that are left, and what the proof of each group rests on."""

    def __init__(
        self,
        session: Session,
        encoder: Encoder,
        guesses: list[Expression],
        known: Sequence[Expression],
    ) -> None:
        algebra = encoder.algebra
        self._algebra = algebra
        self._guesses = guesses
        start = arbitrary(encoder)
        unrolling = Unrolling(start.frame, Stepper(encoder, session.poll, canonical=True))
        transition = unrolling.extend()
        self._solver = session.solver(encoder.whole)
        self._solver.add(start.conditions)
        self._solver.add(encoder.truth(item, unrolling.scope(0)) for item in known)
        self._solver.add(transition.definitions)
        self._solver.add([transition.valid, algebra.negation(transition.faulty)])
        self._before: list[Truth] = []
        self._broken: list[Truth] = []
        self._number: dict[int, int] = {}
        for number, item in enumerate(guesses):
            session.poll()
            before = algebra.boolean(f"guess {number}")
            self._solver.add([algebra.implies(before, encoder.truth(item, unrolling.scope(0)))])
            self._before.append(before)
            self._number[before.get_id()] = number
            after = encoder.truth(item, unrolling.scope(1))
            if isinstance(after, bool):
                self._broken.append(not after)
                continue
            broken = algebra.boolean(f"broken {number}")
            self._solver.add([algebra.iff(broken, algebra.negation(after))])
            self._broken.append(broken)
        self._left = set(range(len(guesses)))
        self._switches = 0
        self._rests_on: dict[range, frozenset[int]] = {}

    def fixpoint(self) -> list[Expression]:
        """The guesses that no step breaks."""
        count = len(self._guesses)
        groups = [range(low, min(low + TOGETHER, count)) for low in range(0, count, TOGETHER)]
        while unproved := [group for group in groups if group not in self._rests_on]:
            for group in unproved:
                self._ask(group)
        return [self._guesses[number] for number in sorted(self._left)]

    def _ask(self, group: range) -> None:
        """Drops guesses until no step breaks one that is left of a group."""
        while members := [number for number in group if number in self._left]:
            broken = self._algebra.any(self._broken[number] for number in members)
            if broken is False:
                break
            self._switches += 1
            switch = self._algebra.boolean(f"group {self._switches}")
            self._solver.add([self._algebra.implies(switch, broken)])
            assumed = [self._before[item] for item in sorted(self._left)]
            outcome = self._solver.check([*assumed, switch])
            if outcome is Outcome.SAT:
                model = self._solver.model()
                self._drop({item for item in self._left if evaluate(model, self._broken[item])})
            self._solver.add([self._algebra.negation(switch)])
            if outcome is Outcome.UNKNOWN:
                self._drop(set(members))
            if outcome is Outcome.UNSAT:
                core = (self._number.get(item.get_id()) for item in self._solver.core())
                self._rests_on[group] = frozenset(item for item in core if item is not None)
                return
        self._rests_on[group] = frozenset()

    def _drop(self, numbers: set[int]) -> None:
        self._left -= numbers
        self._rests_on = {
            group: core for group, core in self._rests_on.items() if not core & numbers
        }
