from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from frontend.source.codes import CODES
from frontend.source.diagnostics import Diagnostic, Rejected
from frontend.source.rendering import render
from frontend.source.spans import LARGEST, Source
from frontend.syntax.lexer import WORDS
from frontend.syntax.parser import MOST_ERRORS, parse

FREE_PATH = (Path(__file__).parents[3] / "spec" / "free_path.alloc").read_text(encoding="utf-8")


def errors(text: str) -> list[Diagnostic]:
    with pytest.raises(Rejected) as caught:
        parse(Source("test.alloc", text))
    return list(caught.value.diagnostics)


def found(text: str) -> list[tuple[str, int, int]]:
    """The code, line and column of each error."""
    source = Source("test.alloc", text)
    return [(error.code, *source.position(error.span.start)) for error in errors(text)]


def test_every_error_is_found_in_one_pass_without_cascades() -> None:
    text = (
        "spec a;\n"
        "strcut page { bool x; }\n"
        "struct zone { int a\n\tint b; }\n"
        "proc f() {\n"
        "\tx = 1\n"
        "\ty = ;\n"
        "\tif (x = 3) z = 4;\n"
        "\twhile (x ++) { y = 1; }\n"
        "\tz = a->b;\n"
        "}\n"
        "enum e { A B }\n"
        "invariant i: a -> b;\n"
    )
    assert found(text) == [
        ("E012", 2, 1),
        ("E007", 3, 19),
        ("E007", 6, 6),
        ("E001", 7, 6),
        ("E008", 8, 8),
        ("E001", 9, 11),
        ("E010", 10, 7),
        ("E001", 12, 12),
        ("E010", 13, 16),
    ]


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("", "the file is empty", "a specification starts with `spec NAME;`"),
        ("/* only */ // this", "the file is empty", "a specification starts with `spec NAME;`"),
        ("assume a: x", "the file ends in the middle: expected `;` or an operator", None),
        ("assume a: x -> y;", "`->` is C's member access, not implication", "write `=>`"),
        ("thread t { x == 3; }", "`==` compares; an assignment is meant", "did you mean `=`?"),
        ("thread t { whlie (x) { } }", "unknown keyword `whlie`", "did you mean `while`?"),
        ("thread t { x = a and b; }", "`and` is no operator", "write `&&`"),
        ("bound a = 10UL;", "`10UL` is no number", "write `10`: integers have no size here"),
        ("assume a: x \u2264 3;", "the character `\u2264` has no meaning here", "write `<=`"),
        ("thread t { if x { } }", "expected `(`, found `x`", None),
        ("assume a: ;", "expected an expression, found `;`", None),
        ("struct s { int; }", "expected a number or a name, found `;`", None),
        ("/* open", "this comment is never closed", "close it with `*/`"),
        ('not modelled "open\n;', "this string is never closed", 'close it with `"`'),
        ("thread t { for (i = 0; i < 3; i++) x = 1; }", "expected `each`, found `(`", None),
    ],
)
def test_the_message_says_what_was_expected(text: str, message: str, fix: str | None) -> None:
    (error,) = errors(text)
    assert (error.message, error.fix) == (message, fix)


def test_a_missing_semicolon_is_shown_where_it_belongs() -> None:
    (error,) = errors("thread t {\n\tx = 1\n\ty = 2;\n}\n")
    assert (error.code, error.span.end) == ("E007", len("thread t {\n\tx = 1"))


def test_an_unclosed_brace_is_named_by_the_next_declaration_and_at_the_end() -> None:
    (error,) = errors("proc f() {\n\tx = 1;\nproc g() { y = 2; }\n")
    assert (error.code, error.notes[0].span) == ("E014", error.notes[0].span)
    assert error.notes[0].span is not None
    assert error.notes[0].span.start == len("proc f() ")
    (error,) = errors("proc f() {\n\tif (a) {\n\t\tx = 1;\n")
    assert [note.message for note in error.notes] == ["this `{` is never closed"] * 2


