"""A word-level layer: truth values, bit-vectors and integers as shared terms.

Terms are read by two back ends: `blast` makes and-inverter graphs of them, `smt` text for
solvers. Operators mean what SMT-LIB's theories FixedSizeBitVectors and Ints say; those of words
include division by zero, so that both back ends can be compared on every input. Only `smt` takes
integers (`integers`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

BOOLEAN = 0
"""The width of truth values, which are no words."""

INTEGER = -1
"""The width of mathematical integers, which have none."""


class Operation(StrEnum):
    """The operators; values are SMT-LIB's names of them."""

    CONSTANT = "constant"
    VARIABLE = "variable"
    NOT = "not"
    AND = "and"
    CHOOSE = "ite"
    EQUAL = "="
    BELOW = "bvult"
    LESS = "bvslt"
    ADD = "bvadd"
    SUBTRACT = "bvsub"
    MULTIPLY = "bvmul"
    QUOTIENT = "bvsdiv"
    REMAINDER = "bvsrem"
    BIT_AND = "bvand"
    BIT_OR = "bvor"
    BIT_XOR = "bvxor"
    SHIFT_LEFT = "bvshl"
    SHIFT_RIGHT = "bvashr"
    EXTEND = "sign_extend"
    CUT = "extract"
    INTEGER_LESS = "<"
    INTEGER_ADD = "+"
    INTEGER_SUBTRACT = "-"
    INTEGER_MULTIPLY = "*"
    INTEGER_QUOTIENT = "div"
    INTEGER_REMAINDER = "mod"


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A truth value or a word.

    Args:
        number: position in order of creation; arguments come before.
        operation: what it does.
        width: how many bits; `BOOLEAN` for truth values, `INTEGER` for integers.
        arguments: its operands.
        value: of a constant; that of a word as an unsigned number.
        name: of a variable.
    """

    number: int
    operation: Operation
    width: int
    arguments: tuple[Term, ...]
    value: int
    name: str


class Words:
    """Makes terms, each once. Folds truth values; words are folded by who makes them."""

    __slots__ = ("_known", "false", "true")

    def __init__(self) -> None:
        self._known: dict[object, Term] = {}
        self.false = self._make(Operation.CONSTANT, BOOLEAN, (), 0)
        self.true = self._make(Operation.CONSTANT, BOOLEAN, (), 1)

    def _make(
        self,
        operation: Operation,
        width: int,
        arguments: tuple[Term, ...],
        value: int = 0,
        name: str = "",
    ) -> Term:
        key = (operation, width, value, name, *[argument.number for argument in arguments])
        return self._known.get(key) or self._new(key, operation, width, arguments, value, name)

    def _new(
        self,
        key: object,
        operation: Operation,
        width: int,
        arguments: tuple[Term, ...],
        value: int = 0,
        name: str = "",
    ) -> Term:
        term = Term(len(self._known), operation, width, arguments, value, name)
        self._known[key] = term
        return term

    # --- leaves -----------------------------------------------------------------------------

    def truth(self, value: bool) -> Term:
        """A truth value."""
        return self.true if value else self.false

    def constant(self, value: int, width: int) -> Term:
        """A word, in which a negative value stands for its two's complement; or an integer."""
        if width == INTEGER:
            return self._make(Operation.CONSTANT, width, (), value)
        return self._make(Operation.CONSTANT, width, (), value & ((1 << width) - 1))

    def variable(self, name: str, width: int) -> Term:
        """An input: a word, a truth value, or an integer, as its width says."""
        return self._make(Operation.VARIABLE, width, (), 0, name)

    # --- truth values -----------------------------------------------------------------------

    def negation(self, term: Term) -> Term:
        """Whether it does not hold."""
        if term.operation is Operation.NOT:
            return term.arguments[0]
        if term.operation is Operation.CONSTANT:
            return self.truth(not term.value)
        # Negations and conjunctions are most of all terms: short keys for them.
        known = self._known.get(term.number)
        return known or self._new(term.number, Operation.NOT, BOOLEAN, (term,))

    def all(self, terms: Iterable[Term]) -> Term:
        """Whether every one holds."""
        kept: dict[int, Term] = {}
        for term in terms:
            if term is self.false:
                return self.false
            if term is not self.true:
                kept[term.number] = term
        for term in kept.values():
            if term.operation is Operation.NOT and term.arguments[0].number in kept:
                return self.false
        if len(kept) < 2:
            return next(iter(kept.values()), self.true)
        key = tuple(sorted(kept))
        known = self._known.get(key)
        if known is None:
            ordered = tuple([kept[number] for number in key])
            known = self._new(key, Operation.AND, BOOLEAN, ordered)
        return known

    def any(self, terms: Iterable[Term]) -> Term:
        """Whether one holds."""
        return self.negation(self.all([self.negation(term) for term in terms]))

    def both(self, left: Term, right: Term) -> Term:
        """Whether two hold."""
        if left is self.true or left is right:
            return right
        if right is self.true:
            return left
        return self.all((left, right))

    # --- either kind ------------------------------------------------------------------------

    def choose(self, condition: Term, then: Term, otherwise: Term) -> Term:
        """`then` where the condition holds, else `otherwise`; of one width."""
        if condition is self.true or then is otherwise:
            return then
        if condition is self.false:
            return otherwise
        if condition.operation is Operation.NOT:
            condition, then, otherwise = condition.arguments[0], otherwise, then
        if then.width == BOOLEAN:
            if then is self.false:
                return self.all((self.negation(condition), otherwise))
            if otherwise is self.false:
                return self.all((condition, then))
            if then is self.true:
                return self.any((condition, otherwise))
            if otherwise is self.true:
                return self.any((self.negation(condition), then))
        return self._make(Operation.CHOOSE, then.width, (condition, then, otherwise))

    def equal(self, left: Term, right: Term) -> Term:
        """Whether two terms of one width have the same value."""
        if left is right:
            return self.true
        if left.operation is Operation.CONSTANT and right.operation is Operation.CONSTANT:
            return self.truth(left.value == right.value)
        if left.width == BOOLEAN:
            return self._same(left, right)
        if left.number > right.number:
            left, right = right, left
        return self._make(Operation.EQUAL, BOOLEAN, (left, right))

    def _same(self, left: Term, right: Term) -> Term:
        inverted = False
        if left.operation is Operation.NOT:
            left, inverted = left.arguments[0], not inverted
        if right.operation is Operation.NOT:
            right, inverted = right.arguments[0], not inverted
        if left.number > right.number:
            left, right = right, left
        if left is right:
            same = self.true
        elif left.operation is Operation.CONSTANT:
            same = right if left.value else self.negation(right)
        elif right.operation is Operation.CONSTANT:
            same = left if right.value else self.negation(left)
        else:
            same = self._make(Operation.EQUAL, BOOLEAN, (left, right))
        return self.negation(same) if inverted else same

    # --- words ------------------------------------------------------------------------------

    def compare(self, operation: Operation, left: Term, right: Term) -> Term:
        """`BELOW` or `LESS` of two words of one width, `INTEGER_LESS` of two integers."""
        return self._make(operation, BOOLEAN, (left, right))

    def combine(self, operation: Operation, left: Term, right: Term) -> Term:
        """An arithmetic operator on two words of one width, or on two integers."""
        return self._make(operation, left.width, (left, right))

    def resized(self, term: Term, width: int) -> Term:
        """A word with its sign bit repeated, or its low bits alone."""
        if term.width == width:
            return term
        if term.operation is Operation.CONSTANT:
            sign = term.value >> (term.width - 1) << term.width
            return self.constant(term.value - sign, width)
        operation = Operation.EXTEND if width > term.width else Operation.CUT
        return self._make(operation, width, (term,))


def walk(roots: Iterable[Term]) -> Iterator[Term]:
    """Every term that the roots are made of, each once, arguments first."""
    seen: set[int] = set()
    found: list[Term] = []
    pending = list(roots)
    while pending:
        term = pending.pop()
        if term.number not in seen:
            seen.add(term.number)
            found.append(term)
            pending.extend(term.arguments)
    return iter(sorted(found, key=lambda term: term.number))
