"""Which hypotheses a proof used: unsat cores of the obligations for all sizes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import z3

from frontend.formulas import building as formulas
from frontend.model import (
    TRUE,
    At,
    Expression,
    Model,
    ReferenceType,
    Self,
    Step,
    conjuncts,
    walk,
)
from verifier.analysis.folding import folded
from verifier.bounded.smt import Outcome
from verifier.every_size.obligations.counting import Uncounted, is_count, uncounted
from verifier.every_size.obligations.grounding import Constants, asserted, closed_terms
from verifier.every_size.obligations.precondition import Precondition
from verifier.every_size.obligations.universe import Beyond
from verifier.every_size.obligations.verification_conditions import (
    EFFORT,
    Fails,
    Holds,
    Status,
    Unknown,
    VerificationConditions,
    known_place,
)
from verifier.protocol.task import Limits

_Key = tuple[int, int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Goal:
    """What must hold before a step.

    Args:
        step: held, as `formula` is, so that its `id` stays its own.
        formula: what is to hold after it.
        goal: its weakest precondition.
        parts: the conjuncts of that.
    """

    step: Step
    formula: Expression
    goal: Expression
    parts: frozenset[Expression]


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


class Tracking(VerificationConditions):
    """An `VerificationConditions` that knows the hypotheses behind its last `Holds`."""

    def __init__(
        self,
        model: Model,
        limits: Limits | None = None,
        seed: int = 0,
        effort: int = EFFORT,
    ) -> None:
        super().__init__(model, limits, seed, effort)
        self.used: frozenset[int] = frozenset()
        self.counted: frozenset[int] = frozenset()
        self._named: dict[int, _Named] = {}
        self._said: dict[int, frozenset[Expression]] = {}
        self._goals: dict[_Key, _Goal] = {}

    def consecution(
        self, hypotheses: Iterable[Expression], step: Step, lemma: Expression
    ) -> Status:
        """See `VerificationConditions`."""
        hypotheses = tuple(hypotheses)
        precondition = Precondition(self.model, step)
        formula = self._hypothesis(lemma).formula
        if not precondition.touches(formula):
            for item in hypotheses:
                if item is lemma or item == lemma:
                    self.used = frozenset({id(self._hypothesis(item).formula)})
                    self.counted = frozenset()
                    return Holds()
        return self._step(hypotheses, precondition, formula)

    def _step(
        self, hypotheses: Iterable[Expression], precondition: Precondition, formula: Expression
    ) -> Status:
        """As in `VerificationConditions`; the same goal is tried from one set of hypotheses after
        another.
        """
        step = precondition.step
        key = id(step), id(formula), tuple(precondition.violations)
        known = self._goals.get(key)
        if known is None:
            try:
                goal = precondition.of(self._hypothesis(formula).formula)
            except Beyond as problem:
                return Unknown(problem.reason)
            parts = frozenset(conjuncts(folded(goal)))
            known = self._goals[key] = _Goal(step, formula, known_place(goal, step.source), parts)
        hypotheses = tuple(hypotheses)
        for item in hypotheses if known.goal != TRUE else ():
            if known.parts <= self._conjuncts(item):
                self.used = frozenset({id(self._hypothesis(item).formula)})
                self.counted = frozenset()
                return Holds()
        return self._prove(hypotheses, known.goal, step)

    def _prove(
        self, hypotheses: Iterable[Expression], goal: Expression, step: Step | None
    ) -> Status:
        """As in `VerificationConditions`; hypotheses about counts are told apart too."""
        self.used = self.counted = frozenset()
        if goal == TRUE:
            return Holds()
        refuted = asserted(formulas.negation(goal), Constants(""))
        known = [*self._lasting, *map(self._hypothesis, hypotheses)]
        plain = [item.formula for item in known if item.instances is None]
        if step is not None:
            key = step.thread, step.source
            me = Self(ReferenceType(step.thread, optional=False))
            plain.append(self._places.setdefault(key, At(me, frozenset({step.source}))))
        counting = any(is_count(node) for node in walk(refuted))
        counted = {id(item.formula): item.instances for item in known if item.instances is not None}
        try:
            if not counting:  # most lemmas are about no number, and need no lemma about one
                status = self._tell(plain, Uncounted((refuted,), ()), ())
                if isinstance(status, Holds) or not counted:
                    return status
            terms = closed_terms((refuted, *self._own(step)))
            given = [refuted]
            owners = []
            for owner, item in counted.items():
                instance = item.at(terms)
                if step is not None:
                    instance = known_place(instance, step.source)
                if instance != TRUE:
                    given.append(instance)
                    owners.append(owner)
            return self._tell(plain, uncounted(given), owners)
        except Beyond as problem:
            return Unknown(problem.reason)

    def _conjuncts(self, item: Expression) -> frozenset[Expression]:
        """What a hypothesis says as it stands: a weakest precondition names what the next step
        needs, and there is nothing to prove."""
        known = self._said.get(id(item))
        if known is None:
            known = self._said[id(item)] = frozenset(conjuncts(self._hypothesis(item).formula))
        return known

    def _tell(self, plain: Sequence[Expression], taken: Uncounted, owners: Sequence[int]) -> Status:
        """A solver of its own for each obligation, with each hypothesis behind a name."""
        chosen = [self._named_one(item) for item in {id(item): item for item in plain}.values()]
        solver = self._solver()
        facts = {fact.get_id(): fact for item in chosen for fact in item.facts}
        solver.add(*facts.values(), *(item.guarded for item in chosen))
        self._assert(solver, (taken.formulas[0], *taken.facts))
        names = [item.name for item in chosen]
        by_name = {item.name.get_id(): item for item in chosen}
        counts: dict[int, int] = {}
        for number, (owner, formula) in enumerate(zip(owners, taken.formulas[1:], strict=True)):
            name = z3.Bool(f"count {number}", self.session.context)
            translated = [self._translator.formula(part) for part in conjuncts(formula)]
            mentioned = (one for part in translated for one in part.names)
            solver.add(*self._translator.universe.facts(mentioned))
            solver.add(z3.Implies(name, z3.And(*(part.term for part in translated))))
            names.append(name)
            counts[name.get_id()] = owner
        match self.session.check(solver, names):
            case Outcome.UNSAT:
                core = [item.get_id() for item in solver.unsat_core()]
                self.used = frozenset(id(by_name[one].formula) for one in core if one in by_name)
                self.counted = frozenset(counts[one] for one in core if one in counts)
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
        """Those of the hypotheses that the last `Holds` used."""
        found = []
        for item in hypotheses:
            known = self._hypothesis(item)
            if id(known.formula) in self.used or id(known.formula) in self.counted:
                found.append(item)
        return found


class Prover(Protocol):
    """What the search asks of a prover."""

    @property
    def model(self) -> Model:
        """Whose obligations it discharges."""

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
