"""Has a process end when the one that started it is gone, whatever it is at: nobody would read its
answer, and a solver might run for ever.

A lifeline is a pipe on which nothing is ever written, so that its end is all that can happen to it.
On the pipe that requests come through the kernel may still signal a request that was read already.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal


class Lifeline:
    """The end of a lifeline that the caller keeps.

    Attributes:
        number: the file descriptor that the process gets (`pass_fds`, and as an argument).
    """

    def __init__(self) -> None:
        self.number, self._own = os.pipe()

    def given(self) -> None:
        """The process was started, or cannot be: it has what it needs."""
        os.close(self.number)

    def close(self) -> None:
        """Lets go: the process ends."""
        os.close(self._own)


def end_with(number: int) -> None:
    """From now on a signal ends this process when the caller is gone.

    Args:
        number: the file descriptor of a lifeline.
    """
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(number, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(number, fcntl.F_SETFL, fcntl.fcntl(number, fcntl.F_GETFL) | os.O_ASYNC)
    gone = select.poll()
    gone.register(number, 0)
    if gone.poll(0):  # it was before that
        signal.raise_signal(signal.SIGIO)
