"""What the parts that build the control flow need of the whole, so that none imports it."""

from __future__ import annotations

from typing import Protocol

from frontend.expressions.elaborator import Elaborator
from frontend.flow.enclosing import Around
from frontend.flow.graph import Choose, Context, Label, Node, Operation, Test, Turns
from frontend.flow.instructions import Writer
from frontend.flow.local_variables import Locals
from frontend.formulas.lowered import Place, Value
from frontend.names.problems import Problems
from frontend.syntax import tree as syntax


class Heads(Protocol):
    """The heads of loops."""

    def head(self, node: syntax.Node, around: Around, turns: Turns, *, outermost: bool) -> Label:
        """The head of a loop; inner loops have theirs before."""
        ...


class FlowBuilder(Protocol):
    """Builds the flow of one kind of thread; `frontend.flow.statements` is the one there is."""

    own: Elaborator
    problems: Problems
    locals: Locals
    written: list[Operation | Test | Choose]
    called: set[str]
    writer: Writer

    @property
    def loops(self) -> Heads:
        """The heads of its loops."""
        ...

    def context(self, node: syntax.Node, around: Around) -> Context:
        """Where a statement's node stands."""
        ...

    def operation(self, made: Operation) -> Operation:
        """Notes a node that a statement of the text stands for."""
        ...

    def new_group(self) -> int:
        """The number of one more `atomic` block, or branch of `choose`."""
        ...

    def inside(
        self,
        declaration: syntax.ProcedureDeclaration,
        call: syntax.Call,
        result: Place | None,
        after: Node,
        around: Around,
    ) -> Around:
        """The surroundings of a procedure's body at a call."""
        ...

    def body(self, declaration: syntax.ProcedureDeclaration, around: Around) -> Node:
        """A procedure's statements; its parameters are declared."""
        ...

    def statement(self, node: syntax.Statement, after: Node, around: Around) -> Node:
        """The node that runs first."""
        ...

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
        ...

    def test(
        self,
        node: syntax.Node,
        condition: syntax.Expression,
        yes: Node,
        no: Node,
        around: Around,
    ) -> Node:
        """A branch; the whole condition may be a call, or `!` of one."""
        ...
