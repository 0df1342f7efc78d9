"""Whether two models do the same at some sizes, as far as shared state goes.

Compared are the runs' changes of the variables that all threads see. Steps that change nothing
there, counters and locals are not looked at: two instances do the same when their initial states
are related by a divergence-blind stuttering bisimulation over the values of the shared variables
(Browne, Clarke and Gruemberg, "Characterizing finite Kripke structures in propositional temporal
logic", 1988), found by refining a partition of the states of both by signatures (Blom and Orzan,
"A distributed algorithm for strong bisimulation reduction of state spaces", 2002).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from frontend.model import Model
from verifier.explicit.formulas import Formulas
from verifier.explicit.initial import Stopped, Unlimited, solutions
from verifier.explicit.space import OFTEN
from verifier.explicit.steps import Bad, How, State, Steps
from verifier.explicit.vectors import Layout
from verifier.patch.mutate.outcome import Reach
from verifier.protocol.bounds import Bounds


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The reachable states of one instance, none merged.

    Args:
        labels: by state, the values of the shared variables.
        successors: by state, the states after one step.
        initial: the states that runs start in.
    """

    labels: Sequence[Hashable]
    successors: Sequence[frozenset[int]]
    initial: Sequence[int]


def behaviour(
    model: Model, bounds: Bounds, states: int, expired: Callable[[], bool]
) -> Behaviour | None:
    """What an instance does; None where that takes more than so many states, or too long."""
    layout = Layout(model, bounds)
    steps = Steps(layout, Formulas(layout), {}, {})
    numbers: dict[tuple[State, State], int] = {}
    found: list[tuple[State, State]] = []

    def number(table: State, state: State) -> int:
        key = table, state
        if key not in numbers:
            numbers[key] = len(found)
            found.append(key)
        return numbers[key]

    try:
        starts = solutions(layout, model.assumptions, expired, symmetric=())
        initial = []
        for table, state in starts:
            initial.append(number(table, (0, *state[1:])))
            if len(found) > states:
                return None
    except (Unlimited, Stopped):
        return None
    successors: list[frozenset[int]] = []
    out: list[State] = []
    how: list[How] = []
    bad: list[Bad] = []
    for table, state in found:  # grows while it is walked
        if len(found) > states or (len(successors) % OFTEN == 0 and expired()):
            return None
        for slot, index, sort in steps.counters:
            function = steps.at(sort, state[slot])
            if function is not None:
                function(state, table, index, out, how, bad)
        successors.append(frozenset(number(table, item) for item in out))
        out.clear()
        how.clear()
        bad.clear()
    return Behaviour(_labels(layout, found), successors, initial)


def _labels(layout: Layout, found: Sequence[tuple[State, State]]) -> list[Hashable]:
    """The values of the shared variables. Which of them are constants differs between models."""
    places = sorted(layout.places.values(), key=lambda place: place.variable.name)
    slots = [
        (place.constant, slot)
        for place in places
        if place.variable.thread is None
        for _, slot in layout.points(place)
    ]
    return [
        tuple(table[slot] if constant else state[slot] for constant, slot in slots)
        for table, state in found
    ]


def same_shape(left: Model, right: Model) -> bool:
    """Whether labels of two models speak of the same variables."""

    def shape(model: Model) -> list[tuple[str, object, object]]:
        shared = (item for item in model.variables if item.thread is None)
        return sorted(((item.name, item.index, item.type) for item in shared), key=lambda x: x[0])

    return shape(left) == shape(right)


def alike(left: Behaviour, right: Behaviour) -> bool:
    """Whether two instances change shared state in the same ways."""
    if set(left.labels) != set(right.labels):
        return False
    labels = [*left.labels, *right.labels]
    shift = len(left.labels)
    successors = [
        *left.successors,
        *(frozenset(item + shift for item in items) for items in right.successors),
    ]
    starts = set(left.initial), {item + shift for item in right.initial}
    blocks = _numbered(labels)
    while True:
        if len({frozenset(blocks[one] for one in part) for part in starts}) > 1:
            return False
        refined = _numbered(list(zip(blocks, _signatures(blocks, successors), strict=True)))
        if max(refined) == max(blocks):
            return True
        blocks = refined


def reach(original: Behaviour, mutant: Behaviour) -> Reach:
    """Which shared states the one reaches, against the other."""
    before, after = set(original.labels), set(mutant.labels)
    if before == after:
        return Reach.SAME
    if after < before:
        return Reach.FEWER
    return Reach.MORE if before < after else Reach.OTHER


def _numbered(keys: Sequence[Hashable]) -> list[int]:
    known: dict[Hashable, int] = {}
    return [known.setdefault(key, len(known)) for key in keys]


def _signatures(
    blocks: Sequence[int], successors: Sequence[frozenset[int]]
) -> list[frozenset[int]]:
    """By state, the other blocks that are entered from it after any steps inside its own."""
    leaving = [
        {blocks[item] for item in items} - {block}
        for block, items in zip(blocks, successors, strict=True)
    ]
    before: list[list[int]] = [[] for _ in blocks]
    for number, items in enumerate(successors):
        for item in items:
            if blocks[item] == blocks[number] and item != number:
                before[item].append(number)
    pending = [number for number, found in enumerate(leaving) if found]
    while pending:
        number = pending.pop()
        gained = leaving[number]
        for other in before[number]:
            if not gained <= leaving[other]:
                leaving[other] |= gained
                pending.append(other)
    return [frozenset(found) for found in leaving]
