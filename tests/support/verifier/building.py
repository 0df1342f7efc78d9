"""Small models built by hand: what the front end would make of a few lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from frontend.model import (
    BOOL,
    INT,
    LOCK,
    TRUE,
    Assign,
    Assumption,
    Binary,
    Constant,
    EnumType,
    Expression,
    Held,
    Instruction,
    IntType,
    Location,
    Model,
    Operator,
    Property,
    PropertyKind,
    Read,
    ReferenceType,
    Require,
    Self,
    Sort,
    Step,
    Thread,
    Type,
    Value,
    Variable,
)
from frontend.source.spans import Source, Span

SOURCE = Source("built.alloc", "")
SPAN = Span(0, 0)


def variable(
    name: str,
    domain: Type,
    initial: Value = None,
    index: tuple[Type, ...] = (),
    *,
    constant: bool = False,
    free: bool = False,
    thread: str | None = None,
) -> Variable:
    """A variable; `free` ones start out arbitrary."""
    start = None if free or constant or thread else Constant(initial, domain)
    return Variable(name, index, domain, constant, False, start, thread, name, None, SPAN)


def reference(sort: str, optional: bool = False) -> ReferenceType:
    return ReferenceType(sort, optional)


def number(value: int) -> Constant:
    return Constant(value, IntType(value, value))


def binary(operator: str, left: Expression, right: Expression) -> Binary:
    which = Operator(operator)
    boolean = which.value in ("&&", "||", "=>", "==", "!=", "<", "<=", ">", ">=")
    return Binary(which, left, right, BOOL if boolean else INT)


class Program:
    """The body of one kind of thread, step by step.

    A step is `(source, target, body)`; `live` lists the locals that have a value at a location.
    """

    def __init__(self, sort: str, count: int) -> None:
        self.sort = sort
        self.me = Self(reference(sort))
        self._count = count
        self._steps: list[Step] = []
        self._live: dict[int, frozenset[str]] = {}

    def step(
        self,
        source: int,
        target: int,
        *body: Instruction,
        alternative: int = 0,
        waits: Expression = TRUE,
        fresh: bool = False,
    ) -> None:
        name = f"{self.sort}.{source}.{len(self._steps)}"
        self._steps.append(
            Step(name, self.sort, source, target, alternative, body, waits, fresh, (), SPAN)
        )

    def lock(self, source: int, target: int, lock: Read, alternative: int = 0) -> None:
        self.step(
            source,
            target,
            Require(binary("==", Held(lock), Constant(False, BOOL))),
            Assign(lock.variable, lock.arguments, self.me),
            alternative=alternative,
        )

    def unlock(self, source: int, target: int, lock: Read) -> None:
        self.step(source, target, Assign(lock.variable, lock.arguments, Constant(None, LOCK)))

    def live(self, name: str, locations: Iterable[int]) -> None:
        for location in locations:
            self._live[location] = self._live.get(location, frozenset()) | {name}

    def thread(self) -> Thread:
        locations = tuple(
            Location(
                n, f"{self.sort}.{n}", frozenset(), (), self._live.get(n, frozenset()), n == 0, SPAN
            )
            for n in range(self._count)
        )
        return Thread(self.sort, locations, tuple(self._steps), 0, self._count - 1)


def invariant(name: str, expression: Expression) -> Property:
    return Property(name, PropertyKind.INVARIANT, "", expression, False, SPAN)


def reachable(name: str, expression: Expression) -> Property:
    return Property(name, PropertyKind.REACHABLE, "", expression, False, SPAN)


def asserted(name: str) -> Property:
    return Property(name, PropertyKind.ASSERT, "", None, False, SPAN)


def fault(name: str) -> Property:
    return Property(name, PropertyKind.FAULT, "", None, True, SPAN)


def model(
    variables: Sequence[Variable],
    programs: Sequence[Program],
    properties: Sequence[Property],
    *,
    sorts: Sequence[str] = (),
    enums: Sequence[EnumType] = (),
    assumptions: Sequence[tuple[str, Expression]] = (),
) -> Model:
    return Model(
        name="built",
        variant="main",
        flags=frozenset(),
        source=SOURCE,
        sorts=(
            *(Sort(item.sort, True, SPAN) for item in programs),
            *(Sort(name, False, SPAN) for name in sorts),
        ),
        enums=tuple(enums),
        variables=tuple(variables),
        threads=tuple(item.thread() for item in programs),
        assumptions=tuple(Assumption(name, formula, SPAN) for name, formula in assumptions),
        properties=tuple(properties),
        violates=frozenset(),
        bounds=(),
        not_modelled=(),
        models=(),
    )
