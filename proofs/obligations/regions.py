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
* A region of positive size has a member: a constant that is no ti and gives these answers.
  A region with a member has positive size.

All of this is true in each finite structure: the constants and sizes are what that structure
says they are. Hence `unsat` of the script refutes each finite counterexample. It is not complete:
a region of size two has two members, say, which nobody is told.

Counts that this does not fit (over pairs, inside another count, too many regions) are unknown
integers that are not negative: positive when a member exists, and only then; and no larger than
another count whose body follows from theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from proofs.obligations.cells import answers
from proofs.obligations.grounding import Grounding
from proofs.obligations.terms import (
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
"""So many terms of a sort are looked at one by one at most."""

RELATED = 6
"""So many unknown counts are compared with each other at most."""


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
        return apply(self.name, BOOL, terms)


@dataclass(frozen=True, slots=True)
class _Shape:
    """The counts over one variable.

    Args:
        one: the variable.
        bodies: of each count.
        singles: terms that are looked at one by one.
        rests: the bodies for all other objects.
        distinct: those of them that are neither true nor false, once each.
        regions: for each region what each of `distinct` says.
    """

    one: Term
    bodies: Sequence[Term]
    singles: Sequence[Term]
    rests: Sequence[Term]
    distinct: Sequence[Term]
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
            shape = self._largest(sort, counts)
            if shape is not None:
                values.update(self._sized(counts, shape))
            unknown += [term for term in counts if term not in values]
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

    def _largest(self, sort: str, counts: Sequence[Term]) -> _Shape | None:
        """As many of the first counts as do not have too many regions together. The goal's come
        first, then those of the premises in their order."""
        shapes = (self._shape(sort, counts[:known]) for known in range(len(counts), 0, -1))
        return next((shape for shape in shapes if shape is not None), None)

    def _shape(self, sort: str, counts: Sequence[Term]) -> _Shape | None:
        """The bodies and regions of some counts; None when there would be too many."""
        one = variable("each", sort)
        bodies = [self._flat(substitute(term.body, {term.variables[0]: one})) for term in counts]
        singles = self._singles(one, bodies)
        elsewhere = {equal(one, item): FALSE for item in singles}
        rests = [substitute(body, elsewhere) for body in bodies]
        distinct = [*dict.fromkeys(rest for rest in rests if rest not in (TRUE, FALSE))]
        regions = answers(distinct, self.members)
        if regions is None:
            return None
        if TRUE not in rests:
            regions = [signs for signs in regions if any(signs)]
        return _Shape(one, bodies, singles, rests, distinct, regions)

    def _sized(self, counts: Sequence[Term], shape: _Shape) -> dict[Term, Term]:
        """The first counts as constants that are sums."""
        one, bodies, singles = shape.one, shape.bodies, shape.singles
        rests, distinct, regions = shape.rests, shape.distinct, shape.regions
        apart = conjunction(negate(equal(one, item)) for item in singles)
        other = None if apart is TRUE else self._named((one,), apart)
        named = [self._named((one,), rest) for rest in distinct]
        sizes = [self._region(one.sort, named, signs, other) for signs in regions]
        values = {}
        for term, body, rest in zip(counts[: len(bodies)], bodies, rests, strict=True):
            parts = [
                size
                for size, signs in zip(sizes, regions, strict=True)
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
        return [*dict.fromkeys((*compared, *more))][:SINGLES]

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
    ) -> Term:
        """The size of a region: of the objects that are no single ones and answer like this."""

        def inside(term: Term) -> Term:
            said = [body.of(term) for body in bodies]
            return conjunction(
                [
                    *(() if other is None else (other.of(term),)),
                    *(a if sign else negate(a) for a, sign in zip(said, signs, strict=True)),
                ]
            )

        self._regions += 1
        size = apply(f"{self.grounding.label}.size.{self._regions}", INT)
        member, each = self.grounding.constant(sort), fresh(sort)
        empty = compare("<=", size, number(0))
        self.axioms.append(compare("<=", number(0), size))
        self.axioms.append(either(empty, inside(member)))
        self.axioms.append(quantify("forall", (each,), implies(inside(each), negate(empty))))
        wanted = [] if other is None else [other.name]
        wanted += [
            body.name if sign else f"not {body.name}"
            for body, sign in zip(bodies, signs, strict=True)
        ]
        self.notes.append(f"{size.name}: how many of {sort} are {', '.join(wanted) or 'there'}")
        return size

    # --- unknown counts -------------------------------------------------------------------------

    def _unknown(self, counts: Sequence[Term]) -> dict[Term, Term]:
        """Each count as an integer constant."""
        values: dict[Term, Term] = {}
        known: list[tuple[Term, Predicate]] = []
        for term in counts:
            self._counts += 1
            size = apply(f"{self.grounding.label}.count.{self._counts}", INT)
            values[term] = size
            names, body = opened(term)
            inside = self._named(names, self._flat(body))
            self.notes.append(f"{size.name}: how many tuples are {inside.name}")
            empty = compare("<=", size, number(0))
            members = [self.grounding.constant(item.sort) for item in names]
            self.axioms.append(compare("<=", number(0), size))
            self.axioms.append(either(empty, inside.of(*members)))
            self.axioms.append(quantify("forall", names, implies(inside.of(*names), negate(empty))))
            sorts = [item.sort for item in names]
            alike = [
                (other, wider)
                for other, wider in known[:RELATED]
                if [item.sort for item in wider.variables] == sorts
            ]
            for other, wider in alike:
                pairs = ((inside, wider, size, other), (wider, inside, other, size))
                for less, more, small, large in pairs:
                    follows = implies(less.of(*names), more.of(*names))
                    within = quantify("forall", names, follows)
                    self.axioms.append(implies(within, compare("<=", small, large)))
            known.append((size, inside))
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
