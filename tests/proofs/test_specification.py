"""The shipped specification of the free path, executed from its text."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontend.load import load
from frontend.model import Model, Object
from frontend.source import Source
from proofs.evaluate import Scope, holds
from proofs.execute import enabled, execute, initial_state
from proofs.extend import extend
from proofs.render import columns, summary
from proofs.reorder import fewest_switches
from proofs.replay import Mismatch, replay
from proofs.trace import Move, Run, State
from proofs.values import Instance
from tests.proofs.runs import CPU0, CPU1

SPEC = Path(__file__).parents[2] / "spec" / "free_path.alloc"
BOUNDS = {"cpu": 2, "pageblock": 1, "page": 2}


@cache
def variants() -> dict[str, Model]:
    loaded = load(Source("spec/free_path.alloc", SPEC.read_text(encoding="utf-8")))
    return {model.variant: model for model in loaded.models}


def says(model: Model, move: Move, text: str) -> bool:
    """Whether a statement of a step starts so."""
    step = next(s for s in model.thread(move.thread.sort).steps if s.name == move.step)
    return any(remark.text.startswith(text) for remark in step.remarks)


def drive(model: Model, script: tuple[tuple[Object, str, str], ...]) -> Run:
    """Lets one thread after the other move, from the branch that starts with one statement until
    a step with another."""
    instance = Instance(model, BOUNDS)
    state = initial_state(instance, {})
    moves: list[Move] = []
    for thread, first, last in script:
        while True:
            possible = [move for move in enabled(instance, state) if move.thread == thread]
            wanted = [move for move in possible if first and says(model, move, first)]
            move = (wanted or possible)[0]
            moves.append(move)
            after = execute(instance, state, move).state
            assert after is not None
            state = after
            if says(model, move, last):
                break
    return Run(BOUNDS, {}, tuple(moves))


STRANDING = (
    (CPU1, "b = any", "spin_unlock"),
    (CPU0, "p = any(page q: q.in_use)", "mt = p.block.mt"),
    (CPU1, "", "spin_unlock"),
    (CPU0, "", "spin_unlock"),
)


def test_version_three_strands_a_page_in_23_steps() -> None:
    model = variants()["v3"]
    run = drive(model, STRANDING)
    trace = replay(model, run, "no_stranded_page")
    assert summary(trace) == (
        "v3 violates no_stranded_page in 23 steps (2 cpus, 1 pageblock, 2 pages)"
    )
    assert fewest_switches(model, run, "no_stranded_page").moves == run.moves
    lines = columns(model, trace)
    assert all(len(line) <= 72 for line in lines)
    assert "mt = p.block.mt => ISOLATE" in lines
    assert "page0.list MOVABLE -> ISOLATE" in lines
    assert any(line.endswith("nr_isolate_pageblock 1 -> 0") for line in lines)
    assert lines[2].split() == ["cpu0", "__free_pages_ok()", "cpu1", "set_migratetype_isolate(),"]


def test_version_four_does_not() -> None:
    model = variants()["v4"]
    with pytest.raises(Mismatch, match="not violated"):
        replay(model, drive(model, STRANDING), "no_stranded_page")


def test_the_trace_of_one_version_is_none_of_another() -> None:
    run = drive(variants()["v3"], STRANDING)
    with pytest.raises(Mismatch):
        replay(variants()["unpatched"], run, "no_stranded_page")


def test_the_trace_extends_to_sixty_four_of_everything() -> None:
    model = variants()["v3"]
    bounds = {"cpu": 64, "pageblock": 64, "page": 64}
    larger = extend(model, drive(model, STRANDING), "no_stranded_page", bounds)
    assert larger is not None
    assert len(replay(model, larger, "no_stranded_page").steps) == 23


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["unpatched", "v3", "v4"]), st.lists(st.integers(0, 30), max_size=40))
def test_an_alternative_waits_exactly_while_none_of_its_steps_can_be_taken(
    variant: str, choices: list[int]
) -> None:
    model = variants()[variant]
    instance = Instance(model, BOUNDS)
    state = initial_state(instance, {})
    for choice in choices:
        possible = enabled(instance, state)
        agree_on_waits(instance, state, possible)
        if not possible:
            return
        after = execute(instance, state, possible[choice % len(possible)]).state
        if after is None:
            return
        state = after


def agree_on_waits(instance: Instance, state: State, possible: list[Move]) -> None:
    for thread in instance.threads():
        movable = {
            step.alternative
            for move in possible
            if move.thread == thread and (step := instance.step(thread, move.step)) is not None
        }
        for step in instance.model.thread(thread.sort).steps:
            if step.source == state.places[thread]:
                proceeds = holds(step.waits, Scope.of(instance, state, thread))
                assert proceeds is (step.alternative in movable), step.name
