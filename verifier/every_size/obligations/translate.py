"""Expressions over one state as z3 terms.

Quantifiers over truth values, enums and short ranges are written out; those over objects stay
unless their number is given. A count that `counting.py` has left over is some natural number for
each of the values that it depends on, and an operator outside linear arithmetic some function of
its operands: too little said, never too much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import z3

from frontend.model import (
    At,
    Binary,
    Bound,
    Conditional,
    Constant,
    Expression,
    Held,
    HeldBy,
    IntType,
    Negative,
    Not,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    ReferenceType,
    Self,
    Temporary,
    WaitCycle,
    sides,
)
from verifier.analysis.folding import free
from verifier.every_size.obligations.counting import listed
from verifier.every_size.obligations.universe import (
    Beyond,
    Optional,
    Term,
    Universe,
    arithmetic,
    boolean,
    equal,
    limits,
)

Names = Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class Translated:
    """A formula as a z3 term, and the names of what it mentions, for `Universe.facts`."""

    term: z3.BoolRef
    names: frozenset[str]


class Translator:
    """Translates formulas into terms of one universe."""

    def __init__(self, universe: Universe) -> None:
        self.universe = universe
        self._known: dict[Expression, Translated] = {}
        self._stands: dict[tuple[int, frozenset[int]], tuple[z3.BoolRef, z3.ExprRef]] = {}
        self._binders = 0

    def formula(self, node: Expression) -> Translated:
        """A formula without free binders.

        Raises:
            Beyond: it cannot be expressed.
        """
        known = self._known.get(node)
        if known is None:
            self.universe.used = set()
            self._binders = 0
            term = self._truth(node, {})
            known = self._known[node] = Translated(term, frozenset(self.universe.used))
        return known

    def _truth(self, node: Expression, names: Names) -> z3.BoolRef:
        term = self._term(node, names)
        assert isinstance(term, z3.BoolRef), "a formula"
        return term

    def _number(self, node: Expression, names: Names) -> z3.ArithRef:
        term = self._term(node, names)
        assert isinstance(term, z3.ArithRef), "an integer"
        return term

    def _plain(self, node: Expression, names: Names) -> z3.ExprRef:
        """A term for an index: what is `none` there is excluded before."""
        term = self._term(node, names)
        return term.term if isinstance(term, Optional) else term

    def _index(self, arguments: Sequence[Expression], names: Names) -> list[z3.ExprRef]:
        return [self._plain(item, names) for item in arguments]

    def _term(self, node: Expression, names: Names) -> Term:
        match node:
            case Constant(value=value, type=kind):
                return self.universe.constant(value, kind)
            case Bound(name=name):
                return names[name]
            case Temporary(name=name, type=kind):
                return self.universe.unknown(f"${name}", kind)
            case Self(type=kind):
                return self.universe.unknown("(self)", kind)
            case Read(variable=name, arguments=arguments):
                return self.universe.read(name, self._index(arguments, names))
            case Not(operand=operand):
                return z3.Not(self._truth(operand, names))
            case Negative(operand=operand):
                return -self._number(operand, names)
            case Binary():
                return self._binary(node, names)
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                one, other = self._term(then, names), self._term(otherwise, names)
                return self._choice(self._truth(condition, names), one, other)
            case Quantified(kind=QuantifierKind.COUNT):
                return self._count(node, names)
            case Quantified():
                return self._quantified(node, names)
            case At(thread=thread, locations=locations):
                return self._at(thread, locations, names)
            case HeldBy(lock=lock, thread=thread):
                index = self._index(lock.arguments, names)
                term = self._plain(thread, names)
                return self.universe.held_by(lock.variable, index, _sort(thread), term)
            case Held(lock=lock):
                index = self._index(lock.arguments, names)
                universe = self.universe
                owned = [universe.held(lock.variable, index, kind) for kind in universe.kinds]
                return z3.Or(*owned) if len(owned) > 1 else owned[0]
            case WaitCycle():
                raise Beyond("a circle of waiting threads")

    def _at(self, thread: Expression, locations: frozenset[int], names: Names) -> z3.BoolRef:
        term = self._plain(thread, names)
        key = term.get_id(), locations
        if key not in self._stands:
            # The term is kept so that its id stays its own.
            self._stands[key] = self._standing(_sort(thread), term, locations), term
        return self._stands[key][0]

    def _standing(self, kind: str, thread: z3.ExprRef, locations: frozenset[int]) -> z3.BoolRef:
        place = self.universe.place(kind, thread)
        values = self.universe.places(kind)
        if len(locations) * 2 > len(values):
            others = [value for number, value in values.items() if number not in locations]
            return z3.And(self.universe.true, *(z3.Not(equal(place, item)) for item in others))
        here = [equal(place, values[number]) for number in sorted(locations)]
        return z3.Or(self.universe.false, *here) if len(here) != 1 else here[0]

    # --- operators -------------------------------------------------------------------------

    def _binary(self, node: Binary, names: Names) -> Term:
        match node.operator:
            case Operator.AND:
                return z3.And(*(self._truth(part, names) for part in sides(node)))
            case Operator.OR:
                return z3.Or(*(self._truth(part, names) for part in sides(node)))
            case Operator.IMPLIES:
                return z3.Implies(self._truth(node.left, names), self._truth(node.right, names))
            case Operator.EQ:
                return self._equality(node, names)
            case Operator.NE:
                return z3.Not(self._equality(node, names))
            case operator:
                left, right = self._number(node.left, names), self._number(node.right, names)
                result = _calculate(operator, left, right)
                if result is None:
                    return self.universe.integer(f"`{operator.value}`", (left, right))
                return result

    def _equality(self, node: Binary, names: Names) -> z3.BoolRef:
        left, right = self._term(node.left, names), self._term(node.right, names)
        if not isinstance(left, Optional) and not isinstance(right, Optional):
            return equal(left, right)
        one, other = self._optional(left), self._optional(right)
        if z3.is_false(one.present):
            return z3.Not(other.present)
        if z3.is_false(other.present):
            return z3.Not(one.present)
        same = z3.And(one.present, other.present, equal(one.term, other.term))
        if z3.is_true(one.present) or z3.is_true(other.present):
            return same
        return z3.Or(same, z3.And(z3.Not(one.present), z3.Not(other.present)))

    def _optional(self, term: Term) -> Optional:
        return term if isinstance(term, Optional) else Optional(self.universe.true, term)

    def _choice(self, condition: z3.BoolRef, then: Term, otherwise: Term) -> Term:
        if not isinstance(then, Optional) and not isinstance(otherwise, Optional):
            return z3.If(condition, then, otherwise)
        one, other = self._optional(then), self._optional(otherwise)
        present = boolean(z3.If(condition, one.present, other.present))
        return Optional(present, z3.If(condition, one.term, other.term))

    # --- quantifiers -----------------------------------------------------------------------

    def _domain(self, binder: Bound) -> Sequence[Term] | None:
        """What a binder ranges over, where that can be listed."""
        values = listed(binder)
        if values is not None:
            return [self.universe.constant(item.value, item.type) for item in values]
        kind = binder.type
        return self.universe.objects(kind.sort) if isinstance(kind, ReferenceType) else None

    def _quantified(self, node: Quantified, names: Names) -> z3.BoolRef:
        bound: list[z3.ExprRef] = []
        within: list[z3.BoolRef] = []
        domains: list[tuple[str, Sequence[Term]]] = []
        for binder in node.binders:
            values = self._domain(binder)
            if values is None:
                self._binders += 1
                name = f"{binder.name}@{self._binders}"
                constant = z3.Const(name, self.universe.sort(binder.type))
                bound.append(constant)
                values = [constant]
                if isinstance(binder.type, IntType):
                    within += limits(arithmetic(constant), binder.type)
            domains.append((binder.name, values))
        every = node.kind is QuantifierKind.FORALL
        bodies = self._bodies(node.body, domains, names)
        body = z3.And(*bodies) if every else z3.Or(*bodies)
        if within:
            inside = z3.And(*within)
            body = z3.Implies(inside, body) if every else z3.And(inside, body)
        if not bound:
            return body
        return z3.ForAll(bound, body) if every else z3.Exists(bound, body)

    def _bodies(
        self, body: Expression, domains: Sequence[tuple[str, Sequence[Term]]], names: Names
    ) -> list[z3.BoolRef]:
        """The body for all values of the binders; a domain is never empty."""
        if not domains:
            return [self._truth(body, names)]
        (name, values), *rest = domains
        found: list[z3.BoolRef] = []
        for value in values:
            found += self._bodies(body, rest, {**names, name: value})
        return found

    def _count(self, node: Quantified, names: Names) -> z3.ArithRef:
        domains: list[tuple[str, Sequence[Term]]] = []
        for binder in node.binders:
            values = self._domain(binder)
            if values is None:
                terms = [names[name] for name in sorted(free(node))]
                arguments = [t.term if isinstance(t, Optional) else t for t in terms]
                return self.universe.natural(f"count {node}", arguments)
            domains.append((binder.name, values))
        zero, one = (z3.IntVal(number, self.universe.context) for number in (0, 1))
        total: z3.ArithRef = zero
        for body in self._bodies(node.body, domains, names):
            total = total + arithmetic(z3.If(body, one, zero))
        return total


def _sort(thread: Expression) -> str:
    kind = thread.type
    assert isinstance(kind, ReferenceType), "a thread"
    return kind.sort


def _calculate(operator: Operator, left: z3.ArithRef, right: z3.ArithRef) -> z3.ExprRef | None:
    """The result; None outside linear arithmetic (`fragment.why_not` says so by line)."""
    match operator:
        case Operator.LT:
            return left < right
        case Operator.LE:
            return left <= right
        case Operator.GT:
            return right < left
        case Operator.GE:
            return right <= left
        case Operator.ADD:
            return left + right
        case Operator.SUB:
            return left - right
        case Operator.MUL if z3.is_int_value(left) or z3.is_int_value(right):
            return left * right
        case Operator.DIV if z3.is_int_value(right):
            return _quotient(left, right)
        case Operator.MOD if z3.is_int_value(right):
            return left - right * _quotient(left, right)
        case _:
            return None


def _quotient(left: z3.ArithRef, right: z3.ArithRef) -> z3.ArithRef:
    """C's division, which truncates; z3's leaves no negative remainder."""
    positive = left >= 0
    return arithmetic(z3.If(positive, left / right, -(-left / right)))
