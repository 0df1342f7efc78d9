"""`while` and `loop`: their heads, and which head is the one where a thread is idle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from frontend.flow.accesses import is_free
from frontend.flow.enclosing import Around, into_loop
from frontend.flow.graph import Choose, Jump, Label, Node, Operation, Turns, reachable, resolve
from frontend.syntax import tree as syntax

if TYPE_CHECKING:
    from frontend.flow.flow_builder import FlowBuilder


class Loops:
    """The part of `Builder` that deals with loops."""

    def __init__(self, builder: FlowBuilder) -> None:
        self.builder = builder
        self._heads: list[tuple[Label, Turns, bool]] = []

    def test_first(self, node: syntax.While, after: Node, around: Around) -> Node:
        """`while (F) S`."""
        turns, next_turn = Turns(), Jump()
        inner = into_loop(around, turns, after, next_turn)
        again = self.builder.statement(node.body, next_turn, inner)
        head = self.head(node, around, turns, outermost=False)
        head.next = self.builder.test(node, node.condition, again, after, around)
        next_turn.target = head
        return head

    def endless(self, node: syntax.Loop, after: Node, around: Around) -> Node:
        """`loop S`."""
        turns, next_turn = Turns(), Jump()
        inner = into_loop(around, turns, after, next_turn)
        first = self.builder.statement(node.body, next_turn, inner)
        outermost = not around.looping and around.group is None
        head = self.head(node, around, turns, outermost=outermost)
        head.next = first
        next_turn.target = head
        return head

    def head(self, node: syntax.Node, around: Around, turns: Turns, *, outermost: bool) -> Label:
        """The head of a loop; inner loops have theirs before.

        Args:
            outermost: whether it is a `loop` that stands in no other loop.
        """
        context = self.builder.context(node, around)
        made = Label(context, frozenset(), False, Jump(), len(self._heads))
        self._heads.append((made, turns, outermost))
        return made

    def finish(self, entry: Node) -> None:
        """Tells at which heads the thread is idle, when all nodes are there."""
        for node in reachable(entry):
            for turns in node.exits if isinstance(node, Label) else ():
                turns.left = True
        for head, turns, outermost in self._heads:
            head.head = outermost and (not turns.left or self._serves(head))

    def _serves(self, head: Label) -> bool:
        """Whether every way from a head begins with an `await`, free statements aside."""
        own, known = self.builder.own, self.builder.locals
        variables = {**own.symbols.variables, **known.variables}
        seen: set[int] = set()
        pending = [resolve(head.next)]
        while pending:
            place = pending.pop()
            if id(place) in seen:
                continue
            seen.add(id(place))
            match place:
                case Operation(serves=True):
                    pass
                case Choose(branches=branches):
                    pending += map(resolve, branches)
                case Label(next=after):
                    pending.append(resolve(after))
                case Operation(next=after) if is_free(place, variables):
                    pending.append(resolve(after))
                case _:
                    return False
        return True
