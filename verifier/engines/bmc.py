"""Bounded model checking (Biere, Cimatti, Clarke, Zhu, TACAS 1999) over bit-blasted z3.

Departs from the paper in that next states are functions of inputs (`transition`), numbers are
as wide as each depth needs (`terms`), and runs that differ in an order or a name only are tried
once (`ordering`). It answers "safe" only when no run is longer than those it has seen.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from verifier.bounded.search import Search
from verifier.bounded.smt import Session
from verifier.bounded.system import System
from verifier.protocol.task import (
    Answer,
    Contradiction,
    Listener,
    Progress,
    Safe,
    Task,
    Unanswered,
    Undecided,
    Unsafe,
)

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BoundedModelCheckingOptions:
    """How to search.

    Args:
        ordered: try runs that differ in an order or a name only once.
    """

    ordered: bool = True


class BoundedModelChecking:
    """Finds shortest violations."""

    name = "bmc"

    def __init__(
        self,
        options: BoundedModelCheckingOptions = BoundedModelCheckingOptions(),
    ) -> None:
        self._options = options

    def run(self, task: Task, listener: Listener) -> dict[str, Answer]:
        """Answers for every property of the task, in their order."""
        session = Session(task.seed, task.limits)
        system = System(task.model, task.bounds)
        asked = [task.model.property(name) for name in task.properties]
        search = Search(session, system, asked, self._options.ordered)
        rest: Answer
        try:
            names = search.contradiction()
            if names:
                return {name: Contradiction(names) for name in task.properties}
            while len(search.found) < len(asked) and search.depth < task.limits.depth:
                search.advance()
                listener(Progress(self.name, "depth", search.depth, task.limits.depth))
                LOG.debug("depth %d: every run was looked at", search.depth)
                if search.exhausted:
                    break
            rest = self._rest(search, task)
        except Unanswered as problem:
            rest = Undecided(problem.reason, search.depth)
        return {
            name: Unsafe(search.found[name], shortest=True) if name in search.found else rest
            for name in task.properties
        }

    def _rest(self, search: Search, task: Task) -> Answer:
        if not search.exhausted:
            return Undecided("depth limit", search.depth)
        method = f"no run is longer than {search.depth} steps"
        return Safe(task.certificate(self.name, method, search.depth))
