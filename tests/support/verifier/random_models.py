"""Random small models: every kind of variable, instruction and expression, all well defined.

Two kinds of thread and a struct; variables indexed by nothing, objects, enums, ranges and pairs
of objects; locks, optional references, bulk updates. Integers move only within their ranges: a
`Check` before each write says so.
"""

from __future__ import annotations

from dataclasses import replace

from frontend.model import (
    BOOL,
    LOCK,
    TRUE,
    Assert,
    Assign,
    Assumption,
    Binary,
    Bulk,
    Check,
    Constant,
    Expression,
    Instruction,
    Let,
    Location,
    Model,
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
    Variable,
    WaitCycle,
    WaitEdge,
    Write,
)
from frontend.source.spans import NOWHERE, Source
from tests.support.verifier.random_formulas import (
    COLOUR,
    CPU,
    LOCATIONS,
    NEXT,
    PAGE,
    SMALL,
    TASK,
    Names,
    RandomFormulas,
    live,
)


class Maker(RandomFormulas):
    """Makes one model from one seed."""

    # --- steps ------------------------------------------------------------------------------

    def step(self, thread: ReferenceType, number: int, source: int, target: int) -> Step:
        """A step with up to four instructions."""
        page = Temporary("t", PAGE)
        known = live(thread.sort, source)
        me = Self(thread)
        scope = Names(me, frozenset(known), (page,))
        body: list[Instruction] = [Pick(page)]
        if self.rarely():
            body.append(Pick(Temporary("u", NEXT)))
        for _ in range(self.random.randint(1, 3)):
            body += self._instructions(scope)
        if target >= 2:
            body.append(Assign(f"{thread.sort}/p", (me,), self.of(PAGE, scope, 1)))
        if target == 3:
            body.append(Assign(f"{thread.sort}/n", (me,), self.of(SMALL, scope, 2)))
        name = f"step{number}"
        return Step(
            name, thread.sort, source, target, number, tuple(body), TRUE, False, (), NOWHERE
        )

    def _instructions(self, scope: Names) -> list[Instruction]:
        assert scope.me is not None, "in a step"
        match self.random.randrange(6):
            case 0:
                return [Require(self.of(BOOL, scope, 2))]
            case 1:
                return [Assert("claim", self.of(BOOL, scope, 2), NOWHERE)]
            case 2:
                binder = self.bound(PAGE)
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
                    value = self.sum(scope, 1)
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

    def _value(self, item: Variable, scope: Names) -> Expression:
        me = scope.me
        assert me is not None, "in a step"
        none: list[Expression] = [me, Constant(None, item.type)]
        if item.type == LOCK:
            return self.random.choice(none)
        if item.type == NEXT and self.random.random() < 0.6:
            return self.of(PAGE, scope, 1)
        if item.type == ReferenceType("cpu", optional=True) and me.type == CPU:
            return self.random.choice(none)
        return self.of(item.type, scope, 2)

    # --- the whole --------------------------------------------------------------------------

    def thread(self, kind: ReferenceType, steps: int) -> Thread:
        """A body of four locations: in the last two `p` is live, in the last `n` too."""
        moves = [
            self.step(kind, n, n % LOCATIONS, self.random.randrange(LOCATIONS))
            for n in range(steps)
        ]
        locations = tuple(
            Location(n, f"at{n}", frozenset(), (), frozenset(live(kind.sort, n)), n == 0, NOWHERE)
            for n in range(LOCATIONS)
        )
        return Thread(kind.sort, locations, tuple(moves), 0, LOCATIONS)

    def closed(self, depth: int) -> Expression:
        """A formula over the state."""
        binders = (self.bound(PAGE), self.bound(CPU))
        body = self.of(BOOL, Names(None, frozenset(), binders), depth)
        return Quantified(QuantifierKind.FORALL, binders, body, BOOL)

    def cycle(self) -> Expression:
        """Whether threads wait for each other's locks: at some locations always, at some under a
        condition, and at some for two locks at once."""
        edges: list[WaitEdge] = []
        for kind, number in ((CPU, 1), (CPU, 2), (TASK, 2), (TASK, 3)):
            scope = Names(Self(kind), frozenset(live(kind.sort, number)), ())
            for alternative in range(self.random.randint(1, 2)):
                try:
                    lock = self._awaited(scope)
                    when = self.of(BOOL, scope, 2) if self.random.random() < 0.5 else TRUE
                except LookupError:  # there is no page to speak of at this location
                    continue
                edges.append(WaitEdge(kind.sort, number, lock, when, alternative))
        return Not(WaitCycle(tuple(edges)))

    def _awaited(self, scope: Names) -> Read:
        item = self.random.choice([item for item in self.variables if item.type == LOCK])
        return Read(item.name, tuple(self.of(kind, scope, 1) for kind in item.index), LOCK)

    def model(self) -> Model:
        """The model."""
        threads = self.thread(CPU, 5), self.thread(TASK, 2)
        assumptions: tuple[Assumption, ...] = ()
        if any(item.name == "page.buddy" for item in self.variables):
            binder = self.bound(PAGE)
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


def random_model(seed: int) -> Model | None:
    """The model of a seed; None when the dice asked for an object where there is none."""
    try:
        return Maker(seed).model()
    except LookupError:
        return None
