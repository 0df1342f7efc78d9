from __future__ import annotations

from frontend.source.diagnostics import Diagnostic, Note
from frontend.source.rendering import render
from frontend.source.spans import NOWHERE, Source, Span


def shown(text: str, start: int, end: int, **more: object) -> list[str]:
    diagnostic = Diagnostic("E001", "expected `;`", Span(start, end))
    return render(Source("a.alloc", text), [diagnostic], **more).splitlines()  # type: ignore[arg-type]  # only `color`


def test_the_caret_stands_under_the_span() -> None:
    assert shown("spec a;\nint foo bar;\n", 12, 15) == [
        "a.alloc:2:5: error[E001]: expected `;`",
        "    2 | int foo bar;",
        "      |     ^~~",
    ]


def test_tabs_are_widened_and_columns_still_count_characters() -> None:
    assert shown("\tx\ty", 3, 4) == [
        "a.alloc:1:4: error[E001]: expected `;`",
        "    1 |         x       y",
        "      |                 ^",
    ]


def test_a_span_over_several_lines_is_marked_to_the_end_of_the_first() -> None:
    assert shown("ab cd\nef", 3, 8)[2] == "      |    ^~"


def test_a_span_at_the_end_of_the_file_has_a_caret_behind_the_text() -> None:
    assert shown("ab", 2, 2)[1:] == ["    1 | ab", "      |   ^"]


def test_control_characters_are_escaped_in_the_line_and_the_message() -> None:
    source = Source("a\x1b.alloc", "a\x1b[31mb \u202e c")
    diagnostic = Diagnostic("E002", "the character `\x07`", Span(6, 7))
    assert render(source, [diagnostic]).splitlines() == [
        "a\\x1b.alloc:1:7: error[E002]: the character `\\x07`",
        "    1 | a\\x1b[31mb \\u202e c",
        "      |          ^",
    ]


def test_a_very_long_line_is_cut_around_the_caret() -> None:
    text = "x" * 5000 + "HERE" + "y" * 5000
    _, line, marks = shown(text, 5000, 5004)
    assert len(line) < 120
    at = marks.index("^")
    assert marks[at:] == "^~~~"
    assert line[at : at + 4] == "HERE"
    assert line.count("...") == 2


def test_a_caret_near_the_start_of_a_long_line_shows_its_start() -> None:
    _, line, marks = shown("abc" + "y" * 5000, 0, 3)
    assert line.startswith("    1 | abcyyy")
    assert line.endswith("...")
    assert marks == "      | ^~~"


def test_a_span_longer_than_the_window_is_marked_to_its_edge() -> None:
    _, line, marks = shown("y" * 5000, 0, 5000)
    assert len(marks) <= len(line)


def test_notes_and_help_follow_with_their_own_places() -> None:
    source = Source("a.alloc", "{\n(\n")
    notes = (Note("opened here", Span(0, 1)), Note("a remark"))
    diagnostic = Diagnostic("E011", "ends", Span(2, 3), notes, "add `}`")
    assert render(source, [diagnostic]).splitlines() == [
        "a.alloc:2:1: error[E011]: ends",
        "    2 | (",
        "      | ^",
        "  a.alloc:1:1: note: opened here",
        "    1 | {",
        "      | ^",
        "  note: a remark",
        "  help: add `}`",
    ]


def test_diagnostics_come_in_source_order_each_once() -> None:
    source = Source("a.alloc", "abc")
    one = Diagnostic("E001", "one", Span(0, 1))
    two = Diagnostic("W001", "two", Span(1, 2))
    text = render(source, [two, one, two])
    assert [line for line in text.splitlines() if line.startswith("a.alloc")] == [
        "a.alloc:1:1: error[E001]: one",
        "a.alloc:1:2: warning[W001]: two",
    ]


def test_a_file_that_was_never_read_has_no_excerpt() -> None:
    source = Source("a.alloc", "")
    diagnostic = Diagnostic("E020", "no such file", NOWHERE)
    assert render(source, [diagnostic]) == "a.alloc: error[E020]: no such file\n"


def test_colour_only_adds_escapes() -> None:
    plain, coloured = shown("ab", 0, 1), shown("ab", 0, 1, color=True)
    assert plain != coloured
    assert "\x1b[1;31merror[E001]:\x1b[0m" in coloured[0]
    assert all("\x1b" not in line for line in plain)


def test_crlf_line_ends_are_not_shown() -> None:
    assert shown("ab\r\ncd\r\n", 0, 2)[1] == "    1 | ab"
