"""`buddyproof recheck`: the same as `python -m proofs recheck`, with progress."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable
from functools import partial

import click

from frontend.rendering import escaped
from proofs.recheck.command import run as recheck
from proofs.recheck.document import Outcome
from verifier.alarm import Overdue, interrupts, within
from verifier.exhaustion import exhausted, sentence
from verifier.exits import Exit, of_signal
from verifier.progress import INTERVAL, Lines
from verifier.stop import Stop


def run(
    files: tuple[str, ...],
    solvers: tuple[str, ...],
    timeout: float | None,
    layout: str,
    *,
    quiet: bool,
    specification: str | None = None,
) -> int:
    """Rechecks logs; returns the exit status.

    Args:
        files: paths of logs, and of the folders of bundles.
        solvers: that must confirm; without any, those meant for the job.
        timeout: seconds; what is not confirmed by then is not.
        layout: "text" or "json".
        quiet: whether only what is wrong is said, and the verdict on each file.
        specification: path of what the logs should be about.
    """
    shown = sys.stderr.isatty() and not quiet
    lines = Lines(sys.stderr, time.monotonic, interval=math.inf if quiet or shown else INTERVAL)

    def progress(text: str) -> None:
        lines.about(text)
        if shown:
            click.echo(f"\r\x1b[K{escaped(text[:78])}", nl=False, err=True)

    def write(text: str) -> None:
        if shown:
            click.echo("\r\x1b[K", nl=False, err=True)
        click.echo(text, nl=False)

    stop = Stop.commanded(timeout)
    with interrupts(stop):
        status = recheck(
            files,
            solvers,
            write,
            progress,
            stop.expired,
            layout=layout,
            quiet=quiet,
            guard=partial(_guarded, stop),
            specification=specification,
            until=time.monotonic() + stop.remaining(),
        )
    return of_signal(stop.number) or status


def _guarded(stop: Stop, path: str, work: Callable[[], Outcome]) -> Outcome:
    """What a file does to the program is said of it, and of no other file."""
    try:
        return within(stop, work)
    except Overdue:
        problem = f"not rechecked to its end: {stop.reason()}"
        return Outcome(path, Exit.INCONCLUSIVE, problem)
    except Exception as error:
        if reason := exhausted(error):
            return Outcome(path, Exit.INCONCLUSIVE, f"not rechecked to its end: {reason}")
        if os.environ.get("BUDDYPROOF_DEBUG"):
            raise
        problem = f"internal error: {escaped(sentence(error))}, please report"
        return Outcome(path, Exit.INTERNAL, problem)
