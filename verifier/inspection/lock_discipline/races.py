"""Data races by locksets, as a report that reads like one of KCSAN's.

The lock that guards a variable is the one held at most of its writes (Savage and others, "Eraser:
a dynamic data race detector for multithreaded programs", 1997; here over all paths of the model,
not one run). An access without it may race with an access under it, of the same object and by
another thread, if one of the two writes; and so may two accesses under locks of that variable
which need not be the same one: a page's field is read under the lock of another page. Initial
values count for nothing. Whether two threads can really stand before both at once is then looked up
in explored systems: where the states of the asked sizes were all visited and none shows it, there
is nothing to report, and of locks of different objects only what was seen is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from frontend.checks.lock_text import is_field, lock_text
from frontend.formulas import building as formulas
from frontend.model import (
    BOOL,
    FALSE,
    At,
    Binary,
    Bound,
    Expression,
    LockType,
    Model,
    Operator,
    ReferenceType,
    Self,
)
from verifier.inspection.lock_discipline.guarded_accesses import Access, Site, Statement, accesses

MOST_SITES = 24
"""Pairs of sites of two statements, inlined in many places, that are looked for."""


class Evidence(Enum):
    """How sure it is that both threads can be there at once."""

    SEEN = "seen together"
    """They are, in a state that was reached."""
    POSSIBLE = "possible by locksets"
    """The locks allow it; no explored state shows it, and not all were explored."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two accesses.

    Args:
        statement: what accesses the variable.
        line: where.
        locks: the locks held there on every way, as text.
    """

    statement: Statement
    line: int
    locks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Race:
    """Two accesses of a variable that its guard does not keep apart.

    Args:
        variable: its name: `pageblock.mt`.
        guard: the lock that most writes are made under.
        guarded: how many of the statements that write it hold the guard.
        writes: how many statements write it.
        bare: the access without the guard.
        other: what it races with, under the guard.
        different: both hold a guard, but not the same one.
        element: the guard is an array of locks, not a field of objects.
    """

    variable: str
    guard: str
    guarded: int
    writes: int
    bare: Side
    other: Side
    evidence: Evidence
    different: bool = False
    element: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two statements that may race, by number; names a condition of states.

    Args:
        different: both hold a guard, but perhaps not the same one.
    """

    bare: int
    other: int
    different: bool = False


@dataclass(frozen=True, slots=True)
class _Group:
    """All accesses that one statement makes to one variable."""

    variable: str
    statement: Statement
    accesses: tuple[Access, ...]

    def holds(self, lock: str) -> bool:
        """Whether the lock is held wherever the statement is run."""
        return all(item.holds(lock) for item in self.accesses)

    def bare(self, lock: str) -> tuple[Access, ...]:
        """The accesses for which nothing says that the lock may be held."""
        return tuple(item for item in self.accesses if not item.may_hold(lock))

    def under(self, lock: str) -> tuple[Access, ...]:
        """The others."""
        return tuple(item for item in self.accesses if item.may_hold(lock))


