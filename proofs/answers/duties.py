"""Which claims an invariant owes, at given sizes and for every size, and which of them hold without
a proof."""

from __future__ import annotations

from collections.abc import Collection

from frontend.model import (
    Assert,
    Assign,
    At,
    Bulk,
    Check,
    Expression,
    Model,
    PropertyKind,
    Read,
    ReferenceType,
    Step,
    WaitCycle,
    walk,
)
from proofs.answers.invariant import Claim, Duty, Invariant


def expected(model: Model, invariant: Invariant) -> tuple[Claim, ...]:
    """All that is owed, in order: the start, each step, what follows.

    Raises:
        ValueError: a property is unknown, is proved by no invariant (`reachable`), or has no
            expression where it needs one.
    """
    lemmas = range(len(invariant.lemmas))
    found = [Claim(Duty.START, lemma=number) for number in lemmas]
    for thread in model.threads:
        for step in thread.steps:
            found += kept(step, invariant)
            found += safe(model, step, invariant)
    return (*found, *follows(model, invariant))


def kept(step: Step, invariant: Invariant) -> list[Claim]:
    """That a step keeps each lemma."""
    return [
        Claim(Duty.KEPT, lemma=number, thread=step.thread, step=step.name)
        for number in range(len(invariant.lemmas))
    ]


def safe(model: Model, step: Step, invariant: Invariant) -> list[Claim]:
    """That a step violates no property of steps."""
    return [
        Claim(Duty.SAFE, property=name, thread=step.thread, step=step.name)
        for name in invariant.properties
        if not is_of_states(model, name)
    ]


def follows(model: Model, invariant: Invariant) -> list[Claim]:
    """That the lemmas imply each property of states."""
    names = [name for name in invariant.properties if is_of_states(model, name)]
    return [Claim(Duty.FOLLOWS, property=name) for name in names]


def is_of_states(model: Model, name: str) -> bool:
    """Whether a property is one of states; else it is one of steps.

    Raises:
        ValueError: see `expected`.
    """
    try:
        found = model.property(name)
    except KeyError:
        raise ValueError(f"there is no property {name}") from None
    match found.kind:
        case PropertyKind.ASSERT | PropertyKind.FAULT:
            return False
        case PropertyKind.INVARIANT | PropertyKind.LEMMA if found.expression is not None:
            return True
        case _:
            raise ValueError(f"an invariant does not prove {name} ({found.kind.value})")


def mentions(step: Step, name: str) -> bool:
    """Whether a step has a `Check` or `Assert` of a property."""
    for instruction in step.body:
        match instruction:
            case Check(fault=own) | Assert(name=own):
                if own == name:
                    return True
            case _:
                pass
    return False


def unaffected(step: Step, formula: Expression, written: Collection[str]) -> bool:
    """Whether a step cannot change a formula's value: it writes nothing that the formula reads, and
    moves its thread between no locations that the formula tells apart.

    Args:
        step: the step.
        formula: over the state.
        written: the variables that the step writes; see `written_by`.
    """
    for part in walk(formula):
        match part:
            case Read(variable=variable):
                if variable in written:
                    return False
            case At(thread=thread, locations=places):
                kind = thread.type
                own = not isinstance(kind, ReferenceType) or kind.sort == step.thread
                if own and (step.source in places) != (step.target in places):
                    return False
            case WaitCycle(edges=edges):
                waiting = {edge.location for edge in edges if edge.thread == step.thread}
                if step.source != step.target and waiting & {step.source, step.target}:
                    return False
            case _:
                pass
    return True


def written_by(step: Step) -> frozenset[str]:
    """The variables that a step's instructions write."""
    found: set[str] = set()
    for instruction in step.body:
        match instruction:
            case Assign(variable=variable):
                found.add(variable)
            case Bulk(writes=writes):
                found.update(write.variable for write in writes)
            case _:
                pass
    return frozenset(found)


def is_constant(model: Model, condition: Expression) -> bool:
    """Whether a formula speaks of constants only, so that it holds for ever if it does at the
    start."""
    constant = {variable.name for variable in model.variables if variable.constant}
    for part in walk(condition):
        match part:
            case Read(variable=variable):
                if variable not in constant:
                    return False
            case At() | WaitCycle():
                return False
            case _:
                pass
    return True
