"""Which steps move past the steps of other threads, proved pair by pair, for every size.

Lipton, "Reduction: a method of proving properties of parallel programs" (1975), with faults and
assertions as in Flanagan and Qadeer, "Types for atomicity" (2003). Let a be a step of thread t, b
one of another thread u, s any state that satisfies the facts in which t stands where a starts and u
where b starts, with any picks.

* a *moves right* over b: where a and then b can be taken, b and then a can be taken, with the same
  picks, and they end in the same state; each assertion that failed still fails. And where b, after
  a, violates anything (a fault, which ends the run, or an assertion), it violates that in s too.
* a *moves left* over b: where b and then a can be taken, a and then b can, likewise. And where a
  can be taken in s, whatever b violates in s it also violates after a.

Nothing is asked of a that faults: such a step is the last of its run and never has to move.

A pair is settled by the first of these that works: the two touch nothing in common; the facts say
that no two threads are where they start; z3 shows that the claim has no counterexample. Anything
but `unsat` means that the step is not known to move.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import product

from frontend.formulas.building import both, conjunction, implication, negation
from frontend.model import (
    BOOL,
    TRUE,
    At,
    Binary,
    Expression,
    LockType,
    Model,
    Operator,
    Read,
    ReferenceType,
    Step,
    Temporary,
    walk,
)
from verifier.analysis.folding import distinct, equality
from verifier.analysis.independence import Footprint, footprints, independent
from verifier.analysis.lock_facts import holdings
from verifier.engines.reduce.effects import Effect, observations
from verifier.every_size.obligations.universe import Beyond
from verifier.every_size.obligations.verification_conditions import Holds, VerificationConditions
from verifier.protocol.task import Limits

EFFORT = 200_000
"""How much work, in z3's `rlimit`, one pair may cost: those that commute cost a fraction of it."""

StepName = tuple[str, str]
"""The sort of the thread, and the step's name."""


class Side(Enum):
    """Which way a step moves."""

    RIGHT = "right"
    LEFT = "left"


class How(Enum):
    """Why a step moves over another."""

    DISJOINT = "disjoint"
    """Neither writes what the other reads or writes."""
    EXCLUDED = "excluded"
    """As the facts show, no two threads stand where the two steps start."""
    PROVED = "z3"
    """z3 shows that both orders give the same."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A step moves over another one of a different thread.

    Args:
        step: which moves.
        other: over this one.
        side: in this direction.
        how: why.
    """

    step: StepName
    other: StepName
    side: Side
    how: How


@dataclass(frozen=True, slots=True)
class Clash:
    """A pair of which it is not known that it can be exchanged.

    Args:
        step: which does not move.
        other: over this one.
        side: in this direction.
        touched: names of the variables that one of them writes and the other touches.
        reason: in one line.
    """

    step: StepName
    other: StepName
    side: Side
    touched: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        what = ", ".join(self.touched) or "where threads stand"
        way = f"does not move {self.side.value} over"
        return f"{self.step[1]} {way} {self.other[1]}: both touch {what} ({self.reason})"


@dataclass(frozen=True, slots=True)
class Moves:
    """The step moves over every step of every other thread."""

    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Stays:
    """The step is not known to move, because of a pair (the first that was found)."""

    clash: Clash


Verdict = Moves | Stays


