"""`buddyproof recheck`: the same as `python -m proofs recheck`, with progress."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable
from functools import partial

import click

from frontend.source.rendering import escaped
from proofs.recheck.command import run as recheck
from proofs.recheck.document import Outcome
from verifier.cli.completion import solvers as solvers_known
from verifier.cli.limit_options import timeout_option
from verifier.cli.options import format_option, quiet_option
from verifier.cli.progress import INTERVAL, Lines
from verifier.protocol.alarm import Overdue, interrupts, within
from verifier.protocol.deadline import Deadline
from verifier.protocol.exhaustion import exhausted, sentence
from verifier.protocol.exits import Exit, of_signal


@click.command("recheck")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--solver",
    "solvers",
    multiple=True,
    metavar="NAME",
    help="Ask this solver (repeatable); without it, z3 with cvc5, or with Bitwuzla at bounds.",
    shell_complete=solvers_known,
)
@click.option(
    "--spec",
    "specification",
    metavar="SPEC",
    type=click.Path(),
    help="Say whether the logs are about this text, to the byte.",
)
@timeout_option("Stop after so long, as in 90s, 5m, 1h; what was not confirmed by then is not.")
@format_option("How the findings are written.")
@quiet_option("Only what is wrong with a log, and the verdict on it.")
def command(
    files: tuple[str, ...],
    solvers: tuple[str, ...],
    specification: str | None,
    timeout: float | None,
    layout: str,
    quiet: bool,
) -> int:
    """Read proof logs, rebuild everything from the specification inside them, replay each run, have
    solvers discharge each obligation again, and say what was verified and what was taken on trust.
    A FILE that is a folder is a bundle: it is checked, and made anew from its log and compared; -
    is a log on standard input.
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

    stop = Deadline.commanded(timeout)
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


def _guarded(stop: Deadline, path: str, work: Callable[[], Outcome]) -> Outcome:
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
