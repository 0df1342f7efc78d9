"""Who may own a lock where: candidates for facts, read off the text.

A forward pass over each kind of thread keeps, for each location, the locks that the thread took
on the way there and did not release: on every way (then it owns them there) and on some way (then
it owns no others). The pass looks at one thread only, so what it says is a guess until a solver
shows that all the guesses together start true and stay true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from frontend.formulas.building import conjunction, disjunction, forall, implication, with_thread
from frontend.model import (
    BOOL,
    Assign,
    At,
    Binary,
    Bound,
    Constant,
    Expression,
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
    walk,
)


@dataclass(frozen=True, slots=True)
class _Held:
    """The locks taken, as reads over `Self`; None in `some`: any lock at all, perhaps."""

    always: frozenset[Read]
    some: frozenset[Read] | None


def ownership(model: Model) -> Iterator[Expression]:
    """Formulas over states that probably hold in all of them."""
    locks = [item for item in model.variables if isinstance(item.type, LockType)]
    if not locks:
        return
    fixed = frozenset(item.name for item in model.variables if item.constant)
    for thread in model.threads:
        bound = Bound("owner", ReferenceType(thread.sort, optional=False))
        for location, held in sorted(_flow(thread, fixed).items()):
            here = At(bound, frozenset({location}))
            facts = [HeldBy(_over(lock, bound), bound) for lock in sorted(held.always, key=repr)]
            if held.some is not None:
                facts_of_others = [_no_other(item, held.some, bound) for item in locks]
                yield forall((bound,), implication(here, conjunction(facts_of_others)))
            if facts:
                yield forall((bound,), implication(here, conjunction(facts)))


def _over(lock: Read, thread: Expression) -> Read:
    read = with_thread(lock, thread)
    assert isinstance(read, Read), "a lock stays a variable"
    return read


def _no_other(lock: Variable, some: Iterable[Read], owner: Bound) -> Expression:
    """The thread owns no lock of this variable but those."""
    indices = tuple(Bound(f"index{place}", domain) for place, domain in enumerate(lock.index))
    own = [_over(item, owner) for item in sorted(some, key=repr) if item.variable == lock.name]
    one_of_them = disjunction(
        conjunction(
            Binary(Operator.EQ, index, argument, BOOL)
            for index, argument in zip(indices, item.arguments, strict=True)
        )
        for item in own
    )
    owned = HeldBy(Read(lock.name, indices, lock.type), owner)
    fact = implication(owned, one_of_them)
    return forall(indices, fact) if indices else fact


def _flow(thread: Thread, fixed: frozenset[str]) -> dict[int, _Held]:
    result = {thread.entry: _Held(frozenset(), frozenset())}
    pending = [thread.entry]
    while pending:
        location = pending.pop()
        for step in thread.steps:
            if step.source != location:
                continue
            after = _after(result[location], step, thread.locations[step.target].live, fixed)
            before = result.get(step.target)
            joined = after if before is None else _join(before, after)
            if joined != before:
                result[step.target] = joined
                pending.append(step.target)
    return result


def _join(left: _Held, right: _Held) -> _Held:
    unknown = left.some is None or right.some is None
    some = None if unknown else (left.some or frozenset()) | (right.some or frozenset())
    return _Held(left.always & right.always, some)


def _after(held: _Held, step: Step, live: frozenset[str], fixed: frozenset[str]) -> _Held:
    always, some = held.always, held.some
    for instruction in step.body:
        if not isinstance(instruction, Assign):
            continue
        name, value = instruction.variable, instruction.value
        releases = isinstance(value, Constant) and value.value is None
        takes = isinstance(value, Self)
        lock = Read(name, instruction.arguments, LockType())
        if takes:
            always |= {lock}
            some = None if some is None else some | {lock}
        elif releases and any(item.variable == name for item in (some or always)):
            always = frozenset(item for item in always if item.variable != name or item != lock)
            some = None if some is None else some - {lock}
        else:  # a local or a field that the index of a lock mentions changes
            stale = frozenset(item for item in (some or always) if _mentions(item, name))
            always -= stale
            some = None if stale else some
    stays = frozenset(item for item in always if _stays(item, live, fixed))
    if some is not None and not all(_stays(item, live, fixed) for item in some):
        some = None
    return _Held(stays, some)


def _mentions(lock: Read, name: str) -> bool:
    return any(
        isinstance(part, Read) and part.variable == name
        for argument in lock.arguments
        for part in walk(argument)
    )


def _stays(lock: Read, live: frozenset[str], fixed: frozenset[str]) -> bool:
    """Whether the index of a lock means the same object until this thread changes a local."""
    for argument in lock.arguments:
        for part in walk(argument):
            if isinstance(part, Temporary):
                return False
            if isinstance(part, Read) and part.variable not in live | fixed:
                return False
    return True
