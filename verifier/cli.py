"""The program `buddyproof`: its commands and options, and the promise that no traceback is shown.

Everything heavy is imported by the commands themselves, when they run: `--help` is instant.
"""

from __future__ import annotations

import gc
import os
from io import StringIO

import click

from frontend.rendering import escaped, harmless
from verifier.cli_basics import check, explain, help_command, version_option
from verifier.cli_evidence import log, recheck, review
from verifier.cli_verify import compare, mutate, verify
from verifier.exhaustion import exhausted, sentence
from verifier.exits import Exit
from verifier.options import EPILOG
from verifier.streams import set_up

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 80}


@click.group(context_settings=SETTINGS, epilog=EPILOG, invoke_without_command=True)
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
        from verifier.logs import log_to_stderr

        log_to_stderr(level)
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
