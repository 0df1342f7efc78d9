"""What a name means inside an expression, and what an expression may do where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from frontend.formulas.lowered import Place, Value
from frontend.formulas.shapes import Shape
from frontend.formulas.waiting import Copies
from frontend.model import Bound, Self, Type
from frontend.source.spans import Span


class Mode(Enum):
    """Where an expression stands."""

    CODE = "code"
    PROPERTY = "a property"
    LEMMA = "a lemma that is read back"
    ASSUMPTION = "an assumption"
    CONSTANT = "an initial value"


@dataclass(frozen=True, slots=True)
class Local:
    """A local variable as a property sees it from outside: `c.f.x`.

    Args:
        variable: the model variable or the stem of its parts.
        procedure: where it is declared; "" is the thread's own body.
    """

    name: str
    variable: str
    procedure: str
    shape: Shape
    span: Span


@dataclass(frozen=True, slots=True)
class LocationView:
    """One location of a thread, as far as properties name it."""

    number: int
    name: str
    labels: frozenset[tuple[str, str]]
    procedures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThreadView:
    """What properties can say of a kind of thread.

    Args:
        locals: in order of declaration.
        assigned: model variable -> the locations where it has a value; empty where that is not
            known: a name that several locals share then means none of them.
        early: location -> the values that free statements give locals in the step that begins
            there, over `Self`: they count as given.
        meant: local -> the locations where its name means it and not another of this name.
        procedures: those that its body calls, directly or not.
        places: what stands behind `at` -> locations.
    """

    sort: str
    locations: tuple[LocationView, ...]
    locals: tuple[Local, ...]
    assigned: Mapping[str, frozenset[int]]
    early: Mapping[int, Copies]
    meant: Mapping[str, frozenset[int]]
    procedures: frozenset[str]
    places: Mapping[str, frozenset[int]]


class Names:
    """Gives binders names that no other binder of the specification has."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def binder(self, name: str, kind: Type) -> Bound:
        """A new binder; its name is the author's, with `~N` from the second use on."""
        return Bound(self.unique(name), kind)

    def unique(self, name: str) -> str:
        """A new name."""
        count = self._used.get(name, 0) + 1
        self._used[name] = count
        return name if count == 1 else f"{name}~{count}"


@dataclass(frozen=True, slots=True)
class Scope:
    """The names around an expression.

    Args:
        mode: where it stands.
        values: binders and a `define`'s parameters.
        places: locals.
        thread: the thread that runs, in code.
        threads: what properties can see of each kind of thread.
    """

    mode: Mode
    values: Mapping[str, Value] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    thread: Self | None = None
    threads: Mapping[str, ThreadView] = field(default_factory=dict)

    def with_value(self, name: str, value: Value) -> Scope:
        """The scope inside which a name stands for a value."""
        places = {key: place for key, place in self.places.items() if key != name}
        return replace(self, values={**self.values, name: value}, places=places)

    def with_place(self, name: str, place: Place) -> Scope:
        """The scope inside which a name is a local."""
        values = {key: value for key, value in self.values.items() if key != name}
        return replace(self, places={**self.places, name: place}, values=values)

    def names(self) -> list[str]:
        """Everything that this scope itself names."""
        return [*self.values, *self.places]
