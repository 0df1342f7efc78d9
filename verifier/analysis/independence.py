"""Which steps of different threads cannot influence each other, read off their text.

Two steps are independent when neither writes what the other reads or writes. What each reaches
through `Self` at the same position of an index, its own locals and per-thread fields, is never
the same for two threads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from frontend.model import (
    At,
    Expression,
    Instruction,
    Model,
    Read,
    ReferenceType,
    Self,
    Step,
    WaitCycle,
    walk,
    writes,
)

Access = tuple[str, int]
"""A variable and at which position of the index `Self` stands; -1 for nowhere."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a step touches.

    Args:
        reads: guards included, constants not.
        writes: what it assigns.
        watches: `(sort, location)` where it asks whether threads stand.
        moves: the two locations that it moves its thread between, as above.
        everything: whether it is not to be told apart from a step that touches all.
    """

    reads: frozenset[Access]
    writes: frozenset[Access]
    watches: frozenset[tuple[str, int]]
    moves: frozenset[tuple[str, int]]
    everything: bool


def footprints(model: Model) -> dict[tuple[str, str], Footprint]:
    """Of every step, by the thread's sort and the step's name."""
    steps = [step for thread in model.threads for step in thread.steps]
    fixed = frozenset(item.name for item in model.variables if item.constant)
    watched = frozenset().union(*(_watches(step) for step in steps)) if steps else frozenset()
    return {
        (step.thread, step.name): Footprint(
            frozenset(_reads(step.body, fixed)),
            frozenset(_writes(step.body)),
            _watches(step),
            frozenset({(step.thread, step.source), (step.thread, step.target)}) & watched,
            any(isinstance(part, WaitCycle) for item in step.body for part in walk(item)),
        )
        for step in steps
    }


def independent(left: Footprint, right: Footprint) -> bool:
    """Whether the two steps, of different threads, can be exchanged when one follows the other."""
    return not (
        left.everything
        or right.everything
        or left.watches & right.moves
        or right.watches & left.moves
        or _meet(left.writes, right.reads | right.writes)
        or _meet(right.writes, left.reads)
    )


def _meet(left: frozenset[Access], right: frozenset[Access]) -> bool:
    return any(
        name == other and not (position == against and position >= 0)
        for name, position in left
        for other, against in right
    )


def _access(name: str, arguments: tuple[Expression, ...]) -> Access:
    own = [place for place, item in enumerate(arguments) if isinstance(item, Self)]
    return name, own[0] if own else -1


def _reads(body: Iterable[Instruction], fixed: frozenset[str]) -> Iterable[Access]:
    for instruction in body:
        for part in walk(instruction):
            if isinstance(part, Read) and part.variable not in fixed:
                yield _access(part.variable, part.arguments)


def _writes(body: Iterable[Instruction]) -> Iterable[Access]:
    for instruction in body:
        for write in writes(instruction):
            yield _access(write.variable, write.arguments)


def _watches(step: Step) -> frozenset[tuple[str, int]]:
    result: set[tuple[str, int]] = set()
    for instruction in step.body:
        for part in walk(instruction):
            if isinstance(part, At):
                domain = part.thread.type
                assert isinstance(domain, ReferenceType), "only threads stand somewhere"
                result.update((domain.sort, location) for location in part.locations)
    return frozenset(result)
