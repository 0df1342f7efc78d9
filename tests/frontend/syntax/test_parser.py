from __future__ import annotations

from pathlib import Path

import pytest

from frontend.source.spans import Source, Span
from frontend.syntax import tree as syntax
from frontend.syntax.parser import parse
from frontend.syntax.printer import expression
from tests.support.frontend.trees import without_spans

FREE_PATH = Path(__file__).parents[3] / "spec" / "free_path.alloc"


def declarations(text: str) -> tuple[syntax.Declaration, ...]:
    return parse(Source("test.alloc", text)).declarations


def condition(text: str) -> syntax.Expression:
    (declaration,) = declarations(f"assume a: {text};")
    assert isinstance(declaration, syntax.AssumeDeclaration)
    return declaration.condition


def body(text: str) -> tuple[syntax.Statement, ...]:
    (declaration,) = declarations(f"thread t {{ {text} }}")
    assert isinstance(declaration, syntax.ThreadDeclaration)
    return declaration.body.statements


def bracketed(node: syntax.Expression) -> str:
    """An expression with every operator in brackets."""
    match node:
        case syntax.Binary(operator=operator, left=left, right=right):
            return f"({bracketed(left)} {operator} {bracketed(right)})"
        case syntax.Conditional(condition=test, then=then, otherwise=otherwise):
            return f"({bracketed(test)} ? {bracketed(then)} : {bracketed(otherwise)})"
        case syntax.Unary(operator=operator, operand=operand):
            return f"{operator}{bracketed(operand)}"
        case syntax.Quantifier(kind=kind, binders=binders, body=inner):
            names = " ".join(binder.name.text for binder in binders)
            return f"[{kind} {names}: {bracketed(inner)}]"
        case syntax.At(thread=thread, path=path):
            return f"({bracketed(thread)} at {'.'.join(name.text for name in path)})"
        case _:
            return expression(node)


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("a => b => c", "(a => (b => c))"),
        ("a || b => c && d", "((a || b) => (c && d))"),
        ("a || b && c", "(a || (b && c))"),
        ("a && b | c ^ d & e", "(a && (b | (c ^ (d & e))))"),
        ("a & b == c < d << e + f * g", "(a & (b == (c < (d << (e + (f * g))))))"),
        ("a - b - c", "((a - b) - c)"),
        ("a * b / c % d", "(((a * b) / c) % d)"),
        ("!a.b == -c[d] + 1", "(!a.b == (-c[d] + 1))"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("a || b ? c => d : e => f", "(((a || b) ? (c => d) : e) => f)"),
        ("x in s && c in f == true", "((x in s) && ((c in f) == true))"),
        ("c at f.label && d at out || e", "(((c at f.label) && (d at out)) || e)"),
        ("a && forall page p: b => c || d", "(a && [forall p: (b => (c || d))])"),
        ("(forall page p: b) => c", "([forall p: b] => c)"),
        ("f(forall page p: b => c, d)", "f(forall page p: b => c, d)"),
        ("!exists page p: a && b", "![exists p: (a && b)]"),
        ("a ? forall page p: b : c", "(a ? [forall p: b] : c)"),
        ("count(page p, q: p == q) + 1 > 2", "(([count p q: (p == q)] + 1) > 2)"),
    ],
)
def test_operators_bind_as_in_c(text: str, grouped: str) -> None:
    assert bracketed(condition(text)) == grouped


def test_binders_without_a_type_take_the_one_before() -> None:
    one, other = (
        condition("forall page p, q, cpu c: x"),
        condition("forall page p, page q, cpu c: x"),
    )
    assert without_spans(one) == without_spans(other)


def test_free_path_is_read_whole() -> None:
    found = declarations(FREE_PATH.read_text(encoding="utf-8"))
    assert [type(node).__name__ for node in found].count("ProcedureDeclaration") == 7
    assert [type(node).__name__ for node in found].count("PropertyDeclaration") == 4
    assert isinstance(found[-4], syntax.PropertyDeclaration)
    assert found[-4].name.text == "freed_into_isolated"


def test_spans_are_those_of_the_text() -> None:
    text = "spec a;\nassume b: (x + y) * 2 => c at f.g;\n"
    declaration = declarations(text)[1]
    assert isinstance(declaration, syntax.AssumeDeclaration)
    written = []
    todo: list[syntax.Expression] = [declaration.condition]
    while todo:
        node = todo.pop()
        written.append(text[node.span.start : node.span.end])
        if isinstance(node, syntax.Binary):
            todo += [node.left, node.right]
    assert written == [
        "(x + y) * 2 => c at f.g",
        "c at f.g",
        "(x + y) * 2",
        "2",
        "(x + y)",
        "y",
        "x",
    ]


def test_an_else_belongs_to_the_nearest_if() -> None:
    (outer,) = body("if (a) if (b) x = 1; else x = 2;")
    assert isinstance(outer, syntax.If)
    assert outer.otherwise is None
    assert isinstance(outer.then, syntax.If)
    assert outer.then.otherwise is not None


