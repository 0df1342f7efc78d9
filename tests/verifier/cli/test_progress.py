from __future__ import annotations

import io
import math
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Callable

import pytest
from rich.console import Console

from frontend.load import load
from frontend.source.spans import Source
from tests.support.verifier.processes import LOST, ROOT
from tests.verdicts import settle_properties
from verifier.cli.progress import STAGES, WORDS, Lines, Sentence, Terminal
from verifier.engines import ENGINES
from verifier.every_size.prover import prove_every_size
from verifier.protocol.bounds import asked
from verifier.protocol.deadline import Deadline
from verifier.protocol.task import SETTLED, Limits, Progress
from verifier.report.text_blocks import Cell, Line, Style, Table
from verifier.verify.portfolio import Strategy
from verifier.verify.registry import standard

PER_OBJECT = "tests/corpus/proved/per_object_lock.alloc"


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_there_is_a_line_a_minute() -> None:
    now = 0.0
    stream = io.StringIO()
    with Lines(stream, lambda: now, limit=120.0) as display:
        display.about("free_path v3")
        display.tally("4 of 30 verdicts known, 2 final")
        display.table([Line("nobody sees this")])
        for now in (10.0, 59.0, 61.0, 100.0, 130.0):
            display(Progress("explore", "states", int(now) * 1000, 2_000_000))
    first, second = stream.getvalue().splitlines()
    assert re.fullmatch(
        r"free_path v3: visiting states, 61000 of at most 2000000 so far; "
        r"4 of 30 verdicts known, 2 final; 61 s of at most 2 min; \d+ MB",
        first,
    )
    assert "130000 of at most" in second
    assert "2 min 10 s of at most 2 min; " in second


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress("bmc", "depth", 12, 64), "looking at runs of 12 of at most 64 steps"),
        (Progress("kinduction", "depth", 2, 64), "induction over 2 of at most 64 steps"),
        (Progress("ic3", "frame", 3), "building an invariant, frame 3"),
        (Progress("for-all", "search", 0), "looking for lemmas"),
        (
            Progress("for-all", "search", 3, 8, "5 of 40 needed"),
            "looking for lemmas, 3 of 8 proof obligations so far settled; 5 of 40 needed",
        ),
        (Progress("ic3", "guesses", 2, 7), "which of 7 guesses hold together, round 2"),
        (Progress("for-all", "minimise", 1, 9), "doing without lemmas, 1 of 9 tried"),
        (Progress("other", "things", 3), "other, 3 things"),
    ],
)
def test_what_an_engine_does_is_said_in_plain_words(progress: Progress, words: str) -> None:
    sentence = Sentence(lambda: 0.0, None)
    sentence.about("a main")
    sentence.note(progress)
    sentence.note(Progress("portfolio", SETTLED, 4))  # others count verdicts, over all variants
    said, time, _ = sentence.parts()
    assert said == f"a main: {words}"
    assert time == "0 s"
    sentence.about("a other")
    assert next(iter(sentence.parts())) == "a other"  # nothing is known of an engine there


def test_the_size_at_hand_is_said_before_what_an_engine_does_there() -> None:
    sentence = Sentence(lambda: 0.0, None, "at most 60 s a variant")
    sentence.about("a main")
    sentence.note(Progress("walk", "sizes", 3, 12))
    sentence.note(Progress("explore", "states", 500))
    said, time, _ = sentence.parts()
    assert said == "a main: small size 3 of at most 12: visiting states, 500 so far"
    assert time == "0 s (at most 60 s a variant)"
    sentence.note(Progress("walk", "sizes", 0))
    assert next(iter(sentence.parts())) == "a main: visiting states, 500 so far"


def counted(text: str, *, bounded: bool) -> dict[tuple[str, str], list[Progress]]:
    """What a listener is told of the work on a specification."""
    model = load(Source("a.alloc", text)).models[0]
    found: dict[tuple[str, str], list[Progress]] = {}

    def heard(progress: Progress) -> None:
        found.setdefault((progress.engine, progress.what), []).append(progress)

    names = tuple(item.name for item in model.properties)
    if bounded:
        settle_properties(model, names, asked(model, {}), Strategy(), standard(), Deadline(), heard)
    else:
        prove_every_size(model, names, Limits(), heard)
    return found


def test_a_proof_at_every_size_says_how_much_of_how_much_is_done() -> None:
    found = counted((ROOT / PER_OBJECT).read_text(), bounded=False)
    for part in ("explore", "search", "prove"):
        told = [item for item in found["for-all", part] if item.of is not None]
        assert told, part
        assert all(0 <= item.number <= (item.of or 0) for item in told), part
    assert [item.number for item in found["for-all", "explore"][1:]] == list(
        range(1, (found["for-all", "explore"][1].of or 0) + 1)
    )
    assert any("candidates needed" in item.more for item in found["for-all", "search"])
    known = {*WORDS, *STAGES}
    assert set(found) <= known, "each has its words"


