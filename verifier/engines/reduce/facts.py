"""Facts about every reachable state that movers may be proved with: who holds which lock."""

from __future__ import annotations

from collections.abc import Sequence

from frontend.model import Expression
from verifier.analysis.lock_facts import lock_lemmas
from verifier.every_size.obligations.verification_conditions import Holds, VerificationConditions


def lock_facts(
    prover: VerificationConditions, more: Sequence[Expression] = ()
) -> tuple[Expression, ...]:
    """Those of the lock lemmas, and of more candidates, that are proved. Raises `smt.Stopped`."""
    return inductive(prover, (*lock_lemmas(prover.model), *more))


def inductive(
    prover: VerificationConditions, candidates: Sequence[Expression]
) -> tuple[Expression, ...]:
    """The greatest set of candidates that is proved to hold at the start and to be kept, together,
    by each step (Houdini; Flanagan and Leino 2001).

    Raises:
        smt.Stopped: a limit was met.
    """
    asked = dict.fromkeys(candidates)
    kept = [item for item in asked if isinstance(prover.initiation(item), Holds)]
    steps = [step for thread in prover.model.threads for step in thread.steps]
    while True:
        lost = {
            number
            for step in steps
            for number, item in enumerate(kept)
            if not isinstance(prover.consecution(kept, step, item), Holds)
        }
        if not lost:
            return tuple(kept)
        kept = [item for number, item in enumerate(kept) if number not in lost]
