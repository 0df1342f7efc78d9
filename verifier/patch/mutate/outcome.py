"""What became of a mutant, as values that cross from one process to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Reach(Enum):
    """Which shared states a survivor reaches, against the original at the same sizes."""

    FEWER = "fewer"
    MORE = "more"
    SAME = "same"
    OTHER = "other"


class Verdict(Enum):
    """What became of it.

    `REJECTED` and `UNCHANGED` are no mutants after all and not counted; `OPEN` was not looked at.
    """

    KILLED = "killed"
    EQUIVALENT = "equivalent"
    SURVIVED = "survived"
    INCONCLUSIVE = "inconclusive"
    REJECTED = "rejected"
    UNCHANGED = "unchanged"
    OPEN = "open"


COUNTED = (Verdict.KILLED, Verdict.EQUIVALENT, Verdict.SURVIVED, Verdict.INCONCLUSIVE, Verdict.OPEN)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one mutant.

    Args:
        number: which mutant.
        verdict: see there.
        names: the properties that kill it, the first one named; else the ones it is open for.
        steps: the length of the run that kills it; None where a `reachable` is not reached.
        bounds: the sizes where that is seen, where it changes nothing, or where `reach` is told.
        reach: of a survivor, None where that is not known.
        everywhere: of a survivor, whether all is proved for every size.
        torn: killed although each of its statements is taken as one step, torn as some are.
        reason: why it is inconclusive or was not looked at, or the code of the mistake that the
            front end sees.
        seconds: what it took; no part of the answer.
    """

    number: int
    verdict: Verdict
    names: tuple[str, ...] = ()
    steps: int | None = None
    bounds: Mapping[str, int] | None = None
    reach: Reach | None = None
    everywhere: bool = False
    torn: bool = False
    reason: str = ""
    seconds: float = 0.0
