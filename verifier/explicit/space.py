"""The reachable states of an instance, found layer by layer.

A breadth-first search over canonical states. Every edge from a layer to the next is remembered,
so that `path.py` can choose among all shortest runs.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from verifier.explicit.mappings import Structure, mappings
from verifier.explicit.steps import Bad, Function, How, State, Steps
from verifier.explicit.symmetry import Symmetry, components, permuted
from verifier.explicit.vectors import Layout

OFTEN = 256
"""After so many states a search asks whether to stop."""

_LOW = (1 << 32) - 1


@dataclass(slots=True)
class Layer:
    """What came of the states at one depth.

    Args:
        violations: property -> the states (by number) with a step that violates it.
        complete: whether all steps of all states were taken.
    """

    violations: dict[int, set[int]] = field(default_factory=dict)
    complete: bool = True


class Space:
    """What was reached so far.

    `states` holds the canonical states in the order they were found, `layers[d]` is the number
    of the first one at depth d.

    Args:
        layout: where everything lies.
        steps: the compiled steps.
        symmetric: merge states that are equal up to a permutation of objects.
        hidden: thread's sort -> locations where a thread goes on at once, before any other and
            without a state being stored: no circle of steps lies in them, and no asked property
            sees them (`verifier.engines.reduce.transactions`). Edges are then not single steps.
    """

    def __init__(
        self,
        layout: Layout,
        steps: Steps,
        *,
        symmetric: bool,
        hidden: Mapping[str, frozenset[int]] | None = None,
    ) -> None:
        self.layout = layout
        self.hidden = hidden or {}
        self.steps = steps
        self.tables: list[State] = []
        self.components = components(layout) if symmetric else []
        self.symmetry = Symmetry(layout, self.components)
        self.canonical = self.symmetry.canonical()
        self.states: list[State] = []
        self.numbers: dict[State, int] = {}
        self.layers = [0]
        self._edges: list[array[int]] = []
        self._known: dict[State, tuple[int, Callable[[State], State]]] = {}
        self._alike: dict[tuple[object, ...], list[int]] = {}
        moving = {fact.slot for component in self.components for fact in component.facts}
        self._fixed = [slot for slot in range(layout.constants) if slot not in moving]

    def start(self, constants: State, state: State) -> None:
        """Adds an initial state."""
        if constants not in self._known:
            self._known[constants] = self._class(constants)
        number, move = self._known[constants]
        raw = (number, *move(state)[1:])
        if raw not in self.numbers:
            self._add(self.canonical(raw))

    def _add(self, state: State) -> None:
        if state not in self.numbers:
            self.numbers[state] = len(self.states)
            self.states.append(state)

    def _class(self, constants: State) -> tuple[int, Callable[[State], State]]:
        """The number of constants like these, and what carries a state over to them."""
        structures = [Structure(part, constants) for part in self.components]
        key = (
            *(constants[slot] for slot in self._fixed),
            *(tuple(sorted(structure.colours)) for structure in structures),
        )
        alike = self._alike.setdefault(key, [])
        for number in alike:
            images = []
            known = self.symmetry.structures[number]
            for source, target in zip(structures, known, strict=True):
                images += mappings(source, target, [0] * len(source.colours), enough=1)
            if len(images) == len(structures):
                permutation = self.symmetry.permutation(images)
                assert permuted(self.layout, constants, permutation) == self.tables[number]
                return number, self.symmetry.action(permutation)
        alike.append(len(self.tables))
        self.tables.append(constants)
        self.symmetry.structures.append(structures)
        return len(self.tables) - 1, lambda state: state

    def layer(self, depth: int) -> range:
        """The numbers of the states at a depth."""
        end = self.layers[depth + 1] if depth + 1 < len(self.layers) else len(self.states)
        return range(self.layers[depth], end)

    def functions(self, sort: str) -> list[Function | None]:
        """The functions of the locations of a kind of thread."""
        thread = self.layout.model.thread(sort)
        return [self.steps.at(sort, number) for number in range(len(thread.locations))]

    def advance(self, stop: Callable[[], bool]) -> Layer:
        """Takes all steps of the states of the last layer.

        Args:
            stop: asked often; True: leave the layer incomplete.
        """
        states, numbers, tables = self.states, self.numbers, self.tables
        canonical = self.canonical
        functions = {sort: self.functions(sort) for sort in self.layout.counters}
        threads = [(slot, index, functions[sort]) for slot, index, sort in self.steps.counters]
        inside = [
            (slot, index, functions[sort], places)
            for slot, index, sort in self.steps.counters
            if (places := self.hidden.get(sort))
        ]
        layer = self.layer(len(self.layers) - 1)
        start = len(states)
        self.layers.append(start)
        edges = array("Q")
        self._edges.append(edges)
        result = Layer()
        out: list[State] = []
        how: list[How] = []
        bad: list[Bad] = []
        for number in layer:
            if number % OFTEN == 0 and stop():
                result.complete = False
                break
            state = states[number]
            table = tables[state[0]]
            for slot, index, at in threads:
                function = at[state[slot]]
                if function is not None:
                    function(state, table, index, out, how, bad)
            if inside and out:
                self._go_on(out, bad, inside)
            if bad:
                for asked, _ in bad:
                    result.violations.setdefault(asked, set()).add(number)
                bad.clear()
            for raw in out:
                child = numbers.get(raw)
                if child is None:
                    raw = canonical(raw)
                    child = numbers.get(raw)
                    if child is None:
                        child = numbers[raw] = len(states)
                        states.append(raw)
                if child >= start:
                    edges.append(child << 32 | number)
            out.clear()
            how.clear()
        return result

    def _go_on(
        self,
        out: list[State],
        bad: list[Bad],
        inside: list[tuple[int, int, list[Function | None], frozenset[int]]],
    ) -> None:
        """Takes steps from the states of `out` in which a thread is inside a hidden place, until
        none is: in the state before none was."""
        pending, how = out[:], list[How]()
        seen = set(pending)
        out.clear()
        while pending:
            raw = pending.pop()
            going = next((item for item in inside if raw[item[0]] in item[3]), None)
            if going is None:
                out.append(raw)
                continue
            slot, index, at, _ = going
            function = at[raw[slot]]
            if function is not None:
                after: list[State] = []
                function(raw, self.tables[raw[0]], index, after, how, bad)
                pending += [item for item in after if item not in seen]
                seen.update(after)

    def locate(self, raw: State) -> int | None:
        """The number of the state that this one was merged with."""
        found = self.numbers.get(raw)
        return self.numbers.get(self.canonical(raw)) if found is None else found

    def parents(self, depth: int, children: set[int]) -> set[int]:
        """The states at the depth before with a step to one of the children at `depth`."""
        return {edge & _LOW for edge in self._edges[depth - 1] if edge >> 32 in children}
