"""The checked model: sorts, variables, guarded atomic steps, properties.

This is the one thing every interpreter reads: the explorer and the Z3 encoder in `verifier`,
the evaluator in `proofs`. Its meaning, in full:

*State.* Every `Variable` is a total function from its index types to its type. A thread's
local is a variable whose first index is the thread's sort (`Variable.thread` names it). Every
thread also has a program counter, a `Location` of its `Thread`.

*Values* as plain Python: `bool`; `int`; an enum member's name as `str`; an object as `Object`;
`none` and the owner of a free lock as `None`; the owner of a held lock as the thread's `Object`.

*A step* of thread `t` is taken when `t` stands at `Step.source`: its body is executed in
order, each instruction on the state that the one before it left; then `t` stands at
`Step.target`. `Pick` gives a temporary any value of its type (of this instance). `Require`
that does not hold: the step cannot be taken with these picks. `Check` that does not hold: a
fault, the run ends there and the built-in property `kind` is violated by this step; the
instructions after it are not executed. `Assert` that does not hold: the property of that
name is violated by this step; execution goes on. `Bulk` writes every matching index at once:
values, indices and conditions are those of the state before it.

*Dead locals.* In a location, the thread's locals that are not in `Location.live` have no
value; no expression reads them there. Engines reset them to one fixed value.

*Short circuit.* `and`, `or`, `implies` and `Conditional` evaluate their right sides only where
the left one does not decide. Elsewhere a formula may be evaluated in any order: the front end
has put a `Check` before each instruction for what could go wrong in it, so an instruction
never meets a `none` that it follows, a zero divisor or an index out of its range. Likewise
properties and assumptions contain their own definedness as conjuncts, left of what needs it.

*Integers* are the mathematical ones. `div` truncates towards zero and `mod` takes the sign
of the dividend, as in C. `band bor bxor shl shr` are those of two's complement without end
(Python's); `shr` is arithmetic. A shift by a negative number is excluded by a `Check`.

*Objects* are of a sort of at least one element each; `single`s and globals are variables
without index.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from frontend.source.spans import Source, Span

# --- types and values ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BoolType:
    """Truth values."""


@dataclass(frozen=True, slots=True)
class IntType:
    """Integers from low to high, each included; None is no limit on that side."""

    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class EnumType:
    """The members in order of declaration; a value is a member's name."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReferenceType:
    """An object of a sort (struct or thread), or, when optional, `none`."""

    sort: str
    optional: bool


@dataclass(frozen=True, slots=True)
class LockType:
    """A spinlock's owner: nobody or a thread of any kind."""


Type = BoolType | IntType | EnumType | ReferenceType | LockType

BOOL = BoolType()
LOCK = LockType()
INT = IntType(None, None)
NAT = IntType(0, None)


@dataclass(frozen=True, slots=True, order=True)
class Object:
    """The object number `index` (from 0) of a sort."""

    sort: str
    index: int

    def __str__(self) -> str:
        return f"{self.sort}{self.index}"


Value = bool | int | str | Object | None


# --- expressions ---------------------------------------------------------------------------


class Operator(Enum):
    """Two-sided operators; sides of `EQ` and `NE` are of one kind (an optional and a plain
    reference compare as references)."""

    AND = "&&"
    OR = "||"
    IMPLIES = "=>"
    EQ = "=="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    ADD = "+"
    SUB = "-"
    MUL = "*"
    DIV = "/"
    MOD = "%"
    BAND = "&"
    BOR = "|"
    BXOR = "^"
    SHL = "<<"
    SHR = ">>"


BIT_OPERATORS = frozenset({Operator.BAND, Operator.BOR, Operator.BXOR, Operator.SHL, Operator.SHR})
"""Those that speak of the bits of integers; the sides have to be limited for that."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal. `type` tells `none` of one sort from that of another."""

    value: Value
    type: Type


