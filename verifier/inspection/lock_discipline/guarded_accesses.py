"""Every access of a shared variable, and the locks that the thread surely holds there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from frontend.checks.lock_text import is_field
from frontend.formulas import building as formulas
from frontend.model import (
    TRUE,
    Assert,
    Assign,
    Bound,
    Check,
    Constant,
    Expression,
    Instruction,
    Let,
    LockType,
    Model,
    Pick,
    Quantified,
    Read,
    Remark,
    Require,
    Self,
    Step,
    Temporary,
    Thread,
    Variable,
    walk,
    writes,
)
from frontend.source.spans import Span
from verifier.analysis.lock_facts import Holding, holdings

Arguments = tuple[Expression | None, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """Where in the graph of steps an access is made.

    Args:
        thread: the sort that makes it.
        location: where the thread stands before it.
        waits: over `Self` and the state there: whether the step can be taken.
        picks: what the step picks before the access, as binders.
        needed: over these, `Self` and the state there: that the step gets as far as the access.
        arguments: the object that is accessed, likewise; None: any.
    """

    thread: str
    location: int
    waits: Expression
    picks: tuple[Bound, ...]
    needed: Expression
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of the source that accesses a variable.

    Args:
        thread: the sort whose body it stands in, "" in a procedure.
        procedure: the procedure that it stands in, "" in a body.
        text: on one line.
        span: where it stands.
        write: whether it writes the variable (or else reads it).
    """

    thread: str
    procedure: str
    text: str
    span: Span
    write: bool

    @property
    def owner(self) -> str:
        """What it is part of: `free_one_page`, `thread cpu`."""
        return self.procedure or f"thread {self.thread}"


@dataclass(frozen=True, slots=True)
class Access:
    """One statement's access of one variable, from one step.

    Args:
        variable: its name.
        statement: what does it.
        site: where.
        locks: those surely held, over `Self`.
        perhaps: variables of which it may hold other locks.
        related: of each lock surely held that is named by the object that is accessed, how:
            its arguments, with a binder for each argument of the access. Two accesses of one
            object that have one of these in common are made under the same lock.
    """

    variable: str
    statement: Statement
    site: Site
    locks: frozenset[Read]
    perhaps: frozenset[str]
    related: frozenset[Read]

    def holds(self, lock: str) -> bool:
        """Whether a lock of this variable is surely held."""
        return any(item.variable == lock for item in self.locks)

    def may_hold(self, lock: str) -> bool:
        """Whether nothing says that no lock of this variable is held."""
        return self.holds(lock) or lock in self.perhaps


def accesses(model: Model) -> tuple[Access, ...]:
    """The accesses of variables that threads share and change, in the order of the source.

    Locks, constants, locals and ghosts are left out, and what an `assert` reads: it is not there
    when the code runs.
    """
    shared = {
        item.name: item
        for item in model.variables
        if item.thread is None
        and not item.constant
        and not item.ghost
        and not isinstance(item.type, LockType)
    }
    found = [item for thread in model.threads for item in _of_thread(model, thread, shared)]
    return tuple(sorted(found, key=lambda item: (item.statement.span.start, item.statement.write)))


def _of_thread(model: Model, thread: Thread, shared: Mapping[str, Variable]) -> Iterator[Access]:
    known = holdings(model, thread)
    kinds = {item.name: item for item in model.variables}
    for step in thread.steps:
        if step.source in known:
            yield from _Walk(step, known[step.source], shared, kinds).accesses()


