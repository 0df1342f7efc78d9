"""The initial states of an instance, up to symmetry.

Backtracking over the points that start out arbitrary. The instances of the assumptions are
evaluated as early as they can be: an instance that reads a point without value yet names the
point to branch on. Objects that nothing decided so far mentions are interchangeable, so of those
only the first is tried (the least number heuristic of Zhang and Zhang, "SEM: a system for
enumerating models", 1995); isomorphic choices of constants that are left are found by `mappings`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from frontend.model import Assumption, IntType, Object, Type
from verifier.explicit.assumptions import Instance, instances, limited, limits
from verifier.explicit.steps import State
from verifier.explicit.vectors import OWNERS, Layout


class Unlimited(Exception):
    """Infinitely many initial states: an integer without limits starts out arbitrary."""


class Stopped(Exception):
    """The time was up."""


class _Missing(Exception):
    """A point without value was read."""

    def __init__(self, constant: bool, slot: int) -> None:
        self.point = constant, slot


class _Partial(list[int | None]):
    """A vector of which some slots have no value yet."""

    constant = False

    def __getitem__(self, slot: int) -> int:  # type: ignore[override]  # no slices are asked
        value = list.__getitem__(self, slot)
        if value is None:
            raise _Missing(self.constant, slot)
        return value


class _PartialConstants(_Partial):
    constant = True


_Point = tuple[bool, int]
_Pending = tuple[Instance, _Point | None]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a point may hold.

    Args:
        kind: its type, with the limits that assumptions give.
        name: the variable's.
        target: the sort of the objects it holds, `OWNERS`, or None.
        objects: of its index, with their sorts.
    """

    kind: Type
    name: str
    target: str | None
    objects: tuple[tuple[str, int], ...]


def solutions(
    layout: Layout,
    assumptions: Sequence[Assumption],
    expired: Callable[[], bool],
    *,
    symmetric: Iterable[str],
) -> Iterator[tuple[State, State]]:
    """The constants and states that satisfy the assumptions; of isomorphic ones at least one.

    Args:
        layout: where everything lies.
        assumptions: which ones to satisfy.
        expired: asked now and then.
        symmetric: sorts whose objects are interchangeable.

    Raises:
        Unlimited: there are infinitely many; the message names the variable.
        Stopped: `expired`.
    """
    search = _Search(layout, assumptions, expired, frozenset(symmetric))
    return search.solve(search.pending)


def contradiction(
    layout: Layout,
    assumptions: Sequence[Assumption],
    expired: Callable[[], bool],
    symmetric: Iterable[str],
) -> tuple[str, ...]:
    """Names of assumptions that cannot be satisfied together: without any of them, they can."""
    needed = list(assumptions)
    for item in assumptions:
        fewer = [other for other in needed if other is not item]
        try:
            found = next(solutions(layout, fewer, expired, symmetric=symmetric), None)
        except Unlimited:
            continue
        if found is None:
            needed = fewer
    return tuple(item.name for item in needed)


