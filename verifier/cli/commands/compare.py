"""`buddyproof compare`: two variants side by side, and what each patch flag between them is for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import click

from frontend.model import Model, PropertyKind
from frontend.source.diagnostics import Rejected, suggestion
from frontend.source.unread import OUT_OF_TIME, unread
from proofs.render.names import plural
from verifier.cli.commands.settle import USUAL, Output, Request, options_of, say_error, settle
from verifier.cli.commands.setup import columns, display, print_blocks
from verifier.cli.completion import variants as variants_of
from verifier.cli.files import read
from verifier.cli.limit_options import limit_options, timeout_option
from verifier.cli.options import (
    EPILOG,
    TIMEOUT,
    allow_vacuous_option,
    bounded_option,
    bounds_option,
    color_option,
    compact_option,
    format_option,
    gathered,
    no_recheck_option,
    properties_option,
    quiet_option,
    spec_argument,
)
from verifier.cli.progress import Display
from verifier.every_size.answer import answer
from verifier.patch.compare.changes import Changes, Unknown, changes, no_changes
from verifier.patch.compare.comparison import Comparison, Necessity
from verifier.patch.compare.sentences import flags_line, last_line, undecided
from verifier.patch.compare.text import blocks
from verifier.patch.compare.trials import Enough, Trials
from verifier.protocol.alarm import Overdue, interrupts, within
from verifier.protocol.bounds import Asked
from verifier.protocol.deadline import Deadline
from verifier.protocol.exits import Exit
from verifier.protocol.task import Limits
from verifier.report.summary import surprises
from verifier.report.text_blocks import Block, Line, Style
from verifier.report.text_runs import renderer
from verifier.verify.job import Job
from verifier.verify.portfolio import Strategy, Work
from verifier.verify.registry import standard
from verifier.verify.scheduler import Options, Scope
from verifier.verify.spec_report import SpecReport, VariantReport

SHARE = 2 / 3
"""The part of the user's time that the verdicts on the two variants may take."""


@click.command("compare", epilog=EPILOG)
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
@gathered("options", options_of)
@gathered("output", Output)
def command(spec: str, before: str, after: str, options: Options, output: Output) -> int:
    """Verify the variants BEFORE and AFTER of SPEC side by side. Then drop each patch flag that
    AFTER adds, and say which property fails without it.

    Statuses are those of the verdicts on the two. A flag that no property needs, or that cannot be
    dropped alone, is no error; one that could not be decided on is inconclusive.
    """
    request = Request((spec,), options, output)
    stop = Deadline.commanded(request.options.timeout)
    path = request.specs[0]
    if Path(path).is_dir():
        raise click.UsageError("the variants of one specification are compared, not of a folder")
    if before == after:
        raise click.UsageError(f"BEFORE and AFTER are both {after}: there is nothing to compare")
    try:
        with interrupts(stop):
            found = within(stop, lambda: _changes(path, before, after))
    except Overdue:
        found = no_changes(unread(path, OUT_OF_TIME, "")[0], before, after)  # settling says more
    part = stop.part(SHARE if found.added else 1.0)
    options = replace(request.options, variants=(before, after))
    reports = settle(replace(request, options=options, stop=part))
    report = _in_order(reports[0], before, after)
    left = None if request.options.timeout is None else stop.remaining()
    screen = display(request.output.color, quiet=request.output.quiet, limit=left, usual=USUAL)
    with interrupts(stop), screen as shown:
        necessity = _necessity(found, report, request, stop, shown)
    if stop.interrupted:
        report = replace(report, interrupted=stop.number)
    comparison = Comparison(report, found, necessity)
    _print(request, comparison)
    sys.stdout.flush()
    return comparison.status


def _changes(path: str, before: str, after: str) -> Changes:
    """What lies between the variants; nothing where there is no specification.

    Raises:
        click.BadParameter: one of them does not exist.
    """
    try:
        found = changes(read(path), before, after)
    except Rejected as rejected:
        return no_changes(rejected.source, before, after)  # settling says what is wrong
    if isinstance(found, Unknown):
        hint = suggestion(found.name, found.known)
        hint = hint if hint is not None else f"there are: {', '.join(found.known)}"
        which = "'BEFORE'" if found.name == before else "'AFTER'"
        raise click.BadParameter(f"there is no variant {found.name!r}; {hint}", param_hint=which)
    return found


