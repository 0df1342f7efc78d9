"""Runs and traces: plain values over the spec's own names.

A `Run` is what an engine claims: where the system starts and which steps are taken. A `Trace`
is what the interpreter of this package made of it, state by state; only that is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from frontend.model import Object, Value

Point = tuple[str, tuple[Value, ...]]
"""A variable's name and an index into it: `("page.list", (Object("page", 0),))`."""


@dataclass(frozen=True, slots=True)
class State:
    """The values of shared variables and live locals, and where each thread stands.

    Args:
        values: point -> value. A local that has no value where its thread stands is absent.
        places: thread -> location number.
    """

    values: Mapping[Point, Value]
    places: Mapping[Object, int]


@dataclass(frozen=True, slots=True)
class Move:
    """One step of one thread, with what its `Pick`s gave (by the temporary's name)."""

    thread: Object
    step: str
    picks: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """An engine's claim: from this start, these steps can be taken, in this order.

    Args:
        bounds: sort -> number of objects.
        initial: the shared variables' values at the start; points that the engine's slice
            left out may be missing (any value that the model allows will do).
        moves: the steps, one move each; depth is their number.
    """

    bounds: Mapping[str, int]
    initial: Mapping[Point, Value]
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """A move as the interpreter executed it.

    Args:
        move: which step.
        state: the state after it; None when it ended in a fault.
        faults: the kinds of `Check` that failed (at most one, the first).
        failed: names of the `Assert`s that failed.
    """

    move: Move
    state: State | None
    faults: tuple[str, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """A replayed run and the property that it decides.

    Args:
        property: violated by the last step or in the last state (for `reachable`: satisfied).
        initial: the complete first state.
        steps: as executed, in order.
    """

    variant: str
    property: str
    bounds: Mapping[str, int]
    initial: State
    steps: tuple[Taken, ...]
