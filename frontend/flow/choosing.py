"""`choose { ... } or { ... }`: one of the branches, with its first step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from frontend.flow.enclosing import Around
from frontend.flow.graph import Choose, Node, Operation
from frontend.syntax import tree as syntax

if TYPE_CHECKING:
    from frontend.flow.flow_builder import FlowBuilder


def choose(builder: FlowBuilder, node: syntax.Choose, after: Node, around: Around) -> Node:
    """The node that takes one of the branches; `after` where there is none, which is reported."""
    numbers = tuple(builder.new_group() for _ in node.branches)
    built = tuple(
        _branch(builder, branch, number, after, around)
        for branch, number in zip(node.branches, numbers, strict=True)
    )
    if not built:
        builder.problems.report("E312", "`choose` has no branch in this variant", node.span)
        return after
    chosen = Choose(builder.context(node, around), built, numbers)
    builder.written.append(chosen)
    return chosen


def _branch(
    builder: FlowBuilder, branch: syntax.Branch, number: int, after: Node, around: Around
) -> Node:
    """One branch; each way out of it is marked, for a branch that is left before anything was
    taken in it can be taken whatever comes behind."""
    context = builder.context(branch, around)

    def leaving(target: Node) -> Node:
        return Operation(context, (), target, leaves=number)

    inner = replace(
        around,
        exit=leaving(around.exit),
        after_loop=None if around.after_loop is None else leaving(around.after_loop),
        next_turn=None if around.next_turn is None else leaving(around.next_turn),
    )
    return builder.statement(branch.body, leaving(after), inner)
