"""A wider vocabulary: all that can be said of a few threads and objects together.

`vocabulary.py` says little of many things, because all of it is mined. What is here is only made
for the things that a counterexample to induction is about: fields and locals of each of them,
indexed by the others, references followed (`none` excluded), numbers in order or next to each
other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, product

from frontend.formulas.building import both
from frontend.model import (
    BOOL,
    INT,
    TRUE,
    Binary,
    BoolType,
    Bound,
    Constant,
    Expression,
    HeldBy,
    IntType,
    LockType,
    Operator,
    Read,
    ReferenceType,
    Variable,
)
from verifier.every_size.lemmas.vocabulary import (
    Family,
    Vocabulary,
    binder,
    same_kind,
    small_values,
)

MOST_ATOMS = 140
"""What exceeds this is left out: the atoms about single values come first."""

LITERALS = 4
"""How many a clause has at most."""

LETTERS = "abcd"

About = tuple[tuple[str, int | None], ...]
"""By thing: its sort and, of a thread that is looked at where it stands, the location."""


@dataclass(frozen=True, slots=True)
class _Term:
    """A value, and when there is one."""

    read: Read
    guard: Expression = TRUE


class Relations(Vocabulary):
    """The families about given things."""

    def family(self, about: About) -> Family:
        """What can be said of things of these sorts, all of them together included."""
        things = tuple(
            binder(sort, letter) for (sort, _), letter in zip(about, LETTERS, strict=False)
        )
        places = tuple(None if place is None else frozenset({place}) for _, place in about)
        direct = list(self._direct(about, things))
        terms = [*direct, *self._followed(direct, things)]
        atoms = [atom for term in terms for atom in self._of_one(term, things)]
        atoms += self._of_two_values([*terms, *(_Term(one) for one in self._globals())], things)
        atoms += [atom for one in self._globals() for atom in self._alone(one)]
        return Family(things, places, tuple(dict.fromkeys(atoms))[:MOST_ATOMS], LITERALS)

    def _direct(self, about: About, things: tuple[Bound, ...]) -> Iterator[_Term]:
        """Fields and live locals of the things, indexed by each other."""
        for item in self.model.variables:
            if not item.index:
                continue
            for one, (sort, place) in zip(things, about, strict=True):
                if item.thread is not None:
                    live = () if place is None else self.model.thread(sort).locations[place].live
                    if item.thread != sort or item.name not in live:
                        continue
                yield from map(_Term, self._indexed(item, one, things))

    def _indexed(
        self, item: Variable, first: Expression, things: tuple[Bound, ...]
    ) -> Iterator[Read]:
        """A variable whose first index is given, the others small or one of the things."""
        if not _fits(item, first):
            return
        rest: list[list[Expression]] = []
        for kind in item.index[1:]:
            if isinstance(kind, ReferenceType):
                rest.append([one for one in things if same_kind(one.type, kind)])
            else:
                rest.append([*(small_values(kind) or ())])
        for chosen in product(*rest):
            yield Read(item.name, (first, *chosen), item.type)

    def _followed(self, terms: Iterable[_Term], things: tuple[Bound, ...]) -> Iterator[_Term]:
        """Fields of what references lead to."""
        for term in terms:
            kind = term.read.type
            if not isinstance(kind, ReferenceType):
                continue
            guard: Expression = TRUE
            if kind.optional:
                guard = Binary(Operator.NE, term.read, Constant(None, kind), BOOL)
            for item in self.fields[kind.sort]:
                for read in self._indexed(item, term.read, things):
                    yield _Term(read, guard)

    def _of_one(self, term: _Term, things: tuple[Bound, ...]) -> Iterator[Expression]:
        for atom in self._alone(term.read):
            yield both(term.guard, atom)
        if isinstance(term.read.type, LockType):
            for one in things:
                if self._is_thread(one):
                    yield both(term.guard, HeldBy(term.read, one))

    def _is_thread(self, one: Bound) -> bool:
        return any(same_kind(one.type, ReferenceType(t.sort, False)) for t in self.model.threads)

    def _of_two_values(
        self, terms: Iterable[_Term], things: tuple[Bound, ...]
    ) -> Iterator[Expression]:
        comparable = [term for term in terms if not isinstance(term.read.type, LockType | BoolType)]
        for term, one in product(comparable, things):
            if same_kind(term.read.type, one.type):
                yield both(term.guard, Binary(Operator.EQ, term.read, one, BOOL))
        for left, right in combinations(comparable, 2):
            guard = both(left.guard, right.guard)
            if same_kind(left.read.type, right.read.type):
                yield both(guard, Binary(Operator.EQ, left.read, right.read, BOOL))
            if isinstance(left.read.type, IntType) and isinstance(right.read.type, IntType):
                yield both(guard, Binary(Operator.LT, left.read, right.read, BOOL))
                for low, high in ((left.read, right.read), (right.read, left.read)):
                    more = Binary(Operator.ADD, low, Constant(1, IntType(1, 1)), INT)
                    yield both(guard, Binary(Operator.EQ, high, more, BOOL))


def _fits(item: Variable, first: Expression) -> bool:
    kind = item.index[0]
    return isinstance(kind, ReferenceType) and same_kind(kind, first.type)
