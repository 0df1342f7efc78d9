"""The command `recheck`, for both programs that have it."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from proofs.log.document import LARGEST
from proofs.recheck.document import Outcome, document
from proofs.recheck.text import lines
from proofs.recheck.values import Options, never, silent
from proofs.recheck.whole import recheck
from proofs.render_names import ascii_only
from proofs.solvers import available

WRONG_INPUT = 2
REFUSED = 4
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
    timeout: float | None = None,
) -> int:
    """Rechecks logs and says what was found; returns the exit status.

    Args:
        files: paths of logs, and of the folders of bundles.
        solvers: that must confirm each obligation; without any, those meant for the job.
        write: takes the text.
        progress: told what is being done.
        cancelled: whether to stop.
        layout: "text", file by file, or "json", one document at the end.
        quiet: whether only what is wrong with a file is said, and the verdict on it.
        guard: does the work on one file, and says what came of it where it has no end.
        specification: path of what the logs should be about, to the byte.
        timeout: seconds for all of them; what could not be looked at is not confirmed.
    """
    solvers = tuple(dict.fromkeys(solvers))
    unknown = [name for name in solvers if name not in available()]
    if unknown:
        name = ascii_only(unknown[0])
        write(f"there is no solver {name}; there are: {', '.join(available())}\n")
        return WRONG_INPUT
    given: tuple[str, bytes] | None = None
    if specification is not None:
        content, problem = _content(specification)
        if problem:
            write(f"{ascii_only(specification)}: {problem}\n")
            return WRONG_INPUT
        given = specification, content
    until = math.inf if timeout is None else time.monotonic() + timeout
    options = Options(
        solvers=solvers,
        progress=progress,
        cancelled=cancelled,
        until=until,
        specification=given,
    )
    found: list[Outcome] = []
    for path in files:
        work = partial(_one, path, options)
        outcome = work() if guard is None else guard(path, work)
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


def _content(path: str) -> tuple[bytes, str]:
    """What is in a file, and why it cannot be read, or ""."""
    try:
        with Path(path).open("rb") as file:
            return file.read(LARGEST + 1), ""
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        return b"", reason or str(error)


def _one(path: str, options: Options) -> Outcome:
    if Path(path).is_dir():
        if not os.path.lexists(Path(path, "manifest.json")):
            return Outcome(path, WRONG_INPUT, "a folder without manifest.json: this is no bundle")
        from proofs.recheck.bundle import recheck_bundle

        report = recheck_bundle(Path(path), options)
        return Outcome(path, report.status, "", report)
    content, problem = _content(path)
    if problem:
        return Outcome(path, WRONG_INPUT, problem)
    if not content.isascii():
        return Outcome(path, REFUSED, "not a proof log: these are plain ASCII")
    report = recheck(content.decode("ascii"), options)
    return Outcome(path, report.status, "", report)
