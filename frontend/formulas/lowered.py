"""What an expression of the language stands for while it is lowered.

A scalar is one model expression. A set is a function from an element to its membership, a
record one value a part: neither exists in the model, where both are several variables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from frontend.formulas import building as formulas
from frontend.formulas.definedness import belongs, fits
from frontend.formulas.shapes import WRONG, RecordShape, SetShape, Shape, WrongShape, join, within
from frontend.model import (
    BOOL,
    FALSE,
    TRUE,
    BoolType,
    Bound,
    Conditional,
    Constant,
    EnumType,
    Expression,
    IntType,
    QuantifierKind,
    Read,
    ReferenceType,
    Self,
    Temporary,
    Type,
    walk,
)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One model expression."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class SetValue:
    """A set: `member(e)` is whether an element expression belongs to it.

    Args:
        needed: demands of all that is evaluated for it, whichever element is asked for.
    """

    element: Type
    member: Callable[[Expression], Expression]
    needed: Expression = TRUE


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
            some = Bound("element", element)
            reads = Read(variable, (*arguments, some), BOOL)
            every = formulas.Each(QuantifierKind.FORALL, (some,), reads, BOOL)
            plain = all(isinstance(item, Self) for item in arguments)
            needed = TRUE if plain else formulas.demand(every, BOOL)
            return SetValue(element, lambda e: Read(variable, (*arguments, e), BOOL), needed)
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
            return formulas.same(one, other)
        case SetValue(), SetValue():
            element = wider(left.element, right.element)
            binder = fresh(element)
            these, those = resized(left, element), resized(right, element)
            body = formulas.same(these.member(binder), those.member(binder))
            needed = formulas.and_then(left.needed, right.needed)
            if body not in (TRUE, FALSE):
                body = _decided(these, those, element, body)
            if body not in (TRUE, FALSE):
                body = formulas.Each(QuantifierKind.FORALL, (binder,), body, BOOL)
            return formulas.and_then(needed, body)
        case RecordValue(), RecordValue():
            result: Expression = TRUE
            for part in (*_scalars(left), *_scalars(right)):
                result = formulas.and_then(result, evaluated(part, part.type))
            for name, value in left.parts.items():
                result = formulas.and_then(result, equality(value, right.parts[name], fresh))
            return result
        case _:
            return TRUE


def _decided(one: SetValue, other: SetValue, element: Type, body: Expression) -> Expression:
    """The comparison of two sets of constants; else the body, for some element.

    Membership in a set of constants changes next to a constant that it mentions, and nowhere else.
    """
    samples: set[str | int] = set()
    match element:
        case EnumType(members=members):
            samples.update(members)
        case IntType(low=int() as low, high=int() as high):
            near = {low, high}
            for part in walk(body):
                if isinstance(part, Constant) and isinstance(part.value, int):
                    near |= {part.value - 1, part.value, part.value + 1}
            samples.update(value for value in near if low <= value <= high)
        case BoolType():
            samples.update((False, True))
        case _:
            return body
    result = TRUE
    for value in samples:
        kind = IntType(value, value) if type(value) is int else element
        item = Constant(value, kind)
        found = formulas.same(one.member(item), other.member(item))
        if found not in (TRUE, FALSE):
            return body
        if found == FALSE:
            result = FALSE
    return result


def resized(value: SetValue, element: Type) -> SetValue:
    """The same set as one over a type that has all values of its own: the others are outside."""
    if element == value.element:
        return value

    def member(item: Expression) -> Expression:
        match item, value.element:
            case Constant(type=IntType() as own), IntType() as limits:
                return value.member(item) if within(own, limits) else FALSE
            case _:
                pass
        inside = [needed.condition for needed in fits(item, value.element)]
        return formulas.and_then(formulas.conjunction(inside), value.member(item))

    return SetValue(element, member, value.needed)


def evaluated(node: Expression, kind: Type) -> Expression:
    """What demands that an expression has a value of a type; TRUE where that is plain to see."""
    plain = isinstance(node, Constant | Bound | Temporary | Self)
    return TRUE if plain and belongs(node, kind) else formulas.demand(node, kind)


def checked(value: Value, shape: Shape) -> Value:
    """The value where it enters a type that not every one of its kind belongs to."""
    match value, shape:
        case Scalar(expression=node), IntType() | ReferenceType():
            if belongs(node, shape):
                return value
            return Scalar(formulas.guarded(formulas.demand(node, shape), node))
        case RecordValue(parts=parts), RecordShape(parts=wanted):
            shapes = dict(wanted)
            made = {name: checked(part, shapes[name]) for name, part in parts.items()}
            return RecordValue(value.shape, made)
        case _:
            return value


def demanding(needed: Expression, value: Value) -> Value:
    """The value with demands that are evaluated whatever becomes of it."""
    if needed == TRUE:
        return value
    match value:
        case Scalar(expression=expression):
            return Scalar(formulas.guarded(needed, expression))
        case SetValue():
            return replace(value, needed=formulas.and_then(needed, value.needed))
        case RecordValue(shape=shape, parts=parts):
            return RecordValue(
                shape, {name: demanding(needed, part) for name, part in parts.items()}
            )
        case Wrong():
            return value


def demands_of(value: Value, shape: Shape) -> Expression:
    """That a value is evaluated and belongs to a type, part by part."""
    match value, shape:
        case Scalar(expression=node), _:
            kind = shape if isinstance(shape, IntType | ReferenceType) else node.type
            return evaluated(node, kind)
        case RecordValue(parts=parts), RecordShape(parts=wanted):
            shapes = dict(wanted)
            return formulas.conjunction(
                demands_of(part, shapes[name]) for name, part in parts.items()
            )
        case SetValue(needed=needed), _:
            return needed
        case _:
            return TRUE


def _scalars(value: RecordValue) -> list[Expression]:
    found: list[Expression] = []
    for part in value.parts.values():
        match part:
            case Scalar(expression=expression):
                found.append(expression)
            case RecordValue():
                found += _scalars(part)
            case _:
                pass
    return found


def choice(condition: Expression, then: Value, otherwise: Value) -> Value:
    """`condition ? then : otherwise`; the shapes agree."""
    match then, otherwise:
        case Scalar(expression=one), Scalar(expression=other):
            return Scalar(Conditional(condition, one, other, wider(one.type, other.type)))
        case SetValue(), SetValue():
            kind = wider(then.element, otherwise.element)
            yes, no = resized(then, kind), resized(otherwise, kind)
            needed: Expression = TRUE
            if yes.needed != TRUE or no.needed != TRUE:
                both = Conditional(condition, yes.needed, no.needed, BOOL)
                needed = formulas.demand(both, BOOL)
            return SetValue(
                kind, lambda e: Conditional(condition, yes.member(e), no.member(e), BOOL), needed
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


def wider(one: Type, other: Type) -> Type:
    """The smallest type that has the values of both, which are of one kind."""
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