class Movers:
    """Settles pairs of steps; remembers each.

    Args:
        model: a checked model.
        facts: closed formulas that hold in every reachable state: proved, say by `facts.py`.
        limits: time and memory; when one is met, `smt.Stopped` is raised.
        seed: for solvers.
    """

    def __init__(
        self,
        model: Model,
        facts: Sequence[Expression],
        limits: Limits | None = None,
        seed: int = 0,
    ) -> None:
        self.model = model
        self.facts = tuple(facts)
        self.prover = VerificationConditions(model, limits, seed, EFFORT)
        self.steps = tuple(step for thread in model.threads for step in thread.steps)
        self._footprints = footprints(model)
        self._effects: dict[tuple[StepName, str], Effect] = {}
        self._verdicts: dict[tuple[StepName, Side], Verdict] = {}
        self._apart: dict[tuple[str, int, str, int], bool] | None = None
        self._about = frozenset(
            node.thread.type for fact in self.facts for node in walk(fact) if isinstance(node, At)
        )

    def verdict(self, step: Step, side: Side) -> Verdict:
        """Whether a step moves over every step of another thread."""
        key = _name(step), side
        if key not in self._verdicts:
            self._verdicts[key] = self._verdict(step, side)
        return self._verdicts[key]

    def _verdict(self, step: Step, side: Side) -> Verdict:
        found: list[Pair] = []
        for other in self.steps:
            settled = self.pair(step, other, side)
            if isinstance(settled, Clash):
                return Stays(settled)
            found.append(settled)
        return Moves(tuple(found))

    def _footprint(self, step: Step) -> Footprint:
        return self._footprints[_name(step)]

    def pair(self, step: Step, other: Step, side: Side) -> Pair | Clash:
        """Whether a step moves over another one, which may be the same of another thread."""
        if independent(self._footprint(step), self._footprint(other)):
            return Pair(_name(step), _name(other), side, How.DISJOINT)
        if self.apart(step, other):
            return Pair(_name(step), _name(other), side, How.EXCLUDED)
        reason = "the two orders may differ"
        try:
            claims = self._right(step, other) if side is Side.RIGHT else self._left(step, other)
            if all(self._proved(claim) for claim in claims):
                return Pair(_name(step), _name(other), side, How.PROVED)
        except Beyond as problem:
            reason = problem.reason
        touched = _touched(self._footprint(step), self._footprint(other))
        return Clash(_name(step), _name(other), side, touched, reason)

    def _proved(self, claim: Expression) -> bool:
        if claim == TRUE:
            return True
        return isinstance(self.prover.safety(self.facts, distinct(claim)), Holds)

    # --- exclusion -------------------------------------------------------------------------

    def apart(self, step: Step, other: Step) -> bool:
        """Whether the facts exclude that two threads stand where two steps start."""
        if not self._about >= {_reference(step), _reference(other)}:
            return False
        if self._apart is None:
            self._apart = dict(self._apart_by_locks())
        key = step.thread, step.source, other.thread, other.source
        if key not in self._apart:
            kinds = step.thread, other.thread
            places = frozenset({step.source}), frozenset({other.source})
            self._apart |= dict.fromkeys(_both_ways(kinds, places), self._nobody(kinds, places))
        return self._apart[key]

    def _apart_by_locks(self) -> Iterator[tuple[tuple[str, int, str, int], bool]]:
        """Where threads hold one and the same lock, for all such places at once."""
        known = {thread.sort: holdings(self.model, thread) for thread in self.model.threads}
        for item in self.model.variables:
            if not isinstance(item.type, LockType) or item.index:
                continue
            lock = Read(item.name, (), item.type)
            inside = {
                sort: frozenset(place for place, held in places.items() if lock in held.surely)
                for sort, places in known.items()
            }
            sorts = [sort for sort, places in inside.items() if places]
            for position, one in enumerate(sorts):
                for other in sorts[: position + 1]:
                    places = inside[one], inside[other]
                    if self._nobody((one, other), places):
                        yield from ((key, True) for key in _both_ways((one, other), places))

    def _nobody(
        self, kinds: tuple[str, str], places: tuple[frozenset[int], frozenset[int]]
    ) -> bool:
        one, other = (
            Temporary(name, ReferenceType(sort, optional=False))
            for name, sort in zip(("first@", "second@"), kinds, strict=True)
        )
        together = both(At(one, places[0]), At(other, places[1]))
        return self._proved(implication(_different(one, other), negation(together)))

    # --- the claims ------------------------------------------------------------------------

    def _effect(self, step: Step, name: str) -> Effect:
        key = _name(step), name
        if key not in self._effects:
            self._effects[key] = Effect(self.model, step, name)
        return self._effects[key]

    def _right(self, step: Step, other: Step) -> Iterator[Expression]:
        one, two = self._effect(step, "first"), self._effect(other, "second")
        start = _start(one, two)
        taken = conjunction((start, one.done))
        exchanged = self._exchanged(one, two)
        yield implication(both(taken, one.after(two.done)), exchanged)
        for violated in two.violations.values():
            yield implication(both(taken, one.after(violated)), violated)

    def _left(self, step: Step, other: Step) -> Iterator[Expression]:
        one, two = self._effect(step, "first"), self._effect(other, "second")
        start = _start(one, two)
        exchanged = self._exchanged(two, one)
        yield implication(conjunction((start, two.done, two.after(one.done))), exchanged)
        for violated in two.violations.values():
            yield implication(conjunction((start, one.done, violated)), one.after(violated))

    def _exchanged(self, first: Effect, second: Effect) -> Expression:
        """What must hold where two steps can be taken one after the other."""
        written = first.written() | second.written()
        same = (
            equality(first.after(second.after(seen)), second.after(first.after(seen)))
            for seen in observations(self.model, written)
        )
        kept = _still_violated(first, second)
        return conjunction((second.done, second.after(first.done), *same, *kept))


def _both_ways(
    kinds: tuple[str, str], places: tuple[frozenset[int], frozenset[int]]
) -> Iterator[tuple[str, int, str, int]]:
    for one, other in product(*places):
        yield kinds[0], one, kinds[1], other
        yield kinds[1], other, kinds[0], one


def _still_violated(first: Effect, second: Effect) -> Iterator[Expression]:
    """What fails in one order fails in the other."""
    for violated in first.violations.values():
        yield implication(violated, second.after(violated))
    for violated in second.violations.values():
        yield implication(first.after(violated), violated)


def _start(one: Effect, two: Effect) -> Expression:
    return conjunction((_different(one.thread, two.thread), one.stands, two.stands))


def _different(one: Temporary, other: Temporary) -> Expression:
    return Binary(Operator.NE, one, other, BOOL) if one.type == other.type else TRUE


def _reference(step: Step) -> ReferenceType:
    return ReferenceType(step.thread, optional=False)


def _name(step: Step) -> StepName:
    return step.thread, step.name


def _touched(one: Footprint, other: Footprint) -> tuple[str, ...]:
    """What one writes and the other touches, where they can mean the same object."""
    pairs = (
        *product(one.writes, other.reads | other.writes),
        *product(other.writes, one.reads),
    )
    return tuple(
        sorted(
            {
                name
                for (name, here), (also, there) in pairs
                if name == also and not (here == there and here >= 0)
            }
        )
    )
