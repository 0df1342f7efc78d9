"""Assumptions taken apart: ground instances, and the limits that they put on integers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Protocol, TypeVar

from frontend.model import (
    Assumption,
    Binary,
    Bound,
    Constant,
    Expression,
    IntType,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    Type,
)
from verifier.explicit.formulas import Formulas, Scope, plain
from verifier.explicit.steps import build
from verifier.explicit.vectors import Layout

INSTANCES = 5000
"""A `forall` with more instances is evaluated as a whole."""

Limits = tuple[int | None, int | None]
_T = TypeVar("_T")


class Vector(Protocol):
    """A vector of the layout, perhaps with slots that have no value yet."""

    def __getitem__(self, slot: int, /) -> int:
        """The value of a slot."""
        ...


@dataclass(frozen=True, slots=True)
class Instance:
    """A conjunct of an assumption with values for its outer binders.

    Args:
        holds: of state and constants: whether it does.
        defines: for an equation that gives an integer without limits its value: whether that
            is a constant, its slot and the value; else None.
    """

    holds: Callable[[Vector, Vector], bool]
    defines: Callable[[Vector, Vector], tuple[bool, int, int]] | None


def instances(layout: Layout, assumptions: Sequence[Assumption]) -> Iterator[Instance]:
    """All conjuncts of the assumptions, their outer `forall`s replaced by instances.

    A conjunct is defined wherever those left of it hold. Where it is not, they do not, so that
    whatever comes of evaluating it alone does no harm.
    """
    formulas = Formulas(layout)
    for assumption in assumptions:
        for binders, body in _conjuncts(layout, (), assumption.condition):
            yield from _ground(formulas, binders, body)


def _conjuncts(
    layout: Layout, binders: tuple[Bound, ...], node: Expression
) -> Iterator[tuple[tuple[Bound, ...], Expression]]:
    """The conjuncts of a formula below the given binders, each with all its outer binders."""
    match node:
        case Binary(operator=Operator.AND, left=left, right=right):
            yield from _conjuncts(layout, binders, left)
            yield from _conjuncts(layout, binders, right)
        case Quantified(kind=QuantifierKind.FORALL, binders=more, body=body):
            outer = (*binders, *more)
            if prod(len(layout.domain(plain(binder))) for binder in outer) <= INSTANCES:
                yield from _conjuncts(layout, outer, body)
            else:
                yield binders, node
        case _:
            yield binders, node


def _ground(formulas: Formulas, binders: tuple[Bound, ...], body: Expression) -> Iterator[Instance]:
    names = {binder.name: formulas.fresh("b") for binder in binders}
    scope = Scope("s", "", names)
    parameters = ", ".join(["s", "k", *names.values()])
    equation = _equation(body)
    defines = None
    if equation is None:
        text = formulas.source(body, scope)
    else:
        point, other = equation
        value = formulas.source(other, scope)
        slot = formulas.slot(point.variable, point.arguments, scope)
        constant = formulas.layout.places[point.variable].constant
        returned = f"{constant}, {slot}, {value}"
        defines = build(f"def defines({parameters}):\n    return {returned}\n", "defines")
        # What the point depends on is read first, and so has values first.
        text = f"{value} == {formulas.source(point, scope)}"
    holds = build(f"def holds({parameters}):\n    return {text}\n", "holds")
    domains = [formulas.layout.domain(plain(binder)) for binder in binders]
    for values in product(*domains):
        yield Instance(_applied(holds, values), defines and _applied(defines, values))


def _equation(node: Expression) -> tuple[Read, Expression] | None:
    """The integer without limits that an equation defines, and by what."""
    match node:
        case Binary(operator=Operator.EQ, left=Read() as point, right=other) if _endless(point):
            return point, other
        case Binary(operator=Operator.EQ, left=other, right=Read() as point) if _endless(point):
            return point, other
        case _:
            return None


def _endless(node: Expression) -> bool:
    kind = node.type
    return isinstance(kind, IntType) and (kind.low is None or kind.high is None)


def _applied(
    function: Callable[..., _T], values: tuple[int, ...]
) -> Callable[[Vector, Vector], _T]:
    return lambda state, constants: function(state, constants, *values)


def limits(assumptions: Sequence[Assumption]) -> dict[str, Limits]:
    """Limits of integers that assumptions state plainly: `forall page p: p.order <= 3`."""
    result: dict[str, Limits] = {}

    def visit(node: Expression, binders: dict[str, Type]) -> None:
        match node:
            case Quantified(kind=QuantifierKind.FORALL, binders=more, body=body):
                visit(body, {**binders, **{binder.name: plain(binder) for binder in more}})
            case Binary(operator=Operator.AND, left=left, right=right):
                visit(left, binders)
                visit(right, binders)
            case Binary(
                operator=operator,
                left=Read(variable=name, arguments=arguments),
                right=Constant(value=int() as value),
            ):
                if _everywhere(arguments, binders):
                    known = result.get(name, (None, None))
                    result[name] = _narrowed(known, _interval(operator, value))
            case _:
                pass

    for assumption in assumptions:
        visit(assumption.condition, {})
    return result


def _everywhere(arguments: Sequence[Expression], binders: dict[str, Type]) -> bool:
    """Whether such arguments run over all indices: distinct binders."""
    names = [item.name for item in arguments if isinstance(item, Bound) and item.name in binders]
    return len(set(names)) == len(arguments)


def _interval(operator: Operator, value: int) -> Limits:
    match operator:
        case Operator.EQ:
            return value, value
        case Operator.LE:
            return None, value
        case Operator.LT:
            return None, value - 1
        case Operator.GE:
            return value, None
        case Operator.GT:
            return value + 1, None
        case _:
            return None, None


def _narrowed(first: Limits, second: Limits) -> Limits:
    lows = [low for low in (first[0], second[0]) if low is not None]
    highs = [high for high in (first[1], second[1]) if high is not None]
    return max(lows, default=None), min(highs, default=None)


def limited(kind: Type, limits: Limits) -> Type:
    """A type within limits, if it is one of integers."""
    if not isinstance(kind, IntType):
        return kind
    low, high = _narrowed((kind.low, kind.high), limits)
    return IntType(low, high)
