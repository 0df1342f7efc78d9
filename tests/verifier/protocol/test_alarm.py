"""Work that does not look at the clock ends all the same, and nothing else does."""

from __future__ import annotations

import gc
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

import pytest

from verifier.bounded.smt import Outcome, Session, Stopped
from verifier.protocol.alarm import Overdue, interrupts, is_overdue, ticking, undisturbed, within
from verifier.protocol.deadline import Deadline
from verifier.protocol.exhaustion import exhausted
from verifier.protocol.task import Limits


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    minded = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
    before = [signal.getsignal(number) for number in minded]
    yield
    assert [signal.getsignal(number) for number in minded] == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def for_ever() -> None:
    while True:
        pass


def backtracking() -> None:
    re.match(r"(a*)*(a*)*(a*)*b", "a" * 5000)


def squaring() -> None:
    number = 3
    while True:
        number *= number


def sleeping() -> None:
    time.sleep(60)


def waiting() -> None:
    threading.Event().wait(60)


@pytest.mark.parametrize("work", [for_ever, backtracking, squaring, sleeping, waiting])
def test_work_that_never_looks_at_the_clock_ends_soon_after_its_time(
    work: Callable[[], None],
) -> None:
    started = time.monotonic()
    with ticking(), pytest.raises(Overdue):
        within(Deadline(0.2), work)
    assert time.monotonic() - started < 5


def test_what_comes_after_the_work_is_left_alone() -> None:
    with ticking():
        with pytest.raises(Overdue):
            within(Deadline(0.0), for_ever)
        time.sleep(0.5)
        assert within(Deadline(60.0), lambda: 7) == 7
        assert not is_overdue()


def test_an_inner_piece_of_work_may_end_and_the_outer_go_on() -> None:
    def outer() -> str:
        with pytest.raises(Overdue):
            within(Deadline(0.1), for_ever)
        time.sleep(0.5)
        return "done"

    with ticking():
        assert within(Deadline(60.0), outer) == "done"


def test_what_is_whole_is_not_left_in_the_middle() -> None:
    done = []

    @undisturbed
    def careful() -> None:
        time.sleep(1.0)
        done.append(is_overdue())

    with ticking(), suppress(Overdue):  # right behind it
        within(Deadline(0.1), careful)
    assert done == [True]


def test_an_exception_that_a_finalizer_would_swallow_is_not_lost(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Slow:
        def __del__(self) -> None:
            end = time.monotonic() + 0.25
            while time.monotonic() < end:
                pass

    def work() -> None:
        while True:
            Slow()
            time.sleep(0.25)

    with ticking(), pytest.raises(Overdue):
        within(Deadline(0.1), work)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_work_and_says_which_it_was(number: signal.Signals) -> None:
    stop = Deadline()
    threading.Timer(0.2, lambda: os.kill(os.getpid(), number)).start()
    with interrupts(stop), pytest.raises(Overdue):
        within(stop, for_ever)
    assert (stop.number, stop.reason()) == (number, "interrupted")


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        stop = Deadline()
        with interrupts(stop):
            os.kill(os.getpid(), signal.SIGHUP)
            time.sleep(0.2)
        assert not stop.interrupted
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_query_ends_with_the_time_and_its_context_can_be_freed() -> None:
    import z3

    def hard() -> Outcome:
        session = Session(0, Limits())  # which never expires
        solver = session.solver(whole=True)
        x, y, z = (z3.Int(name, session.context) for name in "xyz")
        cubes = x * x * x + y * y * y == z * z * z
        solver.add([number >= z3.IntVal(3, session.context) for number in (x, y, z)])
        solver.add([cubes])
        return solver.check()

    started = time.monotonic()
    with ticking(), pytest.raises((Overdue, Stopped)):
        within(Deadline(0.5), hard)
    assert time.monotonic() - started < 10


def test_a_solver_that_minds_no_interrupt_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    import z3

    asked, go_on = threading.Event(), threading.Event()

    def stubborn(_solver: z3.Solver, _assumptions: Sequence[z3.BoolRef]) -> z3.CheckSatResult:
        asked.set()
        go_on.wait(60)
        return z3.unknown

    monkeypatch.setattr("verifier.bounded.smt._checked", stubborn)
    session = Session(0, Limits())
    solver = session.solver(whole=True)
    with ticking(), pytest.raises(Overdue):
        within(Deadline(0.1), solver.check)
    assert asked.is_set()
    assert not session.usable
    assert gc.isenabled()
    asked.clear()
    expired = Session(0, Limits(expired=asked.is_set)).solver(whole=True)
    with pytest.raises(Overdue):  # and not with the `Stopped` after which an engine goes on
        within(Deadline(0.1), expired.check)
    del solver  # while it is at work: nothing of it may be freed
    gc.collect()
    go_on.set()
    monkeypatch.undo()
    assert Session(0, Limits()).solver(whole=True).check() is Outcome.SAT


def test_errors_of_the_machine_are_told_from_those_of_the_program() -> None:
    assert exhausted(MemoryError()) == "no memory is left"
    assert exhausted(OSError(12, "Cannot allocate memory")) == "no memory is left"
    assert exhausted(RuntimeError("can't start new thread")) == "no memory is left"
    assert exhausted(RecursionError())
    assert not exhausted(OSError(2, "No such file or directory"))
    assert not exhausted(ZeroDivisionError())


# --- parts of the time ---------------------------------------------------------------------


def test_a_limit_of_the_programs_own_is_named_in_place_of_the_users() -> None:
    now = 0.0
    stop = Deadline(None, lambda: now)
    part = stop.at_most(60.0, "a minute is over", patience=1.0)
    assert (part.is_own, stop.is_own) == (True, False)
    now = 61.0
    assert part.expired()
    assert not stop.expired()
    assert part.part(0.5).reason() == "a minute is over"


def test_a_limit_of_the_programs_own_is_one_of_its_own_time() -> None:
    now = 0.0
    part = Deadline(None, lambda: now).at_most(0.2, "that was long")
    now = 0.9
    assert not part.expired()  # others were at work
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass
    assert (part.expired(), part.overdue(0.05), part.remaining()) == (True, True, 0.0)
    assert part.part(0.5).expired()


def test_the_users_limit_is_the_reason_where_it_comes_first() -> None:
    now = 0.0
    stop = Deadline(5.0, lambda: now)
    part = stop.at_most(60.0, "a minute is over")
    now = 6.0
    assert (part.is_own, part.reason()) == (False, "time limit of 5 s")


def test_work_is_overdue_a_moment_after_its_time_or_a_fiftieth_of_a_long_one() -> None:
    now = 0.0
    short, long = Deadline(1.0, lambda: now), Deadline(1000.0, lambda: now)
    now = 1.1
    assert not short.overdue(0.3)
    now = 1.4
    assert short.overdue(0.3)
    now = 1015.0
    assert not long.overdue(0.3)
    now = 1025.0
    assert long.overdue(0.3)


def test_work_that_has_ended_for_a_reason_says_so() -> None:
    stop = Deadline().ended("no memory is left")
    assert (stop.expired(), stop.reason()) == (True, "no memory is left")


def test_a_part_of_a_time_that_is_up_has_no_grace_of_its_own() -> None:
    now = 0.0
    stop = Deadline(10.0, lambda: now)
    now = 10.2
    assert not stop.overdue(0.3)
    assert not stop.part(0.5).overdue(0.3)
    now = 10.4
    assert stop.part(0.5).part(1.0).at_most(5.0, "why").overdue(0.3)
    assert stop.part(0.0).overdue(0.3)
    assert not stop.ended("in good order").overdue(0.3)