def test_a_when_opens_no_scope_with_and_without_braces() -> None:
    one, other, both = body(
        "when (f) x = 1; when (f) { x = 1; } when (f && !g) { page p; out: } else when (g) x = 2;"
    )
    assert isinstance(both, syntax.WhenStatement)
    assert without_spans(one) == without_spans(other)
    assert [type(node) for node in both.then] == [syntax.LocalDeclaration, syntax.Label]
    assert [type(node) for node in both.otherwise] == [syntax.WhenStatement]


def test_a_when_holds_fields_branches_and_declarations() -> None:
    struct, when, one = declarations(
        "struct s { when (f) int a; else { int b; int c[0..1]; } }"
        "when (f) { int x; proc g() {} } else when (g) invariant i: true;"
        "when (f) invariant j: x;"
    )
    assert isinstance(struct, syntax.StructDeclaration)
    (fields,) = struct.fields
    assert isinstance(fields, syntax.WhenFields)
    assert (len(fields.then), len(fields.otherwise)) == (1, 2)
    assert isinstance(when, syntax.WhenDeclaration)
    assert isinstance(when.otherwise[0], syntax.WhenDeclaration)
    assert isinstance(one, syntax.WhenDeclaration)
    assert len(one.then) == 1
    (choose,) = body("choose when (f) { x = 1; } or { } or when (!f) { }")
    assert isinstance(choose, syntax.Choose)
    assert [branch.flag is None for branch in choose.branches] == [False, True, False]


def test_every_type_is_read() -> None:
    (struct,) = declarations(
        "struct s { bool a; int b; nat c; int -1..3 d; page e; page? f; set of cpu g; spinlock h;"
        " const ghost migratetype i[page, 0..3, -2..-1, bool] = MOVABLE; }"
    )
    assert isinstance(struct, syntax.StructDeclaration)
    *_, last = fields = [
        node for node in struct.fields if isinstance(node, syntax.FieldDeclaration)
    ]
    kinds = [without_spans(node.type) for node in fields]
    nowhere = Span(0, 0)
    assert kinds[1:4] == [
        syntax.IntTypeName(nowhere, None, None),
        syntax.IntTypeName(nowhere, 0, None),
        syntax.IntTypeName(nowhere, -1, 3),
    ]
    assert (last.constant, last.ghost, len(last.indices)) == (True, True, 4)
    assert without_spans(last.indices[2]) == syntax.IntTypeName(nowhere, -2, -1)


def test_keywords_are_names_where_only_a_name_can_stand() -> None:
    (struct,) = declarations(
        "struct s { int count; bool list; nat order; bool at; bool in; bool loop; bool set;"
        " bool any; bool all; bool spec; bool config; bool bound; bool where; bool patch; }"
    )
    assert isinstance(struct, syntax.StructDeclaration)
    assert len(struct.fields) == 14
    count, member, config, bound, set_ = body(
        "count = 3; x.count++; config = p.in; bound[3] += p.at.loop; set += {a};"
    )
    assert isinstance(count, syntax.Assignment)
    assert isinstance(member, syntax.Increment)
    assert isinstance(config, syntax.Assignment)
    assert isinstance(bound, syntax.Assignment)
    assert isinstance(set_, syntax.Assignment)


def test_record_literals_and_sets_are_told_from_blocks() -> None:
    literal, update, each = body(
        "x = qval{ .locked = true, .tail = none };"
        "update page q where q.block == b { q.list = mt; }"
        "for each cpu c where c in {a, b} { f(c); }"
    )
    assert isinstance(literal, syntax.Assignment)
    assert isinstance(literal.value, syntax.RecordLiteral)
    assert isinstance(update, syntax.Update)
    assert len(update.body) == 1
    assert isinstance(each, syntax.ForEach)
    assert isinstance(each.body, syntax.Block)


def test_numbers_may_be_hexadecimal() -> None:
    assert without_spans(condition("0x1F == 31")) == without_spans(condition("31 == 31"))


def test_both_kinds_of_comment_are_skipped() -> None:
    assert len(declarations("// a; spec\nspec a; /* b **/ /* ; \n */ int x; // end")) == 2


def test_variants_are_sums_of_variants_and_flags() -> None:
    empty, sum_ = declarations("variant a = {}; variant b = a + { x, y, } + c;")
    assert isinstance(empty, syntax.VariantDeclaration)
    assert (empty.bases, empty.flags) == ((), ())
    assert isinstance(sum_, syntax.VariantDeclaration)
    assert [name.text for name in sum_.bases] == ["a", "c"]
    assert [name.text for name in sum_.flags] == ["x", "y"]


def test_bounds_are_numbers_or_ranges() -> None:
    (bound,) = declarations("bound cpu = 2..3, page = 4;")
    assert isinstance(bound, syntax.BoundDeclaration)
    assert [(item.name.text, item.low, item.high) for item in bound.items] == [
        ("cpu", 2, 3),
        ("page", 4, 4),
    ]


def test_typedefs_and_picks_are_read() -> None:
    (typedef,) = declarations("typedef int 0..3 order;")
    assert isinstance(typedef, syntax.TypeDefinition)
    statements = body("p = any(page q: q.free); p = any(page); b = any(bool); n = any(int 0..3);")
    picks = [node.value for node in statements if isinstance(node, syntax.Assignment)]
    assert [isinstance(pick, syntax.Any) for pick in picks] == [True] * 4
