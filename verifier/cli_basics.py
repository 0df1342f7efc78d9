"""`check`, `explain`, `help`, and `--version`: what verifies nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from verifier.completion import codes, commands
from verifier.options import color_option, format_option, quiet_option, specs_argument

CHECK_EPILOG = """\b
Exit status:
  0    every specification is well formed
  2    the command line or a specification is wrong, or, with
       --warnings-as-errors, there is a warning
  70   an internal error"""

SOLVERS = ("z3-solver", "cvc5", "bitwuzla", "python-sat")
"""The distributions that solvers come from."""

Function = TypeVar("Function", bound=Callable[..., object])


@click.command(epilog=CHECK_EPILOG, short_help="Say whether specifications are well formed.")
@specs_argument
@click.option("--warnings-as-errors", is_flag=True, help="Refuse what there is a warning about.")
@format_option("How the result is written; diagnostics go to standard error, too.", "sarif")
@color_option
@quiet_option("Say nothing of what is well formed.")
def check(
    specs: tuple[str, ...], warnings_as_errors: bool, layout: str, color: str, quiet: bool
) -> int:
    """Say whether specifications are well formed; verify nothing.

    SPEC is a file, a folder that is searched for *.alloc, or - for standard input.
    """
    from verifier.commands.check import Asked, run

    return run(Asked(specs, warnings_as_errors, layout, color, quiet))


@click.command()
@click.argument("code", required=False, shell_complete=codes)
@quiet_option("Only the title, or only the codes.")
def explain(code: str | None, quiet: bool) -> int:
    """Explain a diagnostic by its CODE, or list all codes."""
    from verifier.commands.explain import run

    return run(code, quiet=quiet)


@click.command("help")
@click.argument("command", required=False, shell_complete=commands)
@click.pass_context
def help_command(context: click.Context, command: str | None) -> int:
    """Say how the program, or one COMMAND of it, is used."""
    root = context.find_root()
    group = root.command
    if command is None or not isinstance(group, click.Group):
        click.echo(root.get_help())
        return 0
    found = group.get_command(root, command)
    if found is None:
        from frontend.diagnostics import suggestion

        hint = suggestion(command, group.list_commands(root))
        hint = hint if hint is not None else f"there are: {', '.join(group.list_commands(root))}"
        raise click.UsageError(f"there is no command {command!r}; {hint}")
    with click.Context(found, info_name=command, parent=root) as own:
        click.echo(found.get_help(own))
    return 0


def version_option(function: Function) -> Function:
    """--version: of the program, and of the solvers that it asks, none of which is loaded."""

    def show(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
        del parameter
        if not wanted or context.resilient_parsing:
            return
        from importlib import metadata  # costs more than all the rest

        click.echo(f"buddyproof, version {metadata.version('buddyproof')}")
        click.echo(f"with {', '.join(f'{name} {metadata.version(name)}' for name in SOLVERS)}")
        context.exit()

    return click.option(
        "--version",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=show,
        help="Show the version, and those of the solvers.",
    )(function)
