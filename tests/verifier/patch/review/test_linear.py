"""No pattern backtracks without limit: lines of 100 kB that are made to make one do so are read."""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
from collections.abc import Callable, Iterator
from types import FrameType, ModuleType

import pytest

import frontend
import proofs
import verifier.patch.review
from tests.support.verifier.reviewing import review_of
from verifier.patch.review.records import NoPatch

LENGTH = 100_000
SECONDS = 10
"""Of processor time; what is linear takes milliseconds, what is quadratic minutes."""

PIECES = (
    *("a", "a ", "* ", "a*", "a *b ", "_", "1", "-", " ", "\t", "(", "f(a", "__a(", "a()"),
    *("[", "a[", "[a]", "/*", "/**/", "//", "#", "\\", '"', "'", "{", "{}", ";", ":", "!", "="),
    *("_H", "return ", "struct ", "defined ", "defined(", "__attribute__((", "> ", "| ", "-by"),
    *("@@ -1,1 ", "diff --git ", " b/", "From ", "=3D", "\x1b[1m", "[0;", "[-", "{+", "8< ", "~1"),
)
STARTS = ("", "int f(", "#if !defined")


class Slow(AssertionError):
    pass


@pytest.fixture
def limited() -> Iterator[None]:
    """Ends what takes long, also inside of a pattern."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise Slow

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


def hunk(line: str, heading: str = "int queue_put(int x)") -> str:
    head = "--- a/drivers/tiny/queue.c\n+++ b/drivers/tiny/queue.c\n"
    return f"{head}@@ -1,2 +1,2 @@ {heading}\n a\n-{line}\n+{line}\n"


def long(piece: str, start: str = "", end: str = "x!") -> str:
    return f"{start}{piece * (LENGTH // len(piece))}{end}"


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.usefixtures("limited")
def test_a_long_line_is_read_wherever_it_stands(piece: str) -> None:
    for start in STARTS:
        (item,) = review_of(hunk(long(piece, start))).hunks
        assert len(item.hunk.lines) == 3
    assert len(review_of(hunk("a", long(piece))).hunks) == 1
    assert len(review_of(hunk(long(piece, "\t", ";"), "struct queue {")).hunks) == 1


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.usefixtures("limited")
def test_a_long_line_around_a_hunk_is_passed_or_refused(piece: str) -> None:
    for start in ("", "Subject: ", "diff --git a/", "From a 2014 "):
        text = f"{long(piece, start)}\n\n{hunk('a')}"
        line, number = 0, 1
        try:
            number = len(review_of(text).hunks)
        except NoPatch as reason:
            line = reason.line
        assert (line, number) in ((0, 1), (1, 1))


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for item in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not item.name.endswith("__main__"):
            yield importlib.import_module(item.name)


def patterns() -> dict[str, re.Pattern[str]]:
    return {
        f"{module.__name__}.{name}": value
        for package in (frontend, proofs, verifier.patch.review)
        for module in modules(package)
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern) and isinstance(value.pattern, str)
    }


SEARCHED: dict[str, Callable[[re.Pattern[str], str], object]] = {
    "verifier.patch.review.csource._FIELD": lambda pattern, text: list(pattern.finditer(text)),
    "verifier.patch.review.foreign._WORDS": re.Pattern.search,
    "verifier.patch.review.names._DATED": re.Pattern.search,
    "verifier.patch.review.lines._CONTROL": lambda pattern, text: pattern.sub("?", text),
    "frontend.notation.reading._NUMBERED": lambda pattern, text: list(pattern.finditer(text)),
    "proofs.solvers.questions._TOKEN": lambda pattern, text: list(pattern.finditer(text)),
    "frontend.syntax.lexer._TOKEN": re.Pattern.search,
}
"""How patterns are used that are not matched at one place only."""


@pytest.mark.parametrize("name", sorted(patterns()))
@pytest.mark.usefixtures("limited")
def test_every_pattern_takes_linear_time(name: str) -> None:
    pattern = patterns()[name]
    use = SEARCHED.get(name, re.Pattern.match)
    for piece in PIECES:
        for start in ("",) if name in SEARCHED else ("", "return"):
            use(pattern, long(piece, start))


def test_every_pattern_that_is_searched_is_listed() -> None:
    assert set(SEARCHED) <= set(patterns())
