"""The one owner of z3 solvers: a context of its own, a seed, a way to stop, a count of queries.

Nothing else creates a context or calls `check`. A check runs in a thread beside the caller,
who goes on looking at the limits, so that the time or Ctrl-C ends it at once.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
import time
import weakref
from collections.abc import Iterable, Sequence
from enum import Enum
from pathlib import Path
from queue import Empty, SimpleQueue

import z3

from verifier.bounded.terms import Algebra, Truth
from verifier.protocol.alarm import Overdue, is_overdue, undisturbed
from verifier.protocol.exhaustion import MEMORY, exhausted
from verifier.protocol.task import Limits, Unanswered

LOG = logging.getLogger(__name__)

POLL = 0.05
"""Seconds between two questions whether the time is up."""


class Outcome(Enum):
    """What a solver said."""

    SAT = "sat"
    UNSAT = "unsat"
    UNKNOWN = "unknown"


class Stopped(Unanswered):
    """A limit was met before the solver had an answer.

    Args:
        reason: which, in one line.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


_Answer = z3.CheckSatResult | z3.Z3Exception
_Question = tuple[z3.Solver, Sequence[z3.BoolRef]]


class _Worker:
    """A thread that runs queries one by one: starting a thread costs more than a short query."""

    def __init__(self) -> None:
        self.asked: SimpleQueue[_Question | None] = SimpleQueue()
        self._answers: SimpleQueue[_Answer] = SimpleQueue()
        arguments = (self.asked, self._answers)
        threading.Thread(target=_run, args=arguments, daemon=True).start()

    def answer(self, seconds: float) -> _Answer | None:
        """The answer to what was asked, or None when it takes longer."""
        try:
            return self._answers.get(timeout=seconds)
        except Empty:
            return None


def _run(asked: SimpleQueue[_Question | None], answers: SimpleQueue[_Answer]) -> None:
    while (question := asked.get()) is not None:
        answer = _checked(*question)
        # Before the answer is given: from then on the caller uses the context, and what is let go
        # here would be freed in it at the same time.
        del question
        answers.put(answer)
        del answer


def _checked(solver: z3.Solver, assumptions: Sequence[z3.BoolRef]) -> _Answer:
    try:
        return solver.check(*assumptions)
    except z3.Z3Exception as problem:
        return problem.with_traceback(None)  # which would hold the solver


class Session:
    """One z3 context and the solvers in it.

    Args:
        seed: for every solver.
        limits: time and memory, looked at about every `POLL` seconds while a solver works.
    """

    def __init__(self, seed: int, limits: Limits) -> None:
        self.context = z3.Context()
        self.algebra = Algebra(self.context)
        self.queries = 0
        self._seed = seed
        self._limits = limits
        self._worker = _Worker()
        weakref.finalize(self, self._worker.asked.put, None)

    def solver(self, whole: bool) -> Solver:
        """A solver for Booleans and bit-vectors, or also for integers where numbers are `whole`."""
        solver = z3.SimpleSolver(self.context) if whole else z3.SolverFor("QF_FD", self.context)
        solver.set("random_seed", self._seed)
        solver.set("ctrl_c", False)
        return Solver(self, solver)

    @property
    def usable(self) -> bool:
        """Whether its solvers answer: one that had to be left alone takes them all with it."""
        return self.context.ctx is not None

    def poll(self) -> None:
        """Raises Stopped when a limit is met, Overdue when that was long ago."""
        if is_overdue():
            raise Overdue
        if self._limits.expired():
            raise Stopped(self._limits.why())
        if resident() > self._limits.memory:
            raise Stopped(f"memory limit of {self._limits.memory >> 20} MiB")

    @undisturbed
    def check(self, solver: z3.Solver, assumptions: Sequence[z3.BoolRef]) -> Outcome:
        """Runs one query. Raises Stopped, or Overdue where the solver minds no interrupt."""
        self.poll()
        self.queries += 1
        worker = self._worker
        started = time.monotonic()
        answer: _Answer | None = None
        collecting = gc.isenabled()
        gc.disable()  # what it frees might be of this context, in which the solver is at work
        worker.asked.put((solver, assumptions))
        try:
            while answer is None:
                answer = worker.answer(POLL)
                if answer is None:
                    self.poll()
        finally:  # an interrupt that comes too early is lost: repeat it
            try:
                while answer is None:
                    self.context.interrupt()
                    answer = worker.answer(POLL)
                    if answer is None and is_overdue():
                        self._abandon()
                        raise Overdue
            finally:
                if collecting:
                    gc.enable()
        if isinstance(answer, z3.Z3Exception):
            if exhausted(answer):
                raise Stopped(MEMORY)
            raise answer
        spent = time.monotonic() - started
        LOG.debug("query %d: %s after %.3f s", self.queries, answer, spent)
        if answer == z3.sat:
            return Outcome.SAT
        return Outcome.UNSAT if answer == z3.unsat else Outcome.UNKNOWN

    def _abandon(self) -> None:
        """Leaves a solver alone that minds no interrupt: it works on until the process ends. From
        here on nothing may touch its context: what Python lets go of it is not freed.
        """
        self.context.interrupt()
        self.context.owner = False
        self.context.ctx = None
        _ABANDONED.append(self)


_ABANDONED: list[Session] = []
"""Those whose solver is still at work."""


def resident() -> int:
    """Bytes of this process's resident memory; 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


class Solver:
    """A z3 solver that takes folded terms."""

    def __init__(self, session: Session, solver: z3.Solver) -> None:
        self._session = session
        self._solver = solver

    def add(self, conditions: Iterable[Truth]) -> None:
        """Asserts them for good."""
        for condition in conditions:
            if condition is not True:
                self._solver.add(self._session.algebra.lift(condition))

    def check(self, assumptions: Iterable[Truth] = ()) -> Outcome:
        """Whether what was asserted has a model that satisfies the assumptions. Raises Stopped."""
        lifted = [self._session.algebra.lift(item) for item in assumptions if item is not True]
        return self._session.check(self._solver, lifted)

    def model(self) -> z3.ModelRef:
        """The model behind the last SAT."""
        return self._solver.model()

    def core(self) -> list[z3.BoolRef]:
        """The assumptions behind the last UNSAT, not always the fewest."""
        return self._solver.unsat_core()
