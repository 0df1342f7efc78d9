"""The state of a model as z3 functions over sorts of any size, or of a given one.

Objects of a sort are elements of an uninterpreted z3 sort (never empty, as the language has
it); with sizes given, of a data type with that many values. A variable is a function, an optional
reference two (is there one, and which), a lock two for each kind of thread. Enums and places are
data types without parts. There is one function for each variable: no obligation is about two
states (`precondition.py` has seen to that).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import z3

from frontend.model import (
    BOOL,
    BoolType,
    EnumType,
    IntType,
    LockType,
    Model,
    ReferenceType,
    Type,
    Value,
)


class Beyond(Exception):
    """A construct that cannot be expressed for all sizes.

    Args:
        reason: in a few words.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Optional:
    """A reference that may be `none`: whether it is an object, and if so which."""

    present: z3.BoolRef
    term: z3.ExprRef


Term = z3.ExprRef | Optional


class Universe:
    """The sorts and functions of a model in one z3 context.

    Args:
        model: a checked model.
        context: of all terms.
        sizes: sort -> number of objects, for every sort; None for any number.
    """

    def __init__(
        self, model: Model, context: z3.Context, sizes: Mapping[str, int] | None = None
    ) -> None:
        self.model = model
        self.context = context
        self.true, self.false = z3.BoolVal(True, context), z3.BoolVal(False, context)
        self._variables = {item.name: item for item in model.variables}
        self.kinds = tuple(thread.sort for thread in model.threads)
        self._members: dict[str, dict[str, z3.ExprRef]] = {}
        self._sorts: dict[str, z3.SortRef] = {}
        for item in model.sorts:
            if sizes is None:
                self._sorts[item.name] = z3.DeclareSort(item.name, context)
            else:
                numbers = [str(number) for number in range(sizes[item.name])]
                self._enumerate(item.name, numbers)
        for enum in model.enums:
            self._enumerate(f"enum {enum.name}", enum.members)
        for thread in model.threads:
            places = [str(place.number) for place in thread.locations]
            self._enumerate(f"place of {thread.sort}", places)
        self._functions: dict[str, z3.FuncDeclRef] = {}
        self._facts: dict[str, z3.BoolRef] = {}
        self._constants: dict[str, Term] = {}
        self.used: set[str] = set()

    def _enumerate(self, name: str, members: Sequence[str]) -> None:
        labels = [f"{name}.{member}" for member in members]
        self._sorts[name], values = z3.EnumSort(name, labels, self.context)
        self._members[name] = dict(zip(members, values, strict=True))

    def sort(self, kind: Type) -> z3.SortRef:
        """The z3 sort of a type's values; of an optional reference's, without `none`."""
        match kind:
            case BoolType():
                return z3.BoolSort(self.context)
            case IntType():
                return z3.IntSort(self.context)
            case EnumType(name=name):
                return self._sorts[f"enum {name}"]
            case ReferenceType(sort=sort):
                return self._sorts[sort]
            case LockType():
                raise Beyond("the owner of a lock as a value")

    def objects(self, sort: str) -> tuple[z3.ExprRef, ...] | None:
        """The objects of a sort where their number is given."""
        known = self._members.get(sort)
        return tuple(known.values()) if known is not None else None

    def facts(self, names: Iterable[str]) -> list[z3.BoolRef]:
        """What holds in every state of variables and constants, by their names in `used`:
        integers lie in the ranges of their types, a lock has one owner, a count is natural."""
        return [self._facts[name] for name in sorted(set(names)) if name in self._facts]

    # --- terms -----------------------------------------------------------------------------

    def constant(self, value: Value, kind: Type) -> Term:
        """A literal. Raises Beyond."""
        match kind:
            case BoolType():
                return self.true if value else self.false
            case IntType():
                assert isinstance(value, int), "an integer"
                return z3.IntVal(value, self.context)
            case EnumType(name=name):
                return self._members[f"enum {name}"][str(value)]
            case ReferenceType(sort=sort):
                if value is not None:
                    raise Beyond("a particular object")
                return Optional(self.false, z3.Const(f"none of {sort}", self._sorts[sort]))
            case LockType():
                raise Beyond("the owner of a lock as a value")

    def unknown(self, name: str, kind: Type) -> Term:
        """A constant that may have any value of a type."""
        key = f"{name}: {kind}"
        self.used.add(key)
        if key not in self._constants:
            term = z3.Const(name, self.sort(kind))
            self._constants[key] = term
            if isinstance(kind, ReferenceType) and kind.optional:
                self._constants[key] = Optional(z3.Bool(f"{name}?", self.context), term)
            if isinstance(kind, IntType) and (sides := limits(arithmetic(term), kind)):
                self._facts[key] = z3.And(*sides)
        return self._constants[key]

    def read(self, name: str, arguments: Sequence[z3.ExprRef]) -> Term:
        """The value of a variable at an index."""
        self.used.add(name)
        variable = self._variables[name]
        function = self._function(name, variable.index, variable.type)
        if isinstance(variable.type, IntType) and name not in self._facts:
            places = self._places(variable.index)
            sides = limits(arithmetic(function(*places)), variable.type)
            if sides and places:
                pattern = function(*places)
                self._facts[name] = z3.ForAll(places, z3.And(*sides), patterns=[pattern])
            elif sides:
                self._facts[name] = z3.And(*sides)
        if isinstance(variable.type, ReferenceType) and variable.type.optional:
            present = self._function(f"{name}?", variable.index, BOOL)
            return Optional(boolean(present(*arguments)), function(*arguments))
        return function(*arguments)

    def held(self, lock: str, arguments: Sequence[z3.ExprRef], kind: str) -> z3.BoolRef:
        """Whether a lock is held by a thread of a sort."""
        self._touch(lock)
        return boolean(self._function(f"{lock}?{kind}", self._index(lock), BOOL)(*arguments))

    def owner(self, lock: str, arguments: Sequence[z3.ExprRef], kind: str) -> z3.ExprRef:
        """By which thread of a sort a lock is held, if it is held by one."""
        self._touch(lock)
        function = self._function(f"{lock}@{kind}", self._index(lock), _plain(kind))
        return function(*arguments)

    def held_by(
        self, lock: str, arguments: Sequence[z3.ExprRef], kind: str, thread: z3.ExprRef
    ) -> z3.BoolRef:
        """Whether a lock is held by a thread.

        A relation of its own, so that what is known of whoever holds a lock is looked up for
        the owner too.
        """
        if self.objects(kind) is not None:
            owned = equal(self.owner(lock, arguments, kind), thread)
            return z3.And(self.held(lock, arguments, kind), owned)
        self._touch(lock)
        index = (*self._index(lock), _plain(kind))
        return boolean(self._function(f"{lock}!{kind}", index, BOOL)(*arguments, thread))

    def _index(self, variable: str) -> tuple[Type, ...]:
        return self._variables[variable].index

    def _touch(self, lock: str) -> None:
        """Makes the facts of a lock known: it has one owner."""
        self.used.add(lock)
        if lock in self._facts:
            return
        self._facts[lock] = self.true
        places = self._places(self._index(lock))
        held = [self.held(lock, places, kind) for kind in self.kinds]
        facts = [
            z3.Not(z3.And(one, other))
            for position, one in enumerate(held)
            for other in held[:position]
        ]
        facts = [z3.ForAll(places, fact) for fact in facts] if places else facts
        for kind, taken in zip(self.kinds, held, strict=True):
            if self.objects(kind) is not None:
                continue
            owner = self.owner(lock, places, kind)
            by_owner = self.held_by(lock, places, kind, owner)
            # Says nothing of the owner's place, but makes z3 look up what is known of it.
            place = self.place(kind, owner)
            seen = z3.Function(f"seen {kind}", place.sort(), z3.BoolSort(self.context))
            known = z3.Implies(taken, z3.And(by_owner, boolean(seen(place))))
            facts.append(z3.ForAll(places, known, patterns=[taken]) if places else known)
            thread = z3.Const("x", self.sort(_plain(kind)))
            by = self.held_by(lock, places, kind, thread)
            same = z3.Implies(by, z3.And(taken, equal(owner, thread)))
            facts.append(z3.ForAll([*places, thread], same, patterns=[by]))
        self._facts[lock] = z3.And(self.true, *facts)

    def place(self, sort: str, thread: z3.ExprRef) -> z3.ExprRef:
        """Where a thread stands: one of `places`."""
        name = f"place of {sort}"
        return z3.Function(f"at {sort}", self._sorts[sort], self._sorts[name])(thread)

    def places(self, sort: str) -> Mapping[int, z3.ExprRef]:
        """The locations of a kind of thread by number."""
        known = self._members[f"place of {sort}"]
        return {int(number): value for number, value in known.items()}

    def natural(self, name: str, arguments: Sequence[z3.ExprRef]) -> z3.ArithRef:
        """Some natural number that depends on the arguments."""
        self.used.add(name)
        sorts = tuple(term.sort() for term in arguments)
        function = z3.Function(name, *sorts, z3.IntSort(self.context))
        if name not in self._facts:
            places = [z3.Const(f"x{n}", sort) for n, sort in enumerate(sorts)]
            known = arithmetic(function(*places)) >= 0
            self._facts[name] = z3.ForAll(places, known) if places else known
        return arithmetic(function(*arguments))

    def integer(self, name: str, arguments: Sequence[z3.ArithRef]) -> z3.ArithRef:
        """Some function of integers."""
        whole = z3.IntSort(self.context)
        function = z3.Function(name, *(whole for _ in arguments), whole)
        return arithmetic(function(*arguments))

    def _function(self, name: str, index: tuple[Type, ...], result: Type) -> z3.FuncDeclRef:
        if name not in self._functions:
            sorts = tuple(self.sort(kind) for kind in index)
            self._functions[name] = z3.Function(name, *sorts, self.sort(result))
        return self._functions[name]

    def _places(self, index: tuple[Type, ...]) -> list[z3.ExprRef]:
        return [z3.Const(f"x{n}", self.sort(kind)) for n, kind in enumerate(index)]


def _plain(sort: str) -> ReferenceType:
    return ReferenceType(sort, optional=False)


def limits(term: z3.ArithRef, kind: IntType) -> list[z3.BoolRef]:
    """That a number lies in the range of its type."""
    low = [] if kind.low is None else [term >= kind.low]
    return low + ([] if kind.high is None else [term <= kind.high])


def boolean(term: z3.ExprRef) -> z3.BoolRef:
    """The term, which is a truth value."""
    assert isinstance(term, z3.BoolRef), "a truth value"
    return term


def arithmetic(term: z3.ExprRef) -> z3.ArithRef:
    """The term, which is an integer."""
    assert isinstance(term, z3.ArithRef), "an integer"
    return term


def equal(left: z3.ExprRef, right: z3.ExprRef) -> z3.BoolRef:
    """Equality of two terms of one sort."""
    return cast("z3.BoolRef", left == right)  # a term, whatever Python says of `==`
