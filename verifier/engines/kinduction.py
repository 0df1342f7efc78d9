"""k-induction (Sheeran, Singh, Stalmarck, FMCAD 2000) over z3.

The base is a bounded search. The step starts in any well-typed state: a property is proved when
no path of k steps through states that satisfy it leads to one that does not. Departs from the
paper in trying, after each property alone, all open ones together (Houdini: what fails drops
out), in keeping what is proved as a fact for the rest, in asking of asserts and faults that no
step of the path fails, and in beginning with invariants on the owners of locks (`ownership`).

Paths may be taken to be simple: of the runs to the first violation of any of the properties that
are proved together, a shortest one repeats no state, and its last k steps are such a path. When
no simple path of the length exists, nothing is violated, and the query says so by itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from frontend.model import Expression, Property
from proofs.answers.verdict import Certificate
from verifier.analysis.lock_owners import ownership
from verifier.bounded.encode import Encoder
from verifier.bounded.houdini import greatest, invariants
from verifier.bounded.search import Search
from verifier.bounded.smt import Outcome, Session
from verifier.bounded.system import System
from verifier.bounded.terms import Truth
from verifier.bounded.transition import Stepper
from verifier.bounded.unroll import Unrolling, arbitrary, different, fails_in, of_states, unlimited
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
class KInductionOptions:
    """How to prove.

    Args:
        simple_paths: whether, from k = 2 on, no state repeats in a path.
        together: whether properties may be proved by assuming each other.
        owners: whether to begin with who may own which lock where (`ownership`).
    """

    simple_paths: bool = True
    together: bool = True
    owners: bool = True


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
        session = Session(task.seed, task.limits)
        system = System(task.model, task.bounds)
        asked = [task.model.property(name) for name in task.properties]
        search = Search(session, system, asked, ordered=True)
        safe: dict[str, Certificate] = {}
        helped_by: dict[str, frozenset[str]] = {}
        facts: tuple[Expression, ...] = ()
        rest: Answer
        try:
            names = search.contradiction()
            if names:
                return {name: Contradiction(names) for name in task.properties}
            owners = ownership(system.model) if self._options.owners else ()
            step = _Step(session, system, asked, owners, partial(_guessing, self.name, listener))
            facts = step.facts
            self._prove(task, listener, search, step, safe, helped_by)
            rest = Undecided("depth limit", search.depth)
        except Unanswered as problem:
            rest = Undecided(problem.reason, search.depth)
        answers: dict[str, Answer] = dict.fromkeys(task.properties, rest)
        for name, certificate in safe.items():
            if name in helped_by:
                helpers = _helpers(name, helped_by)  # by paths that are no longer
                certificate = replace(certificate, invariant=facts, helpers=helpers)
            answers[name] = Safe(certificate)
        for name, run in search.found.items():
            answers[name] = Unsafe(run, shortest=True)
        return answers

    def _prove(
        self,
        task: Task,
        listener: Listener,
        search: Search,
        step: _Step,
        safe: dict[str, Certificate],
        helped_by: dict[str, frozenset[str]],
    ) -> None:
        """Adds to `safe` until nothing is open or the depth is reached; `helped_by` tells of
        those that an induction proves which others it assumes.
        """
        started = time.monotonic()

        def certificate(method: str, depth: int, *, simple: bool) -> Certificate:
            made = task.certificate(self.name, method, depth)
            return replace(made, simple_paths=simple, seconds=time.monotonic() - started)

        open_names = list(task.properties)
        while open_names and search.depth < task.limits.depth:
            search.advance()
            length = search.depth + 1
            open_names = [name for name in open_names if name not in search.found]
            if search.exhausted:
                method = f"no run is longer than {search.depth} steps"
                for name in open_names:
                    safe[name] = certificate(method, search.depth, simple=False)
                return
            step.lengthen(self._options.simple_paths)
            listener(Progress(self.name, "depth", length, task.limits.depth))
            LOG.debug("depth %d: induction over paths of so many steps", length)
            simple = self._options.simple_paths and length > 1
            for name, helpers in step.proved(open_names, together=self._options.together):
                search.drop(name)
                others = ", ".join(sorted(helpers - {name}))
                method = f"k-induction, k = {length}" + (f", with {others}" if others else "")
                if step.uses_owners:
                    method += "; lock owners by location"
                safe[name] = certificate(method, length, simple=simple)
                helped_by[name] = helpers - {name}
            open_names = [name for name in open_names if name not in safe]


def _helpers(name: str, helped_by: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """What the induction for a property assumes of others: those that help it, and whatever
    helps these."""
    chosen = {name}
    pending = [name]
    while pending:
        new = helped_by[pending.pop()] - chosen
        chosen |= new
        pending += sorted(new)
    return tuple(sorted(chosen - {name}))


def _guessing(name: str, listener: Listener, turn: int, left: int) -> None:
    listener(Progress(name, "guesses", turn, left))


class _Step:
    """The step case: paths from any state on, one step longer with each `lengthen`."""

    def __init__(
        self,
        session: Session,
        system: System,
        asked: Iterable[Property],
        guesses: Iterable[Expression],
        told: Callable[[int, int], object],
    ) -> None:
        whole = any(unlimited(item) for item in system.model.variables)
        self._encoder = Encoder(system, session.algebra, whole)
        self._solver = session.solver(whole)
        start = arbitrary(self._encoder)
        self._unrolling = Unrolling(
            start.frame, Stepper(self._encoder, session.poll, canonical=True)
        )
        self._solver.add(start.conditions)
        self._asked = {item.name: item for item in asked}
        self._assumed = {
            item.name: session.algebra.boolean(f"assume {item.name}") for item in asked
        }
        self._last: list[Truth] = []
        self._proved: list[str] = []
        self.facts = tuple(invariants(session, self._encoder, start, guesses, told))
        self.uses_owners = bool(self.facts)
        self._solver.add(self._facts_in(0))

    def _facts_in(self, number: int) -> list[Truth]:
        scope = self._unrolling.scope(number)
        return [self._encoder.truth(item, scope) for item in self.facts]

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
        # Of the last state nothing is known after a fault: there is none.
        length = len(self._unrolling.transitions)
        self._last = [algebra.negation(transition.faulty), *self._facts_in(length)]
        if simple:
            *before, end = self._unrolling.frames
            self._last += [different(self._encoder, frame, end) for frame in before]

    def proved(
        self, names: Iterable[str], *, together: bool
    ) -> Iterator[tuple[str, frozenset[str]]]:
        """Properties that are proved, each with those that its proof assumes.

        A property is tried with those proved before, then all that remain with each other.

        Raises:
            Stopped: a limit was met.
        """
        remaining = list(names)
        changed = True
        while changed:
            changed = False
            for name in list(remaining):
                helpers = self._helpers([name, *self._proved], name)
                if helpers is not None:
                    remaining.remove(name)
                    self._proved.append(name)
                    changed = True
                    yield name, helpers

        def kept(left: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
            if len(left) == 1:
                return {}  # it was tried alone
            tried = {name: self._helpers([*left, *self._proved], name) for name in left}
            return {name: helpers for name, helpers in tried.items() if helpers is not None}

        if together:
            found = greatest(dict.fromkeys(remaining, frozenset[str]()), kept)
            self._proved += found
            yield from found.items()

    def _helpers(self, assumed: Iterable[str], name: str) -> frozenset[str] | None:
        """Which of the assumed properties keep one from being violated next; None when all
        of them do not.
        """
        violated = self._violated(name)
        if violated is False:
            return frozenset()
        conditions: list[Truth] = [violated, *(self._assumed[item] for item in assumed)]
        if of_states(self._asked[name]):
            conditions += self._last
        if self._solver.check(conditions) is not Outcome.UNSAT:
            return None
        core = {item.get_id() for item in self._solver.core()}
        return frozenset(item for item in assumed if self._assumed[item].get_id() in core)

    def _violated(self, name: str) -> Truth:
        """By the last state or the last step of the path so far."""
        asked = self._asked[name]
        if of_states(asked):
            return fails_in(self._encoder, asked, self._unrolling.frames[-1])
        if not self._unrolling.transitions:
            return False
        return self._unrolling.transitions[-1].fails(self._encoder, name)
