"""Facts about locks that can be read off the graph of steps, and the circle that they exclude.

`lock_lemmas` is a data-flow analysis over the locations of a thread: which locks it surely holds
there, and which variables it surely holds no lock of. What it answers are candidates to prove like
any other; that they are inductive alone is the rule, not an assumption.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from frontend import formulas
from frontend.model import (
    BOOL,
    TRUE,
    Assign,
    At,
    Binary,
    Bound,
    Bulk,
    Conditional,
    Constant,
    Expression,
    Held,
    HeldBy,
    LockType,
    Model,
    Operator,
    Read,
    ReferenceType,
    Self,
    Step,
    Temporary,
    Thread,
    Variable,
    WaitCycle,
    WaitEdge,
)
from verifier.unbounded.folding import nodes


@dataclass(frozen=True, slots=True)
class Holding:
    """What is known of the locks of a thread at a location.

    Args:
        surely: locks that it holds, over `Self`.
        perhaps: variables that a lock it holds may be of.
    """

    surely: frozenset[Read]
    perhaps: frozenset[str]


def holdings(model: Model, thread: Thread) -> Mapping[int, Holding]:
    """What is known at each location that can be reached along the steps."""
    variables = {item.name: item for item in model.variables}
    known = {thread.entry: Holding(frozenset(), frozenset())}
    waiting = [thread.entry]
    while waiting:
        place = waiting.pop()
        for step in thread.steps:
            if step.source != place:
                continue
            after = _after(step, known[place], variables)
            live = thread.locations[step.target].live
            after = Holding(
                frozenset(lock for lock in after.surely if _readable(lock, variables, live)),
                after.perhaps,
            )
            before = known.get(step.target)
            if before is not None:
                after = Holding(after.surely & before.surely, after.perhaps | before.perhaps)
            if after != before:
                known[step.target] = after
                waiting.append(step.target)
    return known


def _after(step: Step, before: Holding, variables: Mapping[str, Variable]) -> Holding:
    surely, perhaps = set(before.surely), set(before.perhaps)
    for instruction in step.body:
        match instruction:
            case Assign(variable=name, arguments=arguments, value=value):
                variable = variables[name]
                lock = Read(name, arguments, variable.type)
                if not isinstance(variable.type, LockType):
                    surely = {lock for lock in surely if not _mentions(lock, name)}
                elif isinstance(value, Self):
                    surely.add(lock)
                    perhaps.add(name)
                elif isinstance(value, Constant):
                    alone = sum(held.variable == name for held in surely) == 1
                    if not arguments or (lock in surely and alone and name not in perhaps):
                        perhaps.discard(name)
                    surely = {held for held in surely if held.variable != name}
                elif isinstance(value, Conditional):
                    surely = {held for held in surely if held.variable != name}
                    perhaps.add(name)
            case Bulk(writes=writes):
                for write in writes:
                    surely = {lock for lock in surely if not _mentions(lock, write.variable)}
            case _:
                pass
    return Holding(frozenset(surely), frozenset(perhaps))


def _mentions(lock: Read, name: str) -> bool:
    return any(isinstance(node, Read) and node.variable == name for node in nodes(lock))


def _readable(lock: Read, variables: Mapping[str, Variable], live: frozenset[str]) -> bool:
    """Whether no other thread can make the expression another lock, and its locals live."""
    for node in nodes(lock):
        if isinstance(node, Temporary):
            return False
        if isinstance(node, Read) and node is not lock:
            variable = variables[node.variable]
            if not variable.constant and variable.thread is None:
                return False
            if variable.thread is not None and variable.name not in live:
                return False
    return True


def lock_lemmas(model: Model) -> tuple[Expression, ...]:
    """For each kind of thread: where it stands at a location inside a section it holds the
    section's lock, and where it stands outside all it holds none."""
    found: list[Expression] = []
    locks = [item for item in model.variables if isinstance(item.type, LockType)]
    for thread in model.threads:
        known = holdings(model, thread)
        one = Bound(f"{thread.sort}!", ReferenceType(thread.sort, optional=False))
        inside: dict[Read, set[int]] = {}
        for place, holding in known.items():
            for lock in holding.surely:
                inside.setdefault(lock, set()).add(place)
        for lock, places in sorted(inside.items(), key=lambda item: sorted(item[1])):
            held = formulas.with_thread(HeldBy(lock, Self(one.type)), one)
            found.append(_wherever(one, places, held))
        for variable in locks:
            places = {place for place, item in known.items() if variable.name not in item.perhaps}
            if places:
                index = tuple(Bound(f"index!{n}", kind) for n, kind in enumerate(variable.index))
                any_lock = HeldBy(Read(variable.name, index, variable.type), one)
                held = formulas.exists(index, any_lock) if index else any_lock
                found.append(_wherever(one, places, formulas.negation(held)))
    return tuple(found)


