"""Circuits of expressions and steps against the interpreter of `proofs`, on random systems."""

from __future__ import annotations

import os
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontend.load import load
from frontend.model import Model
from frontend.source.spans import Source
from proofs.answers.trace import Move, State, Taken
from proofs.bounded.codec import encode_move, encode_state, ranges_of
from proofs.bounded.state_bits import Layout
from proofs.bounded.system_circuits import (
    Transition,
    initial_circuit,
    property_circuits,
    system_layout,
    transition,
)
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.execute import Impossible, enabled, execute, initial_state
from proofs.interpreter.instance import Instance
from tests.differential.specs import specifications
from tests.support.proofs.decoding import decode_state
from tests.support.proofs.evaluating import evaluate
from tests.support.proofs.systems import BOUNDS, moves, steps, wide
from tests.support.verifier.random_models import random_model
from tests.support.verifier.random_states import random_state

LONGER = int(os.environ.get("BUDDYPROOF_EXAMPLES", "1"))
EXAMPLES = settings(
    deadline=None,
    max_examples=12 * LONGER,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def compare_properties(layout: Layout, states: list[State]) -> None:
    graph, literals = property_circuits(layout)
    for state in states:
        bits = encode_state(layout, state)
        found = evaluate(graph, bits, list(literals.values()))
        scope = Scope.of(layout.instance, state)
        for name, value in zip(literals, found, strict=True):
            expression = layout.instance.model.property(name).expression
            assert expression is not None
            assert value == holds(expression, scope), name


def compare_move(layout: Layout, circuit: Transition, state: State, move: Move) -> bool:
    """Compares a step; whether it could be taken."""
    bits = {**encode_state(layout, state), **encode_move(layout, move)}

    def value(literal: int) -> bool:
        return evaluate(circuit.graph, bits, [literal])[0]

    taken: Taken | None = None
    reason = ""
    try:
        taken = execute(layout.instance, state, move)
    except Impossible as impossible:
        reason = impossible.reason
    if taken is None:
        assert "waits" in reason or "stands at" in reason
        assert not value(circuit.taken)
        assert not value(circuit.completes)
        return False
    assert value(circuit.taken)
    assert value(circuit.completes) == (taken.state is not None)
    assert {name for name, literal in circuit.faults.items() if value(literal)} == {*taken.faults}
    assert {name for name, literal in circuit.asserts.items() if value(literal)} == {*taken.failed}
    if taken.state is not None:
        assert value(circuit.inside)
        names = list(circuit.after)
        found = evaluate(circuit.graph, bits, list(circuit.after.values()))
        after = dict(zip(names, found, strict=True))
        assert decode_state(layout, after) == taken.state
        assert after == encode_state(layout, taken.state)
    return True


@pytest.mark.parametrize("seed", range(14 * LONGER))
def test_random_models_do_in_circuits_what_they_do_in_the_interpreter(seed: int) -> None:
    model = random_model(seed)
    if model is None:
        pytest.skip("the dice asked for an object where there is none")
    random = Random(seed)
    layout = system_layout(model, BOUNDS, {})
    states = [random_state(layout.instance, random) for _ in range(25)]
    for state in states:
        assert decode_state(layout, encode_state(layout, state)) == state
    compare_properties(layout, states)
    for step in steps(model):
        circuit = transition(layout, step)
        for state in states:
            for move in moves(layout.instance, step, random, 2):
                compare_move(layout, circuit, state, move)


def walk(instance: Instance, random: Random, length: int) -> list[State]:
    found = [initial_state(instance, {})]
    for _ in range(length):
        possible = enabled(instance, found[-1])
        if not possible:
            break
        after = execute(instance, found[-1], random.choice(possible)).state
        if after is None:
            break
        found.append(after)
    return found


@EXAMPLES
@given(specifications(), st.integers(0, 1000))
def test_random_specifications_do_in_circuits_what_they_do_in_the_interpreter(
    text: str, seed: int
) -> None:
    (model,) = load(Source("random.alloc", text)).models
    bounds = {sort: high for sort, _, high in model.bounds}
    random = Random(seed)
    instance = Instance(model, bounds)
    states = [state for _ in range(3) for state in walk(instance, random, 8)]
    layout = system_layout(model, bounds, wide(model))
    compare_properties(layout, states)
    circuits = {step.name: transition(layout, step) for step in steps(model)}
    for state in random.sample(states, min(5, len(states))):
        possible = enabled(instance, state)
        for move in possible:
            assert compare_move(layout, circuits[move.step], state, move)
        for step in steps(model):
            for move in moves(instance, step, random, 2):
                compare_move(layout, circuits[move.step], state, move)


def initial_by_hand(instance: Instance, state: State) -> bool:
    model: Model = instance.model
    scope = Scope.of(instance, state)
    return (
        all(
            variable.initial is None or state.values[point] == variable.initial.value
            for variable in model.variables
            if variable.thread is None
            for point in instance.points(variable)
        )
        and all(place == model.thread(thread.sort).entry for thread, place in state.places.items())
        and all(holds(item.condition, scope) for item in model.assumptions)
    )


def test_the_start_is_told_from_other_states() -> None:
    seen: set[bool] = set()
    for seed in range(12):
        model = random_model(seed)
        if model is None:
            continue
        random = Random(seed)
        layout = system_layout(model, BOUNDS, {})
        graph, literal = initial_circuit(layout)
        start = initial_state(layout.instance, {})
        states = [start]
        for _ in range(12):
            other = random_state(layout.instance, random)
            point = random.choice(list(start.values))
            states.append(State({**start.values, point: other.values[point]}, start.places))
        thread = random.choice(layout.instance.threads())
        states.append(State(start.values, {**start.places, thread: 1}))
        for state in states:
            (found,) = evaluate(graph, encode_state(layout, state), [literal])
            assert found == initial_by_hand(layout.instance, state)
            seen.add(found)
    assert seen == {True, False}


def test_ranges_hold_the_values_of_a_trace() -> None:
    text = "spec s; int far = 0; thread cpu { far = 100; far = -129; } bound cpu = 1;"
    (model,) = load(Source("s.alloc", text)).models
    states = walk(Instance(model, {"cpu": 1}), Random(0), 2)
    assert ranges_of(model, states) == {"far": (-256, 255)}
    layout = system_layout(model, {"cpu": 1}, ranges_of(model, states))
    assert [decode_state(layout, encode_state(layout, state)) for state in states] == states
    small = system_layout(model, {"cpu": 1}, {"far": (-128, 127)})
    with pytest.raises(ValueError, match="cannot hold -129"):
        encode_state(small, states[-1])
    last = transition(small, model.threads[0].steps[1])
    move = Move(small.instance.threads()[0], model.threads[0].steps[1].name, ())
    bits = {**encode_state(small, states[1]), **encode_move(small, move)}
    assert evaluate(last.graph, bits, [last.completes, last.inside]) == [True, False]
