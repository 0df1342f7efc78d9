"""Asks for proofs at every size; what comes back is plain text and formulas, nothing of z3."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from frontend.model import Model
from verifier.settlement import ForAll
from verifier.stop import Stop
from verifier.task import TIME, Limits, Progress

if TYPE_CHECKING:
    from verifier.for_all import AllSizesAnswer
    from verifier.unbounded.counterexample import Counterexample

LOG = logging.getLogger(__name__)

PATIENCE = 60.0
"""Seconds for a variant when neither the user nor the caller sets a limit."""


def answer(
    model: Model,
    names: tuple[str, ...],
    stop: Stop,
    memory: int,
    listener: Callable[[Progress], None],
    *,
    reduction: bool = True,
) -> Mapping[str, ForAll]:
    """What is known of some properties of a model at every size.

    Args:
        stop: when the time is up, what is not answered is not proved.
        memory: bytes of resident memory that it may take.
        reduction: whether critical sections are taken together while lemmas are searched; the
            proof is one of single steps either way.
    """
    if not names:
        return {}
    from verifier.for_all import ProvedForAll, prove_for_all

    if stop.seconds is None:
        words = f"no more than {PATIENCE:g} s for proofs at every size; `--timeout 10m` allows more"
        stop = stop.at_most(PATIENCE, words)
    limits = Limits(expired=stop.expired, memory=memory)
    started = time.monotonic()
    LOG.info("%s: lemmas for every size are looked for: %s", model.variant, ", ".join(names))
    found = prove_for_all(model, names, limits, listener, reduction=reduction)
    proved = [name for name, given in found.items() if isinstance(given, ProvedForAll)]
    spent = time.monotonic() - started
    LOG.info("every size: %s proved after %.3f s", ", ".join(proved) or "nothing", spent)
    answers = {name: plain(model, given) for name, given in found.items()}
    return {
        name: replace(given, reason=stop.reason()) if given.reason == TIME else given
        for name, given in answers.items()
    }


def plain(model: Model, given: AllSizesAnswer) -> ForAll:
    """An answer without anything of z3."""
    from verifier.for_all import NotForAll, ProvedForAll, UnknownForAll

    match given:
        case ProvedForAll():
            return ForAll(
                proved=True,
                lemmas=given.lemmas,
                complete=given.complete,
                formulas=given.expressions,
                invariant=given.invariant,
                instances=given.instances,
                seconds=given.seconds,
            )
        case NotForAll(reason=reason, span=span):
            line = None if span is None else model.source.position(span.start)[0]
            return ForAll(proved=False, reason=reason, line=line)
        case UnknownForAll():
            return ForAll(
                proved=False,
                reason=given.reason,
                lemma=given.lemma,
                step=given.step,
                counterexample=_shown(model, given.counterexample),
                instances=given.instances,
            )


def _shown(model: Model, found: Counterexample | None) -> tuple[str, ...]:
    from proofs.render_counterexample import counterexample

    if found is None:
        return ()
    return counterexample(model, found.sizes, found.before, found.taken)
