"""Models built by hand: small shorthands, and the race of the free path in a nutshell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from frontend.model import (
    BOOL,
    INT,
    LOCK,
    Assign,
    Assumption,
    At,
    Binary,
    Bound,
    Bulk,
    Check,
    Constant,
    EnumType,
    Expression,
    Held,
    HeldBy,
    Instruction,
    IntType,
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
    Remark,
    Require,
    Self,
    Sort,
    Step,
    Temporary,
    Thread,
    Type,
    Value,
    Variable,
    Write,
)
from frontend.source.spans import NOWHERE, Source

CPU = ReferenceType("cpu", optional=False)
PAGE = ReferenceType("page", optional=False)
BLOCK = ReferenceType("pageblock", optional=False)
MT = EnumType("migratetype", ("MOVABLE", "ISOLATE"))
ME = Self(CPU)

ARITHMETIC = [
    Operator.ADD,
    Operator.SUB,
    Operator.MUL,
    Operator.DIV,
    Operator.MOD,
    Operator.BAND,
    Operator.BOR,
    Operator.BXOR,
    Operator.SHL,
    Operator.SHR,
]
"""The operators that give an integer."""


def literal(value: Value, kind: Type = INT) -> Constant:
    return Constant(value, BOOL if isinstance(value, bool) else kind)


def binary(operator: str, left: Expression, right: Expression) -> Binary:
    found = Operator(operator)
    arithmetic = found.value in ("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>")
    return Binary(found, left, right, INT if arithmetic else BOOL)


def conjoin(*items: Expression) -> Expression:
    result = items[0]
    for item in items[1:]:
        result = binary("&&", result, item)
    return result


def read(variable: Variable, *arguments: Expression) -> Read:
    return Read(variable.name, arguments, variable.type)


def variable(
    name: str,
    kind: Type,
    *index: Type,
    initial: Value | type = type,
    constant: bool = False,
    thread: str | None = None,
) -> Variable:
    """`initial=type` (the default) means: anything."""
    start = None if isinstance(initial, type) else Constant(initial, kind)
    display = name.rpartition(".")[2]
    return Variable(name, index, kind, constant, False, start, thread, display, None, NOWHERE)


def forall(binders: Iterable[Bound], body: Expression) -> Quantified:
    return Quantified(QuantifierKind.FORALL, tuple(binders), body, BOOL)


def exists(binders: Iterable[Bound], body: Expression) -> Quantified:
    return Quantified(QuantifierKind.EXISTS, tuple(binders), body, BOOL)


def count(binders: Iterable[Bound], body: Expression) -> Quantified:
    return Quantified(QuantifierKind.COUNT, tuple(binders), body, IntType(0, None))


def remark(
    text: str, procedure: str = "", outcome: bool | None = None, value: Expression | None = None
) -> Remark:
    return Remark(text, NOWHERE, outcome, procedure, value)


def step(
    name: str, source: int, target: int, *body: Instruction, remarks: tuple[Remark, ...] = ()
) -> Step:
    told = counted(body, remarks)
    return Step(name, "cpu", source, target, 0, body, literal(True), False, told, NOWHERE)


def counted(body: tuple[Instruction, ...], remarks: tuple[Remark, ...]) -> tuple[Remark, ...]:
    """Remarks that say which instructions are theirs: each up to its write, the last the rest; one
    that says so already is left alone."""
    writes = [n for n, item in enumerate(body, 1) if isinstance(item, (Assign, Bulk))]
    if any(item.done for item in remarks):
        return remarks
    ends = [*writes[: len(remarks) - 1], len(body)]
    ends += [len(body)] * (len(remarks) - len(ends))
    return tuple(replace(item, done=end) for item, end in zip(remarks, ends, strict=False))


def place(number: int, *live: Variable, procedures: tuple[str, ...] = ()) -> Location:
    names = frozenset(local.name for local in live)
    return Location(number, f"at{number}", frozenset(), procedures, names, number == 0, NOWHERE)


def model(
    variables: Iterable[Variable],
    *,
    steps: tuple[Step, ...] = (),
    locations: tuple[Location, ...] = (place(0), place(1)),
    assumptions: tuple[tuple[str, Expression], ...] = (),
    properties: tuple[tuple[str, PropertyKind, Expression | None], ...] = (),
    sorts: tuple[str, ...] = ("cpu",),
    models: tuple[tuple[str, tuple[str, ...]], ...] = (),
) -> Model:
    return Model(
        name="example",
        variant="main",
        flags=frozenset(),
        source=Source("example.alloc", ""),
        sorts=tuple(Sort(name, name == "cpu", NOWHERE) for name in sorts),
        enums=(MT,),
        variables=tuple(variables),
        threads=(Thread("cpu", locations, steps, 0, len(locations) - 1),),
        assumptions=tuple(Assumption(name, f, NOWHERE) for name, f in assumptions),
        properties=tuple(
            Property(name, kind, "", formula, False, NOWHERE) for name, kind, formula in properties
        ),
        violates=frozenset(),
        bounds=(),
        not_modelled=(),
        models=models,
    )


# --- the free path in a nutshell -----------------------------------------------------------

BLOCK_OF = variable("page.block", BLOCK, PAGE, constant=True)
BUDDY = variable("page.buddy", PAGE, PAGE, constant=True)
IN_USE = variable("page.in_use", BOOL, PAGE, initial=True)
FREE = variable("page.PageBuddy", BOOL, PAGE, initial=False)
LIST = variable("page.list", MT, PAGE, initial="MOVABLE")
KIND = variable("pageblock.mt", MT, BLOCK, initial="MOVABLE")
LOCKED = variable("zone.lock", LOCK, initial=None)
NR_FREE = variable("zone.nr_free_pages", INT, initial=0)
P = variable("cpu.p", PAGE, CPU, thread="cpu")
T = variable("cpu/free_one_page.mt", MT, CPU, thread="cpu")

Q = Bound("q", PAGE)
LOCK_READ = read(LOCKED)
MY_PAGE = read(P, ME)
BUDDIES = forall(
    [Q],
    conjoin(
        binary("==", read(BUDDY, read(BUDDY, Q)), Q),
        binary("!=", read(BUDDY, Q), Q),
        binary("==", read(BLOCK_OF, read(BUDDY, Q)), read(BLOCK_OF, Q)),
    ),
)
ISOLATE = literal("ISOLATE", MT)
STRANDED = binary(
    "=>",
    Not(Held(LOCK_READ)),
    forall(
        [Q],
        binary(
            "=>",
            conjoin(read(FREE, Q), binary("==", read(LIST, Q), ISOLATE)),
            binary("==", read(KIND, read(BLOCK_OF, Q)), ISOLATE),
        ),
    ),
)

_FREED = Temporary("freed", PAGE)
_BLOCK = Temporary("block", BLOCK)


def acquire(name: str, source: int, target: int, procedure: str) -> Step:
    return step(
        name,
        source,
        target,
        Require(Not(Held(LOCK_READ))),
        Assign(LOCKED.name, (), ME),
        remarks=(remark("spin_lock(zone.lock)", procedure),),
    )


def release(name: str, source: int, target: int, procedure: str) -> Step:
    return step(
        name,
        source,
        target,
        Check("unlock", HeldBy(LOCK_READ, ME), NOWHERE, "zone.lock is held by the thread"),
        Assign(LOCKED.name, (), literal(None, LOCK)),
        remarks=(remark("spin_unlock(zone.lock)", procedure),),
    )


def set_kind(name: str, source: int, target: int, kind: str, procedure: str) -> Step:
    """Picks any pageblock; `b` is a temporary of the step, which keeps the model small."""
    moved = binary("==", read(BLOCK_OF, Q), _BLOCK)
    free = binary("==", read(FREE, Q), literal(True))
    return step(
        name,
        source,
        target,
        Pick(_BLOCK),
        Assign(KIND.name, (_BLOCK,), literal(kind, MT)),
        Bulk((Q,), conjoin(moved, free), (Write(LIST.name, (Q,), literal(kind, MT)),)),
        remarks=(
            remark(f"b.mt = {kind}", procedure),
            remark(f"update page q {{ q.list = {kind}; }}", procedure),
        ),
    )


def free_path() -> Model:
    """A page is freed to the list that its pageblock's type named before the lock was taken."""
    inside = ("free_one_page",)
    locations = (
        place(0),
        place(1, P),
        place(2, P, T, procedures=inside),
        place(3, P, T, procedures=inside),
        place(4, P, T, procedures=inside),
        place(5, procedures=("set_migratetype_isolate",)),
        place(6, procedures=("set_migratetype_isolate",)),
        place(7, procedures=("unset_migratetype_isolate",)),
        place(8, procedures=("unset_migratetype_isolate",)),
        place(9),
    )
    free, isolate, restore = "free_one_page", "set_migratetype_isolate", "unset_migratetype_isolate"
    steps = (
        step(
            "take",
            0,
            1,
            Pick(_FREED),
            Require(read(IN_USE, _FREED)),
            Assign(P.name, (ME,), _FREED),
            Assign(IN_USE.name, (_FREED,), literal(False)),
            remarks=(
                remark("p = any(page q: q.in_use)", value=MY_PAGE),
                remark("p.in_use = false"),
            ),
        ),
        step(
            "read",
            1,
            2,
            Assign(T.name, (ME,), read(KIND, read(BLOCK_OF, MY_PAGE))),
            remarks=(remark("mt = p.block.mt", free, value=read(T, ME)),),
        ),
        acquire("lock", 2, 3, free),
        step(
            "put",
            3,
            4,
            Assign(LIST.name, (MY_PAGE,), read(T, ME)),
            Assign(FREE.name, (MY_PAGE,), literal(True)),
            Assign(NR_FREE.name, (), binary("+", read(NR_FREE), literal(1))),
            remarks=(
                remark("p.list = mt", free),
                remark("p.PageBuddy = true", free),
                remark("zone.nr_free_pages++", free),
            ),
        ),
        release("unlock", 4, 0, free),
        acquire("isolate.lock", 0, 5, isolate),
        set_kind("isolate", 5, 6, "ISOLATE", isolate),
        release("isolate.unlock", 6, 9, isolate),
        acquire("restore.lock", 9, 7, restore),
        set_kind("restore", 7, 8, "MOVABLE", restore),
        release("restore.unlock", 8, 0, restore),
    )
    reached = exists([Bound("c", CPU)], At(Bound("c", CPU), frozenset({4})))
    return model(
        (BLOCK_OF, BUDDY, IN_USE, FREE, LIST, KIND, LOCKED, NR_FREE, P, T),
        steps=steps,
        locations=locations,
        assumptions=(("no_straddling_buddies", BUDDIES),),
        properties=(
            ("no_stranded_page", PropertyKind.INVARIANT, STRANDED),
            ("freed", PropertyKind.REACHABLE, reached),
            ("unlock", PropertyKind.FAULT, None),
        ),
        sorts=("page", "pageblock", "cpu"),
        models=(
            ("free_one_page", ("mm/page_alloc.c:free_one_page",)),
            ("set_migratetype_isolate", ("mm/page_isolation.c:set_migratetype_isolate",)),
        ),
    )


def threads_in_all() -> Quantified:
    """How many threads there are: what only a larger instance changes."""
    return count([Bound("c", CPU)], literal(True))
