"""`buddyproof review`: holds a patch against a specification, verifies, and writes the reply."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from frontend.model import Model
from frontend.source.diagnostics import suggestion
from frontend.source.rendering import escaped, harmless
from verifier.cli.commands.settle import Output, Request, options_of, settle
from verifier.cli.completion import variants as variants_of
from verifier.cli.files import STDIN, content, show_diagnostics
from verifier.cli.limit_options import limit_options, timeout_option
from verifier.cli.options import (
    BUDGET,
    EPILOG,
    color_option,
    format_option,
    gathered,
    quiet_option,
    spec_argument,
)
from verifier.patch.review.mail import read
from verifier.patch.review.mapping import mapping_of
from verifier.patch.review.matching import review
from verifier.patch.review.reading import read_patch
from verifier.patch.review.records import NoPatch, Patch, Review
from verifier.protocol.alarm import Overdue, interrupts, within
from verifier.protocol.deadline import Deadline
from verifier.protocol.exits import Exit, of_codes, of_signal, worst
from verifier.report.targets import NotWritten
from verifier.verify.loading import File, load_within
from verifier.verify.scheduler import Options
from verifier.verify.spec_report import SpecReport, exit_of_all

PATIENCE = 60.0
"""Seconds for reading the patch when the user sets no limit."""

WORDS = f"more than {PATIENCE:g} s for one patch; `--timeout 10m` allows ten minutes"


@click.command("review", epilog=EPILOG)
@click.argument("patch", metavar="PATCH", type=click.Path(allow_dash=True))
@spec_argument
@click.option(
    "--variant",
    "pair",
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
@click.option(
    "-o", "--output", "target", metavar="FILE", type=click.Path(), help="Write it to a file."
)
@color_option
@quiet_option("Show no progress.")
@gathered("options", options_of)
@gathered("output", Output)
def command(
    patch: str,
    spec: str,
    *,
    pair: tuple[str, str] | None,
    no_verify: bool,
    allow_unmodelled: bool,
    target: str | None,
    options: Options,
    output: Output,
) -> int:
    """Say which hunks of PATCH the procedures of SPEC model, verify the variants before and after,
    and write a reply to paste into a mail.

    PATCH is a unified diff, a mail with one as it was received, or an mbox; - is standard input
    (for SPEC, too). What had to be repaired is said; what cannot be read whole is refused with the
    line (docs/review.md). No tag such as Reviewed-by is ever written.
    """
    if target is not None:
        from verifier.cli.commands.log import writable

        writable(Path(spec), target)  # before the work, not after it
    if Path(spec).is_dir():
        raise click.UsageError("a review is about one specification, not about a folder")
    if patch == spec == STDIN:
        raise click.UsageError("PATCH and SPEC cannot both be standard input")
    stop = Deadline.commanded(options.timeout)
    reading = stop if options.timeout is not None else stop.at_most(PATIENCE, WORDS)
    try:
        with interrupts(stop):
            read_in = within(reading, lambda: read_patch(patch, read(patch)))
            file = load_within(spec, stop, content=content)
            if file.errors or not file.models or file.sha256 is None:
                show_diagnostics(file, output.color)
                return of_signal(stop.number) or of_codes(item.code for item in file.errors)
            models = _variants(file.models, pair)
            found = within(reading, lambda: _review(read_in, file, models))
    except NoPatch as reason:
        click.echo(escaped(reason.at(patch)), err=True)
        return Exit.WRONG_INPUT
    except Overdue:
        click.echo(f"{patch}: not read to its end: {reading.reason()}", err=True)
        return of_signal(stop.number) or Exit.INCONCLUSIVE
    if not no_verify:
        chosen = replace(options, variants=tuple(model.variant for model in models))
        (report,) = settle(Request((spec,), chosen, output, stop))
        status = exit_of_all([report])
    else:
        show_diagnostics(file, output.color)
        report, status = None, Exit.OK
    if not allow_unmodelled and not any(item.modelled for item in found.hunks):
        click.echo(
            escaped(
                f"{patch}: none of its hunks is modelled by {spec} "
                "(--allow-unmodelled makes that no failure)"
            ),
            err=True,
        )
        status = worst([status, Exit.UNEXPECTED])
    _write(target, harmless(_text(output.layout, found, file, models, report, status)))
    return status


def _variants(models: Sequence[Model], names: tuple[str, str] | None) -> list[Model]:
    """The variant before, where there is more than one, and the variant after.

    Raises:
        click.BadParameter: there is no variant of that name.
    """
    if names is None:
        first = next((item for item in models if not item.flags), models[0])
        return [first, models[-1]] if first is not models[-1] else [first]
    known = {item.variant: item for item in models}
    for name in names:
        if name not in known:
            hint = suggestion(name, known)
            hint = hint if hint is not None else f"there are: {', '.join(known)}"
            raise click.BadParameter(
                f"there is no variant {name!r}; {hint}", param_hint="'--variant'"
            )
    return [known[name] for name in dict.fromkeys(names)]


def _review(patch: Patch, file: File, models: Sequence[Model]) -> Review:
    from frontend.syntax.parser import parse

    added = models[-1].flags - (models[0].flags if len(models) > 1 else frozenset())
    return review(patch, mapping_of(file.source, parse(file.source)), added)


def _text(
    layout: str,
    found: Review,
    file: File,
    models: Sequence[Model],
    report: SpecReport | None,
    status: Exit,
) -> str:
    from importlib import metadata

    version = metadata.version("buddyproof")
    digest = file.sha256 or ""
    if layout == "json":
        from verifier.patch.review.report_json import document
        from verifier.report.json_text import pretty

        value = document(found, file.path, digest, models, report, version, status)
        return pretty(value)
    from verifier.patch.review.reply import reply

    return "\n".join(reply(found, file.path, digest, models, report, version)) + "\n"


def _write(target: str | None, text: str) -> None:
    if target is None:
        click.echo(text, nl=False)
        sys.stdout.flush()
        return
    from verifier.cli.commands.log import write

    try:
        write(target, text)
    except NotWritten:
        click.echo(text, nl=False)
        raise
