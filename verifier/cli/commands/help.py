"""`buddyproof help`: how the program, or a command, is used."""

from __future__ import annotations

import click

from verifier.cli.completion import commands


@click.command("help")
@click.argument("name", required=False, shell_complete=commands)
@click.pass_context
def command(context: click.Context, name: str | None) -> int:
    """Say how the program, or one COMMAND of it, is used."""
    root = context.find_root()
    group = root.command
    if name is None or not isinstance(group, click.Group):
        click.echo(root.get_help())
        return 0
    found = group.get_command(root, name)
    if found is None:
        from frontend.source.diagnostics import suggestion

        hint = suggestion(name, group.list_commands(root))
        hint = hint if hint is not None else f"there are: {', '.join(group.list_commands(root))}"
        raise click.UsageError(f"there is no command {name!r}; {hint}")
    with click.Context(found, info_name=name, parent=root) as own:
        click.echo(found.get_help(own))
    return 0
