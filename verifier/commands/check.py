"""`buddyproof check`: diagnostics and warnings only."""

from __future__ import annotations

import click

from verifier.commands.files import find, load, show_diagnostics
from verifier.exits import Exit, worst


def run(specs: tuple[str, ...], color: str) -> int:
    """Checks every file; returns the exit status."""
    statuses = []
    for path in find(specs):
        file = load(path)
        show_diagnostics(file, color)
        if file.errors:
            statuses.append(Exit.WRONG_INPUT)
        else:
            click.echo(f"{path}: ok")
            statuses.append(Exit.OK)
    return worst(statuses)
