"""One solver's process and what it works at: the machinery of `proofs.solvers.asking`."""

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

from proofs.answers.invariant import Claim
from proofs.solvers.framing import Inbox, Message, pack
from proofs.solvers.lifeline import Lifeline
from proofs.solvers.query import Query

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


GRACE = 5.0
"""Seconds that a process has to end after it closed a pipe, until it is killed."""


def ended(status: int) -> str:
    """How a process ended, in words, told by `Popen.returncode`."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = str(-status)
    return f"was ended by signal {name}"


class Ended(Exception):
    """A solver's process is gone. Says how."""


class Worker:
    """A solver's process.

    Raises:
        Ended: it cannot be started.
    """

    def __init__(self, solver: str) -> None:
        self.solver = solver
        self.loaded = False
        self.job: Job | None = None
        self.question: int | None = None
        self.began = 0.0
        self.deadline: float | None = None
        root = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        self._lifeline = Lifeline()
        number = self._lifeline.number
        # -P: a file of the user's that happens to be called z3.py must not be what is loaded.
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "proofs.solvers.process", solver, str(number)],
                bufsize=0,
                pass_fds=(number,),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": path},
            )
        except OSError as error:
            self._lifeline.close()
            raise Ended(f"no process can be started: {error.strerror or error}") from error
        finally:
            self._lifeline.given()
        self._inbox = Inbox()
        self._outbox = b""
        if self._process.stdin is not None:  # one that does not read must not keep us waiting
            os.set_blocking(self._process.stdin.fileno(), False)

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

    @property
    def input(self) -> IO[bytes] | None:
        """Where the rest of a request goes that did not fit into its pipe; None for no rest."""
        return self._process.stdin if self._outbox else None

    def send(self, **message: object) -> None:
        """Sends a request, as much of it as the pipe takes: `push` sends more.

        Raises:
            Ended: nobody reads it.
        """
        self._outbox += pack(message)
        self.push()

    def push(self) -> None:
        """Sends what is left of requests, as far as that goes without waiting.

        Raises:
            Ended: nobody reads it.
        """
        pipe = self._process.stdin
        if pipe is None:
            raise Ended("it has no pipe")
        try:
            while self._outbox:
                self._outbox = self._outbox[os.write(pipe.fileno(), self._outbox) :]
        except BlockingIOError:
            return
        except OSError:
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
        try:
            status = self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            return Ended("the solver's process closed its pipe")
        return Ended(f"the solver's process {ended(status)}")

    def close(self) -> None:
        """Ends the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._lifeline.close()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue  # what was never read
