"""The sizes of finite sets, without quantifiers where it can be: what a count is assumed to be.

Boolean algebra with Presburger arithmetic (Kuncak, Nguyen, Rinard, CADE 2005; its quantifier-free
part: Kuncak and Rinard, CADE 2007), for counts over one variable x of a sort S:

* Single objects. The bodies compare x with finitely many terms t1, ..., tn, most of them what
  the step writes at; some more terms of the obligation are added to them. A count is the number
  of those objects among t1, ..., tn that satisfy the body, each counted at the first term that is
  it, plus the number of all other objects that do.
* For the others `x = ti` is false. Bodies before and after a step mostly become one formula then.
  What is left are bodies R1, ..., Rm, not all different from each other and from true and false.
* Regions. Each other object satisfies some of R1, ..., Rm and not the rest. The objects with the
  same answers are a region. Its size is an unknown integer that is not negative, and the number
  of all others that satisfy Rj is the sum of the sizes of the regions that answer yes to Rj.
  Answers that no truth values of the atoms of R1, ..., Rm give have no region (a term that is
  compared with literals has one value only).
  Where the regions would be too many, only the first of R1, ..., Rm are divided into them; the
  number of others that satisfy a later Rj is an unknown integer of its own.
* A region of positive size has a member: a constant that is no ti and gives these answers. One of
  at least two has another member. A region with a member has positive size, and if that is one,
  each member is that constant. The same goes for what has an unknown integer of its own.

All of this is true in each finite structure: the constants and sizes are what that structure
says they are. Hence `unsat` of the script refutes each finite counterexample. It is not complete:
a region of size three has three members, say, of which nobody is told the third.

Counts that this does not fit (over pairs, inside another count) are unknown integers that are not
negative. Any two unknown integers are compared: one is no larger than another whose body follows
from its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from proofs.every_size.cells import answers
from proofs.every_size.grounding import Grounding
from proofs.every_size.terms import (
    BOOL,
    FALSE,
    INT,
    TRUE,
    Term,
    add,
    apply,
    both,
    choose,
    compare,
    conjunction,
    either,
    equal,
    fresh,
    implies,
    negate,
    number,
    opened,
    quantify,
    substitute,
    subterms,
    variable,
)

SINGLES = 8
"""So many terms of a sort are looked at one by one at most, besides those of comparisons."""

RELATED = 6
"""So many unknown counts are compared with each other at most."""


Inside = Callable[[Sequence[Term]], Term]
"""Whether a tuple is a member of a set."""


@dataclass(frozen=True, slots=True)
class Predicate:
    """A name for a formula.

    Args:
        name: the name.
        variables: what it is about.
        body: the formula.
    """

    name: str
    variables: tuple[Term, ...]
    body: Term

    def of(self, *terms: Term) -> Term:
        """The formula about other terms, by its name."""
        return self.holds(terms)

    def holds(self, terms: Sequence[Term]) -> Term:
        """The same."""
        return apply(self.name, BOOL, tuple(terms))


@dataclass(frozen=True, slots=True)
class _Shape:
    """The counts over one variable.

    Args:
        one: the variable.
        bodies: of each count.
        singles: terms that are looked at one by one.
        rests: the bodies for all other objects.
        distinct: those of them that are neither true nor false, once each.
        divided: how many of `distinct` are divided into regions, the first ones.
        regions: for each region what these say.
    """

    one: Term
    bodies: Sequence[Term]
    singles: Sequence[Term]
    rests: Sequence[Term]
    distinct: Sequence[Term]
    divided: int
    regions: Sequence[tuple[bool, ...]]


@dataclass(frozen=True, slots=True)
class Counted:
    """Formulas without counts.

    Args:
        formulas: one for each given, in order.
        axioms: what holds of the symbols that stand for sizes.
        predicates: names for formulas about objects, which the axioms use.
        notes: what the sizes are assumed to be, for people.
    """

    formulas: tuple[Term, ...]
    axioms: tuple[Term, ...]
    predicates: tuple[Predicate, ...]
    notes: tuple[str, ...]


class Counting:
    """Takes the counts out of the formulas of one obligation.

    Args:
        grounding: makes its constants.
        members: how many literals a sort has, where it has no other values.
    """

    def __init__(self, grounding: Grounding, members: Mapping[str, int]) -> None:
        self.grounding = grounding
        self.members = members
        self.axioms: list[Term] = []
        self.predicates: list[Predicate] = []
        self.notes: list[str] = []
        self._nested: dict[Term, str] = {}
        self._sets: list[tuple[Term, tuple[str, ...], Inside]] = []
        self._regions = 0
        self._counts = 0

    def counted(self, formulas: Iterable[Term]) -> Counted:
        """Formulas in which counts depend on no variable around them, rewritten."""
        formulas = tuple(formulas)
        values: dict[Term, Term] = {}
        by_sort: dict[str, list[Term]] = {}
        unknown: list[Term] = []
        for term in _outermost(formulas):
            if len(term.variables) == 1 and term.variables[0].sort not in (BOOL, INT):
                by_sort.setdefault(term.variables[0].sort, []).append(term)
            else:
                unknown.append(term)
        for sort, counts in by_sort.items():
            values.update(self._sized(counts, self._shape(sort, counts)))
        values.update(self._unknown(unknown))
        rewritten = tuple(substitute(term, values) if term.counts else term for term in formulas)
        return Counted(rewritten, tuple(self.axioms), tuple(self.predicates), tuple(self.notes))

    def _named(self, variables: tuple[Term, ...], body: Term) -> Predicate:
        """A name for a formula that the axioms mention often."""
        name = f"{self.grounding.label}.is.{len(self.predicates) + 1}"
        bound = tuple(
            variable(f"x{body.height + place + 1}", item.sort)
            for place, item in enumerate(variables)
        )
        body = substitute(body, dict(zip(variables, bound, strict=True)))
        self.predicates.append(Predicate(name, bound, body))
        return self.predicates[-1]

    # --- regions --------------------------------------------------------------------------------

    def _shape(self, sort: str, counts: Sequence[Term]) -> _Shape:
        """The bodies of some counts, those of the goal first, then those of the premises in their
        order; and the regions of as many of the first as have not too many together."""
        one = variable("each", sort)
        bodies = [self._flat(substitute(term.body, {term.variables[0]: one})) for term in counts]
        singles = self._singles(one, bodies)
        elsewhere = {equal(one, item): FALSE for item in singles}
        rests = [substitute(body, elsewhere) for body in bodies]
        distinct = [*dict.fromkeys(rest for rest in rests if rest not in (TRUE, FALSE))]
        divided = len(distinct)
        while (regions := answers(distinct[:divided], self.members)) is None:
            divided -= 1
        if TRUE not in rests:
            regions = [signs for signs in regions if any(signs)]
        return _Shape(one, bodies, singles, rests, distinct, divided, regions)

    def _sized(self, counts: Sequence[Term], shape: _Shape) -> dict[Term, Term]:
        """Counts as constants that are sums."""
        one, singles, distinct = shape.one, shape.singles, shape.distinct
        apart = conjunction(negate(equal(one, item)) for item in singles)
        other = None if apart is TRUE else self._named((one,), apart)
        named = [self._named((one,), rest) for rest in distinct]
        divided = shape.divided
        sizes = [self._region(one.sort, named[:divided], signs, other) for signs in shape.regions]
        alone = {
            rest: self._region(one.sort, [name], (True,), other, related=True)
            for rest, name in zip(distinct[divided:], named[divided:], strict=True)
        }
        values = {}
        for term, body, rest in zip(counts, shape.bodies, shape.rests, strict=True):
            if rest in alone:
                parts = [alone[rest]]
            else:
                parts = [
                    size
                    for size, signs in zip(sizes, shape.regions, strict=True)
                    if rest is TRUE or (rest is not FALSE and signs[distinct.index(rest)])
                ]
            self._counts += 1
            size = apply(f"{self.grounding.label}.count.{self._counts}", INT)
            values[term] = size
            self.axioms.append(equal(size, add([*self._each(one, body, singles), *parts])))
        return values

    def _singles(self, one: Term, bodies: Iterable[Term]) -> list[Term]:
        """The terms to look at one by one."""
        compared = [
            side
            for term in subterms(bodies)
            if term.op == "=" and one in term.args
            for side in term.args
            if side is not one and not side.free
        ]
        more = [item for item in self.grounding.terms(one.sort) if not item.args]
        compared = [*dict.fromkeys(compared)]
        return [*dict.fromkeys((*compared, *more))][: max(SINGLES, len(compared))]

    def _each(self, one: Term, body: Term, singles: Sequence[Term]) -> Iterator[Term]:
        """For each single object 1 or 0, and 0 when it was counted before."""
        for place, item in enumerate(singles):
            here = substitute(substitute(body, {one: item}), self.grounding.facts)
            first = conjunction(negate(equal(item, other)) for other in singles[:place])
            yield choose(both(first, here), number(1), number(0))

    def _region(
        self,
        sort: str,
        bodies: Sequence[Predicate],
        signs: Sequence[bool],
        other: Predicate | None,
        *,
        related: bool = False,
    ) -> Term:
        """The size of a region: of the objects that are no single ones and answer like this.

        Args:
            related: whether it is compared with other sizes.
        """

        def inside(terms: Sequence[Term]) -> Term:
            said = [body.of(*terms) for body in bodies]
            return conjunction(
                [
                    *(() if other is None else (other.of(*terms),)),
                    *(a if sign else negate(a) for a, sign in zip(said, signs, strict=True)),
                ]
            )

        self._regions += 1
        size = apply(f"{self.grounding.label}.size.{self._regions}", INT)
        self._members(size, (sort,), inside)
        if related:
            self._related(size, (sort,), inside)
        wanted = [] if other is None else [other.name]
        wanted += [
            body.name if sign else f"not {body.name}"
            for body, sign in zip(bodies, signs, strict=True)
        ]
        self.notes.append(f"{size.name}: how many of {sort} are {', '.join(wanted) or 'there'}")
        return size

    def _members(self, size: Term, sorts: Sequence[str], inside: Inside) -> None:
        """How the size of a set and its first two members hang together.

        Args:
            size: of the set.
            sorts: of what it has tuples of.
            inside: whether a tuple is one of its members.
        """
        first = [self.grounding.constant(sort) for sort in sorts]
        second = [self.grounding.constant(sort) for sort in sorts]
        each = tuple(fresh(sort) for sort in sorts)
        empty, single = compare("<=", size, number(0)), compare("<=", size, number(1))
        another = both(negate(conjunction(map(equal, first, second))), inside(second))
        only = both(negate(empty), either(negate(single), conjunction(map(equal, each, first))))
        self.axioms += [
            compare("<=", number(0), size),
            either(empty, inside(first)),
            either(single, another),
            quantify("forall", each, implies(inside(each), only)),
        ]

    def _related(self, size: Term, sorts: tuple[str, ...], inside: Inside) -> None:
        """Compares the size of a set with those of others: a part is no larger than the whole."""
        names = tuple(fresh(sort) for sort in sorts)
        for other, kinds, wider in self._sets[:RELATED]:
            if kinds != sorts:
                continue
            pairs = ((inside, wider, size, other), (wider, inside, other, size))
            for less, more, small, large in pairs:
                within = quantify("forall", names, implies(less(names), more(names)))
                self.axioms.append(implies(within, compare("<=", small, large)))
        self._sets.append((size, sorts, inside))

    # --- unknown counts -------------------------------------------------------------------------

    def _unknown(self, counts: Sequence[Term]) -> dict[Term, Term]:
        """Each count as an integer constant."""
        values: dict[Term, Term] = {}
        for term in counts:
            self._counts += 1
            size = apply(f"{self.grounding.label}.count.{self._counts}", INT)
            values[term] = size
            names, body = opened(term)
            inside = self._named(names, self._flat(body))
            self.notes.append(f"{size.name}: how many tuples are {inside.name}")
            sorts = tuple(item.sort for item in names)
            self._members(size, sorts, inside.holds)
            self._related(size, sorts, inside.holds)
        return values

    # --- counts inside counts -------------------------------------------------------------------

    def _flat(self, body: Term) -> Term:
        """A body with each count inside as a function of the variables that it depends on."""
        if not body.counts:
            return body
        return substitute(body, {term: self._function(term) for term in _outermost((body,))})

    def _function(self, term: Term) -> Term:
        free = [part for part in subterms((term,)) if part.op == "var" and part in term.free]
        shape = substitute(
            term, {part: variable(f"parameter.{n}", part.sort) for n, part in enumerate(free)}
        )
        name = self._nested.get(shape)
        if name is None:
            name = f"{self.grounding.label}.inner.{len(self._nested) + 1}"
            self._nested[shape] = name
            names = tuple(fresh(part.sort) for part in free)
            bound = quantify("forall", names, compare("<=", number(0), apply(name, INT, names)))
            self.axioms.append(bound)
        return apply(name, INT, tuple(free))


def _outermost(formulas: Iterable[Term]) -> list[Term]:
    """The counts inside that are in no other count, once each, in order."""
    found: dict[Term, None] = {}
    seen: set[Term] = set()
    pending = list(formulas)[::-1]
    while pending:
        term = pending.pop()
        if term in seen or not term.counts:
            continue
        seen.add(term)
        if term.op == "count":
            found[term] = None
        else:
            pending.extend(reversed(term.args))
    return list(found)
