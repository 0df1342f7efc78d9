"""Builds the nodes of declarations and statements; see `frontend/syntax/expression_nodes.py`."""

from __future__ import annotations

from frontend.source.spans import Span
from frontend.syntax import tree as syntax
from frontend.syntax.expression_nodes import ExpressionBuilder
from frontend.syntax.tree_parts import (
    Children,
    Group,
    after,
    has,
    nodes,
    one,
    optional,
    parts,
    span_of,
)


class Builder(ExpressionBuilder):
    """The rules for statements and declarations; those for expressions are inherited."""

    # --- bodies

    def braced(self, children: Children) -> Group:
        """`{ ... }` around declarations or fields."""
        return Group(span_of(children), parts(children))

    def alone(self, children: Children) -> Group:
        """One declaration or field without braces."""
        return Group(span_of(children), tuple(children))

    def skipped(self, children: Children) -> syntax.Break:
        """Stands for text that could not be read; the file is rejected."""
        return syntax.Break(span_of(children))

    # --- statements

    def block(self, children: Children) -> syntax.Block:
        """`{ ... }`."""
        return syntax.Block(span_of(children), parts(children))

    def label(self, children: Children) -> syntax.Label:
        """`out:`."""
        return syntax.Label(span_of(children), children[0])

    def labelled(self, children: Children) -> syntax.Block:
        """`out: S` where one statement is wanted: a label belongs to what follows it, as in C."""
        label = syntax.Label(children[0].span.to(children[1].span), children[0])
        return syntax.Block(span_of(children), (label, *_unwrapped(children[2])))

    def empty_statement(self, children: Children) -> syntax.Block:
        """`;` alone does nothing."""
        return syntax.Block(span_of(children), ())

    def simple_statement(self, children: Children) -> syntax.Statement:
        """A statement, its semicolon taken off."""
        statement: syntax.Statement = children[0]
        return statement

    def local_declaration(self, children: Children) -> syntax.LocalDeclaration:
        """`page p = F`."""
        initial = after(children, "ASSIGN")
        return syntax.LocalDeclaration(span_of(children), children[0], children[1], initial)

    def assignment(self, children: Children) -> syntax.Assignment:
        """`x = F`, `x += F`, `x -= F`."""
        target, operator, value = children
        return syntax.Assignment(span_of(children), target, operator.text, value)

    def increment(self, children: Children) -> syntax.Increment:
        """`x++`, `x--`."""
        return syntax.Increment(span_of(children), children[0], children[1].text)

    def call_statement(self, children: Children) -> syntax.CallStatement:
        """`f(a)`."""
        return syntax.CallStatement(span_of(children), children[0])

    def if_statement(self, children: Children) -> syntax.If:
        """`if (F) S else S`."""
        otherwise = after(children, "ELSE")
        return syntax.If(span_of(children), children[1], children[2], otherwise)

    def while_statement(self, children: Children) -> syntax.While:
        """`while (F) S`."""
        return syntax.While(span_of(children), children[1], children[2])

    def loop_statement(self, children: Children) -> syntax.Loop:
        """`loop S`."""
        return syntax.Loop(span_of(children), children[1])

    def choose_statement(self, children: Children) -> syntax.Choose:
        """`choose { } or { }`."""
        return syntax.Choose(span_of(children), nodes(children, syntax.Branch))

    def plain_branch(self, children: Children) -> syntax.Branch:
        """A branch of every variant."""
        return syntax.Branch(span_of(children), None, children[0])

    def when_branch(self, children: Children) -> syntax.Branch:
        """A branch of some variants."""
        return syntax.Branch(span_of(children), children[1], children[2])

    def update_statement(self, children: Children) -> syntax.Update:
        """`update page q where F { ... }`."""
        where = after(children, "WHERE")
        body = children[-1].statements
        return syntax.Update(span_of(children), children[1], where, body)

    def for_each_statement(self, children: Children) -> syntax.ForEach:
        """`for each cpu c where F S`."""
        where = after(children, "WHERE")
        return syntax.ForEach(span_of(children), children[2], where, children[-1])

    def atomic_statement(self, children: Children) -> syntax.Atomic:
        """`atomic { ... }`."""
        return syntax.Atomic(span_of(children), children[1])

    def when_statement(self, children: Children) -> syntax.WhenStatement:
        """`when (F) S else S`."""
        otherwise = after(children, "ELSE")
        return syntax.WhenStatement(
            span_of(children),
            children[1],
            _unwrapped(children[2]),
            () if otherwise is None else _unwrapped(otherwise),
        )

    def break_statement(self, children: Children) -> syntax.Break:
        """`break`."""
        return syntax.Break(span_of(children))

    def continue_statement(self, children: Children) -> syntax.Continue:
        """`continue`."""
        return syntax.Continue(span_of(children))

    def goto_statement(self, children: Children) -> syntax.Goto:
        """`goto out`."""
        return syntax.Goto(span_of(children), children[1])

    def return_statement(self, children: Children) -> syntax.Return:
        """`return F`."""
        value = children[1] if len(children) > 1 else None
        return syntax.Return(span_of(children), value)

    def await_statement(self, children: Children) -> syntax.Await:
        """`await F`."""
        return syntax.Await(span_of(children), children[1])

    def assert_statement(self, children: Children) -> syntax.Assert:
        """`assert NAME "in words": F`."""
        text = optional(children, syntax.Text)
        return syntax.Assert(span_of(children), children[1], text, children[-1])

    # --- declarations

    def specification(self, children: Children) -> syntax.Specification:
        """A whole file."""
        span = span_of(children) if children else Span(0, 0)
        return syntax.Specification(span, tuple(children))

    def spec_name(self, children: Children) -> syntax.SpecName:
        """`spec NAME;`."""
        return syntax.SpecName(span_of(children), children[1])

    def not_modelled(self, children: Children) -> syntax.NotModelled:
        """`not modelled "...";`."""
        return syntax.NotModelled(span_of(children), one(children, Group).items)

    def flag_declaration(self, children: Children) -> syntax.FlagDeclaration:
        """`patch NAME "...";`, `config NAME "...";`."""
        text = optional(children, syntax.Text)
        return syntax.FlagDeclaration(span_of(children), children[0].text, children[1], text)

    def variant_flags(self, children: Children) -> Group:
        """`{ flag, flag }` of a variant."""
        return Group(span_of(children), nodes(children, syntax.Name))

    def variant_declaration(self, children: Children) -> syntax.VariantDeclaration:
        """`variant v4 = v3 + { flag };`."""
        flags = tuple(flag for group in nodes(children, Group) for flag in group.items)
        bases = nodes(children[3:], syntax.Name)
        return syntax.VariantDeclaration(span_of(children), children[1], bases, flags)

    def enum_declaration(self, children: Children) -> syntax.EnumDeclaration:
        """`enum NAME { A, B }`."""
        _, name, *members = children
        return syntax.EnumDeclaration(span_of(children), name, nodes(members, syntax.Name))

    def type_definition(self, children: Children) -> syntax.TypeDefinition:
        """`typedef int 0..3 order;`."""
        return syntax.TypeDefinition(span_of(children), children[1], children[2])

    def record_declaration(self, children: Children) -> syntax.RecordDeclaration:
        """`record NAME { ... }`."""
        return syntax.RecordDeclaration(span_of(children), children[1], children[2].items)

    def struct_declaration(self, children: Children) -> syntax.StructDeclaration:
        """`struct NAME { ... }`."""
        return syntax.StructDeclaration(span_of(children), children[1], children[2].items)

    def single_declaration(self, children: Children) -> syntax.SingleDeclaration:
        """`single NAME { ... }`."""
        return syntax.SingleDeclaration(span_of(children), children[1], children[2].items)

    def field(self, children: Children) -> syntax.FieldDeclaration:
        """A field or a global."""
        indices = optional(children, Group)
        found = parts(children)
        return syntax.FieldDeclaration(
            span_of(children),
            type=found[0],
            name=found[1],
            indices=indices.items if indices else (),
            initial=after(children, "ASSIGN"),
            constant=has(children, "CONST"),
            ghost=has(children, "GHOST"),
        )

    def indices(self, children: Children) -> Group:
        """`[task, 0..3]` of a field."""
        return Group(span_of(children), parts(children))

    def when_fields(self, children: Children) -> syntax.WhenFields:
        """`when (F) fields else fields`."""
        otherwise = after(children, "ELSE")
        return syntax.WhenFields(
            span_of(children),
            children[1],
            children[2].items,
            otherwise.items if otherwise else (),
        )

    def define_declaration(self, children: Children) -> syntax.DefineDeclaration:
        """`define f(page p): bool = F;`."""
        parameters = optional(children, Group)
        return syntax.DefineDeclaration(
            span_of(children),
            children[1],
            parameters.items if parameters else (),
            after(children, "COLON"),
            after(children, "ASSIGN"),
        )

    def assume_declaration(self, children: Children) -> syntax.AssumeDeclaration:
        """`assume NAME "in words": F;`."""
        text = optional(children, syntax.Text)
        condition = after(children, "COLON")
        return syntax.AssumeDeclaration(span_of(children), children[1], text, condition)

    def thread_declaration(self, children: Children) -> syntax.ThreadDeclaration:
        """`thread cpu { ... }`."""
        return syntax.ThreadDeclaration(span_of(children), children[1], children[2])

    def parameters(self, children: Children) -> Group:
        """`(page p, int n)`."""
        return Group(span_of(children), parts(children))

    def parameter(self, children: Children) -> syntax.Parameter:
        """`page p`."""
        return syntax.Parameter(span_of(children), children[0], children[1])

    def result(self, children: Children) -> syntax.TypeName:
        """`: bool`."""
        found: syntax.TypeName = children[1]
        return found

    def models(self, children: Children) -> Group:
        """`models "file.c:function"`."""
        return Group(span_of(children), children[1].items)

    def procedure_declaration(self, children: Children) -> syntax.ProcedureDeclaration:
        """`proc f(page p): bool models "..." { ... }`."""
        groups = nodes(children, Group)
        result = next((child for child in children if isinstance(child, syntax.TypeName)), None)
        return syntax.ProcedureDeclaration(
            span_of(children),
            children[1],
            groups[0].items,
            result,
            groups[1].items if len(groups) > 1 else (),
            children[-1],
        )

    def bound_item(self, children: Children) -> syntax.BoundItem:
        """`cpu = 2..3`."""
        numbers = nodes(children, syntax.Number)
        low, high = numbers[0].value, numbers[-1].value
        return syntax.BoundItem(span_of(children), children[0], low, high)

    def bound_declaration(self, children: Children) -> syntax.BoundDeclaration:
        """`bound cpu = 2..3, page = 4;`."""
        return syntax.BoundDeclaration(span_of(children), nodes(children, syntax.BoundItem))

    def property_declaration(self, children: Children) -> syntax.PropertyDeclaration:
        """`invariant`, `reachable` or `lemma`."""
        return syntax.PropertyDeclaration(
            span_of(children),
            children[0].text,
            children[1],
            optional(children, syntax.Text),
            after(children, "COLON"),
        )

    def expect_declaration(self, children: Children) -> syntax.ExpectDeclaration:
        """`expect VARIANT violates NAMES;`."""
        return syntax.ExpectDeclaration(span_of(children), children[1], children[3].items)

    def when_declaration(self, children: Children) -> syntax.WhenDeclaration:
        """`when (F) declarations else declarations`."""
        otherwise = after(children, "ELSE")
        return syntax.WhenDeclaration(
            span_of(children),
            children[1],
            children[2].items,
            otherwise.items if otherwise else (),
        )


def _unwrapped(body: syntax.Statement) -> tuple[syntax.Statement, ...]:
    """The statements under `when`: braces there open no scope."""
    return body.statements if isinstance(body, syntax.Block) else (body,)
