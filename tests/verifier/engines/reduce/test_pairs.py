from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from frontend.load import load
from frontend.model import Assign, Expression, Model, Step
from frontend.source.spans import Source
from proofs.answers.trace import State
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.instance import Instance
from tests.support.verifier.exchanging import candidates, exchangeable
from tests.support.verifier.random_models import random_model
from tests.support.verifier.random_states import random_state
from verifier.engines.reduce.facts import lock_facts
from verifier.engines.reduce.pairs import How, Movers, Moves, Pair, Side, Stays
from verifier.every_size.obligations.verification_conditions import VerificationConditions

SEEDS = [seed for seed in range(60) if random_model(seed) is not None][::4]
BOUNDS = ({"cpu": 2, "task": 1, "page": 2}, {"cpu": 3, "task": 2, "page": 1})
STATES = 40


def movers_of(model: Model) -> Movers:
    return Movers(model, lock_facts(VerificationConditions(model)))


def claimed(movers: Movers) -> dict[tuple[tuple[str, str], tuple[str, str], Side], Pair]:
    found = (
        movers.pair(one, two, side) for one in movers.steps for two in movers.steps for side in Side
    )
    return {(p.step, p.other, p.side): p for p in found if isinstance(p, Pair)}


def fits(instance: Instance, state: State, facts: Sequence[Expression]) -> bool:
    here = Scope.of(instance, state)
    assumed = [item.condition for item in instance.model.assumptions]
    return all(holds(item, here) for item in (*assumed, *facts))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_said_to_move_can_be_exchanged_in_every_random_state(seed: int) -> None:
    model, random = random_model(seed), Random(seed)
    assert model is not None
    movers = movers_of(model)
    known = claimed(movers)
    for bounds in BOUNDS:
        instance = Instance(model, bounds)
        for _ in range(STATES):
            state = random_state(instance, random)
            if not fits(instance, state, movers.facts):
                continue
            for one, two in candidates(instance, state):
                names = (one.thread.sort, one.step), (two.thread.sort, two.step)
                for side in Side:
                    if (*names, side) in known:
                        assert exchangeable(instance, state, one, two, side), known[*names, side]


CLAIMS = """spec claims;
int total = 0;
nat left = 2;
bool open = false;
spinlock lock;
thread cpu {
	int x = 0;
	loop choose {
		atomic { total++; }
	} or {
		atomic { assert small: total < 3; total = total; }
	} or {
		atomic { left--; }
	} or {
		atomic { left++; }
	} or {
		await open;
		x = total;
	} or {
		open = true;
	} or {
		spin_lock(lock);
	inside:
		spin_unlock(lock);
	}
}
"""


def moves(model: Model, movers: Movers, side: Side, one: str, other: str) -> bool:
    def step(text: str) -> Step:
        *_, found = (  # from the head; a thread that starts takes the same
            item
            for item in model.thread("cpu").steps
            if any(text in remark.text for remark in item.remarks)
        )
        return found

    return isinstance(movers.pair(step(one), step(other), side), Pair)


@pytest.mark.parametrize(
    ("side", "one", "other", "expected"),
    [
        (Side.RIGHT, "total++", "total++", True),
        (Side.LEFT, "total++", "assert", True),
        (Side.RIGHT, "total++", "assert", False),
        (Side.LEFT, "left++", "left--", False),
        (Side.RIGHT, "left--", "left++", True),
        (Side.RIGHT, "left--", "left--", False),
        (Side.RIGHT, "left++", "left--", False),
        (Side.LEFT, "open = true", "await open", True),
        (Side.RIGHT, "open = true", "await open", False),
        (Side.RIGHT, "await open", "open = true", True),
        (Side.RIGHT, "spin_lock", "spin_unlock", True),
        (Side.LEFT, "spin_lock", "spin_unlock", False),
        (Side.LEFT, "spin_unlock", "spin_lock", True),
        (Side.RIGHT, "spin_unlock", "spin_lock", False),
    ],
)
def test_faults_assertions_and_waiting_decide_which_way_a_step_moves(
    side: Side, one: str, other: str, *, expected: bool
) -> None:
    model = load(Source("test.alloc", CLAIMS)).models[-1]
    assert moves(model, movers_of(model), side, one, other) == expected


def test_a_verdict_names_the_pair_that_stands_in_the_way() -> None:
    model = load(Source("test.alloc", CLAIMS)).models[-1]
    movers = movers_of(model)
    for step in model.thread("cpu").steps:
        if any("left--" in remark.text for remark in step.remarks):
            verdict = movers.verdict(step, Side.LEFT)
            assert isinstance(verdict, Stays)
            assert verdict.clash.touched == ("left",)
            assert step.name in str(verdict.clash)
        if any("spin_lock" in remark.text for remark in step.remarks):
            verdict = movers.verdict(step, Side.RIGHT)
            assert isinstance(verdict, Moves)
            assert {pair.how for pair in verdict.pairs} == {How.DISJOINT, How.PROVED}


def test_without_facts_a_section_does_not_move() -> None:
    text = """spec section; int total = 0; spinlock lock;
    thread cpu { int x = 0; loop { spin_lock(lock); x = total; total = x + 1; spin_unlock(lock); } }
    """
    model = load(Source("test.alloc", text)).models[-1]
    facts = lock_facts(VerificationConditions(model))
    (step,) = (item for item in model.thread("cpu").steps if counts(item))
    assert isinstance(Movers(model, facts).verdict(step, Side.RIGHT), Moves)
    assert isinstance(Movers(model, ()).verdict(step, Side.RIGHT), Stays)


def counts(step: Step) -> bool:
    return any(isinstance(item, Assign) and item.variable == "total" for item in step.body)
