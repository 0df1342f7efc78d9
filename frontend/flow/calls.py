"""Calls and picks: procedures inlined, the kernel's atomic operations, `any`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from frontend.expressions.flag_text import shown
from frontend.expressions.operators import ATOMIC_CALLS, STATEMENT_CALLS, arity, binder_type
from frontend.flow.atomics import ATOMIC, AtomicCall
from frontend.flow.graph import Node, Operation, test_of
from frontend.flow.local_variables import leaf_names, result_of
from frontend.formulas.building import conjunction, either, exists, negation, with_binders
from frontend.formulas.lowered import Place, Scalar
from frontend.model import (
    FALSE,
    LOCK,
    TRUE,
    Assign,
    Check,
    Constant,
    Expression,
    Held,
    HeldBy,
    Instruction,
    Pick,
    Read,
    Require,
    Temporary,
)
from frontend.syntax import tree as syntax

if TYPE_CHECKING:
    from frontend.flow.enclosing import Around
    from frontend.flow.flow_builder import FlowBuilder


@dataclass(frozen=True, slots=True)
class CallSite:
    """Where a call stands.

    Args:
        target: what is to hold its value; None where nothing is.
        node: what it is a part of, or the call itself.
        after: what runs after it.
    """

    target: Place | None
    call: syntax.Call
    node: syntax.Node
    after: Node
    around: Around


class Calls:
    """The part of `Builder` that deals with calls."""

    def __init__(self, builder: FlowBuilder) -> None:
        self.builder = builder
        self.own = builder.own
        self.problems = builder.problems

    def knows(self, name: str) -> bool:
        """Whether a name can be called as a statement."""
        return (
            name in self.own.symbols.procedures or name in ATOMIC_CALLS or name in STATEMENT_CALLS
        )

    def into(self, site: CallSite) -> Node:
        """`target = call(...)`, or the call alone."""
        call, name = site.call, site.call.name.text
        if name in self.own.symbols.procedures:
            return self._procedure(site)
        if name in ("spin_lock", "spin_unlock", "spin_trylock"):
            return self._spinlock(site)
        if name in ATOMIC:
            return self._atomic(site)
        self.own.value(call, site.around.scope)  # reports what it is instead
        if name in ("held", "held_by") or name in self.own.symbols.defines:
            self.problems.report("E220", f"`{name}` has a value and no effect", call.span)
        return site.after

    # --- procedures ------------------------------------------------------------------------

    def _procedure(self, site: CallSite) -> Node:
        builder, call, after, around = self.builder, site.call, site.after, site.around
        name = call.name.text
        declaration = self.own.symbols.procedures[name]
        builder.called.add(name)
        if not arity(self.own, call, len(declaration.parameters)):
            return after
        if name in self.own.recursive:
            return after  # reported by `names/recursion.py`
        self.problems.budget.call(declaration.body, len(around.frame.procedures), call.span)
        result: Place | None = None
        visible = around.visible
        if declaration.type is not None:
            shape = self.own.symbols.shape(declaration.type)
            span = declaration.type.span
            result = builder.locals.declare(name, "(result)", shape, span, hidden=True)
            visible |= leaf_names(result)
            if site.target is not None:
                after = self._hand_over(site, site.target, result, visible)
        elif site.target is not None:
            self.problems.report("E216", f"`{name}` returns no value", call.span)
            return after
        text = shown(self.own, call, around.scope)
        inner = builder.inside(declaration, call, result, after, replace(around, visible=visible))
        made: list[Instruction] = []
        for parameter, argument in zip(declaration.parameters, call.arguments, strict=True):
            shape = self.own.symbols.shape(parameter.type)
            place = builder.locals.declare(name, parameter.name.text, shape, parameter.name.span)
            inner = replace(
                inner,
                scope=inner.scope.with_place(parameter.name.text, place),
                visible=inner.visible | leaf_names(place),
            )
            value = self.own.value(argument, around.scope, shape)
            if self.own.agrees(value, shape, argument.span):
                made += builder.writer.assign(place, value, argument.span, text)
        body = builder.body(declaration, inner)
        if not made:
            return body
        context = builder.context(site.node, replace(around, visible=inner.visible))
        return Operation(context, tuple(made), body, text=text)

    def _hand_over(
        self, site: CallSite, target: Place, result: Place, visible: frozenset[str]
    ) -> Node:
        value = self.own.read(result, site.call.span)
        if not self.own.agrees(value, target.shape, site.call.span):
            return site.after
        text = self._text(site) if isinstance(site.node, syntax.Statement) else ""
        around = replace(site.around, visible=visible)
        return self.builder.store(site.node, target, value, site.after, around, text)

    # --- locks -----------------------------------------------------------------------------

    def _spinlock(self, site: CallSite) -> Node:
        builder, call, after, around = self.builder, site.call, site.after, site.around
        name, span = call.name.text, call.span
        if not arity(self.own, call, 1):
            return after
        lock = self.own.scalar(call.arguments[0], around.scope, LOCK)
        if lock is None:
            return after
        assert isinstance(lock, Read)
        text = self._text(site)
        context = builder.context(site.node, around)
        checks = builder.writer.checks((lock,), span, text)
        mine: Expression = HeldBy(lock, builder.locals.itself)
        take = Assign(lock.variable, lock.arguments, builder.locals.itself)
        point = (lock.variable, lock.arguments)
        if name == "spin_trylock":
            return self._trylock(site, lock, checks, take, _shown(site.node, text))
        if site.target is not None:
            self.problems.report("E216", f"`{name}` returns no value", span)
            return after
        if name == "spin_unlock":
            drop = Assign(lock.variable, lock.arguments, Constant(None, LOCK))
            made = (*checks, Check("unlock", mine, span, text), drop)
            return builder.operation(Operation(context, made, after, text=text, point=point))
        free = negation(Held(lock))
        made = (*checks, Check("relock", negation(mine), span, text), Require(free), take)
        waits = either(_undefined(checks), either(mine, free))
        return builder.operation(
            Operation(context, made, after, waits=waits, text=text, point=point, lock=lock)
        )

    def _trylock(
        self, site: CallSite, lock: Read, checks: list[Instruction], take: Assign, text: str
    ) -> Node:
        target, call, around = site.target, site.call, site.around
        builder = self.builder
        if around.group is None:
            around = replace(around, group=builder.new_group())
        context = builder.context(call, around)
        branches = []
        for got in (True, False):
            made: list[Instruction] = [take] if got else []
            if target is not None:
                value = Scalar(TRUE if got else FALSE)
                if not self.own.agrees(value, target.shape, call.span):
                    return site.after
                made += builder.writer.assign(target, value, call.span, text)
            result = None if target is None else result_of(target)
            branches.append(
                builder.operation(
                    Operation(
                        context,
                        tuple(made),
                        site.after,
                        text=text,
                        result=result,
                        point=(lock.variable, lock.arguments),
                        torn=False,
                    )
                )
            )
        free = negation(Held(lock))
        test = test_of(context, tuple(checks), free, branches[0], branches[1], "")
        builder.written.append(test)
        return test

    def _text(self, site: CallSite) -> str:
        node, call, scope = site.node, site.call, site.around.scope
        if isinstance(node, syntax.LocalDeclaration):
            return f"{node.name.text} = {shown(self.own, call, scope)}"
        if isinstance(node, syntax.Statement) and not isinstance(node, (syntax.If, syntax.While)):
            return shown(self.own, node, scope)
        return shown(self.own, call, scope)

    # --- atomic operations -----------------------------------------------------------------

    def _atomic(self, site: CallSite) -> Node:
        builder, target, call, around = self.builder, site.target, site.call, site.around
        made = AtomicCall(builder, call, around.scope, around.frame.procedure, self._text(site))
        answer = ATOMIC[call.name.text](made)
        if answer is None or made.place is None:
            return site.after
        instructions = made.instructions
        result = None
        if target is not None:
            if not self.own.agrees(answer, target.shape, call.span):
                return site.after
            instructions += builder.writer.assign(target, answer, call.span, made.text)
            result = result_of(target)
        return builder.operation(
            Operation(
                builder.context(site.node, around),
                tuple(instructions),
                site.after,
                text=_shown(site.node, made.text),
                result=result,
                point=(made.place.variable, made.place.arguments),
            )
        )

    # --- any -------------------------------------------------------------------------------

    def pick(
        self,
        node: syntax.Node,
        place: Place,
        value: syntax.Any,
        after: Node,
        around: Around,
        text: str,
    ) -> Node:
        """`p = any(page q: F)`: waits while there is none."""
        builder = self.builder
        kind = binder_type(self.own, value.type, optional=True)
        if kind is None:
            return after
        name = "any" if value.name is None else value.name.text
        binder = self.own.names.binder(name, kind)
        chosen = Temporary(binder.name, kind)
        made: list[Instruction] = [Pick(chosen)]
        waits: Expression | None = None
        if value.condition is not None:
            scope = around.scope.with_value(name, Scalar(binder))
            wanted = self.own.condition(value.condition, scope)
            some = exists((binder,), wanted)
            checks = builder.writer.checks((some,), node.span, text)
            made = [*checks, Pick(chosen), Require(with_binders(wanted, {binder.name: chosen}))]
            waits = either(_undefined(checks), some)
        if not self.own.agrees(Scalar(chosen), place.shape, value.span):
            return after
        made += builder.writer.assign(place, Scalar(chosen), node.span, text)
        return builder.operation(
            Operation(
                builder.context(node, around),
                tuple(made),
                after,
                waits=waits,
                text=text,
                result=result_of(place),
            )
        )


def _shown(node: syntax.Node, text: str) -> str:
    """A trace names a call that is a condition once: with the `if` that it decides."""
    return "" if isinstance(node, syntax.Expression) else text


def _undefined(checks: Iterable[Instruction]) -> Expression:
    return negation(conjunction(item.condition for item in checks if isinstance(item, Check)))
