"""Model expressions as terms about a state.

Operators mean what the docstring of `frontend.model` says; where an expression is not defined
(`none` followed, a zero divisor, an index outside its range) its term has some value, which
nothing that is well defined depends on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, product

from frontend.model import (
    At,
    Binary,
    BoolType,
    Bound,
    Conditional,
    Constant,
    EnumType,
    Expression,
    Held,
    HeldBy,
    IntType,
    LockType,
    Negative,
    Not,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    ReferenceType,
    Self,
    Temporary,
    Type,
    WaitCycle,
    sides,
)
from proofs.every_size.arithmetic import operation, within
from proofs.every_size.signature import Components, Signature, Unsupported
from proofs.every_size.states import State
from proofs.every_size.terms import BOOL as TRUTH
from proofs.every_size.terms import (
    FALSE,
    TRUE,
    Term,
    add,
    apply,
    both,
    choose,
    conjunction,
    disjunction,
    equal,
    fresh,
    implies,
    minus,
    negate,
    number,
    quantify,
    substitute,
)

EXPANDED = 16
"""A binder over at most so many values is taken apart into them."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the names of an expression stand for.

    Args:
        state: the state that it is about.
        thread: what `Self` stands for.
        bound: binder -> its value.
        temporaries: temporary -> its value.
    """

    state: State
    thread: Term | None = None
    bound: Mapping[str, Components] = field(default_factory=dict)
    temporaries: Mapping[str, Components] = field(default_factory=dict)


class Translator:
    """Translates for one signature."""

    def __init__(self, signature: Signature) -> None:
        self.signature = signature
        self.axioms: dict[Term, tuple[Term, ...]] = {}
        """For symbols of ours: what is assumed of them wherever they occur."""
        self._cycles: dict[Term, Term] = {}

    def truth(self, node: Expression, names: Names) -> Term:
        """A formula."""
        return self.value(node, names)[0]

    def value(self, node: Expression, names: Names) -> Components:
        """An expression's value."""
        match node:
            case Constant(value=value, type=kind):
                return self.signature.constant(value, kind)
            case Read(variable=variable, arguments=arguments):
                return names.state.read(variable, self.index(variable, arguments, names))
            case Bound(name=name):
                return names.bound[name]
            case Temporary(name=name):
                return names.temporaries[name]
            case Self():
                if names.thread is None:
                    raise Unsupported("a formula about `self` where no thread runs")
                return (names.thread,)
            case Not(operand=operand):
                return (negate(self.truth(operand, names)),)
            case Negative(operand=operand):
                return (minus(self.value(operand, names)[0]),)
            case Binary():
                return (self._binary(node, names),)
            case Conditional():
                return self._conditional(node, names)
            case Quantified():
                return (self._quantified(node, names),)
            case At(thread=thread, locations=places):
                return (names.state.stands(self._object(thread, names), places),)
            case HeldBy(lock=lock, thread=thread):
                owner = self._object(thread, names)
                return (self.signature.owned(self.value(lock, names), owner),)
            case Held(lock=lock):
                return (self.value(lock, names)[0],)
            case WaitCycle():
                return (self._cycle(node, names),)

    def index(
        self, variable: str, arguments: tuple[Expression, ...], names: Names
    ) -> tuple[Term, ...]:
        """The index at which a variable is read or written."""
        kinds = self.signature.variables[variable].index
        return tuple(
            self.signature.convert(self.value(item, names), item.type, kind)[0]
            for item, kind in zip(arguments, kinds, strict=True)
        )

    def converted(self, node: Expression, wanted: Type, names: Names) -> Components:
        """An expression's value as one of another type."""
        return self.signature.convert(self.value(node, names), node.type, wanted)

    def _object(self, node: Expression, names: Names) -> Term:
        return self.value(node, names)[-1]

    # --- operators ------------------------------------------------------------------------------

    def _binary(self, node: Binary, names: Names) -> Term:
        match node.operator:
            case Operator.AND:
                return conjunction(self.truth(side, names) for side in sides(node))
            case Operator.OR:
                return disjunction(self.truth(side, names) for side in sides(node))
            case Operator.IMPLIES:
                return implies(self.truth(node.left, names), self.truth(node.right, names))
            case Operator.EQ:
                return self._same(node, names)
            case Operator.NE:
                return negate(self._same(node, names))
            case operator:
                left, right = self.value(node.left, names)[0], self.value(node.right, names)[0]
                return operation(operator, left, right, node.left.type, node.right.type)

    def _same(self, node: Binary, names: Names) -> Term:
        kind = _common(node.left.type, node.right.type)
        left = self.converted(node.left, kind, names)
        return self.signature.same(left, self.converted(node.right, kind, names), kind)

    def _conditional(self, node: Conditional, names: Names) -> Components:
        test = self.truth(node.condition, names)
        then = self.converted(node.then, node.type, names)
        otherwise = self.converted(node.otherwise, node.type, names)
        return tuple(choose(test, a, b) for a, b in zip(then, otherwise, strict=True))

    # --- quantifiers ----------------------------------------------------------------------------

    def _quantified(self, node: Quantified, names: Names) -> Term:
        spread = [item for item in node.binders if self._values(item.type) is not None]
        kept = [item for item in node.binders if self._values(item.type) is None]
        ranges = [self._values(item.type) or () for item in spread]
        bound = dict(names.bound)
        variables = tuple(fresh(self.signature.sorts(_plain(item.type))[0]) for item in kept)
        bound.update({item.name: (name,) for item, name in zip(kept, variables, strict=True)})
        guard = within(variables, (item.type for item in kept))
        parts = []
        for values in product(*ranges):
            pairs = zip(spread, values, strict=True)
            inner = {**bound, **{item.name: (value,) for item, value in pairs}}
            parts.append(self.truth(node.body, replace(names, bound=inner)))
        match node.kind:
            case QuantifierKind.FORALL:
                return quantify("forall", variables, implies(guard, conjunction(parts)))
            case QuantifierKind.EXISTS:
                return quantify("exists", variables, both(guard, disjunction(parts)))
            case QuantifierKind.COUNT if variables:
                return add(quantify("count", variables, both(guard, part)) for part in parts)
            case QuantifierKind.COUNT:
                return add(choose(part, number(1), number(0)) for part in parts)

    def _values(self, kind: Type) -> tuple[Term, ...] | None:
        """The values of a binder's type that are written out one by one; None for others."""
        match kind:
            case BoolType():
                return tuple(self.signature.constant(value, kind)[0] for value in (False, True))
            case EnumType(members=members):
                return tuple(self.signature.constant(value, kind)[0] for value in members)
            case IntType(low=int() as low, high=int() as high) if high - low < EXPANDED:
                return tuple(number(value) for value in range(low, high + 1))
            case _:
                return None

    # --- locks in a circle ----------------------------------------------------------------------

    def _cycle(self, node: WaitCycle, names: Names) -> Term:
        """A truth value of which the true things that `_circle` says are known."""
        if not node.edges:
            return FALSE
        waits = self._waits(node, names)
        alone = self._waits(node, names, alone=True)
        key = conjunction(
            quantify("forall", (one, other), edge) for one, other, edge in (*waits, *alone)
        )
        known = self._cycles.get(key)
        if known is None:
            known = apply(f"cycle.{len(self._cycles) + 1}", TRUTH)
            self._cycles[key] = known
            self.axioms[known] = _circle(known, waits, alone, self.signature)
        return known

    def _waits(
        self, node: WaitCycle, names: Names, *, alone: bool = False
    ) -> list[tuple[Term, Term, Term]]:
        """For each two kinds of threads: variables of them, and that the first waits for the
        second.

        Args:
            alone: at places with one alternative only, where it waits for nobody else.
        """
        several = {
            (one.thread, one.location)
            for one, other in combinations(node.edges, 2)
            if (one.thread, one.location) == (other.thread, other.location)
            and one.alternative != other.alternative
        }
        found = []
        for sort in self.signature.owners:
            one = fresh(self.signature.sort(sort))
            inner = replace(names, thread=one)
            edges = [
                edge
                for edge in node.edges
                if edge.thread == sort and not (alone and (sort, edge.location) in several)
            ]
            for owner in self.signature.owners:
                other = fresh(self.signature.sort(owner))
                waiting = [
                    conjunction(
                        (
                            names.state.stands(one, frozenset((edge.location,))),
                            self.truth(edge.condition, inner),
                            self.signature.owned(self.value(edge.lock, inner), other),
                        )
                    )
                    for edge in edges
                ]
                apart = TRUE if sort != owner else negate(equal(one, other))
                found.append((one, other, both(apart, disjunction(waiting))))
        return found


