"""Integers without an end at bounds: what they are claimed to stay within, and which ones matter.

A range is a claim like any lemma: it holds at the start and every step keeps it. Together with the
lemmas it is the inductive invariant; circuits are exact on every state within the ranges, because
results are computed in words as wide as they need (`numbers`). So when all obligations hold, the
invariant holds of the model's mathematical integers, and nothing was assumed about their size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from frontend.model import (
    Assert,
    Assign,
    Bulk,
    Check,
    Constant,
    Expression,
    Instruction,
    IntType,
    Let,
    Model,
    Quantified,
    QuantifierKind,
    Read,
    Require,
    Write,
    walk,
)
from proofs.answers.invariant import Claim, Duty, Invariant
from proofs.interpreter.instance import Instance, is_listed


@dataclass(frozen=True, slots=True)
class RangeClaim(Claim):
    """That a variable holds values that its bits can hold: a lemma that circuits need.

    The duty is START or KEPT. For an integer the range is its type's, or the one that it is
    limited to where the type has no end; for other types all values of the type.

    Args:
        variable: the variable's name.
    """

    variable: str = ""

    def __str__(self) -> str:
        if self.duty is Duty.START:
            return f"{self.variable} starts within its range"
        return f"{self.step} keeps {self.variable} within its range"


def has_unlimited(model: Model, invariant: Invariant) -> bool:
    """Whether an obligation can depend on an integer that its type does not limit."""
    kept = relevant(model, invariant)
    return any(item.name in kept and not is_listed(item.type) for item in model.variables)


def variables_of(node: Expression | Instruction | Write) -> frozenset[str]:
    """The variables that an expression or an instruction reads."""
    return frozenset(part.variable for part in walk(node) if isinstance(part, Read))


def relevant(model: Model, invariant: Invariant) -> frozenset[str]:
    """The variables that an obligation can depend on.

    Writes to others can be left out of every step: no lemma, property, assumption or condition
    reads them, nor anything that is written to one that is kept.
    """
    found: set[str] = set()
    for formula in _conditions(model, invariant):
        found |= variables_of(formula)
    writes = list(_writes(model))
    grown = -1
    while grown != len(found):
        grown = len(found)
        for variable, read in writes:
            if variable in found:
                found |= read
    return frozenset(found)


def _conditions(model: Model, invariant: Invariant) -> Iterator[Expression]:
    yield from invariant.lemmas
    yield from (assumption.condition for assumption in model.assumptions)
    for name in invariant.properties:
        expression = model.property(name).expression
        if expression is not None:
            yield expression
    for instruction in _instructions(model):
        match instruction:
            case (
                Require(condition=condition)
                | Check(condition=condition)
                | Assert(condition=condition)
            ):
                yield condition
            case Let(value=value):
                yield value
            case _:
                pass


def _instructions(model: Model) -> Iterator[Instruction]:
    for thread in model.threads:
        for step in thread.steps:
            yield from step.body


def _writes(model: Model) -> Iterator[tuple[str, frozenset[str]]]:
    """Every written variable with the variables that decide where and what is written."""
    for instruction in _instructions(model):
        match instruction:
            case Assign(variable=variable):
                yield variable, variables_of(instruction)
            case Bulk(where=where, writes=writes):
                for write in writes:
                    yield write.variable, variables_of(where) | variables_of(write)
            case _:
                pass


def guessed_ranges(model: Model, invariant: Invariant) -> dict[str, tuple[int, int]]:
    """A range for each integer variable without an end.

    What such a variable counts is at most the largest count at these sizes, off by what threads
    have begun and not finished, and by constants. The guess is the next power of two from there,
    so that most words have no values to exclude. Nothing rests on it: the range is proved.

    Raises:
        ValueError: the invariant is for no particular sizes.
    """
    if invariant.bounds is None:
        raise ValueError("an invariant for every size has no circuits")
    instance = Instance(model, invariant.bounds)
    largest = 1
    for formula in _everything(model, invariant):
        for part in walk(formula):
            match part:
                case Quantified(kind=QuantifierKind.COUNT, binders=binders):
                    sizes = [len(instance.range_of(binder.type)) for binder in binders]
                    largest = max(largest, prod(sizes))
                case Constant(value=int() as value) if not isinstance(value, bool):
                    largest = max(largest, abs(value))
                case _:
                    pass
    reach = largest + len(instance.threads()) + 1
    power = 1 << reach.bit_length()
    return {
        variable.name: (-power, power - 1)
        for variable in model.variables
        if isinstance(variable.type, IntType) and not is_listed(variable.type)
    }


def _everything(model: Model, invariant: Invariant) -> Iterator[Expression]:
    yield from _conditions(model, invariant)
    for instruction in _instructions(model):
        match instruction:
            case Assign(value=value):
                yield value
            case Bulk(writes=writes):
                yield from (write.value for write in writes)
            case _:
                pass
