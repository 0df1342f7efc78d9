"""Counts for all sizes, taken apart into sizes of regions.

An obligation mentions counts `#{x : body}` over the objects of a sort, before a step and, after
weakest preconditions, after it. For each sort:

1. *Single objects.* The terms c of the comparisons `x == c` in the bodies are split off: an
   object counts once, namely at the first of the c's that it equals (two may coincide), and
   there the body is a statement about c. For all other objects each `x == c` is false, which
   makes what a step does to single objects disappear from the bodies.
2. *Regions.* The bodies that are left are sets of other objects. Their Venn regions (those that
   the atoms of the bodies do not exclude) are disjoint, so a count is the sum of the sizes of
   its regions, which are unknown whole numbers, not negative.
3. *Sizes against elements.* A region of size 1 or more has an element w, one of size 2 or more
   another one v; if it has any element, its size is 1 or more; if its size is 1, every element
   is w.

Sound: let the unknown of a region be its true size in a finite structure, and w, v elements of it
where there are any; all that is asserted is then true, so what follows from it holds in every
finite structure. What is lost (that a region of size n has exactly n elements beyond two) only
makes proofs fail. Where regions are too many, each set has an unknown of its own, related to no
other: again true, and weaker.

Source: Boolean algebra with Presburger arithmetic (Kuncak, Nguyen, Rinard, "An algorithm for
deciding BAPA", CADE 2005), with the elements as in QFBAPA (Kuncak and Rinard 2007).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from frontend.formulas import building as formulas
from frontend.model import (
    BOOL,
    FALSE,
    NAT,
    TRUE,
    At,
    Binary,
    BoolType,
    Bound,
    Constant,
    EnumType,
    Expression,
    IntType,
    Not,
    Operator,
    Quantified,
    QuantifierKind,
    ReferenceType,
    Temporary,
    walk,
)
from verifier.analysis.folding import (
    ONE,
    ZERO,
    at_least,
    choose,
    equality,
    free,
    instantiate,
    number,
    plus,
    quantified,
    rebuild,
)

ELEMENT = "#"
"""The name of the binder of every count, once they are alike."""

WIDEST_RANGE = 16
"""How many values a finite type may have for its quantifiers to be written out."""

MOST_ATOMS = 12
MOST_REGIONS = 24


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Formulas without counts.

    Args:
        formulas: in the order given.
        facts: about the sizes that they mention; true in every finite structure.
    """

    formulas: tuple[Expression, ...]
    facts: tuple[Expression, ...]


def uncounted(given: Sequence[Expression], prefix: str = "#") -> Uncounted:
    """Replaces the counts that depend on no binder by sums of unknowns.

    Args:
        given: formulas over one state; counts under quantifiers that bind what their bodies
            mention are left as they are.
        prefix: starts the names of the new temporaries.
    """
    given = [alike(item) for item in given]
    bodies: dict[str, dict[Expression, None]] = {}
    for item in given:
        for node in walk(item):
            if is_ground_count(node):
                bodies.setdefault(_sort(node.binders[0]), {}).setdefault(node.body)
    facts: list[Expression] = []
    values: dict[Expression, Expression] = {}
    for sort, found in bodies.items():
        regions = _Regions(f"{prefix}{sort}", sort, tuple(found))
        facts += regions.facts()
        values |= {body: regions.size(body) for body in found}

    def go(node: Expression) -> Expression:
        if is_ground_count(node):
            return values[node.body]
        return rebuild(node, go)

    return Uncounted(tuple(map(go, given)), tuple(facts))


def alike(node: Expression) -> Expression:
    """The formula with each count over one sort, binders of finite types written out as sums,
    and one name for what is counted."""
    if isinstance(node, Quantified) and node.kind is QuantifierKind.COUNT:
        body = alike(node.body)
        written = [binder for binder in node.binders if listed(binder) is not None]
        left = tuple(binder for binder in node.binders if binder not in written)
        bodies = [body]
        for binder in written:
            bodies = [
                instantiate(item, {binder.name: value})
                for item in bodies
                for value in listed(binder) or ()
            ]
        total: Expression = ZERO
        for item in bodies:
            if not left:
                total = plus(total, choose(item, ONE, ZERO))
                continue
            binders = left
            if len(left) == 1:
                one = Bound(ELEMENT, left[0].type)
                binders, item = (one,), instantiate(item, {left[0].name: one})
            total = plus(total, quantified(node, binders, item))
        return total
    return rebuild(node, alike)