@dataclass(frozen=True, slots=True)
class Read:
    """The value of a variable at an index; a local's first argument is the thread."""

    variable: str
    arguments: tuple[Expression, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Bound:
    """The variable of an enclosing quantifier or bulk update. Names are unique in a formula."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Temporary:
    """A value that lives within one step: what `Pick` or `Let` gave it."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Self:
    """The thread that takes the step."""

    type: Type


@dataclass(frozen=True, slots=True)
class Not:
    """`!operand`."""

    operand: Expression
    type: Type = BOOL


@dataclass(frozen=True, slots=True)
class Negative:
    """Arithmetic negation. `type` holds for every value the operand can have."""

    operand: Expression
    type: Type


@dataclass(frozen=True, slots=True)
class Binary:
    """`type` of an arithmetic result is an interval that holds at all bounds."""

    operator: Operator
    left: Expression
    right: Expression
    type: Type


@dataclass(frozen=True, slots=True)
class Conditional:
    """`condition ? then : otherwise`."""

    condition: Expression
    then: Expression
    otherwise: Expression
    type: Type


class QuantifierKind(Enum):
    """What a quantifier asks of its body."""

    FORALL = "forall"
    EXISTS = "exists"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Quantified:
    """`forall`, `exists`: BOOL; `count`: how many tuples of values of the binders satisfy
    the body. Binders range over whole types of this instance, never over `none`."""

    kind: QuantifierKind
    binders: tuple[Bound, ...]
    body: Expression
    type: Type


@dataclass(frozen=True, slots=True)
class At:
    """Whether a thread (an expression of a thread sort) stands at one of some locations."""

    thread: Expression
    locations: frozenset[int]
    type: Type = BOOL


@dataclass(frozen=True, slots=True)
class HeldBy:
    """Whether a lock (a `Read` of LOCK type) is held by a thread."""

    lock: Read
    thread: Expression
    type: Type = BOOL


@dataclass(frozen=True, slots=True)
class Held:
    """Whether a lock is held by anyone."""

    lock: Read
    type: Type = BOOL


@dataclass(frozen=True, slots=True)
class WaitEdge:
    """A thread of `thread` sort at `location` waits for `lock` while another thread holds it.

    Args:
        lock: over `Self`.
        condition: over `Self` and the state: whether it is this lock that the thread waits for.
            Where it does not hold, `lock` need not have a value.
        alternative: of the steps at the location. Along one alternative a thread waits for one
            lock at most; where there are several, the conditions say that it waits for a
            lock along each of them.
    """

    thread: str
    location: int
    lock: Read
    condition: Expression = Constant(True, BOOL)
    alternative: int = 0


@dataclass(frozen=True, slots=True)
class WaitCycle:
    """Whether threads wait for each other's locks: there is a set of threads, not empty, each of
    which waits along an edge, and every lock that it waits for is owned by another thread of
    the set. Where each waits for one lock only, that is a circle."""

    edges: tuple[WaitEdge, ...]
    type: Type = BOOL


Expression = (
    Constant
    | Read
    | Bound
    | Temporary
    | Self
    | Not
    | Negative
    | Binary
    | Conditional
    | Quantified
    | At
    | HeldBy
    | Held
    | WaitCycle
)

TRUE = Constant(True, BOOL)
FALSE = Constant(False, BOOL)


# --- steps ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pick:
    """Any value of the temporary's type (never `none` for a plain reference)."""

    temporary: Temporary


@dataclass(frozen=True, slots=True)
class Let:
    """Names a value of the state here."""

    temporary: Temporary
    value: Expression


@dataclass(frozen=True, slots=True)
class Require:
    """The step cannot be taken unless this holds here."""

    condition: Expression


@dataclass(frozen=True, slots=True)
class Check:
    """Ends the run in violation of the built-in property `fault` unless this holds here."""

    fault: str
    condition: Expression
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Assert:
    """Violates the property `name` unless this holds here; execution goes on. `text` is the
    author's sentence, or ""."""

    name: str
    condition: Expression
    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Assign:
    """One point of a variable. Locks: the owner (`Self`) or none."""

    variable: str
    arguments: tuple[Expression, ...]
    value: Expression


@dataclass(frozen=True, slots=True)
class Write:
    """What a bulk update does to one variable; each binder stands plainly as an argument of
    it at least once, so the point that is written determines the binders."""

    variable: str
    arguments: tuple[Expression, ...]
    value: Expression


@dataclass(frozen=True, slots=True)
class Bulk:
    """For all values of the binders where `where` holds, every write, at once, on the values
    before. A binder that some write does not mention only repeats that write."""

    binders: tuple[Bound, ...]
    where: Expression
    writes: tuple[Write, ...]


Instruction = Pick | Let | Require | Check | Assert | Assign | Bulk


@dataclass(frozen=True, slots=True)
class Remark:
    """A statement that a step executes, for traces: `mt = p.block.mt`, `if (mt == ISOLATE)`.

    Args:
        text: the statement as the canonical printer writes it, on one line.
        span: where it stands.
        outcome: for a test, which way this step goes; else None.
        procedure: the innermost procedure it stands in ("" for the thread's own body).
        value: the local that it assigns to, or None.
        done: how many instructions of the step's body are executed when it is; those behind the
            remark before it are its own.
        jump: whether it is a `return`, `goto`, `break` or `continue`: it executes nothing.
    """

    text: str
    span: Span
    outcome: bool | None = None
    procedure: str = ""
    value: Expression | None = None
    done: int = 0
    jump: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One guarded atomic step of a kind of thread.

    Args:
        name: unique in the thread; call path, then label or ordinal; `~N` tells the paths
            of one statement apart.
        thread: the sort that takes it.
        source: location number.
        target: location number.
        alternative: which branch of a `choose` at the source this is (0 without one). Two
            steps with the same source and alternative never can be taken with the same picks.
        body: instructions in order.
        waits: over `Self` and the state: whether the alternative can proceed (a fault is
            proceeding); where the thread is idle and this step is not fresh, by one that is not.
            True for statements that never wait.
        fresh: a voluntary start of an operation at the head of the outermost `loop`: it does
            not count as movement for `stuck`. A head that begins with `await` serves: it moves
            as soon as it can.
        remarks: the statements executed, in order.
        span: the statement that opens the step.
    """

    name: str
    thread: str
    source: int
    target: int
    alternative: int
    body: tuple[Instruction, ...]
    waits: Expression
    fresh: bool
    remarks: tuple[Remark, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Location:
    """A place where a thread can be interrupted.

    Args:
        number: its index in `Thread.locations`.
        name: unique in the thread; the name of what is about to run.
        labels: `(procedure, label)` pairs that stand here; the body itself is procedure "".
        procedures: the procedures on the call stack here, outermost first.
        live: names of the thread's locals that have a value here.
        head: the head of the outermost `loop`: the thread is idle here.
        span: the statement that is about to run.
    """

    number: int
    name: str
    labels: frozenset[tuple[str, str]]
    procedures: tuple[str, ...]
    live: frozenset[str]
    head: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Thread:
    """A kind of thread: every object of the sort runs `steps` from `entry`; at `end` it is
    finished and no step starts there."""

    sort: str
    locations: tuple[Location, ...]
    steps: tuple[Step, ...]
    entry: int
    end: int


# --- the whole -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sort:
    """A finite sort of objects; `thread` tells whether its objects run a body."""

    name: str
    thread: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Variable:
    """A field, a global, or a local.

    Args:
        name: `page.list`, `zone.lock`, `counter`; a local: `cpu/free_one_page.mt`.
        index: the types it is indexed by (plain references, enums, bool, limited integers).
        type: what it holds.
        constant: never changes.
        ghost: exists for the proof's sake.
        initial: what it holds at the start, at every index; None: anything (of a local: no value).
        thread: for a local, the sort of its thread, else None.
        display: how a trace calls it: `list`, `nr_free_pages`, `mt`.
        whole: for the parts of a record or a set, the name of the whole, else None.
    """

    name: str
    index: tuple[Type, ...]
    type: Type
    constant: bool
    ghost: bool
    initial: Constant | None
    thread: str | None
    display: str
    whole: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Assumption:
    """Restricts constants and the initial state. `text` is the author's sentence, or ""."""

    name: str
    condition: Expression
    span: Span
    text: str = ""


class PropertyKind(Enum):
    """INVARIANT and LEMMA: `expression` holds in every reachable state. REACHABLE: it holds in
    some. ASSERT: no `Assert` of that name fails in any run. FAULT: no `Check` of that kind does."""

    INVARIANT = "invariant"
    LEMMA = "lemma"
    REACHABLE = "reachable"
    ASSERT = "assert"
    FAULT = "fault"


FAULTS = ("range", "underflow", "none", "divide", "unlock", "relock")
BUILT_IN = (*FAULTS, "lock_cycle", "leak", "stuck")


@dataclass(frozen=True, slots=True)
class Property:
    """What is to be verified.

    Args:
        name: unique in the model.
        kind: see `PropertyKind`; `lock_cycle`, `leak` and `stuck` are INVARIANTs.
        text: the author's sentence, or "".
        expression: over the state; None for ASSERT and FAULT.
        built_in: whether the language brings it.
        span: its declaration, or the first `assert` of the name.
    """

    name: str
    kind: PropertyKind
    text: str
    expression: Expression | None
    built_in: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Model:
    """One variant of a specification, checked.

    Args:
        violates: names of the properties that the author expects to be violated.
        bounds: sort -> (low, high): the sizes to verify at when the user names none.
        models: procedure -> the C functions it models ("file.c:function").
    """

    name: str
    variant: str
    flags: frozenset[str]
    source: Source = field(repr=False)
    sorts: tuple[Sort, ...]
    enums: tuple[EnumType, ...]
    variables: tuple[Variable, ...]
    threads: tuple[Thread, ...]
    assumptions: tuple[Assumption, ...]
    properties: tuple[Property, ...]
    violates: frozenset[str]
    bounds: tuple[tuple[str, int, int], ...]
    not_modelled: tuple[str, ...]
    models: tuple[tuple[str, tuple[str, ...]], ...]

    def variable(self, name: str) -> Variable:
        """The variable of that name. Raises KeyError."""
        for variable in self.variables:
            if variable.name == name:
                return variable
        raise KeyError(name)

    def thread(self, sort: str) -> Thread:
        """The kind of thread that runs on a sort. Raises KeyError."""
        for thread in self.threads:
            if thread.sort == sort:
                return thread
        raise KeyError(sort)

    def property(self, name: str) -> Property:
        """The property of that name. Raises KeyError."""
        for item in self.properties:
            if item.name == name:
                return item
        raise KeyError(name)


def parts(node: object) -> tuple[Expression, ...]:
    """The expressions directly inside an expression, an instruction or an edge, in order."""
    match node:
        case Read(arguments=arguments):
            return arguments
        case Binary(left=left, right=right):
            return (left, right)
        case Not(operand=operand) | Negative(operand=operand):
            return (operand,)
        case Quantified(binders=binders, body=body):
            return (*binders, body)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return (condition, then, otherwise)
        case (
            Require(condition=condition) | Check(condition=condition) | Assert(condition=condition)
        ):
            return (condition,)
        case Assign(arguments=arguments, value=value) | Write(arguments=arguments, value=value):
            return (*arguments, value)
        case Pick(temporary=temporary):
            return (temporary,)
        case Let(temporary=temporary, value=value):
            return (temporary, value)
        case Bulk(binders=binders, where=where, writes=writes):
            return (*binders, where, *(part for write in writes for part in parts(write)))
        case At(thread=thread):
            return (thread,)
        case HeldBy(lock=lock, thread=thread):
            return (lock, thread)
        case Held(lock=lock):
            return (lock,)
        case WaitEdge(lock=lock, condition=condition):
            return (condition, lock)
        case WaitCycle(edges=edges):
            return tuple(part for edge in edges for part in parts(edge))
        case _:
            return ()


def walk(node: object) -> Iterator[Expression]:
    """Every expression inside an expression or an instruction, itself included, outside in."""
    pending = [node]
    while pending:
        item = pending.pop()
        if isinstance(item, Expression):
            yield item
        pending.extend(reversed(parts(item)))


def writes(instruction: Instruction) -> tuple[Assign | Write, ...]:
    """What an instruction writes: a part for each variable."""
    match instruction:
        case Assign():
            return (instruction,)
        case Bulk(writes=parts):
            return parts
        case _:
            return ()


def sides(node: Binary) -> list[Expression]:
    """The operands of a chain `a && b && c`, from left to right. A chain may be longer than the
    stack is deep, so it is not to be followed by recursion."""
    found: list[Expression] = []
    left: Expression = node
    while isinstance(left, Binary) and left.operator is node.operator:
        found.append(left.right)
        left = left.left
    return [left, *reversed(found)]


def operands(node: Expression, operator: Operator) -> Iterator[Expression]:
    """What an operator joins, however it is nested, from left to right: of `a && (b && c)` all
    three. An expression of another kind is its own only operand."""
    pending = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, Binary) and part.operator is operator:
            pending += [part.right, part.left]
        else:
            yield part


def conjuncts(formula: Expression) -> Iterator[Expression]:
    """The operands of a conjunction; see `operands`."""
    return operands(formula, Operator.AND)