def test_a_stray_character_hides_no_other_error() -> None:
    assert found("thread t { x = 3 $$ 4; y = #; z = ; }") == [
        ("E002", 1, 18),
        ("E002", 1, 28),
        ("E001", 1, 35),
    ]


def test_a_brace_too_many_is_one_error() -> None:
    assert found("thread t { x = 1; } }\nspec b;\n") == [("E001", 1, 21)]


def test_the_parser_stops_after_twenty_errors() -> None:
    assert len(errors("thread t {" + "x = ;\n" * 50 + "}")) == MOST_ERRORS


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("assume a: " + "(" * LARGEST, "E013"),
        ("assume a: " + "(" * 240_000, "E006"),
        ("assume a: " + "!" * 240_000, "E006"),
        ("assume a: " + "a." * 110_000, "E006"),
        ("assume a: " + "f(" * 110_000, "E006"),
        ("assume a: " + "a ? b : " * 30_000, "E006"),
        ("assume a: " + "a => " * 45_000, "E006"),
        ("assume a: " + "forall page p: " * 16_000, "E006"),
        ("thread t { " + "if (a) " * 34_000, "E006"),
        ("thread t { " + "if (a) x = 1; else " * 300 + "; }", "E006"),
        ("assume a: " + "a + " * 300 + "a;", "E006"),
        ("{" * 240_000, "E001"),
        ("$" * 240_000, "E002"),
        ("$ " * 110_000, "E002"),
        ("assume a: x == " + "1" * 240_000 + ";", "E005"),
    ],
)
def test_hostile_text_is_rejected_by_name(text: str, code: str) -> None:
    assert errors(text)[0].code == code


def test_everything_above_the_depth_limit_still_fits_what_people_write() -> None:
    parse(Source("test.alloc", "assume a: " + "x && " * 150 + "x;"))
    parse(Source("test.alloc", "assume a: " + "(" * 150 + "x" + ")" * 150 + ";"))


def settle(text: str) -> None:
    """Parses; whatever is wrong must be a diagnostic that can be shown."""
    source = Source("test.alloc", text)
    try:
        parse(source)
    except Rejected as rejected:
        diagnostics = rejected.diagnostics
    else:
        return
    assert diagnostics
    for diagnostic in diagnostics:
        assert diagnostic.code in CODES
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)
    assert render(source, diagnostics)


QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PIECES = [
    *"{}()[];:,.?!=-+*/&|^<>\"'\\\t\n 01ax#$\u00e9\0",
    *["=>", "->", "..", "++", "+=", "==", "/*", "*/", "//", "forall page p:", "qval{ .", "0x"],
    *sorted(WORDS),
]


@QUICK
@given(st.text(max_size=60))
@example("\ufeff")
@example("\x00")
def test_any_text_is_read_or_rejected(text: str) -> None:
    settle(text)


@QUICK
@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from(["", " "]))
def test_any_words_of_the_language_are_read_or_rejected(pieces: list[str], between: str) -> None:
    settle(between.join(pieces))


@settings(QUICK, max_examples=80)
@given(
    st.integers(0, len(FREE_PATH)),
    st.integers(0, 30),
    st.lists(st.sampled_from(PIECES), max_size=3).map(" ".join),
)
def test_any_mutation_of_free_path_is_read_or_rejected(at: int, cut: int, piece: str) -> None:
    settle(FREE_PATH[:at] + piece + FREE_PATH[at + cut :])


@settings(QUICK, max_examples=60)
@given(st.integers(0, len(FREE_PATH)))
def test_free_path_cut_anywhere_is_read_or_rejected(at: int) -> None:
    settle(FREE_PATH[:at])


def test_the_rest_of_a_body_that_lost_its_head_is_not_reported() -> None:
    text = "proc f(page p) models\n\tlock(p);\n\tx.y = 1;\n\tif (a) b = 2;\n}\nassume a: ;\n"
    assert found(text) == [("E001", 2, 2), ("E001", 6, 11)]


def test_an_open_string_takes_no_semicolon_with_it() -> None:
    assert found('not modelled "irqs;\nassume a: ;') == [("E004", 1, 14), ("E001", 2, 11)]
