"""Statements that another thread could tear: two accesses to shared state in one step.

The language lets a statement be one step only if the C it models could not be interrupted inside
it: at most one of its accesses is unguarded. An access is guarded when every writer of the
variable holds a lock that is held here, too. Per-object locks are compared as functions of the
object: `b.lock` guards `b.count` when every writer of `x.count` holds `x.lock`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from frontend import formulas
from frontend.accesses import Access, accesses, for_the_proof
from frontend.flow import conditions_of, instructions_of, reads
from frontend.graph import Operation, Place, Test, reachable
from frontend.locksets import Known, Lock, locksets
from frontend.model import (
    Assert,
    Assign,
    Bound,
    Bulk,
    Check,
    Constant,
    Expression,
    Read,
    Self,
    Variable,
    walk,
)
from frontend.problems import Problems

Pattern = tuple[str, tuple[Expression, ...]]
"""A lock, its index written over placeholders for the accessed object."""


@dataclass(frozen=True, slots=True)
class Writers:
    """All writers of a variable.

    Args:
        common: the lock patterns that every one of them holds.
        some: those that at least one holds.
        own: whether each writes its own thread's element only.
    """

    common: frozenset[Pattern]
    some: frozenset[Pattern]
    own: bool


def report_tearing(
    entries: Iterable[Place], variables: Mapping[str, Variable], problems: Problems
) -> None:
    """Reports every statement with two unguarded accesses."""
    nodes: list[tuple[Place, Known, list[Access]]] = []
    for entry in entries:
        certain = locksets(entry, variables)
        nodes.extend(
            (node, known, accesses(node, variables))
            for node in reachable(entry)
            if isinstance(node, Operation | Test)
            for known in sorted(
                certain.get(id(node), ()), key=lambda item: sorted(map(str, item.locks))
            )
        )
    writers = _writers(nodes)
    for node, known, found in nodes:
        if node.context.group is not None or (isinstance(node, Operation) and not node.torn):
            continue
        if for_the_proof(node, variables):
            continue
        point = node.point if isinstance(node, Operation) else None
        pair = _two([one for one in found if not _guarded(one, known, writers)], point)
        if pair is not None:
            which = dict.fromkeys(_describe(access, variables) for access in pair)
            problems.report(
                "E305",
                "another thread could come between two accesses of this statement: "
                + ", ".join(which),
                node.context.span,
                notes=[(_held_text(known, pair, writers, variables), None)],
                fix="write `atomic { ... }`, an atomic operation, or two statements",
            )


def _writers(nodes: Iterable[tuple[Place, Known, list[Access]]]) -> dict[str, Writers]:
    found: dict[str, Writers] = {}
    for _, known, items in nodes:
        for access in items:
            if not access.write:
                continue
            held, own = patterns(access, known), _own(access, known)
            before = found.get(access.whole, Writers(held, held, own))
            one = Writers(before.common & held, before.some | held, before.own and own)
            found[access.whole] = one
    return found


def _guarded(access: Access, known: Known, writers: Mapping[str, Writers]) -> bool:
    wrote = writers.get(access.whole)
    if wrote is None:
        return True
    if wrote.own and _own(access, known):
        return True
    return bool(patterns(access, known) & wrote.common)


def _own(access: Access, known: Known) -> bool:
    return bool(access.arguments) and isinstance(known.canonical(access.arguments[0]), Self)


def patterns(access: Access, known: Known) -> frozenset[Pattern]:
    """The held locks, as functions of the accessed object."""
    arguments = tuple(map(known.canonical, access.arguments))
    holders = {
        argument: Bound(f"@{number}", argument.type)
        for number, argument in reversed(list(enumerate(arguments)))
    }
    found: set[Pattern] = set()
    for lock, index in known.locks:
        shape = tuple(formulas.rewrite(part, holders.get) for part in index)
        if not any(_tied(part) for part in shape):
            found.add((lock, shape))
    return frozenset(found)


def _tied(node: Expression) -> bool:
    """Whether a lock's index still depends on the thread that holds it."""
    return any(
        isinstance(part, Self) or (isinstance(part, Read) and "/" in part.variable)
        for part in walk(node)
    )


