"""Asks an engine, and believes no violation that the interpreter of `proofs` does not replay."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from frontend.model import Model, Property
from proofs.answers.trace import Run, Trace
from proofs.answers.verdict import Attempt, EverySize, Proved, Reached, Status, Violated
from verifier.protocol.bounds import Bounds, describe
from verifier.protocol.deadline import Deadline
from verifier.protocol.engine_names import BMC
from verifier.protocol.exhaustion import exhausted
from verifier.protocol.results import InternalError
from verifier.protocol.task import (
    Answer,
    Contradiction,
    Engine,
    Limits,
    Listener,
    Progress,
    Safe,
    Task,
    Undecided,
    Unsafe,
)
from verifier.verify.consistency import Consistency
from verifier.verify.registry import Registry

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A run that was replayed on the whole model.

    Args:
        run: what the engine claimed.
        trace: what the interpreter made of it.
        engine: who found it.
        shortest: whether no shorter run shows the property at these sizes.
    """

    run: Run
    trace: Trace
    engine: str
    shortest: bool


Finding = Safe | Shown | Undecided | Contradiction


@dataclass(slots=True)
class Case:
    """One property on its way to a status.

    Args:
        smallest: the violation at the smallest sizes found so far; of a `reachable`, the run that
            reaches it, where it was extended to the asked sizes.
        extends: whether that run does the same at the asked sizes.
        reasons: engine -> why it did not settle it.
        late: the engines whose time was up.
    """

    property: Property
    consistency: Consistency
    seconds: float = 0.0
    status: Status | None = None
    bounds: Bounds = field(default_factory=dict)
    shortest: bool = False
    smallest: Shown | None = None
    extends: bool = False
    reasons: dict[str, str] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    attempt: Attempt | None = None

    def trace(self) -> Trace | None:
        """The run that decides it: it violates, or reaches what it should."""
        return self.status.trace if isinstance(self.status, Violated | Reached) else None

    def every_size(self) -> EverySize | None:
        """Why it holds at every size; None where that is not proved."""
        return self.status.every_size if isinstance(self.status, Proved) else None


@dataclass(frozen=True, slots=True)
class Group:
    """Properties with equal slices: one search settles them all."""

    part: Model
    cases: tuple[Case, ...]

    def open(self) -> list[Case]:
        """Those without a status."""
        return [case for case in self.cases if case.status is None]


