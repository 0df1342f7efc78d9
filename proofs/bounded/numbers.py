"""Mathematical integers as words: each as wide as the interval that holds it.

An operator's result gets the interval that its operands' intervals allow, and a word wide enough
for it: nothing overflows, so the words compute what the integers do. Intervals of the state's
variables are hypotheses of every obligation (`layout`, `RangeClaim`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from frontend.model import Operator
from proofs.bounded.words import Operation, Term, Words

MOST_BITS = 512
"""Wider words are refused: a shift by an unlimited number asks for them."""


class Unencodable(Exception):
    """Something has no circuit of a fixed size; the message says what."""


@dataclass(frozen=True, slots=True)
class Number:
    """An integer.

    Args:
        term: its word, of width `width_of(low, high)`; or it is of width `INTEGER`.
        low: it is never below; above `high` where neither is known, as of integers without width.
        high: it is never above.
    """

    term: Term
    low: int
    high: int


def width_of(low: int, high: int) -> int:
    """How many bits two's complement takes for low to high.

    Raises:
        Unencodable: too many.
    """
    width = 1 + max(
        *(bound.bit_length() if bound >= 0 else (~bound).bit_length() for bound in (low, high))
    )
    if width > MOST_BITS:
        raise Unencodable(f"a number of {width} bits")
    return width


class Numbers:
    """Arithmetic on words.

    Args:
        words: where the terms are made.
    """

    __slots__ = ("words",)

    def __init__(self, words: Words) -> None:
        self.words = words

    def constant(self, value: int) -> Number:
        """A literal."""
        return Number(self.words.constant(value, width_of(value, value)), value, value)

    def variable(self, name: str, low: int, high: int) -> Number:
        """An input within an interval; `inside` is the hypothesis that goes with it."""
        return Number(self.words.variable(name, width_of(low, high)), low, high)

    def inside(self, number: Number, low: int, high: int) -> Term:
        """Whether a number, whatever bits its word has, lies in an interval.

        Nothing is concluded from the number's own interval unless it lies in the other.
        """
        width = max(number.term.width, width_of(low, high))
        term = self.words.resized(number.term, width)
        terms = []
        half = 1 << (number.term.width - 1)
        if low > -half:
            bound = self.words.constant(low, width)
            terms.append(self.words.negation(self.words.compare(Operation.LESS, term, bound)))
        if high < half - 1:
            bound = self.words.constant(high, width)
            terms.append(self.words.negation(self.words.compare(Operation.LESS, bound, term)))
        return self.words.all(terms)

    def equal(self, left: Number, right: Number) -> Term:
        """Whether two numbers are the same."""
        if left.high < right.low or right.high < left.low:
            return self.words.false
        return self.words.equal(*self._levelled(left, right))

    def less(self, left: Number, right: Number) -> Term:
        """Whether one number is below another."""
        if left.high < right.low:
            return self.words.true
        if left.low >= right.high:
            return self.words.false
        return self.words.compare(Operation.LESS, *self._levelled(left, right))

    def choose(self, condition: Term, then: Number, otherwise: Number) -> Number:
        """One of two numbers."""
        if condition is self.words.true:
            return then
        if condition is self.words.false:
            return otherwise
        low, high = min(then.low, otherwise.low), max(then.high, otherwise.high)
        one, two = self._levelled(then, otherwise)
        return Number(self.words.choose(condition, one, two), low, high)

    def count(self, conditions: Iterable[Term]) -> Number:
        """How many conditions hold."""
        zero, one = self.constant(0), self.constant(1)
        level = [self.choose(condition, one, zero) for condition in conditions]
        while len(level) > 1:
            pairs = zip(level[::2], level[1::2], strict=False)
            level = [self.calculate(Operator.ADD, *pair) for pair in pairs] + (
                level[-1:] if len(level) % 2 else []
            )
        return level[0] if level else zero

    def negative(self, operand: Number) -> Number:
        """The number with the other sign."""
        return self.calculate(Operator.SUB, self.constant(0), operand)

    def calculate(self, operator: Operator, left: Number, right: Number) -> Number:
        """An arithmetic operator.

        Where it is undefined (a zero divisor, a negative shift) the result is some number.

        Raises:
            Unencodable: the result may take too many bits.
            ValueError: the operator is none on integers that gives an integer.
        """
        low, high = _interval(operator, left, right)
        width = width_of(low, high)
        if low == high:
            return Number(self.words.constant(low, width), low, high)
        # The low bits of these depend on the operands' low bits alone.
        inner = width if operator in _MODULAR else max(width, left.term.width, right.term.width)
        one, two = (self.words.resized(side.term, inner) for side in (left, right))
        term = self.words.combine(_OPERATIONS[operator], one, two)
        return Number(self.words.resized(term, width), low, high)

    def _levelled(self, left: Number, right: Number) -> tuple[Term, Term]:
        width = max(left.term.width, right.term.width)
        return self.words.resized(left.term, width), self.words.resized(right.term, width)


_OPERATIONS = {
    Operator.ADD: Operation.ADD,
    Operator.SUB: Operation.SUBTRACT,
    Operator.MUL: Operation.MULTIPLY,
    Operator.DIV: Operation.QUOTIENT,
    Operator.MOD: Operation.REMAINDER,
    Operator.BAND: Operation.BIT_AND,
    Operator.BOR: Operation.BIT_OR,
    Operator.BXOR: Operation.BIT_XOR,
    Operator.SHL: Operation.SHIFT_LEFT,
    Operator.SHR: Operation.SHIFT_RIGHT,
}
_MODULAR = frozenset({Operator.ADD, Operator.SUB, Operator.MUL})


def _interval(operator: Operator, left: Number, right: Number) -> tuple[int, int]:
    """Where the result lies when both operands lie in their intervals and it is defined."""
    match operator:
        case Operator.ADD:
            return left.low + right.low, left.high + right.high
        case Operator.SUB:
            return left.low - right.high, left.high - right.low
        case Operator.MUL:
            return _hull(a * b for a, b in product(_ends(left), _ends(right)))
        case Operator.DIV:
            return _quotients(left, right)
        case Operator.MOD:
            most = max(abs(right.low), abs(right.high)) - 1
            if most < 0:
                return 0, 0
            low = 0 if left.low >= 0 else -min(most, -left.low)
            return low, 0 if left.high <= 0 else min(most, left.high)
        case Operator.SHL | Operator.SHR:
            return _shifts(operator, left, right)
        case Operator.BAND | Operator.BOR | Operator.BXOR:
            return _bitwise(operator, left, right)
        case _:
            raise ValueError(f"{operator.value} gives no integer")


def _ends(number: Number) -> tuple[int, int]:
    return number.low, number.high


def _hull(values: Iterable[int]) -> tuple[int, int]:
    found = list(values)
    return min(found), max(found)


def _quotients(left: Number, right: Number) -> tuple[int, int]:
    # The extreme divisors are the ends and those next to zero; zero itself is no divisor.
    divisors = [b for b in (right.low, right.high, -1, 1) if b and right.low <= b <= right.high]
    if not divisors:
        return 0, 0
    found = []
    for a, b in product(_ends(left), divisors):
        size = abs(a) // abs(b)
        found.append(size if (a < 0) == (b < 0) else -size)
    return _hull(found)


def _shifts(operator: Operator, left: Number, right: Number) -> tuple[int, int]:
    least, most = max(right.low, 0), right.high
    if most < least:
        return 0, 0
    if operator is Operator.SHR:
        return _hull(a >> b for a, b in product(_ends(left), (least, most)))
    if most > MOST_BITS and (left.low, left.high) != (0, 0):
        raise Unencodable(f"a shift to the left by up to {most}")
    return _hull(a << min(b, MOST_BITS) for a, b in product(_ends(left), (least, most)))


def _bitwise(operator: Operator, left: Number, right: Number) -> tuple[int, int]:
    if left.low == left.high and right.low == right.high:
        results = {
            Operator.BAND: left.low & right.low,
            Operator.BOR: left.low | right.low,
            Operator.BXOR: left.low ^ right.low,
        }
        return results[operator], results[operator]
    half = 1 << (max(left.term.width, right.term.width) - 1)
    if operator is Operator.BAND:
        # What is not negative clears the sign bit and cannot grow.
        tops = [side.high for side in (left, right) if side.low >= 0]
        return (0, min(tops)) if tops else (-half, half - 1)
    if left.low >= 0 and right.low >= 0:
        return 0, half - 1
    return -half, half - 1
