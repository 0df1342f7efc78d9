"""`buddyproof recheck`: the same as `python -m proofs recheck`, with progress."""

from __future__ import annotations

import sys

import click

from proofs.recheck.command import run as recheck


def run(files: tuple[str, ...], solvers: tuple[str, ...]) -> int:
    """Rechecks logs; returns the exit status."""
    shown = sys.stderr.isatty()

    def progress(text: str) -> None:
        if shown:
            click.echo(f"\r\x1b[K{text[:78]}", nl=False, err=True)

    def write(text: str) -> None:
        if shown:
            click.echo("\r\x1b[K", nl=False, err=True)
        click.echo(text, nl=False)

    return recheck(files, solvers, write, progress)