def _circle(
    found: Term,
    waits: list[tuple[Term, Term, Term]],
    alone: list[tuple[Term, Term, Term]],
    signature: Signature,
) -> tuple[Term, ...]:
    """What holds if there is a circle of waiting threads, and when there certainly is one.

    The threads of a circle are a set, not empty, each member of which waits for a member.
    The set is named by a predicate for each kind of thread. And two threads that wait for each
    other, and for nobody else, are a circle. Longer circles are not said to be one: what is
    proved without that is true.
    """

    def inside(thread: Term) -> Term:
        return apply(f"{found.name}.{thread.sort}", TRUTH, (thread,))

    sorts = [signature.sort(owner) for owner in signature.owners]
    some = [fresh(sort) for sort in sorts]
    axioms = [
        implies(found, disjunction(quantify("exists", (item,), inside(item)) for item in some))
    ]
    for sort in sorts:
        member = fresh(sort)
        onwards = [
            quantify("exists", (other,), both(substitute(edge, {one: member}), inside(other)))
            for one, other, edge in waits
            if one.sort == sort
        ]
        step = implies(both(found, inside(member)), disjunction(onwards))
        axioms.append(quantify("forall", (member,), step))
    for one, other, there in alone:
        for second, first, back in alone:
            if second.sort == other.sort and first.sort == one.sort:
                back = substitute(back, {second: other, first: one})
                axioms.append(quantify("forall", (one, other), implies(both(there, back), found)))
    return tuple(axioms)


def _plain(kind: Type) -> Type:
    return ReferenceType(kind.sort, optional=False) if isinstance(kind, ReferenceType) else kind


def _common(left: Type, right: Type) -> Type:
    """The type as whose values two sides of an equality are compared."""
    for kind in (left, right):
        if isinstance(kind, LockType):
            return kind
    for kind in (left, right):
        if isinstance(kind, ReferenceType) and kind.optional:
            return kind
    return left
