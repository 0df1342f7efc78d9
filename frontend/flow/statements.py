"""Builds the control flow of a thread from its statements, procedures inlined.

Blocks are built backwards: a statement is given the node that runs after it and returns the
node that runs first.
"""

from __future__ import annotations

from dataclasses import replace

from frontend.expressions.elaborator import Elaborator
from frontend.expressions.flag_text import shown
from frontend.flow.calls import Calls, CallSite
from frontend.flow.choosing import choose
from frontend.flow.enclosing import Around, Frame, close_labels, ordinal_at, ordinals
from frontend.flow.graph import (
    Choose,
    Context,
    End,
    Jump,
    Label,
    Node,
    Operation,
    Test,
    reachable,
    test_of,
)
from frontend.flow.instructions import Writer, bare
from frontend.flow.iteration import for_each
from frontend.flow.local_variables import Locals, leaf_names, result_of
from frontend.flow.loops import Loops
from frontend.flow.updates import bulk_update, target
from frontend.formulas import building as formulas
from frontend.formulas.building import conjunction, either, negation
from frontend.formulas.definedness import Definedness
from frontend.formulas.lowered import Place, Value
from frontend.formulas.shapes import WrongShape
from frontend.model import BOOL, Assert, Check, Expression, LockType, Read, Require
from frontend.names.recursion import called_more_than_once
from frontend.names.scopes import Mode, Scope
from frontend.source.spans import Span
from frontend.syntax import tree as syntax


