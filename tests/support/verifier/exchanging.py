"""Whether two moves can be exchanged, by the interpreter: what `verifier.engines.reduce` has to
agree with.

Written from the definition in `verifier/engines/reduce/pairs.py`, state by state.
"""

from __future__ import annotations

from frontend.model import Check
from proofs.answers.trace import Move, State
from proofs.interpreter.execute import Impossible, Outcome, enabled, outcome_of
from proofs.interpreter.instance import Instance
from verifier.engines.reduce.pairs import Side


def taken(instance: Instance, state: State, move: Move) -> Outcome | None:
    """What a move leads to; None where it cannot be taken."""
    try:
        return outcome_of(instance, state, move)
    except Impossible:
        return None


def violated(outcome: Outcome) -> set[str]:
    """The properties that a move violates."""
    found = (failure.instruction for failure in outcome.failures)
    return {item.fault if isinstance(item, Check) else item.name for item in found}


def in_order(instance: Instance, state: State, one: Move, two: Move) -> list[Outcome] | None:
    """The outcomes of two moves, one after the other; None where that is not possible."""
    first = taken(instance, state, one)
    if first is None or first.state is None:
        return None
    second = taken(instance, first.state, two)
    return None if second is None else [first, second]


def exchangeable(instance: Instance, state: State, move: Move, other: Move, side: Side) -> bool:
    """Whether a move can be moved over another one where this state is the one before both."""
    if side is Side.RIGHT:
        return _right(instance, state, move, other)
    return _left(instance, state, move, other)


def _right(instance: Instance, state: State, move: Move, other: Move) -> bool:
    known = in_order(instance, state, move, other)
    if known is None:
        return True
    alone = taken(instance, state, other)
    if violated(known[1]) and (alone is None or not violated(known[1]) <= violated(alone)):
        return False
    return known[1].state is None or _same(known, in_order(instance, state, other, move))


def _left(instance: Instance, state: State, move: Move, other: Move) -> bool:
    first, alone = taken(instance, state, move), taken(instance, state, other)
    swapped = in_order(instance, state, move, other)
    if first is not None and first.state is not None and alone is not None and violated(alone):
        stays = swapped is not None and violated(alone) <= violated(swapped[1])
        if not stays:
            return False
    known = in_order(instance, state, other, move)
    return known is None or known[1].state is None or _same(known, swapped)


def _same(known: list[Outcome], swapped: list[Outcome] | None) -> bool:
    """Whether the outcomes of two moves, and of the same in the other order, are alike."""
    if swapped is None or swapped[1].state != known[1].state:
        return False
    pairs = zip(known, reversed(swapped), strict=True)
    return all(violated(one) <= violated(other) for one, other in pairs)


def candidates(instance: Instance, state: State) -> list[tuple[Move, Move]]:
    """Pairs of moves of two threads that can be taken one after the other, or each by itself."""
    here = enabled(instance, state)
    pairs = {(one, two) for one in here for two in here if one.thread != two.thread}
    for one in here:
        after = taken(instance, state, one)
        if after is None or after.state is None:
            continue
        for two in enabled(instance, after.state):
            if two.thread != one.thread:
                pairs |= {(one, two), (two, one)}
    return sorted(pairs, key=str)
