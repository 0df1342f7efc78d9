"""Intervals of integers: what an operator can give, and how many bits that needs."""

from __future__ import annotations

from frontend.model import Operator
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
    match operator:
        case Operator.ADD:
            return left + right
        case Operator.SUB:
            return left - right
        case Operator.MUL:
            return left * right
        case Operator.DIV | Operator.MOD if right == 0:
            return None
        case Operator.DIV:
            return _truncated(left, right)
        case Operator.MOD:
            return left - right * _truncated(left, right)
        case Operator.BAND:
            return left & right
        case Operator.BOR:
            return left | right
        case Operator.BXOR:
            return left ^ right
        case Operator.SHL | Operator.SHR if right < 0:
            return None
        case Operator.SHL:
            if left and right + left.bit_length() > WIDEST:
                raise TooWide
            return left << right if left else 0
        case Operator.SHR:
            return left >> right
        case _:
            raise AssertionError(operator)


def _truncated(left: int, right: int) -> int:
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def result(operator: Operator, left: tuple[int, int], right: tuple[int, int]) -> tuple[int, int]:
    """The interval of a result. Raises TooWide."""
    (a, b), (c, d) = left, right
    match operator:
        case Operator.ADD:
            return a + c, b + d
        case Operator.SUB:
            return a - d, b - c
        case Operator.MUL:
            corners = (a * c, a * d, b * c, b * d)
            return min(corners), max(corners)
        case Operator.DIV:
            reach = max(abs(a), abs(b))
            return (0, reach) if a >= 0 and c >= 0 else (-reach, reach)
        case Operator.MOD:
            reach = min(max(abs(a), abs(b)), max(abs(c), abs(d), 1) - 1)
            return (0 if a >= 0 else -reach), (reach if b > 0 else 0)
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
            raise AssertionError(operator)
