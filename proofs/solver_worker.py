"""One solver's process and what it works at: the machinery of `proofs.solvers`."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from proofs.framing import Inbox, Message, pack
from proofs.invariant import Claim
from proofs.query import Query

Answer = Literal["unsat", "sat", "unknown"]


@dataclass(frozen=True, slots=True)
class Discharged:
    """What a solver says to one claim.

    Args:
        query: name of the script.
        claim: what the question stands for.
        solver: who was asked.
        answer: `unsat` discharges the claim.
        reason: why the answer is `unknown`, on one line; "" otherwise.
    """

    query: str
    claim: Claim
    solver: str
    answer: Answer
    reason: str


@dataclass(slots=True)
class Job:
    """One script for one solver.

    Args:
        answers: number of the question -> answer and reason.
        rest: why the questions without an answer have none; None while that is open.
        again: whether the process ended once outside of any question.
    """

    query: Query
    solver: str
    answers: dict[int, tuple[Answer, str]] = field(default_factory=dict)
    rest: str | None = None
    again: bool = False

    def results(self) -> Iterator[Discharged]:
        """One for each claim, in order."""
        for number, claim in enumerate(self.query.claims):
            answer, reason = self.answers.get(number, ("unknown", self.rest or ""))
            yield Discharged(self.query.name, claim, self.solver, answer, reason)


class Ended(Exception):
    """A solver's process is gone. Says how."""


class Worker:
    """A solver's process."""

    def __init__(self, solver: str) -> None:
        self.solver = solver
        self.loaded = False
        self.job: Job | None = None
        self.question: int | None = None
        self.deadline: float | None = None
        root = str(Path(__file__).parent.parent)
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        # -P: a file of the user's that happens to be called z3.py must not be what is loaded.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "proofs.solver_process", solver],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._inbox = Inbox()

    @property
    def output(self) -> IO[bytes]:
        """Where its messages come from."""
        if self._process.stdout is None:
            raise Ended("it has no pipe")
        return self._process.stdout

    def ready(self, seconds: float) -> bool:
        """Whether a message, or a part of one, comes within that time."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.output, selectors.EVENT_READ)
            return bool(selector.select(seconds))

    def send(self, **message: object) -> None:
        """Sends a request.

        Raises:
            Ended: nobody reads it.
        """
        pipe = self._process.stdin
        if pipe is None:
            raise Ended("it has no pipe")
        try:
            pipe.write(pack(message))
            pipe.flush()
        except BrokenPipeError:
            raise self._ended() from None

    def receive(self) -> list[Message]:
        """The messages that are complete; waits for a part of one.

        Raises:
            Ended: there will be no more.
        """
        data = os.read(self.output.fileno(), 1 << 16)
        if not data:
            raise self._ended()
        try:
            return list(self._inbox.feed(data))
        except ValueError as error:
            raise Ended(f"the solver's process talks nonsense: {error}") from error

    def _ended(self) -> Ended:
        status = self._process.wait()
        if status >= 0:
            return Ended(f"the solver's process ended with status {status}")
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = str(-status)
        return Ended(f"the solver's process was ended by signal {name}")

    def close(self) -> None:
        """Ends the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue  # what was never read
