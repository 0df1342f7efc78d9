"""Control flow of a thread, from its statements: what comes after what.

Each node keeps its piece of the syntax tree and what names mean there ("What is executed" on the
language page). Blocks are walked backwards: a statement is given what comes behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from frontend.syntax import tree as syntax
from tests.second.expressions import SELF, UNKNOWN, Bound, Local, Names
from tests.second.reading import constant, decided
from tests.second.world import Bool, Ref, SetOf, World

ATOMICS = ("xchg", "try_cmpxchg", "cmpxchg", "add_return", "fetch_add", "dec_and_test")
LOCKS = ("spin_lock", "spin_unlock", "spin_trylock")


@dataclass(eq=False)
class Frame:
    """One call of a procedure; the body's has the name "".

    Args:
        body: its statements.
        called_at: where the statement with the call begins.
    """

    procedure: str
    caller: Frame | None
    exit: Any = None
    result: Local | None = None
    outer: Context | None = None
    labels: dict[str, Mark] = field(default_factory=dict)
    gotos: list[tuple[Mark, str]] = field(default_factory=list)
    locals: list[Local] = field(default_factory=list)
    body: syntax.Block | None = None
    called_at: int | None = None

    def number(self, position: int | None) -> int | None:
        """The number of the statement that begins at a position of the text."""
        found = sorted(_statements(self.body))
        return found.index(position) + 1 if position in found else None

    def stack(self) -> Iterator[Frame]:
        """This call and those around it, the innermost first."""
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.caller


@dataclass(eq=False)
class Cycle:
    """A loop: what is known of its head."""

    outermost: bool
    left: bool = False
    idle: bool = False
    free: bool = False
    head: Any = None
    behind: Any = None
    around: Any = None

    @property
    def place(self) -> bool:
        """Whether a thread can be interrupted at the head."""
        return self.idle or self.free


@dataclass(frozen=True)
class Context:
    """Where a statement stands.

    Args:
        names: what can be named.
        alive: every local in scope, callers' and hidden ones included.
        inside: the branches of `choose` around it, from the outermost.
        cycles: the loops around it, from the outermost, callers' included.
        jumps: the loops of this procedure alone.
        atomic: whether in an `atomic` block.
        at: where the statement begins.
    """

    frame: Frame
    names: Names
    alive: tuple[Local, ...] = ()
    inside: tuple[object, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    jumps: tuple[Cycle, ...] = ()
    atomic: bool = False
    at: int | None = None

    def with_local(self, local: Local, name: str | None = None) -> Context:
        """With one more local, perhaps a hidden one."""
        names = self.names if name is None else {**self.names, name: local}
        return replace(self, names=names, alive=(*self.alive, local))


@dataclass(eq=False)
class Node:
    """A point of the flow."""

    context: Context


@dataclass(eq=False)
class Do(Node):
    """A statement that goes on at one place.

    Args:
        kind: "assign", "change", "parameters", "hand", "atomic", "lock", "unlock", "trylock",
            "await", "any", "update", "assert", "mark", "pick".
        target: a Local, an expression, or None.
        what: of the syntax tree, or what belongs to the kind.
    """

    kind: str
    target: Any
    what: Any
    next: Any = None


@dataclass(eq=False)
class Test(Node):
    """A test; what is tested may be a local with the result of a call."""

    condition: Any
    yes: Any = None
    no: Any = None
    __test__ = False


@dataclass(eq=False)
class Fork(Node):
    """`choose`."""

    branches: list[tuple[object, Any]]


@dataclass(eq=False)
class Begin(Node):
    """The beginning of an `atomic` block."""

    next: Any
    waits: bool = False


@dataclass(eq=False)
class Mark(Node):
    """Nothing that takes time.

    Args:
        kind: "label", "head", "leave", "jump".
        names: of labels.
        what: the Cycle of a head, the branch that is left, the Cycles that a jump leaves.
    """

    kind: str
    next: Any = None
    names: list[str] = field(default_factory=list)
    what: Any = None


@dataclass(eq=False)
class End(Node):
    """The end of the thread."""


def _statements(node: Any) -> Iterator[int]:
    """Where the statements of a body begin: all those that have a number."""
    if isinstance(node, tuple):
        for item in node:
            yield from _statements(item)
    elif isinstance(node, syntax.Statement | syntax.Branch):
        unnumbered = syntax.Block | syntax.Label | syntax.Atomic | syntax.Loop | syntax.Branch
        if not isinstance(node, unnumbered):
            yield node.span.start
        for part in fields(node):
            yield from _statements(getattr(node, part.name))


class Flow:
    """The flow of one kind of thread.

    Attributes:
        entry: where a thread starts.
        cycles: all loops.
        frames: all calls, the body's first.
    """

    def __init__(self, world: World, sort: str) -> None:
        self.world = world
        self.cycles: list[Cycle] = []
        body = Frame("", None, body=world.threads[sort].body)
        self.frames = [body]
        outer = Context(body, {SELF: Bound(Ref(sort, False))})
        self.end = End(outer)
        body.exit, body.outer = self.end, outer
        self.entry = self.block(world.threads[sort].body.statements, self.end, outer)
        self._jumps(body)

    # --- blocks ----------------------------------------------------------------------------

    def block(self, statements: Iterable[syntax.Statement], after: Any, context: Context) -> Any:
        """Statements one after the other; a declaration reaches to the end."""
        placed = []
        for statement in statements:
            before = context
            if isinstance(statement, syntax.LocalDeclaration):
                name = statement.name.text
                kind = self.world.type(statement.type)
                local = self.local(name, kind, context.frame, statement.name)
                context = context.with_local(local, name)
            placed.append((statement, before, context))
        for statement, before, inside in reversed(placed):
            if isinstance(statement, syntax.LocalDeclaration):
                if statement.initial is not None:
                    local = inside.names[statement.name.text]
                    here = replace(before, at=statement.span.start)
                    after = self.assign(local, statement.initial, after, here)
            else:
                after = self.statement(statement, after, inside)
        return after

    def local(self, name: str, kind: Any, frame: Frame, node: syntax.Name | None = None) -> Local:
        """A new local of a call; without a node, a hidden one."""
        made = Local(name, kind, frame, -1 if node is None else node.span.start)
        frame.locals.append(made)
        return made

    def statement(self, node: syntax.Statement, after: Any, context: Context) -> Any:
        """The first node of a statement."""
        if not isinstance(node, syntax.Block | syntax.Label | syntax.Atomic | syntax.Loop):
            context = replace(context, at=node.span.start)
        match node:
            case syntax.Block(statements=statements):
                return self.block(statements, after, context)
            case syntax.LocalDeclaration():
                return self.block((node,), after, context)
            case syntax.Assignment(target=target, operator="=", value=value):
                return self.assign(target, value, after, context)
            case syntax.Assignment(target=target, operator=operator, value=value):
                return Do(context, "change", target, (operator[0], value), after)
            case syntax.Increment(target=target, operator=operator):
                one = syntax.Number(node.span, 1)
                return Do(context, "change", target, (operator[0], one), after)
            case syntax.CallStatement(call=call):
                return self.call(None, call, after, context)
            case syntax.If(condition=condition, then=then, otherwise=otherwise):

                def chosen(truth: bool) -> Any:
                    side = then if truth else otherwise
                    return after if side is None else self.statement(side, after, context)

                return self.test(condition, chosen, context)
            case syntax.While() | syntax.Loop():
                return self._loop(node, after, context)
            case syntax.ForEach():
                return self._for_each(node, after, context)
            case syntax.Break() | syntax.Continue():
                cycle = context.jumps[-1]
                if isinstance(node, syntax.Continue):
                    return self.leaving(context, cycle.around, cycle.head)
                return self.jump(context, cycle.around, cycle.behind, (cycle,))
            case syntax.Goto(label=label):
                mark = Mark(context, "jump")
                context.frame.gotos.append((mark, label.text))
                return mark
            case syntax.Label(name=name):
                return self._label(name.text, after, context)
            case syntax.Return(value=value):
                return self._return(value, context)
            case syntax.Choose(branches=branches):
                fork = Fork(context, [])
                for branch in branches:
                    key = object()
                    inner = replace(context, inside=(*context.inside, key))
                    left = Mark(context, "leave", after, what=key)
                    first = self.block(branch.body.statements, left, inner)
                    fork.branches.append((key, first))
                return fork
            case syntax.Await(condition=condition):
                return Do(context, "await", None, condition, after)
            case syntax.Update():
                return Do(context, "update", None, node, after)
            case syntax.Assert():
                return Do(context, "assert", None, node, after)
            case syntax.Atomic(body=body):
                if context.atomic:
                    return self.block(body.statements, after, context)
                first = self.block(body.statements, after, replace(context, atomic=True))
                return Begin(context, first) if self.is_there(body, context) else after
            case _:
                pass
        raise AssertionError(node)

    def is_there(self, node: syntax.Statement, context: Context) -> bool:
        """Whether there is a statement in it at all."""
        match node:
            case (
                syntax.Block(statements=statements)
                | syntax.Atomic(body=syntax.Block(statements=statements))
            ):
                return any(self.is_there(item, context) for item in statements)
            case syntax.LocalDeclaration(initial=None):
                return False
            case syntax.If(condition=condition, then=then, otherwise=otherwise):
                truth = constant(self.world, context.names, condition)
                if truth is UNKNOWN:
                    return True
                side = then if truth else otherwise
                return side is not None and self.is_there(side, context)
            case _:
                pass
        return True

    def test(self, condition: syntax.Expression, chosen: Any, context: Context) -> Any:
        """A test; of a constant, it is not there at all. The whole may be a call."""
        inner, flips = condition, False
        while isinstance(inner, syntax.Unary) and inner.operator == "!":
            inner, flips = inner.operand, not flips
        if isinstance(inner, syntax.Call) and self.is_call(inner):
            answer = self.local("(condition)", Bool(), context.frame)
            wide = context.with_local(answer)
            sides = chosen(True), chosen(False)
            test = Test(wide, answer, *(reversed(sides) if flips else sides))
            return self.call(answer, inner, test, context)
        truth = decided(self.world, context.names, condition)
        if truth is UNKNOWN:
            return Test(context, condition, chosen(True), chosen(False))
        chosen(not truth)  # a label in the side that is ruled out can be gone to
        way = chosen(bool(truth))
        if constant(self.world, context.names, condition) is UNKNOWN:
            return Test(context, condition, way, way)  # what it reads counts all the same
        return way

    # --- jumps -----------------------------------------------------------------------------

    def leaving(self, context: Context, outside: Context, to: Any) -> Any:
        """The way to a node that stands outside of some branches of `choose`."""
        for key in context.inside[len(outside.inside) :]:
            to = Mark(outside, "leave", to, what=key)
        return to

    def jump(self, context: Context, outside: Context, to: Any, left: tuple[Cycle, ...]) -> Mark:
        """The way out of some loops."""
        return Mark(context, "jump", self.leaving(context, outside, to), what=left)

    def _label(self, name: str, after: Any, context: Context) -> Mark:
        if (
            isinstance(after, Mark)
            and after.kind == "label"
            and after.context.frame is context.frame
        ):
            after.names.append(name)
            mark = after
        else:
            mark = Mark(context, "label", after, [name])
        context.frame.labels[name] = mark
        return mark

    def _jumps(self, frame: Frame) -> None:
        for mark, name in frame.gotos:
            label = frame.labels[name]
            outside = label.context
            common = 0
            pairs = zip(mark.context.inside, outside.inside, strict=False)
            for one, other in pairs:
                if one is not other:
                    break
                common += 1
            around = replace(outside, inside=outside.inside[:common])
            mark.next = self.leaving(mark.context, around, label)
            mark.what = [item for item in mark.context.cycles if item not in outside.cycles]

    def _return(self, value: syntax.Expression | None, context: Context) -> Any:
        frame = context.frame
        assert frame.outer is not None
        target = self.jump(context, frame.outer, frame.exit, context.jumps)
        if value is None or frame.result is None:
            return target
        return self.assign(frame.result, value, target, context)

    # --- loops -----------------------------------------------------------------------------

    def _cycle(self, after: Any, context: Context, plain: bool) -> tuple[Cycle, Mark, Context]:
        outermost = plain and not context.cycles and not context.atomic
        cycle = Cycle(outermost, behind=after, around=context)
        self.cycles.append(cycle)
        inner = replace(context, cycles=(*context.cycles, cycle), jumps=(*context.jumps, cycle))
        cycle.head = Mark(inner, "head", what=cycle)
        return cycle, cycle.head, inner

    def _loop(self, node: syntax.While | syntax.Loop, after: Any, context: Context) -> Mark:
        _, head, inner = self._cycle(after, context, isinstance(node, syntax.Loop))
        if isinstance(node, syntax.Loop):
            head.next = self.statement(node.body, head, inner)
        else:

            def chosen(truth: bool) -> Any:
                return self.statement(node.body, head, inner) if truth else after

            head.next = self.test(node.condition, chosen, inner)
        return head

    def _for_each(self, node: syntax.ForEach, after: Any, context: Context) -> Do:
        """Mark all; until none waits: pick one, mark it as done, test, run."""
        kind = self.world.type(node.binder.type)
        waiting = self.local("(waiting)", SetOf(kind), context.frame)
        name = node.binder.name.text
        item = self.local(name, kind, context.frame, node.binder.name)
        around = context.with_local(waiting)
        _, head, inner = self._cycle(after, around, False)
        body = inner.with_local(item, name)

        def chosen(truth: bool) -> Any:
            return self.statement(node.body, head, body) if truth else head

        first = chosen(True) if node.where is None else self.test(node.where, chosen, body)
        pick = Do(inner, "pick", item, waiting, first)
        head.next = Test(inner, waiting, pick, after)
        return Do(context, "mark", waiting, kind, pick)  # the first turn needs no asking

    # --- calls -----------------------------------------------------------------------------

    def is_call(self, call: syntax.Call) -> bool:
        """Whether it is executed, not evaluated."""
        name = call.name.text
        return name in self.world.procedures or name in ATOMICS or name in LOCKS

    def assign(self, target: Any, value: syntax.Expression, after: Any, context: Context) -> Any:
        """`target = value;`."""
        if isinstance(value, syntax.Any):
            return Do(context, "any", target, value, after)
        if isinstance(value, syntax.Call) and self.is_call(value):
            return self.call(target, value, after, context)
        return Do(context, "assign", target, value, after)

    def call(self, target: Any, call: syntax.Call, after: Any, context: Context) -> Any:
        """A call whose result goes to `target`, unless that is None."""
        name = call.name.text
        if name in ATOMICS:
            return Do(context, "atomic", target, call, after)
        if name in LOCKS:
            return Do(context, name.removeprefix("spin_"), target, call.arguments[0], after)
        found = self.world.procedures[name]
        frame = Frame(name, context.frame, body=found.body, called_at=context.at)
        self.frames.append(frame)
        outer = context
        frame.exit = after
        inner_names: Mapping[str, Any] = {SELF: context.names[SELF]}
        inner = replace(context, frame=frame, names=inner_names, jumps=())
        parameters = []
        for parameter in found.parameters:
            kind = self.world.type(parameter.type)
            local = self.local(parameter.name.text, kind, frame, parameter.name)
            inner = inner.with_local(local, local.name)
            parameters.append(local)
        if found.type is not None:
            frame.result = Local("(result)", self.world.type(found.type), frame, -1)
            inner = inner.with_local(frame.result)
            outer = context.with_local(frame.result)
            if target is not None:
                frame.exit = Do(outer, "hand", target, frame.result, after)
        frame.outer = replace(outer, frame=context.frame)
        entry = self.block(found.body.statements, frame.exit, inner)
        self._jumps(frame)
        if not parameters:
            return entry
        return Do(context, "parameters", parameters, call.arguments, entry)
