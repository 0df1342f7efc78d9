"""Shows how far the work is, on standard error: on a terminal a table that fills, and below it what
is being done; elsewhere a line a minute."""

from __future__ import annotations

import resource
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Protocol, Self, TextIO

from verifier.cli.screen import WIDEST, coloured, laid_out
from verifier.protocol.deadline import Clock
from verifier.protocol.task import SETTLED, Progress
from verifier.report.text_blocks import Block, Line, Style
from verifier.verify.followers import Watcher

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

INTERVAL = 60.0
"""Seconds between two lines where there is no terminal."""

PER_SECOND = 5
"""How often a terminal is looked after."""

WORDS = {
    ("explore", "states"): "visiting states, {number} so far",
    ("bmc", "depth"): "looking at runs of {number} steps",
    ("kinduction", "depth"): "induction over {number} steps",
    ("ic3", "frame"): "building an invariant, frame {number}",
    ("kinduction", "guesses"): "which of {all} guesses hold together, round {done}",
    ("ic3", "guesses"): "which of {all} guesses hold together, round {done}",
    ("for-all", "explore"): "exploring small sizes for lemmas, {done} of at most {all}",
    ("for-all", "search"): "looking for lemmas, {done} of {all} proof obligations so far settled",
    ("for-all", "strengthen"): "looking for more lemmas, {done} of at most {all} attempts",
    ("for-all", "minimise"): "doing without lemmas, {done} of {all} tried",
    ("for-all", "prove"): "proving each single step, {done} of {all} proof obligations so far "
    "settled",
}
"""Engine and what it counts -> what that means."""

STAGES = {("walk", "sizes"): "small size {done} of at most {all}"}
"""Who takes many turns with an engine -> how far that is."""


class Display(Watcher, Protocol):
    """Something that shows progress while it is entered."""

    def tally(self, text: str) -> None:
        """How much of how much is done."""

    def table(self, blocks: Sequence[Block]) -> None:
        """What is known by now."""

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
        limit: seconds that the work may take; None is no limit.
        interval: seconds between two lines; infinity for none at all.
        usual: what the limit is where that is none, in words.
    """

    def __init__(
        self,
        stream: TextIO,
        clock: Clock,
        limit: float | None = None,
        interval: float = INTERVAL,
        usual: str = "",
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._interval = interval
        self._last = clock()
        self._sentence = Sentence(clock, limit, usual)

    def about(self, subject: str) -> None:
        """What is being verified from here on."""
        self._sentence.about(subject)
        self._write()

    def __call__(self, progress: Progress) -> None:
        """Writes a line when it is time for one."""
        self._sentence.note(progress)
        self._write()

    def tally(self, text: str) -> None:
        """How much of how much is done."""
        self._sentence.tally = text

    def table(self, blocks: Sequence[Block]) -> None:
        """Nobody is there to watch it."""

    def _write(self) -> None:
        if self._clock() - self._last >= self._interval:
            self._last = self._clock()
            self._stream.write(f"{'; '.join(self._sentence.parts())}\n")
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
    """The table and a few words below it, rewritten in place by rich while the work goes on.

    Args:
        stream: the terminal.
        clock: what tells the time.
        limit: seconds that the work may take; None is no limit.
        usual: what the limit is where that is none, in words.
        colour: whether there may be colour.
    """

    def __init__(
        self,
        stream: TextIO,
        clock: Clock,
        limit: float | None = None,
        usual: str = "",
        *,
        colour: bool,
    ) -> None:
        self._stream = stream
        self._colour = colour
        self._sentence = Sentence(clock, limit, usual)
        self._blocks: Sequence[Block] = ()
        self._live: Live | None = None

    def about(self, subject: str) -> None:
        """What is being verified from here on."""
        self._sentence.about(subject)

    def __call__(self, progress: Progress) -> None:
        """How far an engine is."""
        self._sentence.note(progress)

    def tally(self, text: str) -> None:
        """How much of how much is done."""
        self._sentence.tally = text

    def table(self, blocks: Sequence[Block]) -> None:
        """What is known by now."""
        self._blocks = blocks

    def __enter__(self) -> Self:
        """Starts to show."""
        from rich.console import Console
        from rich.live import Live

        # Without a width of its own: it changes with the window.
        system: Literal["standard"] | None = "standard" if self._colour else None
        screen = Console(
            file=self._stream,
            color_system=system,
            no_color=not self._colour,
            highlight=False,
        )
        self._live = Live(
            console=screen,
            get_renderable=lambda: self.shown(screen),
            refresh_per_second=PER_SECOND,
            redirect_stdout=False,  # what a program reads there is not for the terminal
            transient=True,
        )
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wipes all of it."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def shown(self, screen: Console) -> Text:
        """As much as the terminal has lines for; rich asks for it again and again."""
        from rich.text import Text

        width, height = min(screen.width, WIDEST) - 1, screen.height - 1
        head, *rest = self._sentence.parts()
        words = (Line(head, Style.DIM, 2), Line("; ".join(rest), Style.DIM, 2))
        below = [coloured(pieces) for pieces in laid_out(words, width)]
        above = [coloured(pieces) for pieces in laid_out(self._blocks, width)]
        if above and len(above) + 1 + len(below) > height:
            kept = max(0, height - len(below) - 2)
            above[kept:] = [Text(f"  ... {len(above) - kept} more lines")]
        return Text("\n").join([*above, *([Text()] if above else []), *below])


class Sentence:
    """Puts the last news together: `free_path v3: visiting states, 18000 so far`, `4 of 30
    verdicts`, `12 s of at most 60 s`, `120 MB`.

    Args:
        clock: what tells the time; the work begins now.
        limit: seconds that it may take; None is no limit.
        usual: what the limit is where that is none, in words.
    """

    def __init__(self, clock: Clock, limit: float | None, usual: str = "") -> None:
        self._clock = clock
        self._start = clock()
        self._limit = f" ({usual})" if usual else ""
        if limit is not None:
            self._limit = f" of at most {_duration(limit)}"
        self._subject = ""
        self._stage = ""
        self._engine = ""
        self.tally = ""

    def about(self, subject: str) -> None:
        """What is being verified from here on."""
        self._subject, self._stage, self._engine = subject, "", ""

    def note(self, progress: Progress) -> None:
        """Takes one piece of news."""
        of = "" if progress.of is None else f" of at most {progress.of}"
        key = progress.engine, progress.what
        stage, known = STAGES.get(key), WORDS.get(key)
        numbers = {"number": f"{progress.number}{of}", "done": progress.number, "all": progress.of}
        if stage is not None:
            self._stage = stage.format(**numbers) if progress.number else ""
        elif known is not None and progress.of is None and "{all}" in known:
            self._engine = known.partition(",")[0]  # it begins
        elif known is not None:
            more = f"; {progress.more}" if progress.more else ""
            self._engine = f"{known.format(**numbers)}{more}"
        elif progress.what != SETTLED:
            self._engine = f"{progress.engine}, {progress.number}{of} {progress.what}"

    def parts(self) -> Iterable[str]:
        """What it is at, then how much is done, the time, the memory."""
        doing = (self._subject or "starting", self._stage, self._engine)
        yield ": ".join(filter(None, doing))
        if self.tally:
            yield self.tally
        yield f"{_duration(int(self._clock() - self._start))}{self._limit}"
        yield f"{_megabytes()} MB"


def _duration(seconds: float) -> str:
    """`0.5 s`, `90 s`, `12 min 5 s`."""
    if seconds < 120:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def _megabytes() -> int:
    """The most memory this process has had; the kernel counts in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
