"""The reachable states of small instances, for lemmas to be true in.

Nothing here decides anything: a state that is missed (an instance is not explored to its end, or
not at all) means that a wrong lemma is tried, and fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from frontend.model import Model, PropertyKind
from verifier.explicit.formulas import Formulas
from verifier.explicit.initial import Stopped, Unlimited, solutions
from verifier.explicit.space import Space
from verifier.explicit.steps import State, Steps, judge
from verifier.explicit.symmetry import components
from verifier.explicit.vectors import Layout

MOST_STARTS = 400


@dataclass(frozen=True, slots=True)
class Instance:
    """What was reached at some bounds.

    Args:
        bounds: sort -> number of objects.
        complete: whether these are all reachable states, up to symmetry.
        violated: properties that some run violates here.
    """

    bounds: Mapping[str, int]
    complete: bool
    violated: frozenset[str]
    space: Space
    formulas: Formulas

    def states(self) -> Iterator[tuple[State, State]]:
        """The states, and the constants of each."""
        for state in self.space.states:
            yield state, self.space.tables[state[0]]


def sizes(model: Model) -> list[dict[str, int]]:
    """The bounds to explore, in order: two of everything, then more of one kind of sort at a
    time and fewer of the others."""
    names = [sort.name for sort in model.sorts]
    threads = {sort.name for sort in model.sorts if sort.thread}
    chosen: list[dict[str, int]] = [dict.fromkeys(names, 2)]

    def add(given: Mapping[str, int]) -> None:
        if dict(given) not in chosen:
            chosen.append(dict(given))

    add({name: 3 if name in threads else 1 for name in names})
    add({name: 3 if name in threads else 2 for name in names})
    for name in names:
        if name not in threads:
            add({other: 4 if other == name else 2 for other in names})
    add({name: 2 if name in threads else 3 for name in names})
    add(dict.fromkeys(names, 1))
    return chosen


def larger(model: Model) -> list[dict[str, int]]:
    """Bounds beyond those of `sizes`, for what these do not settle."""
    threads = {sort.name for sort in model.sorts if sort.thread}
    names = [sort.name for sort in model.sorts]
    return [
        {name: 3 if name in threads else 4 for name in names},
        dict.fromkeys(names, 4),
    ]


def explore(
    model: Model, bounds: Mapping[str, int], states: int, expired: Callable[[], bool]
) -> Instance | None:
    """The states that are reached within limits; None if there is no system of that size.

    Args:
        states: how many are stored at most.
        expired: asked often.
    """
    layout = Layout(model, bounds)
    formulas = Formulas(layout)
    names = [item.name for item in model.properties]
    kinds: dict[PropertyKind, dict[str, int]] = {PropertyKind.FAULT: {}, PropertyKind.ASSERT: {}}
    for number, item in enumerate(model.properties):
        if item.kind in kinds:
            kinds[item.kind][item.name] = number
    steps = Steps(layout, formulas, kinds[PropertyKind.FAULT], kinds[PropertyKind.ASSERT])
    space = Space(layout, steps, symmetric=True)
    free = [sort for part in components(layout) for sort in part.sorts]
    try:
        for constants, state in solutions(layout, model.assumptions, expired, symmetric=free):
            space.start(constants, state)
            if len(space.states) >= MOST_STARTS:
                break
        complete = len(space.states) < MOST_STARTS
    except (Unlimited, Stopped):
        complete = False
    if complete and not space.states:
        return None
    violated: set[str] = set()

    def full() -> bool:
        return len(space.states) >= states or expired()

    while space.layer(len(space.layers) - 1):
        layer = space.advance(full)
        violated.update(names[number] for number in layer.violations)
        if not layer.complete:
            complete = False
            break
    for item in model.properties:
        invariant = item.kind in {PropertyKind.INVARIANT, PropertyKind.LEMMA}
        if invariant and item.expression is not None:
            holds = judge(formulas, [item.expression])
            if not all(holds(state, space.tables[state[0]]) for state in space.states):
                violated.add(item.name)
    return Instance(dict(bounds), complete, frozenset(violated), space, formulas)
