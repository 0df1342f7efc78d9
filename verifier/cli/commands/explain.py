"""`buddyproof explain`: what a diagnostic means."""

from __future__ import annotations

import textwrap

import click

from frontend.source.codes import CODES
from frontend.source.diagnostics import suggestion
from verifier.cli.completion import codes
from verifier.cli.options import quiet_option
from verifier.protocol.exits import Exit

WIDTH = 72


@click.command("explain")
@click.argument("code", required=False, shell_complete=codes)
@quiet_option("Only the title, or only the codes.")
def command(code: str | None, quiet: bool) -> int:
    """Explain a diagnostic by its CODE, or list all codes."""
    if code is None:
        for name, entry in sorted(CODES.items()):
            click.echo(name if quiet else f"{name}  {entry.title}")
        return Exit.OK
    explanation = CODES.get(code.upper())
    if explanation is None:
        near = suggestion(code.upper(), CODES)
        hint = f"; {near}" if near is not None else ""
        raise click.UsageError(f"there is no diagnostic {code}{hint} (`explain` lists all)")
    click.echo(f"{code.upper()}: {explanation.title}")
    if quiet:
        return Exit.OK
    click.echo()
    for paragraph in explanation.paragraph.split("\n\n"):
        click.echo(f"{textwrap.fill(' '.join(paragraph.split()), WIDTH)}\n")
    click.echo(textwrap.indent(textwrap.dedent(explanation.example).strip("\n"), "    "))
    return Exit.OK
