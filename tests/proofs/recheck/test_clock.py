"""Work that does not look at the clock is ended, and nothing else is."""

from __future__ import annotations

import signal
import threading
import time
from math import inf

import pytest

from proofs.recheck.clock import OutOfTime, within


def for_ever() -> None:
    while True:
        try:
            sum(range(1000))
        except Exception as error:  # as libraries do
            raise AssertionError from error


def test_work_that_never_ends_is_ended() -> None:
    started = time.monotonic()
    with pytest.raises(OutOfTime):
        within(started + 0.3, for_ever)
    assert time.monotonic() - started < 30
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_work_that_ends_gives_its_result() -> None:
    assert within(time.monotonic() + 100, lambda: 3) == 3
    assert within(inf, lambda: 3) == 3
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_work_is_not_begun_when_its_time_is_up() -> None:
    with pytest.raises(OutOfTime):
        within(time.monotonic() - 1, lambda: pytest.fail("begun"))


def test_a_timer_that_ran_before_goes_on() -> None:
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _: rung.append(number))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)
        within(time.monotonic() + 100, lambda: time.sleep(0.5))
        assert rung  # it is told while the work goes on
        seen = len(rung)
        time.sleep(0.5)
        assert len(rung) > seen
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def test_an_inner_limit_leaves_the_outer_one_in_force() -> None:
    def outer() -> None:
        with pytest.raises(OutOfTime):
            within(time.monotonic() + 0.2, for_ever)
        for_ever()

    with pytest.raises(OutOfTime):
        within(time.monotonic() + 1.0, outer)


def test_in_another_thread_work_is_only_done() -> None:
    found: list[int] = []
    thread = threading.Thread(
        target=lambda: found.append(within(time.monotonic() + 100, lambda: 3))
    )
    thread.start()
    thread.join()
    assert found == [3]


def test_no_memory_is_no_time() -> None:
    def eats() -> None:
        raise MemoryError

    for until in (inf, time.monotonic() + 100):
        with pytest.raises(OutOfTime):
            within(until, eats)
