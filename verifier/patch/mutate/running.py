"""All mutants, in as many processes as there are cores; what comes back does not depend on these.

A process is told the specification's text and which mutants to settle; it makes them itself and
keeps what it learns of the original. Ctrl-C and the time limit reach it through an event: the
search that it is in ends, and what was settled is kept.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing.synchronize import Event

from frontend.model import PropertyKind
from frontend.source.spans import Source
from proofs.answers.invariant import Invariant
from proofs.answers.verdict import EverySize
from verifier.every_size.answer import answer
from verifier.patch.mutate.baseline import Baseline
from verifier.patch.mutate.building import Original, built, original
from verifier.patch.mutate.judging import Judge
from verifier.patch.mutate.outcome import Outcome, Verdict
from verifier.protocol.alarm import Overdue, tick, within
from verifier.protocol.deadline import Deadline
from verifier.protocol.task import Limits, Progress

POLL = 0.1
"""Seconds between two looks at whether to stop."""

PATIENCE = 60.0
"""Seconds that a proof of the original for every size may take."""


LAST = 0.8
"""Seconds that processes have to end by themselves when the time is up."""

POOLS = 2
"""How often processes are started: once more when one of them dies."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One variant whose mutants are to be settled.

    Args:
        source: the specification.
        variant: its name.
        known: what holds of it.
        memory: bytes that a proof may take.
    """

    source: Source
    variant: str
    known: Baseline
    memory: int


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work for a process.

    Args:
        subject: which variant.
        number: which mutant; -1: find the original's proof for every size.
        invariant: try this on the mutant.
    """

    subject: int
    number: int
    invariant: Invariant | None = None


Answer = Outcome | Invariant | bool | None
"""Of a mutant, of the search for a proof, and whether a proof is one of a mutant, too."""


class Bench:
    """Does jobs, in whatever process it is.

    Args:
        subjects: what they are about.
        expired: asked often; True: the time is up.
    """

    def __init__(self, subjects: Sequence[Subject], expired: Callable[[], bool]) -> None:
        self._subjects = subjects
        self._expired = expired
        self._judges: dict[int, Judge] = {}

    def do(self, job: Job) -> Answer:
        """Does one. Raises InternalError."""
        judge = self._judge(job.subject)
        if job.invariant is not None:
            return self._transfer(job, judge, job.invariant)
        if job.number < 0:
            return self._proof(self._subjects[job.subject], judge.origin)
        started = time.perf_counter()
        found = judge.settle(job.number)
        return replace(found, seconds=time.perf_counter() - started)

    def _judge(self, number: int) -> Judge:
        if number not in self._judges:
            subject = self._subjects[number]
            origin = original(subject.source, subject.variant)
            self._judges[number] = Judge(origin, subject.known, self._expired)
        return self._judges[number]

    def _proof(self, subject: Subject, origin: Original) -> Invariant | None:
        names = _invariants(origin, subject.known)
        if not names:
            return None
        stop = _Linked(self._expired)
        found = answer(origin.model, names, stop, subject.memory, _nobody)
        evidence = [item.invariant for item in found.values() if isinstance(item, EverySize)]
        return evidence[0] if evidence and set(evidence[0].properties) >= set(names) else None

    def _transfer(self, job: Job, judge: Judge, invariant: Invariant) -> bool:
        from verifier.patch.mutate.transfer import proved

        subject = self._subjects[job.subject]
        model = built(judge.origin, judge.origin.mutants[job.number]).model
        names = _invariants(judge.origin, subject.known)
        limits = Limits(expired=self._expired, memory=subject.memory)
        return model is not None and proved(judge.origin.model, model, invariant, names, limits)


class _Linked(Deadline):
    """The time is up when somebody else says so, or after `PATIENCE`."""

    def __init__(self, others: Callable[[], bool]) -> None:
        super().__init__(PATIENCE)
        self._others = others

    def expired(self) -> bool:
        """Whether it is."""
        return self._others() or super().expired()


def _invariants(origin: Original, known: Baseline) -> tuple[str, ...]:
    """What holds of the original and is no `reachable`."""
    return tuple(
        name
        for name in known.held
        if origin.model.property(name).kind is not PropertyKind.REACHABLE
    )


def _nobody(progress: Progress) -> None:
    """Progress inside a job is not shown: jobs are counted."""
    del progress


# --- the processes -------------------------------------------------------------------------


