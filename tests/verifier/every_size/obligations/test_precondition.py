from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from frontend.model import Expression, Model, PropertyKind, Step
from proofs.answers.trace import Move, State
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.execute import enabled, outcome_of
from proofs.interpreter.instance import Instance
from tests.support.verifier.naive import starts
from tests.support.verifier.preconditions import weakest_precondition
from tests.support.verifier.random_models import random_model

BOUNDS = {"cpu": 2, "task": 1, "page": 2}
STATES = 12
MODELS = {seed: model for seed in range(80) if (model := random_model(seed)) is not None}


def walks(instance: Instance, random: Random) -> Iterator[State]:
    """States on one random run."""
    initial = next(starts(instance), None)
    state = initial
    for _ in range(STATES):
        if state is None:
            return
        yield state
        nexts = []
        for move in enabled(instance, state):
            after = outcome_of(instance, state, move).state
            if after is not None:
                nexts.append(after)
        state = random.choice(nexts) if nexts else None


def formulas(model: Model) -> list[Expression]:
    return [
        item.expression
        for item in model.properties
        if item.expression is not None and item.kind is not PropertyKind.FAULT
        if item.name != "lock_cycle"
    ]


def outcomes(instance: Instance, state: State, step: Step) -> Iterator[tuple[Move, State | None]]:
    for move in enabled(instance, state):
        if move.step == step.name and move.thread.sort == step.thread:
            yield move, outcome_of(instance, state, move).state


@pytest.mark.parametrize("seed", MODELS)
def test_it_holds_before_exactly_when_the_formula_holds_after(seed: int) -> None:
    random = Random(seed)
    model = MODELS[seed]
    instance = Instance(model, BOUNDS)
    for state in walks(instance, random):
        for thread in instance.threads():
            for step in model.thread(thread.sort).steps:
                if step.source != state.places[thread]:
                    continue
                for formula in formulas(model):
                    before = weakest_precondition(model, step, formula)
                    predicted = holds(before, Scope.of(instance, state, thread))
                    after = [
                        holds(formula, Scope.of(instance, new))
                        for move, new in outcomes(instance, state, step)
                        if move.thread == thread and new is not None
                    ]
                    assert predicted == all(after), (step.name, formula)
