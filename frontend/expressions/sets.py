"""Sets: braces, and the operators that make one set of two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from frontend.formulas import building as formulas
from frontend.formulas.definedness import belongs
from frontend.formulas.lowered import (
    Scalar,
    SetValue,
    Value,
    Wrong,
    evaluated,
    resized,
    shape_of,
    wider,
)
from frontend.formulas.shapes import WRONG, SetShape, Shape, agree, describe, index_limits
from frontend.model import (
    BOOL,
    FALSE,
    TRUE,
    Binary,
    Bound,
    Constant,
    Expression,
    Operator,
    QuantifierKind,
    Read,
    ReferenceType,
    Type,
    walk,
)
from frontend.names.scopes import Scope
from frontend.syntax import tree as syntax

if TYPE_CHECKING:
    from frontend.expressions.elaboration import Elaboration

SETS: dict[str, Callable[[Expression, Expression], Expression]] = {
    "+": formulas.or_else,
    "|": formulas.or_else,
    "&": formulas.and_then,
    "-": lambda left, right: formulas.and_then(left, formulas.negation(right)),
}


def every(kind: Type) -> SetValue:
    """`all small`. An element that is asked for is evaluated all the same."""
    return SetValue(kind, lambda e: _belongs(e, kind))


def nothing(kind: Type) -> SetValue:
    """`empty`."""

    def member(one: Expression) -> Expression:
        found = _belongs(one, kind)
        plain = found in (TRUE, FALSE) or not belongs(one, kind)
        return FALSE if plain else formulas.negation(found)

    return SetValue(kind, member)


def _belongs(one: Expression, kind: Type) -> Expression:
    if evaluated(one, kind) == TRUE:
        return TRUE
    if isinstance(one, Constant):
        return FALSE
    binder = Bound("element", kind)
    same = Binary(Operator.EQ, one, binder, BOOL)
    return formulas.Each(QuantifierKind.EXISTS, (binder,), same, BOOL)


def contains(collection: SetValue, element: Expression) -> Expression:
    """Whether a set has an element. In a set that is stored only values of its type are looked
    for; braces and `all` do not have any other value."""
    inside = collection.member(element)
    if any(isinstance(part, Read) and element in part.arguments for part in walk(inside)):
        inside = formulas.and_then(evaluated(element, collection.element), inside)
    if collection.needed == TRUE:
        return inside
    first = evaluated(element, element.type)
    return formulas.and_then(first, formulas.and_then(collection.needed, inside))


def is_loose(node: syntax.Expression) -> bool:
    """Whether an expression has no type of its own: `none`, `empty`, braces, and sets of these."""
    loose = syntax.NoneLiteral | syntax.EmptySet | syntax.SetLiteral
    return all(isinstance(part, loose) for part in _operands(node))


def _operands(node: syntax.Expression) -> Iterator[syntax.Expression]:
    """What set operators and `? :` make one set of."""
    match node:
        case syntax.Binary(operator=operator, left=left, right=right) if operator in SETS:
            yield from _operands(left)
            yield from _operands(right)
        case syntax.Conditional(then=then, otherwise=otherwise):
            yield from _operands(then)
            yield from _operands(otherwise)
        case _:
            yield node


def type_of_braces(own: Elaboration, node: syntax.Binary, scope: Scope, wanted: Shape) -> Shape:
    """The type of the left side of a set operator, where that is written in braces."""
    if isinstance(wanted, SetShape) or not is_loose(node.left):
        return wanted if isinstance(wanted, SetShape) else WRONG
    return WRONG if is_loose(node.right) else shape_of(own.value(node.right, scope))


def combine(
    own: Elaboration,
    operator: str,
    left: SetValue,
    right: syntax.Expression,
    scope: Scope,
    *,
    braces: bool,
) -> Value:
    """Union, difference and intersection of sets; the right side may be one element.

    Args:
        braces: whether the left side is made of braces that have no type from elsewhere.
    """
    wanted: Shape = SetShape(left.element)
    own_type = braces and all(isinstance(part, syntax.SetLiteral) for part in _operands(right))
    value = own.value(right, scope, WRONG if own_type else wanted)
    if isinstance(value, Scalar) and agree(value.expression.type, left.element):
        value = set_of(left.element, (value.expression,))
    if not own.agrees(value, wanted, right.span) or not isinstance(value, SetValue):
        return Wrong()
    kind = wider(left.element, value.element)
    one, other = resized(left, kind), resized(value, kind)
    needed = formulas.and_then(left.needed, value.needed)
    return SetValue(kind, lambda e: SETS[operator](one.member(e), other.member(e)), needed)


def set_of(kind: Type, elements: Sequence[Expression]) -> SetValue:
    """The set of some elements. All of them are evaluated, and all must belong to the type."""
    needed = formulas.conjunction(evaluated(item, kind) for item in elements)

    def member(one: Expression) -> Expression:
        return formulas.disjunction(formulas.same(one, item) for item in elements)

    return SetValue(kind, member, needed)


def set_literal(own: Elaboration, node: syntax.SetLiteral, scope: Scope, wanted: Shape) -> Value:
    """`{a, b}`."""
    kind: Type | None = wanted.element if isinstance(wanted, SetShape) else None
    elements: list[Expression] = []
    for item in node.elements:
        value = own.value(item, scope, kind or WRONG)
        shape = shape_of(value)
        if isinstance(value, Scalar) and not isinstance(wanted, SetShape):
            own_kind = value.expression.type
            if isinstance(own_kind, ReferenceType):
                own_kind = ReferenceType(own_kind.sort, optional=False)
            if kind is None or agree(own_kind, kind):
                kind = own_kind if kind is None else wider(kind, own_kind)
        if kind is None or not own.agrees(value, kind, item.span):
            if isinstance(shape, SetShape):
                own.problems.report("E201", "a set holds no sets", item.span)
            return Wrong()
        assert isinstance(value, Scalar)
        elements.append(value.expression)
    if kind is None:
        return own.untyped("{}", node.span)
    if not index_limits(kind):
        own.problems.report(
            "E212", f"a set is over objects, an enum or a range, not `{describe(kind)}`", node.span
        )
        return Wrong()
    return set_of(kind, elements)
