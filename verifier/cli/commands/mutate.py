"""`buddyproof mutate`: which mistakes in a specification no property notices."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from frontend.model import Model
from frontend.source.rendering import escaped
from verifier.cli.commands.settle import parse_bounds, refuse_unknown
from verifier.cli.commands.setup import display, print_blocks
from verifier.cli.completion import variants as variants_of
from verifier.cli.files import content, show_diagnostics
from verifier.cli.limit_options import timeout_option
from verifier.cli.options import (
    TIMEOUT,
    bounds_option,
    color_option,
    format_option,
    gathered,
    properties_option,
    quiet_option,
    spec_argument,
)
from verifier.cli.progress import Display
from verifier.patch.mutate.baseline import Baseline, baseline
from verifier.patch.mutate.building import original
from verifier.patch.mutate.document import document
from verifier.patch.mutate.mutant import Mutant
from verifier.patch.mutate.report import MutationReport, VariantMutants, blocks, exit_of
from verifier.patch.mutate.running import Subject, settle_mutants
from verifier.protocol.alarm import Overdue, interrupts, within
from verifier.protocol.bounds import asked
from verifier.protocol.deadline import Deadline
from verifier.protocol.exits import Exit, of_codes, of_signal
from verifier.protocol.memory import memory
from verifier.protocol.results import InternalError
from verifier.verify.loading import File, load_within
from verifier.verify.scheduler import Options

BUDGET = 600.0
"""Seconds for a variant and all of its mutants when the user sets no limit: some hundred searches,
of which each may take as many states as one of the original."""


@dataclass(frozen=True, slots=True)
class Request:
    """The command line of `mutate`.

    Args:
        workers: how many processes; None: as many as there are cores.
        layout: "text" or "json".
    """

    spec: str
    variants: tuple[str, ...]
    properties: tuple[str, ...]
    bounds: tuple[str, ...]
    timeout: float | None
    workers: int | None
    layout: str
    color: str
    quiet: bool


EPILOG = """\b
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


@click.command("mutate", epilog=EPILOG)
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
    "workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many processes; as many as there are cores without it. Changes no answer.",
)
@format_option("How results are written.")
@color_option
@quiet_option("Only what is not killed, and the last line.")
@gathered("request", Request)
def command(request: Request) -> int:
    """Change one thing of SPEC at a time (a condition, an update, a lock, a constant) and verify
    each: list what no property notices.

    A mutant is killed when a property that holds of the original is violated, or a `reachable` is
    not reached any more. What survives is dead weight, or a property is missing.
    """
    if Path(request.spec).is_dir():
        raise click.UsageError("mutants are made of one specification, not of a folder")
    stop = Deadline.commanded(request.timeout)
    sizes = parse_bounds(request.bounds)
    with interrupts(stop):
        file = load_within(request.spec, stop, content=content)
    show_diagnostics(file, request.color)
    if file.errors:
        return of_signal(stop.number) or of_codes(item.code for item in file.errors)
    refuse_unknown(Options(request.variants, request.properties, sizes), file.models)
    chosen = _chosen(request, file.models)
    part = budget(stop, len(chosen))
    usual = f"at most {BUDGET / 60:g} min a variant"
    screen = display(request.color, quiet=request.quiet, limit=request.timeout, usual=usual)
    try:
        with interrupts(stop), screen as shown:
            report = _report(file, request, sizes, chosen, part, shown)
    except Overdue:
        click.echo(f"nothing is known of the original: {part.reason()}", err=True)
        return of_signal(stop.number) or Exit.INCONCLUSIVE
    except InternalError as error:
        if os.environ.get("BUDDYPROOF_DEBUG"):
            raise
        click.echo(f"internal error: {escaped(str(error))}, please report", err=True)
        return Exit.INTERNAL
    _print(request, report)
    return exit_of(report)


def budget(stop: Deadline, variants: int) -> Deadline:
    """The time there is: so much for each variant where the user sets no limit. It is that of the
    clock, since the work is done in other processes.

    Args:
        variants: how many there are.
    """
    if stop.seconds is not None:
        return stop
    most = f"{BUDGET / 60:g} minutes"
    words = f"no more than {most} are spent on a variant's mutants; `--timeout 1h` allows more"
    return stop.at_most(BUDGET * variants, words, patience=1.0)


def _chosen(request: Request, models: Sequence[Model]) -> list[Model]:
    """The variants asked for; else those that nothing is expected of but to hold, else the last."""
    if request.variants:
        return [model for model in models if model.variant in request.variants]
    right = [model for model in models if not model.violates]
    return right or list(models[-1:])


def _report(
    file: File,
    request: Request,
    sizes: Mapping[str, int],
    models: Sequence[Model],
    stop: Deadline,
    shown: Display,
) -> MutationReport:
    subjects, mutants = [], []
    for model in models:
        shown.about(f"{model.name} {model.variant}, the original")
        names = [
            item.name
            for item in model.properties
            if not request.properties or item.name in request.properties
        ]
        known, found = within(stop, partial(_original, file, model, names, sizes, stop))
        subjects.append(Subject(file.source, model.variant, known, memory()))
        mutants.append(found)
    outcomes = settle_mutants(
        subjects,
        [len(found) for found in mutants],
        request.workers or os.cpu_count() or 1,
        stop,
        _Estimate(models, stop, shown),
    )
    return MutationReport(
        models[0].name,
        file.path,
        file.sha256,
        file.source,
        tuple(
            VariantMutants(model.variant, asked(model, sizes), subject.known, found, tuple(settled))
            for model, subject, found, settled in zip(
                models, subjects, mutants, outcomes, strict=True
            )
        ),
        stop.number,
        stop.reason() if stop.expired() else "",
    )


def _original(
    file: File, model: Model, names: Sequence[str], sizes: Mapping[str, int], stop: Deadline
) -> tuple[Baseline, tuple[Mutant, ...]]:
    known = baseline(model, names, asked(model, sizes), stop)
    return known, original(file.source, model.variant).mutants if known.held else ()


class _Estimate:
    """Shows how many pieces of work are done, and about how long the others take."""

    def __init__(self, models: Sequence[Model], stop: Deadline, shown: Display) -> None:
        self._name = f"{models[0].name} {', '.join(model.variant for model in models)}"
        self._clock = stop.clock
        self._started = stop.clock()
        self._shown = shown

    def __call__(self, done: int, total: int) -> None:
        left = ""
        if done:
            seconds = (self._clock() - self._started) / done * (total - done)
            left = f", about {seconds:.0f} s left"
        self._shown.about(self._name)
        self._shown.tally(f"{done} of {total} pieces of work{left}")


def _print(request: Request, report: MutationReport) -> None:
    if request.layout == "json":
        from importlib import metadata  # costs more than the rest of the report

        from verifier.report.json_text import pretty

        value = document(report, metadata.version("buddyproof"))
        click.echo(pretty(value), nl=False)
        return
    print_blocks(blocks(report, quiet=request.quiet), request.color)
