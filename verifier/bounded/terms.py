"""Boolean and integer terms that fold constants and never wrap.

A truth value is a Python `bool` or a z3 Boolean. A `Number` carries the interval that its value
lies in. As bits it is as wide as the interval asks for (unsigned when nothing in it is negative,
else two's complement), and every operation widens its result, so nothing ever overflows: unrolling
a system this way is the interval analysis. As a whole number it is a z3 `Int`.

Operations are total. Where a guard excludes an operand (a zero divisor), the value is
unspecified, and may leave its interval.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import z3

from frontend.model import Operator
from verifier.bounded.intervals import WIDEST, High, Low, TooWide, bounded, known, result, width

Truth = bool | z3.BoolRef


@dataclass(frozen=True, slots=True)
class Number:
    """A value between low and high.

    Args:
        term: a constant, or a z3 bit-vector (of `width(low, high)` bits) or z3 Int.
        low: None for no limit, which bits cannot have.
        high: likewise.
        whole: whether the term is, or would be, a z3 Int.
    """

    term: int | z3.BitVecRef | z3.ArithRef
    low: Low
    high: High
    whole: bool = False


Term = bool | z3.BoolRef | Number


def constant(value: int, whole: bool = False) -> Number:
    """The number that is known."""
    return Number(value, value, value, whole)


def limits(number: Number) -> tuple[int, int]:
    """The interval. Raises TooWide when there is no limit on some side."""
    return bounded(number.low, number.high)


def same(left: Term, right: Term) -> bool:
    """Whether two terms are one and the same, syntactically."""
    return identity(left) == identity(right)


def identity(term: Term) -> tuple[str, int]:
    """A key that two terms share only when they are syntactically equal."""
    inner = term.term if isinstance(term, Number) else term
    if isinstance(inner, int):
        return ("constant", int(inner))
    return ("term", inner.get_id())


class Algebra:
    """Operations on terms of one z3 context."""

    def __init__(self, context: z3.Context) -> None:
        self.context = context

    # --- truth values ----------------------------------------------------------------------

    def boolean(self, name: str) -> z3.BoolRef:
        """A fresh unknown."""
        return z3.Bool(name, self.context)

    def lift(self, value: Truth) -> z3.BoolRef:
        """The z3 term of a truth value."""
        return z3.BoolVal(value, self.context) if isinstance(value, bool) else value

    def negation(self, value: Truth) -> Truth:
        """Not."""
        if isinstance(value, bool):
            return not value
        if z3.is_not(value):
            inner = value.arg(0)
            assert isinstance(inner, z3.BoolRef)
            return inner
        return z3.Not(value)

    def all(self, values: Iterable[Truth]) -> Truth:
        """Conjunction; true of none."""
        kept: dict[int, z3.BoolRef] = {}
        for value in values:
            if isinstance(value, bool):
                if not value:
                    return False
            else:
                kept[value.get_id()] = value
        if not kept:
            return True
        return z3.And(*kept.values()) if len(kept) > 1 else next(iter(kept.values()))

    def any(self, values: Iterable[Truth]) -> Truth:
        """Disjunction; false of none."""
        kept: dict[int, z3.BoolRef] = {}
        for value in values:
            if isinstance(value, bool):
                if value:
                    return True
            else:
                kept[value.get_id()] = value
        if not kept:
            return False
        return z3.Or(*kept.values()) if len(kept) > 1 else next(iter(kept.values()))

    def implies(self, left: Truth, right: Truth) -> Truth:
        """If left then right."""
        return self.any((self.negation(left), right))

    def iff(self, left: Truth, right: Truth) -> Truth:
        """Both or neither."""
        if isinstance(left, bool):
            return right if left else self.negation(right)
        if isinstance(right, bool):
            return left if right else self.negation(left)
        if left.get_id() == right.get_id():
            return True
        return left == right

    def choose(self, condition: Truth, then: Truth, otherwise: Truth) -> Truth:
        """One of two truth values."""
        if isinstance(condition, bool):
            return then if condition else otherwise
        if same(then, otherwise):
            return then
        if isinstance(then, bool):
            if then:
                return self.any((condition, otherwise))
            return self.all((self.negation(condition), otherwise))
        if isinstance(otherwise, bool):
            if otherwise:
                return self.any((self.negation(condition), then))
            return self.all((condition, then))
        return _truth(z3.If(condition, then, otherwise))

    # --- numbers ---------------------------------------------------------------------------

    def unknown(self, name: str, low: Low, high: High, whole: bool) -> tuple[Number, Truth]:
        """A fresh number, and the condition that it lies in its interval."""
        if whole:
            term = z3.Int(name, self.context)
            sides = [term >= low] if low is not None else []
            sides += [term <= high] if high is not None else []
            return Number(term, low, high, True), self.all(sides)
        bits = Number(0, low, high)
        low, high = limits(bits)
        size = self._size(low, high)
        result = Number(z3.BitVec(name, size, self.context), low, high)
        extent = (0, (1 << size) - 1) if low >= 0 else (-(1 << size - 1), (1 << size - 1) - 1)
        wide = Number(result.term, *extent)
        inside = self.all(
            (
                low == extent[0] or self.negation(self.less(wide, constant(low))),
                high == extent[1] or self.negation(self.less(constant(high), wide)),
            )
        )
        return result, inside

    def ite(self, condition: Truth, then: Number, otherwise: Number) -> Number:
        """One of two numbers."""
        if isinstance(condition, bool):
            return then if condition else otherwise
        if same(then, otherwise):
            return then
        low, high = _hull(then, otherwise)
        if then.whole:
            first, second = self._integer(then), self._integer(otherwise)
            return Number(_arith(z3.If(condition, first, second)), low, high, True)
        low, high = bounded(low, high)
        bits = z3.If(condition, self._vector(then, low, high), self._vector(otherwise, low, high))
        assert isinstance(bits, z3.BitVecRef)
        return Number(bits, low, high)

    def within(self, number: Number, low: Low, high: High) -> Number:
        """The same number, known to lie in an interval (where the run has not ended)."""
        new_low = number.low if low is None else low if number.low is None else max(low, number.low)
        new_high = (
            number.high if high is None else high if number.high is None else min(high, number.high)
        )
        if new_low is not None and new_high is not None and new_low > new_high:
            return constant(low if low is not None else new_high, number.whole)
        if new_low is not None and new_low == new_high:
            return constant(new_low, number.whole)
        if number.whole or isinstance(number.term, int):
            return Number(number.term, new_low, new_high, number.whole)
        narrow = Number(number.term, new_low, new_high)
        size = self._size(*limits(narrow))
        term = number.term
        assert isinstance(term, z3.BitVecRef)
        return (
            Number(z3.Extract(size - 1, 0, term), new_low, new_high)
            if size < term.size()
            else narrow
        )

    def equal(self, left: Number, right: Number) -> Truth:
        """Equality."""
        if isinstance(left.term, int) and isinstance(right.term, int):
            return left.term == right.term
        if same(left, right):
            return True
        if _apart(left, right) or _apart(right, left):
            return False
        low, high = _hull(left, right)
        if left.whole:
            return self._integer(left) == self._integer(right)
        low, high = bounded(low, high)
        return self._vector(left, low, high) == self._vector(right, low, high)

    def less(self, left: Number, right: Number) -> Truth:
        """Strictly less."""
        if isinstance(left.term, int) and isinstance(right.term, int):
            return left.term < right.term
        if _apart(left, right):
            return True
        if left.low is not None and right.high is not None and left.low >= right.high:
            return False
        low, high = _hull(left, right)
        if left.whole:
            return self._integer(left) < self._integer(right)
        low, high = bounded(low, high)
        first, second = self._vector(left, low, high), self._vector(right, low, high)
        return first < second if low < 0 else z3.ULT(first, second)

    def negative(self, number: Number) -> Number:
        """Minus."""
        return self.arithmetic(Operator.SUB, constant(0, number.whole), number)

    def total(self, items: list[Truth], whole: bool) -> Number:
        """How many of them hold."""
        numbers = [
            self.ite(item, constant(1, whole), constant(0, whole))
            for item in items
            if item is not False
        ]
        while len(numbers) > 1:
            paired = [
                self.arithmetic(Operator.ADD, left, right)
                for left, right in zip(numbers[::2], numbers[1::2], strict=False)
            ]
            numbers = paired + numbers[len(numbers) - len(numbers) % 2 :]
        return numbers[0] if numbers else constant(0, whole)

    def arithmetic(self, operator: Operator, left: Number, right: Number) -> Number:
        """An arithmetic or bitwise operator. Raises TooWide."""
        if isinstance(left.term, int) and isinstance(right.term, int):
            value = known(operator, left.term, right.term)
            if value is not None:
                return constant(value, left.whole)
        if left.whole:
            return self._whole(operator, left, right)
        low, high = result(operator, limits(left), limits(right))
        return Number(self._bits(operator, left, right, low, high), low, high)

    def _bits(
        self, operator: Operator, left: Number, right: Number, low: int, high: int
    ) -> z3.BitVecRef:
        # Wide enough for both operands and the result, and signed, so that all of C's
        # operators are z3's.
        every = (*limits(left), *limits(right), low, high)
        reach = (min(*every, -1), max(every))
        size = self._size(*reach)
        first, second = self._vector(left, *reach), self._vector(right, *reach)
        match operator:
            case Operator.ADD:
                term = first + second
            case Operator.SUB:
                term = first - second
            case Operator.MUL:
                term = first * second
            case Operator.DIV:
                term = first / second
            case Operator.MOD:
                term = z3.SRem(first, second)
            case Operator.BAND:
                term = first & second
            case Operator.BOR:
                term = first | second
            case Operator.BXOR:
                term = first ^ second
            case Operator.SHL:
                term = first << second
            case Operator.SHR:
                term = first >> second
            case _:
                raise AssertionError(operator)
        wanted = self._size(low, high)
        return z3.Extract(wanted - 1, 0, term) if wanted < size else term

    def _whole(self, operator: Operator, left: Number, right: Number) -> Number:
        low: Low
        high: High
        try:
            low, high = result(operator, limits(left), limits(right))
        except TooWide:
            low = high = None
        first, second = self._integer(left), self._integer(right)
        zero = z3.IntVal(0, self.context)
        match operator:
            case Operator.ADD:
                term = first + second
            case Operator.SUB:
                term = first - second
            case Operator.MUL:
                term = first * second
            # z3 divides as Euclid does, which is C's way for a dividend of at least 0.
            case Operator.DIV:
                term = _arith(z3.If(first >= zero, first / second, -((-first) / second)))
            case Operator.MOD:
                term = _arith(z3.If(first >= zero, first % second, -((-first) % second)))
            case _:
                low, high = result(operator, limits(left), limits(right))
                bits = self._bits(operator, self._as_bits(left), self._as_bits(right), low, high)
                term = z3.BV2Int(bits, low < 0)
        return Number(term, low, high, True)

    def _as_bits(self, number: Number) -> Number:
        low, high = limits(number)
        if isinstance(number.term, int):
            return Number(number.term, low, high)
        return Number(z3.Int2BV(self._integer(number), self._size(low, high)), low, high)

    def _integer(self, number: Number) -> z3.ArithRef:
        if isinstance(number.term, int):
            return z3.IntVal(number.term, self.context)
        assert isinstance(number.term, z3.ArithRef)
        return number.term

    def _vector(self, number: Number, low: int, high: int) -> z3.BitVecRef:
        """The number as bits wide enough for an interval around its own."""
        size = self._size(low, high)
        if isinstance(number.term, int):
            return z3.BitVecVal(number.term, size, self.context)
        term = number.term
        assert isinstance(term, z3.BitVecRef)
        missing = size - term.size()
        if not missing:
            return term
        own_low, _ = limits(number)
        return z3.ZeroExt(missing, term) if own_low >= 0 else z3.SignExt(missing, term)

    def _size(self, low: int, high: int) -> int:
        size = width(low, high)
        if size > WIDEST:
            raise TooWide
        return size


def _truth(term: z3.ExprRef | bool) -> z3.BoolRef:
    assert isinstance(term, z3.BoolRef)
    return term


def _arith(term: z3.ExprRef) -> z3.ArithRef:
    assert isinstance(term, z3.ArithRef)
    return term


def _hull(left: Number, right: Number) -> tuple[Low, High]:
    low = None if left.low is None or right.low is None else min(left.low, right.low)
    high = None if left.high is None or right.high is None else max(left.high, right.high)
    return low, high


def _apart(left: Number, right: Number) -> bool:
    """Whether all of left lies below all of right."""
    return left.high is not None and right.low is not None and left.high < right.low
