"""Explicit-state model checking: every reachable state of the bounded instance is visited."""

from __future__ import annotations

from dataclasses import dataclass, field

from verifier.explicit.exploration import explore
from verifier.protocol.engine_names import EXPLORE
from verifier.protocol.task import Answer, Listener, Task


@dataclass(frozen=True, slots=True)
class Explore:
    """The engine.

    Args:
        symmetry: merge states up to symmetry; off, the number of states is the plain one.
    """

    symmetry: bool = True
    name: str = field(default=EXPLORE, init=False)

    def run(self, task: Task, listener: Listener) -> dict[str, Answer]:
        """Answers for every property of the task, in their order."""
        return explore(task, listener, self.name, {}, symmetry=self.symmetry)
