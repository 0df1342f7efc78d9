"""When to stop: the user's deadline and signals, shared by everything that runs."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable

from verifier.protocol.signals import BEGUN

Clock = Callable[[], float]
"""Seconds from some fixed moment; only differences mean anything."""


class Deadline:
    """Says when the time is up.

    Args:
        seconds: how long from now; None is no limit.
        clock: what tells the time.
    """

    def __init__(self, seconds: float | None = None, clock: Clock = time.monotonic) -> None:
        self.seconds = seconds
        self.clock = clock
        self._end = math.inf if seconds is None else clock() + seconds
        self._words = ""
        self._most = math.inf  # of this process's own time
        self._interrupts: list[tuple[int, float]] = []  # one for all parts: they are for everybody

    @staticmethod
    def commanded(seconds: float | None) -> Deadline:
        """The user's limit, which counts from the start of the program."""
        stop = Deadline(seconds)
        if BEGUN:
            stop._end -= stop.clock() - BEGUN[0]
        return stop

    @property
    def interrupted(self) -> bool:
        """Whether a signal asked for the end."""
        return bool(self._interrupts)

    @property
    def number(self) -> int:
        """The number of the signal that asked for the end; 0 while none did."""
        return self._interrupts[0][0] if self._interrupts else 0

    def interrupt(self, number: int = signal.SIGINT) -> None:
        """From now on the time is up, for all parts: a signal came."""
        self._interrupts.append((number, self.clock()))

    def remaining(self) -> float:
        """Seconds left: 0 when the time is up, infinity without a limit."""
        if self.interrupted:
            return 0.0
        return max(0.0, min(self._end - self.clock(), self._most - time.process_time()))

    def expired(self) -> bool:
        """Whether the time is up."""
        return self.interrupted or self.clock() >= self._end or time.process_time() >= self._most

    def within(self, seconds: float) -> Callable[[], bool]:
        """Whether the time is up, or `seconds` from now have passed."""
        end = self.clock() + seconds
        return lambda: self.expired() or self.clock() >= end

    def part(self, share: float) -> Deadline:
        """The same with a share of the remaining time only: who comes first leaves something to
        those who follow.
        """
        part = Deadline(self.seconds, self.clock)
        now, spent = self.clock(), time.process_time()
        left, rest = self._end - now, self._most - spent
        # What is up stays up since then: else each part would have some grace of its own.
        part._end = self._end if left <= 0 else now + left * share if share else now
        part._most = self._most if rest <= 0 else spent + rest * share if share else spent
        part._words = self._words
        part._interrupts = self._interrupts
        return part

    def at_most(self, seconds: float, words: str, patience: float = 5.0) -> Deadline:
        """The same, or so many seconds of this process's own time from now where they come first:
        what a machine that is busy with other things is given must not change an answer.

        Args:
            words: why the time is up then.
            patience: how many times as long that may take by the clock.
        """
        part = self.part(1.0)
        if seconds < self.remaining():
            part._words = words
            part._most = time.process_time() + seconds
            part._end = min(self._end, self.clock() + seconds * patience)
            part.seconds = seconds
        return part

    @property
    def is_own(self) -> bool:
        """Whether the limit is not the user's but one that the program gives itself."""
        return bool(self._words)

    def ended(self, words: str) -> Deadline:
        """The same, but the time is up, for a reason of its own."""
        part = self.part(0.0)
        part.seconds, part._end, part._most, part._words = 0.0, self.clock(), math.inf, words
        return part

    def overdue(self, grace: float) -> bool:
        """Whether so many seconds have passed since the time was up, or a fiftieth of the limit."""
        now = self.clock()
        if time.process_time() >= self._most + grace:
            return True
        if self._interrupts and now - self._interrupts[0][1] >= grace:
            return True
        return now >= self._end + max(grace, 0.02 * (self.seconds or 0.0))

    def reason(self) -> str:
        """Why the time is up, in one line."""
        if self.interrupted:
            return "interrupted"
        if self._words:
            return self._words
        return f"time limit of {self.seconds:g} s" if self.seconds is not None else "no time limit"
