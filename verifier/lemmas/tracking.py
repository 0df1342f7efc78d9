"""Which hypotheses a proof used: unsat cores of the obligations for all sizes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import z3

from frontend.model import Expression, Model, Step
from verifier.smt import Outcome
from verifier.task import Limits
from verifier.unbounded.counting import Uncounted
from verifier.unbounded.obligations import (
    EFFORT,
    AllSizes,
    Fails,
    Holds,
    Status,
    Unknown,
    known_place,
)
from verifier.unbounded.precondition import Precondition
from verifier.unbounded.start import conjuncts
from verifier.unbounded.universe import Beyond

_Key = tuple[int, int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Named:
    """A hypothesis behind a name.

    Args:
        formula: held so that its `id` stays its own.
        name: assumed where the hypothesis is.
        guarded: that the name implies it.
        facts: about what it mentions, true of every state.
    """

    formula: Expression
    name: z3.BoolRef
    guarded: z3.BoolRef
    facts: tuple[z3.BoolRef, ...]


class Tracking(AllSizes):
    """An `AllSizes` that knows the hypotheses behind its last `Holds`."""

    def __init__(
        self,
        model: Model,
        limits: Limits | None = None,
        seed: int = 0,
        effort: int = EFFORT,
    ) -> None:
        super().__init__(model, limits, seed, effort)
        self.used: frozenset[int] = frozenset()
        self.counted = False
        self._named: dict[int, _Named] = {}
        self._goals: dict[_Key, tuple[Step, Expression, Expression]] = {}

    def _step(
        self, hypotheses: Iterable[Expression], precondition: Precondition, formula: Expression
    ) -> Status:
        """As in `AllSizes`; the same goal is tried from one set of hypotheses after another."""
        step = precondition.step
        key = id(step), id(formula), tuple(precondition.violations)
        known = self._goals.get(key)
        if known is None:
            try:
                goal = known_place(precondition.of(formula), step.source)
            except Beyond as problem:
                return Unknown(problem.reason)
            known = self._goals[key] = step, formula, goal
        return self._prove(hypotheses, known[2], step)

    def _decide(self, plain: Sequence[Expression], taken: Uncounted) -> Status:
        """A solver of its own for each obligation, with each hypothesis behind a name."""
        chosen = [self._named_one(item) for item in {id(item): item for item in plain}.values()]
        solver = self._solver()
        facts = {fact.get_id(): fact for item in chosen for fact in item.facts}
        solver.add(*facts.values(), *(item.guarded for item in chosen))
        self._assert(solver, (*taken.formulas, *taken.facts))
        match self.session.check(solver, [item.name for item in chosen]):
            case Outcome.UNSAT:
                core = {item.get_id() for item in solver.unsat_core()}
                self.counted = len(taken.formulas) > 1
                self.used = frozenset(
                    id(item.formula) for item in chosen if item.name.get_id() in core
                )
                return Holds()
            case Outcome.SAT:
                return Fails()
            case Outcome.UNKNOWN:
                return Unknown(solver.reason_unknown())

    def _named_one(self, item: Expression) -> _Named:
        known = self._named.get(id(item))
        if known is None:
            name = z3.Bool(f"hypothesis {len(self._named)}", self.session.context)
            translated = [self._translator.formula(part) for part in conjuncts(item)]
            names = (name for part in translated for name in part.names)
            facts = tuple(self._translator.universe.facts(names))
            guarded = z3.Implies(name, z3.And(*(part.term for part in translated)))
            known = self._named[id(item)] = _Named(item, name, guarded, facts)
        return known

    def needed(self, hypotheses: Iterable[Expression]) -> list[Expression]:
        """Those of the hypotheses that the last `Holds` used; all that speak of counts."""
        found = []
        for item in hypotheses:
            known = self._hypothesis(item)
            if id(known.formula) in self.used or (known.instances and self.counted):
                found.append(item)
        return found


class Prover(Protocol):
    """What the search asks of a prover."""

    model: Model

    def initiation(self, lemma: Expression) -> Status:
        """Whether a formula holds at the start."""

    def consecution(
        self, hypotheses: Iterable[Expression], step: Step, lemma: Expression
    ) -> Status:
        """Whether a step keeps it."""

    def safety(self, hypotheses: Iterable[Expression], formula: Expression) -> Status:
        """Whether it follows."""

    def step_safe(self, hypotheses: Iterable[Expression], step: Step, name: str) -> Status:
        """Whether a step violates nothing of that name."""

    def needed(self, hypotheses: Iterable[Expression]) -> list[Expression]:
        """Those of the hypotheses that the last proof used."""
