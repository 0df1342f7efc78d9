"""The built-in properties: what must hold of any code, whatever it is for.

`range`, `underflow`, `none`, `divide`, `unlock` and `relock` are faults, checked where they would
happen. `stuck`, `leak` and `lock_cycle` are invariants over places and lock owners.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from frontend.formulas import building as formulas
from frontend.model import (
    FAULTS,
    TRUE,
    At,
    Bound,
    Expression,
    HeldBy,
    LockType,
    Property,
    PropertyKind,
    Read,
    ReferenceType,
    Thread,
    Variable,
    WaitCycle,
    WaitEdge,
)
from frontend.names.scopes import Names
from frontend.source.spans import NOWHERE

TEXTS = {
    "range": "no value leaves the range of its type",
    "underflow": "no `nat` goes below zero",
    "none": "`none` is never followed",
    "divide": "nothing is divided by zero",
    "unlock": "only its holder releases a lock",
    "relock": "no thread takes a lock that it holds",
    "lock_cycle": "no threads wait for each other's locks in a circle",
    "leak": "no thread ends holding a lock",
    "stuck": "while a thread waits inside its body, some thread can move",
}


def built_in_properties(
    threads: Iterable[Thread],
    variables: Iterable[Variable],
    edges: Iterable[WaitEdge],
    names: Names,
) -> Iterator[Property]:
    """The nine built-in properties of a model.

    Args:
        edges: where threads wait for locks.
    """
    threads, locks = tuple(threads), tuple(v for v in variables if isinstance(v.type, LockType))
    for fault in FAULTS:
        yield Property(fault, PropertyKind.FAULT, TEXTS[fault], None, True, NOWHERE)
    invariants = {
        "lock_cycle": formulas.negation(WaitCycle(tuple(edges))),
        "leak": _no_leak(threads, locks, names),
        "stuck": formulas.negation(_stuck(threads, names)),
    }
    for name, expression in invariants.items():
        kind = PropertyKind.INVARIANT
        yield Property(name, kind, TEXTS[name], expression, True, NOWHERE)


def _someone(thread: Thread, names: Names) -> Bound:
    return names.binder(thread.sort, ReferenceType(thread.sort, optional=False))


def _stuck(threads: Iterable[Thread], names: Names) -> Expression:
    """Some thread waits inside its body, and each one is idle, finished or waiting."""
    inside: list[Expression] = []
    nobody: list[Expression] = []
    for thread in threads:
        idle = {place.number for place in thread.locations if place.head} | {thread.end}
        waits: dict[int, list[Expression]] = {number: [] for number in range(len(thread.locations))}
        for step in thread.steps:
            if not step.fresh:
                waits[step.source].append(step.waits)
        one, other = _someone(thread, names), _someone(thread, names)
        busy = frozenset(waits) - idle
        if busy:
            inside.append(formulas.exists((one,), At(one, busy)))
        still = frozenset(number for number in idle if not waits[number])
        blocked: list[Expression] = [At(other, still)] if still else []
        for number in sorted(frozenset(waits) - still):
            conditions = dict.fromkeys(waits[number])
            if TRUE in conditions:
                continue
            can = formulas.disjunction(formulas.with_thread(c, other) for c in conditions)
            here = At(other, frozenset({number}))
            blocked.append(formulas.both(here, formulas.negation(can)))
        nobody.append(formulas.forall((other,), formulas.disjunction(blocked)))
    return formulas.both(formulas.disjunction(inside), formulas.conjunction(nobody))


def _no_leak(threads: Iterable[Thread], locks: Iterable[Variable], names: Names) -> Expression:
    found: list[Expression] = []
    for thread in threads:
        for lock in locks:
            one = _someone(thread, names)
            index = tuple(names.binder("holder", kind) for kind in lock.index)
            holds: Expression = HeldBy(Read(lock.name, index, lock.type), one)
            if index:
                holds = formulas.exists(index, holds)
            ended = At(one, frozenset({thread.end}))
            found.append(
                formulas.forall((one,), formulas.implication(ended, formulas.negation(holds)))
            )
    return formulas.conjunction(found)
