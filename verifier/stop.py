"""When to stop: the user's deadline and Ctrl-C, shared by everything that runs."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds from some fixed moment; only differences mean anything."""


class Stop:
    """Says when the time is up.

    Args:
        seconds: how long from now; None is no limit.
        clock: what tells the time.
    """

    def __init__(self, seconds: float | None = None, clock: Clock = time.monotonic) -> None:
        self.seconds = seconds
        self.clock = clock
        self._end = math.inf if seconds is None else clock() + seconds
        self._interrupts: list[None] = []  # one list for all parts: Ctrl-C is for everybody

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C came."""
        return bool(self._interrupts)

    def interrupt(self) -> None:
        """From now on the time is up, for all parts: Ctrl-C."""
        self._interrupts.append(None)

    def remaining(self) -> float:
        """Seconds left: 0 when the time is up, infinity without a limit."""
        return 0.0 if self.interrupted else max(0.0, self._end - self.clock())

    def expired(self) -> bool:
        """Whether the time is up."""
        return self.interrupted or self.clock() >= self._end

    def within(self, seconds: float) -> Callable[[], bool]:
        """Whether the time is up, or `seconds` from now have passed."""
        end = self.clock() + seconds
        return lambda: self.expired() or self.clock() >= end

    def part(self, share: float) -> Stop:
        """The same with a share of the remaining time only: who comes first leaves something to
        those who follow.
        """
        part = Stop(self.seconds, self.clock)
        part._end = self.clock() + self.remaining() * share
        part._interrupts = self._interrupts
        return part

    def reason(self) -> str:
        """Why the time is up, in one line."""
        if self.interrupted:
            return "interrupted"
        return f"time limit of {self.seconds:g} s" if self.seconds is not None else "no time limit"
