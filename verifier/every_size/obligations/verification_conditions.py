"""Proof obligations for every number of threads and objects.

Three of them prove an invariant of all runs of all sizes: it holds at the start (`initiation`),
every step keeps it (`consecution`), it implies the property (`safety`); a fourth (`step_safe`) is
for what is judged inside steps. Every step is looked at once, for one thread that may be any: all
that distinguishes threads and objects is what formulas say of them.

Each obligation is a set of formulas over one state that cannot hold together; the state after a
step is expressed over the one before it (`precondition.py`), counts by sizes of regions
(`counting.py`). Only z3's `unsat` is `Holds`. Each runs in a solver of its own with a limit on
z3's own measure of work, not on time, so that the answer does not depend on the machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import z3

from frontend.formulas import building as formulas
from frontend.model import (
    FALSE,
    TRUE,
    At,
    Expression,
    Model,
    Read,
    ReferenceType,
    Self,
    Step,
    conjuncts,
    walk,
)
from verifier.analysis.folding import folded, rebuild
from verifier.analysis.lock_facts import strengthened
from verifier.bounded.smt import Outcome, Session
from verifier.every_size.obligations.counting import Uncounted, is_count, uncounted
from verifier.every_size.obligations.grounding import Constants, Instances, asserted, closed_terms
from verifier.every_size.obligations.precondition import Precondition
from verifier.every_size.obligations.start import Start
from verifier.every_size.obligations.translate import Translator
from verifier.every_size.obligations.universe import Beyond, Universe
from verifier.protocol.task import Limits

EFFORT = 2_000_000
"""How much work, in z3's `rlimit`, an obligation may cost."""


@dataclass(frozen=True, slots=True)
class Holds:
    """The obligation is proved."""


@dataclass(frozen=True, slots=True)
class Fails:
    """There is a structure, perhaps an infinite one, in which it does not hold."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither is known.

    Args:
        reason: the solver's, or the construct that is beyond the fragment.
    """

    reason: str


Status = Holds | Fails | Unknown


@dataclass(frozen=True, slots=True)
class _Hypothesis:
    """A formula that obligations assume, taken apart once.

    Args:
        given: as it came; held so that its `id` stays its own.
        formula: folded.
        instances: where counts are inside.
    """

    given: Expression
    formula: Expression
    instances: Instances | None