def test_small_sizes_are_counted_and_then_done_with() -> None:
    sizes = counted((ROOT / PER_OBJECT).read_text(), bounded=True)["walk", "sizes"]
    assert sizes[-1].number == 0
    assert [item.number for item in sizes[:-1]] == list(range(1, len(sizes)))
    assert all(item.number <= (item.of or 0) for item in sizes[:-1])


def test_every_engine_has_its_words() -> None:
    assert {engine for engine, _ in WORDS} == {*ENGINES, "for-all"} - {"reduce"}  # explores


def test_quiet_is_quiet() -> None:
    stream = io.StringIO()
    with Lines(stream, lambda: 1e9, interval=math.inf) as display:
        display(Progress("bmc", "depth", 12))
    assert stream.getvalue() == ""


ROWS = tuple((f"property{number}", (Cell("proved", Style.GOOD),)) for number in range(30))


def shown(width: int, height: int, rows: int) -> list[str]:
    """What is on a terminal of that size, with a table of so many rows."""
    display = Terminal(Screen(), lambda: 7.0, 60.0, colour=False)
    display.about("demo main")
    display(Progress("explore", "states", 5000))
    display.tally("3 of 30 verdicts known, 1 final")
    display.table([Line("demo (a.alloc)"), Line(), Table(("main",), ROWS[:rows])])
    lines = display.shown(Console(width=width, height=height)).plain.split("\n")
    assert all(len(line) < width for line in lines)
    assert len(lines) < height
    return lines


def test_the_table_stands_above_what_is_being_done() -> None:
    lines = shown(80, 24, 2)
    assert lines[:6] == [
        "demo (a.alloc)",
        "",
        "             main",
        "  property0  proved",
        "  property1  proved",
        "",
    ]
    assert lines[6] == "  demo main: visiting states, 5000 so far"
    assert lines[7].startswith("  3 of 30 verdicts known, 1 final; 0 s of at most 60 s; ")


def test_what_does_not_fit_on_a_small_terminal_is_counted() -> None:
    lines = shown(40, 12, 30)
    assert re.fullmatch(r"  \.\.\. \d+ more lines", lines[-6])
    assert "  demo main: visiting states, 5000 so" in lines
    assert "far" in "\n".join(lines)


def test_a_terminal_is_as_it_was_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Screen()
    with Terminal(stream, lambda: 0.0, colour=False) as display:
        display.about("a main")
    written = stream.getvalue()
    assert "\x1b[2K" in written  # wiped
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")  # the cursor is back


# --- the program on a terminal -------------------------------------------------------------


def on_a_terminal(
    *arguments: str, until: Callable[[str], bool] = lambda _: False
) -> tuple[str, bytes]:
    """What the program writes to a terminal, which is its standard error, and to standard output,
    which is none.

    Args:
        until: looks at what was written so far; whether the program may be interrupted.
    """
    leader, follower = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "40"}
    with subprocess.Popen(
        [sys.executable, "-m", "verifier", *arguments],
        stdout=subprocess.PIPE,
        stderr=follower,
        cwd=ROOT,
        env=environment,
    ) as running:
        os.close(follower)
        written = b""
        while running.poll() is None or select.select([leader], [], [], 0)[0]:
            if select.select([leader], [], [], 0.1)[0]:
                try:
                    written += os.read(leader, 65536)
                except OSError:  # nobody writes to it any more
                    break
            if running.poll() is None and until(written.decode()):
                running.send_signal(2)
                break
        out = running.communicate(timeout=60)[0] or b""
    os.close(leader)
    return written.decode(), out


def test_the_table_fills_while_the_work_goes_on() -> None:
    arguments = ["verify", "spec/free_path.alloc", "--variant", "unpatched"]
    written, out = on_a_terminal(
        *arguments, until=lambda text: "violated 14" in text and "..." in text
    )
    assert "isolation" in written
    assert re.search(r"of 14 verdicts known, \d+ final; \d+ s \(at most", written)
    assert b"\x1b" not in out


def test_nothing_of_that_is_shown_where_it_is_not_wanted() -> None:
    assert on_a_terminal("verify", LOST, "--bounded", "--quiet")[0] == ""
    said = subprocess.run(
        [sys.executable, "-m", "verifier", "verify", LOST, "--bounded"],
        capture_output=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert said.stderr == b""
    assert b"\x1b" not in said.stdout
