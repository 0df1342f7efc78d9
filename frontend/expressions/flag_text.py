"""What a variant makes of a statement: its flags put in and folded away, for what is shown.

The verified formula is not made from this: a reader of a trace should see the code of the variant,
and nothing that it does not have. What is evaluated stays, as it may have no value: `p.x && off`
becomes `p.x && false`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from operator import is_not
from typing import TYPE_CHECKING, TypeVar, cast

from frontend.names.scopes import Scope
from frontend.source.spans import Source, Span
from frontend.syntax import printer
from frontend.syntax import tree as syntax

if TYPE_CHECKING:
    from frontend.expressions.elaborator import Elaborator

Node = TypeVar("Node", bound=syntax.Node)


def shown(own: Elaborator, node: syntax.Expression | syntax.Statement, scope: Scope) -> str:
    """An expression or a statement as traces and messages on runs show it: in one line, of a
    compound statement only the head.

    Args:
        own: knows the flags of the variant.
        node: what is written.
        scope: the names around it, which may hide flags.
    """
    hidden = {*scope.names(), *own.symbols.globals, *own.symbols.members}
    flags = {name: value for name, value in own.symbols.flags.items() if name not in hidden}
    made = folded(node, flags)
    return (
        printer.statement(made) if isinstance(made, syntax.Statement) else printer.expression(made)
    )


def folded(node: Node, flags: Mapping[str, bool]) -> Node:
    """The node without the flags of a variant.

    Args:
        node: an expression or a statement.
        flags: the flags that nothing in scope hides -> whether the variant sets them.
    """
    return cast("Node", _folded(node, flags)) if flags else node


def claim_text(source: Source, span: Span, flags: Collection[str]) -> str:
    """What a property or an `assert` claims in a variant, in one line; "" where there is none.

    Args:
        source: the specification.
        span: of the name of the property, or of what is asserted.
        flags: those that the variant sets.
    """
    from frontend.names.variants import flag_names
    from frontend.syntax.parser import parse

    tree = parse(source)
    values = {name: name in flags for name in flag_names(tree)}
    pending: list[object] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, tuple):
            pending.extend(node)
        elif isinstance(node, syntax.Node):
            if isinstance(node, syntax.PropertyDeclaration | syntax.Assert) and span in (
                node.span,
                node.name.span,
            ):
                return printer.expression(folded(node.condition, values))
            pending.extend(getattr(node, name) for name in node.__dataclass_fields__)
    return ""


def _folded(node: object, flags: Mapping[str, bool]) -> object:
    if isinstance(node, tuple):
        kept = tuple(_folded(item, flags) for item in node)
        return kept if any(map(is_not, kept, node)) else node
    if not isinstance(node, syntax.Node) or isinstance(node, syntax.Name):
        return node
    if isinstance(node, syntax.Reference):
        if node.name.text in flags:
            return syntax.Boolean(node.span, flags[node.name.text])
        return node
    visible = {name: value for name, value in flags.items() if name not in _binds(node)}
    changes: dict[str, object] = {}
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        if (made := _folded(value, visible)) is not value:
            changes[name] = made
    return _simpler(replace(node, **changes)) if changes else node  # type: ignore[arg-type]


def _binds(node: syntax.Node) -> frozenset[str]:
    """The names that a node gives a meaning of their own to what is inside it."""
    match node:
        case syntax.Quantifier(binders=binders):
            return frozenset(binder.name.text for binder in binders)
        case syntax.Update(binder=binder) | syntax.ForEach(binder=binder):
            return frozenset({binder.name.text})
        case syntax.Any(name=name) if name is not None:
            return frozenset({name.text})
        case _:
            return frozenset()


def _simpler(node: syntax.Node) -> syntax.Node:
    """The node, where a side that is a constant decides it or says nothing."""
    match node:
        case syntax.Unary(operator="!", operand=syntax.Boolean(value=value)):
            return syntax.Boolean(node.span, not value)
        case syntax.Binary(operator="&&", left=syntax.Boolean(value=value) as left, right=right):
            return right if value else left
        case syntax.Binary(operator="||", left=syntax.Boolean(value=value) as left, right=right):
            return left if value else right
        case syntax.Binary(operator="=>", left=syntax.Boolean(value=value), right=right):
            return right if value else syntax.Boolean(node.span, value=True)
        case syntax.Binary(operator="&&", left=left, right=syntax.Boolean(value=True)):
            return left
        case syntax.Binary(operator="||", left=left, right=syntax.Boolean(value=False)):
            return left
        case syntax.Binary(
            operator="==" | "!=" as operator,
            left=syntax.Boolean(value=one),
            right=syntax.Boolean(value=other),
        ):
            return syntax.Boolean(node.span, (one == other) is (operator == "=="))
        case syntax.Conditional(condition=syntax.Boolean(value=value), then=then, otherwise=other):
            return then if value else other
        case _:
            return node
