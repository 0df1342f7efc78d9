"""Counterexamples to induction as states of small instances.

The quantified query only ever says `unsat` or nothing; what a person, or a search for lemmas, can
look at comes from the same obligation with a number of objects given, where it is finite: every
quantifier is written out and every count is a sum. The interpreter of `proofs` takes the step
again, so a counterexample is one whatever the solver says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import z3

from frontend.formulas import building as formulas
from frontend.model import (
    TRUE,
    At,
    BoolType,
    EnumType,
    Expression,
    IntType,
    LockType,
    Model,
    Object,
    ReferenceType,
    Self,
    Step,
    Type,
    Value,
    Variable,
)
from proofs.answers.trace import State, Taken
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.execute import enabled, execute
from proofs.interpreter.instance import Instance
from verifier.analysis.folding import folded
from verifier.analysis.lock_facts import strengthened
from verifier.bounded.smt import Outcome, Session
from verifier.every_size.obligations.precondition import Precondition
from verifier.every_size.obligations.start import Start
from verifier.every_size.obligations.translate import Translator
from verifier.every_size.obligations.universe import Beyond, Optional, Term, Universe, equal
from verifier.protocol.task import Limits

EFFORT = 20_000_000
"""How much work, in z3's `rlimit`, one search may cost."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A state that satisfies the hypotheses, and a step from it that breaks the lemma.

    Args:
        sizes: sort -> number of objects.
        before: the state; unreachable, unless the lemma is false.
        taken: the step as the interpreter takes it.
    """

    sizes: Mapping[str, int]
    before: State
    taken: Taken


class SmallInstance:
    """One instance of a model to look for counterexamples in.

    Args:
        model: a checked model.
        sizes: sort -> number of objects, every sort of the model.
        limits: time and memory; when one is met, `smt.Stopped` is raised.
        seed: for solvers.
        effort: the limit of one search, in z3's `rlimit`.
    """

    def __init__(
        self,
        model: Model,
        sizes: Mapping[str, int],
        limits: Limits | None = None,
        seed: int = 0,
        effort: int = EFFORT,
    ) -> None:
        self._model = model
        self._instance = Instance(model, sizes)
        self._session = Session(seed, limits or Limits())
        self._universe = Universe(model, self._session.context, sizes)
        self._translator = Translator(self._universe)
        self._reader = _Reader(model, self._universe, sizes)
        self._names = tuple(self._reader.names())
        self._lasting = Start.of(model).lasting
        self._options = {"random_seed": seed, "ctrl_c": False, "rlimit": effort}

    def counterexample(
        self, hypotheses: Iterable[Expression], step: Step, lemma: Expression
    ) -> Counterexample | None:
        """A state that satisfies the hypotheses and from which the step breaks the lemma; None
        where there is none or none was found."""
        found = self._found(hypotheses, step, lemma)
        if found is None:
            return None
        before = self._reader.state(found)
        me = _reference(step.thread)
        thread = self._reader.value(found, self._universe.unknown("(self)", me), me)
        return self._replayed(before, thread, step, lemma)

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
        found = self._found(known, step, formula, violations)
        return None if found is None else self._reader.state(found)

    def _found(
        self,
        known: Iterable[Expression],
        step: Step | None,
        formula: Expression | None,
        violations: tuple[str, ...] = (),
    ) -> z3.ModelRef | None:
        """What `before` asks for, as the solver describes it."""
        after = TRUE if formula is None else folded(strengthened(self._model, formula))
        asked = [*self._lasting, *(folded(strengthened(self._model, item)) for item in known)]
        try:
            if step is not None:
                asked.append(At(Self(_reference(step.thread)), frozenset({step.source})))
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
        return solver.model()

    def _replayed(
        self, before: State, thread: Value, step: Step, lemma: Expression
    ) -> Counterexample | None:
        for move in enabled(self._instance, before):
            if move.thread == thread and move.step == step.name:
                taken = execute(self._instance, before, move)
                after = taken.state
                if after is not None and not holds(lemma, Scope.of(self._instance, after)):
                    return Counterexample(dict(self._instance.bounds), before, taken)
        return None


class _Reader:
    """Reads the values of a finite universe out of a solver's model."""

    def __init__(self, model: Model, universe: Universe, sizes: Mapping[str, int]) -> None:
        self._model = model
        self._universe = universe
        self._instance = Instance(model, sizes)

    def names(self) -> Iterable[str]:
        """The names of all variables, whose facts the universe knows from then on."""
        for variable in self._model.variables:
            index = next(iter(self._indices(variable)))
            if not isinstance(variable.type, LockType):
                self._universe.read(variable.name, index[1])
            else:
                for kind in self._universe.kinds:
                    self._universe.owner(variable.name, index[1], kind)
        return [variable.name for variable in self._model.variables]

    def _indices(self, variable: Variable) -> Iterable[tuple[tuple[Value, ...], list[z3.ExprRef]]]:
        for values in product(*(self._instance.range_of(kind) for kind in variable.index)):
            pairs = zip(values, variable.index, strict=True)
            yield values, [self._term(value, kind) for value, kind in pairs]

    def _term(self, value: Value, kind: Type) -> z3.ExprRef:
        if isinstance(value, Object):
            objects = self._universe.objects(value.sort)
            assert objects is not None, "sizes are given"
            return objects[value.index]
        term = self._universe.constant(value, kind)
        assert not isinstance(term, Optional), "an index is no `none`"
        return term

    def state(self, found: z3.ModelRef) -> State:
        """The state that a solver's model describes."""
        places: dict[Object, int] = {}
        for thread in self._instance.threads():
            term = self._universe.place(thread.sort, self._term(thread, _reference(thread.sort)))
            places[thread] = next(
                number
                for number, value in self._universe.places(thread.sort).items()
                if _holds(found, equal(term, value))
            )
        values = {}
        for variable in self._model.variables:
            for index, terms in self._indices(variable):
                if variable.thread is not None:
                    owner = index[0]
                    assert isinstance(owner, Object), "a local's first index is its thread"
                    kind = self._model.thread(owner.sort)
                    if variable.name not in kind.locations[places[owner]].live:
                        continue
                values[variable.name, index] = self._read(found, variable, terms)
        return State(values, places)

    def _read(self, found: z3.ModelRef, variable: Variable, terms: Sequence[z3.ExprRef]) -> Value:
        if not isinstance(variable.type, LockType):
            return self.value(found, self._universe.read(variable.name, terms), variable.type)
        for kind in self._universe.kinds:
            if _holds(found, self._universe.held(variable.name, terms, kind)):
                owner = self._universe.owner(variable.name, terms, kind)
                return self.value(found, owner, _reference(kind))
        return None

    def value(self, found: z3.ModelRef, term: Term, kind: Type) -> Value:
        """A term's value."""
        if isinstance(term, Optional):
            return self.value(found, term.term, kind) if _holds(found, term.present) else None
        match kind:
            case BoolType():
                assert isinstance(term, z3.BoolRef), "a truth value"
                return _holds(found, term)
            case IntType():
                number = found.eval(term, model_completion=True)
                assert isinstance(number, z3.IntNumRef), "a completed model gives a numeral"
                return number.as_long()
            case EnumType() | ReferenceType() | LockType():
                plain = _reference(kind.sort) if isinstance(kind, ReferenceType) else kind
                return next(
                    value
                    for value in self._instance.values(plain)
                    if _holds(found, equal(term, self._term(value, plain)))
                )


def _reference(sort: str) -> ReferenceType:
    return ReferenceType(sort, optional=False)


def _holds(found: z3.ModelRef, term: z3.BoolRef) -> bool:
    return z3.is_true(found.eval(term, model_completion=True))