class _Walk:
    """Goes through a step, instruction by instruction."""

    def __init__(
        self,
        step: Step,
        holding: Holding,
        shared: Mapping[str, Variable],
        kinds: Mapping[str, Variable],
    ) -> None:
        self.step = step
        self.holding = holding
        self.shared = shared
        self.kinds = kinds
        self.values: dict[str, Expression] = {}
        self.locals: dict[str, Expression] = {}
        self.changed: set[str] = set()
        self.picks: dict[str, Bound] = {}
        self.needed: Expression = TRUE

    def accesses(self) -> Iterator[Access]:
        for instruction in self.step.body:
            for name, arguments in _reads(instruction):
                if name in self.shared:
                    yield self._access(name, arguments, write=False)
            for write in writes(instruction):
                if write.variable in self.shared:
                    yield self._access(write.variable, write.arguments, write=True)
            self._after(instruction)

    def _access(self, name: str, arguments: tuple[Expression, ...], *, write: bool) -> Access:
        variable = self.shared[name]
        remark = _remark(self.step, variable, write=write)
        thread = "" if remark.procedure else self.step.thread
        statement = Statement(thread, remark.procedure, remark.text, remark.span, write)
        values = tuple(map(self._before, arguments))
        site = Site(
            self.step.thread,
            self.step.source,
            self.step.waits,
            tuple(self.picks.values()),
            self.needed,
            values,
        )
        holding = self.holding
        related = (self._related(lock, values) for lock in holding.surely)
        kept = frozenset(lock for lock in related if lock is not None)
        return Access(name, statement, site, holding.surely, holding.perhaps, kept)

    def _related(self, lock: Read, arguments: Arguments) -> Read | None:
        """A lock by the object that is accessed; None where that does not determine it."""
        binders = {
            argument: Bound(f"#{number}", argument.type)
            for number, argument in enumerate(arguments)
            if argument is not None
        }
        found: list[Expression] = []
        for argument in lock.arguments:
            before = self._before(argument)
            if before is None:
                return None
            named = formulas.rewrite(before, binders.get)
            own = set(binders.values())
            for part in walk(named):
                free = isinstance(part, Self | Temporary) or (
                    isinstance(part, Bound) and part not in own
                )
                if free or (isinstance(part, Read) and not self.kinds[part.variable].constant):
                    return None
            found.append(named)
        return Read(lock.variable, tuple(found), lock.type)

    def _before(self, node: Expression) -> Expression | None:
        """An expression over the state before the step; None where it is none."""
        changed = False

        def known(part: Expression) -> Expression | None:
            nonlocal changed
            match part:
                case Temporary(name=name):
                    return self.picks.get(name) or self.values.get(name)
                case Read(variable=name) if name in self.locals:
                    return self.locals[name]
                case Read(variable=name):
                    changed = changed or name in self.changed
                    return None
                case _:
                    return None

        value = formulas.rewrite(node, known)
        return None if changed or self._is_open(value) else value

    def _is_open(self, value: Expression) -> bool:
        """Whether it mentions what has no value before the step."""
        parts = list(walk(value))
        closed = {item.name for item in self.picks.values()}
        for part in parts:
            if isinstance(part, Quantified):
                closed |= {binder.name for binder in part.binders}
        return any(
            isinstance(part, Temporary) or (isinstance(part, Bound) and part.name not in closed)
            for part in parts
        )

    def _after(self, instruction: Instruction) -> None:
        match instruction:
            case Let(temporary=temporary, value=value):
                before = self._before(value)
                if before is not None:
                    self.values[temporary.name] = before
            case Pick(temporary=temporary):
                name = f"{temporary.name}!"
                self.picks[temporary.name] = Bound(name, temporary.type)
            case Check(condition=condition) | Require(condition=condition):
                before = self._before(condition)
                if before is not None:
                    self.needed = formulas.both(self.needed, before)
            case Assign(variable=name, arguments=arguments, value=value):
                kind = self.kinds[name].type
                if isinstance(kind, LockType):
                    lock = Read(name, arguments, kind)
                    if isinstance(value, Self):
                        self.holding = self.holding.taken(lock)
                    elif isinstance(value, Constant):
                        self.holding = self.holding.released(lock)
                before = self._before(value)
                self._forget(name)
                if before is not None and self.kinds[name].thread and len(arguments) == 1:
                    self.locals[name] = before
            case _:
                for write in writes(instruction):
                    self._forget(write.variable)

    def _forget(self, name: str) -> None:
        """A variable changes: locks that are named by it can no longer be."""
        self.changed.add(name)
        self.locals.pop(name, None)
        self.holding = self.holding.without(
            lock
            for lock in self.holding.surely
            if any(
                isinstance(part, Read) and part.variable == name
                for argument in lock.arguments
                for part in walk(argument)
            )
        )


Point = tuple[str, tuple[Expression, ...]]


def _reads(instruction: Instruction) -> Iterator[Point]:
    if isinstance(instruction, Assert | Pick):
        return
    for part in walk(instruction):
        if isinstance(part, Read):
            yield part.variable, part.arguments


def _remark(step: Step, variable: Variable, *, write: bool) -> Remark:
    """The statement of a step that accesses a variable: the model does not say which one it is, its
    text does. Of several reads the first is meant, of several writes the last."""
    name = variable.whole or variable.name
    field = is_field(variable)
    written = re.escape(f".{name.rpartition('.')[2]}" if field else name)
    access = re.compile(rf"{written}(?!\w)" if field else rf"(?<!\w){written}(?!\w)")
    remarks = [item for item in step.remarks if not item.jump]
    candidates = [item for item in remarks if access.search(item.text)]
    if write:
        change = re.compile(access.pattern + r"(\[[^]]*\])*\s*(\+\+|--|(<<|>>|[-+*/%&|^])?=(?!=))")
        candidates = [item for item in candidates if change.search(item.text)] or candidates
        candidates.reverse()
    if candidates:
        return candidates[0]
    if remarks:
        return remarks[0]
    return Remark(step.name, step.span)
