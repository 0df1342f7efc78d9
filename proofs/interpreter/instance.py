"""An instance of a model: its objects, the values of its types, the points of its variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from frontend.model import (
    BoolType,
    EnumType,
    IntType,
    LockType,
    Model,
    Object,
    ReferenceType,
    Step,
    Thread,
    Type,
    Value,
    Variable,
)
from frontend.names.local_names import LocalName, local_names
from frontend.names.place_names import place_texts
from frontend.notation.constants import index_text
from proofs.answers.trace import Point

SAMPLE = 256
"""How far from zero values are guessed for a type of integers without an end."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A model with a number of objects for each of its sorts.

    Args:
        model: the model.
        bounds: sort -> number of objects, at least 1, for every sort of the model.

    Raises:
        ValueError: a sort has no bound, or one below 1.
    """

    model: Model
    bounds: Mapping[str, int]
    _variables: dict[str, Variable] = field(init=False, repr=False, compare=False)
    _threads: dict[str, Thread] = field(init=False, repr=False, compare=False)
    _steps: dict[tuple[str, str], Step] = field(init=False, repr=False, compare=False)
    _values: dict[Type, Sequence[Value]] = field(init=False, repr=False, compare=False)
    _locals: dict[str, LocalName] = field(init=False, repr=False, compare=False)
    _places: dict[str, Mapping[int, str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for sort in self.model.sorts:
            if self.bounds.get(sort.name, 0) < 1:
                raise ValueError(f"no bound for the sort {sort.name}, or one below 1")
        threads = {thread.sort: thread for thread in self.model.threads}
        steps = {(step.thread, step.name): step for t in threads.values() for step in t.steps}
        object.__setattr__(self, "_variables", {v.name: v for v in self.model.variables})
        object.__setattr__(self, "_threads", threads)
        object.__setattr__(self, "_steps", steps)
        object.__setattr__(self, "_values", {})
        object.__setattr__(self, "_locals", {})
        object.__setattr__(self, "_places", {})

    def variable(self, name: str) -> Variable | None:
        """The variable of that name."""
        return self._variables.get(name)

    def local_name(self, variable: Variable) -> LocalName:
        """What a thread's local is called, or the whole that it is a part of."""
        if not self._locals:
            self._locals.update(local_names(self.model.variables))
        return self._locals[variable.whole or variable.name]

    def place_name(self, sort: str, number: int) -> str:
        """What `at` calls a location of a kind of thread."""
        if sort not in self._places:
            self._places[sort] = place_texts(self._threads[sort].locations)
        return self._places[sort][number]

    def kind(self, thread: Object) -> Thread | None:
        """The body that an object runs; None when it is no thread of this instance."""
        inside = 0 <= thread.index < self.bounds.get(thread.sort, 0)
        return self._threads.get(thread.sort) if inside else None

    def step(self, thread: Object, name: str) -> Step | None:
        """The step of that name of an object's body."""
        return self._steps.get((thread.sort, name))

    def objects(self, sort: str) -> tuple[Object, ...]:
        """The objects of a sort, in order."""
        return tuple(Object(sort, index) for index in range(self.bounds[sort]))

    def threads(self) -> tuple[Object, ...]:
        """Every thread of every kind."""
        return tuple(thread for sort in self._threads for thread in self.objects(sort))

    def values(self, kind: Type) -> Sequence[Value]:
        """Every value of a type, the simplest first.

        Raises:
            ValueError: the type has no end.
        """
        known = self._values.get(kind)
        if known is None:
            known = self._values[kind] = self._listed(kind)
        return known

    def _listed(self, kind: Type) -> Sequence[Value]:
        match kind:
            case BoolType():
                return (False, True)
            case IntType(low=low, high=high):
                if low is None or high is None:
                    raise ValueError("integers without an end cannot be listed")
                return range(low, high + 1)
            case EnumType(members=members):
                return members
            case ReferenceType(sort=sort, optional=optional):
                objects = self.objects(sort)
                return (None, *objects) if optional else objects
            case LockType():
                return (None, *self.threads())

    def range_of(self, kind: Type) -> Sequence[Value]:
        """What a binder of a type ranges over: `none` is no object."""
        if isinstance(kind, ReferenceType):
            return self.values(ReferenceType(kind.sort, optional=False))
        return self.values(kind)

    def candidates(self, kind: Type) -> Iterator[Value]:
        """Every value of a type, or those near zero where it has no end."""
        if is_listed(kind):
            yield from self.values(kind)
            return
        assert isinstance(kind, IntType), "only integers have no end"
        end = kind.high if kind.low is None else kind.low
        start = 0 if end is None or self.contains(kind, 0) else end
        near = (start + sign * number for number in range(SAMPLE) for sign in (1, -1))
        yield from (value for value in dict.fromkeys(near) if self.contains(kind, value))

    def contains(self, kind: Type, value: Value) -> bool:
        """Whether a value is one of a type in this instance."""
        match kind:
            case BoolType():
                return isinstance(value, bool)
            case IntType(low=low, high=high):
                if isinstance(value, bool) or not isinstance(value, int):
                    return False
                return (low is None or low <= value) and (high is None or value <= high)
            case EnumType(members=members):
                return isinstance(value, str) and value in members
            case ReferenceType(sort=sort, optional=optional):
                if not isinstance(value, Object):
                    return value is None and optional
                return value.sort == sort and 0 <= value.index < self.bounds[sort]
            case LockType():
                if not isinstance(value, Object):
                    return value is None
                return self.kind(value) is not None

    def points(self, variable: Variable) -> Iterator[Point]:
        """Every point of a variable."""
        for index in product(*(self.range_of(kind) for kind in variable.index)):
            yield variable.name, index

    def points_of(self, variable: Variable, thread: Object) -> Iterator[Point]:
        """The points of a local that belong to one thread."""
        for index in product(*(self.range_of(kind) for kind in variable.index[1:])):
            yield variable.name, (thread, *index)

    def is_point(self, point: Point) -> bool:
        """Whether a variable has such a point in this instance."""
        name, index = point
        variable = self._variables.get(name)
        if variable is None or len(variable.index) != len(index):
            return False
        pairs = zip(variable.index, index, strict=True)
        return all(value is not None and self.contains(kind, value) for kind, value in pairs)


def is_listed(kind: Type) -> bool:
    """Whether all values of a type can be listed."""
    return not isinstance(kind, IntType) or (kind.low is not None and kind.high is not None)


def variable_text(name: str) -> str:
    """A variable as a whole in messages: `page.list`; a local by its kind of thread,
    `cpu.free_one_page.mt`, the second of one name `cpu.f.x.2`."""
    return re.sub(r"[()]", "", name).replace("/", ".").replace("~", ".")


def shown(point: Point) -> str:
    """A point in messages: `page.list[page0]`, a local `cpu0.free_one_page.mt`."""
    name, index = point
    if "/" in name and index:
        owner, index = index[0], index[1:]
        name = f"{owner}.{variable_text(name).partition('.')[2]}"
    return name + index_text(index)