class Builder:
    """Builds the flow of one kind of thread."""

    def __init__(self, own: Elaborator, known: Locals) -> None:
        self.own = own
        self.problems = own.problems
        self.locals = known
        self.written: list[Operation | Test | Choose] = []
        self.called: set[str] = set()
        self._groups = 0
        self.writer = Writer(own.names, self._definedness)
        self.calls = Calls(self)
        self.loops = Loops(self)

    def _definedness(self) -> Definedness:
        return Definedness({**self.own.symbols.variables, **self.locals.variables}, {})

    # --- nodes -----------------------------------------------------------------------------

    def context(self, node: syntax.Node, around: Around) -> Context:
        """Where a statement's node stands."""
        frame = around.frame
        ordinal = ordinal_at(frame.ordinals, node.span)
        return Context(
            frame.procedures, frame.path, ordinal, around.visible, around.group, node.span
        )

    def operation(self, made: Operation) -> Operation:
        """Notes a node that a statement of the text stands for."""
        self.written.append(made)
        return made

    def new_group(self) -> int:
        """The number of one more `atomic` block, or branch of `choose`."""
        self._groups += 1
        return self._groups

    # --- bodies ----------------------------------------------------------------------------

    def thread(self, declaration: syntax.ThreadDeclaration) -> tuple[Node, End]:
        """The whole flow of a thread: where it begins, and its end."""
        body = declaration.body
        close = Span(body.span.end - 1, body.span.end)
        end = End(Context((), (), 0, frozenset(), None, close))
        frame = Frame((), (), None, end, ordinals(body), called_more_than_once(body))
        scope = Scope(Mode.CODE, thread=self.locals.itself)
        entry = self.block(body.statements, end, Around(frame, scope, frozenset(), end))
        close_labels(frame, self.problems)
        self.finish(entry)
        return entry, end

    def finish(self, entry: Node) -> None:
        """What can be told only when all nodes are there; takes demands out of them."""
        self.loops.finish(entry)
        for node in reachable(entry):
            if isinstance(node, Operation):
                found = (part for item in node.instructions for part in formulas.demanded(item))
                node.demanded = tuple(found)
                node.instructions = bare(node.instructions)
                node.waits = None if node.waits is None else formulas.bare(node.waits)
            elif isinstance(node, Test):
                node.checks = bare(node.checks)

    def inside(
        self,
        declaration: syntax.ProcedureDeclaration,
        call: syntax.Call,
        result: Place | None,
        after: Node,
        around: Around,
    ) -> Around:
        """The surroundings of a procedure's body at a call."""
        outer, name, body = around.frame, declaration.name.text, declaration.body
        where = name
        if name in outer.many:
            where = f"{name}@{ordinal_at(outer.ordinals, call.span)}"
        frame = Frame(
            (*outer.procedures, name),
            (*outer.path, where),
            result,
            after,
            ordinals(body),
            called_more_than_once(body),
        )
        scope = Scope(Mode.CODE, thread=self.locals.itself)
        return replace(
            around, frame=frame, scope=scope, exit=after, after_loop=None, next_turn=None, loops=()
        )

    def body(self, declaration: syntax.ProcedureDeclaration, around: Around) -> Node:
        """A procedure's statements; its parameters are declared."""
        frame, after = around.frame, around.frame.exit
        if frame.result is not None:
            close = Span(declaration.body.span.end - 1, declaration.body.span.end)
            context = replace(self.context(declaration.body, around), span=close)
            after = Operation(context, (), after, needs=tuple(leaf_names(frame.result)))
        entry = self.block(declaration.body.statements, after, around)
        close_labels(frame, self.problems)
        return entry

    # --- blocks ----------------------------------------------------------------------------

    def block(self, statements: tuple[syntax.Statement, ...], after: Node, around: Around) -> Node:
        """A scope: declarations reach from their place to its end."""
        surroundings = []
        for statement in statements:
            declared = around
            if isinstance(statement, syntax.LocalDeclaration):
                declared = self.declare(statement.type, statement.name, around)
            # The initial value is outside the name's own scope.
            surroundings.append((statement, around, declared))
            around = declared
        for statement, before, inside in reversed(surroundings):
            if isinstance(statement, syntax.LocalDeclaration):
                after = self.declaration(statement, after, before, inside)
            else:
                after = self.statement(statement, after, inside)
        return after

    def declare(self, kind: syntax.TypeName, name: syntax.Name, around: Around) -> Around:
        """The surroundings in which a local exists."""
        shape = self.own.symbols.shape(kind)
        if isinstance(kind, syntax.LockTypeName):
            self.problems.report("E213", "a spinlock is shared: declare it as a field", kind.span)
            shape = WrongShape()
        place = self.locals.declare(around.frame.procedure, name.text, shape, name.span)
        return replace(
            around,
            scope=around.scope.with_place(name.text, place),
            visible=around.visible | leaf_names(place),
        )

    def declaration(
        self, node: syntax.LocalDeclaration, after: Node, before: Around, inside: Around
    ) -> Node:
        """`migratetype mt = F;`."""
        if node.initial is None:
            return after
        place = inside.scope.places[node.name.text]
        text = f"{node.name.text} = {shown(self.own, node.initial, before.scope)}"
        return self.assign(node, place, node.initial, after, before, text)

    # --- statements ------------------------------------------------------------------------

    def statement(self, node: syntax.Statement, after: Node, around: Around) -> Node:
        """The node that runs first."""
        match node:
            case syntax.Block(statements=statements):
                return self.block(statements, after, around)
            case syntax.LocalDeclaration():
                return self.block((node,), after, around)
            case syntax.WhenStatement():
                raise AssertionError("`when` is resolved before")
            case syntax.Assignment() | syntax.Increment():
                return self._assignment(node, after, around)
            case syntax.CallStatement(call=call):
                return self.calls.into(CallSite(None, call, node, after, around))
            case syntax.If(condition=condition, then=then, otherwise=otherwise):
                yes = self.statement(then, after, around)
                no = after if otherwise is None else self.statement(otherwise, after, around)
                return self.test(node, condition, yes, no, around)
            case syntax.While():
                return self.loops.test_first(node, after, around)
            case syntax.Loop():
                return self.loops.endless(node, after, around)
            case syntax.Break() | syntax.Continue():
                target = around.after_loop if isinstance(node, syntax.Break) else around.next_turn
                if target is None:
                    word = "break" if isinstance(node, syntax.Break) else "continue"
                    self.problems.report("E302", f"`{word}` stands in no loop", node.span)
                    return after
                return self._jump(node, target, around)
            case syntax.Goto(label=label):
                to = around.frame.labels.setdefault(label.text, Jump())
                gone = self._jump(node, to, around)
                around.frame.gotos.append((label, gone, around.loops))
                return gone
            case syntax.Label(name=name):
                return self._label(node, name, after, around)
            case syntax.Return(value=value):
                return self._return(node, value, around)
            case syntax.Choose():
                return choose(self, node, after, around)
            case syntax.Await(condition=condition):
                return self._await(node, condition, after, around)
            case syntax.Update():
                text = shown(self.own, node, around.scope)
                made = bulk_update(self.own, self.writer, node, around.scope, text)
                return self.operation(Operation(self.context(node, around), made, after, text=text))
            case syntax.ForEach():
                return for_each(self, node, after, around)
            case syntax.Atomic(body=body):
                if around.group is None:
                    around = replace(around, group=self.new_group())
                return self.block(body.statements, after, around)
            case syntax.Assert(name=name, text=words, condition=condition):
                test = self.own.condition(condition, around.scope)
                text = shown(self.own, replace(node, text=None), around.scope)
                checks = self.writer.checks((test,), node.span, text)
                judged = Assert(name.text, test, node.span, "" if words is None else words.text)
                made_ = (*checks, judged)
                return self.operation(
                    Operation(self.context(node, around), made_, after, text=text, torn=False)
                )

    def _jump(self, node: syntax.Statement, target: Node, around: Around) -> Label:
        """A statement that only says where to go on: traces show it, and it is no step."""
        text = shown(self.own, node, around.scope)
        made = Label(self.context(node, around), frozenset(), False, target, text=text)
        if not isinstance(node, syntax.Continue):
            made.exits = around.loops[-1:] if isinstance(node, syntax.Break) else around.loops
        return made

    def _assignment(
        self, node: syntax.Assignment | syntax.Increment, after: Node, around: Around
    ) -> Node:
        place = target(self.own, node.target, around.scope)
        if place is None:
            if isinstance(node, syntax.Assignment) and not isinstance(
                node.value, syntax.Any | syntax.Call
            ):
                self.own.value(node.value, around.scope)
            return after
        if isinstance(place.shape, LockType):
            self.problems.report(
                "E213", "a spinlock changes by `spin_lock` and `spin_unlock` only", node.span
            )
            return after
        if isinstance(node, syntax.Assignment) and node.operator == "=":
            text = shown(self.own, node, around.scope)
            return self.assign(node, place, node.value, after, around, text)
        if isinstance(node, syntax.Increment):
            right: syntax.Expression = syntax.Number(node.span, 1)
        else:
            right = node.value
        sign = node.operator[0]
        combined = syntax.Binary(node.span, sign, node.target, right)
        value = self.own.value(combined, around.scope)
        if not self.own.agrees(value, place.shape, node.span):
            return after
        return self.store(node, place, value, after, around, shown(self.own, node, around.scope))

    def assign(
        self,
        node: syntax.Node,
        place: Place,
        value: syntax.Expression,
        after: Node,
        around: Around,
        text: str,
    ) -> Node:
        """`place = value;`, where the value may be a call or a pick."""
        match value:
            case syntax.Any():
                return self.calls.pick(node, place, value, after, around, text)
            case syntax.Call(name=name) if self.calls.knows(name.text):
                return self.calls.into(CallSite(place, value, node, after, around))
            case _:
                made = self.own.value(value, around.scope, place.shape)
                if not self.own.agrees(made, place.shape, value.span):
                    return after
                return self.store(node, place, made, after, around, text)

    def store(
        self,
        node: syntax.Node,
        place: Place,
        value: Value,
        after: Node,
        around: Around,
        text: str,
    ) -> Operation:
        """A value that is known into a place."""
        made = tuple(self.writer.assign(place, value, node.span, text))
        return self.operation(
            Operation(self.context(node, around), made, after, text=text, result=result_of(place))
        )

    def test(
        self,
        node: syntax.Node,
        condition: syntax.Expression,
        yes: Node,
        no: Node,
        around: Around,
    ) -> Node:
        """A branch; the whole condition may be a call, or `!` of one."""
        word = "while" if isinstance(node, syntax.While) else "if"
        text = f"{word} ({shown(self.own, condition, around.scope)})"
        inner, flips = condition, 0
        while isinstance(inner, syntax.Unary) and inner.operator == "!":
            inner, flips = inner.operand, flips + 1
        if isinstance(inner, syntax.Call) and self.calls.knows(inner.name.text):
            name = inner.name.text
            place = self.locals.declare(around.frame.procedure, name, BOOL, inner.span, hidden=True)
            around = replace(around, visible=around.visible | leaf_names(place))
            answer: Expression = Read(place.variable, place.arguments, BOOL)
            wanted = negation(answer) if flips % 2 else answer
            made = test_of(self.context(node, around), (), wanted, yes, no, text)
            return self.calls.into(CallSite(place, inner, inner, made, around))
        wanted = self.own.condition(condition, around.scope)
        checks = tuple(self.writer.checks((wanted,), condition.span, text))
        made = test_of(self.context(node, around), checks, wanted, yes, no, text)
        self.written.append(made)
        return made

    def _label(self, node: syntax.Label, name: syntax.Name, after: Node, around: Around) -> Node:
        frame = around.frame
        jump = frame.labels.setdefault(name.text, Jump())
        if jump.target is not None:
            self.problems.report("E101", f"label `{name.text}` stands twice", name.span)
            return after
        names = frozenset({(frame.procedure, name.text)})
        jump.target = Label(self.context(node, around), names, False, after)
        frame.inside[name.text] = around.loops
        return jump

    def _return(self, node: syntax.Return, value: syntax.Expression | None, around: Around) -> Node:
        frame = around.frame
        if value is None:
            if frame.result is not None:
                self.problems.report(
                    "E309", f"`{frame.procedure}` returns a value here or nowhere", node.span
                )
            return self._jump(node, around.exit, around)
        if frame.result is None:
            where = f"`{frame.procedure}`" if frame.procedure else "a thread's body"
            self.problems.report("E309", f"{where} returns no value", value.span)
            return around.exit
        text = shown(self.own, node, around.scope)
        gone = Label(self.context(node, around), frozenset(), False, around.exit)
        gone.exits = around.loops
        return self.assign(node, frame.result, value, gone, around, text)

    def _await(
        self, node: syntax.Await, condition: syntax.Expression, after: Node, around: Around
    ) -> Node:
        wanted = self.own.condition(condition, around.scope)
        text = shown(self.own, node, around.scope)
        checks = self.writer.checks((wanted,), node.span, text)
        defined = conjunction(item.condition for item in checks if isinstance(item, Check))
        return self.operation(
            Operation(
                self.context(node, around),
                (*checks, Require(wanted)),
                after,
                waits=either(negation(defined), wanted),
                serves=True,
                text=text,
            )
        )
