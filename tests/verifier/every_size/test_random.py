from __future__ import annotations

from random import Random

import pytest

from frontend.model import Assert, Check, Expression, Model, Step
from proofs.answers.trace import Move, State
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.execute import Outcome, enabled, outcome_of
from proofs.interpreter.instance import Instance
from tests.support.verifier.inductive import steps
from tests.support.verifier.naive import starts
from tests.support.verifier.random_models import random_model
from tests.support.verifier.random_states import random_state
from verifier.every_size.obligations.verification_conditions import (
    Holds,
    Status,
    VerificationConditions,
)

BOUNDS = (
    {"cpu": 1, "task": 1, "page": 1},
    {"cpu": 2, "task": 1, "page": 2},
    {"cpu": 3, "task": 1, "page": 3},
)
STATES = 25
MODELS = {seed: model for seed in range(40) if (model := random_model(seed)) is not None}

Claim = tuple[list[Expression], Step, Expression | str]
"""Hypotheses, a step, and a formula that holds after it or the name of what cannot fail in it."""


def formulas(model: Model) -> list[Expression]:
    return [
        item.expression
        for item in model.properties
        if item.expression is not None and item.name != "lock_cycle"
    ]


def claims(prover: VerificationConditions, random: Random) -> list[Claim]:
    """What is proved of a model."""
    known = formulas(prover.model)
    asked: list[Claim] = []
    for step in steps(prover.model):
        asked += [(random.choice([known, [item], []]), step, item) for item in known]
        asked += [(known, step, name) for name in ("claim", "range")]
    return [claim for claim in asked if isinstance(_status(prover, claim), Holds)]


def _status(prover: VerificationConditions, claim: Claim) -> Status:
    hypotheses, step, what = claim
    if isinstance(what, str):
        return prover.step_safe(hypotheses, step, what)
    return prover.consecution(hypotheses, step, what)


def breaks(instance: Instance, outcome: Outcome, what: Expression | str) -> bool:
    if isinstance(what, str):
        failed = [failure.instruction for failure in outcome.failures]
        return any(_name(instruction) == what for instruction in failed)
    return outcome.state is not None and not holds(what, Scope.of(instance, outcome.state))


def _name(instruction: Check | Assert) -> str:
    return instruction.fault if isinstance(instruction, Check) else instruction.name


def moves(instance: Instance, state: State) -> list[tuple[Move, Outcome]]:
    return [(move, outcome_of(instance, state, move)) for move in enabled(instance, state)]


@pytest.mark.parametrize("seed", MODELS)
def test_no_state_of_a_small_system_contradicts_what_is_proved(seed: int) -> None:
    random, model = Random(seed), MODELS[seed]
    prover = VerificationConditions(model)
    proved = claims(prover, random)
    for bounds in BOUNDS:
        instance = Instance(model, bounds)
        for _ in range(STATES):
            state = random_state(instance, random)
            here = Scope.of(instance, state)
            if not all(holds(item.condition, here) for item in model.assumptions):
                continue
            true = [formula for formula in formulas(model) if holds(formula, here)]
            fitting = [claim for claim in proved if all(item in true for item in claim[0])]
            for move, outcome in moves(instance, state) if fitting else ():
                for _, step, what in fitting:
                    if (step.thread, step.name) == (move.thread.sort, move.step):
                        assert not breaks(instance, outcome, what), (step.name, what)


@pytest.mark.parametrize("seed", list(MODELS)[:15])
def test_what_is_proved_of_the_start_holds_there(seed: int) -> None:
    model = MODELS[seed]
    prover = VerificationConditions(model)
    proved = [item for item in formulas(model) if isinstance(prover.initiation(item), Holds)]
    instance = Instance(model, BOUNDS[0])
    for state in starts(instance):
        for formula in proved:
            assert holds(formula, Scope.of(instance, state))
