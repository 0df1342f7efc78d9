"""Breadth-first exploration: the depth of every property's shortest violation or witness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from frontend.syntax import tree as syntax
from tests.second.expressions import Scope
from tests.second.facts import Facts
from tests.second.flow import End, Flow
from tests.second.places import Places
from tests.second.steps import Outcome, Standing, Walker
from tests.second.world import Lock, Obj, Slot, TooLarge, World, world

FAULTS = ("range", "underflow", "none", "divide", "unlock", "relock")
BUILT_IN = (*FAULTS, "lock_cycle", "leak", "stuck")

MOST_STARTS = 20_000


@dataclass(frozen=True)
class State:
    """What is stored, and where the threads are; both in a fixed order."""

    shared: tuple[Any, ...]
    threads: tuple[Standing, ...]


@dataclass
class Answer:
    """What was found.

    Args:
        depths: property -> depth of its shortest violation (of `reachable`: witness).
        names: all properties, declared and built-in.
        states: how many there are.
        starts: how many of them are initial.
    """

    depths: dict[str, int] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    states: int = 0
    starts: int = 0


class Explorer:
    """One variant at one choice of sizes."""

    def __init__(self, made: World) -> None:
        self.world = made
        self.slots = made.slots()
        self.facts = {sort: Facts(made, Flow(made, sort)) for sort in made.threads}
        self.threads = [
            Obj(sort, number) for sort in made.threads for number in range(made.sorts[sort])
        ]
        self.walkers = [Walker(made, self.facts[one.sort], one) for one in self.threads]

    def explore(self, most: int) -> Answer:
        """Visits every state; raises TooLarge above `most`."""
        answer = Answer(names={*BUILT_IN, *(item.name.text for item in self.world.properties)})
        answer.names |= {item.what.name.text for item in self._asserts()}
        layer = list(dict.fromkeys(self.starts()))
        answer.starts = len(layer)
        seen = set(layer)
        depth = 0
        while layer:
            after: dict[State, None] = {}
            for state in layer:
                for reached in self._visit(state, depth, answer):
                    if reached not in seen:
                        seen.add(reached)
                        after[reached] = None
                if len(seen) > most:
                    raise TooLarge(f"more than {most} states")
            layer = list(after)
            depth += 1
        answer.states = len(seen)
        return answer

    def _asserts(self) -> Iterator[Any]:
        for facts in self.facts.values():
            for node in facts.nodes:
                if getattr(node, "kind", None) == "assert":
                    yield node

    def starts(self) -> Iterator[State]:
        """Every initial state."""
        domains = []
        size = 1
        for variable in self.slots.values():
            if variable.initial is not None:
                scope = Scope(self.world, {}, {})
                values = [scope.value(variable.initial, variable.type)]
            else:
                values = self.world.values(variable.type)
            domains.append(values)
            size *= len(values)
            if size > MOST_STARTS:
                raise TooLarge("too many initial states")
        threads = tuple(walker.standing(walker.facts.flow.entry, {}) for walker in self.walkers)
        for combination in product(*domains):
            state = State(combination, threads)
            if all(self.holds(state, item.condition) for item in self.world.assumptions):
                yield state

    # --- one state -------------------------------------------------------------------------

    def _shared(self, state: State) -> dict[Slot, Any]:
        return dict(zip(self.slots, state.shared, strict=True))

    def holds(self, state: State, formula: syntax.Expression) -> bool:
        """Whether a formula of a property holds in a state."""
        shared = self._shared(state)
        where = Places(self.facts, shared, dict(zip(self.threads, state.threads, strict=True)))
        return Scope(self.world, shared, {}, where=where).holds(formula)

    def _visit(self, state: State, depth: int, answer: Answer) -> Iterator[State]:
        def note(name: str, at: int) -> None:
            answer.depths.setdefault(name, at)

        for item in self.world.properties:
            if item.name.text not in answer.depths:
                wanted = item.kind == "reachable"
                if self.holds(state, item.condition) is wanted:
                    note(item.name.text, depth)
        shared = self._shared(state)
        outcomes = [
            list(walker.steps(shared, standing))
            for walker, standing in zip(self.walkers, state.threads, strict=True)
        ]
        if self._leaks(state, shared):
            note("leak", depth)
        if self._stuck(state, outcomes):
            note("stuck", depth)
        if self._lock_cycle(outcomes):
            note("lock_cycle", depth)
        for number, steps in enumerate(outcomes):
            for step in steps:
                for name in step.way.failed:
                    note(name, depth + 1)
                if step.fault is not None:
                    note(step.fault, depth + 1)
                if step.standing is not None:
                    threads = list(state.threads)
                    threads[number] = step.standing
                    stored = tuple(step.shared[slot] for slot in self.slots)
                    yield State(stored, tuple(threads))

    def _place(self, number: int, state: State) -> Any:
        return self.walkers[number].facts.nodes[state.threads[number].place]

    def _leaks(self, state: State, shared: Mapping[Slot, Any]) -> bool:
        ended = {
            thread
            for number, thread in enumerate(self.threads)
            if isinstance(self._place(number, state), End)
        }
        return any(
            isinstance(variable.type, Lock) and shared[slot] in ended
            for slot, variable in self.slots.items()
        )

    def _idle(self, number: int, state: State) -> bool:
        return self.walkers[number].facts.idle(self._place(number, state))

    def _stuck(self, state: State, outcomes: list[list[Outcome]]) -> bool:
        """Some thread waits inside its body, and nothing can move but fresh operations."""
        waiting = False
        for number, steps in enumerate(outcomes):
            if self._idle(number, state):
                if any(step.way.first == "await" for step in steps):
                    return False
            elif steps:
                return False
            elif not isinstance(self._place(number, state), End):
                waiting = True
        return waiting

    def _lock_cycle(self, outcomes: list[list[Outcome]]) -> bool:
        """Whether some threads each wait for nothing but locks that they hold."""
        waits: dict[Obj, set[Obj | None]] = {}
        for thread, walker, steps in zip(self.threads, self.walkers, outcomes, strict=True):
            if not steps and walker.blocked and None not in walker.blocked:
                waits[thread] = set(walker.blocked)
        while True:
            kept = {thread: owners for thread, owners in waits.items() if owners <= waits.keys()}
            if len(kept) == len(waits):
                return bool(kept)
            waits = kept


def answer(
    tree: syntax.Specification,
    variant: str,
    bounds: Mapping[str, int] | None = None,
    most: int = 20_000,
) -> Answer:
    """What the language page says of one variant.

    Args:
        bounds: sort -> how many; those of the file for sorts that are not named.
        most: how many states may be visited; more raise TooLarge.
    """
    return Explorer(world(tree, variant, bounds)).explore(most)
