"""Which hypotheses a proof used: unsat cores of the obligations for all sizes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import z3

from frontend.model import Expression, Model, Step
from verifier.smt import Outcome
from verifier.unbounded.counting import Uncounted
from verifier.unbounded.obligations import AllSizes, Fails, Holds, Status, Unknown
from verifier.unbounded.start import conjuncts


class Tracking(AllSizes):
    """An `AllSizes` that knows the hypotheses behind its last `Holds`."""

    used: frozenset[int] = frozenset()

    def _decide(self, plain: Sequence[Expression], taken: Uncounted) -> Status:
        if self._shared is None or self._shared[0] != tuple(map(id, plain)):
            solver = self._solver()
            self.names = {}
            for item in plain:
                if id(item) in self.names:
                    continue
                name = z3.Bool(f"hyp {len(self.names)}", self.session.context)
                self.names[id(item)] = name
                translated = [self._translator.formula(part) for part in conjuncts(item)]
                names = (name for part in translated for name in part.names)
                solver.add(*self._translator.universe.facts(names))
                solver.add(z3.Implies(name, z3.And(*(part.term for part in translated))))
            self._shared = tuple(map(id, plain)), solver, plain
        solver = self._shared[1]
        solver.push()
        try:
            self._assert(solver, (*taken.formulas, *taken.facts))
            match self.session.check(solver, list(self.names.values())):
                case Outcome.UNSAT:
                    core = {str(item) for item in solver.unsat_core()}
                    self.used = frozenset(k for k, v in self.names.items() if str(v) in core)
                    return Holds()
                case Outcome.SAT:
                    return Fails()
                case Outcome.UNKNOWN:
                    return Unknown(solver.reason_unknown())
        finally:
            solver.pop()

    def needed(self, hypotheses: Iterable[Expression]) -> list[Expression]:
        """Those of the hypotheses that the last `Holds` used; all that speak of counts."""
        found = []
        for item in hypotheses:
            known = self._hypothesis(item)
            if known.instances is not None or id(known.formula) in self.used:
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
