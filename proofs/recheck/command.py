"""The command `recheck`, for both programs that have it."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from proofs.log.document import LARGEST
from proofs.recheck.clock import OutOfTime, within
from proofs.recheck.document import Outcome, document
from proofs.recheck.findings import Options, never, silent
from proofs.recheck.text import lines
from proofs.recheck.whole_log import recheck
from proofs.render.names import ascii_only
from proofs.solvers.asking import SOLVERS, available

WRONG_INPUT = 2
INCONCLUSIVE = 3
REFUSED = 4
INTERNAL = 70
STDIN = "-"
STDIN_NAME = "<stdin>"
"""What standard input is called, as everywhere in this program."""

UNREAD = "the time was up before it was looked at to its end"
GRACE = 0.5
"""Seconds that the parts of a recheck have to end by themselves and tell what they found."""

Guard = Callable[[str, Callable[[], Outcome]], Outcome]

ORDER = (70, 2, 4, 3, 1, 0)
"""Exit statuses, the one that matters most first."""


def run(
    files: Sequence[str],
    solvers: tuple[str, ...],
    write: Callable[[str], object],
    progress: Callable[[str], None] = silent,
    cancelled: Callable[[], bool] = never,
    *,
    layout: str = "text",
    quiet: bool = False,
    guard: Guard | None = None,
    specification: str | None = None,
    until: float = math.inf,
) -> int:
    """Rechecks logs and says what was found; returns the exit status.

    Args:
        files: paths of logs, and of the folders of bundles; `-` is standard input.
        solvers: that must confirm each obligation; without any, those meant for the job.
        write: takes the text.
        progress: told what is being done.
        cancelled: whether to stop.
        layout: "text", file by file, or "json", one document at the end.
        quiet: whether only what is wrong with a file is said, and the verdict on it.
        guard: does the work on one file, and says what came of it where it has no end.
        specification: path of what the logs should be about, to the byte; `-` likewise.
        until: when the time for all of them is up, as `time.monotonic` counts; what could not be
            looked at is not confirmed.
    """
    solvers = tuple(dict.fromkeys(solvers))
    unknown = [name for name in solvers if name not in SOLVERS]
    if unknown:
        name = ascii_only(unknown[0])
        write(f"there is no solver {name}; there are: {', '.join(available())}\n")
        return WRONG_INPUT
    given: tuple[str, bytes] | None = None
    inputs = _Inputs(until)
    if specification == STDIN and STDIN in files:
        write("the logs and the specification cannot both be standard input\n")
        return WRONG_INPUT
    if specification is not None:
        try:
            content, problem = inputs.content(specification)
        except OutOfTime:
            write(f"{ascii_only(specification)}: {UNREAD}\n")
            return INCONCLUSIVE
        if problem:
            write(f"{ascii_only(specification)}: {problem}\n")
            return WRONG_INPUT
        given = _name(specification), content
    options = Options(
        solvers=solvers,
        progress=progress,
        cancelled=cancelled,
        until=until,
        specification=given,
    )
    found: list[Outcome] = []
    for path in files:
        work = partial(_one, path, options, inputs, layout)
        outcome = (guard or _guarded)(path, work)
        found.append(outcome)
        if layout == "text":
            write("".join(f"{line}\n" for line in _text(outcome, quiet=quiet)))
    status = next(status for status in ORDER if any(item.status == status for item in found))
    if layout == "json":
        write(json.dumps(document(found, status), indent=2, ensure_ascii=True) + "\n")
    return status


def _text(outcome: Outcome, *, quiet: bool) -> Iterator[str]:
    if outcome.report is None:
        yield f"{ascii_only(outcome.path)}: {outcome.problem}"
    else:
        yield from lines(ascii_only(outcome.path), outcome.report, quiet=quiet)


def _guarded(path: str, work: Callable[[], Outcome]) -> Outcome:
    """What a file does to the program is said of it, and of no other file."""
    try:
        return work()
    except RecursionError:
        return Outcome(_name(path), INCONCLUSIVE, "not rechecked to its end: it nests too deep")
    except Exception as error:
        if os.environ.get("BUDDYPROOF_DEBUG"):
            raise
        words = ascii_only(" ".join(f"{type(error).__name__}: {error}".split()))
        return Outcome(_name(path), INTERNAL, f"internal error: {words}, please report")


class _Inputs:
    """What is in files. Standard input is read once, and remembered.

    Args:
        until: when to stop, as `time.monotonic` counts: whoever writes it may never end.
    """

    def __init__(self, until: float) -> None:
        self._until = until
        self._stdin: bytes | None = None

    def content(self, path: str) -> tuple[bytes, str]:
        """What is in a file, and why it cannot be read, or "".

        Raises:
            OutOfTime: it did not come in time.
        """
        try:
            return within(self._until, partial(self._read, path)), ""
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            return b"", reason or str(error)

    def _read(self, path: str) -> bytes:
        if path != STDIN:
            with Path(path).open("rb") as file:
                return file.read(LARGEST + 1)
        if sys.stdin is None:
            raise ValueError("standard input is closed")
        if self._stdin is None:
            self._stdin = sys.stdin.buffer.read(LARGEST + 1)
        return self._stdin


def _name(path: str) -> str:
    """What a file is called."""
    return STDIN_NAME if path == STDIN else path


def _one(path: str, options: Options, inputs: _Inputs, layout: str) -> Outcome:
    try:
        found = within(options.until + GRACE, partial(_outcome, path, options, inputs))
    except OutOfTime:
        return Outcome(_name(path), INCONCLUSIVE, UNREAD)
    if layout == "json":  # what cannot be printed is an error of this file, not of all
        document([found], found.status)
    else:
        list(_text(found, quiet=False))
    return found


def _outcome(path: str, options: Options, inputs: _Inputs) -> Outcome:
    try:
        return _looked_at(path, options, inputs)
    except MemoryError:  # which the clock would take for the time
        return Outcome(_name(path), INCONCLUSIVE, "not rechecked to its end: no memory is left")


def _looked_at(path: str, options: Options, inputs: _Inputs) -> Outcome:
    if path != STDIN and Path(path).is_dir():
        if not os.path.lexists(Path(path, "manifest.json")):
            return Outcome(path, WRONG_INPUT, "a folder without manifest.json: this is no bundle")
        from proofs.recheck.bundle import recheck_bundle

        report = recheck_bundle(Path(path), options)
        return Outcome(path, report.status, "", report)
    name = _name(path)
    content, problem = inputs.content(path)
    if problem:
        return Outcome(name, WRONG_INPUT, problem)
    if not content.isascii():
        return Outcome(name, REFUSED, "not a proof log: these are plain ASCII")
    report = recheck(content.decode("ascii"), options)
    return Outcome(name, report.status, "", report)