class _Search:
    def __init__(
        self,
        layout: Layout,
        assumptions: Sequence[Assumption],
        expired: Callable[[], bool],
        symmetric: frozenset[str],
    ) -> None:
        self.layout = layout
        self.expired = expired
        self.symmetric = symmetric
        self.constants = _PartialConstants([0] * layout.constants)
        self.state = _Partial([0] * layout.size)
        self.shapes: dict[_Point, _Shape] = {}
        self.nodes = 0
        self._start(assumptions)
        self.pending: list[_Pending] = [
            (instance, None) for instance in instances(layout, assumptions)
        ]

    def _start(self, assumptions: Sequence[Assumption]) -> None:
        """Gives every point its initial value, or none."""
        narrowed = limits(assumptions)
        for place in self.layout.places.values():
            variable = place.variable
            vector = self.constants if place.constant else self.state
            for (_, index), slot in self.layout.points(place):
                if variable.initial is not None:
                    vector[slot] = self.layout.number(variable.type, variable.initial.value)
                elif variable.thread is not None:
                    vector[slot] = 0 if place.target is None else -1
                else:
                    vector[slot] = None
                    self.shapes[place.constant, slot] = _Shape(
                        limited(variable.type, narrowed.get(variable.name, (None, None))),
                        variable.name,
                        place.target,
                        tuple(
                            (item.sort, item.index) for item in index if isinstance(item, Object)
                        ),
                    )
        for thread in self.layout.model.threads:
            base = self.layout.counters[thread.sort]
            for number in range(self.layout.bounds[thread.sort]):
                self.state[base + number] = thread.entry
        self.state[self.layout.last] = -1

    def value(self, point: _Point) -> int | None:
        """What a point holds now."""
        return list.__getitem__(self.constants if point[0] else self.state, point[1])

    def solve(self, pending: list[_Pending]) -> Iterator[tuple[State, State]]:
        """Completions of the present values in which the pending instances hold."""
        self.nodes += 1
        if self.nodes % 100 == 0 and self.expired():
            raise Stopped
        waiting: list[_Pending] = []
        for instance, point in pending:
            if point is not None and self.value(point) is None:
                waiting.append((instance, point))
                continue
            try:
                if not instance.holds(self.state, self.constants):
                    return
            except _Missing as missing:
                waiting.append((instance, missing.point))
            except (IndexError, ZeroDivisionError):
                return  # undefined: something left of it is false
        choice = self._choice(waiting)
        if choice is None:
            yield tuple(map(int, self.constants)), tuple(map(int, self.state))  # type: ignore[arg-type]  # all have values
            return
        (constant, slot), values = choice
        vector = self.constants if constant else self.state
        for value in values:
            vector[slot] = value
            yield from self.solve(waiting)
        vector[slot] = None

    def _choice(self, waiting: list[_Pending]) -> tuple[_Point, Sequence[int]] | None:
        """A point to give a value to next, and the values to try; None: all have one.

        Raises:
            Unlimited: only integers without limits are left, and nothing defines them.
        """
        endless = ""
        asked = [point for _, point in waiting if point is not None]
        for point in dict.fromkeys([*asked, *self.shapes]):
            if self.value(point) is None:
                values = self._values(point, waiting)
                if values is not None:
                    return point, values
                endless = endless or self.shapes[point].name
        if endless:
            raise Unlimited(endless)
        return None

    def _values(self, point: _Point, waiting: list[_Pending]) -> Sequence[int] | None:
        """What to try at a point: of the objects that nothing mentions yet only the first.

        None: every integer.
        """
        shape = self.shapes[point]
        try:
            domain = self.layout.domain(shape.kind)
        except OverflowError:
            return self._defined(point, waiting)
        if shape.target not in self.symmetric:
            return domain
        mentioned = {item for sort, item in shape.objects if sort == shape.target}
        for other, known in self.shapes.items():
            value = self.value(other)
            if value is None:
                continue
            mentioned.update(item for sort, item in known.objects if sort == shape.target)
            if known.target == shape.target:
                mentioned.add(value)
            elif known.target == OWNERS and value >= 0:
                owner = self.layout.owners[value]
                if owner.sort == shape.target:
                    mentioned.add(owner.index)
        first = next((value for value in domain if value >= 0 and value not in mentioned), None)
        return [v for v in domain if v < 0 or v in mentioned or v == first]

    def _defined(self, point: _Point, waiting: list[_Pending]) -> list[int] | None:
        """The value that an equation gives an integer without limits, if it fits its type."""
        for instance, _ in waiting:
            if instance.defines is not None:
                try:
                    constant, slot, value = instance.defines(self.state, self.constants)
                except (_Missing, IndexError, ZeroDivisionError):
                    continue
                if (constant, slot) == point:
                    kind = self.shapes[point].kind
                    assert isinstance(kind, IntType), "others have limits"
                    low, high = kind.low, kind.high
                    fits = (low is None or low <= value) and (high is None or value <= high)
                    return [value] if fits else []
        return None