def _wherever(one: Bound, places: Iterable[int], formula: Expression) -> Expression:
    return formulas.forall((one,), formulas.implication(At(one, frozenset(places)), formula))


# --- circles of waiting threads ------------------------------------------------------------


def without_cycle(model: Model, cycle: WaitCycle) -> Expression:
    """A formula that no circle of waiting threads satisfies, though other states may miss it
    too: where the locks can be ordered, nobody who waits for a lock holds one that comes later
    or is of the same variable.

    On a circle each thread waits for a lock whose owner waits for the next. If an owner only ever
    waits for a lock of higher rank than those it holds, ranks would rise all the way round. Where
    the graph of steps gives no order, all ranks are equal: no owner waits at all.
    """
    ranks = _ranks(model, cycle)
    return formulas.conjunction(
        _apart(one, other)
        for one in cycle.edges
        for other in cycle.edges
        if ranks[one.lock.variable] >= ranks[other.lock.variable]
    )


def _apart(one: WaitEdge, other: WaitEdge) -> Expression:
    """No thread waits along an edge for one that waits along another."""
    first = Bound("waiter!", ReferenceType(one.thread, optional=False))
    second = Bound("owner!", ReferenceType(other.thread, optional=False))
    wanted = formulas.with_thread(HeldBy(one.lock, Self(second.type)), first)
    assert isinstance(wanted, HeldBy), "with_thread keeps the node"
    wanted = HeldBy(wanted.lock, second)
    theirs = formulas.with_thread(other.lock, second)
    assert isinstance(theirs, Read), "a lock stays a variable"
    waits = formulas.both(Held(theirs), formulas.negation(HeldBy(theirs, second)))
    places = formulas.both(
        At(first, frozenset({one.location})), At(second, frozenset({other.location}))
    )
    differ = _differ(first, second)
    chain = formulas.conjunction((differ, places, wanted, waits))
    return formulas.forall((first, second), formulas.negation(chain))


def _differ(first: Bound, second: Bound) -> Expression:
    if first.type != second.type:
        return TRUE
    return Binary(Operator.NE, first, second, BOOL)


def _ranks(model: Model, cycle: WaitCycle) -> Mapping[str, int]:
    """An order of the lock variables in which threads take them; all equal if there is none."""
    names = sorted({edge.lock.variable for edge in cycle.edges})
    before: dict[str, set[str]] = {name: set() for name in names}
    for edge in cycle.edges:
        known = holdings(model, model.thread(edge.thread)).get(edge.location)
        if known is not None:
            before[edge.lock.variable] |= known.perhaps & set(names) - {edge.lock.variable}
    ranks: dict[str, int] = {}
    while len(ranks) < len(names):
        ready = [n for n in names if n not in ranks and before[n] <= ranks.keys()]
        if not ready:
            return dict.fromkeys(names, 0)
        for name in ready:
            ranks[name] = len(ranks)
    return ranks