class Validator:
    """Puts tasks to engines for one model.

    Args:
        model: the whole model.
        registry: the engines, and what rechecks them.
        stop: when the user's time is up.
        listener: is told how far an engine is.
        limits: what every engine is held to, besides the time.
        seed: for solvers.
    """

    def __init__(
        self,
        model: Model,
        registry: Registry,
        stop: Deadline,
        listener: Listener,
        limits: Limits,
        seed: int = 0,
    ) -> None:
        self.model = model
        self.registry = registry
        self.stop = stop
        self._listener = listener
        self._limits = limits
        self._seed = seed
        self._engines: dict[str, Engine] = {}

    def ask(
        self,
        engine: str,
        group: Group,
        cases: list[Case],
        bounds: Bounds,
        *,
        expired: Callable[[], bool] | None = None,
        states: int | None = None,
        depth: int | None = None,
        layers: int | None = None,
    ) -> dict[str, Finding]:
        """What an engine finds out about some cases of a group.

        Args:
            expired: a time limit tighter than the user's.
            states: a limit tighter than the general one.
            depth: a limit tighter than the general one.
            layers: how many steps an exploration may go; None is no limit.

        Raises:
            InternalError: a run of the whole model does not replay, or answers contradict.
        """
        limits = replace(
            self._limits,
            expired=expired or self.stop.expired,
            states=min(states or self._limits.states, self._limits.states),
            depth=min(depth or self._limits.depth, self._limits.depth),
            layers=layers,
        )
        started = self.stop.clock()
        names = tuple(case.property.name for case in cases)
        answers = self._run(engine, group.part, bounds, names, limits)
        findings = {}
        for case in cases:
            name = case.property.name
            finding = self._believe(engine, group.part, bounds, name, answers[name], limits)
            _note(case.consistency, bounds, engine, finding)
            findings[name] = finding
        for case in cases:
            found = findings[case.property.name]
            own = found.certificate.seconds if isinstance(found, Safe) else None
            case.seconds += self.stop.clock() - started if own is None else own
        return findings

    def tell(self, progress: Progress) -> None:
        """Tells the listener how far something is."""
        self._listener(progress)

    def announce(self, groups: Iterable[Group]) -> None:
        """Tells the listener how many properties have a verdict."""
        settled = sum(case.status is not None for group in groups for case in group.cases)
        self._listener(Progress("portfolio", "settled", settled))

    def has_system(self, bounds: Bounds) -> tuple[bool | None, tuple[str, ...]]:
        """Whether the whole model has a state at these sizes, None when nobody can tell; and the
        assumptions that contradict each other where it has none. A search of no steps tells.
        """
        if not self.model.properties:
            return True, ()
        name = self.model.properties[0].name
        limits = replace(self._limits, expired=self.stop.expired, depth=0)
        match self._run(BMC, self.model, bounds, (name,), limits)[name]:
            case Contradiction(names=names):
                return False, names
            case Undecided(depth=-1):
                return None, ()
            case _:
                return True, ()

    def extended(self, case: Case, shown: Shown, bounds: Bounds) -> Shown | None:
        """The same run with more objects that stay idle, where it shows the property there too.

        Raises:
            InternalError: some engine said that no run does.
        """
        run = self.registry.extend(self.model, shown.run, case.property.name, bounds)
        if run is None:
            return None
        try:
            trace = self.registry.replay(self.model, run, case.property.name)
        except self.registry.mismatch:
            return None  # a guard or the property sees the idle objects
        case.consistency.shown(bounds, len(trace.steps), shown.engine)
        return Shown(run, trace, shown.engine, shortest=not trace.steps)

    def _run(
        self, engine: str, model: Model, bounds: Bounds, names: tuple[str, ...], limits: Limits
    ) -> dict[str, Answer]:
        if engine not in self._engines:
            self._engines[engine] = self.registry.engines[engine]()
        task = Task(model, dict(bounds), names, limits, self._seed)
        started = time.monotonic()
        sizes = describe(bounds)
        LOG.info("%s: %s is asked about %s at %s", model.variant, engine, ", ".join(names), sizes)
        try:
            answers = self._engines[engine].run(task, self._listener)
            said = ", ".join(f"{name} {_word(answer)}" for name, answer in answers.items())
            LOG.info("%s answers after %.3f s: %s", engine, time.monotonic() - started, said)
        except Exception as error:
            self._engines.pop(engine, None)  # with all that it keeps
            reason = exhausted(error)
            if not reason:
                raise
            return dict.fromkeys(names, Undecided(reason))
        except KeyboardInterrupt:
            self._engines.pop(engine, None)
            self.stop.interrupt()
            return dict.fromkeys(names, Undecided("interrupted"))
        except BaseException:
            self._engines.pop(engine, None)  # it was left in the middle of something
            raise
        missing = [name for name in names if name not in answers]
        if missing:
            raise InternalError(f"{engine} does not answer for {', '.join(missing)}")
        return answers

    def _believe(
        self,
        engine: str,
        part: Model,
        bounds: Bounds,
        name: str,
        answer: Answer,
        limits: Limits,
    ) -> Finding:
        if not isinstance(answer, Unsafe):
            return answer
        try:
            return self._replayed(engine, name, answer)
        except self.registry.mismatch as mismatch:
            if replace(part, properties=()) == replace(self.model, properties=()):
                raise InternalError(
                    f"a run that {engine} found for {name} of {self.model.name} "
                    f"({self.model.variant}; {describe(bounds)}) does not replay: {mismatch}"
                ) from mismatch
        # The slice left out what the run depends on: ask again about everything.
        whole = self.model
        again = self._run(engine, whole, bounds, (name,), limits)[name]
        return self._believe(engine, whole, bounds, name, again, limits)

    def _replayed(self, engine: str, name: str, answer: Unsafe) -> Shown:
        run = answer.run
        trace = self.registry.replay(self.model, run, name)
        # Exploration has the fewest switches already; of such orders, this takes the one that
        # leaves critical sections least often: it reads best.
        run = self.registry.fewest_switches(self.model, run, name)
        trace = self.registry.replay(self.model, run, name)
        return Shown(run, trace, engine, answer.shortest)


def _word(answer: Answer) -> str:
    match answer:
        case Undecided(reason=reason):
            return f"undecided ({reason})"
        case _:
            return type(answer).__name__.lower()


def _note(consistency: Consistency, bounds: Bounds, engine: str, finding: Finding) -> None:
    match finding:
        case Safe():
            consistency.safe(bounds, engine)
        case Undecided(depth=depth):
            consistency.clean(bounds, depth, engine)
        case Contradiction():
            consistency.no_system(bounds)
        case Shown(trace=trace, shortest=shortest):
            if shortest:
                consistency.clean(bounds, len(trace.steps) - 1, engine)
            consistency.shown(bounds, len(trace.steps), engine)
