"""Where everything lies in the flat vectors of an explicit state.

An instance has two kinds of vector. The *constants* never change during a run: one tuple for
each choice of them. A *state* is `(number of the constants, scalars..., program counters...,
references and owners..., last thread)`. `last` is unused (-1) in a plain search; searching for
runs with few switches stores there who moved last.

Values as ints: a bool 0 or 1, an enum member its position, an object its index, the owner of a
lock its number among all threads of all kinds, `none` and nobody -1. A dead local is 0, or -1 if
it is a reference: never an object, so that a permutation of objects leaves it alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from frontend.model import (
    BoolType,
    EnumType,
    IntType,
    LockType,
    Model,
    Object,
    ReferenceType,
    Type,
    Value,
    Variable,
    writes,
)
from proofs.answers.trace import Point

OWNERS = ""
"""Stands for the sort of lock owners, which are the threads of all kinds."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the points of a variable lie.

    Args:
        variable: whose.
        constant: in the constants' vector, else in the state.
        base: the first slot.
        strides: by index position.
        target: the sort of the objects it holds (`OWNERS` for a lock); None: a scalar.
    """

    variable: Variable
    constant: bool
    base: int
    strides: tuple[int, ...]
    target: str | None


@dataclass(frozen=True, slots=True)
class Slot:
    """One point of a variable, or a thread's program counter, in a vector.

    Args:
        number: its position in the vector.
        name: of the variable.
        fixed: `number` less what the objects of the index contribute.
        objects: of the index: (sort, object, stride).
        target: the sort of the objects it holds, `OWNERS`, or None for a scalar.
    """

    number: int
    name: str
    fixed: int
    objects: tuple[tuple[str, int, int], ...]
    target: str | None


class Layout:
    """The vectors of one model at some bounds.

    Args:
        model: the model.
        bounds: sort -> number of objects.
    """

    def __init__(self, model: Model, bounds: Mapping[str, int]) -> None:
        self.model = model
        self.bounds = {sort.name: bounds[sort.name] for sort in model.sorts}
        self.enums = {item.name: item for item in model.enums}
        self.offsets: dict[str, int] = {}
        self.threads = 0
        for thread in model.threads:
            self.offsets[thread.sort] = self.threads
            self.threads += bounds[thread.sort]
        self.owners = [
            Object(thread.sort, index)
            for thread in model.threads
            for index in range(bounds[thread.sort])
        ]
        self.places: dict[str, Place] = {}
        self.counters: dict[str, int] = {}
        self._place()

    def _place(self) -> None:
        """Lays out the constants, then the state: scalars, counters, references, `last`."""
        written = _written(self.model)
        moving = []
        self.constants = 0
        for variable in self.model.variables:
            if variable.constant or (
                variable.name not in written
                and variable.thread is None
                and (variable.initial is not None or not isinstance(variable.type, LockType))
            ):
                self.constants = self._add(variable, True, self.constants)
            else:
                moving.append(variable)
        size = 1
        for variable in moving:
            if _target(variable.type) is None:
                size = self._add(variable, False, size)
        for thread in self.model.threads:
            self.counters[thread.sort] = size
            size += self.bounds[thread.sort]
        self.references = size
        for variable in moving:
            if _target(variable.type) is not None:
                size = self._add(variable, False, size)
        self.last = size
        self.size = size + 1

    def _add(self, variable: Variable, constant: bool, base: int) -> int:
        """Puts a variable at `base`; the first slot after it."""
        strides = []
        size = 1
        for index in reversed(variable.index):
            strides.append(size)
            size *= self.cardinality(index)
        self.places[variable.name] = Place(
            variable, constant, base, tuple(reversed(strides)), _target(variable.type)
        )
        return base + size

    def cardinality(self, kind: Type) -> int:
        """How many values an index type has."""
        return len(self.domain(kind))

    def domain(self, kind: Type) -> range:
        """The values of a type as ints, `none` included where it is optional.

        Raises:
            OverflowError: it is an unlimited integer.
        """
        match kind:
            case BoolType():
                return range(2)
            case EnumType(members=members):
                return range(len(members))
            case IntType(low=low, high=high):
                if low is None or high is None:
                    raise OverflowError("an integer without limits")
                return range(low, high + 1)
            case ReferenceType(sort=sort, optional=optional):
                return range(-1 if optional else 0, self.bounds[sort])
            case LockType():
                return range(-1, self.threads)

    def number(self, kind: Type, value: Value) -> int:
        """A value as an int of its type."""
        match value:
            case None:
                return -1
            case Object(sort=sort, index=index):
                return index + (self.offsets[sort] if isinstance(kind, LockType) else 0)
            case str():
                assert isinstance(kind, EnumType), "only a member is named"
                return kind.members.index(value)
            case _:
                return int(value)

    def value(self, kind: Type, number: int) -> Value:
        """The value that an int of this type stands for."""
        match kind:
            case BoolType():
                return bool(number)
            case EnumType(members=members):
                return members[number]
            case IntType():
                return int(number)
            case ReferenceType(sort=sort):
                return None if number < 0 else Object(sort, number)
            case LockType():
                return None if number < 0 else self.owners[number]

    def points(self, place: Place) -> Iterator[tuple[Point, int]]:
        """The points of a variable in the order of their slots."""
        kinds = place.variable.index
        domains = [self.domain(kind) for kind in kinds]
        for slot, numbers in enumerate(product(*domains), place.base):
            index = tuple(self.value(*pair) for pair in zip(kinds, numbers, strict=True))
            yield (place.variable.name, index), slot

    def slots(self, *, constant: bool) -> Iterator[Slot]:
        """The slots of the constants, or of the state (the first, the constants' number, not)."""
        for place in self.places.values():
            if place.constant != constant:
                continue
            kinds = place.variable.index
            domains = [self.domain(kind) for kind in kinds]
            for number, values in enumerate(product(*domains), place.base):
                objects = tuple(
                    (kind.sort, value, stride)
                    for kind, value, stride in zip(kinds, values, place.strides, strict=True)
                    if isinstance(kind, ReferenceType)
                )
                fixed = number - sum(value * stride for _, value, stride in objects)
                yield Slot(number, place.variable.name, fixed, objects, place.target)
        if not constant:
            for sort, base in self.counters.items():
                for index in range(self.bounds[sort]):
                    yield Slot(base + index, f"{sort} at", base, ((sort, index, 1),), None)
            yield Slot(self.last, "last", self.last, (), OWNERS)

    def initial(self, constants: tuple[int, ...], state: tuple[int, ...]) -> dict[Point, Value]:
        """The values of all shared variables."""
        return {
            point: self.value(place.variable.type, (constants if place.constant else state)[slot])
            for place in self.places.values()
            if place.variable.thread is None
            for point, slot in self.points(place)
        }


def _target(kind: Type) -> str | None:
    match kind:
        case ReferenceType(sort=sort):
            return sort
        case LockType():
            return OWNERS
        case BoolType() | IntType() | EnumType():
            return None


def _written(model: Model) -> frozenset[str]:
    steps = [step for thread in model.threads for step in thread.steps]
    return frozenset(
        write.variable for step in steps for item in step.body for write in writes(item)
    )
