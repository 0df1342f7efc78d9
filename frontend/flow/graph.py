"""The control flow of one thread, procedures inlined: what `statements.py` builds.

Nodes are linked by identity and patched while loops are built; `resolve` skips the jumps. A
node is finer than a step: `steps/paths.py` gathers nodes into steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from frontend.formulas.building import bare, demanded, folded
from frontend.model import FALSE, TRUE, Constant, Expression, Instruction, Read
from frontend.source.spans import Span


@dataclass(frozen=True, slots=True)
class Context:
    """Where a node stands.

    Args:
        procedures: the call stack, outermost first.
        path: the same for names, call sites told apart.
        ordinal: which statement of its procedure, from 1.
        visible: the locals in scope.
        group: the `atomic` block it belongs to, or None.
    """

    procedures: tuple[str, ...]
    path: tuple[str, ...]
    ordinal: int
    visible: frozenset[str]
    group: int | None
    span: Span

    @property
    def procedure(self) -> str:
        """The innermost procedure; "" is the thread's own body."""
        return self.procedures[-1] if self.procedures else ""


@dataclass(eq=False, slots=True)
class Turns:
    """A loop of the text.

    Args:
        left: whether a way that can be taken leads out of it by `break`, `return` or `goto`.
    """

    left: bool = False


@dataclass(eq=False, slots=True)
class Jump:
    """Stands for a node that is not built yet."""

    target: Node | None = None


@dataclass(eq=False, slots=True)
class Operation:
    """Instructions executed in a row.

    Args:
        instructions: checks included.
        waits: the node can be taken only when this holds; None when it never waits.
        serves: whether it is an `await`: an idle thread goes on by itself when it can.
        text: for traces; "" leaves no trace.
        result: the local that was assigned, for traces.
        point: what an atomic operation reads and writes at once.
        torn: False for what is one access by definition (`assert`).
        needs: locals that must have a value here although no instruction reads them.
        lock: what it waits for is that this lock is free; None when it waits for anything else.
        demanded: what is evaluated besides, whatever becomes of it.
        leaves: the number of the branch of `choose` that it stands for leaving; it does nothing.
    """

    context: Context
    instructions: tuple[Instruction, ...]
    next: Node
    waits: Expression | None = None
    serves: bool = False
    text: str = ""
    result: Read | None = None
    point: tuple[str, tuple[Expression, ...]] | None = None
    torn: bool = True
    needs: tuple[str, ...] = ()
    lock: Read | None = None
    demanded: tuple[Expression, ...] = ()
    leaves: int | None = None


@dataclass(eq=False, slots=True)
class Test:
    """A condition; `checks` come before it.

    Args:
        condition: a constant where only one way is possible.
        evaluated: all that is evaluated: `b || true`, where the condition is `true`.
        demanded: what is evaluated besides.
    """

    context: Context
    checks: tuple[Instruction, ...]
    condition: Expression
    yes: Node
    no: Node
    text: str
    evaluated: Expression
    demanded: tuple[Expression, ...] = ()

    @property
    def there(self) -> bool:
        """Whether anything is tested at all; a constant is not."""
        return not isinstance(self.evaluated, Constant) or bool(self.demanded)


@dataclass(eq=False, slots=True)
class Choose:
    """One branch is taken, together with its first step.

    Args:
        numbers: of the branches, each in the thread once.
    """

    context: Context
    branches: tuple[Node, ...]
    numbers: tuple[int, ...]


@dataclass(eq=False, slots=True)
class Label:
    """A place that properties can name, or the head of a loop.

    Args:
        names: `(procedure, label)` pairs.
        head: the thread is idle here.
        loop: which loop it is the head of, inner ones first; None for a label of the text.
        exits: the loops that this way leads out of.
        text: of `return`, `goto`, `break` and `continue`, which are no place to stand at: for
            traces; "" of a place.
    """

    context: Context
    names: frozenset[tuple[str, str]]
    head: bool
    next: Node
    loop: int | None = None
    exits: tuple[Turns, ...] = ()
    text: str = ""


@dataclass(eq=False, slots=True)
class End:
    """The thread is finished."""

    context: Context


Node = Jump | Operation | Test | Choose | Label | End
Place = Operation | Test | Choose | Label | End


def resolve(node: Node) -> Place:
    """The node that a jump leads to."""
    seen = 0
    while isinstance(node, Jump):
        assert node.target is not None, "a label that does not exist was reported"
        node = node.target
        seen += 1
        assert seen < 1_000_000, "jumps in a circle are loops, which have a head"
    return node


def passed(node: Place) -> tuple[Place, tuple[Label, ...]]:
    """The first node from here on that is there, and the jumps on the way: a `return`, `goto`,
    `break` or `continue` only says where to go on, and a test of a constant is not there."""
    jumps: list[Label] = []
    while True:
        if isinstance(node, Test) and not node.there:
            (node,) = successors(node)
        elif isinstance(node, Label) and node.text:
            jumps.append(node)
            node = resolve(node.next)
        else:
            return node, tuple(jumps)


def test_of(
    context: Context,
    checks: tuple[Instruction, ...],
    wanted: Expression,
    yes: Node,
    no: Node,
    text: str,
) -> Test:
    """A test of an expression as it is written."""
    kept = demanded(wanted)
    return Test(context, checks, folded(wanted), yes, no, text, bare(wanted), kept)


def successors(node: Place) -> tuple[Place, ...]:
    """The nodes that may run next."""
    match node:
        case Operation(next=after) | Label(next=after):
            return (resolve(after),)
        case Test(condition=condition, yes=yes, no=no):
            ways = ((condition != FALSE, yes), (condition != TRUE, no))
            return tuple(resolve(after) for possible, after in ways if possible)
        case Choose(branches=branches):
            return tuple(resolve(branch) for branch in branches)
        case End():
            return ()


def reachable(entry: Node) -> Iterator[Place]:
    """Every node that can run, each once, in a depth-first order."""
    seen: set[int] = set()
    pending = [resolve(entry)]
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        pending.extend(reversed(successors(node)))


def labels(place: Place) -> tuple[frozenset[tuple[str, str]], bool]:
    """The `(procedure, label)` pairs that stand at a place, and whether it is the head of the
    idle loop. A test of a constant is not there: what stands behind it is about to run, too."""
    names: frozenset[tuple[str, str]] = frozenset()
    head = False
    seen: set[int] = set()
    while id(place) not in seen and (
        isinstance(place, Label) or (isinstance(place, Test) and not place.there)
    ):
        seen.add(id(place))
        if isinstance(place, Label):
            names |= place.names
            head = head or place.head
        (place,) = successors(place)
    return names, head
