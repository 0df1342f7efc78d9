"""Which engine has its turn when, and how long."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """One engine's turn.

    Args:
        patience: seconds that it may take for a group of properties when the user sets no limit:
            solvers have no notion of their own of when to give up.
        share: the part of what is left of the user's time that it may take.
        states: a limit tighter than the general one.
        depth: a limit tighter than the general one.
    """

    engine: str
    patience: float = math.inf
    share: float = 1.0
    states: int | None = None
    depth: int | None = None


STAGES = (
    Stage("explore", share=0.3, states=100_000),
    # Before millions of states are stored: a counter that nothing limits has infinitely many,
    # and what is said of it often holds by a short induction.
    Stage("kinduction", patience=20.0, share=0.2, depth=3),
    Stage("reduce", patience=120.0, share=0.3),
    Stage("explore", share=0.5),
    Stage("kinduction", patience=60.0, share=0.3),
    Stage("ic3", patience=120.0, share=0.5),
    Stage("bmc", patience=300.0),
)

LARGE = 12
"""Objects of all sorts together beyond which exploration waits for a proof for all sizes."""

ALONE = 60.0
"""Seconds that the only engine of a search may take for a group of properties when the user sets no
limit."""
