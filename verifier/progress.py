"""Shows how far the engines are, on standard error: a line rewritten in place on a terminal, or a
line a minute."""

from __future__ import annotations

import resource
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from verifier.stop import Clock
from verifier.task import Progress

if TYPE_CHECKING:
    from rich.status import Status

INTERVAL = 60.0
"""Seconds between two lines where there is no terminal."""

REFRESH = 0.1
"""Seconds between two looks of a line on a terminal."""


class Display(Protocol):
    """Something that shows progress while it is entered."""

    def about(self, subject: str) -> None:
        """What is being verified from here on."""

    def __call__(self, progress: Progress) -> None:
        """How far an engine is."""

    def __enter__(self) -> Self:
        """Starts to show."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leaves the screen as it was."""


class Lines:
    """A line a minute.

    Args:
        stream: where to.
        clock: what tells the time.
        interval: seconds between two lines; infinity for none at all.
    """

    def __init__(self, stream: TextIO, clock: Clock, interval: float = INTERVAL) -> None:
        self._stream = stream
        self._clock = clock
        self._interval = interval
        self._last = clock()
        self._sentence = Sentence()

    def about(self, subject: str) -> None:
        """What is being verified from here on."""
        self._sentence.subject = subject

    def __call__(self, progress: Progress) -> None:
        """Writes a line when it is time for one."""
        self._sentence.note(progress)
        if self._clock() - self._last >= self._interval:
            self._last = self._clock()
            self._stream.write(f"{self._sentence.text()}\n")
            self._stream.flush()

    def __enter__(self) -> Self:
        """Nothing to prepare."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to clean up."""


class Terminal:
    """One line, rewritten in place by rich.

    Args:
        stream: the terminal.
        clock: what tells the time.
    """

    def __init__(self, stream: TextIO, clock: Clock, *, colour: bool) -> None:
        self._stream = stream
        self._clock = clock
        self._colour = colour
        self._last = float("-inf")
        self._sentence = Sentence()
        self._status: Status | None = None

    def about(self, subject: str) -> None:
        """What is being verified from here on."""
        self._sentence.subject = subject

    def __call__(self, progress: Progress) -> None:
        """Rewrites the line, not more often than an eye can follow."""
        self._sentence.note(progress)
        if self._status is not None and self._clock() - self._last >= REFRESH:
            self._last = self._clock()
            self._status.update(self._sentence.text())

    def __enter__(self) -> Self:
        """Starts the line."""
        from rich.console import Console

        console = Console(file=self._stream, no_color=not self._colour, highlight=False)
        self._status = console.status("starting", spinner="line")
        self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wipes the line."""
        if self._status is not None:
            self._status.stop()
            self._status = None


class Sentence:
    """Puts the last news together: `free_path v3: explore, 18000 states; 4 settled; 120 MB`."""

    def __init__(self) -> None:
        self.subject = ""
        self._engine = ""
        self._settled = 0

    def note(self, progress: Progress) -> None:
        """Takes one piece of news."""
        if progress.what == "settled":
            self._settled = progress.number
        else:
            amount = f"{progress.number} {progress.what}"
            if progress.what in ("depth", "frame"):
                amount = f"{progress.what} {progress.number}"
            self._engine = f"{progress.engine}, {amount}; "

    def text(self) -> str:
        """The line."""
        return f"{self.subject}: {self._engine}{self._settled} settled; {_megabytes()} MB"


def _megabytes() -> int:
    """The most memory this process has had; the kernel counts in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
