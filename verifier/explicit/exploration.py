"""The search of the explicit engines: visits every reachable state of the bounded instance.

Breadth first, so that violations are found at their least depth; the steps are compiled to Python
first, as Spin compiles models to C (Holzmann, "The Spin Model Checker", 2003), and states are
merged up to permutations of objects (`verifier.explicit.symmetry`). All properties are settled in
one search.
"""

from __future__ import annotations

import logging
import resource
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from frontend.formulas.building import negation
from frontend.model import Expression, Property, PropertyKind
from proofs.answers.verdict import Certificate
from verifier.explicit.formulas import Formulas
from verifier.explicit.initial import Stopped, Unlimited, contradiction, solutions
from verifier.explicit.path import shortest_run
from verifier.explicit.space import OFTEN, Layer, Space
from verifier.explicit.steps import State, Steps, judge
from verifier.explicit.symmetry import components
from verifier.explicit.vectors import Layout
from verifier.protocol.task import (
    Answer,
    Contradiction,
    Listener,
    Progress,
    Safe,
    Task,
    Undecided,
    Unsafe,
)

LOG = logging.getLogger(__name__)

REPORT = 10_000
"""States between two lines of progress."""

WEIGH = 4_000
"""States between two looks at the memory."""


COARSE = "violated, as a search that does not interleave transactions shows"


def explore(
    task: Task,
    listener: Listener,
    name: str,
    hidden: Mapping[str, frozenset[int]],
    *,
    symmetry: bool = True,
) -> dict[str, Answer]:
    """Answers for every property of the task, in their order.

    Args:
        task: what is asked.
        listener: told how far the search is.
        name: the engine that certificates and progress name.
        hidden: thread's sort -> locations at which no other thread is interleaved: those in the
            middle of transactions that the asked properties do not see (`verifier.engines.reduce`).
            With any, what is violated is `Undecided` and says so: a shortest run is one of single
            steps.
        symmetry: merge states up to symmetry; off, the number of states is the plain one.
    """
    search = _Search(task, listener, name, hidden, symmetric=symmetry)
    search.run()
    return {item: search.answers[item] for item in task.properties}


