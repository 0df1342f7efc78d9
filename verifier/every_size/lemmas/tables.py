"""What families of atoms are together in reachable states, looked up when it is asked for.

`mining.py` collects the rows of all its families in advance. The families here are too many and
too large for that: only those about the things of a counterexample to induction are filled in,
from a sample of the states where the instances are large. A state that is left out means that a
wrong clause is tried, and fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from frontend.model import Bound, Expression, ReferenceType
from proofs.answers.trace import State
from verifier.every_size.lemmas.instances import Instance
from verifier.every_size.lemmas.vocabulary import Family
from verifier.explicit.formulas import Scope
from verifier.explicit.steps import State as Vector
from verifier.explicit.steps import build, judge

LOOKS = 24_000
"""About so many pairs of a state and an assignment of objects to its binders is a family evaluated
at, in one explored instance; where there are more, states are left out evenly."""

Raw = tuple[Vector, Vector]
"""A state and its constants as the explorer has them."""

Places = tuple[frozenset[int] | None, ...]


class Table:
    """The rows of families in one explored instance.

    Args:
        instance: the instance.
        middle: thread's sort -> locations: states with a thread there are left out.
    """

    def __init__(self, instance: Instance, middle: Mapping[str, frozenset[int]]) -> None:
        self.instance = instance
        self._layout = instance.space.layout
        excluded = [
            (range(base, base + self._layout.bounds[sort]), middle[sort])
            for sort, base in self._layout.counters.items()
            if middle[sort]
        ]
        self._states = [
            state
            for state in instance.space.states
            if not any(state[slot] in places for slots, places in excluded for slot in slots)
        ]
        self._judges: dict[int, tuple[Expression, Callable[[Vector, Vector], bool]]] = {}

    def raw(self, state: State) -> Raw:
        """A state as the explorer has it; it need not be one that was reached."""
        layout = self._layout
        constants, vector = [0] * layout.constants, [0] * layout.size
        for place in layout.places.values():
            target = constants if place.constant else vector
            for point, slot in layout.points(place):
                if point in state.values:
                    target[slot] = layout.number(place.variable.type, state.values[point])
                else:
                    target[slot] = 0 if place.target is None else -1
        for thread, location in state.places.items():
            vector[layout.counters[thread.sort] + thread.index] = location
        vector[layout.last] = -1
        return tuple(vector), tuple(constants)

    def holds(self, formula: Expression, raw: Raw) -> bool:
        """Whether a closed formula holds in a state."""
        known = self._judges.get(id(formula))
        if known is None:
            known = self._judges[id(formula)] = formula, judge(self.instance.formulas, [formula])
        return bool(known[1](*raw))

    def rows(self, family: Family) -> set[int]:
        """The values that the atoms of a family take together."""
        found: set[int] = set()
        self._collector(family.binders, family.places, [f"out.add({self._row(family)})"])(
            self._sample(family.binders), self.instance.space.tables, found
        )
        return found

    def row(self, family: Family, raw: Raw, things: Sequence[int]) -> int:
        """The value of the atoms for given things, by number, in a state."""
        names = ", ".join(f"b{position}" for position in range(len(things)))
        text = f"def row(s, k, {names}):\n  return {self._row(family)}\n"
        function = build(text, "row")
        return int(function(*raw, *things))

    def standing(
        self, binders: tuple[Bound, ...], places: Places, body: Expression
    ) -> tuple[set[tuple[int, ...]], set[tuple[int, ...]]]:
        """Where the threads that are bound stand at once, among some places; and where the body
        is false of them."""
        scope = self._scope(binders)
        where = "".join(
            f"s[{self._counter(one)} + b{position}], "
            for position, (one, place) in enumerate(zip(binders, places, strict=True))
            if place is not None
        )
        lines = [
            f"out[0].add(({where}))",
            f"if not {self.instance.formulas.source(body, scope)}: out[1].add(({where}))",
        ]
        found: tuple[set[tuple[int, ...]], set[tuple[int, ...]]] = (set(), set())
        self._collector(binders, places, lines)(
            self._sample(binders), self.instance.space.tables, found
        )
        return found

    def _sample(self, binders: Iterable[Bound]) -> Sequence[Vector]:
        ways = len(self._states)
        for one in binders:
            ways *= self._layout.bounds[_sort(one)]
        return self._states[:: max(1, ways // LOOKS)]

    def _counter(self, one: Bound) -> int:
        return self._layout.counters[_sort(one)]

    def _scope(self, binders: Sequence[Bound]) -> Scope:
        return Scope("s", "", {one.name: f"b{number}" for number, one in enumerate(binders)})

    def _row(self, family: Family) -> str:
        scope = self._scope(family.binders)
        terms = [
            f"({self.instance.formulas.source(atom, scope)}) * {1 << position}"
            for position, atom in enumerate(family.atoms)
        ]
        return " + ".join(terms) or "0"

    def _collector(self, binders: tuple[Bound, ...], places: Places, lines: list[str]) -> Any:
        text = ["def collect(states, tables, out):", "  for s in states:", "    k = tables[s[0]]"]
        indent = "    "
        for position, (one, place) in enumerate(zip(binders, places, strict=True)):
            text.append(f"{indent}for b{position} in range({self._layout.bounds[_sort(one)]}):")
            indent += "  "
            text += [
                f"{indent}if b{earlier} == b{position}: continue"
                for earlier in range(position)
                if binders[earlier].type == one.type
            ]
            if place is not None:
                numbers = ", ".join(map(str, sorted(place)))
                slot = f"s[{self._counter(one)} + b{position}]"
                text.append(f"{indent}if {slot} not in {{{numbers}}}: continue")
        text += [indent + line for line in lines]
        return build("\n".join(text) + "\n", "collect")


def _sort(one: Bound) -> str:
    assert isinstance(one.type, ReferenceType), "objects are bound"
    return one.type.sort
