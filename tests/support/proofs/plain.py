"""Which claims hold without a script, for the tests."""

from __future__ import annotations

from frontend.model import Model
from proofs.answers.duties import kept, mentions, safe, unaffected, written_by
from proofs.answers.invariant import Claim, Invariant


def trivial(model: Model, invariant: Invariant) -> tuple[Claim, ...]:
    """The claims that no script states: a step that writes nothing that a lemma reads and moves
    its thread between places that the lemma does not tell apart; a step that neither checks nor
    asserts a property.

    The first kind needs the lemma itself before the step, which any proof may assume.
    """
    found: list[Claim] = []
    for thread in model.threads:
        for step in thread.steps:
            found += [
                claim
                for claim in kept(step, invariant)
                if unaffected(step, invariant.lemmas[claim.lemma], written_by(step))
            ]
            found += [
                claim
                for claim in safe(model, step, invariant)
                if not mentions(step, claim.property)
            ]
    return tuple(found)
