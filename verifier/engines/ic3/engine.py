"""IC3, or property directed reachability (Bradley, VMCAI 2011; Een, Mishchenko, Brayton, FMCAD
2011), over z3.

Proves without unrolling: frames of blocked cubes around the states that k steps reach grow until
some of them are inductive. Departs from the papers in that all properties share the frames (what is
blocked is blocked because it is not reached, whoever asked), that frames begin with invariants on
the owners of locks (`ownership`), that literals compare what the model compares
(`pdr.predicates`), that after some effort guesses from small instances are proved and assumed
(`pdr.candidates`), and that after each level the inductive part of the last frame is kept for
good, so that what it settles does not wait for the rest. The proof is checked from scratch
(`pdr.proof`) and left as formulas (`pdr.evidence`), and a violation is run again from a start,
along the cubes that IC3 passed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from frontend.model import Expression, Property
from proofs.answers.trace import Run
from proofs.answers.verdict import Certificate
from verifier.analysis.lock_owners import ownership
from verifier.bounded.decode import decode
from verifier.bounded.encode import Encoder
from verifier.bounded.houdini import invariants
from verifier.bounded.smt import Outcome, Session
from verifier.bounded.system import System
from verifier.bounded.transition import Stepper
from verifier.bounded.unroll import (
    Unrolling,
    arbitrary,
    assumed,
    contradiction,
    fails_in,
    initial,
    of_states,
    unlimited,
)
from verifier.engines.ic3.blocking import Blocking
from verifier.engines.ic3.candidates import guesses
from verifier.engines.ic3.evidence import Evidence
from verifier.engines.ic3.frames import Frames
from verifier.engines.ic3.literals import Cube, Vocabulary
from verifier.engines.ic3.predicates import predicates
from verifier.engines.ic3.proof import needed
from verifier.engines.ic3.renaming import Renaming
from verifier.engines.ic3.samples import Samples
from verifier.engines.ic3.strengthen import strengthened
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
class PropertyDirectedReachabilityOptions:
    """How to prove.

    Args:
        owners: whether to begin with who may own which lock where (`ownership`).
        exchanges: whether what is learnt of some objects is tried for all like them.
        relations: whether literals may compare what the model compares (`pdr.predicates`).
        effort: after how many questions without a proof, guesses that hold in small instances
            are proved first (`pdr.candidates`); None: never.
    """

    owners: bool = True
    exchanges: bool = True
    relations: bool = True
    effort: int | None = 1000


class PropertyDirectedReachability:
    """Proves by frames of blocked cubes, and refutes on the way."""

    name = "ic3"

    def __init__(
        self,
        options: PropertyDirectedReachabilityOptions = PropertyDirectedReachabilityOptions(),
    ) -> None:
        self._options = options

    def run(self, task: Task, listener: Listener) -> dict[str, Answer]:
        """Answers for every property of the task, in their order."""
        proving = _Proving(task, listener, self.name, self._options)
        rest: Answer
        try:
            names = proving.contradiction()
            if names:
                return {name: Contradiction(names) for name in task.properties}
            rest = Undecided(proving.prove(), proving.depth)
        except Unanswered as problem:
            rest = Undecided(problem.reason, proving.depth)
        return {name: proving.answers.get(name, rest) for name in task.properties}


class _Hard(Exception):
    """No proof for a while: time to help."""


@dataclass(slots=True)
class _Proving:
    """One run of the engine.

    Args:
        answers: those found so far.
        depth: no run of up to so many steps violates what has no answer.
    """

    task: Task
    listener: Listener
    engine: str
    options: PropertyDirectedReachabilityOptions
    answers: dict[str, Answer] = field(default_factory=dict)
    depth: int = -1
    facts: list[Expression] = field(default_factory=list)
    owners: int = 0
    predicates: tuple[Expression, ...] = ()
    helped: bool = False
    own: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    session: Session = field(init=False)
    system: System = field(init=False)
    encoder: Encoder = field(init=False)

    def __post_init__(self) -> None:
        self.session = Session(self.task.seed, self.task.limits)
        self.system = System(self.task.model, self.task.bounds)
        whole = any(unlimited(item) for item in self.task.model.variables)
        self.encoder = Encoder(self.system, self.session.algebra, whole)

    def contradiction(self) -> tuple[str, ...]:
        """Names of contradictory assumptions, none when there is a start. Raises Stopped."""
        return contradiction(self.session, self.encoder, initial(self.encoder))

    def _guessing(self, turn: int, left: int) -> None:
        self.listener(Progress(self.engine, "guesses", turn, left))

    def prove(self) -> str:
        """Adds to `answers` until nothing is open; returns why it stopped if something is.

        Raises:
            GaveUp: the solver has no answer.
            Stopped: a limit was met.
            TooWide: a number has no width.
        """
        asked = [self.task.model.property(name) for name in self.task.properties]
        guessed = ownership(self.task.model) if self.options.owners else ()
        start = arbitrary(self.encoder)
        self.facts = invariants(self.session, self.encoder, start, guessed, self._guessing)
        self.owners = len(self.facts)
        if self.options.relations:
            self.predicates = predicates(self.system)
        frames = Frames(self.session, self.encoder, asked, self.facts, self.predicates)
        if not frames.any_state():
            return "no state satisfies the types"
        exchanged = self.options.exchanges
        renaming = Renaming(self.system, frames.vocabulary, exchanged=exchanged)
        samples = Samples(self.system, frames.vocabulary, self.task.seed, self.session.poll)
        blocking = Blocking(frames, renaming, samples, self._poll)
        for item in asked:
            violating = frames.violation(item.name, 0)
            if violating is not None:
                self._violated(item, (violating,), 0)
        self.depth = 0
        while open_properties := [item for item in asked if item.name not in self.answers]:
            if self.depth >= self.task.limits.depth:
                return "depth limit"
            try:
                for item in open_properties:
                    with self._timed(item.name):
                        path = blocking.clear(item.name)
                    if path is not None:
                        self._violated(item, path, frames.top)
                self.depth = frames.top
                most = self.task.limits.depth
                self.listener(Progress(self.engine, "frame", self.depth, most))
                LOG.debug("frame %d holds", self.depth)
                blocking.propagate()
            except _Hard:  # what was learnt stays; the frame is gone through again
                self._help(frames)
            self._settle(open_properties, frames)
        return "nothing is open"

    def _poll(self) -> None:
        self.session.poll()
        effort = self.options.effort
        if effort is not None and not self.helped and self.session.queries > effort:
            raise _Hard

    def _help(self, frames: Frames) -> None:
        """Proves guesses, and lets the frames assume those that hold."""
        self.helped = True
        expired = self.task.limits.expired
        guessed = guesses(self.task.model, expired)
        found = strengthened(self.session, self.encoder, guessed, self.facts)
        frames.assume(found)
        self.facts += found

    def _settle(self, open_properties: list[Property], frames: Frames) -> None:
        """Answers for what no state that is left violates."""
        for item in open_properties:
            with self._timed(item.name):
                if item.name not in self.answers and frames.violation(item.name, None) is None:
                    self._proved(item, frames)

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        """What runs inside is for one property only."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.own[name] = self.own.get(name, 0.0) + time.monotonic() - started

    def _seconds(self, name: str) -> float:
        """The time so far but for what went into other properties."""
        others = sum(spent for other, spent in self.own.items() if other != name)
        return time.monotonic() - self.started - others

    def _proved(self, item: Property, frames: Frames) -> None:
        evidence = Evidence(self.system, frames.vocabulary)
        for clauses in (evidence.quantified(frames.always), evidence.clauses(frames.always)):
            session = Session(self.task.seed, self.task.limits)
            formulas = [*self.facts, *clauses]
            invariant = needed(session, self.system, self.encoder.whole, formulas, item)
            if invariant is not None:
                self.answers[item.name] = Safe(self._certificate(item, invariant, frames))
                return
        self.answers[item.name] = Undecided("its own proof does not check", self.depth)

    def _certificate(
        self, item: Property, invariant: tuple[Expression, ...], frames: Frames
    ) -> Certificate:
        method = f"IC3, {len(frames.always)} clauses in frame {self.depth}"
        if self.owners:
            method += "; lock owners by location"
        if len(self.facts) > self.owners:
            method += f"; {len(self.facts) - self.owners} lemmas proved first"
        made = self.task.certificate(self.engine, method, self.depth)
        return replace(made, invariant=invariant, seconds=self._seconds(item.name))

    def _violated(self, item: Property, path: tuple[Cube, ...], level: int) -> None:
        """Answers with a run along a path, if it can be run."""
        steps = len(path) - of_states(item)
        # A state on the way may violate it already: the first that does ends the run.
        lengths = range(not of_states(item), steps + 1)
        runs = (self._run(item, path, length) for length in lengths)
        run = next((found for found in runs if found is not None), None)
        self.answers[item.name] = (
            Undecided(f"violated within {steps} steps, it seems", self.depth)
            if run is None
            else Unsafe(run, shortest=len(run.moves) <= level + (not of_states(item)))
        )

    def _run(self, item: Property, path: tuple[Cube, ...], steps: int) -> Run | None:
        """A run through cubes to a violation by its last state or step."""
        encoder, algebra = self.encoder, self.encoder.algebra
        start = initial(encoder)
        stepper = Stepper(encoder, self.session.poll, canonical=True)
        unrolling = Unrolling(start.frame, stepper)
        vocabulary = Vocabulary(encoder, arbitrary(encoder).frame, self.predicates)
        solver = self.session.solver(encoder.whole)
        solver.add(start.conditions)
        solver.add(assumed(encoder, start.frame))
        for number in range(steps):
            if number:
                solver.add([algebra.negation(unrolling.transitions[-1].faulty)])
            transition = unrolling.extend()
            solver.add(transition.definitions)
            solver.add([transition.valid])
        for conjunction, frame in zip(path, unrolling.frames, strict=False):
            solver.add([vocabulary.holds(frame, conjunction)])
        if of_states(item):
            if steps:
                solver.add([algebra.negation(unrolling.transitions[-1].faulty)])
            solver.add([fails_in(encoder, item, unrolling.frames[-1])])
        else:
            solver.add([unrolling.transitions[-1].fails(encoder, item.name)])
        if solver.check() is not Outcome.SAT:
            return None
        return decode(self.system, unrolling, solver.model(), steps)
