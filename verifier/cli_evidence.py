"""`log`, `recheck`, `review`: commands about evidence."""

from __future__ import annotations

import click

from verifier.completion import solvers as solvers_known
from verifier.completion import variants as variants_of
from verifier.limit_options import limit_options, limits, timeout_option
from verifier.options import (
    BUDGET,
    EPILOG,
    bounded_option,
    bounds_option,
    color_option,
    compact_option,
    format_option,
    properties_option,
    quiet_option,
    spec_argument,
    variants_option,
)


@click.command(short_help="Write the evidence for a specification's verdicts down.")
@spec_argument
@click.option("-o", "--output", metavar="FILE", type=click.Path(), help="Where the log goes.")
@click.option("--bundle", metavar="DIR", type=click.Path(), help="A folder to check without us.")
@variants_option
@properties_option
@bounds_option
@bounded_option
@compact_option
@timeout_option(BUDGET)
@limit_options
@color_option
@quiet_option("Only what is not as expected; show no progress.")
def log(
    spec: str,
    output: str | None,
    bundle: str | None,
    variants: tuple[str, ...],
    properties: tuple[str, ...],
    bounds: tuple[str, ...],
    bounded: bool,
    compact: bool,
    timeout: float | None,
    memory: int | None,
    states: int | None,
    depth: int | None,
    color: str,
    quiet: bool,
) -> int:
    """Verify SPEC and write the verdicts down with their evidence: a block to paste into a mail,
    and what `recheck` needs to check all of it again. The same specification gives the same bytes.
    """
    if output is None and bundle is None:
        raise click.UsageError("say where to: -o FILE, --bundle DIR, or both")
    from verifier.commands.log import run
    from verifier.commands.settle import Output, Request, parse_bounds
    from verifier.scheduler import Options, Scope

    options = Options(
        variants=variants,
        properties=properties,
        bounds=parse_bounds(bounds),
        scope=Scope.BOUNDED if bounded else Scope.BOTH,
        timeout=timeout,
        limits=limits(memory, states, depth),
    )
    shown = Output(color=color, quiet=quiet, compact=compact)
    return run(Request((spec,), options, shown), output, bundle)


@click.command(short_help="Check the evidence in proof logs again.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--solver",
    "solvers",
    multiple=True,
    metavar="NAME",
    help="Ask this solver (repeatable); without it, z3 with cvc5, or with Bitwuzla at bounds.",
    shell_complete=solvers_known,
)
@click.option(
    "--spec",
    "specification",
    metavar="SPEC",
    type=click.Path(),
    help="Say whether the logs are about this text, to the byte.",
)
@timeout_option("Stop after so long, as in 90s, 5m, 1h; what was not confirmed by then is not.")
@format_option("How the findings are written.")
@quiet_option("Only what is wrong with a log, and the verdict on it.")
def recheck(
    files: tuple[str, ...],
    solvers: tuple[str, ...],
    specification: str | None,
    timeout: float | None,
    layout: str,
    quiet: bool,
) -> int:
    """Read proof logs, rebuild everything from the specification inside them, replay each run, have
    solvers discharge each obligation again, and say what was verified and what was taken on trust.
    A FILE that is a folder is a bundle: it is checked, and made anew from its log and compared; -
    is a log on standard input.
    """
    from verifier.commands.recheck import run

    return run(files, solvers, timeout, layout, quiet=quiet, specification=specification)


@click.command(epilog=EPILOG, short_help="Hold a patch against a specification.")
@click.argument("patch", metavar="PATCH", type=click.Path(allow_dash=True))
@spec_argument
@click.option(
    "--variant",
    "variants",
    nargs=2,
    metavar="BEFORE AFTER",
    help="The variants without and with the patch, by default the first that sets no flag and the "
    "last.",
    shell_complete=variants_of,
)
@click.option("--no-verify", is_flag=True, help="Print which hunks are modelled, verify nothing.")
@click.option(
    "--allow-unmodelled",
    is_flag=True,
    help="Exit with 0 although the specification models no hunk of the patch.",
)
@timeout_option(BUDGET)
@limit_options
@format_option("How the review is written.")
@click.option("-o", "--output", metavar="FILE", type=click.Path(), help="Write it to a file.")
@color_option
@quiet_option("Show no progress.")
def review(
    patch: str,
    spec: str,
    variants: tuple[str, str] | None,
    no_verify: bool,
    allow_unmodelled: bool,
    timeout: float | None,
    memory: int | None,
    states: int | None,
    depth: int | None,
    layout: str,
    output: str | None,
    color: str,
    quiet: bool,
) -> int:
    """Say which hunks of PATCH the procedures of SPEC model, verify the variants before and after,
    and write a reply to paste into a mail.

    PATCH is a unified diff, a mail with one as it was received, or an mbox; - is standard input
    (for SPEC, too). What had to be repaired is said; what cannot be read whole is refused with the
    line (docs/review.md). No tag such as Reviewed-by is ever written.
    """
    from verifier.commands.review import Asked, run

    asked = Asked(
        patch,
        spec,
        variants,
        not no_verify,
        allow_unmodelled,
        timeout,
        layout,
        output,
        color,
        quiet,
        limits(memory, states, depth),
    )
    return run(asked)
