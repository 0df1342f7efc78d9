"""Inductive invariants: the evidence for a property of all runs, as plain values.

Nothing here has to be believed: whoever reads such an invariant makes the obligations anew
(`proofs.every_size`, `proofs.bounded`) and has them discharged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from frontend.model import Expression, Model, Not, Property, PropertyKind


class Duty(Enum):
    """The kinds of obligations of an inductive invariant (Floyd 1967; Manna and Pnueli 1995)."""

    START = "start"
    """A lemma holds in every initial state."""
    KEPT = "kept"
    """A step, taken where the lemmas hold, leads to a state where a lemma holds."""
    FOLLOWS = "follows"
    """The lemmas together imply a property of states."""
    SAFE = "safe"
    """A step, taken where the lemmas hold, fails no `Assert` or `Check` of a property."""
    ALONE = "alone"
    """After a step, no thread stands where some lemmas are about: it keeps all of them."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One obligation, by name.

    Args:
        duty: what is owed.
        lemma: number of the lemma that it is about (START, KEPT), else -1.
        property: the property that it is about (FOLLOWS, SAFE), else "".
        thread: the sort that takes the step (KEPT, SAFE, ALONE), else "".
        step: the step's name (KEPT, SAFE, ALONE), else "".
    """

    duty: Duty
    lemma: int = -1
    property: str = ""
    thread: str = ""
    step: str = ""

    def __str__(self) -> str:
        match self.duty:
            case Duty.START:
                return f"lemma {self.lemma + 1} holds at the start"
            case Duty.KEPT:
                return f"{self.step} keeps lemma {self.lemma + 1}"
            case Duty.FOLLOWS:
                return f"the lemmas imply {self.property}"
            case Duty.SAFE:
                return f"{self.step} does not violate {self.property}"
            case Duty.ALONE:
                return f"after {self.step} no thread stands where other lemmas are about"


@dataclass(frozen=True, slots=True)
class Invariant:
    """Lemmas that hold at the start, that every step keeps together, and what follows from them.

    Args:
        lemmas: closed formulas over the model's state.
        properties: names of the properties that it proves.
        bounds: sort -> number of objects; None: every size of at least 1 that satisfies the
            assumptions.
        premises: claim -> numbers of the lemmas that its proof was found with. Only a hint: any
            lemmas may be assumed in the state before a step.
        otherwise: numbers of the lemmas for claims that are missing there, besides the lemma that
            a claim is about; None: all lemmas.
        depth: 0 for the above. Of an induction over paths its k: lemmas and properties together
            hold in the first k - 1 steps of every run, and after any k steps on which they hold
            before. Has bounds; premises say nothing.
        simple_paths: whether, in such an induction, no state repeats on these paths: of the runs
            that violate something a shortest one has no state twice.
    """

    lemmas: tuple[Expression, ...]
    properties: tuple[str, ...]
    bounds: Mapping[str, int] | None = None
    premises: Mapping[Claim, tuple[int, ...]] = field(default_factory=dict)
    otherwise: tuple[int, ...] | None = None
    depth: int = 0
    simple_paths: bool = False

    def hints(self, claim: Claim) -> tuple[int, ...]:
        """Numbers of the lemmas to assume for a claim."""
        known = self.premises.get(claim)
        if known is not None:
            return known
        if claim.duty is Duty.START:
            return ()
        if self.otherwise is None:
            return tuple(range(len(self.lemmas)))
        own = {claim.lemma} if claim.duty is Duty.KEPT else set()
        return tuple(sorted({*self.otherwise, *own}))


def inverted(model: Model) -> Model:
    """The model with an invariant in the place of each `reachable`: that nothing reaches it."""
    return replace(model, properties=tuple(map(_never, model.properties)))


def _never(item: Property) -> Property:
    if item.kind is not PropertyKind.REACHABLE or item.expression is None:
        return item
    return replace(item, kind=PropertyKind.INVARIANT, expression=Not(item.expression))
