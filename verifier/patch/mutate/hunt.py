"""Looks for the first violation of any of some properties at one choice of sizes.

The same exhaustive search as `verifier.explicit.exploration`, ended by the first violation: of a
mutant nothing more is asked, and most are found wrong after a few hundred states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from frontend.model import Expression, Model, PropertyKind
from proofs.answers.trace import Run
from verifier.explicit.formulas import Formulas
from verifier.explicit.initial import Stopped, Unlimited, solutions
from verifier.explicit.path import shortest_run
from verifier.explicit.space import OFTEN, Space
from verifier.explicit.steps import State, Steps, judge
from verifier.explicit.symmetry import components
from verifier.explicit.vectors import Layout
from verifier.protocol.bounds import Bounds


@dataclass(frozen=True, slots=True)
class Violated:
    """Some run violates properties with its last step.

    Args:
        names: what is violated after so many steps, in the model's order.
        run: a shortest one that violates the first of them.
    """

    names: tuple[str, ...]
    run: Run


@dataclass(frozen=True, slots=True)
class Clean:
    """Every reachable state was visited, and nothing is violated.

    Args:
        states: how many there are, up to symmetry.
        missed: those of the asked `reachable`s that are not reached.
    """

    states: int
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limited:
    """A limit was reached before a violation.

    Args:
        reason: in one line.
        depth: no run of up to so many steps violates anything; -1: not even known of the start.
        open: the properties that are not settled: all but the `reachable`s that are reached.
    """

    reason: str
    depth: int
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoSystem:
    """No state satisfies the assumptions."""


Finding = Violated | Clean | Limited | NoSystem

_Broken = dict[str, tuple[set[int], int | None]]
"""Property -> the states that violate it, or from which a step does, and its number then."""


def hunt(
    model: Model,
    bounds: Bounds,
    names: Sequence[str],
    states: int,
    expired: Callable[[], bool],
) -> Finding:
    """What a search of all runs, shortest first, finds.

    Args:
        model: the whole model or a slice.
        bounds: sort -> number of objects.
        names: of its properties.
        states: how many states may be stored.
        expired: asked often; True: the time is up.
    """
    return _Hunt(model, bounds, names, states, expired).run()


class _Hunt:
    def __init__(
        self,
        model: Model,
        bounds: Bounds,
        names: Sequence[str],
        states: int,
        expired: Callable[[], bool],
    ) -> None:
        self.model = model
        self.asked = [item for item in model.properties if item.name in names]
        self.limit = states
        self.expired = expired
        self.layout = Layout(model, bounds)
        self.formulas = Formulas(self.layout)
        steps = Steps(
            self.layout,
            self.formulas,
            self._numbers(PropertyKind.FAULT),
            self._numbers(PropertyKind.ASSERT),
        )
        self.space = Space(self.layout, steps, symmetric=True)
        self.kept = {
            item.name: item.expression
            for item in self.asked
            if item.expression is not None and item.kind is not PropertyKind.REACHABLE
        }
        self.wanted = {
            item.name: item.expression
            for item in self.asked
            if item.expression is not None and item.kind is PropertyKind.REACHABLE
        }
        self.all_kept = judge(self.formulas, list(self.kept.values()))
        self.judges: dict[int, Callable[[State, State], bool]] = {}
        self.reason = ""

    def _numbers(self, kind: PropertyKind) -> Mapping[str, int]:
        return {item.name: number for number, item in enumerate(self.asked) if item.kind is kind}

    def run(self) -> Finding:
        started = self._start()
        if started is not None:
            return started
        depth = 0
        broken = self._broken(depth)
        while not broken:
            self._reach(depth)
            layer = self.space.advance(self._stop)
            broken = self._broken(depth + 1)
            for number, ends in layer.violations.items():
                broken[self.asked[number].name] = ends, number
            if broken:
                break
            if not layer.complete:
                return self._limited(self.reason, depth)
            depth += 1
            if not self.space.layer(depth):
                return Clean(len(self.space.states), tuple(self.wanted))
        return self._violated(broken)

    def _start(self) -> Finding | None:
        free = [sort for part in components(self.layout) for sort in part.sorts]
        starts = solutions(self.layout, self.model.assumptions, self.expired, symmetric=free)
        try:
            for constants, state in starts:
                self.space.start(constants, state)
                if len(self.space.states) % OFTEN == 0 and self._stop():
                    return self._limited(self.reason, -1)
        except Unlimited as unlimited:
            reason = f"infinitely many initial states: {unlimited} starts out arbitrary"
            return self._limited(reason, -1)
        except Stopped:
            return self._limited("time limit", -1)
        return None if self.space.states else NoSystem()

    def _limited(self, reason: str, depth: int) -> Limited:
        left = (
            item.name
            for item in self.asked
            if item.kind is not PropertyKind.REACHABLE or item.name in self.wanted
        )
        return Limited(reason, depth, tuple(left))

    def _failing(self, depth: int, holds: Callable[[State, State], bool]) -> set[int]:
        states, tables = self.space.states, self.space.tables
        return {
            number
            for number in self.space.layer(depth)
            if not holds(states[number], tables[states[number][0]])
        }

    def _broken(self, depth: int) -> _Broken:
        """By name, the states at this depth that violate an invariant."""
        if not self.kept or not self._failing(depth, self.all_kept):
            return {}
        found = {name: self._failing(depth, self._alone(item)) for name, item in self.kept.items()}
        return {name: (ends, None) for name, ends in found.items() if ends}

    def _reach(self, depth: int) -> None:
        """Crosses off what states at this depth reach."""
        for name, condition in list(self.wanted.items()):
            if len(self._failing(depth, self._alone(condition))) < len(self.space.layer(depth)):
                del self.wanted[name]

    def _alone(self, condition: Expression) -> Callable[[State, State], bool]:
        if id(condition) not in self.judges:
            self.judges[id(condition)] = judge(self.formulas, [condition])
        return self.judges[id(condition)]

    def _violated(self, broken: _Broken) -> Violated:
        names = tuple(item.name for item in self.asked if item.name in broken)
        ends, number = broken[names[0]]
        run = shortest_run(self.space, ends, number, self.expired)
        return Violated(names, run)

    def _stop(self) -> bool:
        if self.expired():
            self.reason = "time limit"
        elif len(self.space.states) >= self.limit:
            self.reason = f"state limit of {self.limit}"
        return bool(self.reason)
