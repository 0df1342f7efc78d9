"""`buddyproof recheck`: the same as `python -m proofs recheck`, with progress."""

from __future__ import annotations

import sys

import click

from frontend.rendering import escaped
from proofs.recheck.command import run as recheck


def run(
    files: tuple[str, ...],
    solvers: tuple[str, ...],
    layout: str,
    *,
    quiet: bool,
    specification: str | None = None,
    timeout: float | None = None,
) -> int:
    """Rechecks logs; returns the exit status.

    Args:
        files: paths of logs, and of the folders of bundles.
        solvers: that must confirm; without any, those meant for the job.
        layout: "text" or "json".
        quiet: whether only what is wrong is said, and the verdict on each file.
        specification: path of what the logs should be about.
        timeout: seconds for all of them.
    """
    shown = sys.stderr.isatty() and not quiet

    def progress(text: str) -> None:
        if shown:
            click.echo(f"\r\x1b[K{escaped(text[:78])}", nl=False, err=True)

    def write(text: str) -> None:
        if shown:
            click.echo("\r\x1b[K", nl=False, err=True)
        click.echo(text, nl=False)

    return recheck(
        files,
        solvers,
        write,
        progress,
        layout=layout,
        quiet=quiet,
        specification=specification,
        timeout=timeout,
    )
