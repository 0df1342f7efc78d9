"""The premises of a claim: what must hold somewhere for the claim to say anything.

`forall x: A => B` says nothing where no state has an x with A. Vacuity in this sense: Beer,
Ben-David, Eisner and Rodeh, "Efficient detection of vacuity in temporal model checking" (2001).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from frontend import formulas
from frontend.model import (
    TRUE,
    At,
    Binary,
    Bound,
    Expression,
    Held,
    HeldBy,
    Not,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    WaitCycle,
    walk,
)


@dataclass(frozen=True, slots=True)
class Premise:
    """A premise of a claim.

    Args:
        premise: it alone, with free binders.
        condition: that it holds, for some values of the binders around it and together with all
            premises and conjuncts before it.
        outer: the position of the premise around it, or -1.
    """

    premise: Expression
    condition: Expression
    outer: int

    @property
    def of_states(self) -> bool:
        """Whether it speaks of states at all, and not only of how many objects there are."""
        return any(isinstance(part, Read | At | Held | HeldBy | WaitCycle) for part in _all(self))


def _all(premise: Premise) -> Iterator[Expression]:
    return walk(premise.premise)


def premises(claim: Expression) -> tuple[Premise, ...]:
    """The premises of a claim, outer ones before those inside them.

    They are the left sides of `=>` (and what stands before `||` negated) under conjunctions,
    `forall`, and right sides of `=>`. A `forall` over a premise becomes an `exists`.
    """
    found: list[Premise] = []
    _collect(claim, (), TRUE, -1, found)
    return tuple(found)


def _collect(
    node: Expression,
    binders: tuple[Bound, ...],
    context: Expression,
    outer: int,
    found: list[Premise],
) -> None:
    match node:
        case Binary(operator=Operator.AND, left=left, right=right):
            _collect(left, binders, context, outer, found)
            # What stands left of it may be what it needs to have a value.
            _collect(right, binders, formulas.both(context, left), outer, found)
        case Quantified(kind=QuantifierKind.FORALL, binders=more, body=body):
            _collect(body, (*binders, *more), context, outer, found)
        case (
            Binary(operator=Operator.IMPLIES, left=left, right=right)
            | Binary(operator=Operator.OR, left=Not(operand=left), right=right)
        ):
            holds = formulas.both(context, left)
            closed = formulas.exists(binders, holds) if binders else holds
            found.append(Premise(left, closed, outer))
            _collect(right, binders, holds, len(found) - 1, found)
        case _:
            pass
