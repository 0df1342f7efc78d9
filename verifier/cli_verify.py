"""`verify`, `compare`, `mutate`: commands that settle properties."""

from __future__ import annotations

import click

from verifier.completion import variants as variants_of
from verifier.engines import ENGINES
from verifier.formats import FORMATS
from verifier.limit_options import limit_options, limits, timeout_option
from verifier.options import (
    BUDGET,
    EPILOG,
    TIMEOUT,
    allow_vacuous_option,
    bounded_option,
    bounds_option,
    color_option,
    compact_option,
    format_option,
    no_recheck_option,
    properties_option,
    quiet_option,
    spec_argument,
    specs_argument,
    variants_option,
)


@click.command(epilog=EPILOG, short_help="Verify every property of every variant.")
@specs_argument
@variants_option
@properties_option
@click.option(
    "--bound",
    "bounds",
    multiple=True,
    metavar="SORT=N",
    help="How many objects of a sort there are, whatever the specification says (repeatable).",
)
@bounded_option
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
    type=click.Choice(list(ENGINES)),
    help="Use this engine only, at the bounds only.",
)
@timeout_option(BUDGET)
@limit_options
@format_option(
    "How results are written; all but text say everything, whatever --quiet and --color are.",
    *FORMATS,
)
@no_recheck_option
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
@compact_option
@color_option
@quiet_option("Only what is not as expected, and the last line.")
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
    memory: int | None,
    states: int | None,
    depth: int | None,
    layout: str,
    no_recheck: bool,
    log: str | None,
    traces: str | None,
    allow_vacuous: bool,
    races: bool,
    compact: bool,
    color: str,
    quiet: bool,
) -> int:
    """Verify every property of every variant, at the bounds of the specification and, where a
    proof is found, for every number of threads and objects.

    SPEC is a file, a folder that is searched for *.alloc, or - for standard input. Verdicts are
    compared with the specification's `expect` lines: without one, everything should hold.
    """
    if for_all and (bounded or engine is not None):
        raise click.UsageError("--for-all goes with neither --bounded nor --engine")
    from verifier.commands.settle import Output, Request, parse_bounds
    from verifier.commands.verify import run
    from verifier.scheduler import Options, Scope

    at_bounds = bounded or engine is not None
    options = Options(
        variants=variants,
        properties=properties,
        bounds=parse_bounds(bounds),
        scope=Scope.BOUNDED if at_bounds else Scope.EVERY_SIZE if for_all else Scope.BOTH,
        engine=engine,
        reduction=not no_reduction,
        timeout=timeout,
        limits=limits(memory, states, depth),
        recheck=not no_recheck,
        allow_vacuous=allow_vacuous,
    )
    return run(Request(specs, options, Output(layout, color, quiet, races, compact)), log, traces)


@click.command(epilog=EPILOG, short_help="Two variants side by side, and what each hunk is for.")
@spec_argument
@click.argument("before", metavar="BEFORE", shell_complete=variants_of)
@click.argument("after", metavar="AFTER", shell_complete=variants_of)
@properties_option
@bounds_option
@bounded_option
@timeout_option(
    f"{TIMEOUT} A third is kept for the patch flags. Without it no more than a minute is spent on "
    "a variant, and on each flag."
)
@limit_options
@allow_vacuous_option
@no_recheck_option
@format_option("How results are written; json says everything, whatever --quiet and --color are.")
@compact_option
@color_option
@quiet_option("Only what is not as expected, and the last line.")
def compare(
    spec: str,
    before: str,
    after: str,
    properties: tuple[str, ...],
    bounds: tuple[str, ...],
    bounded: bool,
    timeout: float | None,
    memory: int | None,
    states: int | None,
    depth: int | None,
    allow_vacuous: bool,
    no_recheck: bool,
    layout: str,
    compact: bool,
    color: str,
    quiet: bool,
) -> int:
    """Verify the variants BEFORE and AFTER of SPEC side by side. Then drop each patch flag that
    AFTER adds, and say which property fails without it.

    Statuses are those of the verdicts on the two. A flag that no property needs, or that cannot be
    dropped alone, is no error; one that could not be decided on is inconclusive.
    """
    from verifier.commands.compare import run
    from verifier.commands.settle import Output, Request, parse_bounds
    from verifier.scheduler import Options, Scope

    options = Options(
        properties=properties,
        bounds=parse_bounds(bounds),
        scope=Scope.BOUNDED if bounded else Scope.BOTH,
        timeout=timeout,
        limits=limits(memory, states, depth),
        recheck=not no_recheck,
        allow_vacuous=allow_vacuous,
    )
    output = Output(layout, color, quiet, compact=compact)
    return run(Request((spec,), options, output), before, after)


MUTATE_EPILOG = """\b
Exit status:
  0    every mutant is killed, or changes nothing at the sizes that are named
  1    some mutants survive: dead weight, or a property is missing
  2    the command line or the specification is wrong, or there is no system
  3    of some mutants it is not known: a limit was reached
  70   a run does not replay, or an internal error
  129, 130, 143
       interrupted by SIGHUP, Ctrl-C, SIGTERM; what was settled is printed
  141  nobody reads standard output any more
When several apply, the first of 70, 143, 141, 130, 129, 2, 1, 3 that does."""


@click.command(epilog=MUTATE_EPILOG, short_help="Which mistakes no property notices.")
@spec_argument
@click.option(
    "--variant",
    "variants",
    multiple=True,
    metavar="V",
    help="Only this (repeatable); without it, those of which no violation is expected, else the "
    "last.",
    shell_complete=variants_of,
)
@properties_option
@bounds_option
@timeout_option(
    f"{TIMEOUT} Without it no more than ten minutes are spent on the mutants of a variant."
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many processes; as many as there are cores without it. Changes no answer.",
)
@format_option("How results are written.")
@color_option
@quiet_option("Only what is not killed, and the last line.")
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
