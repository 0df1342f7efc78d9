"""What an expression of the language stands for while it is lowered.

A scalar is one model expression. A set is a function from an element to its membership, a
record one value a part: neither exists in the model, where both are several variables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from frontend import formulas
from frontend.model import (
    BOOL,
    TRUE,
    Binary,
    Bound,
    Conditional,
    Expression,
    IntType,
    Operator,
    Read,
    ReferenceType,
    Type,
)
from frontend.shapes import WRONG, RecordShape, SetShape, Shape, WrongShape, join


@dataclass(frozen=True, slots=True)
class Scalar:
    """One model expression."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class SetValue:
    """A set: `member(e)` is whether an element expression belongs to it."""

    element: Type
    member: Callable[[Expression], Expression]


@dataclass(frozen=True, slots=True)
class RecordValue:
    """A record: one value a part."""

    shape: RecordShape
    parts: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Wrong:
    """Stands in after an error that has been reported."""


Value = Scalar | SetValue | RecordValue | Wrong


@dataclass(frozen=True, slots=True)
class Place:
    """What can be assigned to: a variable at an index.

    Args:
        variable: the model variable, or the common stem of a record's parts.
        arguments: the index so far (a set has one argument more in the model).
        shape: what it holds.
        local: whether it is a thread's own local.
        constant: whether the language forbids to assign.
        ghost: whether it exists for the proof's sake.
        pending: the types of an index that is still to be written.
    """

    variable: str
    arguments: tuple[Expression, ...]
    shape: Shape
    local: bool = False
    constant: bool = False
    ghost: bool = False
    pending: tuple[Type, ...] = ()


def shape_of(value: Value) -> Shape:
    """The shape of a value."""
    match value:
        case Scalar(expression=expression):
            return expression.type
        case SetValue(element=element):
            return SetShape(element)
        case RecordValue(shape=shape):
            return shape
        case Wrong():
            return WRONG


def value_at(variable: str, arguments: tuple[Expression, ...], shape: Shape) -> Value:
    """What reading a variable (or a record's stem, or a set) at an index gives."""
    match shape:
        case SetShape(element=element):
            return SetValue(element, lambda e: Read(variable, (*arguments, e), BOOL))
        case RecordShape(parts=parts):
            return RecordValue(
                shape,
                {name: value_at(f"{variable}.{name}", arguments, part) for name, part in parts},
            )
        case WrongShape():
            return Wrong()
        case _:
            return Scalar(Read(variable, arguments, shape))


def equality(left: Value, right: Value, fresh: Callable[[Type], Bound]) -> Expression:
    """`left == right`, part by part and element by element.

    Args:
        fresh: gives a new binder of a type.
    """
    match left, right:
        case Scalar(expression=one), Scalar(expression=other):
            return Binary(Operator.EQ, one, other, BOOL)
        case SetValue(element=element), SetValue():
            binder = fresh(element)
            same = Binary(Operator.EQ, left.member(binder), right.member(binder), BOOL)
            return formulas.forall((binder,), same)
        case RecordValue(), RecordValue():
            return formulas.conjunction(
                equality(part, right.parts[name], fresh) for name, part in left.parts.items()
            )
        case _:
            return TRUE


def choice(condition: Expression, then: Value, otherwise: Value) -> Value:
    """`condition ? then : otherwise`; the shapes agree."""
    match then, otherwise:
        case Scalar(expression=one), Scalar(expression=other):
            return Scalar(Conditional(condition, one, other, _wider(one.type, other.type)))
        case SetValue(), SetValue():
            return SetValue(
                then.element,
                lambda e: Conditional(condition, then.member(e), otherwise.member(e), BOOL),
            )
        case RecordValue(), RecordValue():
            return RecordValue(
                then.shape,
                {
                    name: choice(condition, part, otherwise.parts[name])
                    for name, part in then.parts.items()
                },
            )
        case _:
            return Wrong()


def _wider(one: Type, other: Type) -> Type:
    match one, other:
        case IntType(), IntType():
            return join(one, other)
        case ReferenceType(), ReferenceType():
            return one if one.optional else other
        case _:
            return one


def leaf_count(shape: Shape) -> int:
    """How many model variables a declared name of a shape is."""
    if isinstance(shape, RecordShape):
        return sum(leaf_count(part) for _, part in shape.parts)
    return 0 if isinstance(shape, WrongShape) else 1


def leaves(variable: str, shape: Shape) -> tuple[tuple[str, tuple[Type, ...], Type], ...]:
    """The model variables of a declared name: name, further index types, type."""
    match shape:
        case SetShape(element=element):
            return ((variable, (element,), BOOL),)
        case RecordShape(parts=parts):
            return tuple(
                leaf for name, part in parts for leaf in leaves(f"{variable}.{name}", part)
            )
        case WrongShape():
            return ()
        case _:
            return ((variable, (), shape),)
