"""Mathematical integers as what they are, for numbers that stay within no range.

A counter that nothing limits has no circuit: no range of it is kept by every step. Solvers of
linear arithmetic need none. The scripts that this gives are about threads and objects in words, as
always, and about integers; and-inverter graphs have no place for them.
"""

from __future__ import annotations

from dataclasses import dataclass

from frontend.model import BIT_OPERATORS, Operator
from proofs.bounded.numbers import Number, Numbers, Unencodable
from proofs.bounded.slots import Slot
from proofs.bounded.symbolic_values import Meaning, Meanings
from proofs.bounded.words import INTEGER, Operation, Term

LONGEST_SHIFT = 1024
"""Places that a constant may shift by."""


class Integers(Numbers):
    """Arithmetic on integers of unlimited size."""

    __slots__ = ()

    def constant(self, value: int) -> Number:
        """See `Numbers`."""
        return Number(self.words.constant(value, INTEGER), value, value)

    def variable(self, name: str, low: int, high: int) -> Number:  # noqa: ARG002  # a hypothesis
        """See `Numbers`."""
        return self.unlimited(name)

    def unlimited(self, name: str) -> Number:
        """An input."""
        return _number(self.words.variable(name, INTEGER))

    def inside(self, number: Number, low: int | None, high: int | None) -> Term:
        """Whether a number lies between two limits, each included, where there is one."""
        negation, less = self.words.negation, self.less
        return self.words.all(
            [
                *([] if low is None else [negation(less(number, self.constant(low)))]),
                *([] if high is None else [negation(less(self.constant(high), number))]),
            ]
        )

    def equal(self, left: Number, right: Number) -> Term:
        """See `Numbers`."""
        return self.words.equal(left.term, right.term)

    def less(self, left: Number, right: Number) -> Term:
        """See `Numbers`."""
        one, two = left.term, right.term
        if one.operation is two.operation is Operation.CONSTANT:
            return self.words.truth(one.value < two.value)
        return self.words.compare(Operation.INTEGER_LESS, one, two)

    def choose(self, condition: Term, then: Number, otherwise: Number) -> Number:
        """See `Numbers`."""
        if then.term is otherwise.term:
            return then
        return _number(self.words.choose(condition, then.term, otherwise.term))

    def calculate(self, operator: Operator, left: Number, right: Number) -> Number:
        """See `Numbers`. Operators on bits are there where arithmetic says the same.

        Raises:
            Unencodable: it is one on bits and has no such form.
            ValueError: the operator is none on integers that gives an integer.
        """
        if operator in _PLAIN:
            return _number(self.words.combine(_PLAIN[operator], left.term, right.term))
        match operator:
            case Operator.DIV:
                return self._quotient(left, right)
            case Operator.MOD:
                whole = self.calculate(Operator.MUL, right, self._quotient(left, right))
                return self.calculate(Operator.SUB, left, whole)
            case _ if operator in BIT_OPERATORS:
                return self._bits(operator, left, right)
            case _:
                raise ValueError(f"{operator.value} gives no integer")

    def _quotient(self, left: Number, right: Number) -> Number:
        """Division that truncates towards zero; SMT-LIB's leaves a remainder of at least 0."""
        zero = self.constant(0)
        below, under = self.less(left, zero), self.less(right, zero)
        size = self.choose(below, self.negative(left), left)
        divisor = self.choose(under, self.negative(right), right)
        found = self._combined(Operation.INTEGER_QUOTIENT, size, divisor)
        return self.choose(self.words.equal(below, under), found, self.negative(found))

    def _bits(self, operator: Operator, left: Number, right: Number) -> Number:
        if operator is Operator.BAND and left.term.operation is Operation.CONSTANT:
            left, right = right, left
        value = right.term.value
        if right.term.operation is Operation.CONSTANT:
            match operator:
                case Operator.SHL if 0 <= value <= LONGEST_SHIFT:
                    return self.calculate(Operator.MUL, left, self.constant(1 << value))
                case Operator.SHR if 0 <= value <= LONGEST_SHIFT:
                    return self._combined(
                        Operation.INTEGER_QUOTIENT, left, self.constant(1 << value)
                    )
                case Operator.BAND if value >= 0 and value & (value + 1) == 0:
                    return self._combined(
                        Operation.INTEGER_REMAINDER, left, self.constant(value + 1)
                    )
                case _:
                    pass
        raise Unencodable(f"{operator.value} on the bits of an integer without an end")

    def _combined(self, operation: Operation, left: Number, right: Number) -> Number:
        return _number(self.words.combine(operation, left.term, right.term))


_PLAIN = {
    Operator.ADD: Operation.INTEGER_ADD,
    Operator.SUB: Operation.INTEGER_SUBTRACT,
    Operator.MUL: Operation.INTEGER_MULTIPLY,
}


def _number(term: Term) -> Number:
    return Number(term, 1, 0)


@dataclass(frozen=True, slots=True)
class Unlimited(Slot):
    """An integer that its type limits on one side at most.

    Args:
        low: it is never below; None for no such limit.
        high: it is never above; likewise.
    """

    low: int | None
    high: int | None

    def read(self, meanings: Meanings) -> tuple[Meaning, Term]:
        """See `Slot`."""
        if not isinstance(meanings.numbers, Integers):
            raise TypeError(f"{self.name} has no end")
        number = meanings.numbers.unlimited(self.name)
        return number, meanings.numbers.inside(number, self.low, self.high)

    def fits(self, meanings: Meanings, meaning: Meaning) -> Term:
        """See `Slot`."""
        if not isinstance(meanings.numbers, Integers) or not isinstance(meaning, Number):
            raise TypeError(f"{self.name} has no end")
        return meanings.numbers.inside(meaning, self.low, self.high)
