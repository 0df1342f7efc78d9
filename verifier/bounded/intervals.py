"""Intervals of integers: what an operator can give, and how many bits that needs."""

from __future__ import annotations

from frontend.formulas.building import computed
from frontend.formulas.shapes import arithmetic
from frontend.model import IntType, Operator
from verifier.protocol.task import Unanswered

Low = int | None
High = int | None
WIDEST = 256
"""Bits beyond which a number is given up."""


class TooWide(Unanswered):
    """A number needs more than `WIDEST` bits, or an unbounded one is asked for its bits."""

    reason = "a number grows too large"


def bounded(low: Low, high: High) -> tuple[int, int]:
    """The interval, when it is one. Raises TooWide when there is no limit on some side."""
    if low is None or high is None:
        raise TooWide
    return low, high


def width(low: int, high: int) -> int:
    """How many bits hold every number of an interval."""
    if low >= 0:
        return max(1, high.bit_length())
    return max((-low - 1).bit_length(), high.bit_length()) + 1


def known(operator: Operator, left: int, right: int) -> int | None:
    """The value, or None where a guard must exclude the operands."""
    if operator is Operator.SHL and left and right >= 0 and right + left.bit_length() > WIDEST:
        raise TooWide
    return computed(operator, left, right)


def result(operator: Operator, left: tuple[int, int], right: tuple[int, int]) -> tuple[int, int]:
    """The interval of a result. Raises TooWide."""
    (a, b), (c, d) = left, right
    match operator:
        case Operator.BAND if a >= 0 and c >= 0:
            return 0, min(b, d)
        case Operator.BAND if a >= 0 or c >= 0:
            return 0, b if a >= 0 else d
        case Operator.BAND | Operator.BOR | Operator.BXOR:
            low = min(a, c)
            size = width(low, max(b, d))
            return (0, (1 << size) - 1) if low >= 0 else (-(1 << size - 1), (1 << size - 1) - 1)
        case Operator.SHL:
            if d > WIDEST:
                raise TooWide
            return min(a, a << max(d, 0)), max(b, b << max(d, 0))
        case Operator.SHR:
            return min(a, 0), max(b, 0)
        case _:
            kind = arithmetic(operator, IntType(a, b), IntType(c, d))
            return bounded(kind.low, kind.high)
