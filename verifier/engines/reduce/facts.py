"""Facts about every reachable state that movers may be proved with: who holds which lock."""

from __future__ import annotations

from collections.abc import Sequence

from frontend.model import Expression
from verifier.analysis.lock_facts import lock_lemmas
from verifier.bounded.houdini import greatest
from verifier.every_size.obligations.verification_conditions import Holds, VerificationConditions


def lock_facts(
    prover: VerificationConditions, more: Sequence[Expression] = ()
) -> tuple[Expression, ...]:
    """Those of the lock lemmas, and of more candidates, that are proved to hold at the start and
    to be kept, together, by each step.

    Raises:
        smt.Stopped: a limit was met.
    """
    candidates = dict.fromkeys((*lock_lemmas(prover.model), *more))
    first = [item for item in candidates if isinstance(prover.initiation(item), Holds)]
    steps = [step for thread in prover.model.threads for step in thread.steps]

    def kept(left: list[Expression]) -> list[Expression]:
        lost = {
            item
            for step in steps
            for item in left
            if not isinstance(prover.consecution(left, step, item), Holds)
        }
        return [item for item in left if item not in lost]

    return tuple(greatest(first, kept))
