"""Integer operators of the model in SMT-LIB's.

SMT-LIB's `div` and `mod` leave a remainder that is not negative; the model's are those of C.
Operators on bits are exact where the right side is a constant for which arithmetic says it, or
where both sides have few values; elsewhere they are functions that nothing is known about. That
is weaker, and true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product

from frontend.model import IntType, Operator, Type
from proofs.every_size.terms import (
    INT,
    TRUE,
    Term,
    add,
    apply,
    both,
    choose,
    compare,
    conjunction,
    divide,
    equal,
    minus,
    number,
    times,
)

TABLE = 64
"""An operator on bits is written as a table of at most so many values."""

UNKNOWN = {
    Operator.BAND: "bits.and",
    Operator.BOR: "bits.or",
    Operator.BXOR: "bits.xor",
    Operator.SHL: "bits.left",
    Operator.SHR: "bits.right",
}

_EXACT: dict[Operator, Callable[[int, int], int]] = {
    Operator.BAND: lambda a, b: a & b,
    Operator.BOR: lambda a, b: a | b,
    Operator.BXOR: lambda a, b: a ^ b,
    Operator.SHL: lambda a, b: a << b,
    Operator.SHR: lambda a, b: a >> b,
}


def operation(operator: Operator, left: Term, right: Term, one: Type, other: Type) -> Term:
    """An operator on integers that have given types.

    Raises:
        ValueError: it is no operator on integers.
    """
    match operator:
        case Operator.LT:
            return compare("<", left, right)
        case Operator.LE:
            return compare("<=", left, right)
        case Operator.GT:
            return compare("<", right, left)
        case Operator.GE:
            return compare("<=", right, left)
        case Operator.ADD:
            return add((left, right))
        case Operator.SUB:
            return add((left, minus(right)))
        case Operator.MUL:
            return times(left, right)
        case Operator.DIV:
            return quotient(left, right)
        case Operator.MOD:
            return add((left, minus(times(right, quotient(left, right)))))
        case _:
            pass
    if operator in UNKNOWN:
        return _bits(operator, left, right, one, other)
    raise ValueError(f"{operator.value} is no operator on integers")


def quotient(left: Term, right: Term) -> Term:
    """Division that truncates towards zero."""
    zero = number(0)
    size = choose(compare("<=", zero, right), right, minus(right))
    over = choose(compare("<=", zero, left), left, minus(left))
    whole = divide("div", over, size)
    alike = equal(compare("<=", zero, left), compare("<=", zero, right))
    return choose(alike, whole, minus(whole))


def _bits(operator: Operator, left: Term, right: Term, one: Type, other: Type) -> Term:
    exact = _by_constant(operator, left, right)
    if exact is None and operator in (Operator.BAND, Operator.BOR, Operator.BXOR):
        exact = _by_constant(operator, right, left)
    if exact is not None:
        return exact
    found = apply(UNKNOWN[operator], INT, (left, right))
    few, many = _values(one), _values(other)
    if not few or not many or len(few) * len(many) > TABLE:
        return found
    for a, b in product(few, many):
        if b < 0 and operator in (Operator.SHL, Operator.SHR):
            continue
        here = both(equal(left, number(a)), equal(right, number(b)))
        found = choose(here, number(_EXACT[operator](a, b)), found)
    return found


def _by_constant(operator: Operator, left: Term, right: Term) -> Term | None:
    """Where arithmetic says it: shifts, and masks of the lowest bits."""
    if right.op != "literal":
        return None
    value = int(right.name)
    if left.op == "literal":
        shift = operator in (Operator.SHL, Operator.SHR)
        if shift and not 0 <= value <= 1024:
            return None
        return number(_EXACT[operator](int(left.name), value))
    match operator:
        case Operator.SHL if 0 <= value <= 1024:
            return times(number(1 << value), left)
        case Operator.SHR if 0 <= value <= 1024:
            return divide("div", left, number(1 << value))
        case Operator.BAND if value >= 0 and value & (value + 1) == 0:
            return divide("mod", left, number(value + 1))
        case _:
            return None


def _values(kind: Type) -> range:
    """The values of a type that has few; else none."""
    match kind:
        case IntType(low=int() as low, high=int() as high) if high - low < TABLE:
            return range(low, high + 1)
        case _:
            return range(0)


def ranged(value: Term, low: int | None, high: int | None) -> Term:
    """That an integer lies between two limits, each included, where there is one."""
    above = TRUE if low is None else compare("<=", number(low), value)
    return above if high is None else both(above, compare("<=", value, number(high)))


def within(terms: Iterable[Term], kinds: Iterable[Type]) -> Term:
    """That terms lie within the limits of their types; those of no integers do."""
    return conjunction(
        ranged(term, kind.low, kind.high)
        for term, kind in zip(terms, kinds, strict=True)
        if isinstance(kind, IntType)
    )
