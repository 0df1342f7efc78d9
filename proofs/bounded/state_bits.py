"""The bits of a system: the words of its state and of the choices of a step.

A point `page.list[page0]` is a word of that name (`slots` says how values are coded).
`location(cpu[0])` is where a thread stands. Choices are `choice(thread)` and `choice(t)` for the
`Pick` of `t`: parentheses keep them apart from variables.

*Dead locals* keep their last value here. That is sound for proofs: a run of the model, with dead
locals given the value that they had last (before that, any value in range), is a run of this
system, and no formula of the model reads a dead local; so what holds in every run here holds there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from frontend.model import IntType, Model, Object, Type, Value, Variable
from proofs.answers.trace import Point
from proofs.bounded.integers import Integers, Unlimited
from proofs.bounded.numbers import Unencodable
from proofs.bounded.slots import Slot
from proofs.bounded.symbolic_values import Choice, Meaning, Meanings
from proofs.bounded.words import Term, Words
from proofs.interpreter.instance import Instance, is_listed

Ranges = Mapping[str, tuple[int, int]]
"""Variable -> the lowest and the highest integer that it is claimed to hold."""


@dataclass(frozen=True, slots=True)
class Symbols:
    """A symbolic state.

    Args:
        values: point -> meaning.
        places: thread -> location number, as a choice.
    """

    values: dict[Point, Meaning]
    places: dict[Object, Choice]


class Layout:
    """The bits of an instance of a model.

    Args:
        model: the model.
        bounds: sort -> number of objects.
        ranges: what integer variables without an end are limited to; of others it is the type.
            None: no integer is limited, and terms have no circuits (`integers`).
        words: where the terms are made.

    Attributes:
        domains: input word -> the term that it holds one of its values, for every input made.

    Raises:
        ValueError: a sort has no bound.
    """

    def __init__(
        self, model: Model, bounds: Mapping[str, int], ranges: Ranges | None, words: Words
    ) -> None:
        self.instance = Instance(model, bounds)
        self.words = words
        self.meanings = Meanings(words, Integers(words) if ranges is None else None)
        self.ranges = ranges
        self.variables = {variable.name: variable for variable in model.variables}
        self.threads = {thread.sort: thread for thread in model.threads}
        self.domains: dict[str, Term] = {}
        self._slots: dict[Point, Slot] = {}
        self._values: dict[str, Sequence[Value]] = {}

    # --- slots ------------------------------------------------------------------------------

    def values_of(self, variable: Variable) -> Sequence[Value]:
        """What the words of a variable can hold.

        Raises:
            Unencodable: it holds integers without an end and `ranges` does not limit it.
            ValueError: its range is empty.
        """
        known = self._values.get(variable.name)
        if known is None:
            known = self._values[variable.name] = self._limited(variable)
        return known

    def _limited(self, variable: Variable) -> Sequence[Value]:
        kind = variable.type
        if not isinstance(kind, IntType) or is_listed(kind):
            return self.instance.values(kind)
        if self.ranges is None or variable.name not in self.ranges:
            raise Unencodable(f"{variable.name} has no end and no range")
        low, high = self.ranges[variable.name]
        low = low if kind.low is None else max(low, kind.low)
        high = high if kind.high is None else min(high, kind.high)
        if low > high:
            raise ValueError(f"the range of {variable.name} is empty")
        return range(low, high + 1)

    def slot(self, point: Point) -> Slot:
        """The word of a point."""
        known = self._slots.get(point)
        if known is None:
            known = self._slots[point] = self._slot(point)
        return known

    def _slot(self, point: Point) -> Slot:
        variable = self.variables[point[0]]
        kind = variable.type
        if self.ranges is None and isinstance(kind, IntType) and not is_listed(kind):
            return Unlimited(point_name(point), (), kind.low, kind.high)
        return Slot(point_name(point), self.values_of(variable))

    def place_slot(self, thread: Object) -> Slot:
        """The word of a thread's location."""
        numbers = tuple(place.number for place in self.threads[thread.sort].locations)
        return Slot(place_name(thread), numbers)

    def chooser_slot(self, sort: str, front: str = "") -> Slot:
        """The word that tells which thread takes a step.

        Args:
            sort: the sort of the threads that may.
            front: what its name begins with.
        """
        return Slot(f"{front}choice(thread)", self.instance.objects(sort))

    def pick_slot(self, name: str, kind: Type, front: str = "") -> Slot:
        """The word of what a `Pick` gives.

        Args:
            name: of the temporary that takes it.
            kind: its type.
            front: what the word's name begins with.

        Raises:
            Unencodable: it picks an integer without an end.
        """
        word = f"{front}choice({name})"
        if self.ranges is None and isinstance(kind, IntType) and not is_listed(kind):
            return Unlimited(word, (), kind.low, kind.high)
        if not is_listed(kind):
            raise Unencodable(f"{name} is picked from integers without an end")
        return Slot(word, self.instance.values(kind))

    # --- points and inputs ------------------------------------------------------------------

    def domain(self, kind: Type) -> Sequence[Value]:
        """What an index or a binder of a type ranges over.

        Raises:
            Unencodable: integers without an end.
        """
        if not is_listed(kind):
            raise Unencodable("something ranges over integers without an end")
        return self.instance.range_of(kind)

    def input(self, slot: Slot) -> Meaning:
        """A word as an input."""
        meaning, domain = slot.read(self.meanings)
        self.domains[slot.name] = domain
        return meaning

    def choice(self, slot: Slot) -> Choice:
        """A word of positions as an input.

        Raises:
            TypeError: it holds something else.
        """
        meaning = self.input(slot)
        if not isinstance(meaning, Choice):
            raise TypeError(f"{slot.name} is no choice")
        return meaning

    def state(self, wanted: Iterable[Variable]) -> Symbols:
        """A state of inputs, of some of the variables."""
        points = [point for variable in wanted for point in self.instance.points(variable)]
        return Symbols(
            {point: self.input(self.slot(point)) for point in points},
            {thread: self.choice(self.place_slot(thread)) for thread in self.instance.threads()},
        )


def point_name(point: Point) -> str:
    """A point as the name of its word: `page.list[page0]`."""
    name, index = point
    return f"{name}[{','.join(_shown(value) for value in index)}]" if index else name


def _shown(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def place_name(thread: Object) -> str:
    """The name of the word of a thread's location."""
    return f"location({thread.sort}[{thread.index}])"
