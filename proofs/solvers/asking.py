"""Has SMT-LIB scripts answered by solvers, each in a process of its own.

Nothing that goes wrong with a solver becomes an answer: an error, a crash, a limit, a missing
answer is `unknown` with its reason, for the claims that it concerns and no others.
"""

from __future__ import annotations

import logging
import os
import selectors
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from proofs.solvers.framing import Message
from proofs.solvers.query import Query
from proofs.solvers.worker import Answer, Discharged, Ended, Job, Worker

LOG = logging.getLogger(__name__)

SOLVERS = ("z3", "cvc5", "bitwuzla")
"""The solvers that `proofs.solvers.process` can run."""

START_SECONDS = 60.0
"""How long a solver may take to load."""

_POLL = 0.05
"""How often `cancelled` is asked, in seconds."""

_AHEAD = 8
"""How many scripts a process are taken from the caller before the first of them is answered."""

_WORDS: dict[str, Answer] = {"unsat": "unsat", "sat": "sat", "unknown": "unknown"}


class NotInstalled(Exception):
    """A solver cannot be loaded. Says which, and why."""


def discharge(
    queries: Iterable[Query],
    solvers: Sequence[str],
    *,
    workers: int,
    effort: int,
    seconds: float | None,
    cancelled: Callable[[], bool],
) -> Generator[Discharged, None, None]:
    """Has every claim of every script answered by every solver.

    The answers come in a fixed order, whoever is faster: by script, then by solver, then by claim.
    Closing the generator ends the processes. Once `cancelled`, all claims that have no answer yet
    are `unknown`, those of scripts that were not taken yet included: a caller who does not want
    to wait for these closes the generator.

    Args:
        queries: taken a few at a time, as they are needed.
        solvers: names out of `SOLVERS`.
        workers: how many processes work at once, and of one solver at most one per CPU.
        effort: the limit of one question, in units of Z3's `rlimit` or what takes about as long
            elsewhere. The same question stops at the same point every time. 0 is no limit.
        seconds: a limit in wall-clock time on one question, for what the other does not stop.
        cancelled: asked often.

    Raises:
        ValueError: an unknown or repeated solver, a limit below zero, fewer than one worker.
    """
    for name in solvers:
        _known(name)
    if len(set(solvers)) < len(solvers):
        raise ValueError("a solver is named twice")
    if workers < 1 or effort < 0 or (seconds is not None and seconds <= 0):
        raise ValueError("limits and the number of workers are positive")
    pool = _Pool(workers, effort, seconds, cancelled)
    return _discharge(pool, iter(queries), solvers)


def _discharge(
    pool: _Pool, queries: Iterator[Query], solvers: Sequence[str]
) -> Generator[Discharged, None, None]:
    order: deque[Job] = deque()
    try:
        for query in queries:
            for solver in solvers:
                job = Job(query, solver)
                order.append(job)
                pool.add(job)
            while len(order) > _AHEAD * pool.workers:
                yield from pool.finished(order.popleft())
        while order:
            yield from pool.finished(order.popleft())
    finally:
        pool.close()


@cache
def version(solver: str) -> str:
    """The solver's version, in its own words.

    Raises:
        ValueError: there is no such solver.
        NotInstalled: it cannot be loaded.
    """
    _known(solver)
    try:
        worker = Worker(solver)
    except Ended as ended:
        raise NotInstalled(f"{solver}: {ended}") from ended
    try:
        end = time.monotonic() + START_SECONDS
        while (left := end - time.monotonic()) > 0:
            if not worker.ready(left):
                continue
            try:
                messages = worker.receive()
            except Ended as ended:
                raise NotInstalled(f"{solver}: {ended}") from ended
            for message in messages:
                if "version" in message:
                    return str(message["version"])
                raise NotInstalled(_missing(solver, message))
        raise NotInstalled(f"{solver} did not load in {START_SECONDS:g} s")
    finally:
        worker.close()


@cache
def available() -> tuple[str, ...]:
    """The solvers that can be loaded, in the order of `SOLVERS`."""
    found = []
    for name in SOLVERS:
        try:
            version(name)
        except NotInstalled:
            continue
        found.append(name)
    return tuple(found)


def _known(solver: str) -> None:
    if solver not in SOLVERS:
        raise ValueError(f"there is no solver {solver}, but {', '.join(SOLVERS)}")


def _missing(solver: str, message: Message) -> str:
    return f"{solver} is not installed: {message.get('missing', 'it does not answer')}"


