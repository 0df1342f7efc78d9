"""Strategies for syntax trees that a parser could have made, every node class among them."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, TypeVar

from hypothesis import strategies as st

from frontend.source.spans import NOWHERE
from frontend.syntax import tree as syntax
from frontend.syntax.precedence import LEVELS

Kind = TypeVar("Kind", bound=syntax.Node)

names = st.sampled_from(["p", "q", "mt", "zone", "free_one_page", "order", "__x", "out"]).map(
    lambda text: syntax.Name(NOWHERE, text)
)
texts = st.text("ab c->&'/*", max_size=6).map(lambda text: syntax.Text(NOWHERE, text))
low_numbers = st.integers(-3, 3)


def several(items: st.SearchStrategy[Kind], least: int = 0) -> st.SearchStrategy[tuple[Kind, ...]]:
    return st.lists(items, min_size=least, max_size=3).map(tuple)


def node(kind: type[Kind], *parts: st.SearchStrategy[object]) -> st.SearchStrategy[Kind]:
    return st.builds(kind, st.just(NOWHERE), *parts)


named_types = node(syntax.NamedType, names, st.booleans())
ranges = node(syntax.IntTypeName, low_numbers, low_numbers)
types: st.SearchStrategy[syntax.TypeName] = st.one_of(
    named_types,
    node(syntax.BoolTypeName),
    ranges,
    node(syntax.IntTypeName, st.just(0), st.none()),
    node(syntax.IntTypeName, st.none(), st.none()),
    node(syntax.SetTypeName, names),
    node(syntax.LockTypeName),
)
binders = node(syntax.Binder, types, names)
references = node(syntax.Reference, names)
leaves = st.one_of(
    references,
    node(syntax.Number, st.integers(0, 1 << 40)),
    node(syntax.Boolean, st.booleans()),
    node(syntax.NoneLiteral),
    node(syntax.SelfReference),
    node(syntax.AllSet, names),
    node(syntax.EmptySet),
    node(syntax.Any, types, st.none(), st.none()),
)
OPERATORS = sorted(LEVELS.keys() - {"?", "at"})


def _larger(inner: st.SearchStrategy[syntax.Expression]) -> st.SearchStrategy[syntax.Expression]:
    return st.one_of(
        node(syntax.Field, inner, names),
        node(syntax.Index, inner, several(inner, 1)),
        node(syntax.Unary, st.sampled_from(["!", "-"]), inner),
        node(syntax.Binary, st.sampled_from(OPERATORS), inner, inner),
        node(syntax.Binary, st.sampled_from(OPERATORS), inner, inner),
        node(syntax.Conditional, inner, inner, inner),
        node(
            syntax.Quantifier,
            st.sampled_from(["forall", "exists", "count"]),
            several(binders, 1),
            inner,
        ),
        node(syntax.Any, types, names, inner),
        node(syntax.Call, names, several(inner)),
        node(syntax.At, inner, several(names, 1)),
        node(syntax.SetLiteral, several(inner, 1)),
        node(syntax.RecordLiteral, names, several(node(syntax.RecordPart, names, inner), 1)),
    )


expressions: st.SearchStrategy[syntax.Expression] = st.recursive(leaves, _larger, max_leaves=8)
places: st.SearchStrategy[syntax.Expression] = st.recursive(
    st.one_of(references, node(syntax.SelfReference)),
    lambda inner: st.one_of(
        node(syntax.Field, inner, names), node(syntax.Index, inner, several(expressions, 1))
    ),
    max_leaves=3,
)
calls = node(syntax.Call, names, several(expressions))
perhaps = st.one_of(st.none(), expressions)

simple_statements = st.one_of(
    node(syntax.LocalDeclaration, types, names, perhaps),
    node(syntax.Assignment, places, st.sampled_from(["=", "+=", "-="]), expressions),
    node(syntax.Increment, places, st.sampled_from(["++", "--"])),
    node(syntax.CallStatement, calls),
    node(syntax.Break),
    node(syntax.Continue),
    node(syntax.Goto, names),
    node(syntax.Return, perhaps),
    node(syntax.Await, expressions),
    node(syntax.Assert, names, st.one_of(st.none(), texts), expressions),
)
labels = node(syntax.Label, names)


def _blocks(inner: st.SearchStrategy[syntax.Statement]) -> st.SearchStrategy[syntax.Block]:
    return node(syntax.Block, several(st.one_of(inner, labels)))


def _unambiguous(statement: syntax.If) -> syntax.If:
    """An `if` as C reads it: without `else` where the branch could take it for its own."""
    if isinstance(statement.then, syntax.Block | syntax.Goto | syntax.Return):
        return statement
    return replace(statement, otherwise=None)


def _compound(inner: st.SearchStrategy[syntax.Statement]) -> st.SearchStrategy[syntax.Statement]:
    blocks = _blocks(inner)
    items = several(st.one_of(inner, labels))
    branches = node(syntax.Branch, perhaps, blocks)
    return st.one_of(
        blocks,
        node(syntax.If, expressions, st.one_of(inner, blocks), st.one_of(st.none(), inner)).map(
            _unambiguous
        ),
        node(syntax.While, expressions, inner),
        node(syntax.Loop, inner),
        node(syntax.Choose, several(branches, 1)),
        node(syntax.Update, binders, perhaps, items),
        node(syntax.ForEach, binders, perhaps, st.one_of(inner, blocks)),
        node(syntax.Atomic, blocks),
        node(syntax.WhenStatement, expressions, items, items),
    )


statements: st.SearchStrategy[syntax.Statement] = st.recursive(
    simple_statements, _compound, max_leaves=4
)
blocks = _blocks(statements)

field_declarations = node(
    syntax.FieldDeclaration,
    types,
    names,
    several(types),
    perhaps,
    st.booleans(),
    st.booleans(),
)
field_items: st.SearchStrategy[syntax.FieldItem] = st.recursive(
    field_declarations,
    lambda inner: node(syntax.WhenFields, expressions, several(inner), several(inner)),
    max_leaves=3,
)
parameters = node(syntax.Parameter, types, names)
limits = st.integers(0, 5)
simple_declarations: st.SearchStrategy[syntax.Declaration] = st.one_of(
    node(syntax.SpecName, names),
    node(syntax.NotModelled, several(texts, 1)),
    node(
        syntax.FlagDeclaration,
        st.sampled_from(["patch", "config"]),
        names,
        st.one_of(st.none(), texts),
    ),
    node(syntax.VariantDeclaration, names, several(names), several(names)),
    node(syntax.EnumDeclaration, names, several(names, 1)),
    node(syntax.TypeDefinition, types, names),
    field_declarations,
    node(syntax.RecordDeclaration, names, several(field_items)),
    node(syntax.StructDeclaration, names, several(field_items)),
    node(syntax.SingleDeclaration, names, several(field_items)),
    node(syntax.DefineDeclaration, names, several(parameters), types, expressions),
    node(syntax.AssumeDeclaration, names, st.one_of(st.none(), texts), expressions),
    node(syntax.ThreadDeclaration, names, blocks),
    node(
        syntax.ProcedureDeclaration,
        names,
        several(parameters),
        st.one_of(st.none(), types),
        several(texts),
        blocks,
    ),
    node(syntax.BoundDeclaration, several(node(syntax.BoundItem, names, limits, limits), 1)),
    node(
        syntax.PropertyDeclaration,
        st.sampled_from(["invariant", "reachable", "lemma"]),
        names,
        st.one_of(st.none(), texts),
        expressions,
    ),
    node(syntax.ExpectDeclaration, names, several(names, 1)),
)
declarations: st.SearchStrategy[syntax.Declaration] = st.recursive(
    simple_declarations,
    lambda inner: node(syntax.WhenDeclaration, expressions, several(inner), several(inner)),
    max_leaves=3,
)
specifications = node(
    syntax.Specification, st.lists(declarations, min_size=1, max_size=3).map(tuple)
)


def without_spans(tree: Kind) -> Kind:
    """A tree whose every span is `NOWHERE`, so that equality is that of meaning."""

    def clean(value: object) -> object:
        if isinstance(value, syntax.Node):
            return without_spans(value)
        if isinstance(value, tuple):
            return tuple(clean(item) for item in value)
        return value

    changes: dict[str, Any] = {
        entry.name: clean(getattr(tree, entry.name)) for entry in fields(tree)
    }
    return replace(tree, **{**changes, "span": NOWHERE})
