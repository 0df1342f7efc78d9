"""The form in which formulas are written, so that text and formula determine each other.

What it rewrites, from the inside out; each keeps the value in every state, and the order of
evaluation where something may be undefined:

* constants are folded as the front end folds them: `x && true`, `x => false`, `!!x`, `-(3)`,
  `forall page p: true`, `b ? x : x`, `none == none`;
* chains of `&&` and `||` associate to the left;
* `!(a == b)` is `a != b`, likewise `!=`, `<`, `<=`, `>`, `>=`; where an enum has two members,
  `!(e == A)` is `e == B`;
* in a clause, the denials in front of it are premises: `!a || !b || c` is `a && b => c`,
  `!a || !b` is `a => !b`;
* places of one thread are one set: `c at f || c at g`; of more than half of the places that
  are not all of a procedure, `!` of the others; of none and of all, `false` and `true`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from frontend.formulas import building as formulas
from frontend.formulas.shapes import negated
from frontend.model import (
    BOOL,
    FALSE,
    TRUE,
    At,
    Binary,
    Bound,
    Conditional,
    Constant,
    EnumType,
    Expression,
    Held,
    HeldBy,
    IntType,
    Location,
    Negative,
    Not,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    ReferenceType,
    Self,
    Temporary,
    Thread,
    Type,
    WaitCycle,
    operands,
)

OPPOSITE = {
    Operator.EQ: Operator.NE,
    Operator.NE: Operator.EQ,
    Operator.LT: Operator.GE,
    Operator.GE: Operator.LT,
    Operator.GT: Operator.LE,
    Operator.LE: Operator.GT,
}


@dataclass(frozen=True, slots=True)
class Normalizer:
    """Rewrites formulas over kinds of thread."""

    threads: Mapping[str, Thread]

    def of(self, node: Expression) -> Expression:
        """The normal form of an expression."""
        match node:
            case Constant() | Bound() | Temporary() | Self() | WaitCycle():
                return node
            case Read():
                return self._read(node)
            case Not(operand=operand):
                return _denied(self.of(operand))
            case Negative(operand=operand):
                return _minus(self.of(operand), node)
            case Binary(operator=Operator.AND):
                return _all(self.of(item) for item in operands(node, Operator.AND))
            case Binary(operator=Operator.OR):
                return self._clause(node)
            case Binary(operator=Operator.IMPLIES, left=left, right=right):
                return _implied(self.of(left), self.of(right))
            case Binary(left=left, right=right):
                return _compared(replace(node, left=self.of(left), right=self.of(right)))
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                one, other = self.of(then), self.of(otherwise)
                if one == other:
                    return one
                return replace(node, condition=self.of(condition), then=one, otherwise=other)
            case Quantified(body=body):
                inner = self.of(body)
                if node.kind is not QuantifierKind.COUNT and isinstance(inner, Constant):
                    return inner
                return replace(node, body=inner)
            case At(thread=thread, locations=locations):
                return self._at(self.of(thread), locations)
            case HeldBy(lock=lock, thread=thread):
                return HeldBy(self._read(lock), self.of(thread))
            case Held(lock=lock):
                return Held(self._read(lock))

    def _read(self, node: Read) -> Read:
        return replace(node, arguments=tuple(map(self.of, node.arguments)))

    def _at(self, thread: Expression, locations: frozenset[int]) -> Expression:
        if not isinstance(thread.type, ReferenceType) or thread.type.sort not in self.threads:
            return At(thread, locations)
        known = self.threads[thread.type.sort].locations
        if not locations:
            return FALSE
        if 2 * len(locations) <= len(known) or procedure_of(known, locations) is not None:
            return At(thread, locations)
        others = frozenset(range(len(known))) - locations
        return Not(At(thread, others)) if others else TRUE

    def _clause(self, node: Expression) -> Expression:
        written = list(operands(node, Operator.OR))
        premises: list[Expression] = []
        # A denial stays one in front, even where `!(a == b)` alone would be `a != b`.
        while len(premises) < len(written) and isinstance(denial := written[len(premises)], Not):
            premise = self.of(denial.operand)
            if isinstance(premise, Not):
                break
            premises.append(premise)
        parts = [self.of(item) for item in written[len(premises) :]]
        literals: list[Expression] = []
        for item in (item for part in parts for item in operands(part, Operator.OR)):
            last = literals[-1] if literals else None
            if isinstance(item, At) and isinstance(last, At) and item.thread == last.thread:
                literals[-1] = At(item.thread, last.locations | item.locations)
            elif item != FALSE:
                literals.append(item)
        for position, item in enumerate(literals):
            if isinstance(item, At):
                literals[position] = self._at(item.thread, item.locations)
        while literals and isinstance(denial := literals[0], Not):
            premises.append(denial.operand)
            del literals[0]
        if not premises:
            return formulas.disjunction(literals)
        last = formulas.disjunction(literals) if literals else _denied(premises.pop())
        return _implied(_all(premises), last)


def procedure_of(known: Iterable[Location], numbers: frozenset[int]) -> str | None:
    """The procedure that has just these places, the first by name, or None."""
    if not numbers:
        return None
    places = tuple(known)
    inside = [frozenset(place.procedures) for place in places if place.number in numbers]
    outside = [place.procedures for place in places if place.number not in numbers]
    common = frozenset.intersection(*inside) if inside else frozenset()
    return min(common.difference(*outside), default=None)


def _all(parts: Iterable[Expression]) -> Expression:
    return formulas.conjunction(item for part in parts for item in operands(part, Operator.AND))


def _implied(left: Expression, right: Expression) -> Expression:
    return _denied(left) if right == FALSE else formulas.implication(left, right)


def _denied(operand: Expression) -> Expression:
    match operand:
        case Binary(operator=operator, left=left, right=right) if operator in OPPOSITE:
            opposite = OPPOSITE[operator]
            other = _other_member(left.type, right)
            if other is not None and opposite is Operator.NE:
                return Binary(Operator.EQ, left, other, BOOL)
            return Binary(opposite, left, right, BOOL)
        case _:
            return formulas.negation(operand)


def _other_member(kind: Type, value: Expression) -> Constant | None:
    """The other member of an enum of two."""
    if not isinstance(kind, EnumType) or len(kind.members) != 2:
        return None
    if not isinstance(value, Constant) or value.value not in kind.members:
        return None
    one, two = kind.members
    return Constant(two if value.value == one else one, kind)


def _minus(operand: Expression, node: Negative) -> Expression:
    if isinstance(operand, Constant) and isinstance(operand.value, int):
        kind = operand.type
        return Constant(-operand.value, negated(kind) if isinstance(kind, IntType) else kind)
    return replace(node, operand=operand)


def _compared(node: Binary) -> Expression:
    if node.operator in (Operator.EQ, Operator.NE):
        nothing = [isinstance(s, Constant) and s.value is None for s in (node.left, node.right)]
        if all(nothing):
            return TRUE if node.operator is Operator.EQ else FALSE
    return node
