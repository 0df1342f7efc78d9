"""Every way of settling a property gives the same answer, on random specifications."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from frontend.formulas.building import negation
from frontend.load import load
from frontend.model import Model, PropertyKind
from frontend.source.spans import Source
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.instance import Instance
from proofs.runs.replay import replay
from tests.differential.specs import specifications
from tests.support.verifier.naive import Found, TooLarge, search, starts
from tests.verdicts import ignore
from verifier.analysis.slicing import slice_model
from verifier.engines.bmc import BoundedModelChecking
from verifier.engines.explore import Explore
from verifier.engines.ic3.engine import PropertyDirectedReachability
from verifier.engines.kinduction import KInduction
from verifier.protocol.task import Answer, Contradiction, Engine, Limits, Safe, Task, Unsafe

MOST_STATES = 1500
BMC_DEPTH = 6
LONGER = int(os.environ.get("BUDDYPROOF_EXAMPLES", "1"))
"""How many times more examples than in an ordinary run of the tests."""


def examples(count: int) -> settings:
    return settings(
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        max_examples=count * LONGER,
    )


def answers(
    engine: Engine, model: Model, bounds: Mapping[str, int], depth: int = 64
) -> dict[str, Answer]:
    names = tuple(item.name for item in model.properties)
    limits = Limits(states=10 * MOST_STATES, depth=depth)
    return engine.run(Task(model, bounds, names, limits), ignore)


def turned(model: Model, bounds: Mapping[str, int]) -> Model:
    """The model with each invariant that is false at the start negated: else most are no test."""
    instance = Instance(model, bounds)
    start = next(starts(instance))
    properties = tuple(
        replace(item, expression=negation(item.expression))
        if item.kind is PropertyKind.INVARIANT
        and item.expression is not None
        and not holds(item.expression, Scope.of(instance, start))
        else item
        for item in model.properties
    )
    return replace(model, properties=properties)


def loaded(text: str) -> tuple[Model, dict[str, int], Found]:
    (model,) = load(Source("random.alloc", text)).models
    bounds = {sort: high for sort, _, high in model.bounds}
    model = turned(model, bounds)
    try:
        truth = search(model, bounds, MOST_STATES)
    except TooLarge:
        assume(False)
    return model, bounds, truth


def agrees(
    name: str,
    answer: Answer,
    truth: Found,
    model: Model,
    limit: int | None = None,
    *,
    fewest: bool = False,
) -> None:
    """Compares an answer with the truth.

    Args:
        limit: a depth that may leave it open.
        fewest: whether the run must also have the fewest switches.
    """
    depth, switches = truth.best.get(name, (None, None))
    match answer:
        case Unsafe(run=run, shortest=shortest):
            assert depth is not None, f"{name}: violated by an engine, by nobody else"
            assert not shortest or len(run.moves) == depth, name
            assert len(run.moves) >= depth, name
            replay(model, run, name)
            threads = [move.thread for move in run.moves]
            changes = sum(one != other for one, other in pairwise(threads))
            assert not fewest or changes == switches, f"{name}: {changes} switches"
        case Safe():
            assert depth is None, f"{name}: an engine proves what a run of {depth} steps violates"
        case Contradiction():
            pytest.fail(f"{name}: there is a system")
        case _:
            assert limit is not None, f"{name}: {answer}"
            assert depth is None or depth > limit, f"{name}: missed at {depth} steps"


@examples(25)
@given(specifications())
def test_exploration_agrees_with_the_interpreter(text: str) -> None:
    model, bounds, truth = loaded(text)
    for symmetry in (False, True):
        for name, answer in answers(Explore(symmetry=symmetry), model, bounds).items():
            agrees(name, answer, truth, model, fewest=True)


@examples(6)
@given(specifications(), st.data())
def test_slices_agree_with_the_whole(text: str, data: st.DataObject) -> None:
    model, bounds, truth = loaded(text)
    names = [item.name for item in model.properties]
    for asked in data.draw(st.lists(st.sampled_from(names), min_size=3, max_size=5, unique=True)):
        part = slice_model(model, [asked])
        task = Task(part, bounds, (asked,), Limits(states=10 * MOST_STATES))
        for name, answer in Explore().run(task, ignore).items():
            agrees(name, answer, truth, model)


@examples(8)
@given(specifications())
def test_bounded_model_checking_agrees_with_the_interpreter(text: str) -> None:
    model, bounds, truth = loaded(text)
    for name, answer in answers(BoundedModelChecking(), model, bounds, BMC_DEPTH).items():
        agrees(name, answer, truth, model, BMC_DEPTH)


@examples(10)
@given(specifications())
def test_induction_never_contradicts_the_interpreter(text: str) -> None:
    model, bounds, truth = loaded(text)
    for name, answer in answers(KInduction(), model, bounds, 3).items():
        agrees(name, answer, truth, model, 3)


@examples(8)
@given(specifications())
def test_ic3_never_contradicts_the_interpreter(text: str) -> None:
    model, bounds, truth = loaded(text)
    for name, answer in answers(PropertyDirectedReachability(), model, bounds, 3).items():
        agrees(name, answer, truth, model, 3)
