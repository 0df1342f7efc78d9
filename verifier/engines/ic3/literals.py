"""States as values of finitely many components, and conjunctions of literals over them.

A component is a point of a variable, the location of a thread, or a predicate: a closed formula, or
a difference of numbers, whose value follows from the others (predicate abstraction in IC3: Cimatti
and others, TACAS 2014; Birgmeier, Bradley, Weissenbacher, CAV 2014). Its values are codes
(`bounded/system.py`). A value of a small domain gives one literal, `x == v`, which stands for all
of `x != u` and can be taken apart into them; a number of a large or endless domain gives two,
`x <= v` and `x >= v`. So a cube can be made larger by dropping literals alone, whatever the domain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import z3

from frontend.model import BOOL, INT, Expression, IntType, Read, Type, walk
from verifier.bounded.encode import Encoder, Frame, Scope
from verifier.bounded.system import Place
from verifier.bounded.terms import Number, Term, Truth, constant

SMALL = 6
"""Values up to which a range of numbers is treated as a set of values without an order."""


class Relation(IntEnum):
    """How a literal compares a component with a value."""

    EQ = 0
    NE = 1
    LE = 2
    GE = 3


class Literal(NamedTuple):
    """One comparison."""

    component: int
    relation: Relation
    value: int


Cube = tuple[Literal, ...]
"""A conjunction of literals, sorted, without repetition."""


def cube(literals: Iterable[Literal]) -> Cube:
    """The conjunction of some literals."""
    return tuple(sorted(set(literals)))


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a state.

    Args:
        place: a point of a variable; the number of a thread, whose location it is; or a predicate.
        domain: the type of the variable or predicate; None for a location.
        values: all codes, in order; None when they are many, and compared by order.
    """

    place: Place | int | Expression
    domain: Type | None
    values: range | None