def _in_order(report: SpecReport, before: str, after: str) -> SpecReport:
    """The older variant first, however the specification orders them."""
    by_name = {item.model.variant: item for item in report.variants}
    found = tuple(by_name[name] for name in (before, after) if name in by_name)
    return replace(report, variants=found)


# --- the work ------------------------------------------------------------------------------


def _necessity(
    found: Changes,
    report: SpecReport,
    request: Request,
    stop: Deadline,
    shown: Display,
) -> Necessity:
    by_name = {item.model.variant: item for item in report.variants}
    after = by_name.get(found.after.name)
    if after is None or report.interrupted:
        return Necessity()

    trials = count(1)

    def verdicts(
        model: Model, names: tuple[str, ...], sizes: Asked, part: Deadline, enough: Enough
    ) -> VariantReport:
        shown.about(f"{model.name} {model.variant}")
        shown.tally(f"trial {next(trials)}, {plural(len(found.added), 'patch flag')} to drop")
        begun = _Trial(model, names, sizes, part, shown, request.options.limits)
        early = begun.early()
        if early is not None and (early.error is not None or enough(early)):
            say_error(early)
            return early
        again = (model, names, sizes, part, shown, request.options.limits)
        whole = begun if early is None else _Trial(*again)
        late = whole.late(bounded=request.options.scope is Scope.BOUNDED)
        say_error(late)
        return late

    before = by_name.get(found.before.name)
    return Trials(found, before, after, request.options.bounds, verdicts, stop).run()


class _Trial:
    """Verdicts on a variant without some flags."""

    def __init__(
        self,
        model: Model,
        names: tuple[str, ...],
        sizes: Asked,
        stop: Deadline,
        shown: Display,
        limits: Limits,
    ) -> None:
        options = Strategy(limits=limits)

        def made() -> Work:
            return Work(model, names, sizes, options, standard(), part, shown)

        self._names = names
        self._memory = limits.memory
        self._stop = stop
        self._shown = shown
        self._job = Job(model, names, sizes, made)
        part = self._job.budget(stop.part(0.5), 0.5)
        self._job.begin(part)

    def early(self) -> VariantReport | None:
        """What is settled by now, where something fails at some size; then `late` is too late."""
        job = self._job
        if job.error is None:
            kinds = {name: job.model.property(name).kind for name in self._names}
            candidates = job.work.candidates() if job.work is not None else self._names
            if not any(
                kind is not PropertyKind.REACHABLE and name not in candidates
                for name, kind in kinds.items()
            ):
                return None
        job.finish(self._stop.ended("something fails already"))  # what is settled stands
        return job.report()

    def late(self, *, bounded: bool) -> VariantReport:
        """All verdicts, of what nothing was said against also at every size."""
        job = self._job
        if not bounded and job.error is None and not self._stop.expired():
            part = job.budget(self._stop.part(0.5), 2 / 3)
            job.learn(
                part,
                lambda names: answer(job.model, names, part, self._memory, self._shown),
            )
        job.finish(job.budget(self._stop))
        return job.report()


# --- the report ----------------------------------------------------------------------------


def _print(request: Request, comparison: Comparison) -> None:
    if request.output.layout == "json":
        from importlib import metadata  # costs more than the rest of the report

        from verifier.patch.compare.document import document
        from verifier.report.json_text import pretty

        value = document(comparison, metadata.version("buddyproof"))
        click.echo(pretty(value), nl=False)
        return
    color = request.output.color
    print_blocks(_blocks(request, comparison, columns(color)), color)


def _blocks(request: Request, comparison: Comparison, width: int) -> Iterator[Block]:
    if not request.output.quiet:
        yield from blocks(comparison, renderer(compact=request.output.compact), width)
    yield from (Line(text, Style.BAD) for text in surprises([comparison.report]))
    yield from (Line(text, Style.BAD) for text in undecided(comparison))
    if flags := flags_line(comparison):
        yield Line(flags)
    yield Line(last_line(comparison), Style.GOOD if comparison.status is Exit.OK else Style.BAD)
