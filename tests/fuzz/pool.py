"""Workers that try cases; one that hangs or dies costs its case, and is replaced."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from tests.fuzz.case import Case, Problem, Result
from tests.fuzz.judging import judged
from tests.fuzz.running import PATIENCE, SECONDS, where

CASES = 400
"""How many a worker tries before it is replaced: what it remembers grows."""

MEMORY = 4 << 30
"""Bytes of address space of a worker."""

LARGE = 1200 << 10
"""Kilobytes in memory after which a case is said to need too much."""

Source = Callable[[object], Case]
"""Makes the case that a job stands for; it is called in the worker."""

Judge = Callable[[Case, Path], Result]


def work(connection: Connection, folder: str, source: Source, judge: Judge, limit: float) -> None:
    """What a worker does: a job, its result, the next job."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115  # stays open
    here = Path(folder)
    here.mkdir(parents=True, exist_ok=True)
    with (here / "stack").open("w") as stack:
        # At the end of its time a worker says where it was, and dies.
        faulthandler.register(signal.SIGPROF, stack, all_threads=False, chain=True)
        while True:
            try:
                job = connection.recv()
            except EOFError:
                return
            case = source(job)
            connection.send(case)
            stack.truncate(0)
            start = time.process_time()
            signal.setitimer(signal.ITIMER_PROF, limit)
            result = judge(case, here / "case")
            signal.setitimer(signal.ITIMER_PROF, 0)
            seconds = time.process_time() - start
            used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            if used > LARGE and result.problem is None:
                text = f"{used >> 10} MB of memory"
                problem = Problem(f"{case.kind}: too much memory", text, _command(case))
                connection.send(Result(result.statuses, problem, seconds))
                return
            connection.send(Result(result.statuses, result.problem, seconds))


def _command(case: Case) -> tuple[str, ...]:
    words = {
        "spec": "check --timeout 5 it.alloc",
        "patch": "review --no-verify --timeout 5 it.patch it.alloc",
    }
    words |= {"log": "recheck --timeout 5 it.log", "bundle": "recheck --timeout 5 bundle"}
    return ("buddyproof", *words[case.kind].split())


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    connection: Connection
    folder: Path
    job: object = None
    case: Case | None = None
    since: float = 0.0
    done: int = 0
    busy: bool = field(default=False)


class Pool:
    """Processes that try cases.

    Args:
        jobs: how many.
        folder: for their files.
        source: makes cases of jobs.
        judge: tries a case in a folder.
        limit: seconds of processor time for a case.
    """

    def __init__(
        self,
        jobs: int,
        folder: Path,
        source: Source,
        judge: Judge = judged,
        limit: float = SECONDS,
    ) -> None:
        self._folder = folder
        self._judge = judge
        self._limit = limit
        self._source = source
        self._started = 0
        self._workers = [self._start() for _ in range(jobs)]

    def _start(self) -> _Worker:
        self._started += 1
        context = get_context("spawn")
        mine, other = context.Pipe()
        folder = self._folder / f"worker{self._started}"
        given = (other, str(folder), self._source, self._judge, self._limit)
        process = context.Process(target=work, args=given)
        process.start()
        other.close()
        return _Worker(process, mine, folder)

    def close(self) -> None:
        """Ends all of them."""
        for worker in self._workers:
            self._end(worker)

    def _end(self, worker: _Worker) -> None:
        worker.connection.close()
        if worker.process.pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(worker.process.pid, signal.SIGKILL)
        worker.process.kill()
        worker.process.join()

    def run(self, jobs: Iterable[object]) -> Iterator[tuple[object, Case | None, Result]]:
        """The results of jobs as they come, each with its job and its case."""
        waiting = iter(jobs)
        pending = True
        while True:
            for number, worker in enumerate(self._workers):
                if not worker.busy and pending:
                    pending = self._give(number, waiting)
            busy = [worker for worker in self._workers if worker.busy]
            if not busy:
                return
            ready = set(wait([worker.connection for worker in busy], timeout=1.0))
            for worker in busy:
                result = self._heard(worker, worker.connection in ready)
                if result is not None:
                    worker.busy = False
                    yield worker.job, worker.case, result

    def _give(self, number: int, waiting: Iterator[object]) -> bool:
        job = next(waiting, None)
        if job is None:
            return False
        worker = self._workers[number]
        if worker.done >= CASES or not worker.process.is_alive():
            self._end(worker)
            worker = self._workers[number] = self._start()
        worker.job, worker.case, worker.busy = job, None, True
        worker.since = time.monotonic()
        worker.done += 1
        with contextlib.suppress(BrokenPipeError):
            worker.connection.send(job)
        return True

    def _heard(self, worker: _Worker, ready: bool) -> Result | None:
        if ready:
            try:
                found = worker.connection.recv()
            except (EOFError, OSError):
                return self._died(worker)
            if isinstance(found, Result):
                return found
            worker.case, worker.since = found, time.monotonic()
        elif time.monotonic() - worker.since > PATIENCE and worker.process.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.process.pid, signal.SIGPROF)
            worker.since += 5
        return None

    def _died(self, worker: _Worker) -> Result:
        worker.process.join(5)
        code = worker.process.exitcode
        worker.done = CASES
        if worker.case is None:
            raise RuntimeError(f"a worker died before it made a case of {worker.job!r}: {code}")
        stack = (worker.folder / "stack").read_text(encoding="utf-8", errors="replace")
        trace = "\n".join(reversed(stack.replace(" in ", ", in ").splitlines()))
        ended = "takes too long" if code == -signal.SIGPROF else f"dies with {code}"
        signature = f"{worker.case.kind}: {ended}, {where(trace).partition(' at ')[2]}"
        return Result((), Problem(signature, stack, _command(worker.case)), float(SECONDS))
