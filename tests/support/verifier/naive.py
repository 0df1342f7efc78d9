"""A plain search with the interpreter of `proofs`, to compare engines with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from frontend.model import Model, Object, PropertyKind, Value
from proofs.answers.trace import State, Taken
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.execute import enabled, execute
from proofs.interpreter.instance import Instance

Key = tuple[frozenset[tuple[object, object]], frozenset[tuple[object, object]]]


@dataclass(slots=True)
class Found:
    """What a search found.

    Args:
        states: how many there are.
        best: property -> least depth of a violation (of `reachable`: of reaching it), and the
            fewest switches between threads on runs of that length.
    """

    states: int = 0
    best: dict[str, tuple[int, int]] = field(default_factory=dict)


class TooLarge(Exception):
    """More states than were to be visited."""


def search(model: Model, bounds: Mapping[str, int], most: int = 1_000_000) -> Found:
    """Visits every state of an instance; raises TooLarge above `most`."""
    instance = Instance(model, bounds)
    result = Found()
    layer: dict[Key, tuple[State, dict[Object | None, int]]] = {}
    for state in starts(instance):
        layer[_key(state)] = state, {None: 0}
        _judge(instance, state, {None: 0}, 0, result)
    seen = set(layer)
    depth = 0
    while layer:
        after: dict[Key, tuple[State, dict[Object | None, int]]] = {}
        for state, best in layer.values():
            for mover, switches, taken in _steps(instance, state, best):
                for name in (*taken.faults, *taken.failed):
                    _note(result, name, depth + 1, switches)
                if taken.state is None:
                    continue
                key = _key(taken.state)
                if key not in seen:
                    known = after.setdefault(key, (taken.state, {}))[1]
                    known[mover] = min(known.get(mover, switches), switches)
        depth += 1
        for state, best in after.values():
            _judge(instance, state, best, depth, result)
        seen |= after.keys()
        if len(seen) > most:
            raise TooLarge
        layer = after
    result.states = len(seen)
    names = {item.name for item in model.properties}
    result.best = {name: value for name, value in result.best.items() if name in names}
    return result


def starts(instance: Instance) -> Iterator[State]:
    """Every initial state: all values of all points, filtered by the assumptions."""
    points = []
    domains: list[Sequence[Value]] = []
    for variable in instance.model.variables:
        if variable.thread is None:
            for point in instance.points(variable):
                points.append(point)
                start = variable.initial
                domains.append([start.value] if start else instance.values(variable.type))
    places = {thread: instance.model.thread(thread.sort).entry for thread in instance.threads()}
    for values in product(*domains):
        state = State(dict(zip(points, values, strict=True)), places)
        scope = Scope.of(instance, state)
        if all(holds(item.condition, scope) for item in instance.model.assumptions):
            yield state


def _key(state: State) -> Key:
    return frozenset(state.values.items()), frozenset(state.places.items())


def _steps(
    instance: Instance, state: State, best: Mapping[Object | None, int]
) -> Iterator[tuple[Object, int, Taken]]:
    for move in enabled(instance, state):
        mover = move.thread
        switches = min(count + (last not in (None, mover)) for last, count in best.items())
        yield mover, switches, execute(instance, state, move)


def _judge(
    instance: Instance,
    state: State,
    best: Mapping[Object | None, int],
    depth: int,
    result: Found,
) -> None:
    for item in instance.model.properties:
        if item.expression is not None:
            wanted = item.kind is PropertyKind.REACHABLE
            if holds(item.expression, Scope.of(instance, state)) is wanted:
                _note(result, item.name, depth, min(best.values()))


def _note(result: Found, name: str, depth: int, switches: int) -> None:
    result.best[name] = min(result.best.get(name, (depth, switches)), (depth, switches))