class Candidates:
    """What the locksets of a model leave to be looked at.

    Args:
        model: the whole model.

    Attributes:
        conditions: that two threads stand before both accesses of a pair, at one object.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._variables = {item.name: item for item in model.variables}
        self._groups = _grouped(model)
        self._guards = _guards(model, self._groups)
        self._rivals = dict(self._found())
        self._different = dict(self._not_under_one_lock())
        self.conditions: Mapping[Pair, Expression] = {
            pair: condition for pairs in self._rivals.values() for pair, condition in pairs.items()
        } | self._different

    def _found(self) -> Iterator[tuple[int, dict[Pair, Expression]]]:
        for number, group in enumerate(self._groups):
            guard = self._guards.get(group.variable)
            bare = group.bare(guard.lock) if guard is not None else ()
            if guard is None or not bare:
                continue
            rivals = [
                other
                for other, item in enumerate(self._groups)
                if item.variable == group.variable
                and item.holds(guard.lock)
                and (item.statement.write or group.statement.write)
            ]
            rivals.sort(key=lambda other: (not self._groups[other].statement.write, other))
            found: dict[Pair, Expression] = {}
            for other in rivals:
                condition = together(bare, self._groups[other].accesses)
                if condition != FALSE:
                    found[Pair(number, other)] = condition
            if found:
                yield number, found

    def _not_under_one_lock(self) -> Iterator[tuple[Pair, Expression]]:
        """Accesses under the lock of some object, and that they need not be under the same one."""
        for number, group in enumerate(self._groups):
            guard = self._guards.get(group.variable)
            if guard is None:
                continue
            for other in range(number, len(self._groups)):
                rival = self._groups[other]
                writes = group.statement.write or rival.statement.write
                if rival.variable == group.variable and writes:
                    condition = together(group.under(guard.lock), rival.under(guard.lock))
                    if condition != FALSE:
                        yield Pair(number, other, different=True), condition

    def races(
        self, unseen: Mapping[Hashable, Expression], never: Callable[[Expression], bool]
    ) -> tuple[Race, ...]:
        """The races, one for each statement without the guard.

        Args:
            unseen: the pairs that no explored state shows.
            never: whether all states of the asked sizes were visited and none satisfies this.
        """
        found = []
        for number, pairs in self._rivals.items():
            seen = next((pair for pair in pairs if pair not in unseen), None)
            if seen is not None:
                found.append(self._race(number, seen, Evidence.SEEN))
            elif not never(formulas.disjunction(pairs.values())):
                found.append(self._race(number, next(iter(pairs)), Evidence.POSSIBLE))
        told: set[int] = set()
        for pair in self._different:
            if pair not in unseen and told.isdisjoint((pair.bare, pair.other)):
                told |= {pair.bare, pair.other}
                found.append(self._race(pair.bare, pair, Evidence.SEEN))
        return tuple(found)

    def _race(self, number: int, pair: Pair, evidence: Evidence) -> Race:
        group, other = self._groups[number], self._groups[pair.other]
        guard = self._guards[group.variable]
        bare = group.under(guard.lock) if pair.different else group.bare(guard.lock)
        rivals = other.under(guard.lock) if pair.different else other.accesses
        lock = self._variables[guard.lock]
        return Race(
            group.variable,
            guard.lock,
            guard.guarded,
            guard.writes,
            self._side(group, bare),
            self._side(other, rivals),
            evidence,
            pair.different,
            bool(lock.index) and not is_field(lock),
        )

    def _side(self, group: _Group, sites: Sequence[Access]) -> Side:
        held = frozenset.intersection(*(item.locks for item in sites))
        texts = sorted({lock_text(lock.variable, lock.arguments, self._variables) for lock in held})
        line = self.model.source.position(group.statement.span.start)[0]
        return Side(group.statement, line, tuple(texts))


@dataclass(frozen=True, slots=True)
class _Guard:
    lock: str
    guarded: int
    writes: int


def _grouped(model: Model) -> list[_Group]:
    found: dict[tuple[str, Statement], list[Access]] = {}
    for item in accesses(model):
        found.setdefault((item.variable, item.statement), []).append(item)
    return [
        _Group(variable, statement, tuple(items)) for (variable, statement), items in found.items()
    ]


def _guards(model: Model, groups: Sequence[_Group]) -> dict[str, _Guard]:
    """Variable -> the lock that more than half of the statements that write it hold."""
    locks = [item.name for item in model.variables if isinstance(item.type, LockType)]
    writing: dict[str, list[_Group]] = {}
    for group in groups:
        if group.statement.write:
            writing.setdefault(group.variable, []).append(group)
    found: dict[str, _Guard] = {}
    for variable, writes in writing.items():
        held = {lock: sum(group.holds(lock) for group in writes) for lock in locks}
        best = max(locks, key=lambda lock: held[lock], default=None)
        if best is not None and 2 * held[best] > len(writes):
            found[variable] = _Guard(best, held[best], len(writes))
    return found


# --- two threads at once -------------------------------------------------------------------


def together(bare: Sequence[Access], others: Sequence[Access]) -> Expression:
    """That two threads stand before accesses of one object, each able to go on."""
    conditions = dict.fromkeys(
        _both_there(one.site, other.site)
        for one in _distinct(bare)
        for other in _distinct(others)
        if not _share_lock(one, other)
    )
    return formulas.disjunction(list(conditions)[:MOST_SITES])


def _distinct(items: Sequence[Access]) -> list[Access]:
    return list({item.site: item for item in items}.values())


def _share_lock(one: Access, other: Access) -> bool:
    """Whether both hold one and the same lock when they access the same object."""
    return not one.related.isdisjoint(other.related)


def _both_there(one: Site, other: Site) -> Expression:
    first = Bound("first!", ReferenceType(one.thread, optional=False))
    second = Bound("second!", ReferenceType(other.thread, optional=False))
    parts: list[Expression] = []
    if one.thread == other.thread:
        parts.append(Binary(Operator.NE, first, second, BOOL))
    sides = _Taken(one, first), _Taken(other, second)
    parts.extend(side.stands for side in sides)
    parts.extend(side.needed for side in sides)
    for left, right in zip(one.arguments, other.arguments, strict=True):
        if left is None or right is None:
            continue
        if isinstance(left, Self) and isinstance(right, Self) and one.thread == other.thread:
            return FALSE  # each its own
        values = sides[0].of(left), sides[1].of(right)
        parts.append(Binary(Operator.EQ, *values, BOOL))
    binders = (first, second, *sides[0].picks.values(), *sides[1].picks.values())
    return formulas.exists(binders, formulas.conjunction(parts))


class _Taken:
    """A site as a thread takes it, with names of its own."""

    def __init__(self, site: Site, thread: Bound) -> None:
        self.thread = thread
        self.picks = {
            item.name: Bound(f"{item.name}{thread.name}", item.type) for item in site.picks
        }
        self.stands = At(thread, frozenset({site.location}))
        self.needed = self.of(formulas.both(site.waits, site.needed))

    def of(self, expression: Expression) -> Expression:
        """An expression over `Self` and the picks."""
        return formulas.with_thread(formulas.with_binders(expression, self.picks), self.thread)
