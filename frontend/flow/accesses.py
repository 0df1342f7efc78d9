"""What a node of the graph does to shared state: each access once, with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from frontend.flow.data_flow import conditions_of, instructions_of
from frontend.flow.graph import Operation, Place, Test
from frontend.model import (
    Assert,
    Assign,
    Bound,
    Bulk,
    Check,
    Expression,
    Instruction,
    Let,
    Pick,
    Read,
    Require,
    Temporary,
    Variable,
    walk,
)


@dataclass(frozen=True, slots=True)
class Access:
    """One access to shared state that changes.

    Args:
        variable: the leaf that is touched.
        whole: the record, set or plain variable it belongs to: that is read or written as one.
        arguments: the index (without a set's element).
        write: or a read.
        many: of several objects at once.
    """

    variable: str
    whole: str
    arguments: tuple[Expression, ...]
    write: bool
    many: bool


def is_shared(variables: Mapping[str, Variable], name: str) -> bool:
    """Whether other threads can see a variable change."""
    variable = variables[name]
    return not (variable.thread is not None or variable.constant or variable.ghost)


def accesses(node: Place, variables: Mapping[str, Variable]) -> list[Access]:
    """The accesses of a node in order; checks repeat what their instruction reads. What is
    evaluated although no result depends on it is there once."""
    found: list[Access] = []
    for instruction in instructions_of(node):
        if not isinstance(instruction, Check):
            found.extend(_of_instruction(instruction, variables))
    for condition in conditions_of(node):
        found.extend(_reads((condition,), variables))
    if isinstance(node, Operation | Test):
        before = frozenset(found)
        spare = dict.fromkeys(_reads(node.demanded, variables))
        found.extend(access for access in spare if access not in before)
    return found


def for_the_proof(node: Place, variables: Mapping[str, Variable]) -> bool:
    """Whether a node assigns to `ghost` variables and does nothing else."""
    found = [item for item in instructions_of(node) if not isinstance(item, Check)]
    names: list[str] = []
    for item in found:
        match item:
            case Assign(variable=name):
                names.append(name)
            case Bulk(writes=writes):
                names.extend(write.variable for write in writes)
            case Let():
                pass
            case _:
                return False
    return bool(names) and all(variables[name].ghost for name in names)


def touches_shared(node: Place, variables: Mapping[str, Variable]) -> bool:
    """Whether a node accesses shared state at all, checks included.

    An assignment to ghosts does not, whatever it reads: it joins the step before it.
    """
    if for_the_proof(node, variables):
        return False
    nodes: list[object] = [*instructions_of(node), *conditions_of(node)]
    nodes += node.demanded if isinstance(node, Operation | Test) else ()
    for item in nodes:
        if any(isinstance(p, Read) and is_shared(variables, p.variable) for p in walk(item)):
            return True
        if isinstance(item, Assign) and is_shared(variables, item.variable):
            return True
        if isinstance(item, Bulk) and any(is_shared(variables, w.variable) for w in item.writes):
            return True
    return False


def is_free(node: Place, variables: Mapping[str, Variable]) -> bool:
    """Whether a node is an operation on locals and constants that picks nothing."""
    return (
        isinstance(node, Operation)
        and node.waits is None
        and not touches_shared(node, variables)
        and not any(isinstance(item, Pick) for item in node.instructions)
    )


def _of_instruction(
    instruction: Instruction, variables: Mapping[str, Variable]
) -> Iterator[Access]:
    match instruction:
        case Pick() | Check():
            return
        case Let(value=value):
            yield from _reads((value,), variables)
        case Require(condition=condition) | Assert(condition=condition):
            yield from _reads((condition,), variables)
        case Assign(variable=variable, arguments=arguments, value=value):
            yield from _reads((*arguments, value), variables)
            yield from _access(variables, variable, arguments, write=True)
        case Bulk(where=where, writes=writes):
            yield from _reads((where,), variables)
            for write in writes:
                yield from _reads((*write.arguments, write.value), variables)
                yield from _access(variables, write.variable, write.arguments, write=True)


def _reads(nodes: Iterable[Expression], variables: Mapping[str, Variable]) -> Iterator[Access]:
    for node in nodes:
        for part in walk(node):
            if isinstance(part, Read):
                yield from _access(variables, part.variable, part.arguments, write=False)


def _access(
    variables: Mapping[str, Variable],
    name: str,
    arguments: tuple[Expression, ...],
    *,
    write: bool,
) -> Iterator[Access]:
    if not is_shared(variables, name):
        return
    declared = variables[name]
    whole = declared.whole or name
    if declared.whole == name:  # a set: its last index is an element of the one value
        arguments = arguments[:-1]
    many = any(
        isinstance(part, (Bound, Temporary)) for argument in arguments for part in walk(argument)
    )
    yield Access(name, whole, arguments, write, many)