class VerificationConditions:
    """Discharges obligations of one model.

    Args:
        model: a checked model.
        limits: time and memory; when one is met, `smt.Stopped` is raised.
        seed: for solvers.
        effort: the limit of one obligation, in z3's `rlimit`.
    """

    def __init__(
        self,
        model: Model,
        limits: Limits | None = None,
        seed: int = 0,
        effort: int = EFFORT,
    ) -> None:
        self.model = model
        self.session = Session(seed, limits or Limits())
        self._translator = Translator(Universe(model, self.session.context))
        self._seed = seed
        self._effort = effort
        self._known: dict[int, _Hypothesis] = {}
        self._places: dict[tuple[str, int], Expression] = {}
        self._shared: tuple[tuple[int, ...], z3.Solver, Sequence[Expression]] | None = None
        self._start = Start.of(model)
        self._lasting = tuple(map(self._hypothesis, self._start.lasting))
        self._first = tuple(map(self._start.at_first, self._start.passing))

    # --- the obligations -------------------------------------------------------------------

    def initiation(self, lemma: Expression) -> Status:
        """Whether a closed formula holds in every initial state."""
        goal = self._start.at_first(self._hypothesis(lemma).formula)
        return self._prove(self._first, goal, None)

    def consecution(
        self, hypotheses: Iterable[Expression], step: Step, lemma: Expression
    ) -> Status:
        """Whether a step leads from every state that satisfies the hypotheses to one that
        satisfies the lemma, which may be one of them."""
        formula = self._hypothesis(lemma).formula
        precondition = Precondition(self.model, step)
        if not precondition.touches(formula):
            hypotheses = tuple(hypotheses)
            if any(item is lemma or item == lemma for item in hypotheses):
                return Holds()
        return self._step(hypotheses, precondition, formula)

    def safety(self, hypotheses: Iterable[Expression], formula: Expression) -> Status:
        """Whether a closed formula follows from others in every state."""
        return self._prove(hypotheses, self._hypothesis(formula).formula, None)

    def step_safe(self, hypotheses: Iterable[Expression], step: Step, name: str) -> Status:
        """Whether no `Check` of that fault, and no `Assert` of that name, can fail when a step
        is taken in a state that satisfies the hypotheses."""
        return self._step(hypotheses, Precondition(self.model, step, (name,)), TRUE)

    # --- how they are discharged -----------------------------------------------------------

    def _step(
        self, hypotheses: Iterable[Expression], precondition: Precondition, formula: Expression
    ) -> Status:
        try:
            goal = precondition.of(formula)
        except Beyond as problem:
            return Unknown(problem.reason)
        step = precondition.step
        return self._prove(hypotheses, known_place(goal, step.source), step)

    def _hypothesis(self, formula: Expression) -> _Hypothesis:
        known = self._known.get(id(formula))
        if known is None:
            simple = folded(strengthened(self.model, formula))
            instances = None
            if any(is_count(node) for node in walk(simple)):
                constants = Constants(f"{len(self._known)}:")
                instances = Instances(asserted(simple, constants), constants)
            known = self._known[id(formula)] = _Hypothesis(formula, simple, instances)
        return known

    def _prove(
        self, hypotheses: Iterable[Expression], goal: Expression, step: Step | None
    ) -> Status:
        if goal == TRUE:
            return Holds()
        refuted = asserted(formulas.negation(goal), Constants(""))
        known = [*self._lasting, *map(self._hypothesis, hypotheses)]
        plain = [item.formula for item in known if item.instances is None]
        if step is not None:
            key = step.thread, step.source
            here = At(_self(step), frozenset({step.source}))
            plain.append(self._places.setdefault(key, here))
        counted = [item.instances for item in known if item.instances is not None]
        try:
            # Most lemmas are about no number, and need no lemma about one.
            if counted and not any(is_count(node) for node in walk(refuted)):
                status = self._decide(plain, uncounted([refuted]))
                if isinstance(status, Holds):
                    return status
            terms = closed_terms((refuted, *self._own(step)))
            given = [refuted]
            for item in counted:
                instance = item.at(terms)
                if step is not None:
                    instance = known_place(instance, step.source)
                given += [] if instance == TRUE else [instance]
            return self._decide(plain, uncounted(given))
        except Beyond as problem:
            return Unknown(problem.reason)

    def _own(self, step: Step | None) -> Iterable[Expression]:
        """The thread and its locals where a step starts."""
        if step is None:
            return
        me = _self(step)
        yield me
        live = self.model.thread(step.thread).locations[step.source].live
        for item in self.model.variables:
            if item.name in live and len(item.index) == 1:
                yield Read(item.name, (me,), item.type)

    def _decide(self, plain: Sequence[Expression], taken: Uncounted) -> Status:
        """Whether formulas cannot hold together. Obligations in a row that share the plain ones
        share the solver that has them asserted."""
        if self._shared is None or self._shared[0] != tuple(map(id, plain)):
            solver = self._solver()
            self._assert(solver, plain)
            self._shared = tuple(map(id, plain)), solver, plain
        solver = self._shared[1]
        solver.push()
        try:
            self._assert(solver, (*taken.formulas, *taken.facts))
            match self.session.check(solver, ()):
                case Outcome.UNSAT:
                    return Holds()
                case Outcome.SAT:
                    return Fails()
                case Outcome.UNKNOWN:
                    return Unknown(solver.reason_unknown())
        finally:
            if self.session.usable:
                solver.pop()

    def _assert(self, solver: z3.Solver, asked: Iterable[Expression]) -> None:
        translated = [self._translator.formula(part) for item in asked for part in conjuncts(item)]
        names = (name for item in translated for name in item.names)
        solver.add(*self._translator.universe.facts(names), *(item.term for item in translated))

    def _solver(self) -> z3.Solver:
        solver = z3.SimpleSolver(self.session.context)
        for option, value in (
            ("random_seed", self._seed),
            ("ctrl_c", False),
            ("rlimit", self._effort),
            ("mbqi", False),
        ):
            solver.set(option, value)
        return solver


def _self(step: Step) -> Self:
    return Self(ReferenceType(step.thread, optional=False))


def known_place(formula: Expression, source: int) -> Expression:
    """The formula where the stepping thread stands at a place."""

    def go(node: Expression) -> Expression:
        if isinstance(node, At) and isinstance(node.thread, Self):
            return TRUE if source in node.locations else FALSE
        return rebuild(node, go)

    return go(formula)
