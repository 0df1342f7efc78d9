"""Exploration without the interleavings that movers make superfluous, behind the engines' protocol.

It proves and never refutes: a violation is found statement by statement, by `explore`.
"""

from __future__ import annotations

from dataclasses import replace

from verifier.bounded.smt import Stopped
from verifier.engines.reduce.reduced_exploration import explore_reduced, reduction
from verifier.protocol.engine_names import REDUCE
from verifier.protocol.task import Answer, Listener, Safe, Task, Undecided

SEEN = "the property sees the middle of critical sections"


class Reduce:
    """The engine; see `verifier.engines.reduce.transactions` for why it is sound."""

    name = REDUCE

    def run(self, task: Task, listener: Listener) -> dict[str, Answer]:
        """Answers for every property of the task."""
        try:
            found = reduction(task.model, task.properties, task.limits, task.seed)
            answers = explore_reduced(task, found, listener)
        except Stopped as stopped:
            return dict.fromkeys(task.properties, Undecided(stopped.reason))
        result: dict[str, Answer] = {}
        for name in task.properties:
            match answers.get(name):
                case None:
                    result[name] = Undecided(SEEN)
                case Safe(certificate=certificate):
                    method = f"{certificate.method}, critical sections at once: {found.movers}"
                    result[name] = Safe(replace(certificate, engine=REDUCE, method=method))
                case Undecided() as open_:
                    result[name] = replace(open_, depth=-1)  # depths there count no statements
                case other:
                    result[name] = other
        return result
