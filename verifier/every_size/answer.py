"""Asks for proofs at every size; what comes back is plain text and formulas, nothing of z3."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping

from frontend.model import Model
from proofs.answers.verdict import Attempt, EverySize
from verifier.protocol.deadline import Deadline
from verifier.protocol.task import Limits, Progress

LOG = logging.getLogger(__name__)

PATIENCE = 60.0
"""Seconds for a variant when neither the user nor the caller sets a limit."""


def answer(
    model: Model,
    names: tuple[str, ...],
    stop: Deadline,
    memory: int,
    listener: Callable[[Progress], None],
    *,
    reduction: bool = True,
) -> Mapping[str, EverySize | Attempt]:
    """What is known of some properties of a model at every size.

    Args:
        stop: when the time is up, what is not answered is not proved.
        memory: bytes of resident memory that it may take.
        reduction: whether critical sections are taken together while lemmas are searched; the
            proof is one of single steps either way.
    """
    if not names:
        return {}
    from verifier.every_size.prover import prove_every_size

    if stop.seconds is None:
        words = f"no more than {PATIENCE:g} s for proofs at every size; `--timeout 10m` allows more"
        stop = stop.at_most(PATIENCE, words)
    limits = Limits(expired=stop.expired, why=stop.reason, memory=memory)
    started = time.monotonic()
    LOG.info("%s: lemmas for every size are looked for: %s", model.variant, ", ".join(names))
    found = prove_every_size(model, names, limits, listener, reduction=reduction)
    proved = [name for name, given in found.items() if isinstance(given, EverySize)]
    spent = time.monotonic() - started
    LOG.info("every size: %s proved after %.3f s", ", ".join(proved) or "nothing", spent)
    return found
