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
  1    a property is violated that should hold, or the other way round, or a
       verdict is vacuous
  2    the command line or the specification is wrong
  3    inconclusive: a limit was reached
  4    a recheck failed: the evidence does not hold
  70   engines contradict each other, or an internal error
  130  interrupted; what was settled is printed
When several apply, the first of 70, 130, 2, 4, 1, 3 that does."""

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
    type=click.Choice(["explore", "reduce", "bmc", "kinduction", "ic3"]),
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
    type=click.Choice(["text", "json", "jsonl", "junit", "ktap", "sarif"]),
    default="text",
    show_default=True,
    help="How results are written; all but text say everything, whatever --quiet and --color are.",
)
@click.option(
    "--no-recheck", is_flag=True, help="Do without a second opinion on each proof (and say so)."
)
@click.option("--log", metavar="FILE", type=click.Path(), help="Write a proof log, too.")
@click.option(
    "--traces",
    metavar="DIR",
    type=click.Path(),
    help="Write each run that is shown to a file in DIR, too, in the Informal Trace Format.",
)
@click.option(
    "--allow-vacuous",
    is_flag=True,
    help="Say it, but do not mind, when a verdict says nothing: a premise that never holds, an "
    "assert, a procedure or a patch that is never executed.",
)
@click.option(
    "--races",
    is_flag=True,
    help="Show both sides where a variable is accessed without the lock that guards it elsewhere.",
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
    no_recheck: bool,
    log: str | None,
    traces: str | None,
    allow_vacuous: bool,
    races: bool,
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
    from verifier.commands.settle import Request
    from verifier.commands.verify import run

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
            layout,
            color,
            quiet,
            allow_vacuous,
            races,
            not no_recheck,
        ),
        log,
        traces,
    )


@program.command(epilog=EPILOG, short_help="Two variants side by side, and what each hunk is for.")
@click.argument("spec", metavar="SPEC", type=click.Path())
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@click.option(
    "--property", "properties", multiple=True, metavar="P", help="Only this (repeatable)."
)
@click.option(
    "--bound", "bounds", multiple=True, metavar="SORT=N", help="As with verify (repeatable)."
)
@click.option("--bounded", is_flag=True, help="Verify at the bounds only.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Stop after so long; a third of it is kept for the patch flags.",
)
@click.option(
    "--allow-vacuous", is_flag=True, help="Say it, but do not mind, when a verdict says nothing."
)
@click.option(
    "--no-recheck", is_flag=True, help="Do without a second opinion on each proof (and say so)."
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How results are written; json says everything, whatever --quiet and --color are.",
)
@_color
@click.option("--quiet", is_flag=True, help="Only what is not as expected, and the last line.")
def compare(
    spec: str,
    before: str,
    after: str,
    properties: tuple[str, ...],
    bounds: tuple[str, ...],
    bounded: bool,
    timeout: float | None,
    allow_vacuous: bool,
    no_recheck: bool,
    layout: str,
    color: str,
    quiet: bool,
) -> int:
    """Verify the variants BEFORE and AFTER of SPEC side by side. Then drop each patch flag that
    AFTER adds, and say which property fails without it.

    Statuses are those of the verdicts on the two. A flag that no property needs, or that cannot be
    dropped alone, is no error; one that could not be decided on is inconclusive.
    """
    from verifier.commands.compare import run
    from verifier.commands.settle import Request

    scope = "bounded" if bounded else "both"
    asked = Request(
        (spec,),
        (),
        properties,
        bounds,
        None,
        scope,
        True,
        timeout,
        layout,
        color,
        quiet,
        allow_vacuous=allow_vacuous,
        recheck=not no_recheck,
    )
    return run(asked, before, after)


MUTATE_EPILOG = """\b
Exit status:
  0    every mutant is killed, or changes nothing at the sizes that are named
  1    some mutants survive: dead weight, or a property is missing
  2    the command line or the specification is wrong, or there is no system
  3    of some mutants it is not known: a limit was reached
  70   a run does not replay, or an internal error
  130  interrupted; what was settled is printed
