"""Random formulas over a few variables of every kind, all well defined."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from frontend.model import (
    BOOL,
    LOCK,
    TRUE,
    At,
    Binary,
    BoolType,
    Bound,
    Conditional,
    Constant,
    EnumType,
    Expression,
    Held,
    HeldBy,
    IntType,
    LockType,
    Negative,
    Not,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    ReferenceType,
    Self,
    Temporary,
    Type,
    Value,
    Variable,
)
from frontend.source.spans import NOWHERE

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
class Names:
    """What an expression may mention."""

    me: Self | None
    live: frozenset[str]
    names: tuple[Bound | Temporary, ...]


class RandomFormulas:
    """The variables and formulas of one seed."""

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
            initial = None if isinstance(kind, BoolType) and self.rarely() else start
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

    def rarely(self) -> bool:
        return self.random.random() < 0.25

    # --- expressions: of a type, over `self`, the live locals and names in scope ------------

    def of(self, kind: Type, scope: Names, depth: int) -> Expression:
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
        if isinstance(kind, IntType) and depth > 0 and self.rarely():
            return Conditional(
                self.of(BOOL, scope, depth - 1),
                self.of(kind, scope, depth - 1),
                self.of(kind, scope, depth - 1),
                kind,
            )
        return self._literal(kind, names, scope)

    def _literal(self, kind: Type, names: list[Bound | Temporary], scope: Names) -> Expression:
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

    def _readable(self, item: Variable, kind: Type, scope: Names) -> bool:
        if item.type != kind:
            return False
        if item.thread is not None:
            return scope.me is not None and item.name in scope.live
        return True

    def read(self, item: Variable, scope: Names, depth: int) -> Read:
        """A variable at an index of the scope's objects."""
        if item.thread is not None:
            assert scope.me is not None, "readable"
            return Read(item.name, (scope.me,), item.type)
        return Read(item.name, tuple(self.of(i, scope, depth) for i in item.index), item.type)

    def _truth(self, scope: Names, depth: int) -> Expression:
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
                return Binary(operator, self.sum(scope, depth), self.of(SMALL, scope, depth), BOOL)
            case 4:
                kinds: list[Type] = [COLOUR, NEXT, BOOL]
                kind = self.random.choice(kinds)
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
                binder = self.bound(thread)
                at = At(binder, frozenset(self.random.sample(range(LOCATIONS), 2)))
                return Quantified(QuantifierKind.EXISTS, (binder,), at, BOOL)
            case _:
                truths = [item for item in self.variables if self._readable(item, BOOL, scope)]
                if truths:
                    return self.read(self.random.choice(truths), scope, depth)
                return TRUE

    def sum(self, scope: Names, depth: int) -> Expression:
        left, right = self.of(SMALL, scope, depth), self.of(SMALL, scope, depth)
        wide = IntType(-9, 9)
        operator = self.random.choice(
            [Operator.ADD, Operator.SUB, Operator.MUL, Operator.DIV, Operator.MOD, Operator.BAND]
        )
        if operator in (Operator.DIV, Operator.MOD):
            right = Constant(self.random.choice([-2, 2, 3]), wide)
        if self.rarely():
            left = Negative(left, wide)
        return Binary(operator, left, right, wide)

    def _quantified(self, scope: Names, depth: int) -> Expression:
        kinds: list[Type] = [PAGE, CPU, TASK, COLOUR]
        binders = tuple(self.bound(kind) for kind in self.random.sample(kinds, 2))
        inside = replace(scope, names=(*scope.names, *binders))
        kind = self.random.choice(list(QuantifierKind))
        body = self.of(BOOL, inside, depth)
        if kind is not QuantifierKind.COUNT:
            return Quantified(kind, binders, body, BOOL)
        count = Quantified(kind, binders, body, IntType(0, None))
        limit = Constant(self.random.randint(0, 2), IntType(0, 2))
        return Binary(Operator.LE, count, limit, BOOL)

    def bound(self, kind: Type) -> Bound:
        self.fresh += 1
        return Bound(f"q{self.fresh}", kind)

    def _lock(self, scope: Names, depth: int) -> Expression:
        locks = [item for item in self.variables if item.type == LOCK]
        locks = [item for item in locks if not item.index or _has(scope, PAGE)]
        if not locks:
            return TRUE
        lock = self.read(self.random.choice(locks), scope, depth)
        if scope.me is not None and self.random.random() < 0.5:
            return HeldBy(lock, scope.me)
        return Held(lock)


def live(sort: str, location: int) -> list[str]:
    return [f"{sort}/p"] * (location >= 2) + [f"{sort}/n"] * (location == 3)


def _has(scope: Names, kind: Type) -> bool:
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