class Vocabulary:
    """The components of one system and their literals as terms.

    Args:
        encoder: of the system.
        frame: an arbitrary state: what is known in it is no component.
        predicates: closed expressions over states, of type bool or int.
    """

    def __init__(
        self, encoder: Encoder, frame: Frame, predicates: Iterable[Expression] = ()
    ) -> None:
        self._encoder = encoder
        plain = tuple(self._components(frame))
        self.components = (*plain, *self._predicates(frame, predicates))
        self._related = frozenset(
            part.variable
            for component in self.components
            if component.values is None and not isinstance(component.place, int | tuple)
            for part in walk(component.place)
            if isinstance(part, Read)
        )
        self._derived: dict[tuple[int, int], tuple[Frame, Term]] = {}

    def _predicates(self, frame: Frame, given: Iterable[Expression]) -> Iterator[Component]:
        for item in given:
            value = self._encoder.evaluate(item, Scope(frame))
            if isinstance(value.term if isinstance(value, Number) else value, int):
                continue
            if isinstance(value, Number):
                yield Component(item, INT, None)
            else:
                yield Component(item, BOOL, range(2))

    def _components(self, frame: Frame) -> Iterator[Component]:
        system = self._encoder.system
        for number, thread in enumerate(system.threads()):
            count = len(system.kinds[thread.sort].locations)
            if count > 1:
                yield Component(number, None, range(count))
        for place, value in frame.values.items():
            if isinstance(value.term if isinstance(value, Number) else value, int):
                continue
            domain = system.variables[place[0]].type
            low, high = system.interval(domain)
            values = None
            if low is not None and high is not None:
                values = range(low, high + 1)
                if isinstance(domain, IntType) and len(values) > SMALL:
                    values = None
            yield Component(place, domain, values)

    def term(self, frame: Frame, literal: Literal) -> Truth:
        """Whether a literal holds in a frame."""
        component = self.components[literal.component]
        algebra = self._encoder.algebra
        if isinstance(component.place, int):
            truth = frame.standing[component.place].get(literal.value, False)
        else:
            assert component.domain is not None, "only locations have no type"
            value = self._value(frame, literal.component)
            known = self._encoder.known(literal.value, component.domain)
            if literal.relation is Relation.LE:
                assert isinstance(value, Number), "an order is one of numbers"
                assert isinstance(known, Number), "an order is one of numbers"
                return algebra.negation(algebra.less(known, value))
            if literal.relation is Relation.GE:
                assert isinstance(value, Number), "an order is one of numbers"
                assert isinstance(known, Number), "an order is one of numbers"
                return algebra.negation(algebra.less(value, known))
            truth = self._encoder.same(value, known)
        return truth if literal.relation is Relation.EQ else algebra.negation(truth)

    def _value(self, frame: Frame, number: int) -> Term:
        """The value of a component that is no location."""
        place = self.components[number].place
        if isinstance(place, tuple):
            return frame.values[place]
        assert not isinstance(place, int), "a location is no value"
        key = id(frame), number
        if key not in self._derived:  # the frame is kept, so that no other gets its identity
            self._derived[key] = frame, self._encoder.evaluate(place, Scope(frame))
        return self._derived[key][1]

    def exact(self, literal: Literal) -> bool:
        """Whether it bounds a variable that predicates relate to others."""
        component = self.components[literal.component]
        return (
            component.values is None
            and isinstance(component.place, tuple)
            and component.place[0] in self._related
        )

    def nothing(self, component: Component) -> int:
        """The code of a local without a value."""
        assert component.domain is not None, "only locations have no type"
        term = self._encoder.nothing(component.domain)
        inner = term.term if isinstance(term, Number) else term
        assert isinstance(inner, int), "it is known"
        return int(inner)

    def holds(self, frame: Frame, conjunction: Cube) -> Truth:
        """Whether a cube holds in a frame."""
        return self._encoder.algebra.all(self.term(frame, item) for item in conjunction)

    def state(self, frame: Frame, model: z3.ModelRef) -> Cube:
        """The one state of a frame that a model describes."""
        literals: list[Literal] = []
        for number, component in enumerate(self.components):
            if isinstance(component.place, int):
                standing = frame.standing[component.place]
                value = next(
                    location for location, here in standing.items() if evaluate(model, here)
                )
            else:
                value = evaluate(model, self._value(frame, number))
            if component.values is None:
                literals.append(Literal(number, Relation.LE, value))
                literals.append(Literal(number, Relation.GE, value))
            else:
                literals.append(Literal(number, Relation.EQ, value))
        return cube(literals)

    def apart(self, literal: Literal) -> tuple[Literal, ...]:
        """The literals that one stands for."""
        values = self.components[literal.component].values
        if literal.relation is not Relation.EQ or values is None:
            return (literal,)
        return tuple(
            Literal(literal.component, Relation.NE, value)
            for value in values
            if value != literal.value
        )

    def implies(self, stronger: Cube, weaker: Cube) -> bool:
        """Whether each state of the first cube is, visibly, one of the second."""
        have: dict[int, list[Literal]] = {}
        for item in stronger:
            have.setdefault(item.component, []).append(item)
        return all(
            any(_implies(known, item) for known in have.get(item.component, ())) for item in weaker
        )


def _implies(known: Literal, item: Literal) -> bool:
    match known.relation, item.relation:
        case Relation.EQ, Relation.NE:
            return known.value != item.value
        case Relation.LE, Relation.LE:
            return known.value <= item.value
        case Relation.GE, Relation.GE:
            return known.value >= item.value
        case _:
            return known == item


def holds(literal: Literal, value: int) -> bool:
    """Whether a literal is true of a value of its component."""
    match literal.relation:
        case Relation.EQ:
            return value == literal.value
        case Relation.NE:
            return value != literal.value
        case Relation.LE:
            return value <= literal.value
        case Relation.GE:
            return value >= literal.value


def evaluate(model: z3.ModelRef, term: Term) -> int:
    """The code of a term in a model; of what the model leaves open, 0."""
    inner = term.term if isinstance(term, Number) else term
    if isinstance(inner, int):
        return int(inner)
    found = model.eval(inner, model_completion=True)
    if isinstance(found, z3.BitVecNumRef):
        negative = isinstance(term, Number) and term.low is not None and term.low < 0
        return found.as_signed_long() if negative else found.as_long()
    if isinstance(found, z3.IntNumRef):
        return found.as_long()
    return int(z3.is_true(found))


def equals(encoder: Encoder, term: Term, code: int) -> Truth:
    """Whether a term has a code."""
    if isinstance(term, Number):
        return encoder.algebra.equal(term, constant(code, term.whole))
    return encoder.algebra.iff(term, bool(code))
