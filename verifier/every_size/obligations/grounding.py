"""Brings what counts depend on out of quantifiers: Skolem constants and instances.

A count is taken apart (`counting.py`) only when its body mentions no quantified variable but its
own. So an `exists` that is asserted becomes a constant, and a `forall` with a count in it
becomes its instances at the terms that the obligation speaks of. Instances follow from the
formula: dropping the rest can make a proof fail, never succeed wrongly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from frontend.formulas import building as formulas
from frontend.model import (
    TRUE,
    Binary,
    Bound,
    Expression,
    Not,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    ReferenceType,
    Self,
    Temporary,
    Type,
    walk,
)
from verifier.analysis.folding import free, instantiate, rebuild
from verifier.every_size.obligations.counting import is_count, listed

MOST_TERMS = 8
"""How many terms of one sort a quantifier is instantiated at."""


@dataclass(slots=True)
class Constants:
    """Makes Skolem constants.

    Args:
        prefix: starts their names; no other constants of an obligation have it.
    """

    prefix: str
    made: int = 0

    def fresh(self, binder: Bound) -> Temporary:
        """A constant in place of a binder."""
        self.made += 1
        return Temporary(f"{self.prefix}{binder.name}!{self.made}", binder.type)


def asserted(node: Expression, constants: Constants) -> Expression:
    """A formula that is satisfiable together with others exactly when the given one is: each
    `exists` that no `forall` encloses gives way to constants. Quantifiers over types with few
    values are written out where counts are inside."""
    return _go(node, True, constants)


def _go(node: Expression, positive: bool, constants: Constants) -> Expression:
    """The formula; negated unless `positive`."""
    match node:
        case Not(operand=operand):
            return _go(operand, not positive, constants)
        case Binary(operator=Operator.AND | Operator.OR | Operator.IMPLIES as operator):
            left = _go(node.left, positive == (operator is not Operator.IMPLIES), constants)
            right = _go(node.right, positive, constants)
            if (operator is Operator.AND) == positive:
                return formulas.both(left, right)
            return formulas.either(left, right)
        case Quantified(kind=QuantifierKind.EXISTS | QuantifierKind.FORALL as kind):
            if (kind is QuantifierKind.EXISTS) == positive:
                values = {binder.name: constants.fresh(binder) for binder in node.binders}
                return _go(instantiate(node.body, values), positive, constants)
            body = node.body if positive else formulas.negation(node.body)
            return formulas.forall(node.binders, body)
        case Binary(operator=Operator.EQ, left=left, right=right) if (
            _counts_under_quantifier(node) and left.type == TRUE.type
        ):
            one = formulas.both(
                formulas.implication(left, right), formulas.implication(right, left)
            )
            return _go(one, positive, constants)
        case _:
            return node if positive else formulas.negation(node)


def _counts_under_quantifier(node: Expression) -> bool:
    return any(isinstance(n, Quantified) and not is_count(n) for n in walk(node)) and any(
        is_count(n) for n in walk(node)
    )


class Instances:
    """The consequences of one asserted formula at terms; remembers what it made.

    Args:
        formula: an answer of `asserted`.
        constants: for an `exists` inside an instance.
    """

    def __init__(self, formula: Expression, constants: Constants) -> None:
        self._formula = formula
        self._constants = constants
        self._made: dict[tuple[int, tuple[Expression, ...]], Expression] = {}
        self._kept: list[Expression] = []

    def at(self, terms: Sequence[Expression]) -> Expression:
        """The formula with each `forall` over counts that depend on it replaced by its
        instances at the given closed references."""
        return self._go(self._formula, terms)

    def _go(self, node: Expression, terms: Sequence[Expression]) -> Expression:
        match node:
            case Binary(operator=Operator.AND | Operator.OR):
                return rebuild(node, lambda part: self._go(part, terms))
            case Quantified(kind=QuantifierKind.FORALL, binders=binders, body=body) if _depends(
                body
            ):
                found: Expression = TRUE
                for values in product(*(_values(binder, terms) for binder in binders)):
                    found = formulas.both(found, self._instance(node, values, terms))
                return found
            case _:
                return node

    def _instance(
        self, node: Quantified, values: tuple[Expression, ...], terms: Sequence[Expression]
    ) -> Expression:
        key = id(node), values
        if key not in self._made:
            pairs = zip(node.binders, values, strict=True)
            inner = instantiate(node.body, {binder.name: value for binder, value in pairs})
            self._made[key] = asserted(inner, self._constants)
            self._kept.append(node)  # so that its id stays its own
        return self._go(self._made[key], terms)


def _depends(node: Expression) -> bool:
    """Whether a count depends on a binder: on that of this quantifier, or of one inside it, which
    can be instantiated only when this one is."""
    return any(is_count(part) and free(part) for part in walk(node))


def _values(binder: Bound, terms: Sequence[Expression]) -> Sequence[Expression]:
    values = listed(binder)
    return values if values is not None else [t for t in terms if plainly(t.type, binder.type)]


def plainly(kind: Type, wanted: Type) -> bool:
    """Whether a term of a type is surely an object that a binder ranges over."""
    return (
        isinstance(kind, ReferenceType)
        and isinstance(wanted, ReferenceType)
        and kind.sort == wanted.sort
        and not kind.optional
    )


def closed_terms(given: Iterable[Expression]) -> tuple[Expression, ...]:
    """The closed references in formulas, at most `MOST_TERMS` of a sort: constants first."""
    found: dict[Expression, None] = {}
    for item in given:
        _collect(item, found)
    ordered = sorted(found, key=lambda term: isinstance(term, Read))
    kept: list[Expression] = []
    number: dict[Type, int] = {}
    for term in ordered:
        number[term.type] = number.get(term.type, 0) + 1
        if number[term.type] <= MOST_TERMS:
            kept.append(term)
    return tuple(kept)


def _collect(node: Expression, found: dict[Expression, None]) -> None:
    for part in walk(node):
        match part:
            case Temporary() | Self() | Read() if (
                isinstance(part.type, ReferenceType) and not part.type.optional and not free(part)
            ):
                found.setdefault(part)
            case _:
                pass
