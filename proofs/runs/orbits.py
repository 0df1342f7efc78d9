"""States up to a renaming of objects (Ip and Dill, Better Verification Through Symmetry, 1996).

A specification has no names for single objects, so every permutation of the objects of a sort that
is applied to all that mentions them turns runs into runs: references, owners of locks, indices,
constants, and threads with their places. Of each orbit the least state stands for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product
from math import factorial

from frontend.model import Constant, Model, Object, Value, walk
from proofs.answers.trace import State
from proofs.interpreter.instance import Instance

MOST = 240
"""How many renamings are tried for a state; the objects of other sorts keep their names."""

_ABSENT = -1


class Orbits:
    """Turns states into keys: two have the same key when a renaming makes them equal.

    Args:
        instance: the system.
        kept: the variables that count.
        symmetry: whether objects are renamed at all.
    """

    def __init__(self, instance: Instance, kept: frozenset[str], *, symmetry: bool) -> None:
        self._points = tuple(
            point
            for variable in instance.model.variables
            if variable.name in kept
            for point in instance.points(variable)
        )
        self._threads = instance.threads()
        objects = [o for sort in instance.model.sorts for o in instance.objects(sort.name)]
        self._codes: dict[Value, int] = {item: number for number, item in enumerate(objects)}
        self._objects = len(objects)
        numbers = {point: number for number, point in enumerate(self._points)}
        self._renamings: list[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = []
        for renaming in _renamings(instance) if symmetry else ():
            before = {new: old for old, new in renaming.items()}
            sources = tuple(
                numbers[name, tuple(_turned(item, before) for item in index)]
                for name, index in self._points
            )
            threads = tuple(self._threads.index(before[item]) for item in self._threads)
            values = tuple(self._codes[renaming[item]] for item in objects)
            self._renamings.append((sources, threads, values))
        self._least: dict[tuple[int, ...], tuple[int, ...]] = {}

    def key(self, state: State) -> tuple[int, ...]:
        """What is equal for the states of an orbit and for no others."""
        places = [state.places[thread] for thread in self._threads]
        values = [self._code(state, point) for point in self._points]
        raw = (*places, *values)
        if not self._renamings:
            return raw
        least = self._least.get(raw)
        if least is None:
            least = self._least[raw] = min(raw, *self._images(places, values))
        return least

    def _code(self, state: State, point: tuple[str, tuple[Value, ...]]) -> int:
        if point not in state.values:
            return _ABSENT
        return self._codes.setdefault(state.values[point], len(self._codes))

    def _images(self, places: list[int], values: list[int]) -> Iterator[tuple[int, ...]]:
        objects = self._objects
        for sources, threads, names in self._renamings:
            yield (
                *[places[thread] for thread in threads],
                *[
                    names[code] if 0 <= code < objects else code
                    for code in [values[source] for source in sources]
                ],
            )


def _turned(value: Value, renaming: dict[Object, Object]) -> Value:
    return renaming[value] if isinstance(value, Object) else value


def _renamings(instance: Instance) -> Iterator[dict[Object, Object]]:
    """The renamings but the one that changes nothing: of as many sorts as `MOST` allows."""
    if any(_names_an_object(instance.model)):
        return
    groups = []
    size = 1
    for sort in instance.model.sorts:
        objects = instance.objects(sort.name)
        if size * factorial(len(objects)) <= MOST:
            size *= factorial(len(objects))
            groups.append([dict(zip(objects, row, strict=True)) for row in permutations(objects)])
        else:
            groups.append([{item: item for item in objects}])
    for parts in product(*groups):
        renaming = {old: new for part in parts for old, new in part.items()}
        if any(old != new for old, new in renaming.items()):
            yield renaming


def _names_an_object(model: Model) -> Iterator[bool]:
    """Whether formulas or initial values mention single objects: then these are not alike."""
    nodes: list[object] = [item.condition for item in model.assumptions]
    nodes += [item.expression for item in model.properties]
    nodes += [item.initial for item in model.variables]
    nodes += [part for thread in model.threads for step in thread.steps for part in step.body]
    for node in nodes:
        for part in walk(node):
            yield isinstance(part, Constant) and isinstance(part.value, Object)
