"""Which heads of loops are places: a thread can be interrupted there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from frontend.flow.accesses import touches_shared
from frontend.flow.graph import Label, Operation, Place, Test, successors
from frontend.model import Variable


def loop_places(nodes: Iterable[Place], variables: Mapping[str, Variable]) -> set[int]:
    """The heads, by identity: that of the idle loop, and those of loops that can go round once
    without anything that ends a step. Inner loops are looked at first.

    Args:
        nodes: of a thread, all that can run.
    """
    loops = [node for node in nodes if isinstance(node, Label) and node.loop is not None]
    found = {id(node) for node in loops if node.head}
    for node in sorted(loops, key=lambda head: head.loop or 0):
        if _goes_round(node, node.loop or 0, found, variables):
            found.add(id(node))
    return found


def _goes_round(
    head: Label, number: int, places: Collection[int], variables: Mapping[str, Variable]
) -> bool:
    """Whether a round of a loop can pass without anything that ends a step.

    Args:
        number: of the loop; outer ones have higher numbers, and their rounds are not its.
    """
    if head.context.group is not None:
        return False  # `paths.py` reports it
    seen: set[int] = set()
    pending: list[Place] = [head]
    while pending:
        for node in successors(pending.pop()):
            if node is head:
                return True
            outer = isinstance(node, Label) and (node.loop or 0) > number
            if id(node) not in seen and not outer and _passes(node, places, variables):
                seen.add(id(node))
                pending.append(node)
    return False


def _passes(node: Place, places: Collection[int], variables: Mapping[str, Variable]) -> bool:
    match node:
        case Label(names=names):
            return not names and id(node) not in places
        case Operation() | Test():
            waits = isinstance(node, Operation) and node.waits is not None
            alone = node.context.group is None and not waits
            return alone and not touches_shared(node, variables)
        case _:
            return False
