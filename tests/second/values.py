"""What a value may be where it goes, and what the operators make of two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.second.world import Int, Rec, Record, Ref, SetOf, Type, World

UNSET = "(unset)"
"""The value of a local that nothing was assigned to, and the fault of reading it: code that can do
that is rejected, but a formula may."""


class Fault(Exception):
    """What ends a run: in code the built-in property is violated; a formula has no value.

    Args:
        kind: the built-in property.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def entered(world: World, kind: Type, value: Any) -> Any:
    """A value that enters a type; raises Fault where it is none of its values."""
    match kind:
        case Int(low=low, high=high):
            if low == 0 and high is None and value < 0:
                raise Fault("underflow")
            if (low is not None and value < low) or (high is not None and value > high):
                raise Fault("range")
        case Ref(optional=False):
            if value is None:
                raise Fault("none")
        case SetOf(element=element):
            for item in value:
                entered(world, element, item)
        case Record(name=name):
            for part, inner in zip(world.records[name].values(), value.parts, strict=True):
                entered(world, part, inner)
        case _:
            pass
    return value


def quotient(left: int, right: int) -> int:
    """C's division: towards zero."""
    if right == 0:
        raise Fault("divide")
    magnitude = abs(left) // abs(right)
    return magnitude if (left < 0) == (right < 0) else -magnitude


def remainder(left: int, right: int) -> int:
    """C's remainder: with the sign of the left side."""
    return left - right * quotient(left, right)


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "in": lambda left, right: left in right,
    "+": lambda left, right: left | right if isinstance(left, frozenset) else left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": quotient,
    "%": remainder,
    "|": lambda left, right: left | right,
    "&": lambda left, right: left & right,
    "^": lambda left, right: left ^ right,
    "<<": lambda left, right: left << right,
    ">>": lambda left, right: left >> right,
}

DECIDES = {"&&": False, "||": True, "=>": False}
"""What a left side must be for the right one not to be looked at."""


def is_partial(value: Any) -> bool:
    """Whether a local or a part of it is unset."""
    if isinstance(value, Rec):
        return any(is_partial(part) for part in value.parts)
    return isinstance(value, str) and value == UNSET


def part_of(world: World, value: Any, path: tuple[str, ...]) -> Any:
    """A part of a record, which may be unset."""
    for name in path:
        if value == UNSET:
            return UNSET
        value = value.parts[list(world.records[value.record]).index(name)]
    return value


def with_part(world: World, value: Any, path: tuple[str, ...], part: Any) -> Any:
    """The value with a part replaced."""
    if not path:
        return part
    parts = list(value.parts)
    number = list(world.records[value.record]).index(path[0])
    parts[number] = with_part(world, parts[number], path[1:], part)
    return Rec(value.record, tuple(parts))


def without(world: World, value: Any, parts: set[tuple[str, ...]], path: tuple[str, ...]) -> Any:
    """A value with what is in none of the given parts of it unset."""
    if path in parts:
        return value
    if not isinstance(value, Rec):
        return UNSET
    inner = [
        without(world, part, parts, (*path, name))
        for name, part in zip(world.records[value.record], value.parts, strict=True)
    ]
    return Rec(value.record, tuple(inner))
