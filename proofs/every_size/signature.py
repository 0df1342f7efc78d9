"""The symbols of a model's states: what the SMT-LIB scripts declare.

A sort is an uninterpreted sort, an enum a datatype, a variable one function for each component
of its type. Most types have one component. An optional reference has two: whether there is an
object, and which. A lock has: whether it is held; for each kind of thread but the last whether
the owner is of it (the first that says so counts); and for each kind which thread. So `none`
needs no element of its own, quantifiers range over objects only, and every value of the
components means something. A component that does not count (the object of `none`) holds some
object, as the values of dead locals do: nothing that is well defined depends on it.

The places of a kind of thread are the integers from 0; one function says where a thread is.
"""

from __future__ import annotations

from dataclasses import dataclass

from frontend.model import (
    BoolType,
    EnumType,
    IntType,
    LockType,
    Model,
    ReferenceType,
    Thread,
    Type,
    Value,
)
from proofs.every_size.terms import (
    BOOL,
    FALSE,
    INT,
    TRUE,
    Term,
    apply,
    both,
    choose,
    disjunction,
    equal,
    literal,
    negate,
    number,
    truth,
)

Components = tuple[Term, ...]
"""A value, part by part."""


class Unsupported(Exception):
    """The model or a formula is outside what can be written down for all sizes.

    Args:
        reason: one line.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Component:
    """One function of a variable."""

    symbol: str
    sort: str


class Signature:
    """The symbols of a model.

    Each begins with a word and a dot that no theory of a solver uses, so none of them can be a
    reserved word or a function that the solver knows.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.owners = tuple(thread.sort for thread in model.threads)
        self._sorts = {sort.name: f"sort.{sort.name}" for sort in model.sorts}
        self._names = {variable.name: f"var.{variable.name}" for variable in model.variables}
        self._entries = {self._sorts[item.sort]: item.entry for item in model.threads}
        self._places = {self._sorts[item.sort]: _places(item) for item in model.threads}
        self.variables = {variable.name: variable for variable in model.variables}

    # --- sorts --------------------------------------------------------------------------------

    def sort(self, name: str) -> str:
        """The symbol of a sort of objects."""
        return self._sorts[name]

    def objects(self) -> tuple[str, ...]:
        """The symbols of all sorts of objects."""
        return tuple(self._sorts.values())

    def sorts(self, kind: Type) -> tuple[str, ...]:
        """The sorts of a type's components."""
        match kind:
            case BoolType():
                return (BOOL,)
            case IntType():
                return (INT,)
            case EnumType(name=name):
                return (f"enum.{name}",)
            case ReferenceType(sort=name, optional=optional):
                return (BOOL, self.sort(name)) if optional else (self.sort(name),)
            case LockType():
                kinds = tuple(self.sort(name) for name in self.owners)
                return (BOOL, *[BOOL] * (len(kinds) - 1), *kinds)

    def datatypes(self) -> dict[str, tuple[str, ...]]:
        """Datatype -> its constructors, in order."""
        return {
            f"enum.{enum.name}": tuple(f"enum.{enum.name}.{name}" for name in enum.members)
            for enum in self.model.enums
        }

    # --- variables and places -----------------------------------------------------------------

    def components(self, variable: str) -> tuple[Component, ...]:
        """The functions of a variable."""
        name = self._names[variable]
        sorts = self.sorts(self.variables[variable].type)
        if len(sorts) == 1:
            return (Component(name, sorts[0]),)
        match self.variables[variable].type:
            case ReferenceType():
                return Component(f"{name}?", BOOL), Component(name, sorts[1])
            case _:
                marks = [f"{name}?", *(f"{name}?{kind}" for kind in self.owners[:-1])]
                whose = [f"{name}!{kind}" for kind in self.owners]
                pairs = zip((*marks, *whose), sorts, strict=True)
                return tuple(Component(symbol, sort) for symbol, sort in pairs)

    def read(self, variable: str, arguments: tuple[Term, ...]) -> Components:
        """A variable in the state before a step."""
        return tuple(apply(item.symbol, item.sort, arguments) for item in self.components(variable))

    def place(self, thread: Term) -> Term:
        """Where a thread stands in the state before a step."""
        return apply(f"at.{thread.sort.removeprefix('sort.')}", INT, (thread,))

    def places(self, sort: str) -> frozenset[int]:
        """The places of a kind of thread, told by its sort's symbol."""
        return self._places[sort]

    def entry(self, sort: str) -> int:
        """Where a kind of thread starts."""
        return self._entries[sort]

    # --- values -------------------------------------------------------------------------------

    def constant(self, value: Value, kind: Type) -> Components:
        """A literal of the model."""
        match kind:
            case BoolType():
                return (truth(bool(value)),)
            case IntType():
                if not isinstance(value, int):
                    raise Unsupported(f"{value} is no integer")
                return (number(value),)
            case EnumType(name=name):
                return (literal(f"enum.{name}.{value}", f"enum.{name}"),)
            case ReferenceType() | LockType():
                if value is not None:
                    raise Unsupported(f"{value} is an object of one instance")
                return self._nothing(kind)

    def _nothing(self, kind: Type) -> Components:
        return tuple(
            FALSE if sort == BOOL else apply(f"some.{sort}", sort) for sort in self.sorts(kind)
        )

    def convert(self, value: Components, kind: Type, wanted: Type) -> Components:
        """A value as one of another type: a reference as an optional one or an owner, a
        reference that is not `none` as a plain one."""
        match kind, wanted:
            case ReferenceType(optional=optional), ReferenceType(optional=wish):
                if optional == wish:
                    return value
                return (TRUE, *value) if wish else value[1:]
            case ReferenceType(sort=name, optional=optional), LockType():
                marks = [truth(owner == name) for owner in self.owners[:-1]]
                held = value[0] if optional else TRUE
                whose = self._nothing(wanted)[1 + len(marks) :]
                own = [
                    value[-1] if owner == name else other
                    for owner, other in zip(self.owners, whose, strict=True)
                ]
                return (held, *marks, *own)
            case _:
                return value

    def owned(self, lock: Components, thread: Term) -> Term:
        """Whether a lock is held by a thread."""
        kinds = len(self.owners)
        number_of = next(n for n, name in enumerate(self.owners) if self.sort(name) == thread.sort)
        found = both(lock[0], equal(lock[kinds + number_of], thread))
        for mark in lock[1 : min(number_of + 1, kinds)]:
            found = both(found, negate(mark))
        return both(found, lock[1 + number_of]) if number_of < kinds - 1 else found

    def same(self, left: Components, right: Components, kind: Type) -> Term:
        """Whether two values of a type are one."""
        match kind:
            case ReferenceType(optional=True):
                alike = both(left[0], equal(left[1], right[1]))
                return choose(right[0], alike, negate(left[0]))
            case LockType():
                kinds = len(self.owners)
                owners = [
                    both(self.owned(left, item), self.owned(right, item)) for item in left[kinds:]
                ]
                return choose(left[0], disjunction(owners), negate(right[0]))
            case _:
                return equal(left[0], right[0])


def _places(thread: Thread) -> frozenset[int]:
    ends = {number for step in thread.steps for number in (step.source, step.target)}
    named = {place.number for place in thread.locations}
    return frozenset(ends | named | {thread.entry, thread.end})
