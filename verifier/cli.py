"""The program `buddyproof`: its commands and options, and the promise that no traceback is shown.

Everything heavy is imported by the commands themselves, when they run: `--help` is instant.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from typing import NoReturn, TypeVar

import click

from verifier.exits import Exit

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 80}

EPILOG = """\b
Exit status:
  0    every verdict is what the specification expects
  1    a property is violated that should hold, or the other way round
  2    the command line or the specification is wrong
  3    inconclusive: a limit was reached
  70   engines contradict each other, or an internal error
  130  interrupted; what was settled is printed
When several apply, the first of 70, 130, 2, 1, 3 that does."""

Function = TypeVar("Function", bound=Callable[..., object])


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


@click.group(cls=Program, context_settings=SETTINGS, epilog=EPILOG)
@click.version_option(package_name="buddyproof", prog_name="buddyproof")
def program() -> None:
    """Proves or refutes properties of races in kernel memory management, written down as .alloc
    specifications.
    """


def _specs(function: Function) -> Function:
    return click.argument("specs", metavar="SPEC...", nargs=-1, required=True, type=click.Path())(
        function
    )


def _color(function: Function) -> Function:
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Colour the output; auto obeys NO_COLOR and TERM=dumb.",
    )(function)


@program.command(epilog=EPILOG, short_help="Verify every property of every variant.")
@_specs
@click.option("--variant", "variants", multiple=True, metavar="V", help="Only this (repeatable).")
@click.option(
    "--property", "properties", multiple=True, metavar="P", help="Only this (repeatable)."
)
@click.option(
    "--bound",
    "bounds",
    multiple=True,
    metavar="SORT=N",
    help="How many objects of a sort there are, whatever the specification says (repeatable).",
)
@click.option("--bounded", is_flag=True, help="Verify at the bounds only.")
@click.option(
    "--for-all",
    is_flag=True,
    help="Count only proofs for every number of threads and objects; look for violations at the "
    "bounds all the same.",
)
@click.option(
    "--no-reduction",
    is_flag=True,
    help="Search lemmas for every size over single steps, critical sections not taken together.",
)
@click.option(
    "--engine",
    type=click.Choice(["explore", "bmc", "kinduction", "ic3"]),
    help="Use this engine only, at the bounds only; all but explore give up after a minute for "
    "each group of properties unless --timeout says otherwise.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Stop after so long; what was settled is printed.",
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How results are written.",
)
@_color
@click.option("--quiet", is_flag=True, help="Only what is not as expected, and the last line.")
def verify(
    specs: tuple[str, ...],
    variants: tuple[str, ...],
    properties: tuple[str, ...],
    bounds: tuple[str, ...],
    bounded: bool,
    for_all: bool,
    no_reduction: bool,
    engine: str | None,
    timeout: float | None,
    layout: str,
    color: str,
    quiet: bool,
) -> int:
    """Verify every property of every variant, at the bounds of the specification and, where a
    proof is found, for every number of threads and objects.

    SPEC is a file, or a folder that is searched for *.alloc. Verdicts are compared with the
    specification's `expect` lines: without one, everything should hold.
    """
    if for_all and (bounded or engine is not None):
        raise click.UsageError("--for-all goes with neither --bounded nor --engine")
    from verifier.commands.verify import Request, run

    scope = "bounded" if bounded or engine is not None else "all" if for_all else "both"
    return run(
        Request(
            specs,
            variants,
            properties,
            bounds,
            engine,
            scope,
            not no_reduction,
            timeout,
            layout == "json",
            color,
            quiet,
        )
    )


@program.command()
@_specs
@_color
def check(specs: tuple[str, ...], color: str) -> int:
    """Say whether specifications are well formed; verify nothing.

    SPEC is a file, or a folder that is searched for *.alloc.
    """
    from verifier.commands.check import run

    return run(specs, color)


@program.command()
@click.argument("code", required=False)
def explain(code: str | None) -> int:
    """Explain a diagnostic by its CODE, or list all codes."""
    from verifier.commands.explain import run

    return run(code)


def main(arguments: list[str] | None = None) -> int:
    """Runs the program; `arguments` default to the command line's. Returns the exit status."""
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
