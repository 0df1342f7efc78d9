"""One instance of a model: its objects counted, its points listed, its values as numbers.

A finite value is a *code*: an object's index, an enum member's position, a thread's number among
all threads as owner of a lock; `none` and "nobody" are the code after the last object.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from frontend.model import (
    BoolType,
    EnumType,
    IntType,
    LockType,
    Model,
    Object,
    ReferenceType,
    Thread,
    Type,
    Value,
    Variable,
)
from proofs.answers.trace import Point

Place = tuple[str, tuple[int, ...]]
"""A variable's name and an index into it, as codes."""


class System:
    """A model at chosen bounds.

    Args:
        model: a checked model or a slice of one.
        bounds: sort -> number of objects, at least 1.
    """

    def __init__(self, model: Model, bounds: Mapping[str, int]) -> None:
        self.model = model
        self.bounds = {sort.name: bounds[sort.name] for sort in model.sorts}
        self.variables: dict[str, Variable] = {item.name: item for item in model.variables}
        self.kinds: dict[str, Thread] = {item.sort: item for item in model.threads}
        self.offsets: dict[str, int] = {}
        self.thread_count = 0
        for thread in model.threads:
            self.offsets[thread.sort] = self.thread_count
            self.thread_count += self.bounds[thread.sort]
        self.places: dict[str, tuple[Place, ...]] = {
            item.name: tuple(
                (item.name, index) for index in product(*(self.codes(part) for part in item.index))
            )
            for item in model.variables
        }

    def codes(self, domain: Type) -> range:
        """The codes of an index type or of a binder's: without `none`."""
        match domain:
            case BoolType():
                return range(2)
            case IntType(low=low, high=high):
                assert low is not None, "an index or a binder is limited"
                assert high is not None, "an index or a binder is limited"
                return range(low, high + 1)
            case EnumType(members=members):
                return range(len(members))
            case ReferenceType(sort=sort):
                return range(self.bounds[sort])
            case LockType():
                raise AssertionError("a lock is no index")

    def interval(self, domain: Type) -> tuple[int | None, int | None]:
        """The least and the greatest code of a type."""
        match domain:
            case BoolType():
                return 0, 1
            case IntType(low=low, high=high):
                return low, high
            case EnumType(members=members):
                return 0, len(members) - 1
            case ReferenceType(sort=sort, optional=optional):
                return 0, self.bounds[sort] - (not optional)
            case LockType():
                return 0, self.thread_count

    def code(self, value: Value, domain: Type) -> int:
        """The code of a value of a type other than bool."""
        match domain:
            case BoolType():
                return int(bool(value))
            case IntType():
                assert isinstance(value, int)
                return value
            case EnumType(members=members):
                assert isinstance(value, str)
                return members.index(value)
            case ReferenceType(sort=sort):
                return value.index if isinstance(value, Object) else self.bounds[sort]
            case LockType():
                if isinstance(value, Object):
                    return self.offsets[value.sort] + value.index
                return self.thread_count

    def value(self, code: int, domain: Type) -> Value:
        """The value behind a code."""
        match domain:
            case BoolType():
                return bool(code)
            case IntType():
                return code
            case EnumType(members=members):
                return members[code]
            case ReferenceType(sort=sort):
                return Object(sort, code) if code < self.bounds[sort] else None
            case LockType():
                return self.threads()[code] if code < self.thread_count else None

    def threads(self) -> tuple[Object, ...]:
        """Every thread, in the order of their numbers."""
        return tuple(
            Object(sort, index) for sort in self.offsets for index in range(self.bounds[sort])
        )

    def point(self, place: Place) -> Point:
        """A place in the spec's own values."""
        name, index = place
        domains = self.variables[name].index
        return name, tuple(
            self.value(code, domain) for code, domain in zip(index, domains, strict=True)
        )
