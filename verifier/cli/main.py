"""The program `buddyproof`: its commands and options, and the promise that no traceback is shown.

A command is a module of its own in `verifier/cli/commands`, with its options; it is imported when
it is
named: `--help` is instant.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from importlib import import_module
from io import StringIO
from typing import TypeVar

import click

from frontend.source.rendering import escaped, harmless
from verifier.cli.options import EPILOG
from verifier.cli.streams import set_up
from verifier.protocol.exhaustion import exhausted, sentence
from verifier.protocol.exits import Exit

COMMANDS = {
    "verify": "Verify every property of every variant.",
    "check": "Say whether specifications are well formed.",
    "compare": "Two variants side by side, and what each hunk is for.",
    "mutate": "Which mistakes no property notices.",
    "log": "Write the evidence for a specification's verdicts down.",
    "recheck": "Check the evidence in proof logs again.",
    "review": "Hold a patch against a specification.",
    "explain": "Explain a diagnostic by its CODE, or list all codes.",
    "help": "Say how the program, or one COMMAND of it, is used.",
}
"""Module in `verifier.cli.commands`, which is the command's name -> what `--help` says of it."""

SOLVERS = ("z3-solver", "cvc5", "bitwuzla", "python-sat")
"""The distributions that solvers come from."""

Function = TypeVar("Function", bound=Callable[..., object])


class Program(click.Group):
    """Imports a command when it is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command; None where there is none of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        found = import_module(f"verifier.cli.commands.{cmd_name}").command
        assert isinstance(found, click.Command), cmd_name
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the table of commands, none of which is imported for it."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 80}


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


@click.group(cls=Program, context_settings=SETTINGS, epilog=EPILOG, invoke_without_command=True)
@version_option
@click.option(
    "--log",
    "level",
    type=click.Choice(["info", "debug"]),
    help="Say on standard error what the program is at, and how long it takes. (The --log of "
    "`verify`, behind the command, is another: a proof log.)",
)
@click.pass_context
def program(context: click.Context, level: str | None) -> None:
    """Proves or refutes properties of races in kernel memory management, written down as .alloc
    specifications.
    """
    if level is not None:
        from verifier.protocol.logs import log_to_stderr

        log_to_stderr(level)
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main(arguments: list[str] | None = None) -> int:
    """Runs the program; `arguments` default to the command line's. Returns the exit status."""
    set_up()
    # Models and states are trees of small objects that live to the end: looking for circles
    # among them every 700 allocations is a tenth of a short run, for nothing.
    gc.set_threshold(100_000, 50, 50)
    try:
        status = program.main(arguments, prog_name="buddyproof", standalone_mode=False)
    except click.ClickException as error:
        shown = StringIO()
        error.show(shown)
        click.echo(harmless(shown.getvalue()), err=True, nl=False)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except Exception as error:
        if os.environ.get("BUDDYPROOF_DEBUG"):
            raise
        if reason := exhausted(error):
            click.echo(f"{reason}: nothing was settled", err=True)
            return Exit.INCONCLUSIVE
        click.echo(f"internal error: {escaped(sentence(error))}, please report", err=True)
        return Exit.INTERNAL
    return int(status or 0)
