"""IC3, or property directed reachability (Bradley, VMCAI 2011; Een, Mishchenko, Brayton, FMCAD
2011), over z3.

Proves without unrolling: frames of blocked cubes around the states that k steps reach grow until
some of them are inductive. Departs from the papers in that all properties share the frames (what is
blocked is blocked because it is not reached, whoever asked), that frames begin with invariants on
the owners of locks (`ownership`), and that after each level the inductive part of the last
frame is kept for good, so that what it settles does not wait for the rest. The proof is checked
from scratch (`pdr.proof`), and a violation is run again from a start, along the cubes that IC3
passed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from frontend.model import Expression, Property
from proofs.trace import Run
from proofs.verdict import Certificate
from verifier.decode import decode
from verifier.encode import Encoder, Scope
from verifier.houdini import invariants
from verifier.intervals import TooWide
from verifier.ownership import ownership
from verifier.pdr.blocking import Blocking
from verifier.pdr.frames import Frames
from verifier.pdr.literals import Cube, Vocabulary
from verifier.pdr.proof import checks
from verifier.pdr.renaming import Renaming
from verifier.pdr.samples import Samples
from verifier.search import GaveUp
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
from verifier.transition import Stepper
from verifier.unroll import (
    Unrolling,
    arbitrary,
    contradiction,
    fails_in,
    initial,
    of_states,
    unlimited,
)


@dataclass(frozen=True, slots=True)
class PropertyDirectedReachabilityOptions:
    """How to prove.

    Args:
        owners: whether to begin with who may own which lock where (`ownership`).
        exchanges: whether what is learnt of some objects is tried for all like them.
    """

    owners: bool = True
    exchanges: bool = True


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
        except Stopped as stopped:
            rest = Undecided(stopped.reason, proving.depth)
        except GaveUp:
            rest = Undecided("the solver gave up", proving.depth)
        except TooWide:
            rest = Undecided("a number grows too large", proving.depth)
        return {name: proving.answers.get(name, rest) for name in task.properties}


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

    def prove(self) -> str:
        """Adds to `answers` until nothing is open; returns why it stopped if something is.

        Raises:
            GaveUp: the solver has no answer.
            Stopped: a limit was met.
            TooWide: a number has no width.
        """
        asked = [self.task.model.property(name) for name in self.task.properties]
        guesses = ownership(self.task.model) if self.options.owners else ()
        facts = invariants(self.session, self.encoder, arbitrary(self.encoder), guesses)
        frames = Frames(self.session, self.encoder, asked, facts)
        if not frames.any_state():
            return "no state satisfies the types"
        exchanged = self.options.exchanges
        renaming = Renaming(self.system, frames.vocabulary, exchanged=exchanged)
        samples = Samples(self.system, frames.vocabulary, self.task.seed, self.session.poll)
        blocking = Blocking(frames, renaming, samples, self.session.poll)
        for item in asked:
            violating = frames.violation(item.name, 0)
            if violating is not None:
                self._violated(item, (violating,), 0)
        self.depth = 0
        while open_properties := [item for item in asked if item.name not in self.answers]:
            if self.depth >= self.task.limits.depth:
                return "depth limit"
            for item in open_properties:
                path = blocking.clear(item.name)
                if path is not None:
                    self._violated(item, path, frames.top)
            self.depth = frames.top
            self.listener(Progress(self.engine, "frame", self.depth))
            blocking.propagate()
            for item in open_properties:
                if item.name not in self.answers and frames.violation(item.name, None) is None:
                    self._proved(item, facts, frames.always)
        return "nothing is open"

    def _proved(self, item: Property, facts: list[Expression], blocked: list[Cube]) -> None:
        session = Session(self.task.seed, self.task.limits)
        if not checks(session, self.system, self.encoder.whole, facts, blocked, item):
            self.answers[item.name] = Undecided("its own proof does not check", self.depth)
            return
        method = f"IC3, {len(blocked)} clauses in frame {self.depth}"
        if facts:
            method += "; lock owners by location"
        self.answers[item.name] = Safe(
            Certificate(
                bounds=dict(self.task.bounds),
                engine=self.engine,
                method=method,
                depth=self.depth,
                states=None,
                variables=frozenset(item.name for item in self.task.model.variables),
            )
        )

    def _violated(self, item: Property, path: tuple[Cube, ...], level: int) -> None:
        """Answers with a run along a path, if it can be run."""
        steps = len(path) - of_states(item)
        run = self._run(item, path, steps)
        self.answers[item.name] = (
            Undecided(f"violated within {steps} steps, it seems", self.depth)
            if run is None
            else Unsafe(run, shortest=steps <= level + (not of_states(item)))
        )

    def _run(self, item: Property, path: tuple[Cube, ...], steps: int) -> Run | None:
        """A run through cubes to a violation by its last state or step."""
        encoder, algebra = self.encoder, self.encoder.algebra
        start = initial(encoder)
        stepper = Stepper(encoder, self.session.poll, canonical=True)
        unrolling = Unrolling(start.frame, stepper)
        vocabulary = Vocabulary(encoder, arbitrary(encoder).frame)
        solver = self.session.general() if encoder.whole else self.session.finite()
        solver.add(start.conditions)
        solver.add(
            encoder.truth(part.condition, Scope(start.frame))
            for part in self.task.model.assumptions
        )
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