When several apply, the first of 70, 130, 2, 1, 3 that does."""


@program.command(epilog=MUTATE_EPILOG, short_help="Which mistakes no property notices.")
@click.argument("spec", metavar="SPEC", type=click.Path())
@click.option(
    "--variant",
    "variants",
    multiple=True,
    metavar="V",
    help="Only this (repeatable); without it, those of which no violation is expected, else the "
    "last.",
)
@click.option(
    "--property", "properties", multiple=True, metavar="P", help="Only this (repeatable)."
)
@click.option(
    "--bound", "bounds", multiple=True, metavar="SORT=N", help="As with verify (repeatable)."
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Stop after so long; what was settled is printed.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many processes; as many as there are cores without it. Changes no answer.",
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
@click.option("--quiet", is_flag=True, help="Only what is not killed, and the last line.")
def mutate(
    spec: str,
    variants: tuple[str, ...],
    properties: tuple[str, ...],
    bounds: tuple[str, ...],
    timeout: float | None,
    jobs: int | None,
    layout: str,
    color: str,
    quiet: bool,
) -> int:
    """Change one thing of SPEC at a time (a condition, an update, a lock, a constant) and verify
    each: list what no property notices.

    A mutant is killed when a property that holds of the original is violated, or a `reachable` is
    not reached any more. What survives is dead weight, or a property is missing.
    """
    from verifier.commands.mutate import Request, run

    return run(Request(spec, variants, properties, bounds, timeout, jobs, layout, color, quiet))


@program.command()
@_specs
@_color
def check(specs: tuple[str, ...], color: str) -> int:
    """Say whether specifications are well formed; verify nothing.

    SPEC is a file, or a folder that is searched for *.alloc.
    """
    from verifier.commands.check import run

    return run(specs, color)


@program.command(short_help="Write the evidence for a specification's verdicts down.")
@click.argument("spec", metavar="SPEC", type=click.Path())
@click.option("-o", "--output", metavar="FILE", type=click.Path(), help="Where the log goes.")
@click.option("--bundle", metavar="DIR", type=click.Path(), help="A folder to check without us.")
@click.option("--variant", "variants", multiple=True, metavar="V", help="Only this (repeatable).")
@click.option(
    "--property", "properties", multiple=True, metavar="P", help="Only this (repeatable)."
)
@click.option(
    "--bound", "bounds", multiple=True, metavar="SORT=N", help="As with verify (repeatable)."
)
@click.option("--bounded", is_flag=True, help="Verify at the bounds only.")
@_color
def log(
    spec: str,
    output: str | None,
    bundle: str | None,
    variants: tuple[str, ...],
    properties: tuple[str, ...],
    bounds: tuple[str, ...],
    bounded: bool,
    color: str,
) -> int:
    """Verify SPEC and write the verdicts down with their evidence: a block to paste into a mail,
    and what `recheck` needs to check all of it again. The same specification gives the same bytes.
    """
    if output is None and bundle is None:
        raise click.UsageError("say where to: -o FILE, --bundle DIR, or both")
    from verifier.commands.log import run
    from verifier.commands.settle import Request

    scope = "bounded" if bounded else "both"
    asked = Request(
        (spec,), variants, properties, bounds, None, scope, True, None, "text", color, True
    )
    return run(asked, output, bundle)


@program.command(short_help="Check the evidence in proof logs again.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--solver",
    "solvers",
    multiple=True,
    metavar="NAME",
    help="Ask this solver (repeatable); without it, z3 with cvc5, or with Bitwuzla at bounds.",
)
def recheck(files: tuple[str, ...], solvers: tuple[str, ...]) -> int:
    """Read proof logs, rebuild everything from the specification inside them, replay each run, have
    solvers discharge each obligation again, and say what was verified and what was taken on trust.
    """
    from verifier.commands.recheck import run

    return run(files, solvers)


@program.command(epilog=EPILOG, short_help="Hold a patch against a specification.")
@click.argument("patch", metavar="PATCH", type=click.Path(allow_dash=True))
@click.argument("spec", metavar="SPEC", type=click.Path())
@click.option(
    "--variant",
    "variants",
    nargs=2,
    metavar="BEFORE AFTER",
    help="The variants without and with the patch, by default the first that sets no flag and the "
    "last.",
)
@click.option("--no-verify", is_flag=True, help="Print which hunks are modelled, verify nothing.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Stop verifying after so long; what was settled is printed.",
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the review is written.",
)
@click.option("-o", "--output", metavar="FILE", type=click.Path(), help="Write it to a file.")
@_color
def review(
    patch: str,
    spec: str,
    variants: tuple[str, str] | None,
    no_verify: bool,
    timeout: float | None,
    layout: str,
    output: str | None,
    color: str,
) -> int:
    """Say which hunks of PATCH the procedures of SPEC model, verify the variants before and after,
    and write a reply to paste into a mail.

    PATCH is a unified diff, a mail with one as it was received, or an mbox; - is standard input.
    What had to be repaired is said. No tag such as Reviewed-by is ever written.
    """
    from verifier.commands.review import Asked, run

    return run(Asked(patch, spec, variants, not no_verify, timeout, layout, output, color))


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
