"""Statements that another thread could tear: accesses to shared state in one step that other
threads can come between.

The language lets a statement be one step only if nobody can tell it from the C it models, which
makes one access after the other. That is so when at most one of them is loose: all others can then
be moved to where that one is (Lipton, 1975; `conflicts.py` says which can).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from frontend.checks.conflicts import Conflicts, is_observer
from frontend.checks.lock_text import is_field, lock_text
from frontend.checks.locksets import Known, locksets
from frontend.flow.accesses import Access, accesses
from frontend.flow.data_flow import conditions_of, instructions_of, reads
from frontend.flow.graph import Operation, Place, Test, reachable
from frontend.model import Assert, Assign, Bulk, Check, Expression, Variable
from frontend.names.problems import Problems
from frontend.source.spans import Span


def report_tearing(
    entries: Iterable[Place], variables: Mapping[str, Variable], problems: Problems
) -> None:
    """Reports every statement with two loose accesses."""
    nodes: list[tuple[Operation | Test, Known]] = []
    for entry in entries:
        certain = locksets(entry, variables)
        nodes.extend(
            (node, known)
            for node in reachable(entry)
            if isinstance(node, Operation | Test)
            for known in sorted(
                certain.get(id(node), ()), key=lambda item: sorted(map(str, item.locks))
            )
        )
    conflicts = Conflicts(nodes, variables)
    for node, known in nodes:
        if node.context.group is not None or is_observer(node, variables):
            continue
        point = node.point if isinstance(node, Operation) else None
        loose = [one for one in accesses(node, variables) if conflicts.of(one, known) is not None]
        pair = _two(loose, point)
        if pair is not None:
            which = dict.fromkeys(_describe(access, variables) for access in pair)
            problems.report(
                "E305",
                "another thread could come between two accesses of this statement: "
                + ", ".join(which),
                node.context.span,
                notes=_notes(known, pair, conflicts, variables),
                fix="write `atomic { ... }`, an atomic operation, or two statements",
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


def _notes(
    known: Known,
    pair: Iterable[Access],
    conflicts: Conflicts,
    variables: Mapping[str, Variable],
) -> list[tuple[str, Span | None]]:
    """Which locks are held, and an access that none of them is enough for."""
    texts = {lock: f"`{lock_text(*lock, variables)}`" for lock in known.locks}
    held = f"held here: {', '.join(sorted(texts.values())) or 'no lock'}; "
    rivals = [site for site in (conflicts.of(one, known) for one in pair) if site is not None]
    for rival in rivals:
        others = "writers" if rival.write else "readers"
        for lock in sorted(known.locks, key=str):
            if all(name != lock[0] for name, _ in rival.locks):
                continue
            name = variables[lock[0]].display
            if is_field(variables[lock[0]]):
                told = f"is not the `{name}` of the object that is accessed, which"
            else:
                told = f"need not be the element of `{name}` that"
            return [(f"{held}{texts[lock]} {told} {others} elsewhere hold", None)]
    if any(site.write for site in rivals):
        return [(f"{held}not every writer holds one of them", None)]
    told = f"{held}every writer holds one of them, but not every reader"
    return [(told, None), ("read here without", conflicts.where(rivals[0]))]


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
