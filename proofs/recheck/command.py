"""The command `recheck`, for both programs that have it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from proofs.log.document import LARGEST
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
) -> int:
    """Rechecks logs and says what was found; returns the exit status.

    Args:
        files: paths.
        solvers: that must confirm each obligation; without any, those meant for the job.
        write: takes the text.
        progress: told what is being done.
        cancelled: whether to stop.
    """
    solvers = tuple(dict.fromkeys(solvers))
    unknown = [name for name in solvers if name not in available()]
    if unknown:
        name = ascii_only(unknown[0])
        write(f"there is no solver {name}; there are: {', '.join(available())}\n")
        return WRONG_INPUT
    statuses = [_one(path, solvers, write, progress, cancelled) for path in files]
    return next(status for status in ORDER if status in statuses)


def _one(
    path: str,
    solvers: tuple[str, ...],
    write: Callable[[str], object],
    progress: Callable[[str], None],
    cancelled: Callable[[], bool],
) -> int:
    name = ascii_only(path)
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST + 1).decode("ascii")
    except UnicodeDecodeError:
        write(f"{name}: not a proof log: these are plain ASCII\n")
        return REFUSED
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        write(f"{name}: {reason or error}\n")
        return WRONG_INPUT
    options = Options(solvers=solvers, progress=progress, cancelled=cancelled)
    report = recheck(content, options)
    write("".join(f"{line}\n" for line in lines(name, report)))
    return report.status
