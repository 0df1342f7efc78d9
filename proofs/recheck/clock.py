"""Ends work that does not look at the clock: a log may hold a specification or a formula that
would keep the interpreter busy for ever."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

TICK = 0.1
"""Seconds between two looks at the clock."""

IMPORTING = "<frozen importlib"
"""Code of the interpreter that imports modules, and must not be left in the middle."""

Result = TypeVar("Result")


class OutOfTime(BaseException):
    """The time of a piece of work is up, or the memory. None of what it was about to change is used
    again."""


def within(until: float, work: Callable[[], Result]) -> Result:
    """Does a piece of work, but not for longer than it may take.

    Args:
        until: when its time is up, as `time.monotonic` counts; infinity for never.
        work: changes nothing that is used when it is left in the middle.

    Raises:
        OutOfTime: its time is up, or no memory is left.
    """
    if until <= time.monotonic():
        raise OutOfTime
    if until == float("inf") or threading.current_thread() is not threading.main_thread():
        try:
            return work()
        except MemoryError:
            raise OutOfTime from None

    def look(number: int, frame: FrameType | None) -> None:
        if time.monotonic() >= until and not _imports(frame):
            raise OutOfTime
        if callable(before):
            before(number, frame)

    before = signal.signal(signal.SIGALRM, look)
    timer = signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
    try:
        return work()
    except MemoryError:
        raise OutOfTime from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, before)


def _imports(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith(IMPORTING):
            return True
        frame = frame.f_back
    return False
