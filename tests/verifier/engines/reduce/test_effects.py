from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from random import Random

import pytest

from frontend.model import (
    BOOL,
    Assert,
    Check,
    Expression,
    Model,
    Object,
    Pick,
    Read,
    Require,
    Step,
    Temporary,
    Value,
    walk,
)
from proofs.answers.trace import Move, Point, State
from proofs.interpreter.evaluate import Scope, evaluate, holds
from proofs.interpreter.instance import Instance
from tests.support.verifier import building
from tests.support.verifier.building import SPAN, Program, asserted, fault, variable
from tests.support.verifier.exchanging import taken, violated
from tests.support.verifier.random_models import random_model
from tests.support.verifier.random_states import random_state
from verifier.engines.reduce.effects import Effect, observations

SEEDS = [seed for seed in range(80) if random_model(seed) is not None][1::4]
BOUNDS = {"cpu": 2, "task": 1, "page": 2}
STATES = 40


def anything(instance: Instance, names: Iterator[Temporary], random: Random) -> dict[str, Value]:
    """Some value for each temporary."""
    return {item.name: random.choice(list(instance.candidates(item.type))) for item in names}


def steps(instance: Instance, state: State) -> Iterator[tuple[Object, Step]]:
    for thread in instance.threads():
        for step in instance.model.thread(thread.sort).steps:
            if step.source == state.places[thread]:
                yield thread, step


def shared(model: Model, effect: Effect) -> Iterator[Expression]:
    names = {item.name for item in model.variables if item.thread is None}
    yield from observations(model, effect.written() & names)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_step_is_described_as_the_interpreter_takes_it(seed: int) -> None:
    model, random = random_model(seed), Random(seed)
    assert model is not None
    instance = Instance(model, BOUNDS)
    for _ in range(STATES):
        state = random_state(instance, random)
        for thread, step in steps(instance, state):
            effect = Effect(model, step, "one")
            asked = (item.temporary for item in step.body if isinstance(item, Pick))
            picks = anything(instance, asked, random)
            known = {effect.thread.name: thread, **{f"{n}@one": v for n, v in picks.items()}}
            before = replace(Scope.of(instance, state), temporaries=known)
            outcome = taken(instance, state, Move(thread, step.name, tuple(picks.items())))
            done = outcome is not None and outcome.state is not None
            assert holds(effect.done, before) == done
            events = {name for name, event in effect.violations.items() if holds(event, before)}
            assert events == (violated(outcome) if outcome is not None else set())
            if outcome is None or outcome.state is None:
                continue
            after = Scope.of(instance, outcome.state)
            for seen in shared(model, effect):
                points = (part for part in walk(seen) if isinstance(part, Temporary))
                index = anything(instance, points, random)
                value = evaluate(seen, replace(after, temporaries=index))
                scope = replace(before, temporaries={**known, **index})
                assert evaluate(effect.after(seen), scope) == value


def test_what_a_step_violates_counts_only_where_it_is_taken() -> None:
    program = Program("cpu", 2)
    first, second, third, fourth = (Read(name, (), BOOL) for name in "abcd")
    program.step(
        0,
        1,
        Assert("claim", first, SPAN),
        Require(second),
        Check("range", third, SPAN, ""),
        Require(fourth),
    )
    built = building.model(
        [variable(name, BOOL, free=True) for name in "abcd"],
        [program],
        [asserted("claim"), fault("range")],
    )
    instance = Instance(built, {"cpu": 1})
    (cpu,) = instance.objects("cpu")
    (step,) = built.thread("cpu").steps
    effect = Effect(built, step, "one")
    for values in product((False, True), repeat=4):
        points: dict[Point, Value] = {
            (name, ()): value for name, value in zip("abcd", values, strict=True)
        }
        state = State(points, {cpu: 0})
        scope = replace(Scope.of(instance, state), temporaries={effect.thread.name: cpu})
        outcome = taken(instance, state, Move(cpu, step.name, ()))
        events = {name for name, event in effect.violations.items() if holds(event, scope)}
        assert events == (violated(outcome) if outcome is not None else set())
