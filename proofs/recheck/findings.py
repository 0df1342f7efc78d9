"""What a recheck found, as plain values."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum


class Standing(Enum):
    """What became of a part of the evidence."""

    VERIFIED = "verified"
    TRUSTED = "taken on trust"
    VACUOUS = "says nothing"
    """A verdict that is true, of nothing that ever happens."""
    UNCONFIRMED = "not confirmed"
    FAILED = "does not hold"
    CONTRADICTION = "contradiction"
    """One solver says unsat and another one sat: a bug in one of them, or in this program."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a recheck has to say.

    Args:
        standing: what became of it.
        text: in a line or two.
    """

    standing: Standing
    text: str


LONGEST = 2000
"""Characters of a finding: a log may name things as long as itself."""

PATIENCE = 60.0
"""Seconds for a part that asks no solver, where the user sets no limit."""


def never() -> bool:
    """Nobody asks to stop."""
    return False


def silent(text: str) -> None:
    """Takes progress and says nothing."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to recheck.

    Args:
        solvers: names of those that must all confirm; without any, the ones meant for the job.
        workers: how many solver processes may run at once.
        effort: how much work a solver may do for one claim, by its own count.
        seconds: of wall time for one claim, as a safety net.
        cancelled: asked now and then; whether to stop.
        progress: told what is being done.
        until: when to stop, as `time.monotonic` counts.
        specification: path and content of what the log should be about; None: whatever it is about.
    """

    solvers: Sequence[str] = ()
    workers: int = 2
    effort: int = 20_000_000
    seconds: float = 60.0
    cancelled: Callable[[], bool] = field(default=never)
    progress: Callable[[str], None] = field(default=silent)
    until: float = math.inf
    specification: tuple[str, bytes] | None = None

    def stopped(self) -> bool:
        """Whether to stop."""
        return self.cancelled() or time.monotonic() >= self.until

    def soon(self, seconds: float) -> float:
        """When a piece of work that may take some seconds has to end."""
        return min(self.until, time.monotonic() + seconds)

    def by(self, seconds: float) -> Options:
        """The same with some seconds left."""
        return replace(self, until=self.soon(seconds))


@dataclass(slots=True)
class Report:
    """All that a recheck found.

    Args:
        findings: in the order in which they were made.
        solvers: name -> version of those that were asked.
    """

    findings: list[Finding] = field(default_factory=list)
    solvers: dict[str, str] = field(default_factory=dict)

    def add(self, standing: Standing, text: str) -> None:
        """One more finding."""
        self.findings.append(Finding(standing, text[:LONGEST]))

    def of(self, standing: Standing) -> list[str]:
        """The texts of one standing, each once."""
        found = (item.text for item in self.findings if item.standing is standing)
        return list(dict.fromkeys(found))

    @property
    def status(self) -> int:
        """The exit status: 0 when all was confirmed, 70 for a contradiction, 4 when something does
        not hold, 3 when something was not confirmed, 1 when a verdict says nothing."""
        for standing, status in STATUSES.items():
            if self.of(standing):
                return status
        return 0


STATUSES: Mapping[Standing, int] = {
    Standing.CONTRADICTION: 70,
    Standing.FAILED: 4,
    Standing.UNCONFIRMED: 3,
    Standing.VACUOUS: 1,
}
