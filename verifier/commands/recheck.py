"""`buddyproof recheck`: the same as `python -m proofs recheck`, with progress."""

from __future__ import annotations

import math
import sys
import time

import click

from proofs.recheck.command import run as recheck
from verifier.progress import INTERVAL, Lines


def run(files: tuple[str, ...], solvers: tuple[str, ...], layout: str, *, quiet: bool) -> int:
    """Rechecks logs; returns the exit status.

    Args:
        files: paths of logs.
        solvers: that must confirm; without any, those meant for the job.
        layout: "text" or "json".
        quiet: whether only what is wrong is said, and the verdict on each file.
    """
    shown = sys.stderr.isatty() and not quiet
    lines = Lines(sys.stderr, time.monotonic, interval=math.inf if quiet or shown else INTERVAL)

    def progress(text: str) -> None:
        lines.about(text)
        if shown:
            click.echo(f"\r\x1b[K{text[:78]}", nl=False, err=True)

    def write(text: str) -> None:
        if shown:
            click.echo("\r\x1b[K", nl=False, err=True)
        click.echo(text, nl=False)

    return recheck(files, solvers, write, progress, layout=layout, quiet=quiet)
