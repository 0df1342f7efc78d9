"""The alternatives of a location: which branch of a `choose` a step belongs to, when it can
proceed, and which lock a thread waits for there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from frontend.formulas import building as formulas
from frontend.formulas.building import both, conjunction, negation
from frontend.formulas.waiting import Gate, proceeds
from frontend.model import FALSE, TRUE, Expression, Held, HeldBy, Read, Self
from frontend.steps.paths import Path, Segment


def alternatives(segments: Iterable[Segment]) -> dict[tuple[int, ...], tuple[int, Expression]]:
    """Choices of the steps at one location -> number, and when the alternative can proceed."""
    ways: dict[tuple[int, ...], list[Path]] = {}
    waiting = False
    for segment in segments:
        ways.setdefault(segment.path.choices, []).append(segment.path)
        waiting = waiting or segment.path.wait is not None
    found: dict[tuple[int, ...], tuple[int, Expression]] = {}
    for number, choices in enumerate(sorted(ways)):
        waits: Expression = TRUE
        if waiting:
            waits = proceeds(
                [(path.gates, TRUE if path.wait is None else path.wait) for path in ways[choices]]
            )
        found[choices] = (number, waits)
    return found


def awaited_locks(segments: list[Segment], me: Self) -> Iterator[tuple[int, Read, Expression]]:
    """The locks that a thread at a location may wait for: the number of the alternative, the
    lock, and when it is this lock. Of several alternatives each must wait for a lock."""

    def blocked(entry: tuple[Read, Expression]) -> Expression:
        lock, when = entry
        return conjunction((when, Held(lock), negation(HeldBy(lock, me))))

    numbers = alternatives(segments)
    locks: dict[int, dict[tuple[Read, Expression], None]] = {
        number: {} for number, _ in numbers.values()
    }
    for segment in segments:
        if segment.path.awaited is not None:
            lock, defined = segment.path.awaited
            when = conjunction((*map(_taken, segment.path.gates), defined))
            locks[numbers[segment.path.choices][0]][lock, when] = None
    for number, found in locks.items():
        others = conjunction(
            formulas.disjunction(map(blocked, entries))
            for other, entries in locks.items()
            if other != number
        )
        for lock, when in found:
            condition = both(when, others)
            if condition != FALSE:
                yield number, lock, condition


def _taken(gate: Gate) -> Expression:
    """Whether the way goes on behind a gate, without a fault."""
    return both(gate.defined, gate.condition if gate.outcome else negation(gate.condition))
