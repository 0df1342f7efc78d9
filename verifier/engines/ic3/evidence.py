"""Blocked cubes as formulas of the model, so that others can check what IC3 found.

A clause speaks of the objects of one instance by constants. Where all its images under
permutations of interchangeable objects are clauses too, one quantified formula stands for them
all. A local without a value has, for the engine, a fixed one; a formula says by the locations of
its thread whether there is a value, so that it means the same to every interpreter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations, product

from frontend.formulas.building import (
    both,
    disjunction,
    either,
    forall,
    implication,
    negation,
    rewrite,
)
from frontend.model import (
    BOOL,
    TRUE,
    At,
    Binary,
    Bound,
    Constant,
    Expression,
    Held,
    HeldBy,
    IntType,
    LockType,
    Object,
    Operator,
    Read,
    ReferenceType,
    Type,
    walk,
)
from verifier.bounded.system import System
from verifier.engines.ic3.literals import Component, Cube, Literal, Relation, Vocabulary, holds
from verifier.engines.ic3.renaming import named

MOST = 720
"""Permutations that are tried."""

SIGNS = {
    Relation.EQ: Operator.EQ,
    Relation.NE: Operator.NE,
    Relation.LE: Operator.LE,
    Relation.GE: Operator.GE,
}

Clause = frozenset[Expression]
"""A disjunction of formulas."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Turns cubes into formulas.

    Args:
        system: the instance.
        vocabulary: what the cubes are made of.
    """

    system: System
    vocabulary: Vocabulary

    def clauses(self, blocked: Sequence[Cube]) -> tuple[Expression, ...]:
        """That a state is in none of the cubes; constants stand for objects."""
        return tuple(disjunction(self._outside(item)) for item in blocked)

    def quantified(self, blocked: Sequence[Cube]) -> tuple[Expression, ...]:
        """The same, with quantifiers where a clause holds of all objects like its own."""
        fixed = named(self.system.model)
        known = {frozenset(self._outside(item)): self._outside(item) for item in blocked}
        done: set[Clause] = set()
        found: list[Expression] = []
        for clause, ordered in known.items():
            if clause in done:
                continue
            sorts = sorted({item.sort for item in _objects(ordered)} - fixed)
            images = list(self._images(clause, sorts))
            if images and all(image in known for image in images):
                done.update(images)
                found.append(_general(ordered, sorts))
            else:
                found.append(disjunction(ordered))
        return tuple(found)

    def _images(self, clause: Clause, sorts: Sequence[str]) -> Iterator[Clause]:
        """Under all permutations of the objects of some sorts; none when these are too many."""
        sizes = [self.system.bounds[sort] for sort in sorts]
        if math.prod(math.factorial(size) for size in sizes) > MOST:
            return
        for images in product(*(permutations(range(size)) for size in sizes)):
            table = dict(zip(sorts, images, strict=True))
            yield frozenset(_renamed(item, table) for item in clause)

    def _outside(self, conjunction: Cube) -> tuple[Expression, ...]:
        return tuple(negation(self.literal(item)) for item in conjunction)

    def literal(self, item: Literal) -> Expression:
        """A literal as a closed formula."""
        component = self.vocabulary.components[item.component]
        place = component.place
        if isinstance(place, int):
            thread = self.system.threads()[place]
            here = At(_constant(thread), frozenset({item.value}))
            return here if item.relation is Relation.EQ else negation(here)
        if not isinstance(place, tuple):
            return self._said(place, component, item)
        variable = self.system.variables[place[0]]
        _, values = self.system.point(place)
        arguments = tuple(
            Constant(value, domain) for value, domain in zip(values, variable.index, strict=True)
        )
        said = self._said(Read(variable.name, arguments, variable.type), component, item)
        owner = values[0] if variable.thread is not None else None
        if not isinstance(owner, Object):
            return said
        live = frozenset(
            location.number
            for location in self.system.kinds[owner.sort].locations
            if variable.name in location.live
        )
        nothing = self.vocabulary.nothing(component)
        here = At(_constant(owner), live)
        return either(negation(here), said) if holds(item, nothing) else both(here, said)

    def _said(self, read: Expression, component: Component, item: Literal) -> Expression:
        domain = component.domain
        if domain == BOOL:
            positive = (item.relation is Relation.EQ) == bool(item.value)
            return read if positive else negation(read)
        if isinstance(domain, LockType) and isinstance(read, Read):
            owner = self.system.value(item.value, domain)
            held: Expression = (
                HeldBy(read, _constant(owner))
                if isinstance(owner, Object)
                else negation(Held(read))
            )
            return held if item.relation is Relation.EQ else negation(held)
        assert domain is not None, "only locations have no type"
        return Binary(SIGNS[item.relation], read, self._value(item.value, domain), BOOL)

    def _value(self, code: int, domain: Type) -> Constant:
        if isinstance(domain, IntType):
            return Constant(code, IntType(code, code))
        return Constant(self.system.value(code, domain), domain)


def _constant(item: Object) -> Constant:
    return Constant(item, ReferenceType(item.sort, optional=False))


def _objects(items: Sequence[Expression]) -> list[Object]:
    found = {
        part.value: None
        for item in items
        for part in walk(item)
        if isinstance(part, Constant) and isinstance(part.value, Object)
    }
    return sorted(found)


def _renamed(node: Expression, table: Mapping[str, Sequence[int]]) -> Expression:
    def change(part: Expression) -> Expression | None:
        if not isinstance(part, Constant) or not isinstance(part.value, Object):
            return None
        images = table.get(part.value.sort)
        if images is None:
            return None
        return Constant(Object(part.value.sort, images[part.value.index]), part.type)

    return rewrite(node, change)


def _general(clause: Sequence[Expression], sorts: Sequence[str]) -> Expression:
    """The clause of all distinct objects in place of its own."""
    objects = [item for item in _objects(clause) if item.sort in sorts]
    binders = {
        item: Bound(f"any~{item}", ReferenceType(item.sort, optional=False)) for item in objects
    }

    def change(part: Expression) -> Expression | None:
        if isinstance(part, Constant) and isinstance(part.value, Object):
            return binders.get(part.value)
        return None

    differ: Expression = TRUE
    for one, other in combinations(objects, 2):
        if one.sort == other.sort:
            differ = both(differ, Binary(Operator.NE, binders[one], binders[other], BOOL))
    said = disjunction(rewrite(item, change) for item in clause)
    return forall(tuple(binders.values()), implication(differ, said)) if binders else said
