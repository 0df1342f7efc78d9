"""Whether formulas are inductive together, for the tests of proofs for all sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from frontend.model import Expression, Model, PropertyKind, Step
from verifier.every_size.obligations.verification_conditions import Holds, VerificationConditions


def steps(model: Model) -> Iterator[Step]:
    for thread in model.threads:
        yield from thread.steps


def stated(model: Model, *kinds: PropertyKind) -> dict[str, Expression]:
    """The formulas of properties of some kinds by name."""
    return {
        item.name: item.expression
        for item in model.properties
        if item.kind in kinds and item.expression is not None
    }


def failures(
    prover: VerificationConditions, hypotheses: Sequence[Expression], lemmas: Sequence[Expression]
) -> Iterator[str]:
    """Which obligations are not proved."""
    for number, lemma in enumerate(lemmas):
        if not isinstance(prover.initiation(lemma), Holds):
            yield f"lemma {number} at the start"
    for step in steps(prover.model):
        for number, lemma in enumerate(lemmas):
            if not isinstance(prover.consecution(hypotheses, step, lemma), Holds):
                yield f"lemma {number} after {step.name}"


def unsafe(
    prover: VerificationConditions, hypotheses: Sequence[Expression], name: str
) -> Iterator[str]:
    """The steps in which a check or an assertion may fail."""
    for step in steps(prover.model):
        if not isinstance(prover.step_safe(hypotheses, step, name), Holds):
            yield step.name