class _Told(Deadline):
    """The time is up when the event is set."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self._event = event
        self._set: float | None = None

    def expired(self) -> bool:
        """Whether it is."""
        if self._set is None and self._event.is_set():
            self._set = self.clock()
        return self._set is not None

    def overdue(self, grace: float) -> bool:
        """Whether that was so long ago."""
        return self.expired() and self.clock() >= (self._set or 0.0) + grace


_BENCHES: list[tuple[Bench, _Told]] = []
"""The one of this process."""


def _begin(subjects: Sequence[Subject], event: Event) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the parent tells
    gc.set_threshold(100_000, 50, 50)
    tick()
    told = _Told(event)
    _BENCHES.append((Bench(subjects, told.expired), told))


def _do(job: Job) -> Answer:
    bench, told = _BENCHES[-1]
    return _within(bench, told, job)


def _within(bench: Bench, stop: Deadline, job: Job) -> Answer:
    """Does a job; None where its time was up and it did not stop by itself."""
    try:
        return within(stop, lambda: bench.do(job))
    except Overdue:
        return None


def _done(
    subjects: Sequence[Subject], jobs: Sequence[Job], workers: int, stop: Deadline
) -> Iterator[tuple[Job, Answer]]:
    """Jobs as they end; those that the time does not allow are left out. Where a process dies, new
    ones take what is left over, once; a mutant that is left over then has no verdict.

    Raises:
        InternalError: in one of them.
    """
    if workers == 1:
        bench = Bench(subjects, stop.expired)
        for job in jobs:
            if stop.expired():
                return
            yield job, _within(bench, stop, job)
        return
    left = list(jobs)
    for _ in range(POOLS):
        try:
            for job, given in pooled(subjects, tuple(left), workers, stop):
                left.remove(job)
                yield job, given
        except BrokenProcessPool:
            continue
        return
    for job in left:
        if job.number >= 0 and job.invariant is None:
            yield job, Outcome(job.number, Verdict.OPEN, reason="a process of this program died")


def pooled(
    subjects: Sequence[Subject],
    jobs: Sequence[Job],
    workers: int,
    stop: Deadline,
    do: Callable[[Job], Answer] = _do,
) -> Iterator[tuple[Job, Answer]]:
    """The same in processes of their own; one that does not end with the time is killed.

    Raises:
        InternalError: in one of them.
        BrokenProcessPool: one of them died.
    """
    context = multiprocessing.get_context("spawn")
    event = context.Event()
    with ProcessPoolExecutor(
        min(workers, max(1, len(jobs))), context, _begin, (subjects, event)
    ) as pool:
        waiting: dict[Future[Answer], Job] = {pool.submit(do, job): job for job in jobs}
        try:
            while waiting:
                finished, _ = wait(waiting, POLL, FIRST_COMPLETED)
                for future in sorted(finished, key=lambda one: waiting[one].number):
                    job = waiting.pop(future)
                    if not future.cancelled():
                        yield job, future.result()
                if stop.expired() and not event.is_set():
                    event.set()
                    for future in waiting:
                        future.cancel()
                if stop.overdue(LAST):
                    return
        finally:
            event.set()
            if stop.overdue(LAST):
                for process in multiprocessing.active_children():
                    process.kill()  # at work on something that looks at no clock
            pool.shutdown(cancel_futures=True)


# --- all of it -----------------------------------------------------------------------------


def settle_mutants(
    subjects: Sequence[Subject],
    counts: Sequence[int],
    workers: int,
    stop: Deadline,
    listener: Callable[[int, int], None],
) -> list[list[Outcome]]:
    """What became of the mutants of some variants.

    Args:
        subjects: the variants.
        counts: how many mutants each has.
        workers: how many processes; 1: this one.
        stop: when the time is up, the others are `Verdict.OPEN`.
        listener: told how many pieces of work are done, and how many there are.

    Raises:
        InternalError: a run that was found does not replay.
    """
    found = [[Outcome(n, Verdict.OPEN) for n in range(count)] for count in counts]
    jobs = [Job(number, n) for number, count in enumerate(counts) for n in range(count)]
    proofs: dict[int, Invariant] = {}
    searches = [Job(number, -1) for number, count in enumerate(counts) if count]
    total = len(jobs) + len(searches)
    listener(0, total)
    # The searches first: they take longest.
    for done, (job, given) in enumerate(_done(subjects, [*searches, *jobs], workers, stop), 1):
        if isinstance(given, Outcome):
            found[job.subject][job.number] = given
        elif isinstance(given, Invariant):
            proofs[job.subject] = given
        listener(done, total)
    second = [
        Job(number, item.number, proofs[number])
        for number, items in enumerate(found)
        for item in items
        if number in proofs and _may_hold(item, subjects[number], proofs[number])
    ]
    total += len(second)
    for done, (job, given) in enumerate(_done(subjects, second, workers, stop), 1):
        if given is True:
            kept = found[job.subject][job.number]
            found[job.subject][job.number] = replace(
                kept, verdict=Verdict.SURVIVED, names=(), reason="", everywhere=True
            )
        listener(total - len(second) + done, total)
    return found


def _may_hold(item: Outcome, subject: Subject, invariant: Invariant) -> bool:
    """Whether a proof for every size would say more than is known; it proves no `reachable`."""
    if item.verdict is Verdict.INCONCLUSIVE:
        return set(item.names) <= set(invariant.properties)
    return item.verdict is Verdict.SURVIVED and bool(subject.known.held)
