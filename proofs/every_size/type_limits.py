"""Whether a variable of limited integers can only hold values of its type."""

from __future__ import annotations

from collections.abc import Iterator

from frontend.model import (
    Assign,
    Binary,
    Bulk,
    Check,
    Constant,
    Expression,
    Instruction,
    IntType,
    Model,
    Operator,
    Require,
    Variable,
    walk,
)


def guarded(model: Model, variable: Variable) -> bool:
    """Whether it has limits, and each assignment writes a value whose type is within them or
    that a `Check` or `Require` before it in the same step compares with the limits.

    What these say around the comparison is trusted (the model's contract: an assignment
    never meets a value that the variable cannot hold).
    """
    kind = variable.type
    if not isinstance(kind, IntType) or (kind.low is None and kind.high is None):
        return False
    for thread in model.threads:
        for step in thread.steps:
            compared: set[tuple[Operator, Expression, int]] = set()
            for instruction in step.body:
                compared.update(_compared(instruction))
                for value in _values(instruction, variable.name):
                    if not _fits(value, kind, compared):
                        return False
    return True


def _compared(instruction: Instruction) -> Iterator[tuple[Operator, Expression, int]]:
    # Of two ways through one statement, one has the `Check`, the other requires what it asks.
    if not isinstance(instruction, Check | Require):
        return
    for part in walk(instruction.condition):
        match part:
            case Binary(operator=operator, left=left, right=Constant(value=int() as limit)):
                yield operator, left, limit
            case _:
                pass


def _values(instruction: Instruction, variable: str) -> Iterator[Expression]:
    match instruction:
        case Assign(variable=name, value=value):
            if name == variable:
                yield value
        case Bulk(writes=writes):
            for write in writes:
                if write.variable == variable:
                    yield write.value
        case _:
            pass


def _fits(
    value: Expression, kind: IntType, compared: set[tuple[Operator, Expression, int]]
) -> bool:
    own = value.type
    if not isinstance(own, IntType):
        return False
    low, high = kind.low, kind.high
    above = low is None or (own.low is not None and own.low >= low)
    below = high is None or (own.high is not None and own.high <= high)
    if not above and low is not None:
        above = (Operator.GE, value, low) in compared
    if not below and high is not None:
        below = (Operator.LE, value, high) in compared
    return above and below