class _Search:
    def __init__(
        self,
        task: Task,
        listener: Listener,
        name: str,
        hidden: Mapping[str, frozenset[int]],
        *,
        symmetric: bool,
    ) -> None:
        self.task = task
        self.listener = listener
        self.name = name
        self.symmetric = symmetric
        self.answers: dict[str, Answer] = {}
        self.asked: list[Property] = [task.model.property(item) for item in task.properties]
        self.layout = Layout(task.model, task.bounds)
        self.formulas = Formulas(self.layout)
        numbers = {item.name: number for number, item in enumerate(self.asked)}
        self.space = Space(
            self.layout,
            Steps(
                self.layout,
                self.formulas,
                _numbers(self.asked, numbers, PropertyKind.FAULT),
                _numbers(self.asked, numbers, PropertyKind.ASSERT),
            ),
            symmetric=symmetric,
            hidden=hidden,
        )
        self.whole = any(hidden.values())
        self.reason = ""
        self.reported = 0
        self.weighed = 0
        self.judges: dict[tuple[str, ...], Callable[[State, State], bool]] = {}

    def run(self) -> None:
        """Fills `answers`."""
        if not self._start():
            return
        depth = 0
        self._judge(0)
        most = self.task.limits.layers
        while self._open():
            if depth == most:
                self._give_up(f"no more than {depth} steps were asked for", depth)
                return
            layer = self.space.advance(self._stop)
            self._record(layer)
            self._judge(depth + 1)
            LOG.debug("depth %d: %d states", depth + 1, len(self.space.states))
            if not layer.complete:
                self._give_up(self.reason, depth)
                return
            if not self.space.layer(depth + 1):
                self._exhausted(depth)
                return
            depth += 1

    def _open(self) -> list[Property]:
        return [item for item in self.asked if item.name not in self.answers]

    def _start(self) -> bool:
        """Adds the initial states; False: there are none, or too many, and all is answered."""
        assumptions = self.task.model.assumptions
        free = [sort for part in components(self.layout) for sort in part.sorts]
        expired = self.task.limits.expired
        try:
            starts = solutions(
                self.layout,
                assumptions,
                expired,
                symmetric=free if self.symmetric else (),
            )
            for constants, state in starts:
                self.space.start(constants, state)
                if len(self.space.states) % OFTEN == 0 and self._stop():
                    self._give_up(self.reason, -1)
                    return False
            if self.space.states:
                return True
            names = contradiction(self.layout, assumptions, expired, free)
        except Unlimited as unlimited:
            self._give_up(f"infinitely many initial states: {unlimited} starts out arbitrary", -1)
        except Stopped:
            self._give_up(self.task.limits.why(), -1)
        else:
            for item in self.asked:
                self.answers[item.name] = Contradiction(names)
        return False

    def _record(self, layer: Layer) -> None:
        """Answers the properties that a step of the layer violated."""
        for number in sorted(layer.violations):
            name = self.asked[number].name
            if name not in self.answers:
                self.answers[name] = self._violated(layer.violations[number], number)

    def _judge(self, depth: int) -> None:
        """Answers the properties that a state at this depth violates, or reaches."""
        conditions = {
            item.name: _wanted(item, item.expression)
            for item in self._open()
            if item.expression is not None
        }
        if not conditions:
            return
        key = tuple(conditions)
        if key not in self.judges:
            self.judges[key] = judge(self.formulas, list(conditions.values()))
        holds = self.judges[key]
        states, tables = self.space.states, self.space.tables
        failing = [
            number
            for number in self.space.layer(depth)
            if not holds(states[number], tables[states[number][0]])
        ]
        if not failing:
            return
        for name, condition in conditions.items():
            alone = judge(self.formulas, [condition])
            ends = {
                number for number in failing if not alone(states[number], tables[states[number][0]])
            }
            if ends:
                self.answers[name] = self._violated(ends, None)

    def _violated(self, ends: set[int], asked: int | None) -> Unsafe | Undecided:
        if self.whole:
            return Undecided(COARSE, violated=True)
        run = shortest_run(self.space, ends, asked, self.task.limits.expired)
        return Unsafe(run, shortest=True)

    def _exhausted(self, depth: int) -> None:
        """Everything reachable was visited: what is still open holds."""
        count = len(self.space.states)
        suffix = " (up to symmetry)" if self.space.components else ""
        between = " between transactions" if self.whole else ""
        certificate = Certificate(
            bounds=dict(self.layout.bounds),
            engine=self.name,
            method=f"all {count} states{between} visited{suffix}",
            depth=depth,
            states=count,
            variables=frozenset(item.name for item in self.task.model.variables),
        )
        for item in self._open():
            self.answers[item.name] = Safe(certificate)

    def _give_up(self, reason: str, depth: int) -> None:
        for item in self._open():
            self.answers[item.name] = Undecided(reason, depth)

    def _stop(self) -> bool:
        """Whether a limit is reached; says how far the search is."""
        count = len(self.space.states)
        if count >= self.reported + REPORT:
            self.reported = count
            self.listener(Progress(self.name, "states", count, self.task.limits.states))
        limits = self.task.limits
        if limits.expired():
            self.reason = limits.why()
        elif count >= limits.states:
            self.reason = f"state limit of {limits.states}"
        elif count >= self.weighed + WEIGH:
            self.weighed = count
            if _resident() > limits.memory:
                self.reason = f"memory limit of {limits.memory >> 20} MiB"
        return bool(self.reason)


def _numbers(
    asked: Sequence[Property], numbers: dict[str, int], kind: PropertyKind
) -> dict[str, int]:
    return {item.name: numbers[item.name] for item in asked if item.kind is kind}


def _wanted(item: Property, expression: Expression) -> Expression:
    """What holds in every state as long as nothing is settled."""
    return negation(expression) if item.kind is PropertyKind.REACHABLE else expression


def _resident() -> int:
    """Bytes of this process's resident memory; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize()
