"""The words that lemmas are made of: what can be said of an object, of a thread where it stands,
of two threads, of counters.

A `Family` is a prefix of universal quantifiers and the atoms that may be said of what it binds;
`mining.py` makes clauses of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product

from frontend.formulas.building import both, negation
from frontend.model import (
    BOOL,
    NAT,
    Binary,
    BoolType,
    Bound,
    Constant,
    EnumType,
    Expression,
    Held,
    HeldBy,
    IntType,
    LockType,
    Model,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    ReferenceType,
    Thread,
    Type,
    Variable,
    walk,
)

MOST_VALUES = 4
"""An index over a type of at most so many values is written out."""

MOST_PAIRS = 2_500
"""Where two threads can stand at more pairs of places, nothing is said of two threads."""


@dataclass(frozen=True, slots=True)
class Family:
    """What is said of the same things.

    Args:
        binders: distinct objects.
        places: by binder, where it stands; None for what is no thread, or is one anywhere.
        atoms: formulas over the binders.
        width: how many literals a clause has at most.
    """

    binders: tuple[Bound, ...]
    places: tuple[frozenset[int] | None, ...]
    atoms: tuple[Expression, ...]
    width: int


class Vocabulary:
    """The families of a model.

    Args:
        model: the whole model.
        places: thread's sort -> locations where lemmas are looked for.
    """

    def __init__(self, model: Model, places: Mapping[str, frozenset[int]]) -> None:
        self.model = model
        self.places = places
        self.numbers = _numbers(model)
        self.fields: dict[str, list[Variable]] = {sort.name: [] for sort in model.sorts}
        self.globals: list[Variable] = []
        for item in model.variables:
            if item.thread is not None:
                continue
            first = item.index[0] if item.index else None
            if isinstance(first, ReferenceType):
                self.fields[first.sort].append(item)
            elif all(small_values(kind) is not None for kind in item.index):
                self.globals.append(item)

    def families(self) -> Iterator[Family]:
        """All of them, in a fixed order."""
        shared = tuple(self._global_atoms())
        if shared:
            yield Family((), (), shared, 1)
        for sort in self.model.sorts:
            one = binder(sort.name, "x")
            atoms = tuple(self._atoms(self._reached(one, 1)))
            if atoms:
                yield Family((one,), (None,), atoms, _width(atoms))
        for thread in self.model.threads:
            yield from self._of_threads(thread, shared)
        for first, second in product(self.model.threads, repeat=2):
            if first.sort <= second.sort:
                yield from self._of_two(first, second)

    def at_places(self) -> Iterator[Family]:
        """Those about one thread that stands somewhere."""
        shared = tuple(self._global_atoms())
        for thread in self.model.threads:
            yield from self._of_threads(thread, shared)

    # --- terms and atoms -------------------------------------------------------------------

    def _of(self, base: Expression, fields: Iterable[Variable]) -> Iterator[Read]:
        """The fields of an object, each value of a further index written out."""
        for item in fields:
            rest = [small_values(kind) for kind in item.index[1:]]
            if any(values is None for values in rest):
                continue
            for values in product(*(values or () for values in rest)):
                yield Read(item.name, (base, *values), item.type)

    def _reached(self, base: Expression, depth: int) -> list[Read]:
        """The fields of an object and, through references that are never `none`, of others."""
        kind = base.type
        assert isinstance(kind, ReferenceType), "an object"
        found = list(self._of(base, self.fields[kind.sort]))
        if depth:
            for item in tuple(found):
                if isinstance(item.type, ReferenceType) and not item.type.optional:
                    found += self._reached(item, depth - 1)
        return found

    def _atoms(self, terms: Iterable[Read], extra: Iterable[Expression] = ()) -> list[Expression]:
        """What can be said of values: of one by itself, of two of a kind."""
        terms = list(terms)
        found: list[Expression] = []
        for term in terms:
            found += self._alone(term)
        comparable = [t for t in (*terms, *extra) if not isinstance(t.type, LockType | BoolType)]
        for one, other in combinations(comparable, 2):
            if same_kind(one.type, other.type) and not (
                isinstance(one, Bound) and isinstance(other, Bound)
            ):
                found.append(Binary(Operator.EQ, one, other, BOOL))
        return list(dict.fromkeys(found))

    def _alone(self, term: Read) -> list[Expression]:
        match term.type:
            case BoolType():
                return [term]
            case EnumType(members=members):
                values = members[:1] if len(members) == 2 else members
                return [
                    Binary(Operator.EQ, term, Constant(value, term.type), BOOL) for value in values
                ]
            case ReferenceType(optional=True) as kind:
                return [Binary(Operator.NE, term, Constant(None, kind), BOOL)]
            case LockType():
                return [Held(term)]
            case IntType(low=low, high=high):
                inside = [
                    number
                    for number in self.numbers
                    if (low is None or low <= number) and (high is None or number <= high)
                ]
                return [
                    Binary(Operator.EQ, term, Constant(number, IntType(number, number)), BOOL)
                    for number in inside
                ]
            case _:
                return []

    def _globals(self) -> list[Read]:
        return [
            Read(item.name, tuple(values), item.type)
            for item in self.globals
            for values in product(*(small_values(kind) or () for kind in item.index))
        ]

    def _global_atoms(self) -> list[Expression]:
        terms = [term for term in self._globals() if not isinstance(term.type, LockType)]
        found = self._atoms(terms)
        found += self._counted(terms)
        return found

    def _counted(self, terms: Iterable[Read]) -> Iterator[Expression]:
        """That a number is how many objects have one or two qualities."""
        numbers = [term for term in terms if isinstance(term.type, IntType)]
        for term in numbers:
            for sort in self.model.sorts:
                one = binder(sort.name, "n")
                qualities = [
                    atom
                    for reached in self._reached(one, 1)
                    for atom in self._alone(reached)
                    if not _mentions_numbers(atom)
                ]
                literals = [item for atom in qualities for item in (atom, negation(atom))]
                bodies = [*literals, *(both(a, b) for a, b in combinations(literals, 2))]
                if len(bodies) > 400:
                    bodies = literals
                for body in bodies:
                    count = Quantified(QuantifierKind.COUNT, (one,), body, NAT)
                    yield Binary(Operator.EQ, term, count, BOOL)

    # --- threads ---------------------------------------------------------------------------

    def _locals(self, thread: Thread, place: int, base: Bound) -> list[Read]:
        live = thread.locations[place].live
        return [
            Read(item.name, (base,), item.type)
            for item in self.model.variables
            if item.thread == thread.sort and item.name in live and len(item.index) == 1
        ]

    def _of_threads(self, thread: Thread, shared: tuple[Expression, ...]) -> Iterator[Family]:
        one = binder(thread.sort, "c")
        plain = tuple(atom for atom in shared if not any(_is_count(n) for n in walk(atom)))
        for place in sorted(self.places[thread.sort]):
            own = self._locals(thread, place, one)
            reached = list(own)
            for item in own:
                if isinstance(item.type, ReferenceType) and not item.type.optional:
                    reached += self._reached(item, 1)
            reached += self._of(one, self.fields[thread.sort])
            atoms = self._atoms(reached, (one,))
            for item in reached:
                if isinstance(item.type, LockType):
                    atoms.append(HeldBy(item, one))
            everything = (*dict.fromkeys(atoms), *plain)
            if everything:
                here = frozenset({place})
                yield Family((one,), (here,), everything, min(2, _width(everything)))

    def _of_two(self, first: Thread, second: Thread) -> Iterator[Family]:
        """Locals of two threads: that they differ."""
        one, other = binder(first.sort, "c"), binder(second.sort, "d")
        if len(self.places[first.sort]) * len(self.places[second.sort]) > MOST_PAIRS:
            return
        for here, there in product(
            sorted(self.places[first.sort]), sorted(self.places[second.sort])
        ):
            if first.sort == second.sort and there < here:
                continue
            atoms = [
                Binary(Operator.EQ, left, right, BOOL)
                for left in self._locals(first, here, one)
                for right in self._locals(second, there, other)
                if isinstance(left.type, ReferenceType) and same_kind(left.type, right.type)
            ]
            places = frozenset({here}), frozenset({there})
            yield Family((one, other), places, tuple(atoms), 1)


def binder(sort: str, letter: str) -> Bound:
    """An object of a sort, to be bound; one letter for each that is bound together."""
    return Bound(f"{letter}~{sort}", ReferenceType(sort, optional=False))


def small_values(kind: Type) -> list[Constant] | None:
    """The values of a type that is small; None: it is not."""
    match kind:
        case BoolType():
            return [Constant(False, kind), Constant(True, kind)]
        case EnumType(members=members) if len(members) <= MOST_VALUES:
            return [Constant(member, kind) for member in members]
        case IntType(low=int(low), high=int(high)) if high - low < MOST_VALUES:
            return [Constant(number, IntType(number, number)) for number in range(low, high + 1)]
        case _:
            return None


def same_kind(one: Type, other: Type) -> bool:
    """Whether values of these types can be equal."""
    match one, other:
        case ReferenceType(sort=left), ReferenceType(sort=right):
            return left == right
        case EnumType(name=left), EnumType(name=right):
            return left == right
        case IntType(), IntType():
            return True
        case _:
            return False


def _numbers(model: Model) -> list[int]:
    """The integers that the model compares or assigns."""
    found = {0}
    for thread in model.threads:
        for step in thread.steps:
            for item in step.body:
                for part in walk(item):
                    if isinstance(part, Constant) and isinstance(part.type, IntType):
                        found.add(int(part.value))  # type: ignore[arg-type]  # an integer's
    return sorted(found)[:4]


def _mentions_numbers(node: Expression) -> bool:
    return any(isinstance(part.type, IntType) for part in walk(node))


def _is_count(node: Expression) -> bool:
    return isinstance(node, Quantified) and node.kind is QuantifierKind.COUNT


def _width(atoms: tuple[Expression, ...]) -> int:
    return 3 if len(atoms) <= 14 else 2 if len(atoms) <= 60 else 1
