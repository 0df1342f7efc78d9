"""Data flow over a thread's graph: which locals have a value, which are still needed.

Two textbook analyses (Nielson, Nielson and Hankin, Principles of Program Analysis, 2.1): definite
assignment forwards, live variables backwards. A local exists only where it is in scope.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from frontend.flow.graph import Operation, Place, Test, reachable, successors
from frontend.model import TRUE, Assign, Bulk, Expression, Instruction, Read, Variable, walk
from frontend.names.problems import Problems


@dataclass(frozen=True, slots=True)
class Flow:
    """Per node (by identity): locals with a value, and locals that are read later."""

    assigned: Mapping[int, frozenset[str]]
    needed: Mapping[int, frozenset[str]]


def instructions_of(node: Place) -> tuple[Instruction, ...]:
    """The instructions of a node, in order."""
    match node:
        case Operation(instructions=instructions):
            return instructions
        case Test(checks=checks):
            return checks
        case _:
            return ()


def conditions_of(node: Place) -> tuple[Expression, ...]:
    """The expressions that a node evaluates outside its instructions."""
    return (node.evaluated,) if isinstance(node, Test) else ()


def reads(node: object) -> frozenset[str]:
    """The variables that an instruction or an expression reads."""
    return frozenset(part.variable for part in walk(node) if isinstance(part, Read))


def written(instruction: Instruction) -> frozenset[str]:
    """The variables that an instruction gives a whole new value (at the thread's own index)."""
    match instruction:
        case Assign(variable=variable, arguments=arguments) if len(arguments) == 1:
            return frozenset({variable})
        case Bulk(where=where, writes=writes) if where == TRUE:
            return frozenset(write.variable for write in writes)
        case _:
            return frozenset()


def analyse(
    entry: Place,
    variables: Mapping[str, Variable],
    problems: Problems,
    given: frozenset[str] = frozenset(),
) -> Flow:
    """Both analyses; reports locals that may be read before they are assigned.

    Args:
        variables: the thread's locals.
        given: those that have a value from the start.
    """
    nodes = list(reachable(entry))
    own = frozenset(variables)
    assigned = _assigned(entry, own, given)
    for node in nodes:
        _complain(node, assigned[id(node)], variables, problems)
    return Flow(assigned, _needed(nodes, own))


def _assigned(
    entry: Place, own: frozenset[str], given: frozenset[str]
) -> dict[int, frozenset[str]]:
    before: dict[int, frozenset[str]] = {id(entry): given}
    pending = [entry]
    while pending:
        node = pending.pop()
        after = before[id(node)]
        for instruction in instructions_of(node):
            after |= written(instruction) & own
        for other in successors(node):
            known = before.get(id(other))
            reached = after & other.context.visible
            merged = reached if known is None else known & reached
            if merged != known:
                before[id(other)] = merged
                pending.append(other)
    return before


def _complain(
    node: Place, assigned: frozenset[str], variables: Mapping[str, Variable], problems: Problems
) -> None:
    if isinstance(node, Operation) and not set(node.needs) <= assigned:
        procedure = node.context.procedure
        problems.report(
            "E309", f"`{procedure}` can come to its end without a value", node.context.span
        )
    items: list[tuple[frozenset[str], frozenset[str]]] = [
        (reads(instruction), written(instruction)) for instruction in instructions_of(node)
    ]
    items += [(reads(condition), frozenset()) for condition in conditions_of(node)]
    for read, wrote in items:
        for name in sorted((read & variables.keys()) - assigned):
            problems.report(
                "E306",
                f"`{variables[name].display}` may be read before it is assigned",
                node.context.span,
                notes=[("declared here", variables[name].span)],
            )
        assigned |= wrote


def _needed(nodes: list[Place], own: frozenset[str]) -> dict[int, frozenset[str]]:
    needed: dict[int, frozenset[str]] = {id(node): frozenset() for node in nodes}
    changed = True
    while changed:
        changed = False
        for node in reversed(nodes):
            live: frozenset[str] = frozenset()
            for other in successors(node):
                live |= needed[id(other)]
            for condition in conditions_of(node):
                live |= reads(condition) & own
            for instruction in reversed(instructions_of(node)):
                live = (live - written(instruction)) | (reads(instruction) & own)
            live &= node.context.visible
            if live != needed[id(node)]:
                needed[id(node)] = live
                changed = True
    return needed
