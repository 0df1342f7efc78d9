"""k-induction (Sheeran, Singh, Stalmarck, FMCAD 2000) over z3.

The base is a bounded search. The step starts in any well-typed state: a property is proved when
no path of k steps through states that satisfy it leads to one that does not. Departs from the
paper in trying, after each property alone, all open ones together (Houdini: what fails drops
out), in keeping what is proved as a fact for the rest, and in asking of asserts and faults that
no step of the path fails.

Paths may be taken to be simple: of the runs to the first violation of any of the properties that
are proved together, a shortest one repeats no state, and its last k steps are such a path. When
no simple path of the length exists, nothing is violated, and the query says so by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from frontend.model import Property
from proofs.verdict import Certificate
from verifier.encode import Encoder
from verifier.intervals import TooWide
from verifier.search import GaveUp, Search
from verifier.smt import Outcome, Session, Stopped
from verifier.system import System
from verifier.task import (
    Answer,
    Contradiction,
    Listener,
    Progress,
    Safe,
    Task,
    Undecided,
    Unsafe,
)
from verifier.terms import Truth
from verifier.transition import Stepper
from verifier.unroll import Unrolling, arbitrary, different, fails_in, of_states, unlimited


@dataclass(frozen=True, slots=True)
class KInductionOptions:
    """How to prove.

    Args:
        simple_paths: whether, from k = 2 on, no state repeats in a path.
        together: whether properties may be proved by assuming each other.
    """

    simple_paths: bool = True
    together: bool = True


class KInduction:
    """Proves by induction over paths, and refutes on the way."""

    name = "kinduction"

    def __init__(
        self,
        options: KInductionOptions = KInductionOptions(),
    ) -> None:
        self._options = options

    def run(self, task: Task, listener: Listener) -> dict[str, Answer]:
        """Answers for every property of the task, in their order."""
        session = Session(task.seed, task.limits.expired)
        system = System(task.model, task.bounds)
        asked = [task.model.property(name) for name in task.properties]
        search = Search(session, system, asked, ordered=True)
        safe: dict[str, Answer] = {}
        rest: Answer
        try:
            names = search.contradiction()
            if names:
                return {name: Contradiction(names) for name in task.properties}
            self._prove(task, listener, search, _Step(session, system, asked), safe)
            rest = Undecided("depth limit", search.depth)
        except Stopped:
            rest = Undecided("time limit", search.depth)
        except GaveUp:
            rest = Undecided("the solver gave up", search.depth)
        except TooWide:
            rest = Undecided("a number grows too large", search.depth)
        return {
            name: Unsafe(search.found[name], shortest=True)
            if name in search.found
            else safe.get(name, rest)
            for name in task.properties
        }

    def _prove(
        self,
        task: Task,
        listener: Listener,
        search: Search,
        step: _Step,
        safe: dict[str, Answer],
    ) -> None:
        """Adds to `safe` until nothing is open or the depth is reached."""
        open_names = list(task.properties)
        while open_names and search.depth < task.limits.depth:
            search.advance()
            length = search.depth + 1
            open_names = [name for name in open_names if name not in search.found]
            if search.exhausted:
                method = f"no run is longer than {search.depth} steps"
                for name in open_names:
                    safe[name] = Safe(self._certificate(task, method, search.depth, False))
                return
            step.lengthen(self._options.simple_paths)
            listener(Progress(self.name, "depth", length))
            simple = self._options.simple_paths and length > 1
            for group in step.proved(open_names, self._options.together):
                helpers = sorted(safe.keys() | group)
                for name in group:
                    search.drop(name)
                for name in group:
                    others = ", ".join(item for item in helpers if item != name)
                    method = f"k-induction, k = {length}" + (f", with {others}" if others else "")
                    safe[name] = Safe(self._certificate(task, method, length, simple))
                open_names = [name for name in open_names if name not in group]

    def _certificate(self, task: Task, method: str, depth: int, simple: bool) -> Certificate:
        return Certificate(
            bounds=dict(task.bounds),
            engine=self.name,
            method=method,
            depth=depth,
            states=None,
            variables=frozenset(item.name for item in task.model.variables),
            simple_paths=simple,
        )


class _Step:
    """The step case: paths from any state on, one step longer with each `lengthen`."""

    def __init__(self, session: Session, system: System, asked: Iterable[Property]) -> None:
        whole = any(unlimited(item) for item in system.model.variables)
        self._encoder = Encoder(system, session.algebra, whole)
        self._solver = session.general() if whole else session.finite()
        start = arbitrary(self._encoder)
        self._unrolling = Unrolling(start.frame, Stepper(self._encoder, canonical=True))
        self._solver.add(start.conditions)
        self._asked = {item.name: item for item in asked}
        self._assumed = {
            item.name: session.algebra.boolean(f"assume {item.name}") for item in asked
        }
        self._last: list[Truth] = []

    def lengthen(self, simple: bool) -> None:
        """One more step; what held of the last state and step so far now holds inside."""
        algebra, solver = self._encoder.algebra, self._solver
        solver.add(self._last)
        for name, assumed in self._assumed.items():
            inside = algebra.negation(self._violated(name))
            solver.add([algebra.implies(assumed, inside)])
        transition = self._unrolling.extend()
        solver.add(transition.definitions)
        solver.add([transition.valid])
        self._last = [algebra.negation(transition.faulty)]
        if simple:
            *before, end = self._unrolling.frames
            self._last += [different(self._encoder, frame, end) for frame in before]

    def proved(self, names: Iterable[str], together: bool) -> Iterable[frozenset[str]]:
        """Groups of properties, each proved with the help of the groups before it.

        Raises:
            Stopped: the time was up.
        """
        remaining = list(names)
        for name in list(remaining):
            if self._keeps([name], name):
                remaining.remove(name)
                self._solver.add([self._assumed[name]])
                yield frozenset({name})
        while together and len(remaining) > 1:
            kept = [name for name in remaining if self._keeps(remaining, name)]
            if kept == remaining:
                self._solver.add(self._assumed[name] for name in remaining)
                yield frozenset(remaining)
                return
            remaining = kept

    def _keeps(self, assumed: Iterable[str], name: str) -> bool:
        violated = self._violated(name)
        if violated is False:
            return True
        conditions: list[Truth] = [violated, *(self._assumed[item] for item in assumed)]
        if of_states(self._asked[name]):
            conditions += self._last
        return self._solver.check(conditions) is Outcome.UNSAT

    def _violated(self, name: str) -> Truth:
        """By the last state or the last step of the path so far."""
        asked = self._asked[name]
        if of_states(asked):
            return fails_in(self._encoder, asked, self._unrolling.frames[-1])
        if not self._unrolling.transitions:
            return False
        return self._unrolling.transitions[-1].fails(self._encoder, name)
