"""Builds syntax nodes as the parser recognises constructs: one method per rule of the grammar.

Each method takes the children of its rule (tokens, nodes and groups, in order) and has the name
that `frontend/syntax/grammar.lark` gives the rule. Called bottom up, so nothing here recurses.
This part builds words, types and expressions; `frontend/syntax/statement_nodes.py` the rest.
"""

from __future__ import annotations

from dataclasses import replace

from frontend.syntax import tree as syntax
from frontend.syntax.precedence import Link, arrange
from frontend.syntax.tree_parts import (
    Children,
    Group,
    has,
    nodes,
    one,
    optional,
    parts,
    skipped_expression,
    span_of,
)


class ExpressionBuilder:
    """The rules for words, types and expressions."""

    # --- words

    def name(self, children: Children) -> syntax.Name:
        """An identifier."""
        return syntax.Name(children[0].span, children[0].text)

    def text(self, children: Children) -> syntax.Text:
        """A string, its quotes taken off."""
        return syntax.Text(children[0].span, children[0].text[1:-1])

    def number(self, children: Children) -> syntax.Number:
        """A decimal or hexadecimal number; the lexer has checked it."""
        return syntax.Number(children[0].span, int(children[0].text, 0))

    def names(self, children: Children) -> Group:
        """Names between commas."""
        return Group(span_of(children), nodes(children, syntax.Name))

    def texts(self, children: Children) -> Group:
        """Strings between commas."""
        return Group(span_of(children), nodes(children, syntax.Text))

    # --- types

    def plain_type(self, children: Children) -> syntax.NamedType:
        """`page`."""
        return syntax.NamedType(span_of(children), children[0], optional=False)

    def optional_type(self, children: Children) -> syntax.NamedType:
        """`page?`."""
        return syntax.NamedType(span_of(children), children[0], optional=True)

    def bool_type(self, children: Children) -> syntax.BoolTypeName:
        """`bool`."""
        return syntax.BoolTypeName(span_of(children))

    def int_type(self, children: Children) -> syntax.IntTypeName:
        """`int`."""
        return syntax.IntTypeName(span_of(children), None, None)

    def nat_type(self, children: Children) -> syntax.IntTypeName:
        """`nat`."""
        return syntax.IntTypeName(span_of(children), 0, None)

    def ranged_type(self, children: Children) -> syntax.IntTypeName:
        """`int 0..3`."""
        limits = one(children, syntax.IntTypeName)
        return syntax.IntTypeName(span_of(children), limits.low, limits.high)

    def range(self, children: Children) -> syntax.IntTypeName:
        """`0..3`."""
        low, high = nodes(children, syntax.Number)
        return syntax.IntTypeName(span_of(children), low.value, high.value)

    def negative_number(self, children: Children) -> syntax.Number:
        """The end of a range below zero."""
        return syntax.Number(span_of(children), -children[1].value)

    def set_type(self, children: Children) -> syntax.SetTypeName:
        """`set of cpu`."""
        return syntax.SetTypeName(span_of(children), children[2])

    def lock_type(self, children: Children) -> syntax.LockTypeName:
        """`spinlock`."""
        return syntax.LockTypeName(span_of(children))

    # --- chains of operators

    def expression(self, children: Children) -> syntax.Expression:
        """A chain, its operators sorted by precedence."""
        first, *links = children[0].items
        return arrange(first, links)

    def chain_start(self, children: Children) -> _Chain:
        """The first operand."""
        return _Chain(children[0])

    def chain_binary(self, children: Children) -> _Chain:
        """One more operator and operand."""
        chain, operator, right = children
        return _grown(chain, Link(operator.text, right))

    def chain_conditional(self, children: Children) -> _Chain:
        """`? middle : right`."""
        chain, _, middle, _, right = children
        return _grown(chain, Link("?", right, middle))

    def chain_at(self, children: Children) -> _Chain:
        """`at f.label` or `at f.3`."""
        path = tuple(_step(child) for child in children[2::2])
        return _grown(children[0], Link("at", None, path=path))

    # --- operands

    def unary(self, children: Children) -> syntax.Unary:
        """`!F` or `-n`."""
        return syntax.Unary(span_of(children), children[0].text, children[1])

    def quantifier(self, children: Children) -> syntax.Quantifier:
        """`forall` or `exists`."""
        kind, binders, _, body = children
        return syntax.Quantifier(span_of(children), kind.text, binders.items, body)

    def count(self, children: Children) -> syntax.Quantifier:
        """`count(page p: F)`."""
        _, _, binders, _, body, _ = children
        return syntax.Quantifier(span_of(children), "count", binders.items, body)

    def binders(self, children: Children) -> Group:
        """Binders between commas; a name alone has the type of the one before it."""
        found: list[syntax.Binder] = []
        for child in children:
            if isinstance(child, syntax.Binder):
                found.append(child)
            elif isinstance(child, syntax.Name):
                found.append(syntax.Binder(child.span, found[-1].type, child))
        return Group(span_of(children), tuple(found))

    def binder(self, children: Children) -> syntax.Binder:
        """`page p`."""
        return syntax.Binder(span_of(children), children[0], children[1])

    def any_value(self, children: Children) -> syntax.Any:
        """`any(page)`."""
        return syntax.Any(span_of(children), children[2], None, None)

    def any_matching(self, children: Children) -> syntax.Any:
        """`any(page p: F)`."""
        return syntax.Any(span_of(children), children[2], children[3], children[5])

    def reference(self, children: Children) -> syntax.Reference:
        """A name alone."""
        return syntax.Reference(span_of(children), children[0])

    def self_reference(self, children: Children) -> syntax.SelfReference:
        """`self`."""
        return syntax.SelfReference(span_of(children))

    def field_access(self, children: Children) -> syntax.Field:
        """`base.name`, or `base.2` behind the name of a local."""
        return syntax.Field(span_of(children), children[0], _step(children[2]))

    def index_access(self, children: Children) -> syntax.Index:
        """`base[i, j]`."""
        return syntax.Index(span_of(children), children[0], children[2].items)

    def boolean(self, children: Children) -> syntax.Boolean:
        """`true` or `false`."""
        return syntax.Boolean(span_of(children), children[0].text == "true")

    def none_literal(self, children: Children) -> syntax.NoneLiteral:
        """`none`."""
        return syntax.NoneLiteral(span_of(children))

    def empty_set(self, children: Children) -> syntax.EmptySet:
        """`empty`."""
        return syntax.EmptySet(span_of(children))

    def all_set(self, children: Children) -> syntax.AllSet:
        """`all cpu`."""
        return syntax.AllSet(span_of(children), children[1])

    def set_literal(self, children: Children) -> syntax.SetLiteral:
        """`{a, b}`."""
        return syntax.SetLiteral(span_of(children), parts(children))

    def parenthesised(self, children: Children) -> syntax.Expression:
        """`(F)`: the brackets leave no node behind, but belong to the span."""
        inner: syntax.Expression = replace(children[1], span=span_of(children))
        return inner

    def call(self, children: Children) -> syntax.Call:
        """`f(a, b)`."""
        arguments = optional(children, Group)
        return syntax.Call(span_of(children), children[0], arguments.items if arguments else ())

    def expressions(self, children: Children) -> Group:
        """Expressions between commas."""
        return Group(span_of(children), parts(children))

    def record_part(self, children: Children) -> syntax.RecordPart:
        """`.locked = true`."""
        return syntax.RecordPart(span_of(children), children[1], children[3])

    def record_literal(self, children: Children) -> syntax.RecordLiteral:
        """`qval{ .locked = true }`."""
        found = nodes(children, syntax.RecordPart)
        return syntax.RecordLiteral(span_of(children), children[0], found)

    def head(self, children: Children) -> syntax.Expression:
        """The condition in brackets of `if`, `while` and `when`."""
        if has(children, "ERROR"):
            return skipped_expression(span_of(children))
        inner: syntax.Expression = children[1]
        return inner


class _Chain:
    """Operands and operators in the order written; grows in place, so that long ones are cheap."""

    def __init__(self, first: syntax.Expression) -> None:
        self.items: list[syntax.Expression | Link] = [first]


def _step(node: syntax.Name | syntax.Number) -> syntax.Name:
    """What follows a dot; an ordinal is a name of digits."""
    return node if isinstance(node, syntax.Name) else syntax.Name(node.span, str(node.value))


def _grown(chain: _Chain, link: Link) -> _Chain:
    chain.items.append(link)
    return chain
