"""Ends work that does not look at the clock: at the time limit, or after a signal.

Engines ask `Deadline.expired` often, and stop in good order. What does not ask (the front end, a
regular expression, a number of a million digits, formulas that are built) runs inside `within`: a
timer looks ten times a second, and soon after the time is up an exception ends that work only.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import ParamSpec, TypeVar

from verifier.protocol.deadline import Deadline
from verifier.protocol.signals import GONE, PENDING, SIGNALS, end

TICK = 0.1
"""Seconds between two looks at the clock."""

IMPORTING = "<frozen importlib"
"""Code of the interpreter that imports modules."""

GRACE = 0.3
"""Seconds that work has after its time to stop by itself."""

Result = TypeVar("Result")
Parameters = ParamSpec("Parameters")


class Overdue(BaseException):
    """The time of a piece of work is up, and it did not stop by itself. What it was about to change
    may be half done: whoever catches this uses none of it again."""


_REGIONS: list[Deadline] = []
"""What is at work, the innermost last."""

_UNDISTURBED: set[CodeType] = set()
"""Functions that end in good order or not at all."""


def within(stop: Deadline, work: Callable[[], Result]) -> Result:
    """Does a piece of work, but not for much longer than it may take.

    Raises:
        Overdue: it did not stop by itself.
    """
    depth = len(_REGIONS)
    try:
        _REGIONS.append(stop)
        return work()
    finally:
        del _REGIONS[depth:]


def undisturbed(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Decorates a function that must not be left in the middle. It asks `is_overdue` itself."""
    _UNDISTURBED.add(function.__code__)
    return function


def is_overdue() -> bool:
    """Whether what is at work should have ended by now."""
    return any(stop.overdue(GRACE) for stop in _REGIONS)


@contextmanager
def interrupts(stop: Deadline) -> Iterator[None]:
    """The first signal asks everything to stop and report; the second means it. Meanwhile the clock
    is looked at.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        if stop.interrupted:
            _end_children()
            end(number, frame)
        stop.interrupt(number)

    def lost() -> None:
        stop.interrupt(signal.SIGPIPE)  # nobody reads what is printed

    if PENDING:
        stop.interrupt(PENDING[0])
    minded = [item for item in SIGNALS if signal.getsignal(item) is not signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in minded}
    GONE.append(lost)
    with ticking():
        try:
            yield
        finally:
            GONE.remove(lost)
            for number, handler in before.items():
                signal.signal(number, handler)


def _end_children() -> None:
    """Ends the processes of a pool: they wait for more, whoever is gone. Others notice."""
    from multiprocessing import active_children

    for child in active_children():
        child.kill()


@contextmanager
def ticking() -> Iterator[None]:
    """Looks at the clock."""
    before, hook = signal.getsignal(signal.SIGALRM), sys.unraisablehook
    tick()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
        if sys.unraisablehook is not _unraisable:
            sys.unraisablehook = hook


def tick() -> None:
    """Looks at the clock from now on."""
    signal.signal(signal.SIGALRM, _look)
    signal.setitimer(signal.ITIMER_REAL, TICK, TICK)


def _look(number: int, frame: FrameType | None) -> None:
    del number
    if is_overdue() and not _stands_in_the_middle(frame):
        sys.unraisablehook = _unraisable  # for good: what is half made goes when it goes
        raise Overdue


def _stands_in_the_middle(frame: FrameType | None) -> bool:
    """Whether this is no place to leave: where an exception would be lost, or would break what is
    used again. The next look comes soon."""
    if frame is not None and frame.f_code is within.__code__:
        return True
    while frame is not None:
        code = frame.f_code
        if (
            code in _UNDISTURBED
            or code.co_name == "__del__"
            or code.co_filename.startswith(IMPORTING)
        ):
            return True
        frame = frame.f_back
    return False


def _unraisable(given: sys.UnraisableHookArgs) -> None:
    """Says nothing of an object that was left half made, and cannot be taken apart."""
    del given
