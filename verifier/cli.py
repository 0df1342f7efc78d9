"""The program `buddyproof`: its commands and options, and the promise that no traceback is shown.

Everything heavy is imported by the commands themselves, when they run: `--help` is instant.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

import click

from verifier.cli_basics import check, explain, help_command, version_option
from verifier.cli_evidence import log, recheck, review
from verifier.cli_verify import compare, mutate, verify
from verifier.exits import Exit
from verifier.options import EPILOG
from verifier.streams import set_up

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 80}

BROKEN_PIPE = 128 + 13
"""What a shell says of a program that SIGPIPE ended."""


class Program(click.Group):
    """A group whose commands may lose their reader: click would make a status of 1 of that."""

    def invoke(self, context: click.Context) -> object:
        """Runs the command; what it returns is the exit status."""
        try:
            status = super().invoke(context)
            sys.stdout.flush()
        except BrokenPipeError:
            discard_output()
            return BROKEN_PIPE
        return status


@click.group(cls=Program, context_settings=SETTINGS, epilog=EPILOG, invoke_without_command=True)
@version_option
@click.pass_context
def program(context: click.Context) -> None:
    """Proves or refutes properties of races in kernel memory management, written down as .alloc
    specifications.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for command in (verify, check, compare, mutate, log, recheck, review, explain, help_command):
    program.add_command(command)


def main(arguments: list[str] | None = None) -> int:
    """Runs the program; `arguments` default to the command line's. Returns the exit status."""
    set_up()
    # Models and states are trees of small objects that live to the end: looking for circles
    # among them every 700 allocations is a tenth of a short run, for nothing.
    gc.set_threshold(100_000, 50, 50)
    try:
        status = program.main(arguments, prog_name="buddyproof", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except Exception as error:
        if os.environ.get("BUDDYPROOF_DEBUG"):
            raise
        sentence = " ".join(f"{type(error).__name__}: {error}".split())
        click.echo(f"internal error: {sentence}, please report", err=True)
        return Exit.INTERNAL
    return int(status or 0)


def start() -> NoReturn:
    """The console script: `main`, and an end that does not take the heap apart object by object
    (as mypy does; it is a tenth of a short run).
    """
    status = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        status = status or BROKEN_PIPE
    os._exit(status)


def discard_output() -> None:
    """Whoever read standard output is gone: let what follows, and the flush at exit, pass."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
