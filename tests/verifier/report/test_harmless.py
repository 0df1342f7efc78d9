"""What others wrote is shown, and obeyed by no terminal and no mail program."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from verifier.cli.screen import console, plain, show
from verifier.report.text_blocks import Cell, Line, Style, Table

EVIL = "a\x1b[2J\x9b8m\u202eb\x07 -- >8 --"

SPEC = """\
spec evil;
not modelled "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "-- >8 --";
nat n = 0;
thread cpu { atomic { n++; } }
invariant low "-- 8< --": n <= 1;
bound cpu = 2;
"""

BLOCKS = (
    Line(EVIL),
    Line(f"  {EVIL}", fixed=True),
    Table((EVIL, "x"), ((EVIL, (Cell(EVIL, Style.BAD), Cell("y", Style.GOOD))),)),
)


def harmless(text: str) -> bool:
    allowed = text.replace("\n", "")
    return allowed.isprintable() and ">8" not in allowed and "8<" not in allowed


def test_a_report_has_no_control_characters() -> None:
    text = "\n".join(plain(BLOCKS[:2], 60))
    assert harmless(text)
    assert r"a\x1b[2J\x9b8m\u202eb\x07 -- > 8 --" in text
    assert "\n".join(plain(BLOCKS[2:], 72)).replace("\n", "").isprintable()


def test_a_coloured_report_has_its_own_escapes_only() -> None:
    stream = io.StringIO()
    show(BLOCKS, console(stream, colour=True))
    text = stream.getvalue()
    assert "\x1b[1;31m" in text
    assert "\x1b[2J" not in text
    assert not set("\x9b\u202e\x07") & set(text)


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", EVIL],
        ["verify", EVIL],
        ["verify", "x.alloc", "--variant", EVIL],
        ["verify", "x.alloc", "--bound", EVIL],
        ["verify", "x.alloc", "--log", f"{EVIL}/log"],
        ["verify", "x.alloc", "--traces", f"x.alloc/{EVIL}"],
        ["log", "x.alloc", "-o", f"{EVIL}/log"],
        ["log", "x.alloc", "--bundle", f"x.alloc/{EVIL}"],
        ["recheck", EVIL],
        ["recheck", "x.alloc", "--spec", EVIL],
        ["recheck", "x.alloc", "--solver", EVIL],
        ["review", EVIL, "x.alloc"],
        ["explain", EVIL],
        [EVIL],
        ["verify", f"--{EVIL}"],
    ],
)
def test_a_word_of_the_command_line_is_shown_escaped(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "x.alloc").write_text(SPEC)
    command = [sys.executable, "-P", "-m", "verifier", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode()
    assert done.returncode in (2, 4), said
    assert not set("\x1b\x9b\u202e\x07") & set(said)
    assert "Traceback" not in said


def test_no_line_of_a_report_is_cut_at(tmp_path: Path) -> None:
    (tmp_path / "x.alloc").write_text(SPEC)
    command = [sys.executable, "-P", "-m", "verifier", "verify", "x.alloc"]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert "-- > 8 --" in done.stdout
    assert harmless(done.stdout)
