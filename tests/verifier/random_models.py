"""Random small models: every kind of variable, instruction and expression, all well defined.

Two kinds of thread and a struct; variables indexed by nothing, objects, enums, ranges and pairs
of objects; locks, optional references, bulk updates. Integers move only within their ranges: a
`Check` before each write says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from frontend.model import (
    BOOL,
    LOCK,
    TRUE,
    Assert,
    Assign,
    Assumption,
    At,
    Binary,
    BoolType,
    Bound,
    Bulk,
    Check,
    Conditional,
    Constant,
    EnumType,
    Expression,
    Held,
    HeldBy,
    Instruction,
    IntType,
    Let,
    Location,
    LockType,
    Model,
    Negative,
    Not,
    Operator,
    Pick,
    Property,
    PropertyKind,
    Quantified,
    QuantifierKind,
    Read,
    ReferenceType,
    Require,
    Self,
    Sort,
    Step,
    Temporary,
    Thread,
    Type,
    Value,
    Variable,
    WaitCycle,
    WaitEdge,
    Write,
)
from frontend.source import NOWHERE, Source

CPU, TASK, PAGE = (ReferenceType(sort, optional=False) for sort in ("cpu", "task", "page"))
COLOUR = EnumType("colour", ("red", "blue"))
SMALL = IntType(-1, 2)
NEXT = ReferenceType("page", optional=True)
SHARED: tuple[tuple[str, tuple[Type, ...], Type], ...] = (
    ("flag", (), BOOL),
    ("number", (), SMALL),
    ("page.colour", (PAGE,), COLOUR),
    ("page.next", (PAGE,), NEXT),
    ("page.owner", (PAGE,), ReferenceType("cpu", optional=True)),
    ("page.lock", (PAGE,), LOCK),
    ("lock", (), LOCK),
    ("seen", (CPU, PAGE), BOOL),
    ("slot", (COLOUR,), NEXT),
    ("level", (IntType(1, 2), BOOL), SMALL),
    ("near", (PAGE, PAGE), BOOL),
)
CONSTANTS: tuple[tuple[str, tuple[Type, ...], Type], ...] = (
    ("page.buddy", (PAGE,), PAGE),
    ("page.home", (PAGE,), CPU),
    ("page.kind", (PAGE,), COLOUR),
)
LOCATIONS = 4


@dataclass(frozen=True, slots=True)
class _Names:
    """What an expression may mention."""

    me: Self | None
    live: frozenset[str]
    names: tuple[Bound | Temporary, ...]


class Maker:
    """Makes one model from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.fresh = 0
        self.variables = self._variables()

    def _variables(self) -> list[Variable]:
        shared = self.random.sample(SHARED, 5)
        constants = self.random.sample(CONSTANTS, self.random.choice([0, 1, 1, 2]))
        result = []
        for name, index, kind in shared:
            start = Constant(_zero(kind), kind)
            initial = None if isinstance(kind, BoolType) and self._rarely() else start
            result.append(
                Variable(name, index, kind, False, False, initial, None, name, None, NOWHERE)
            )
        for name, index, kind in constants:
            result.append(Variable(name, index, kind, True, False, None, None, name, None, NOWHERE))
        for thread in (CPU, TASK):
            for name, kind in (("p", PAGE), ("n", SMALL)):
                full = f"{thread.sort}/{name}"
                result.append(
                    Variable(
                        full, (thread,), kind, False, False, None, thread.sort, name, None, NOWHERE
                    )
                )
        return result

    def _rarely(self) -> bool:
        return self.random.random() < 0.25

    # --- expressions: of a type, over `self`, the live locals and names in scope ------------

    def of(self, kind: Type, scope: _Names, depth: int) -> Expression:
        """An expression of a type; of a plain reference, never `none`."""
        reads = [item for item in self.variables if self._readable(item, kind, scope)]
        names = [item for item in scope.names if item.type == kind]
        if names and self.random.random() < 0.5:
            return self.random.choice(names)
        if scope.me is not None and kind == scope.me.type and self.random.random() < 0.5:
            return scope.me
        if isinstance(kind, BoolType) and depth > 0:
            return self._truth(scope, depth - 1)
        if reads and depth > 0 and self.random.random() < 0.7:
            return self.read(self.random.choice(reads), scope, depth - 1)
        if isinstance(kind, IntType) and depth > 0 and self._rarely():
            return Conditional(
                self.of(BOOL, scope, depth - 1),
                self.of(kind, scope, depth - 1),
                self.of(kind, scope, depth - 1),
                kind,
            )
        return self._literal(kind, names, scope)

    def _literal(self, kind: Type, names: list[Bound | Temporary], scope: _Names) -> Expression:
        match kind:
            case BoolType():
                return Constant(self.random.random() < 0.5, BOOL)
            case IntType(low=low, high=high):
                assert low is not None, "limited"
                assert high is not None, "limited"
                return Constant(self.random.randint(low, high), kind)
            case EnumType(members=members):
                return Constant(self.random.choice(members), kind)
            case ReferenceType(optional=True):
                return Constant(None, kind)
            case ReferenceType():
                if names:
                    return self.random.choice(names)
                if scope.me is not None and scope.me.type == kind:
                    return scope.me
                raise LookupError(kind.sort)
            case LockType():
                return Constant(None, LOCK)

    def _readable(self, item: Variable, kind: Type, scope: _Names) -> bool:
        if item.type != kind:
            return False
        if item.thread is not None:
            return scope.me is not None and item.name in scope.live
        return True

    def read(self, item: Variable, scope: _Names, depth: int) -> Read:
        """A variable at an index of the scope's objects."""
        if item.thread is not None:
            assert scope.me is not None, "readable"
            return Read(item.name, (scope.me,), item.type)
        return Read(item.name, tuple(self.of(i, scope, depth) for i in item.index), item.type)

    def _truth(self, scope: _Names, depth: int) -> Expression:
        pick = self.random.randrange(9)
        match pick:
            case 0:
                return Not(self.of(BOOL, scope, depth))
            case 1 | 2:
                operator = self.random.choice([Operator.AND, Operator.OR, Operator.IMPLIES])
                sides = self.of(BOOL, scope, depth), self.of(BOOL, scope, depth)
                return Binary(operator, *sides, BOOL)
            case 3:
                operator = self.random.choice([Operator.EQ, Operator.LT, Operator.GE])
                return Binary(operator, self._sum(scope, depth), self.of(SMALL, scope, depth), BOOL)
            case 4:
                kind = self.random.choice([COLOUR, NEXT, BOOL])
                operator = self.random.choice([Operator.EQ, Operator.NE])
                return Binary(
                    operator, self.of(kind, scope, depth), self.of(kind, scope, depth), BOOL
                )
            case 5:
                return self._quantified(scope, depth)
            case 6:
                return self._lock(scope, depth)
            case 7:
                thread = self.random.choice([CPU, TASK])
                binder = self._bound(thread)
                at = At(binder, frozenset(self.random.sample(range(LOCATIONS), 2)))
                return Quantified(QuantifierKind.EXISTS, (binder,), at, BOOL)
            case _:
                truths = [item for item in self.variables if self._readable(item, BOOL, scope)]
                if truths:
                    return self.read(self.random.choice(truths), scope, depth)
                return TRUE

    def _sum(self, scope: _Names, depth: int) -> Expression:
        left, right = self.of(SMALL, scope, depth), self.of(SMALL, scope, depth)
        wide = IntType(-9, 9)
        operator = self.random.choice(
            [Operator.ADD, Operator.SUB, Operator.MUL, Operator.DIV, Operator.MOD, Operator.BAND]
        )
        if operator in (Operator.DIV, Operator.MOD):
            right = Constant(self.random.choice([-2, 2, 3]), wide)
        if self._rarely():
            left = Negative(left, wide)
        return Binary(operator, left, right, wide)

    def _quantified(self, scope: _Names, depth: int) -> Expression:
        binders = tuple(
            self._bound(kind) for kind in self.random.sample([PAGE, CPU, TASK, COLOUR], 2)
        )
        inside = replace(scope, names=(*scope.names, *binders))
        kind = self.random.choice(list(QuantifierKind))
        body = self.of(BOOL, inside, depth)
        if kind is not QuantifierKind.COUNT:
            return Quantified(kind, binders, body, BOOL)
        count = Quantified(kind, binders, body, IntType(0, None))
        limit = Constant(self.random.randint(0, 2), IntType(0, 2))
        return Binary(Operator.LE, count, limit, BOOL)

    def _bound(self, kind: Type) -> Bound:
        self.fresh += 1
        return Bound(f"q{self.fresh}", kind)

    def _lock(self, scope: _Names, depth: int) -> Expression:
        locks = [item for item in self.variables if item.type == LOCK]
        locks = [item for item in locks if not item.index or _has(scope, PAGE)]
        if not locks:
            return TRUE
        lock = self.read(self.random.choice(locks), scope, depth)
        if scope.me is not None and self.random.random() < 0.5:
            return HeldBy(lock, scope.me)
        return Held(lock)

    # --- steps ------------------------------------------------------------------------------

    def step(self, thread: ReferenceType, number: int, source: int, target: int) -> Step:
        """A step with up to four instructions."""
        page = Temporary("t", PAGE)
        live = _live(thread.sort, source)
        scope = _Names(Self(thread), frozenset(live), (page,))
        body: list[Instruction] = [Pick(page)]
        if self._rarely():
            body.append(Pick(Temporary("u", NEXT)))
        for _ in range(self.random.randint(1, 3)):
            body += self._instructions(scope)
        if target >= 2:
            body.append(Assign(f"{thread.sort}/p", (scope.me,), self.of(PAGE, scope, 1)))
        if target == 3:
            body.append(Assign(f"{thread.sort}/n", (scope.me,), self.of(SMALL, scope, 2)))
        name = f"step{number}"
        return Step(
            name, thread.sort, source, target, number, tuple(body), TRUE, False, (), NOWHERE
        )

    def _instructions(self, scope: _Names) -> list[Instruction]:
        assert scope.me is not None, "in a step"
        match self.random.randrange(6):
            case 0:
                return [Require(self.of(BOOL, scope, 2))]
            case 1:
                return [Assert("claim", self.of(BOOL, scope, 2), NOWHERE)]
            case 2:
                binder = self._bound(PAGE)
                inside = replace(scope, names=(*scope.names, binder))
                fields = [i for i in self._written() if i.index == (PAGE,)]
                if not fields:
                    return []
                item = self.random.choice(fields)
                if item.type == SMALL:
                    return []
                write = Write(item.name, (binder,), self._value(item, inside))
                return [Bulk((binder,), self.of(BOOL, inside, 2), (write,))]
            case 3:
                kept = Temporary("v", SMALL)
                value = self.of(SMALL, scope, 2)
                return [
                    Let(kept, value),
                    Require(Binary(Operator.LE, kept, self.of(SMALL, scope, 1), BOOL)),
                ]
            case _:
                item = self.random.choice(self._written())
                arguments = tuple(self.of(kind, scope, 1) for kind in item.index)
                if item.type == SMALL:
                    value = self._sum(scope, 1)
                    fits = Binary(
                        Operator.AND,
                        Binary(Operator.GE, value, Constant(-1, SMALL), BOOL),
                        Binary(Operator.LE, value, Constant(2, SMALL), BOOL),
                        BOOL,
                    )
                    check = Check("range", fits, NOWHERE, "")
                    return [check, Assign(item.name, arguments, value)]
                return [Assign(item.name, arguments, self._value(item, scope))]

    def _written(self) -> list[Variable]:
        return [item for item in self.variables if item.thread is None and not item.constant]

    def _value(self, item: Variable, scope: _Names) -> Expression:
        assert scope.me is not None, "in a step"
        if item.type == LOCK:
            return self.random.choice([scope.me, Constant(None, LOCK)])
        if item.type == NEXT and self.random.random() < 0.6:
            return self.of(PAGE, scope, 1)
        if isinstance(item.type, ReferenceType) and item.type.sort == scope.me.type.sort:  # type: ignore[union-attr]  # a thread's
            return self.random.choice([scope.me, Constant(None, item.type)])
        return self.of(item.type, scope, 2)

    # --- the whole --------------------------------------------------------------------------

    def thread(self, kind: ReferenceType, steps: int) -> Thread:
        """A body of four locations: in the last two `p` is live, in the last `n` too."""
        moves = [
            self.step(kind, n, n % LOCATIONS, self.random.randrange(LOCATIONS))
            for n in range(steps)
        ]
        locations = tuple(
            Location(n, f"at{n}", frozenset(), (), frozenset(_live(kind.sort, n)), n == 0, NOWHERE)
            for n in range(LOCATIONS)
        )
        return Thread(kind.sort, locations, tuple(moves), 0, LOCATIONS)

    def closed(self, depth: int) -> Expression:
        """A formula over the state."""
        binders = (self._bound(PAGE), self._bound(CPU))
        body = self.of(BOOL, _Names(None, frozenset(), binders), depth)
        return Quantified(QuantifierKind.FORALL, binders, body, BOOL)

    def cycle(self) -> Expression:
        """Whether a circle of threads at location 1 or 2 wait for the global lock."""
        lock = next((i for i in self.variables if i.type == LOCK and not i.index), None)
        if lock is None:
            return TRUE
        edges = tuple(
            WaitEdge(sort, number, Read(lock.name, (), LOCK))
            for sort, number in (("cpu", 1), ("task", 2))
        )
        return Not(WaitCycle(edges))

    def model(self) -> Model:
        """The model."""
        threads = self.thread(CPU, 5), self.thread(TASK, 2)
        assumptions: tuple[Assumption, ...] = ()
        if any(item.name == "page.buddy" for item in self.variables):
            binder = self._bound(PAGE)
            inner = Read("page.buddy", (Read("page.buddy", (binder,), PAGE),), PAGE)
            same = Binary(Operator.EQ, inner, binder, BOOL)
            formula = Quantified(QuantifierKind.FORALL, (binder,), same, BOOL)
            assumptions = (Assumption("pairs", formula, NOWHERE),)
        formulas = {
            "first": (PropertyKind.INVARIANT, self.closed(3)),
            "second": (PropertyKind.REACHABLE, self.closed(4)),
            "third": (PropertyKind.LEMMA, self.closed(4)),
            "lock_cycle": (PropertyKind.INVARIANT, self.cycle()),
            "claim": (PropertyKind.ASSERT, None),
            "range": (PropertyKind.FAULT, None),
        }
        return Model(
            name="random",
            variant="main",
            flags=frozenset(),
            source=Source("random.alloc", ""),
            sorts=(
                Sort("cpu", True, NOWHERE),
                Sort("task", True, NOWHERE),
                Sort("page", False, NOWHERE),
            ),
            enums=(COLOUR,),
            variables=tuple(self.variables),
            threads=threads,
            assumptions=assumptions,
            properties=tuple(
                Property(name, kind, "", formula, False, NOWHERE)
                for name, (kind, formula) in formulas.items()
            ),
            violates=frozenset(),
            bounds=(),
            not_modelled=(),
            models=(),
        )


def _live(sort: str, location: int) -> list[str]:
    return [f"{sort}/p"] * (location >= 2) + [f"{sort}/n"] * (location == 3)


def _has(scope: _Names, kind: Type) -> bool:
    return any(item.type == kind for item in scope.names)


def _zero(kind: Type) -> Value:
    match kind:
        case BoolType():
            return False
        case IntType():
            return 0
        case EnumType(members=members):
            return members[0]
        case ReferenceType() | LockType():
            return None


def random_model(seed: int) -> Model | None:
    """The model of a seed; None when the dice asked for an object where there is none."""
    try:
        return Maker(seed).model()
    except LookupError:
        return None
