"""Counterexamples to induction for the search itself: states only, of any kind of obligation."""

from __future__ import annotations

from collections.abc import Iterable

import z3

from frontend.formulas import building as formulas
from frontend.model import TRUE, At, Expression, Self, Step
from frontend.model import ReferenceType as Reference
from proofs.answers.trace import State
from verifier.analysis.folding import folded
from verifier.analysis.lock_facts import strengthened
from verifier.bounded.smt import Outcome
from verifier.every_size.obligations.counterexample import SmallInstance
from verifier.every_size.obligations.precondition import Precondition
from verifier.every_size.obligations.universe import Beyond


class Obstacles(SmallInstance):
    """One instance to look for states in that satisfy what is known and not what is to be shown."""

    def before(
        self,
        known: Iterable[Expression],
        step: Step | None,
        formula: Expression | None,
        violations: tuple[str, ...] = (),
    ) -> State | None:
        """A state that satisfies what is known, and from which a step leads to one that does not
        satisfy a formula, or violates a property; None where none was found.

        Args:
            known: closed formulas.
            step: the step; None: the formula does not hold in the state itself.
            formula: None: it is only asked for violations.
            violations: names of asserts and faults.
        """
        after = TRUE if formula is None else folded(strengthened(self._model, formula))
        asked = [*self._lasting, *(folded(strengthened(self._model, item)) for item in known)]
        try:
            if step is not None:
                me = Self(Reference(step.thread, optional=False))
                asked.append(At(me, frozenset({step.source})))
                after = Precondition(self._model, step, violations).of(after)
            asked.append(formulas.negation(after))
            translated = [self._translator.formula(item) for item in asked]
        except Beyond:
            return None
        solver = z3.SimpleSolver(self._session.context)
        for option, value in self._options.items():
            solver.set(option, value)
        names = [name for item in translated for name in item.names]
        facts = self._universe.facts((*names, *self._names))
        solver.add(*facts, *(item.term for item in translated))
        if self._session.check(solver, ()) is not Outcome.SAT:
            return None
        return self._reader.state(solver.model())
