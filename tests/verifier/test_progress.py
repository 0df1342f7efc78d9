from __future__ import annotations

import io
import math

import pytest

from verifier.progress import Lines, Terminal
from verifier.task import Progress


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_there_is_a_line_a_minute() -> None:
    now = 0.0
    stream = io.StringIO()
    with Lines(stream, lambda: now) as display:
        display.about("free_path v3")
        for now in (10.0, 59.0, 61.0, 100.0, 130.0):
            display(Progress("explore", "states", int(now) * 1000))
    first, second = stream.getvalue().splitlines()
    assert first.startswith("free_path v3: explore, 61000 states; 0 settled; ")
    assert first.endswith(" MB")
    assert "130000 states" in second


def test_depths_and_verdicts_are_told() -> None:
    stream = io.StringIO()
    with Lines(stream, lambda: 0.0, interval=0.0) as display:
        display.about("a main")
        display(Progress("portfolio", "settled", 4))
        display(Progress("bmc", "depth", 12))
    assert "a main: bmc, depth 12; 4 settled; " in stream.getvalue()


def test_quiet_is_quiet() -> None:
    stream = io.StringIO()
    with Lines(stream, lambda: 1e9, math.inf) as display:
        display(Progress("bmc", "depth", 12))
    assert stream.getvalue() == ""


def test_a_terminal_has_one_line_that_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Screen()
    with Terminal(stream, lambda: 0.0, colour=False) as display:
        display.about("a main")
        display(Progress("bmc", "depth", 12))
    shown = stream.getvalue()
    assert shown.endswith("\x1b[2K")  # wiped
    assert "\x1b[?25h" in shown  # the cursor is back
