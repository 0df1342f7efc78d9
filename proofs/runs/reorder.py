"""Reorders a run so that it switches between threads as rarely as possible.

A shortest run is often a needless zigzag. Each thread keeps its own steps and picks; among the
interleavings of those that still end in the violation, the one with the fewest switches is found
by A* (Hart, Nilsson, Raphael 1968) over how far each thread is, who moved last, and the state.
Among those with equally few, one is taken that leaves threads in the middle of critical sections
as rarely as possible.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from heapq import heappop, heappush

from frontend.model import LockType, Model, Object, Property
from proofs.answers.trace import Move, Run, State, Trace
from proofs.interpreter.evaluate import Undefined, Unset
from proofs.interpreter.execute import Impossible, execute
from proofs.interpreter.instance import Instance
from proofs.runs.replay import replay, violates

SWITCH = 1_000
"""What a switch costs; one away from a thread that holds a lock costs 1 more."""

NODES = 10_000
"""How many steps may be tried by default."""


@dataclass(frozen=True, slots=True)
class _Node:
    """A prefix of an interleaving.

    Args:
        positions: how many moves each thread has made, in the order of `threads`.
        last: which thread moved last, an index; -1 at the start.
        state: the state reached; after a fault the one before it.
    """

    positions: tuple[int, ...]
    last: int
    state: State
    before: _Node | None


def fewest_switches(model: Model, run: Run, property_name: str, nodes: int = NODES) -> Run:
    """The run that does the same with the fewest switches between threads, its start and its
    picks completed.

    Args:
        model: the whole model.
        run: a run that replays.
        property_name: what it violates.
        nodes: how many steps may be tried; when that is not enough the order stays as it is.

    Raises:
        Mismatch: the run does not replay.
    """
    trace = replay(model, run, property_name)
    moves = tuple(taken.move for taken in trace.steps)
    complete = Run(run.bounds, dict(trace.initial.values), moves)
    threads = sorted({move.thread for move in moves})
    if len(threads) < 2:
        return complete
    sequences = tuple(tuple(m for m in moves if m.thread == thread) for thread in threads)
    prop = model.property(property_name)
    order = _search(Instance(model, run.bounds), prop, trace, threads, sequences, nodes)
    return complete if order is None else Run(run.bounds, complete.initial, order)


def _search(
    instance: Instance,
    prop: Property,
    trace: Trace,
    threads: list[Object],
    sequences: tuple[tuple[Move, ...], ...],
    nodes: int,
) -> tuple[Move, ...] | None:
    ends = tuple(map(len, sequences))
    start = _Node((0,) * len(ends), -1, trace.initial, None)
    locks = [
        point
        for variable in instance.model.variables
        if isinstance(variable.type, LockType)
        for point in instance.points(variable)
    ]
    # Ordered by the cost so far and surely to come; then the longer prefix; then the older one.
    heap: list[tuple[int, int, int, int, _Node]] = [(0, 0, 0, 0, start)]
    seen: set[Hashable] = set()
    tried = 0
    while heap:
        _, _, _, cost, node = heappop(heap)
        if node.positions == ends:
            return _moves(node, sequences)
        key = (node.positions, node.last, _difference(trace.initial, node.state))
        if key in seen:
            continue
        seen.add(key)
        for thread, sequence in enumerate(sequences):
            if node.positions[thread] == ends[thread]:
                continue
            tried += 1
            if tried > nodes:
                return None
            positions = tuple(p + (t == thread) for t, p in enumerate(node.positions))
            move = sequence[node.positions[thread]]
            after = _after(instance, prop, node.state, move, last=positions == ends)
            if after is None:
                continue
            made = cost
            if node.last not in (-1, thread):
                left_behind = threads[node.last]
                holds_one = any(node.state.values.get(lock) == left_behind for lock in locks)
                made += SWITCH + holds_one
            left = sum(
                p < e and t != thread for t, (p, e) in enumerate(zip(positions, ends, strict=True))
            )
            child = _Node(positions, thread, after, node)
            heappush(heap, (made + left * SWITCH, -sum(positions), tried, made, child))
    return None


def _after(
    instance: Instance, prop: Property, state: State, move: Move, *, last: bool
) -> State | None:
    """The state after a move; None when the move is not possible, or violates the property
    although it is not the last one, or does not although it is."""
    try:
        taken = execute(instance, state, move)
        if violates(instance, prop, taken.state, taken) != last:
            return None
    except (Impossible, Unset, Undefined):
        return None
    return state if last else taken.state


def _difference(initial: State, state: State) -> Hashable:
    """What tells a state from others at the same places."""
    start = initial.values
    return frozenset(
        (point, value)
        for point, value in state.values.items()
        if point not in start or start[point] != value
    )


def _moves(node: _Node, sequences: tuple[tuple[Move, ...], ...]) -> tuple[Move, ...]:
    moves: list[Move] = []
    while node.before is not None:
        moves.append(sequences[node.last][node.before.positions[node.last]])
        node = node.before
    return tuple(reversed(moves))
