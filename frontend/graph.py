"""The control flow of one thread, procedures inlined: what `statements.py` builds.

Nodes are linked by identity and patched while loops are built; `resolve` skips the jumps. A
node is finer than a step: `paths.py` gathers nodes into steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from frontend.model import FALSE, TRUE, Expression, Instruction, Read
from frontend.source import Span


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


@dataclass(eq=False, slots=True)
class Test:
    """A condition; `checks` come before it."""

    context: Context
    checks: tuple[Instruction, ...]
    condition: Expression
    yes: Node
    no: Node
    text: str


@dataclass(eq=False, slots=True)
class Choose:
    """One branch is taken, together with its first step."""

    context: Context
    branches: tuple[Node, ...]


@dataclass(eq=False, slots=True)
class Label:
    """A place that properties can name, or the head of the outermost loop.

    Args:
        names: `(procedure, label)` pairs.
        head: the thread is idle here.
        text: of `return`, `goto`, `break` and `continue`, which are no place to stand at: for
            traces; "" of a place.
    """

    context: Context
    names: frozenset[tuple[str, str]]
    head: bool
    next: Node
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
