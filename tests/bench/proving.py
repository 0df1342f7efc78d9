"""How much of a proof for every size is Z3 discharging its final obligations."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from unittest.mock import patch

import z3

from frontend.load import load
from frontend.source.reading import read
from verifier.bounded.smt import Outcome, Session
from verifier.every_size.prover import prove_every_size
from verifier.protocol.task import Limits, Progress


def parts(spec: str, variant: str) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds of each part of the work on a variant, and seconds within Z3 of each part."""
    (model,) = load(read(spec), [variant]).models
    names = tuple(item.name for item in model.properties)
    wall: defaultdict[str, float] = defaultdict(float)
    solving: defaultdict[str, float] = defaultdict(float)
    now, since = "start", time.perf_counter()

    def listener(progress: Progress) -> None:
        nonlocal now, since
        moment = time.perf_counter()
        wall[now] += moment - since
        now, since = progress.what, moment

    check = Session.check

    def timed(self: Session, solver: z3.Solver, assumptions: Sequence[z3.BoolRef]) -> Outcome:
        begun = time.perf_counter()
        try:
            return check(self, solver, assumptions)
        finally:
            solving[now] += time.perf_counter() - begun

    with patch.object(Session, "check", timed):
        prove_every_size(model, names, Limits(), listener)
    listener(Progress("for-all", "end", 0))
    return dict(wall), dict(solving)