def listed(binder: Bound) -> tuple[Constant, ...] | None:
    """The values that a binder ranges over, where its type has few of its own."""
    match binder.type:
        case BoolType():
            return FALSE, TRUE
        case EnumType(members=members):
            return tuple(Constant(member, binder.type) for member in members)
        case IntType(low=int(low), high=int(high)) if high - low < WIDEST_RANGE:
            return tuple(map(number, range(low, high + 1)))
        case _:
            return None


def is_count(node: Expression) -> TypeGuard[Quantified]:
    """Whether it is a count."""
    return isinstance(node, Quantified) and node.kind is QuantifierKind.COUNT


def is_ground_count(node: Expression) -> TypeGuard[Quantified]:
    """Whether it is a count over one sort of a body that mentions nothing bound outside."""
    return (
        isinstance(node, Quantified)
        and node.kind is QuantifierKind.COUNT
        and len(node.binders) == 1
        and isinstance(node.binders[0].type, ReferenceType)
        and not free(node)
    )


def _sort(binder: Bound) -> str:
    assert isinstance(binder.type, ReferenceType), "objects are counted"
    return binder.type.sort


class _Regions:
    """The sets of objects of one sort that an obligation counts."""

    def __init__(self, prefix: str, sort: str, bodies: tuple[Expression, ...]) -> None:
        kind = ReferenceType(sort, optional=False)
        self._prefix = prefix
        self._element = Bound(ELEMENT, kind)
        self._singles = _singles(bodies)
        self._sets = {body: self._rest(body) for body in bodies}
        sets = tuple(dict.fromkeys(item for item in self._sets.values() if item != FALSE))
        self._regions = _venn(sets)
        self._sizes = {
            region: Temporary(f"{prefix}.{position}", NAT)
            for position, region in enumerate(self._regions)
        }

    def _rest(self, body: Expression) -> Expression:
        """The body for an object that is none of the single ones."""

        def go(node: Expression) -> Expression:
            if isinstance(node, Binary) and _single(node) is not None:
                return FALSE
            return rebuild(node, go)

        return go(body)

    def size(self, body: Expression) -> Expression:
        """The number of objects that satisfy a body."""
        total: Expression = ZERO
        for position, single in enumerate(self._singles):
            first = formulas.conjunction(
                formulas.negation(equality(single, other)) for other in self._singles[:position]
            )
            counted = formulas.both(first, instantiate(body, {ELEMENT: single}))
            total = plus(total, choose(counted, ONE, ZERO))
        rest = self._sets[body]
        for region, size in self._sizes.items():
            if (rest, True) in region:
                total = plus(total, size)
        return total

    def facts(self) -> list[Expression]:
        """How the sizes of the regions and their elements hang together."""
        found: list[Expression] = []
        kind = self._element.type
        for region, size in self._sizes.items():
            one, two = (Temporary(f"{size.name}.{end}", kind) for end in "wv")
            found.append(formulas.implication(at_least(size, 1), self._inside(region, one)))
            differs = formulas.negation(equality(one, two))
            second = formulas.both(differs, self._inside(region, two))
            found.append(formulas.implication(at_least(size, 2), second))
            only = formulas.both(at_least(size, 1), equality(self._element, one))
            known = formulas.either(at_least(size, 2), only)
            inside = self._inside(region, self._element)
            found.append(formulas.forall((self._element,), formulas.implication(inside, known)))
        return found

    def _inside(self, region: Region, term: Expression) -> Expression:
        outside = (formulas.negation(equality(term, single)) for single in self._singles)
        signed = (body if sign else formulas.negation(body) for body, sign in region)
        together = formulas.both(formulas.conjunction(signed), formulas.conjunction(outside))
        return instantiate(together, {ELEMENT: term})


Region = tuple[tuple[Expression, bool], ...]
"""Sets, and whether the region lies in each."""


