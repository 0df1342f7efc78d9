"""What a name can hold: the model's scalar types, and the two that lowering takes apart.

A record becomes one variable a part, a set a variable of truth values over its elements.
Also the interval arithmetic that gives every integer expression a type that holds at all bounds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from frontend.model import BoolType, EnumType, IntType, LockType, Operator, ReferenceType, Type


@dataclass(frozen=True, slots=True)
class SetShape:
    """A set over the values of a type."""

    element: Type


@dataclass(frozen=True, slots=True)
class RecordShape:
    """A value of several parts; `parts` in order of declaration."""

    name: str
    parts: tuple[tuple[str, Shape], ...]


@dataclass(frozen=True, slots=True)
class WrongShape:
    """Stands in after an error that has been reported; agrees with everything."""


Shape = (
    BoolType | IntType | EnumType | ReferenceType | LockType | SetShape | RecordShape | WrongShape
)

WRONG = WrongShape()


def describe(shape: Shape) -> str:
    """A shape as the language writes it."""
    match shape:
        case BoolType():
            return "bool"
        case IntType(None, None):
            return "int"
        case IntType(0, None):
            return "nat"
        case IntType(low, high):
            left = "" if low is None else str(low)
            right = "" if high is None else str(high)
            return f"int {left}..{right}"
        case EnumType(name=name):
            return name
        case ReferenceType(sort=sort, optional=optional):
            return sort + ("?" if optional else "")
        case LockType():
            return "spinlock"
        case SetShape(element=element):
            return f"set of {describe(element)}"
        case RecordShape(name=name):
            return name
        case WrongShape():
            return "?"


def agree(one: Shape, other: Shape) -> bool:
    """Whether values of the two can be compared or stand for each other, up to a check."""
    match one, other:
        case (WrongShape(), _) | (_, WrongShape()):
            return True
        case (IntType(), IntType()):
            return True
        case (ReferenceType(sort=left), ReferenceType(sort=right)):
            return left == right
        case (SetShape(element=first), SetShape(element=second)):
            return agree(first, second)
        case _:
            return one == other


def index_limits(shape: Shape) -> bool:
    """Whether a shape can index a field: finite, and without `none`."""
    match shape:
        case BoolType() | EnumType() | ReferenceType(optional=False):
            return True
        case IntType(low=low, high=high):
            return low is not None and high is not None
        case _:
            return False


def within(inner: IntType, outer: IntType) -> bool:
    """Whether every value of one integer type is one of the other."""
    low_fits = outer.low is None or (inner.low is not None and inner.low >= outer.low)
    high_fits = outer.high is None or (inner.high is not None and inner.high <= outer.high)
    return low_fits and high_fits


def join(one: IntType, other: IntType) -> IntType:
    """The smallest integer type that holds the values of both."""
    low = None if one.low is None or other.low is None else min(one.low, other.low)
    high = None if one.high is None or other.high is None else max(one.high, other.high)
    return IntType(low, high)


def negated(operand: IntType) -> IntType:
    """The type of `-x`."""
    low = None if operand.high is None else -operand.high
    high = None if operand.low is None else -operand.low
    return IntType(low, high)


def arithmetic(operator: Operator, left: IntType, right: IntType) -> IntType:
    """The type of a two-sided integer operation.

    Ends that cannot be told stay open; division and the bit operations are only bounded where
    both sides are, which is all that an encoder needs.

    Raises:
        ValueError: the operator gives no integer.
    """
    match operator:
        case Operator.ADD:
            low = None if left.low is None or right.low is None else left.low + right.low
            high = None if left.high is None or right.high is None else left.high + right.high
            return IntType(low, high)
        case Operator.SUB:
            return arithmetic(Operator.ADD, left, negated(right))
        case _:
            pass
    if left.low is None or left.high is None or right.low is None or right.high is None:
        natural = left.low is not None and left.low >= 0
        natural = natural and right.low is not None and right.low >= 0
        return IntType(0 if natural else None, None)
    lefts, shifts = (left.low, left.high), (max(0, right.low), max(0, right.high))
    match operator:
        case Operator.MUL:
            return _around(a * b for a in lefts for b in (right.low, right.high))
        case Operator.DIV:
            size = max(abs(left.low), abs(left.high))
            return IntType(0 if left.low >= 0 and right.low >= 0 else -size, size)
        case Operator.MOD:
            size = max(0, max(abs(right.low), abs(right.high)) - 1)
            size = min(size, max(abs(left.low), abs(left.high)))
            return IntType(-size if left.low < 0 else 0, size if left.high > 0 else 0)
        case Operator.BAND | Operator.BOR | Operator.BXOR:
            ends = (left.low, left.high, right.low, right.high)
            bits = max(value.bit_length() for value in ends)
            signed = left.low < 0 or right.low < 0
            return IntType(-(1 << bits) if signed else 0, (1 << bits) - 1)
        case Operator.SHL:
            return _around(a << b for a in lefts for b in shifts)
        case Operator.SHR:
            return _around(a >> b for a in lefts for b in shifts)
        case Operator.AND | Operator.OR | Operator.IMPLIES | Operator.EQ | Operator.NE:
            raise ValueError(f"{operator.value} gives no integer")
        case Operator.LT | Operator.LE | Operator.GT | Operator.GE:
            raise ValueError(f"{operator.value} gives no integer")
        case _:
            assert_never(operator)


def _around(values: Iterable[int]) -> IntType:
    """The smallest type of some integers."""
    found = list(values)
    return IntType(min(found), max(found))


def parts_of(shape: Shape) -> tuple[tuple[str, Shape], ...]:
    """The parts of a record, flattened: `("", shape)` alone for anything else."""
    if not isinstance(shape, RecordShape):
        return (("", shape),)
    flat: list[tuple[str, Shape]] = []
    for name, part in shape.parts:
        flat.extend((f".{name}{rest}", inner) for rest, inner in parts_of(part))
    return tuple(flat)
