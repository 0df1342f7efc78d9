"""Embeds a run found at small bounds into a larger instance.

A trace at small bounds is not by itself one at larger bounds: the larger constants must satisfy
the assumptions with the small part as it is, and guards and properties that quantify see the
extra objects. So constants for the new objects are searched for, and the run is replayed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from frontend.model import IntType, Model, Value
from proofs.answers.trace import Point, Run
from proofs.interpreter.constants import Unsettled, solutions
from proofs.interpreter.instance import Instance
from proofs.runs.replay import Mismatch, replay

ATTEMPTS = 4
"""How many starts are tried by default."""


def extend(
    model: Model,
    run: Run,
    property_name: str,
    bounds: Mapping[str, int],
    attempts: int = ATTEMPTS,
) -> Run | None:
    """The run at larger bounds, or None when no start was found from which it replays there
    with the violation. That none was found does not say that there is none.

    Args:
        model: the whole model.
        run: a run at small bounds.
        property_name: what it violates.
        bounds: sort -> number of objects, at least as many as the run has. Objects keep their
            numbers; the new ones come after them.
        attempts: how many starts are tried.

    Raises:
        ValueError: a bound is missing or below the run's.
    """
    if any(bounds.get(sort, 0) < size for sort, size in run.bounds.items()):
        raise ValueError("a run cannot be embedded into fewer objects")
    instance = Instance(model, bounds)
    try:
        small = replay(model, run, property_name)
    except Mismatch:
        return None
    moves = tuple(taken.move for taken in small.steps)
    for pinned in _pins(model, small.initial.values):
        for start in islice(_starts(instance, pinned), attempts):
            larger = Run(dict(bounds), start, moves)
            try:
                replay(model, larger, property_name)
            except Mismatch:
                continue
            return larger
    return None


def _pins(model: Model, values: Mapping[Point, Value]) -> Iterator[dict[Point, Value]]:
    """The whole small start; then without global integers, which may count objects."""
    yield dict(values)
    totals = {
        (variable.name, ()): None
        for variable in model.variables
        if not variable.index and variable.initial is None and isinstance(variable.type, IntType)
    }
    if totals:
        yield {point: value for point, value in values.items() if point not in totals}


def _starts(instance: Instance, pinned: Mapping[Point, Value]) -> Iterator[dict[Point, Value]]:
    try:
        yield from solutions(instance, pinned)
    except Unsettled:
        return
