"""Among the shortest runs to a violation, one with the fewest switches between threads.

Every prefix of a shortest run is a shortest run to where it ends, so only edges from a layer to
the next matter, and of those only the ones that lead on to the violation: they are collected
backwards. Forwards, a dynamic program follows states *with the thread that moved last* in their
`last` slot, so that a permutation of threads carries it along and the minimum is exact under
symmetry too. What it finds is a path of canonical states; undoing the permutations on the way
makes it a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from frontend.model import Object, Pick, Value
from proofs.answers.trace import Move, Run
from verifier.explicit.space import OFTEN, Space
from verifier.explicit.steps import Bad, How, State
from verifier.explicit.symmetry import Permutation


@dataclass(frozen=True, slots=True)
class _Node:
    """A state with its last thread, and the best way there.

    Args:
        state: canonical.
        switches: on the way.
        parent: where the way comes from; None at the start.
        thread: who moved, in the parent's terms: slot of its program counter, number, sort.
        how: step and picks, in the parent's terms.
        permutation: from the successor as the parent sees it to `state`.
    """

    state: State
    switches: int
    parent: _Node | None
    thread: tuple[int, int, str] | None
    how: How
    permutation: Permutation


def shortest_run(
    space: Space, ends: set[int], asked: int | None, expired: Callable[[], bool]
) -> Run:
    """A shortest run with the fewest switches, the same at each call.

    Args:
        space: what was reached.
        ends: numbers of states, all in one layer.
        asked: the property that a step from one of the ends violates; None: it ends there.
        expired: asked often; once True, any shortest run will do.
    """
    depth = next(
        depth for depth in range(len(space.layers)) if next(iter(ends)) in space.layer(depth)
    )
    cones = [ends]
    for layer in range(depth, 0, -1):
        cones.append(space.parents(layer, cones[-1]))
    cones.reverse()
    nodes = [
        _Node(space.states[number], 0, None, None, (), space.symmetry.identity)
        for number in sorted(cones[0])
    ]
    for cone in cones[1:]:
        nodes = _forward(space, nodes, cone, expired)
    if asked is not None:
        nodes = list(_violating(space, nodes, asked))
    return _run(space, min(nodes, key=lambda node: node.switches))


def _moves(
    space: Space, node: _Node
) -> Iterator[tuple[tuple[int, int, str], int, list[State], list[How], list[Bad]]]:
    """By thread that can move: it, the switches with its move, and what its steps lead to."""
    last = node.state[space.layout.last]
    for thread in space.steps.counters:
        slot, index, sort = thread
        function = space.steps.at(sort, node.state[slot])
        if function is None:
            continue
        out: list[State] = []
        how: list[How] = []
        bad: list[Bad] = []
        function(node.state, space.tables[node.state[0]], index, out, how, bad)
        switch = last not in (-1, index + space.layout.offsets[sort])
        yield thread, node.switches + switch, out, how, bad


def _forward(
    space: Space, nodes: list[_Node], cone: set[int], expired: Callable[[], bool]
) -> list[_Node]:
    """The best ways to the states of the next layer that lead on to the violation."""
    best: dict[State, _Node] = {}
    last = space.layout.last
    for number, node in enumerate(nodes):
        if best and number % OFTEN in (0, 1) and expired():
            break
        for thread, switches, out, how, _ in _moves(space, node):
            mover = thread[1] + space.layout.offsets[thread[2]]
            for raw, way in zip(out, how, strict=True):
                if space.locate((*raw[:last], -1)) not in cone:
                    continue
                state, permutation = space.symmetry.canonical_by((*raw[:last], mover))
                known = best.get(state)
                if known is None or switches < known.switches:
                    best[state] = _Node(state, switches, node, thread, way, permutation)
    return list(best.values())


def _violating(space: Space, nodes: list[_Node], asked: int) -> Iterator[_Node]:
    """The last steps, which violate the property."""
    for node in nodes:
        for thread, switches, _, _, bad in _moves(space, node):
            for violated, way in bad:
                if violated == asked:
                    identity = space.symmetry.identity
                    yield _Node(node.state, switches, node, thread, way, identity)


def _run(space: Space, node: _Node) -> Run:
    """The run along a path of canonical states, told in the terms of its first state."""
    path = []
    while node.parent is not None:
        path.append(node)
        node = node.parent
    layout = space.layout
    back = space.symmetry.identity
    moves = []
    for item in reversed(path):
        assert item.thread is not None, "somebody moved"
        _, index, sort = item.thread
        step = space.steps.steps[item.how[0]]
        temporaries = [part.temporary for part in step.body if isinstance(part, Pick)]
        picks: list[tuple[str, Value]] = []
        for temporary, number in zip(temporaries, item.how[1:], strict=False):
            value = layout.value(temporary.type, number)
            if isinstance(value, Object):
                value = Object(value.sort, back.images[value.sort][value.index])
            picks.append((temporary.name, value))
        moves.append(Move(Object(sort, back.images[sort][index]), step.name, tuple(picks)))
        back = item.permutation.inverse().then(back)
    start = node.state
    return Run(dict(layout.bounds), layout.initial(space.tables[start[0]], start), tuple(moves))
