"""Which engine has its turn when, and how long."""

from __future__ import annotations

import math
from dataclasses import dataclass

from verifier.engine_names import BMC, EXPLORE, IC3, KINDUCTION, REDUCE


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
    Stage(EXPLORE, share=0.3, states=100_000),
    # Before millions of states are stored: a counter that nothing limits has infinitely many,
    # and what is said of it often holds by a short induction.
    Stage(KINDUCTION, patience=20.0, share=0.2, depth=3),
    Stage(REDUCE, patience=120.0, share=0.3),
    Stage(EXPLORE, share=0.5),
    Stage(KINDUCTION, patience=60.0, share=0.3),
    Stage(IC3, patience=120.0, share=0.5),
    Stage(BMC, patience=300.0),
)

LARGE = 12
"""Objects of all sorts together beyond which exploration waits for a proof for all sizes."""

ALONE = {
    EXPLORE: Stage(EXPLORE),
    REDUCE: Stage(REDUCE),
    KINDUCTION: Stage(KINDUCTION, patience=60.0),
    IC3: Stage(IC3, patience=60.0),
    BMC: Stage(BMC, patience=60.0),
}
"""The one stage of a search with one engine."""
