"""How tightly each operator binds, from `=>` up to `*`, and chains of them sorted into trees.

The levels are C's, with `=>` below them all; `in` and `at` are comparisons.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from frontend.syntax import tree as syntax

IMPLICATION = 1
CONDITIONAL = 2
COMPARISON = 9
UNARY = 13
POSTFIX = 14

LEVELS = {
    "=>": IMPLICATION,
    "?": CONDITIONAL,
    "||": 3,
    "&&": 4,
    "|": 5,
    "^": 6,
    "&": 7,
    "==": 8,
    "!=": 8,
    "<": COMPARISON,
    "<=": COMPARISON,
    ">": COMPARISON,
    ">=": COMPARISON,
    "in": COMPARISON,
    "at": COMPARISON,
    "<<": 10,
    ">>": 10,
    "+": 11,
    "-": 11,
    "*": 12,
    "/": 12,
    "%": 12,
}

RIGHT_ASSOCIATIVE = frozenset({IMPLICATION, CONDITIONAL})


@dataclass(frozen=True, slots=True)
class Link:
    """An operator and what follows it in a chain.

    Args:
        operator: a key of `LEVELS`.
        right: the operand behind it; None for `at`.
        middle: what stands between `?` and `:`.
        path: the label behind `at`.
    """

    operator: str
    right: syntax.Expression | None
    middle: syntax.Expression | None = None
    path: tuple[syntax.Name, ...] = ()


def arrange(first: syntax.Expression, links: Iterable[Link]) -> syntax.Expression:
    """A flat chain of operands as a tree (operator precedence parsing, without recursion)."""
    operands = [first]
    waiting: list[Link] = []

    def join() -> None:
        link = waiting.pop()
        right = operands.pop()
        operands[-1] = _joined(operands[-1], link, right)

    for link in links:
        level = LEVELS[link.operator]
        while waiting:
            above = LEVELS[waiting[-1].operator]
            if above < level or (above == level and level in RIGHT_ASSOCIATIVE):
                break
            join()
        if link.right is None:
            thread = operands.pop()
            operands.append(syntax.At(thread.span.to(link.path[-1].span), thread, link.path))
        else:
            waiting.append(link)
            operands.append(link.right)
    while waiting:
        join()
    return operands[0]


def _joined(left: syntax.Expression, link: Link, right: syntax.Expression) -> syntax.Expression:
    span = left.span.to(right.span)
    if link.middle is not None:
        return syntax.Conditional(span, left, link.middle, right)
    return syntax.Binary(span, link.operator, left, right)
