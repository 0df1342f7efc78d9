"""Colour where it is wanted, and ASCII where the locale has no more."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.verifier.processes import FAST, LOST, REJECTED, ROOT, run
from verifier.cli.screen import wants_colour
from verifier.cli.streams import is_unicode


class Stream:
    def __init__(self, *, terminal: bool = False, encoding: str = "utf-8") -> None:
        self.terminal = terminal
        self.encoding = encoding

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(
    ("mode", "terminal", "environment", "wanted"),
    [
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"TERM": "dumb"}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", False, {"FORCE_COLOR": "1"}, True),
        ("auto", False, {"FORCE_COLOR": ""}, False),
        ("auto", True, {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ("auto", True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("never", True, {"FORCE_COLOR": "1"}, False),
        ("always", False, {"NO_COLOR": "1"}, True),
    ],
)
def test_the_option_then_no_color_then_force_color_then_the_terminal_decide(
    mode: str, terminal: bool, environment: Mapping[str, str], wanted: bool
) -> None:
    stream: Any = Stream(terminal=terminal)
    assert wants_colour(mode, stream, environment) is wanted


def test_colour_is_forced_in_a_pipe_but_not_into_a_format_for_programs() -> None:
    forced = {"FORCE_COLOR": "1"}
    assert b"\x1b[33mviolated" in run("verify", LOST, *FAST, environment=forced).stdout
    assert b"\x1b[" in run("check", REJECTED, environment=forced).stderr
    said = run("verify", LOST, *FAST, "--format", "jsonl", environment=forced)
    assert b"\x1b" not in said.stdout


@pytest.mark.parametrize(
    ("encoding", "charset", "wanted"),
    [
        ("utf-8", "UTF-8", True),
        ("utf-8", "ANSI_X3.4-1968", False),  # LC_ALL=C: Python takes its UTF-8 mode
        ("ascii", "UTF-8", False),
        ("iso8859-1", "ISO-8859-1", False),
        ("utf-8", "no such charset", False),
    ],
)
def test_all_characters_can_be_shown_where_stream_and_locale_are_utf_8(
    encoding: str, charset: str, wanted: bool
) -> None:
    stream: Any = Stream(encoding=encoding)
    assert is_unicode(stream, charset) is wanted


ODD = """spec odd;
/* caf\u00e9 */
not modelled "caf\u00e9 \u2192 \U0001f4a5";
int x = 0;
patch fix "na\u00efve";
variant before = {};
variant after = { fix };
proc unused() { x = 1; }
thread cpu {
  when (fix) { x = 0; }
  when (!fix) { x = 1; } // \u2260
}
bound cpu = 1;
invariant small "\u2264 \u00fc": x <= 0;
expect before violates small;
"""


@pytest.mark.parametrize(
    "command",
    [
        ["check", "PATH"],
        ["check", "PATH", "--format", "json"],
        ["check", "PATH", "--format", "sarif"],
        ["verify", "PATH", "--bounded"],
        ["verify", "PATH", "--bounded", "--color", "always"],
        *(
            ["verify", "PATH", "--bounded", "--format", layout]
            for layout in ("json", "jsonl", "junit", "ktap", "sarif")
        ),
        ["compare", "PATH", "before", "after", "--bounded"],
        ["mutate", "PATH"],
        ["mutate", "PATH", "--format", "json"],
        ["log", "PATH", "-o", "-"],
        ["verify", "PATH", "--variant", "caf\u00e9"],
        ["recheck", "PATH"],
        ["recheck", "PATH", "--format", "json"],
        ["review", "PATH", "PATH"],
        ["explain", "\u00e9"],
        ["help", "\u00e9"],
        ["\u00e9"],
    ],
    ids=" ".join,
)
def test_all_is_ascii_where_the_locale_is_not_utf_8(command: list[str], tmp_path: Path) -> None:
    assert_ascii(command, tmp_path, {"LC_ALL": "C"})


@pytest.mark.parametrize(
    "command", [["check", "PATH"], ["verify", "PATH", "--bounded"], ["\u00e9"]], ids=" ".join
)
def test_all_is_ascii_without_the_utf_8_mode_of_python(command: list[str], tmp_path: Path) -> None:
    assert_ascii(command, tmp_path, {"LC_ALL": "C", "PYTHONUTF8": "0"})


def assert_ascii(command: list[str], tmp_path: Path, locale: Mapping[str, str]) -> None:
    path = tmp_path / "caf\u00e9.alloc"
    path.write_text(ODD, encoding="utf-8")
    arguments = [str(path) if word == "PATH" else word for word in command]
    said = run(*arguments, environment=locale)
    assert said.returncode in (0, 1, 2, 4), said
    assert said.stdout.isascii()
    assert said.stderr.isascii()
    assert b"Traceback" not in said.stderr
    assert b"internal error" not in said.stderr


def test_the_caret_stands_below_what_is_written_as_an_escape(tmp_path: Path) -> None:
    (tmp_path / "a.alloc").write_text("spec x;\nint a\u2192\u00e9;\n", encoding="utf-8")
    said = run("check", str(tmp_path / "a.alloc"), environment={"LC_ALL": "C"}).stderr.decode()
    _, line, marks, *_ = said.splitlines()
    assert line == "    2 | int a\\u2192\\xe9;"
    assert marks == "      |      ^~~~~~"


@pytest.mark.parametrize("color", ["never", "always"])
def test_a_report_in_a_pipe_is_ascii_in_every_locale(color: str, tmp_path: Path) -> None:
    (tmp_path / "odd.alloc").write_text(ODD, encoding="utf-8")
    arguments = ["verify", str(tmp_path / "odd.alloc"), "--bounded", "--color", color]
    said = run(*arguments, environment={"LC_ALL": "C.UTF-8"})
    assert b"caf\\xe9 \\u2192 \\U0001f4a5" in said.stdout
    assert said.stdout.isascii()


def test_a_name_that_is_no_text_is_written_as_an_escape(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.alloc"
    shutil.copy(os.fsencode(ROOT / LOST), name)
    for environment in ({"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8"}):
        said = run("check", os.fsdecode(name), environment=environment)
        assert (said.returncode, said.stderr) == (0, b"")
        assert said.stdout.endswith(b"e9.alloc: ok\n")
        assert said.stdout.isascii()
