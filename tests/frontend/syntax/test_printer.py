from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontend.source.spans import NOWHERE, Source
from frontend.syntax import printer
from frontend.syntax import tree as syntax
from frontend.syntax.parser import parse
from tests.support.frontend.trees import (
    Kind,
    declarations,
    expressions,
    simple_declarations,
    simple_statements,
    specifications,
    statements,
    without_spans,
)

FREE_PATH = Path(__file__).parents[3] / "spec" / "free_path.alloc"


def specification_of(text: str) -> syntax.Specification:
    return parse(Source("test.alloc", text))


def expression_of(text: str) -> syntax.Expression:
    (declaration,) = specification_of(f"assume a: {text};").declarations
    assert isinstance(declaration, syntax.AssumeDeclaration)
    return declaration.condition


def statement_of(text: str) -> syntax.Statement:
    (declaration,) = specification_of(f"thread t {{ {text} }}").declarations
    assert isinstance(declaration, syntax.ThreadDeclaration)
    return declaration.body.statements[0]


def same(one: Kind, other: Kind) -> bool:
    return without_spans(one) == without_spans(other)


def test_free_path_is_printed_to_the_same_tree() -> None:
    tree = specification_of(FREE_PATH.read_text(encoding="utf-8"))
    printed = printer.specification(tree)
    assert same(specification_of(printed), tree)
    assert printer.specification(specification_of(printed)) == printed


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(expressions)
def test_any_expression_is_printed_to_the_same_tree(tree: syntax.Expression) -> None:
    assert same(expression_of(printer.expression(tree)), tree)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(specifications)
def test_any_specification_is_printed_to_the_same_tree(tree: syntax.Specification) -> None:
    assert same(specification_of(printer.specification(tree)), tree)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(statements)
def test_any_statement_is_one_line_for_traces(tree: syntax.Statement) -> None:
    assert "\n" not in printer.statement(tree)


def test_the_strategies_cover_every_node_class() -> None:
    seen: set[type] = set()

    def visit(value: object) -> None:
        if isinstance(value, tuple):
            for item in value:
                visit(item)
        elif isinstance(value, syntax.Node):
            seen.add(type(value))
            for entry in fields(value):
                visit(getattr(value, entry.name))

    @settings(
        max_examples=100, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    # Hypothesis draws too few kinds of declaration in one small specification.
    @given(
        st.tuples(
            expressions,
            *[statements] * 4,
            *[simple_statements] * 8,
            *[declarations] * 4,
            *[simple_declarations] * 8,
        )
    )
    def collect(trees: tuple[syntax.Node, ...]) -> None:
        visit(trees)

    collect()
    seen.add(syntax.Specification)
    classes = {kind for kind in vars(syntax).values() if isinstance(kind, type)}
    every = {kind for kind in classes if issubclass(kind, syntax.Node) and kind is not syntax.Node}
    assert every - seen == set()


@pytest.mark.parametrize(
    "text",
    [
        "!held(zone.lock) => forall page p: p.list == MOVABLE => p.block.mt == MOVABLE",
        "zone.n > 0 || (recheck && mt == ISOLATE)",
        "(forall page p: p.a) && b",
        "a && forall page p, q, cpu c: p != q",
        "(a => b) => c",
        "a ? b : c ? d : e",
        "(a ? b : c) ? d : e",
        "a ? b => c : d => e",
        "a - (b - c) - d",
        "!(c at f.label) && c in f",
        "(a | b) == c << 1 + 2",
        "-(-x)",
        "count(page p: p.block == b) + 1",
        "x == qval{ .locked = true, .tail = none }",
        "c in {a, b} || c in all cpu",
    ],
)
def test_a_line_in_kernel_style_is_printed_as_it_was(text: str) -> None:
    assert printer.expression(expression_of(text)) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("mt = p.block.mt;", "mt = p.block.mt"),
        ("if (mt == ISOLATE) goto out;", "if (mt == ISOLATE)"),
        ("spin_lock(zone.lock);", "spin_lock(zone.lock)"),
        (
            "update page q where q.block == b { q.list = mt; }",
            "update page q where q.block == b { q.list = mt; }",
        ),
        ("while (x) { y = 1; }", "while (x)"),
        ("page? p = any(page q: q.free);", "page? p = any(page q: q.free)"),
        ("int -1..3 n;", "int -1..3 n"),
        ("for each cpu c where c.x { }", "for each cpu c where c.x"),
        ("assert a: x;", "assert a: x"),
        ("zone.n -= 1;", "zone.n -= 1"),
        ("out: x++;", "out:"),
    ],
)
def test_a_statement_is_printed_as_its_head(text: str, line: str) -> None:
    assert printer.statement(statement_of(text)) == line


def test_a_whole_procedure_is_laid_out_in_kernel_style() -> None:
    text = (
        'proc f(page p, int 0..3 n): bool\n\tmodels "a.c:f", "a.c:g"\n{\n'
        "\tif (p.x) {\n\t\ty = 1;\n\t} else if (z)\n\t\tgoto out;\n\telse\n\t\ty = 2;\n"
        "\tchoose {\n\t\ty = 3;\n\t} or when (patched) {\n\t}\nout:\n\treturn true;\n}\n"
    )
    assert printer.specification(specification_of(text)) == text


def test_an_else_never_changes_its_owner() -> None:
    inner = syntax.WhenStatement(
        NOWHERE, syntax.Reference(NOWHERE, syntax.Name(NOWHERE, "f")), (), ()
    )
    tree = syntax.If(NOWHERE, syntax.Boolean(NOWHERE, True), inner, syntax.Break(NOWHERE))
    thread = syntax.ThreadDeclaration(
        NOWHERE, syntax.Name(NOWHERE, "t"), syntax.Block(NOWHERE, (tree,))
    )
    whole = syntax.Specification(NOWHERE, (thread,))
    assert same(specification_of(printer.specification(whole)), whole)
