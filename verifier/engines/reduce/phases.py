"""Which places of a thread lie in the middle of a transaction, from what its steps may do.

This is the graph part only: what steps may do is given (`transactions.py` has it proved).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from frontend.model import Step, Thread
from verifier.analysis.circles import heads


class Phase(Enum):
    """Where a thread stands in its transaction."""

    OUTSIDE = "outside"
    """Between transactions: other threads may run."""
    BEFORE = "before"
    """All its steps since it was outside move right: they can be thought not to have happened."""
    AFTER = "after"
    """All steps from here to the outside move left, and nothing can stop them: they can be
    thought to have happened."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is proved of steps and places.

    Args:
        undone: a step into the middle that can be thought not to have happened.
        completed: a step from the middle that can be thought to have happened, and cannot fault.
        proceeds: a place from which a step can always be taken.
    """

    undone: Callable[[Step], bool]
    completed: Callable[[Step], bool]
    proceeds: Callable[[Thread, int], bool]


def phases(thread: Thread, rules: Rules) -> Mapping[int, Phase]:
    """A phase for each place, with as many in the middle as this finds.

    Such that: the entry and the end are outside; each step into a place BEFORE comes from outside
    or from BEFORE and is `undone`; from each place AFTER a step can always be taken, all steps
    from there are `completed`; no circle of steps lies in the middle.
    """
    outside = {thread.entry, thread.end}
    inner = [place.number for place in thread.locations if place.number not in outside]
    arriving: dict[int, list[Step]] = {number: [] for number in range(len(thread.locations) + 1)}
    leaving: dict[int, list[Step]] = {number: [] for number in range(len(thread.locations) + 1)}
    for step in thread.steps:
        arriving[step.target].append(step)
        leaving[step.source].append(step)

    def completed(place: int) -> bool:
        return all(map(rules.completed, leaving[place])) and rules.proceeds(thread, place)

    found = dict.fromkeys((*outside, *inner), Phase.OUTSIDE)
    for place in inner:
        if arriving[place] and all(map(rules.undone, arriving[place])):
            found[place] = Phase.BEFORE
        elif completed(place):
            found[place] = Phase.AFTER
    while True:
        wrong = [
            place
            for place in inner
            if found[place] is Phase.BEFORE
            and any(found[step.source] is Phase.AFTER for step in arriving[place])
        ]
        if wrong:
            found[wrong[0]] = Phase.AFTER if completed(wrong[0]) else Phase.OUTSIDE
            continue
        middle = [place for place in inner if found[place] is not Phase.OUTSIDE]
        circle = next(heads(thread, middle), None)
        if circle is None:
            return found
        found[circle] = Phase.OUTSIDE