# --- all of them ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Pool:
    """The processes and what they are to do."""

    workers: int
    effort: int
    seconds: float | None
    cancelled: Callable[[], bool]
    _alive: list[Worker] = field(default_factory=list)
    _waiting: deque[Job] = field(default_factory=deque)
    _missing: dict[str, str] = field(default_factory=dict)
    _failures: dict[str, int] = field(default_factory=dict)
    _over: bool = False

    def add(self, job: Job) -> None:
        """Takes a script on; starts with it when a process is free."""
        self._waiting.append(job)
        self._assign()

    def finished(self, job: Job) -> Iterator[Discharged]:
        """What becomes of a script; waits for it."""
        while job.rest is None:
            if self._stopped():
                self.close()
                job.rest = "cancelled"
            else:
                self._assign()
                if job.rest is None:
                    self._wait()
        yield from job.results()

    def _stopped(self) -> bool:
        self._over = self._over or self.cancelled()
        return self._over

    def close(self) -> None:
        """Ends all processes."""
        for worker in self._alive:
            worker.close()
        self._alive.clear()

    def _assign(self) -> None:
        """Gives work to whoever has none."""
        if self._stopped():
            return
        for job in list(self._waiting):
            if job.solver in self._missing:
                self._waiting.remove(job)
                job.rest = self._missing[job.solver]
                continue
            if sum(worker.job is not None for worker in self._alive) >= self.workers:
                return
            worker = self._free(job.solver)
            if worker is not None:
                self._waiting.remove(job)
                worker.job = job
                if worker.loaded:
                    self._ask(worker, job)

    def _free(self, solver: str) -> Worker | None:
        """A process of a solver that has nothing to do, a new one perhaps."""
        same = [worker for worker in self._alive if worker.solver == solver]
        for worker in same:
            if worker.job is None:
                return worker
        if len(same) >= (os.cpu_count() or 1):
            return None
        try:
            worker = Worker(solver)
        except Ended as ended:
            self._missing[solver] = f"{solver}: {ended}"
            return None
        worker.deadline = time.monotonic() + START_SECONDS
        self._alive.append(worker)
        return worker

    def _ask(self, worker: Worker, job: Job) -> None:
        self._restart_clock(worker)
        try:
            worker.send(
                text=job.query.text,
                claims=len(job.query.claims),
                effort=self.effort,
                skip=sorted(job.answers),
            )
        except Ended as ended:
            self._lost(worker, str(ended))

    def _restart_clock(self, worker: Worker) -> None:
        worker.deadline = None if self.seconds is None else time.monotonic() + self.seconds

    def _wait(self) -> None:
        """Waits a little for messages, and deals with them and with limits."""
        with selectors.DefaultSelector() as selector:
            for worker in self._alive:
                selector.register(worker.output, selectors.EVENT_READ, worker)
                if worker.input is not None:
                    selector.register(worker.input, selectors.EVENT_WRITE, worker)
            ready = selector.select(_POLL)
        for key, events in ready:
            worker = key.data
            if worker not in self._alive:
                continue
            try:
                if events & selectors.EVENT_WRITE:
                    worker.push()
                    continue
                messages = worker.receive()
            except Ended as ended:
                self._lost(worker, str(ended))
                continue
            for message in messages:
                if worker in self._alive:
                    self._heed(worker, message)
        now = time.monotonic()
        for worker in list(self._alive):
            if worker.job is not None and worker.deadline is not None and now > worker.deadline:
                limit = self.seconds if worker.loaded else START_SECONDS
                self._lost(worker, f"wall-clock limit of {limit:g} s")

    def _heed(self, worker: Worker, message: Message) -> None:
        job = worker.job
        match message:
            case {"missing": _}:
                self._missing[worker.solver] = _missing(worker.solver, message)
                self._drop(worker)
                if job is not None:
                    self._waiting.appendleft(job)
            case {"version": _}:
                worker.loaded = True
                if job is not None:
                    self._ask(worker, job)
            case {"begin": int(number)}:
                worker.question = number
                worker.began = time.monotonic()
                self._restart_clock(worker)
            case {"number": int(number), "answer": str(word), "reason": str(reason)}:
                worker.question = None
                self._restart_clock(worker)
                if job is not None and 0 <= number < len(job.query.claims):
                    spent = time.monotonic() - worker.began
                    name = f"{job.query.name}, question {number}"
                    LOG.debug("%s: %s says %s after %.3f s", name, worker.solver, word, spent)
                    job.answers[number] = _understood(word, reason)
            case {"end": str(rest)}:
                worker.job = None
                worker.deadline = None
                if job is not None:
                    job.rest = rest
            case _:
                self._lost(worker, "the solver's process talks nonsense")

    def _lost(self, worker: Worker, reason: str) -> None:
        """A process is gone or has to go. The question that it was at has no answer; the others
        of the script are put to a new one."""
        self._drop(worker)
        job = worker.job
        if not worker.loaded:
            self._failures[worker.solver] = self._failures.get(worker.solver, 0) + 1
            if self._failures[worker.solver] > 2:
                self._missing[worker.solver] = f"{worker.solver} cannot be started: {reason}"
        if job is None:
            return
        if worker.question is not None:
            job.answers[worker.question] = ("unknown", reason)
        elif worker.loaded:
            if job.again:
                job.rest = reason
                return
            job.again = True
        self._waiting.appendleft(job)

    def _drop(self, worker: Worker) -> None:
        if worker in self._alive:
            self._alive.remove(worker)
        worker.close()


def _understood(word: str, reason: str) -> tuple[Answer, str]:
    answer = _WORDS.get(word)
    if answer is None:
        return "unknown", f"the solver answers {word}"
    return answer, (reason or "no reason given") if answer == "unknown" else ""
