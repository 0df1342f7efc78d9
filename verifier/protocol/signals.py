"""What happens to a signal while nobody is there to act on it."""

from __future__ import annotations

import os
import signal

TYPE_CHECKING = False  # that of `typing` takes longer to import than all that is done here
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What a user, a batch system and a terminal that is closed send."""

PENDING: list[int] = []
"""The signal that came while nobody was there to act on it
(`verifier.protocol.alarm.interrupts`)."""


BEGUN: list[float] = []
"""When the program began, as `time.monotonic` counts; empty where a command is but called."""


GONE: list[Callable[[], None]] = []
"""What to do when nobody reads standard output any more. A signal would tell of any pipe."""


def mind_signals() -> None:
    """Takes note of signals; what is ignored (`nohup`, a job in the background) stays so."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, note)


def note(number: int, frame: FrameType | None) -> None:
    """The first is for whoever asks next, or for the end; the second is the end."""
    if PENDING:
        end(number, frame)
    PENDING.append(number)


def end(number: int, frame: FrameType | None) -> NoReturn:
    """Ends the process at once, with the status that a shell gives a signal."""
    del frame
    complain("interrupted")
    os._exit(128 + number)


def complain(text: str) -> None:
    """Says something on standard error, if anybody can be told."""
    try:
        os.write(2, f"{text}\n".encode())
    except OSError:
        return
