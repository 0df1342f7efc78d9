"""`for each cpu c where F { ... }`: a loop of steps over a sort, in any order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from frontend.expressions.flag_text import shown
from frontend.expressions.operators import binder_type
from frontend.flow.enclosing import Around, into_loop
from frontend.flow.graph import Jump, Node, Operation, Turns, test_of
from frontend.flow.local_variables import leaf_names, result_of
from frontend.formulas.building import forall, negation
from frontend.formulas.shapes import SetShape
from frontend.model import BOOL, FALSE, TRUE, Assign, Bulk, Pick, Read, Require, Temporary, Write
from frontend.syntax import tree as syntax

if TYPE_CHECKING:
    from frontend.flow.flow_builder import FlowBuilder


def for_each(builder: FlowBuilder, node: syntax.ForEach, after: Node, around: Around) -> Node:
    """Each object once, in any order; the objects that had their turn are a hidden local."""
    kind = binder_type(builder.own, node.binder.type)
    if kind is None:
        return after
    frame, binder = around.frame, node.binder
    done = builder.locals.declare(frame.procedure, "(done)", SetShape(kind), node.span, hidden=True)
    turn = builder.locals.declare(frame.procedure, binder.name.text, kind, binder.name.span)
    turns, next_turn = Turns(), Jump()
    inner = replace(
        into_loop(around, turns, after, next_turn),
        scope=around.scope.with_place(binder.name.text, turn),
        visible=around.visible | leaf_names(done) | leaf_names(turn),
    )
    context = builder.context(node, inner)
    body = builder.statement(node.body, next_turn, inner)
    head = builder.loops.head(node, inner, turns, outermost=False)
    next_turn.target = head
    text = shown(builder.own, node, around.scope)
    if node.where is not None:
        wanted = builder.own.condition(node.where, inner.scope)
        test = f"where {shown(builder.own, node.where, inner.scope)}"
        checks = tuple(builder.writer.checks((wanted,), node.where.span, test))
        body = test_of(context, checks, wanted, body, head, test)
        builder.written.append(body)
    chosen = Temporary(builder.own.names.unique(binder.name.text), kind)
    had = Read(done.variable, (*done.arguments, chosen), BOOL)
    take = Operation(
        context,
        (
            Pick(chosen),
            Require(negation(had)),
            Assign(turn.variable, turn.arguments, chosen),
            Assign(done.variable, had.arguments, TRUE),
        ),
        body,
        text=text,
        result=result_of(turn),
    )
    one = builder.own.names.binder(binder.name.text, kind)
    all_done = forall((one,), Read(done.variable, (*done.arguments, one), BOOL))
    head.next = test_of(context, (), all_done, after, take, "")
    none_done = Bulk((one,), TRUE, (Write(done.variable, (*done.arguments, one), FALSE),))
    return Operation(context, (none_done,), take)  # there is at least one
