"""The kernel's atomic operations, one step each (Documentation/atomic_t.txt, atomic_bitops.txt).

`xchg`, `cmpxchg`, `try_cmpxchg` (which also writes what it found back into `old`), `add_return`,
`fetch_add`, `dec_and_test`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from frontend.expressions.operators import arity
from frontend.flow.instructions import as_checks
from frontend.flow.updates import target
from frontend.formulas.definedness import fits
from frontend.formulas.lowered import (
    Place,
    RecordValue,
    Scalar,
    SetValue,
    Value,
    choice,
    equality,
    value_at,
)
from frontend.formulas.shapes import SetShape, Shape, arithmetic
from frontend.model import (
    BOOL,
    INT,
    Binary,
    Constant,
    Expression,
    Instruction,
    IntType,
    Let,
    Operator,
    Temporary,
)
from frontend.names.scopes import Scope
from frontend.syntax import tree as syntax

if TYPE_CHECKING:
    from frontend.flow.flow_builder import FlowBuilder


@dataclass(slots=True)
class AtomicCall:
    """One call while its instructions are made."""

    builder: FlowBuilder
    call: syntax.Call
    scope: Scope
    procedure: str
    text: str
    place: Place | None = None
    instructions: list[Instruction] = field(default_factory=list)

    def arguments(self, count: int) -> bool:
        """Checks the number of arguments and takes the first one as the place."""
        if not arity(self.builder.own, self.call, count):
            return False
        self.place = target(self.builder.own, self.call.arguments[0], self.scope)
        return self.place is not None

    def argument(self, index: int, wanted: Shape) -> Value | None:
        """The value of an argument, checked; None after a report."""
        node = self.call.arguments[index]
        value = self.builder.own.value(node, self.scope, wanted)
        return value if self.builder.own.agrees(value, wanted, node.span) else None

    def keep(self, value: Value) -> Value:
        """Reads a value now: names it for the rest of the step. A set is copied to a local of the
        program's own, since temporaries are scalars."""
        match value:
            case Scalar(expression=expression):
                return Scalar(self.let(expression))
            case RecordValue(shape=shape, parts=parts):
                return RecordValue(shape, {name: self.keep(part) for name, part in parts.items()})
            case SetValue(element=element):
                kept = self.builder.locals.declare(
                    self.procedure, "(now)", SetShape(element), self.call.span, hidden=True
                )
                self.write(kept, value)
                return value_at(kept.variable, kept.arguments, kept.shape)
            case _:
                return value

    def let(self, expression: Expression) -> Temporary:
        """Names a scalar."""
        writer = self.builder.writer
        self.instructions += writer.checks((expression,), self.call.span, self.text)
        held = Temporary(self.builder.own.names.unique("now"), expression.type)
        self.instructions.append(Let(held, expression))
        return held

    def write(self, place: Place, value: Value) -> None:
        """Assigns."""
        self.instructions += self.builder.writer.assign(place, value, self.call.span, self.text)

    def current(self) -> Value:
        """What the place holds before the operation."""
        assert self.place is not None
        return self.keep(self.builder.own.read(self.place, self.call.span))

    def equal(self, left: Value, right: Value) -> Expression:
        """Compares two values."""
        names = self.builder.own.names
        return equality(left, right, lambda kind: names.binder("element", kind))


def _exchange(made: AtomicCall) -> Value | None:
    if not made.arguments(2) or made.place is None:
        return None
    new = made.argument(1, made.place.shape)
    if new is None:
        return None
    found = made.current()
    made.write(made.place, new)
    return found


def _compare_and_exchange(made: AtomicCall) -> Value | None:
    swapped = _swap(made)
    return None if swapped is None else swapped[1]


def _try_compare_and_exchange(made: AtomicCall) -> Value | None:
    swapped = _swap(made)
    if swapped is None:
        return None
    done, found = swapped
    old = made.builder.own.place(made.call.arguments[1], made.scope)
    if isinstance(old, Place) and old.local:
        expected = made.builder.own.read(old, made.call.span)
        made.write(old, choice(done, expected, found))
    return Scalar(done)


def _swap(made: AtomicCall) -> tuple[Expression, Value] | None:
    if not made.arguments(3) or made.place is None:
        return None
    expected = made.argument(1, made.place.shape)
    new = made.argument(2, made.place.shape)
    if expected is None or new is None:
        return None
    found = made.current()
    done = made.let(made.equal(found, expected))
    made.write(made.place, choice(done, new, found))
    return done, found


def _changed(made: AtomicCall, operator: Operator, by: Expression) -> tuple[Value, Value] | None:
    found = made.current()
    if made.place is None or not isinstance(found, Scalar):
        return None
    old = found.expression
    assert isinstance(old.type, IntType)
    assert isinstance(by.type, IntType)
    new = Binary(operator, old, by, arithmetic(operator, old.type, by.type))
    declared = made.builder.writer.definedness().variables[made.place.variable].type
    made.instructions += as_checks(fits(new, declared), made.call.span, made.text)
    value = Scalar(made.let(new))
    made.write(made.place, value)
    return found, value


def _integer_place(made: AtomicCall, count: int) -> bool:
    if not made.arguments(count) or made.place is None:
        return False
    if isinstance(made.place.shape, IntType):
        return True
    made.builder.problems.report(
        "E201", f"`{made.call.name.text}` needs an integer", made.call.arguments[0].span
    )
    return False


def _add(made: AtomicCall) -> tuple[Value, Value] | None:
    if not _integer_place(made, 2):
        return None
    by = made.argument(1, INT)
    if not isinstance(by, Scalar):
        return None
    return _changed(made, Operator.ADD, by.expression)


def _add_return(made: AtomicCall) -> Value | None:
    answer = _add(made)
    return None if answer is None else answer[1]


def _fetch_add(made: AtomicCall) -> Value | None:
    answer = _add(made)
    return None if answer is None else answer[0]


def _decrement_and_test(made: AtomicCall) -> Value | None:
    if not _integer_place(made, 1):
        return None
    answer = _changed(made, Operator.SUB, Constant(1, IntType(1, 1)))
    if answer is None or not isinstance(answer[1], Scalar):
        return None
    zero = Constant(0, IntType(0, 0))
    return Scalar(Binary(Operator.EQ, answer[1].expression, zero, BOOL))


ATOMIC: Mapping[str, Callable[[AtomicCall], Value | None]] = {
    "xchg": _exchange,
    "cmpxchg": _compare_and_exchange,
    "try_cmpxchg": _try_compare_and_exchange,
    "add_return": _add_return,
    "fetch_add": _fetch_add,
    "dec_and_test": _decrement_and_test,
}
