"""`buddyproof review`: holds a patch against a specification, verifies, and writes the reply."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from frontend.diagnostics import suggestion
from frontend.model import Model
from frontend.rendering import escaped, harmless
from verifier.alarm import Overdue, interrupts, within
from verifier.commands.files import STDIN, content, show_diagnostics
from verifier.commands.targets import NotWritten
from verifier.exits import Exit, of_codes, of_signal, worst
from verifier.loading import File, load_within
from verifier.report import SpecReport, exit_of_all
from verifier.review.mail import read
from verifier.review.mapping import mapping_of
from verifier.review.matching import review
from verifier.review.reading import read_patch
from verifier.review.values import NoPatch, Patch, Review
from verifier.stop import Stop
from verifier.task import Limits

PATIENCE = 60.0
"""Seconds for reading the patch when the user sets no limit."""

WORDS = f"more than {PATIENCE:g} s for one patch; `--timeout 10m` allows ten minutes"


@dataclass(frozen=True, slots=True)
class Asked:
    """The command line of `review`.

    Args:
        patch: path of the patch; `-` is standard input.
        spec: path of the specification.
        variants: the one before and the one after; None to choose.
        verify: whether to ask for verdicts.
        allow_unmodelled: whether a patch of which no hunk is modelled is no failure.
        timeout: seconds for them.
        layout: "text" or "json".
        output: where the reply goes; None is standard output.
        color: for what goes to standard error.
        quiet: whether no progress is shown.
        limits: what engines are held to, besides the time.
    """

    patch: str
    spec: str
    variants: tuple[str, str] | None
    verify: bool
    allow_unmodelled: bool
    timeout: float | None
    layout: str
    output: str | None
    color: str
    quiet: bool
    limits: Limits


def run(asked: Asked) -> int:
    """Reviews a patch; returns the exit status.

    Raises:
        click.UsageError: a variant does not exist, or the specification is a folder.
        click.ClickException: the reply cannot be written.
    """
    if asked.output is not None:
        from verifier.commands.log import writable

        writable(Path(asked.spec), asked.output)  # before the work, not after it
    if Path(asked.spec).is_dir():
        raise click.UsageError("a review is about one specification, not about a folder")
    if asked.patch == asked.spec == STDIN:
        raise click.UsageError("PATCH and SPEC cannot both be standard input")
    stop = Stop.commanded(asked.timeout)
    reading = stop if asked.timeout is not None else stop.at_most(PATIENCE, WORDS)
    try:
        with interrupts(stop):
            patch = within(reading, lambda: read_patch(asked.patch, read(asked.patch)))
            file = load_within(asked.spec, stop, content=content)
            if file.errors or not file.models or file.sha256 is None:
                show_diagnostics(file, asked.color)
                return of_signal(stop.number) or of_codes(item.code for item in file.errors)
            models = _variants(file.models, asked.variants)
            found = within(reading, lambda: _review(patch, file, models))
    except NoPatch as reason:
        click.echo(escaped(reason.at(asked.patch)), err=True)
        return Exit.WRONG_INPUT
    except Overdue:
        click.echo(f"{asked.patch}: not read to its end: {reading.reason()}", err=True)
        return of_signal(stop.number) or Exit.INCONCLUSIVE
    if asked.verify:
        report = _verified(asked, models, stop)
        status = exit_of_all([report])
    else:
        show_diagnostics(file, asked.color)
        report, status = None, Exit.OK
    if not asked.allow_unmodelled and not any(item.modelled for item in found.hunks):
        click.echo(
            escaped(
                f"{asked.patch}: none of its hunks is modelled by {asked.spec} "
                "(--allow-unmodelled makes that no failure)"
            ),
            err=True,
        )
        status = worst([status, Exit.UNEXPECTED])
    _write(asked, harmless(_text(asked, found, file, models, report, status)))
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
    from frontend.parser import parse

    added = models[-1].flags - (models[0].flags if len(models) > 1 else frozenset())
    return review(patch, mapping_of(file.source, parse(file.source)), added)


def _verified(asked: Asked, models: Sequence[Model], stop: Stop) -> SpecReport:
    from verifier.commands.settle import Output, Request, settle
    from verifier.scheduler import Options

    variants = tuple(model.variant for model in models)
    options = Options(variants, timeout=asked.timeout, limits=asked.limits)
    output = Output(color=asked.color, quiet=asked.quiet)
    return settle(Request((asked.spec,), options, output, stop))[0]


def _text(
    asked: Asked,
    found: Review,
    file: File,
    models: Sequence[Model],
    report: SpecReport | None,
    status: Exit,
) -> str:
    from importlib import metadata

    version = metadata.version("buddyproof")
    digest = file.sha256 or ""
    if asked.layout == "json":
        from verifier.json_text import pretty
        from verifier.review.report_json import document

        value = document(found, file.path, digest, models, report, version, status)
        return pretty(value)
    from verifier.review.reply import reply

    return "\n".join(reply(found, file.path, digest, models, report, version)) + "\n"


def _write(asked: Asked, text: str) -> None:
    if asked.output is None:
        click.echo(text, nl=False)
        sys.stdout.flush()
        return
    from verifier.commands.log import write

    try:
        write(asked.output, text)
    except NotWritten:
        click.echo(text, nl=False)
        raise