def _two(
    loose: list[Access], point: tuple[str, tuple[Expression, ...]] | None
) -> tuple[Access, Access] | None:
    """Two accesses that make a statement torn. Parts of a record read together are one.

    Args:
        point: what an atomic operation reads and writes: all that is one access.
    """
    seen: Counter[tuple[str, tuple[Expression, ...], bool]] = Counter()
    units: dict[tuple[str, tuple[Expression, ...], bool, int], Access] = {}
    for access in loose:
        part = (access.variable, access.arguments, access.write)
        # What the operation works on it reads once; a second time is an operand's.
        own = point is not None and _of_point(access, point) and (access.write or part not in seen)
        if own and point is not None:
            seen[part] += 1
            units.setdefault((*point, True, 0), access)
            continue
        seen[part] += 1
        units.setdefault((access.whole, access.arguments, access.write, seen[part]), access)
    found = list(units.values())
    for access in found:
        if access.many:
            return access, access
    return (found[0], found[1]) if len(found) > 1 else None


def _of_point(access: Access, point: tuple[str, tuple[Expression, ...]]) -> bool:
    """Whether an access is to what an atomic operation works on: a word, or a part of one."""
    stem, arguments = point
    inside = access.variable == stem or access.variable.startswith(f"{stem}.")
    return inside and access.arguments == arguments


def _lock_text(lock: Lock, variables: Mapping[str, Variable]) -> str:
    """A lock as the text of a specification names it: `zone.lock`, `p.twin.lock`."""
    name, arguments = lock
    if not arguments:
        return name
    field = variables[name].display
    return f"{_holder_text(arguments[0], variables)}.{field}"


def _holder_text(node: Expression, variables: Mapping[str, Variable]) -> str:
    match node:
        case Self():
            return "self"
        case Read(variable=name, arguments=(Self(),)) if variables[name].thread is not None:
            return variables[name].display
        case Read(variable=name, arguments=(inner,)):
            return f"{_holder_text(inner, variables)}.{variables[name].display}"
        case Read(variable=name):
            return name
        case Constant(value=value):
            return str(value)
        case _:
            return "..."


def _held_text(
    known: Known,
    pair: Iterable[Access],
    writers: Mapping[str, Writers],
    variables: Mapping[str, Variable],
) -> str:
    """Which locks are held, and why none of them is enough."""
    if not known.locks:
        return "held here: no lock; not every writer holds one of them"
    held = ", ".join(sorted(f"`{_lock_text(lock, variables)}`" for lock in known.locks))
    for access in pair:
        some = writers[access.whole].some if access.whole in writers else frozenset()
        wanted = {name for name, _ in some - patterns(access, known)}
        for lock in sorted(known.locks, key=str):
            if lock[0] in wanted:
                field, text = variables[lock[0]].display, _lock_text(lock, variables)
                return (
                    f"held here: {held}; `{text}` is not the `{field}` of the object that is "
                    "accessed, which writers elsewhere hold"
                )
    return f"held here: {held}; not every writer holds one of them"


def _describe(access: Access, variables: Mapping[str, Variable]) -> str:
    verb = "writes" if access.write else "reads"
    many = " of several objects" if access.many else ""
    name = access.whole if access.whole in variables else access.variable
    return f"it {verb} `{name}`{many}"


def report_ghosts(
    entries: Iterable[Place], variables: Mapping[str, Variable], problems: Problems
) -> None:
    """Reports code that depends on `ghost` state: it would not be there in the kernel."""
    for entry in entries:
        for node in reachable(entry):
            wanted: set[str] = set()
            ghostly = True
            for item in instructions_of(node):
                match item:
                    case Assert() | Check():
                        continue
                    case Assign(variable=name):
                        ghostly = ghostly and variables[name].ghost
                    case Bulk(where=where, writes=writes):
                        real = [w for w in writes if not variables[w.variable].ghost]
                        ghostly = ghostly and not real
                        for part in (where, *real) if real else ():
                            wanted |= reads(part)
                        continue
                    case _:
                        ghostly = False
                wanted |= reads(item)
            for condition in conditions_of(node):
                wanted |= reads(condition)
                ghostly = False
            read = sorted(name for name in wanted if variables[name].ghost)
            if read and not ghostly:
                problems.report(
                    "E307",
                    f"code depends on `{read[0]}`, which is `ghost`",
                    node.context.span,
                    notes=[("declared here", variables[read[0]].span)],
                )
