"""The oracle of the differential tests: breadth-first search with the interpreter of `proofs`.

No symmetry, no slicing, no compilation, nothing shared with an engine: slow and plain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from frontend.model import Model, PropertyKind
from proofs.constants import solutions
from proofs.evaluate import Scope, holds
from proofs.execute import enabled, execute, initial_state
from proofs.trace import State
from proofs.values import Instance


class TooLarge(Exception):
    """More states than the oracle looks at."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is the case.

    Args:
        depths: property -> length of the shortest run that violates (or reaches) it.
        states: how many states there are.
    """

    depths: Mapping[str, int]
    states: int


Key = tuple[frozenset[object], frozenset[object]]


def key(state: State) -> Key:
    return frozenset(state.values.items()), frozenset(state.places.items())


def explore(model: Model, bounds: Mapping[str, int], most: int) -> Truth:
    """Everything that can happen; raises TooLarge above `most` states."""
    instance = Instance(model, bounds)
    depths: dict[str, int] = {}
    formulas = [item for item in model.properties if item.expression is not None]
    seen: set[Key] = set()
    frontier: list[State] = []
    depth = 0

    def visit(state: State, into: list[State]) -> None:
        if key(state) in seen:
            return
        seen.add(key(state))
        if len(seen) > most:
            raise TooLarge
        into.append(state)
        for item in formulas:
            assert item.expression is not None
            wanted = item.kind is PropertyKind.REACHABLE
            if item.name not in depths and (
                holds(item.expression, Scope.of(instance, state)) is wanted
            ):
                depths[item.name] = depth

    for values in solutions(instance, {}):
        visit(initial_state(instance, values), frontier)
    while frontier:
        depth += 1
        following: list[State] = []
        for state in frontier:
            for move in enabled(instance, state):
                taken = execute(instance, state, move)
                for name in (*taken.faults, *taken.failed):
                    depths.setdefault(name, depth)
                if taken.state is not None:
                    visit(taken.state, following)
        frontier = following
    return Truth(depths, len(seen))
