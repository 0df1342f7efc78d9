"""What a solver says of the scripts is true: compared with the interpreter on random models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import pytest

from frontend.model import (
    BOOL,
    Assert,
    At,
    Binary,
    Bound,
    Check,
    Constant,
    Expression,
    IntType,
    Model,
    Operator,
    Pick,
    PropertyKind,
    Quantified,
    QuantifierKind,
    Read,
    Variable,
)
from proofs.answers.invariant import Claim, Duty, Invariant
from proofs.answers.trace import Move, State
from proofs.every_size import expected, obligations
from proofs.interpreter.evaluate import Scope, Undefined, Unset, holds
from proofs.interpreter.execute import Impossible, outcome_of
from proofs.interpreter.instance import Instance
from tests.support.proofs.plain import trivial
from tests.support.proofs.solving import z3_answers
from tests.support.verifier.random_formulas import COLOUR, CPU, LOCATIONS, PAGE, TASK, Names
from tests.support.verifier.random_models import Maker
from tests.support.verifier.random_states import random_state

STATES = 120
"""Random states of a model."""

NUMBER = IntType(0, None)


class CountingMaker(Maker):
    """A random model whose steps write fields of pages, with lemmas about how many there are.

    Bounds on the same counts stand side by side: what a step does to a count is then confirmed
    exactly, or wrongly.
    """

    def _variables(self) -> list[Variable]:
        wanted = {"number", "page.colour", "page.buddy"}
        while True:
            found = super()._variables()
            if wanted <= {item.name for item in found}:
                return found

    def lemmas(self) -> tuple[Expression, ...]:
        bodies = [self.body(), self.body()]
        bounds = [
            self.bounded(bodies[self.random.randrange(2)], operator, limit)
            for operator in (Operator.LE, Operator.GE, Operator.EQ)
            for limit in self.random.sample((0, 1, 2, 3), 2)
        ]
        return (*bounds, self.compared(*bodies), self.for_each(), self.closed(3))

    def body(self) -> tuple[tuple[Bound, ...], Expression]:
        binders = [self.bound(self.random.choice((PAGE, PAGE, PAGE, CPU)))]
        if self.random.random() < 0.2:
            binders.append(self.bound(self.random.choice((PAGE, CPU, COLOUR))))
        return tuple(binders), self.inside(tuple(binders))

    def inside(self, names: tuple[Bound, ...]) -> Expression:
        """A formula about objects, most often a plain one."""
        if self.random.random() < 0.5:
            pages = [item for item in names if item.type == PAGE]
            if pages:
                place: Expression = pages[0]
                if self.random.random() < 0.4:
                    place = Read("page.buddy", (place,), PAGE)
                colour = Read("page.colour", (place,), COLOUR)
                red = Constant("red", COLOUR)
                return Binary(Operator.EQ, colour, red, BOOL)
        if names[0].type != PAGE and self.random.random() < 0.5:
            return At(names[0], frozenset(self.random.sample(range(LOCATIONS), 2)))
        return self.of(BOOL, Names(None, frozenset(), names), self.random.choice((1, 2, 2, 3)))

    def bounded(
        self, body: tuple[tuple[Bound, ...], Expression], operator: Operator, limit: int
    ) -> Expression:
        return Binary(operator, counted(*body), Constant(limit, NUMBER), BOOL)

    def compared(
        self,
        left: tuple[tuple[Bound, ...], Expression],
        right: tuple[tuple[Bound, ...], Expression],
    ) -> Expression:
        return Binary(Operator.LE, counted(*left), counted(*right), BOOL)

    def for_each(self) -> Expression:
        """A count that depends on the variable of a quantifier around it."""
        each = self.bound(self.random.choice((PAGE, CPU, TASK)))
        binder = self.bound(PAGE)
        count = counted((binder,), self.inside((binder, each)))
        limit = Constant(self.random.randint(0, 2), NUMBER)
        operator = self.random.choice((Operator.LE, Operator.GE))
        kind = self.random.choice((QuantifierKind.FORALL, QuantifierKind.EXISTS))
        return Quantified(kind, (each,), Binary(operator, count, limit, BOOL), BOOL)


def counted(binders: tuple[Bound, ...], body: Expression) -> Expression:
    return Quantified(QuantifierKind.COUNT, binders, body, NUMBER)


@dataclass(frozen=True)
class Case:
    """A model, an invariant that nobody believes, and the claims that the solver confirms."""

    model: Model
    invariant: Invariant
    confirmed: frozenset[Claim]
    trivial: frozenset[Claim]

    def premises(self, claim: Claim) -> tuple[int, ...]:
        """What may be assumed: the lemma itself too where no script states the claim."""
        itself = (claim.lemma,) if claim in self.trivial else ()
        return (*self.invariant.hints(claim), *(number for number in itself if number >= 0))


def cases(seed: int) -> Case | None:
    """The case of a seed; None when the dice asked for an object where there is none."""
    maker = CountingMaker(seed)
    try:
        model = maker.model()
        lemmas = maker.lemmas()
    except LookupError:
        return None
    names = tuple(item.name for item in model.properties if item.kind is not PropertyKind.REACHABLE)
    invariant = Invariant(lemmas, names)
    random = Random(seed)
    premises = {
        claim: tuple(
            sorted(
                {
                    *random.sample(range(len(lemmas)), random.choice((0, 1, 1, 2))),
                    *((claim.lemma,) if claim.lemma >= 0 and random.random() < 0.6 else ()),
                }
            )
        )
        for claim in expected(model, invariant)
        if claim.duty is not Duty.START
    }
    invariant = Invariant(lemmas, names, None, premises)
    obvious = frozenset(trivial(model, invariant))
    confirmed = set(obvious)
    for query in obligations(model, invariant):
        answers = z3_answers(query, 100)
        confirmed.update(claim for claim, answer in answers.items() if answer == "unsat")
    return Case(model, invariant, frozenset(confirmed), obvious)


def truth(formula: Expression, instance: Instance, state: State) -> bool | None:
    """Whether a formula holds; None where it reads what has no value."""
    try:
        return holds(formula, Scope.of(instance, state))
    except (Undefined, Unset):
        return None


def starts(instance: Instance, random: Random) -> State:
    """A state at the start, whether or not it satisfies the assumptions."""
    state = random_state(instance, random)
    values = {
        point: variable.initial.value if variable.initial is not None else state.values[point]
        for variable in instance.model.variables
        if variable.thread is None
        for point in instance.points(variable)
    }
    places = {thread: instance.model.thread(thread.sort).entry for thread in state.places}
    return State(values, places)


def refuted(case: Case, random: Random) -> Iterator[Claim]:
    """Claims of a case that some small state refutes."""
    conditions = [item.condition for item in case.model.assumptions]
    for _ in range(STATES):
        sizes = {sort.name: random.choice((1, 2, 2, 3)) for sort in case.model.sorts}
        instance = Instance(case.model, sizes)
        state = starts(instance, random)
        if all(truth(condition, instance, state) for condition in conditions):
            for number, lemma in enumerate(case.invariant.lemmas):
                if truth(lemma, instance, state) is False:
                    yield Claim(Duty.START, lemma=number)
        state = random_state(instance, random)
        if not all(truth(condition, instance, state) for condition in conditions):
            continue
        known = [truth(lemma, instance, state) for lemma in case.invariant.lemmas]
        if None not in known:
            for claim in broken(case, instance, state, random):
                if all(known[number] for number in case.premises(claim)):
                    yield claim


def broken(case: Case, instance: Instance, state: State, random: Random) -> Iterator[Claim]:
    """Claims that would not hold if all their premises did in this state."""
    for item in case.model.properties:
        if item.expression is not None and truth(item.expression, instance, state) is False:
            yield Claim(Duty.FOLLOWS, property=item.name)
    for thread, place in state.places.items():
        steps = [step for step in case.model.thread(thread.sort).steps if step.source == place]
        for step in steps * 3:
            picks = tuple(
                (i.temporary.name, random.choice(list(instance.candidates(i.temporary.type))))
                for i in step.body
                if isinstance(i, Pick)
            )
            try:
                outcome = outcome_of(instance, state, Move(thread, step.name, picks))
            except Impossible:
                continue
            for failure in outcome.failures:
                match failure.instruction:
                    case Check(fault=name) | Assert(name=name):
                        yield Claim(Duty.SAFE, -1, name, thread.sort, step.name)
            if outcome.state is not None:
                for number, lemma in enumerate(case.invariant.lemmas):
                    if truth(lemma, instance, outcome.state) is False:
                        yield Claim(Duty.KEPT, number, "", thread.sort, step.name)


@pytest.mark.parametrize("seed", range(20))
def test_no_confirmed_claim_has_a_counterexample_in_a_small_state(seed: int) -> None:
    case = cases(seed)
    if case is None:
        return
    wrong = case.confirmed.intersection(refuted(case, Random(seed)))
    assert not wrong, "\n".join(map(str, wrong))