def _single(node: Binary) -> Expression | None:
    """The c of a comparison `x == c`."""
    if node.operator is not Operator.EQ:
        return None
    for one, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(one, Bound) and one.name == ELEMENT and not free(other):
            kind = other.type
            plain = isinstance(kind, ReferenceType) and not kind.optional
            return other if plain else None
    return None


def _singles(bodies: Iterable[Expression]) -> tuple[Expression, ...]:
    found: dict[Expression, None] = {}
    for body in bodies:
        for node in walk(body):
            if isinstance(node, Binary):
                single = _single(node)
                if single is not None:
                    found.setdefault(single)
    return tuple(found)


# --- Venn regions over truth tables of the atoms -------------------------------------------


def _venn(sets: tuple[Expression, ...]) -> tuple[Region, ...]:
    """The regions, but for what lies in no set. Atoms are taken to be independent, save for
    what `_excluded` sees; where there are too many, every set is a region by itself."""
    atoms = tuple(dict.fromkeys(atom for item in sets for atom in _atoms(item)))
    alone = tuple(((item, True),) for item in sets)
    if len(sets) < 2 or len(atoms) > MOST_ATOMS:
        return alone
    rows = 1 << len(atoms)
    everything = (1 << rows) - 1
    tables: dict[Expression, int] = {}
    for position, atom in enumerate(atoms):
        block = 1 << position
        pattern = ((1 << block) - 1) << block
        table = 0
        for start in range(0, rows, 2 * block):
            table |= pattern << start
        tables[atom] = table
    possible = everything & ~_excluded(tables)
    parts: list[tuple[int, Region]] = [(possible, ())]
    for item in sets:
        table = _table(item, tables, everything)
        parts = [
            (rest, (*region, (item, sign)))
            for known, region in parts
            for sign, rest in ((True, known & table), (False, known & ~table))
            if rest
        ]
    regions = tuple(region for _, region in parts if any(sign for _, sign in region))
    return regions if len(regions) <= MOST_REGIONS else alone


def _atoms(node: Expression) -> Iterable[Expression]:
    match node:
        case Constant():
            return
        case Not(operand=operand):
            yield from _atoms(operand)
        case Binary(operator=Operator.AND | Operator.OR | Operator.IMPLIES):
            yield from _atoms(node.left)
            yield from _atoms(node.right)
        case Binary(operator=Operator.EQ, left=left, right=right) if (
            left.type == right.type == BOOL
        ):
            yield from _atoms(left)
            yield from _atoms(right)
        case _:
            yield node


def _table(node: Expression, tables: dict[Expression, int], everything: int) -> int:
    def go(part: Expression) -> int:
        match part:
            case Constant(value=value):
                return everything if value else 0
            case Not(operand=operand):
                return everything & ~go(operand)
            case Binary(operator=Operator.AND, left=left, right=right):
                return go(left) & go(right)
            case Binary(operator=Operator.OR, left=left, right=right):
                return go(left) | go(right)
            case Binary(operator=Operator.IMPLIES, left=left, right=right):
                return everything & ~go(left) | go(right)
            case Binary(operator=Operator.EQ, left=left, right=right) if (
                left.type == right.type == BOOL
            ):
                return everything & ~(go(left) ^ go(right))
            case _:
                return tables[part]

    return go(node)


def _excluded(tables: dict[Expression, int]) -> int:
    """The assignments to atoms in which a value equals two constants, or a thread stands at
    two places."""
    found = 0
    atoms = list(tables.items())
    for position, (one, first) in enumerate(atoms):
        for other, second in atoms[:position]:
            match one, other:
                case (
                    Binary(operator=Operator.EQ, left=left, right=Constant(value=a)),
                    Binary(operator=Operator.EQ, left=same, right=Constant(value=b)),
                ) if left == same and a != b:
                    found |= first & second
                case At(thread=left, locations=here), At(thread=same, locations=there) if (
                    left == same
                ):
                    if not here & there:
                        found |= first & second
                    elif here <= there:
                        found |= first & ~second
                    elif there <= here:
                        found |= second & ~first
                case _:
                    pass
    return found
