"""The command `recheck`, for both programs that have it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
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
ORDER = (70, 2, 4, 3, 0)
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
) -> int:
    """Rechecks logs and says what was found; returns the exit status.

    Args:
        files: paths.
        solvers: that must confirm each obligation; without any, those meant for the job.
        write: takes the text.
        progress: told what is being done.
        cancelled: whether to stop.
        layout: "text", file by file, or "json", one document at the end.
        quiet: whether only what is wrong with a file is said, and the verdict on it.
    """
    solvers = tuple(dict.fromkeys(solvers))
    unknown = [name for name in solvers if name not in available()]
    if unknown:
        name = ascii_only(unknown[0])
        write(f"there is no solver {name}; there are: {', '.join(available())}\n")
        return WRONG_INPUT
    found: list[Outcome] = []
    for path in files:
        outcome = _one(path, solvers, progress, cancelled)
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


def _one(
    path: str,
    solvers: tuple[str, ...],
    progress: Callable[[str], None],
    cancelled: Callable[[], bool],
) -> Outcome:
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST + 1).decode("ascii")
    except UnicodeDecodeError:
        return Outcome(path, REFUSED, "not a proof log: these are plain ASCII")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        return Outcome(path, WRONG_INPUT, reason or str(error))
    options = Options(solvers=solvers, progress=progress, cancelled=cancelled)
    report = recheck(content, options)
    return Outcome(path, report.status, "", report)
