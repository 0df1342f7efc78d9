"""Whether two formulas are the same but for the names of binders and the types of integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from frontend.model import (
    At,
    Binary,
    Bound,
    Constant,
    Expression,
    IntType,
    Quantified,
    Read,
    ReferenceType,
    Type,
    WaitCycle,
    parts,
)

Names = Mapping[str, int]


def alike(one: Expression, other: Expression) -> bool:
    """Whether two closed formulas say the same in the same words."""
    return _alike(one, other, {}, {}, 0)


def _alike(one: Expression, other: Expression, left: Names, right: Names, depth: int) -> bool:
    """The same with the numbers of the binders around, of which there are `depth`."""
    if type(one) is not type(other):
        return False
    match one, other:
        case Bound(name=name, type=kind), Bound(name=theirs):
            # Where nothing binds them, they are the same only by name.
            return left.get(name, name) == right.get(theirs, theirs) and kind == other.type
        case Quantified(), Quantified():
            if one.kind is not other.kind or len(one.binders) != len(other.binders):
                return False
            for mine, theirs_too in zip(one.binders, other.binders, strict=True):
                if mine.type != theirs_too.type:
                    return False
                depth += 1
                left, right = {**left, mine.name: depth}, {**right, theirs_too.name: depth}
            return _alike(one.body, other.body, left, right, depth)
        case Constant(), Constant():
            return one.value == other.value and _known(one.type) == _known(other.type)
        case Read(), Read():
            if one.variable != other.variable:
                return False
        case Binary(), Binary():
            if one.operator is not other.operator:
                return False
        case At(), At():
            if one.locations != other.locations:
                return False
        case WaitCycle(), WaitCycle():
            return one == other
        case _:
            pass
    mine_parts, their_parts = parts(one), parts(other)
    return len(mine_parts) == len(their_parts) and all(
        _alike(mine, theirs, left, right, depth)
        for mine, theirs in zip(mine_parts, their_parts, strict=True)
    )


def _known(kind: Type) -> Type:
    match kind:
        case IntType():
            return IntType(None, None)
        case ReferenceType():
            return replace(kind, optional=False)
        case _:
            return kind
