"""Facts about locks that can be read off the graph of steps, and the circle that they exclude.

`lock_lemmas` is a data-flow analysis over the locations of a thread: which locks it surely holds
there, and which variables it surely holds no lock of. What it answers are candidates to prove like
any other; that they are inductive alone is the rule, not an assumption.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from frontend.formulas import building as formulas
from frontend.model import (
    BOOL,
    FALSE,
    TRUE,
    Assign,
    At,
    Binary,
    Bound,
    Bulk,
    Constant,
    Expression,
    Held,
    HeldBy,
    LockType,
    Model,
    Not,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    ReferenceType,
    Self,
    Step,
    Temporary,
    Thread,
    Variable,
    WaitCycle,
    WaitEdge,
    walk,
)
from verifier.analysis.folding import equality


@dataclass(frozen=True, slots=True)
class Holding:
    """What is known of the locks of a thread at a location.

    Args:
        surely: locks that it holds, over `Self`.
        perhaps: variables of which it may hold yet other locks.
    """

    surely: frozenset[Read]
    perhaps: frozenset[str]

    def variables(self) -> frozenset[str]:
        """The variables that it may hold a lock of."""
        return self.perhaps | {lock.variable for lock in self.surely}

    def without(self, locks: Iterable[Read]) -> Holding:
        """Some of the locks can no longer be named."""
        lost = self.surely & frozenset(locks)
        return Holding(self.surely - lost, self.perhaps | {lock.variable for lock in lost})

    def taken(self, lock: Read) -> Holding:
        """After the thread took a lock."""
        return Holding(self.surely | {lock}, self.perhaps)

    def released(self, lock: Read) -> Holding:
        """After the thread released a lock. Those that are known were free when they were
        taken, so no two of them are the same."""
        if not lock.arguments:
            return Holding(self.surely - {lock}, self.perhaps - {lock.variable})
        if lock in self.surely:
            return Holding(self.surely - {lock}, self.perhaps)
        return self.without(item for item in self.surely if item.variable == lock.variable)

    def joined(self, other: Holding) -> Holding:
        """On one of two ways."""
        both = self.surely & other.surely
        left, right = self.without(self.surely - both), other.without(other.surely - both)
        return Holding(both, left.perhaps | right.perhaps)


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
            hidden = (lock for lock in after.surely if not _readable(lock, variables, live))
            after = after.without(hidden)
            before = known.get(step.target)
            if before is not None:
                after = after.joined(before)
            if after != before:
                known[step.target] = after
                waiting.append(step.target)
    return known


def _after(step: Step, before: Holding, variables: Mapping[str, Variable]) -> Holding:
    known = before
    for instruction in step.body:
        match instruction:
            case Assign(variable=name, arguments=arguments, value=value):
                variable = variables[name]
                lock = Read(name, arguments, variable.type)
                if not isinstance(variable.type, LockType):
                    known = known.without(item for item in known.surely if _mentions(item, name))
                elif isinstance(value, Self):
                    known = known.taken(lock)
                elif isinstance(value, Constant):
                    known = known.released(lock)
                else:
                    known = known.released(lock)
                    known = Holding(known.surely, known.perhaps | {name})
            case Bulk(writes=writes):
                names = {write.variable for write in writes}
                known = known.without(
                    item for item in known.surely for name in names if _mentions(item, name)
                )
            case _:
                pass
    return known


def _mentions(lock: Read, name: str) -> bool:
    return any(isinstance(node, Read) and node.variable == name for node in walk(lock))


def _readable(lock: Read, variables: Mapping[str, Variable], live: frozenset[str]) -> bool:
    """Whether no other thread can make the expression another lock, and its locals live."""
    for node in walk(lock):
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
    """For each kind of thread: where it stands inside a section it holds the section's lock,
    two locks that it holds are not the same, it holds no others, and it stands nowhere that no
    step leads to."""
    found: list[Expression] = []
    for thread in model.threads:
        known = holdings(model, thread)
        one = Bound(f"{thread.sort}!", ReferenceType(thread.sort, optional=False))
        me = Self(one.type)
        held: dict[Expression, set[int]] = {}
        never = {place.number for place in thread.locations} - known.keys()
        if never:
            held[FALSE] = never
        for place, holding in sorted(known.items()):
            locks = sorted(holding.surely, key=str)
            for position, lock in enumerate(locks):
                held.setdefault(HeldBy(lock, me), set()).add(place)
                for other in locks[:position]:
                    if other.variable == lock.variable:
                        held.setdefault(formulas.negation(_same(lock, other)), set()).add(place)
            for variable in model.variables:
                if isinstance(variable.type, LockType) and variable.name not in holding.perhaps:
                    only = _no_other(variable, holding, me)
                    if only != TRUE:
                        held.setdefault(only, set()).add(place)
        for formula, places in held.items():
            stands = At(one, frozenset(places))
            wherever = formulas.implication(stands, formulas.with_thread(formula, one))
            found.append(formulas.forall((one,), wherever))
    return tuple(found)


def _same(lock: Read, other: Read) -> Expression:
    pairs = zip(lock.arguments, other.arguments, strict=True)
    return formulas.conjunction(equality(left, right) for left, right in pairs)


def _no_other(variable: Variable, holding: Holding, me: Self) -> Expression:
    """That a thread holds no lock of a variable but those that it surely holds."""
    index = tuple(Bound(f"index!{n}", kind) for n, kind in enumerate(variable.index))
    lock = Read(variable.name, index, variable.type)
    held = sorted(holding.surely, key=str)  # in the same order in every process
    known = [_same(lock, item) for item in held if item.variable == variable.name]
    body = formulas.either(formulas.negation(HeldBy(lock, me)), formulas.disjunction(known))
    return formulas.forall(index, body) if index else body


# --- circles of waiting threads ------------------------------------------------------------


def strengthened(model: Model, formula: Expression) -> Expression:
    """The formula with "no circle of waiting threads" replaced by `without_cycle`. What
    is proved with it, and assumed with it, implies what was asked."""

    def go(node: Expression) -> Expression | None:
        match node:
            case Not(operand=WaitCycle() as cycle):
                return without_cycle(model, cycle)
            case Not():
                return node
            case Binary(operator=Operator.AND) | Quantified(kind=QuantifierKind.FORALL):
                return None
            case _:
                return node

    if not any(isinstance(node, WaitCycle) for node in walk(formula)):
        return formula
    return formulas.rewrite(formula, go)


def without_cycle(model: Model, cycle: WaitCycle) -> Expression:
    """A formula that no circle of waiting threads satisfies, though other states may miss it
    too: where the locks can be ordered, nobody who waits for a lock holds one that comes later
    or is of the same variable.

    In a set of threads that wait for each other each waits for a lock whose owner waits, too, so
    that there is a circle. If an owner only ever
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
    chain = formulas.conjunction(
        (
            _differ(first, second),
            At(first, frozenset({one.location})),
            formulas.with_thread(one.condition, first),
            wanted,
            At(second, frozenset({other.location})),
            formulas.with_thread(other.condition, second),
            waits,
        )
    )
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
            before[edge.lock.variable] |= known.variables() & set(names) - {edge.lock.variable}
    ranks: dict[str, int] = {}
    while len(ranks) < len(names):
        ready = [n for n in names if n not in ranks and before[n] <= ranks.keys()]
        if not ready:
            return dict.fromkeys(names, 0)
        for name in ready:
            ranks[name] = len(ranks)
    return ranks
