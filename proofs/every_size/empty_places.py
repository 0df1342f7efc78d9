"""Lemmas about places where nobody stands after a step: one claim a step covers all of them.

Most lemmas say what holds of a thread in the middle of a critical section. A step of a thread that
holds the lock, or has just released it, keeps them for one reason: nobody is there. So that is what
is asked, once for all their places, instead of the same question for each lemma. A lemma
`forall x ...: x at P && ... => ...` holds in each state in which nobody of x's sort stands at P.

Which lemmas are taken so is told by the invariant's hints: those whose claim has none of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from frontend.model import (
    BOOL,
    At,
    Binary,
    Bound,
    Expression,
    Operator,
    Quantified,
    QuantifierKind,
    ReferenceType,
    Step,
    conjuncts,
)
from proofs.answers.duties import kept, unaffected, written_by
from proofs.answers.invariant import Claim, Duty, Invariant


def alone(step: Step) -> Claim:
    """The claim that stands for all that a step `covers`."""
    return Claim(Duty.ALONE, thread=step.thread, step=step.name)


def covered(step: Step, invariant: Invariant) -> dict[Claim, tuple[str, frozenset[int]]]:
    """The claims that follow when nobody stands at some places after a step.

    Returns:
        By claim, the sort and the places.
    """
    if invariant.otherwise is None:
        return {}
    found: dict[Claim, tuple[str, frozenset[int]]] = {}
    written = written_by(step)
    for claim in kept(step, invariant):
        lemma = invariant.lemmas[claim.lemma]
        if claim in invariant.premises or unaffected(step, lemma, written):
            continue
        for sort, places in _about(lemma):
            if sort != step.thread or step.target not in places:
                found[claim] = sort, places
                break
    return found


def nobody(step: Step, invariant: Invariant) -> Expression | None:
    """That some thread stands at one of the places of what is covered; None if nothing is."""
    union: dict[str, frozenset[int]] = {}
    for sort, places in covered(step, invariant).values():
        union[sort] = union.get(sort, frozenset()) | places
    found: Expression | None = None
    for sort, places in sorted(union.items()):
        one = Bound(f"anyone of {sort}", ReferenceType(sort, optional=False))
        body = At(one, places)
        there = Quantified(QuantifierKind.EXISTS, (one,), body, BOOL)
        found = there if found is None else Binary(Operator.OR, found, there, BOOL)
    return found


def _about(lemma: Expression) -> Iterator[tuple[str, frozenset[int]]]:
    """Where a lemma needs somebody to stand in order to say anything."""
    match lemma:
        case Quantified(
            kind=QuantifierKind.FORALL,
            binders=binders,
            body=Binary(operator=Operator.IMPLIES, left=premise),
        ):
            for part in conjuncts(premise):
                if isinstance(part, At) and part.thread in binders:
                    kind = part.thread.type
                    if isinstance(kind, ReferenceType):
                        yield kind.sort, part.locations
        case _:
            pass
