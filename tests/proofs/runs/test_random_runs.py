"""Random runs of a model: what can be taken replays, and reordering is exact."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.answers.trace import Move, Run
from proofs.interpreter.execute import enabled, execute, initial_state
from proofs.interpreter.instance import Instance
from proofs.render.columns import columns
from proofs.runs.extend import extend
from proofs.runs.reorder import fewest_switches
from proofs.runs.replay import Mismatch, replay, violates
from tests.support.proofs.models import free_path
from tests.support.proofs.runs import stranding

BOUNDS = {"page": 2, "pageblock": 1, "cpu": 2}
MODEL = free_path()
STRANDED = "no_stranded_page"


def walk(choices: list[int]) -> tuple[Run, bool]:
    """Follows the choices until the property falls; whether it did."""
    instance = Instance(MODEL, BOUNDS)
    state = initial_state(instance, {})
    moves: list[Move] = []
    for choice in choices:
        possible = enabled(instance, state)
        move = possible[choice % len(possible)]
        taken = execute(instance, state, move)
        moves.append(move)
        if violates(instance, MODEL.property(STRANDED), taken.state, taken):
            return Run(BOUNDS, {}, tuple(moves)), True
        assert taken.state is not None, "this model has no faults"
        state = taken.state
    return Run(BOUNDS, {}, tuple(moves)), False


def interleavings(left: tuple[Move, ...], right: tuple[Move, ...]) -> Iterator[tuple[Move, ...]]:
    if not left or not right:
        yield left + right
        return
    yield from ((left[0], *rest) for rest in interleavings(left[1:], right))
    yield from ((right[0], *rest) for rest in interleavings(left, right[1:]))


def switches(moves: tuple[Move, ...]) -> int:
    return sum(one.thread != two.thread for one, two in pairwise(moves))


def replays(run: Run) -> bool:
    try:
        replay(MODEL, run, STRANDED)
    except Mismatch:
        return False
    return True


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=40))
def test_replay_accepts_a_walk_exactly_when_it_ends_in_the_violation(choices: list[int]) -> None:
    run, violated = walk(choices)
    assert replays(run) is violated


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 1), min_size=11, max_size=11))
def test_no_interleaving_has_fewer_switches(order: list[int]) -> None:
    # Interleaves the two threads of the known race as `order` says, where that can be taken.
    moves = stranding(zigzag=True).moves
    threads = sorted({move.thread for move in moves})
    own = [tuple(m for m in moves if m.thread == thread) for thread in threads]
    left, right = list(own[0]), list(own[1])
    mixed: list[Move] = []
    for bit in order:
        source = (left or right) if bit == 0 else (right or left)
        mixed.append(source.pop(0))
    claimed = Run(BOUNDS, {}, tuple(mixed))
    if not replays(claimed):
        claimed = stranding(zigzag=True)
    found = fewest_switches(MODEL, claimed, STRANDED)
    assert replays(found)
    least = min(
        switches(order)
        for order in interleavings(own[0], own[1])
        if switches(order) <= switches(found.moves) and replays(Run(BOUNDS, {}, order))
    )
    assert switches(found.moves) == least


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=20, max_size=60), st.integers(40, 90))
def test_violations_extend_and_can_be_shown(choices: list[int], width: int) -> None:
    run, violated = walk(choices)
    if not violated:
        return
    larger = extend(MODEL, run, STRANDED, {"page": 6, "pageblock": 3, "cpu": 4})
    assert larger is not None
    lines = columns(MODEL, replay(MODEL, larger, STRANDED), width)
    assert all(len(line) <= width for line in lines)
