"""Evaluates expressions of a model on concrete values.

Written from the docstring of `frontend.model` alone: it shares no code with the engines whose
answers it checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from frontend.model import (
    At,
    Binary,
    Bound,
    Conditional,
    Constant,
    Expression,
    Held,
    HeldBy,
    Negative,
    Not,
    Object,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    Self,
    Temporary,
    Value,
    WaitCycle,
    sides,
)
from proofs.answers.trace import Point, State
from proofs.interpreter.instance import Instance, shown


class Unset(Exception):
    """A point was read that has no value.

    Args:
        point: which.
    """

    def __init__(self, point: Point) -> None:
        super().__init__(f"{shown(point)} has no value")
        self.point = point


class Undefined(Exception):
    """An expression means nothing: it follows `none`, divides by zero, leaves an index range.

    The front end guards what it emits, so this shows a wrong model rather than a wrong run.
    """


class TooLarge(Undefined):
    """A number of more than `MOST_BITS` bits: there is no telling what it would lead to."""


MOST_BITS = 4096
"""Of a number. What is squared again and again would eat the machine before any other limit."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What the names of an expression stand for.

    Args:
        instance: the objects.
        values: point -> value.
        places: thread -> location number.
        thread: what `Self` stands for, where there is one.
        bound: binder -> value.
        temporaries: temporary -> value.
    """

    instance: Instance
    values: Mapping[Point, Value]
    places: Mapping[Object, int]
    thread: Object | None
    bound: Mapping[str, Value]
    temporaries: Mapping[str, Value]

    @staticmethod
    def of(instance: Instance, state: State, thread: Object | None = None) -> Scope:
        """The names of a formula over a state."""
        return Scope(instance, state.values, state.places, thread, {}, {})


def holds(expression: Expression, scope: Scope) -> bool:
    """Whether a formula is true.

    Raises:
        Unset: it reads a point without a value.
        Undefined: it means nothing here.
    """
    value = evaluate(expression, scope)
    if not isinstance(value, bool):
        raise Undefined(f"{value} is no truth value")
    return value


def evaluate(expression: Expression, scope: Scope) -> Value:
    """The value of an expression.

    Raises:
        Unset: it reads a point without a value.
        Undefined: it means nothing here.
    """
    match expression:
        case Constant(value=value):
            return value
        case Read():
            return _read(expression, scope)
        case Bound(name=name):
            return scope.bound[name]
        case Binary():
            return _binary(expression, scope)
        case Not(operand=operand):
            return not holds(operand, scope)
        case Temporary(name=name):
            return scope.temporaries[name]
        case Self():
            if scope.thread is None:
                raise Undefined("no thread runs here")
            return scope.thread
        case Quantified():
            return _quantified(expression, scope)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return evaluate(then if holds(condition, scope) else otherwise, scope)
        case Negative(operand=operand):
            return -_integer(evaluate(operand, scope))
        case At(thread=thread, locations=locations):
            return _place(evaluate(thread, scope), scope) in locations
        case HeldBy(lock=lock, thread=thread):
            return _read(lock, scope) == _thread(evaluate(thread, scope))
        case Held(lock=lock):
            return _read(lock, scope) is not None
        case WaitCycle():
            return _has_circle(waits_for(expression, scope))


def point_of(read: Read, scope: Scope) -> Point:
    """The point that a read reads."""
    return read.variable, tuple([evaluate(argument, scope) for argument in read.arguments])


def _read(read: Read, scope: Scope) -> Value:
    point = point_of(read, scope)
    try:
        return scope.values[point]
    except KeyError:
        if scope.instance.is_point(point):
            raise Unset(point) from None
        raise Undefined(f"there is no {shown(point)}") from None


def _integer(value: Value) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Undefined(f"{value} is no integer")
    return value


def _thread(value: Value) -> Object:
    if not isinstance(value, Object):
        raise Undefined(f"{value} is no thread")
    return value


def _place(value: Value, scope: Scope) -> int:
    thread = _thread(value)
    if thread not in scope.places:
        raise Undefined(f"{thread} is no thread")
    return scope.places[thread]


def _binary(expression: Binary, scope: Scope) -> Value:
    match expression.operator:
        case Operator.AND:
            return all(holds(side, scope) for side in sides(expression))
        case Operator.OR:
            return any(holds(side, scope) for side in sides(expression))
        case Operator.IMPLIES:
            return not holds(expression.left, scope) or holds(expression.right, scope)
        case Operator.EQ:
            return evaluate(expression.left, scope) == evaluate(expression.right, scope)
        case Operator.NE:
            return evaluate(expression.left, scope) != evaluate(expression.right, scope)
        case operator:
            left = _integer(evaluate(expression.left, scope))
            return calculate(operator, left, _integer(evaluate(expression.right, scope)))


def calculate(operator: Operator, left: int, right: int) -> int | bool:
    """An operator on two integers.

    Raises:
        TooLarge: a product or a shift with too many bits.
        Undefined: a zero divisor, a shift by a negative number, or an operator on truth values.
    """
    match operator:
        case Operator.EQ:
            return left == right
        case Operator.NE:
            return left != right
        case Operator.LT:
            return left < right
        case Operator.LE:
            return left <= right
        case Operator.GT:
            return left > right
        case Operator.GE:
            return left >= right
        case Operator.ADD:
            return left + right
        case Operator.SUB:
            return left - right
        case Operator.MUL:
            if left.bit_length() + right.bit_length() > MOST_BITS:
                raise TooLarge("a product is too large")
            return left * right
        case Operator.DIV:
            return _quotient(left, right)
        case Operator.MOD:
            return left - right * _quotient(left, right)
        case Operator.BAND:
            return left & right
        case Operator.BOR:
            return left | right
        case Operator.BXOR:
            return left ^ right
        case Operator.SHL | Operator.SHR:
            if right < 0:
                raise Undefined(f"shift by {right}")
            if operator is Operator.SHL and left and left.bit_length() + right > MOST_BITS:
                raise TooLarge("a shifted number is too large")
            return left << right if operator is Operator.SHL else left >> right
        case Operator.AND | Operator.OR | Operator.IMPLIES:
            raise Undefined(f"{operator.value} of integers")


def _quotient(left: int, right: int) -> int:
    if right == 0:
        raise Undefined("division by zero")
    size = abs(left) // abs(right)
    return size if (left < 0) == (right < 0) else -size


def bindings(binders: tuple[Bound, ...], scope: Scope) -> Iterator[Scope]:
    """The scope with each tuple of values of the binders; one scope serves all: it changes
    when the next is asked for."""
    bound = dict(scope.bound)
    inner = replace(scope, bound=bound)
    names = [binder.name for binder in binders]
    for values in product(*(scope.instance.range_of(binder.type) for binder in binders)):
        bound.update(zip(names, values, strict=True))
        yield inner


def _quantified(expression: Quantified, scope: Scope) -> Value:
    answers = (holds(expression.body, inner) for inner in bindings(expression.binders, scope))
    match expression.kind:
        case QuantifierKind.FORALL:
            return all(answers)
        case QuantifierKind.EXISTS:
            return any(answers)
        case QuantifierKind.COUNT:
            return sum(answers)


def waits_for(cycle: WaitCycle, scope: Scope) -> dict[Object, list[tuple[Point, Object]]]:
    """Thread -> the locks that it waits for, each with its owner, another thread."""
    found: dict[Object, list[tuple[Point, Object]]] = {}
    for edge in cycle.edges:
        for thread in scope.instance.objects(edge.thread):
            if scope.places[thread] != edge.location:
                continue
            inner = replace(scope, thread=thread)
            if not holds(edge.condition, inner):
                continue
            owner = _read(edge.lock, inner)
            if isinstance(owner, Object) and owner != thread:
                found.setdefault(thread, []).append((point_of(edge.lock, inner), owner))
    return found


def _has_circle(edges: Mapping[Object, Sequence[tuple[Point, Object]]]) -> bool:
    """Takes out the threads that need not wait for ever until no more go."""
    inside = set(edges)
    while True:
        hopeless = {t for t in inside if all(owner in inside for _, owner in edges[t])}
        if hopeless == inside:
            return bool(inside)
        inside = hopeless
