"""Whether a mutant takes the same steps as the original, from every state that is reached.

Exact at the sizes that are looked at, and cheap: the original's states are explored once, up to
symmetry, and what a mutant does from each is compared. Steps of both are those of the same
statements; a mutant that takes one step less to do the same is left to `behaviour`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from frontend.model import Model, Thread
from verifier.explicit.formulas import Formulas
from verifier.explicit.initial import Stopped, Unlimited, solutions
from verifier.explicit.space import OFTEN, Space
from verifier.explicit.steps import Bad, Function, How, State, Steps
from verifier.explicit.symmetry import components
from verifier.explicit.vectors import Layout
from verifier.patch.mutate.building import same_values
from verifier.protocol.bounds import Bounds

Places = Mapping[str, Mapping[int, int]]
"""Thread's sort -> location of the original -> the same of the mutant, where there is one."""


def places(original: Model, mutant: Model) -> dict[str, dict[int, int]]:
    """Locations are the same where the same statement is about to run in the same call."""
    found: dict[str, dict[int, int]] = {}
    for thread in original.threads:
        there = _keys(mutant.thread(thread.sort))
        here = _keys(thread)
        found[thread.sort] = {here[key]: there[key] for key in here if key in there}
    return found


def _keys(thread: Thread) -> dict[object, int]:
    found: dict[object, int] = {}
    for location in thread.locations:
        number = 0
        while (key := (location.procedures, location.span, number)) in found:
            number += 1
        found[key] = location.number
    return found


def explored(
    model: Model, bounds: Bounds, states: int, expired: Callable[[], bool]
) -> Space | None:
    """Every reachable state up to symmetry; None where there are more, or it takes too long."""
    layout = Layout(model, bounds)
    space = Space(layout, Steps(layout, Formulas(layout), {}, {}), symmetric=True)
    free = [sort for part in components(layout) for sort in part.sorts]
    try:
        for constants, state in solutions(layout, model.assumptions, expired, symmetric=free):
            space.start(constants, state)
    except (Unlimited, Stopped):
        return None
    depth = 0
    while space.layer(depth):
        layer = space.advance(lambda: expired() or len(space.states) > states)
        if not layer.complete:
            return None
        depth += 1
    return space


def same_steps(space: Space, mutant: Model, expired: Callable[[], bool]) -> bool:
    """Whether a mutant starts where the original does, and goes on from each state alike.

    Args:
        space: of the original, explored.
        mutant: with a small change.
        expired: asked often; True: it is not known, so no.
    """
    original = space.layout.model
    layout = Layout(mutant, space.layout.bounds)
    if not (
        same_values(
            (original.variables, original.assumptions), (mutant.variables, mutant.assumptions)
        )
        and _lie_alike(space.layout, layout)
    ):
        return False
    known = places(original, mutant)
    if any(
        known[thread.sort].get(thread.entry) != mutant.thread(thread.sort).entry
        for thread in original.threads
    ):
        return False
    steps = Steps(layout, Formulas(layout), {}, {})
    back = {sort: {new: old for old, new in pairs.items()} for sort, pairs in known.items()}
    threads = space.steps.counters
    for number, state in enumerate(space.states):
        if number % OFTEN == 0 and expired():
            return False
        there = _renamed(state, threads, known)
        if there is None:
            return False
        table = space.tables[state[0]]
        for slot, index, sort in threads:
            own = _after(space.steps.at(sort, state[slot]), state, table, index)
            other = _after(steps.at(sort, there[slot]), there, table, index)
            if own != {_renamed(item, threads, back) for item in other}:
                return False
    return True


def _lie_alike(left: Layout, right: Layout) -> bool:
    def lie(layout: Layout) -> object:
        return {
            name: (place.constant, place.base, place.strides, place.target)
            for name, place in layout.places.items()
        }, layout.counters

    return lie(left) == lie(right)


def _renamed(state: State, threads: list[tuple[int, int, str]], names: Places) -> State | None:
    """A state in the other model's locations; None where it has no such location."""
    values = list(state)
    for slot, _, sort in threads:
        there = names[sort].get(state[slot])
        if there is None:
            return None
        values[slot] = there
    return tuple(values)


def _after(function: Function | None, state: State, table: State, index: int) -> set[State]:
    if function is None:
        return set()
    out: list[State] = []
    how: list[How] = []
    bad: list[Bad] = []
    function(state, table, index, out, how, bad)
    return set(out)
