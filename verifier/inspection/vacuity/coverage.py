"""Explores an instance to see what happens in it: which steps are taken, which conditions hold.

No run is reconstructed, so no edges are kept; the search ends as soon as all was seen.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from frontend.formulas.building import disjunction, negation
from frontend.model import FAULTS, Expression, Model
from verifier.explicit.formulas import Formulas
from verifier.explicit.initial import Stopped, Unlimited, solutions
from verifier.explicit.space import OFTEN, Space
from verifier.explicit.steps import Bad, How, State, Steps, judge
from verifier.explicit.symmetry import components
from verifier.explicit.vectors import Layout
from verifier.protocol.bounds import Bounds


@dataclass(slots=True)
class Wanted:
    """What is still to be seen, and what was: filled by `watch`.

    Args:
        happenings: name -> the numbers of the steps of which one must be taken.
        conditions: name -> what must hold in some state.
        fired: the numbers of the steps that were taken.
    """

    happenings: dict[Hashable, frozenset[int]]
    conditions: dict[Hashable, Expression]
    fired: set[int] = field(default_factory=set)

    def settled(self) -> bool:
        """Whether all was seen. Forgets what was."""
        seen = [name for name, steps in self.happenings.items() if not steps.isdisjoint(self.fired)]
        for name in seen:
            del self.happenings[name]
        return not self.happenings and not self.conditions


@dataclass(frozen=True, slots=True)
class Looked:
    """How far a search went.

    Args:
        bounds: where.
        states: how many were stored, up to symmetry.
        complete: whether they are all that can be reached; False also if all was seen before.
        absent: there is no system of these sizes.
        low: the smallest sizes, where a range of them was explored; None: just `bounds`.
    """

    bounds: Bounds
    states: int
    complete: bool
    absent: bool = False
    low: Bounds | None = None


def watch(
    model: Model,
    bounds: Bounds,
    wanted: Wanted,
    states: int,
    expired: Callable[[], bool],
) -> Looked:
    """Explores until all was seen, nothing is left, or a limit is met.

    A step that ends in a fault was taken: its statements are executed up to there.

    Args:
        model: the model, or a slice of it that keeps all conditions.
        bounds: sort -> number of objects.
        wanted: what to look for; what is seen is taken away from it.
        states: how many may be stored.
        expired: whether the time is up.
    """
    layout = Layout(model, bounds)
    formulas = Formulas(layout)
    faults = {name: number for number, name in enumerate(FAULTS)}
    space = Space(layout, Steps(layout, formulas, faults, {}), symmetric=True)
    free = [sort for part in components(layout) for sort in part.sorts]
    try:
        for constants, state in solutions(layout, model.assumptions, expired, symmetric=free):
            space.start(constants, state)
            if len(space.states) >= states:
                return Looked(dict(bounds), len(space.states), complete=False)
    except (Unlimited, Stopped):
        return Looked(dict(bounds), len(space.states), complete=False)
    if not space.states:
        return Looked(dict(bounds), 0, complete=True, absent=True)
    complete = _Search(space, formulas, wanted).run(states, expired)
    return Looked(dict(bounds), len(space.states), complete)


class _Search:
    def __init__(self, space: Space, formulas: Formulas, wanted: Wanted) -> None:
        self.space = space
        self.formulas = formulas
        self.wanted = wanted
        self.judges: dict[Hashable, Callable[[State, State], bool]] = {}
        self.nothing = self._nothing()

    def run(self, limit: int, expired: Callable[[], bool]) -> bool:
        """Whether every reachable state was looked at."""
        space, wanted, fired = self.space, self.wanted, self.wanted.fired
        states, numbers, canonical = space.states, space.numbers, space.canonical
        functions = {sort: space.functions(sort) for sort in space.layout.counters}
        threads = [(slot, index, functions[sort]) for slot, index, sort in space.steps.counters]
        out: list[State] = []
        how: list[How] = []
        bad: list[Bad] = []
        taken = -1
        for position, state in enumerate(states):  # it grows meanwhile
            if len(states) >= limit or (position % OFTEN == 0 and expired()):
                return False
            table = space.tables[state[0]]
            if not self.nothing(state, table):
                self._note(state, table)
            for slot, index, at in threads:
                function = at[state[slot]]
                if function is not None:
                    function(state, table, index, out, how, bad)
            fired.update([item[0] for item in how])
            fired.update([item[0] for _, item in bad])
            for raw in out:
                if raw not in numbers:
                    child = canonical(raw)
                    if child not in numbers:
                        numbers[child] = len(states)
                        states.append(child)
            out.clear()
            how.clear()
            bad.clear()
            if len(fired) + len(wanted.conditions) != taken:
                taken = len(fired) + len(wanted.conditions)
                if wanted.settled():
                    return False
        return True

    def _nothing(self) -> Callable[[State, State], bool]:
        """Whether no condition that is left holds in a state."""
        some = disjunction(self.wanted.conditions.values())
        return judge(self.formulas, [negation(some)])

    def _note(self, state: State, table: State) -> None:
        for name, condition in list(self.wanted.conditions.items()):
            if name not in self.judges:
                self.judges[name] = judge(self.formulas, [condition])
            if self.judges[name](state, table):
                del self.wanted.conditions[name]
        self.nothing = self._nothing()
