"""Standard output that may be closed, full, or read by nobody."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import signal
import stat
import sys
from contextlib import suppress
from typing import TextIO, cast

from verifier.protocol.signals import GONE, complain


class Output(io.RawIOBase):
    """Standard output that never raises: what cannot be written goes to standard error, once that
    is said; what nobody reads any more goes nowhere.

    Args:
        number: of the file descriptor.
    """

    WRONG_INPUT = 2
    NOT_WRITTEN = 74
    GONE = 128 + signal.SIGPIPE
    """Statuses of `verifier.protocol.exits`, which is not imported yet."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._problem = ""
        self._gone = False

    def text(self, like: TextIO) -> io.TextIOWrapper:
        """The stream that text is printed on, with the encoding of another."""
        buffer = io.BufferedWriter(cast("io.RawIOBase", self))
        encoding, errors = like.encoding, like.errors
        return io.TextIOWrapper(buffer, encoding, errors, line_buffering=self.isatty())

    def status(self, status: int) -> int:
        """The exit status, in place of another, once all was printed."""
        sys.stdout.flush()
        with suppress(OSError, ValueError):  # nobody can be told
            sys.stderr.flush()
        if self._gone:
            return max(status, self.GONE) if status >= self.NOT_WRITTEN else self.GONE
        return max(status, self.NOT_WRITTEN) if self._problem else status

    def write(self, data: bytes | bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Takes all of it."""
        rest = memoryview(data).cast("B")
        while rest and not self._problem:
            try:
                rest = rest[os.write(self._number, rest) :]
            except BlockingIOError:
                os.set_blocking(self._number, True)
            except OSError as error:
                self._problem = error.strerror or str(error)
                self._gone = isinstance(error, BrokenPipeError)
                if self._gone:
                    for act in GONE:
                        act()
                else:
                    complain(f"standard output cannot be written: {self._problem}; it follows here")
        if rest and not self._gone:
            with suppress(OSError):  # nobody can be told
                os.write(2, rest)
        return len(data)

    def writable(self) -> bool:
        """It is."""
        return True

    def fileno(self) -> int:
        """The number of the descriptor."""
        return self._number

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return os.isatty(self._number)


class Errors(io.RawIOBase):
    """Standard error: where it is full or nobody reads it, nobody can be told."""

    def write(self, data: bytes | bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Takes all of it."""
        with suppress(OSError):
            os.write(2, data)
        return len(data)

    def writable(self) -> bool:
        """It is."""
        return True

    def fileno(self) -> int:
        """The number of the descriptor."""
        return 2

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return os.isatty(2)


def occupy_streams(output: Output) -> None:
    """Lets no file that is opened later get the number of a standard stream that was closed, and
    puts standard output in its place. Ends the process where that is closed or full.
    """
    problem = ""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is this one
            problem = "is closed" if number == 1 else problem
    encoding = sys.stderr.encoding if sys.stderr is not None else "ascii"
    errors = io.BufferedWriter(cast("io.RawIOBase", Errors()))
    sys.stderr = io.TextIOWrapper(errors, encoding, "backslashreplace", line_buffering=True)
    problem = problem or _unwritable(output.fileno())
    if problem:
        complain(f"standard output {problem}; `> /dev/null` is for what nobody wants to read")
        os._exit(output.WRONG_INPUT)
    sys.stdout = output.text(sys.stdout)


def _unwritable(number: int) -> str:
    """Why nothing can be written to a descriptor, as far as can be told without writing."""
    if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
        return "cannot be written"
    try:
        os.write(number, b"")  # nothing, which a device that is full refuses, too
        space = os.fstatvfs(number)
    except OSError as error:
        return f"cannot be written: {error.strerror}"
    full = stat.S_ISREG(os.fstat(number).st_mode) and space.f_blocks and not space.f_bfree
    return f"cannot be written: {os.strerror(errno.ENOSPC)}" if full else ""
