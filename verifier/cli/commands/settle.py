"""What `verify`, `log`, `compare` and `review` do before they report: load, tell what is wrong, and
settle.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import click

from frontend.model import Model
from frontend.names.budget import MOST_OBJECTS
from verifier.cli.commands.printing import crashed
from verifier.cli.commands.setup import display as shown_on
from verifier.cli.files import content, find, shown_or_crashed
from verifier.cli.limit_options import limits
from verifier.cli.live_table import Table
from verifier.protocol.alarm import interrupts
from verifier.protocol.deadline import Deadline
from verifier.protocol.exhaustion import exhausted, sentence
from verifier.verify.followers import Follower, Followers
from verifier.verify.job import BUDGET
from verifier.verify.loading import File, load_within
from verifier.verify.scheduler import Options, Scheduler, Scope, UnknownName, check_names, chosen
from verifier.verify.second_opinion import second_opinions
from verifier.verify.spec_report import SpecReport, VariantReport

USUAL = f"at most {BUDGET:g} s a variant"

FLAGS = {"variants": "--variant", "properties": "--property", "bounds": "--bound"}
"""Field of `Options` -> the option that sets it."""


@dataclass(frozen=True, slots=True)
class Output:
    """How results are shown.

    Args:
        layout: "text", "json", ...
        color: "auto", "always" or "never".
        quiet: whether only what is not as expected is.
        races: whether both sides of each access without its lock are shown.
        compact: whether runs show a section that nothing interleaves as one paragraph.
    """

    layout: str = "text"
    color: str = "auto"
    quiet: bool = False
    races: bool = False
    compact: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A command line that asks for verdicts.

    Args:
        stop: what is left of the time where a command does more than settle; None: all of it.
    """

    specs: tuple[str, ...]
    options: Options
    output: Output
    stop: Deadline | None = None


class Errors:
    """Says at once that the tool made a mistake."""

    lost = False

    def opened(self, report: SpecReport, asked: Sequence[tuple[Model, Sequence[str]]]) -> None:
        """See `Follower`."""

    def learnt(self, report: SpecReport, variant: VariantReport) -> None:
        """See `Follower`."""

    def finished(self, report: SpecReport, variant: VariantReport) -> None:
        """See `Follower`."""
        del report
        say_error(variant)

    def closed(self, report: SpecReport) -> None:
        """See `Follower`."""


def say_error(variant: VariantReport) -> None:
    """Says on standard error that the tool made a mistake about a variant, where it did."""
    if variant.error is not None:
        click.echo(f"internal error: {variant.error}, please report", err=True)


def options_of(
    *,
    variants: tuple[str, ...] = (),
    properties: tuple[str, ...] = (),
    bounds: tuple[str, ...] = (),
    bounded: bool = False,
    for_all: bool = False,
    engine: str | None = None,
    no_reduction: bool = False,
    timeout: float | None = None,
    memory: int | None = None,
    states: int | None = None,
    depth: int | None = None,
    no_recheck: bool = False,
    allow_vacuous: bool = False,
) -> Options:
    """What is to be verified, from the options of a command line, each as it is called there.

    Raises:
        click.UsageError: some of them do not go together, or a size is no number.
    """
    if for_all and (bounded or engine is not None):
        raise click.UsageError("--for-all goes with neither --bounded nor --engine")
    at_bounds = bounded or engine is not None
    return Options(
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


def settle(request: Request, followers: Sequence[Follower] = ()) -> list[SpecReport]:
    """Loads the specifications, tells what is wrong with them, and settles what was asked.

    Args:
        request: what was asked.
        followers: are told of the verdicts while the work goes on.

    Raises:
        click.UsageError: an option names what no specification has.
    """
    options, output = request.options, request.output
    stop = request.stop or Deadline.commanded(options.timeout)
    with interrupts(stop):
        files = [load_within(path, stop, options.variants, content) for path in find(request.specs)]
        if not stop.interrupted:
            files = [shown_or_crashed(file, output.color) for file in files]
        models = [model for file in files for model in file.models]
        refuse_unknown(options, models)
        # Lines that come while the work goes on are progress enough where they go to the terminal.
        watched = sys.stdout is not None and sys.stdout.isatty()
        quiet = output.quiet or (bool(followers) and watched)
        with (
            shown_on(output.color, quiet=quiet, limit=options.timeout, usual=USUAL) as display,
            second_opinions() as opinions,
        ):
            count = sum(len(chosen(model, options)) for model in models)
            told = Followers((Table(display, count, len(files)), Errors(), *followers))
            scheduler = Scheduler(options, stop, display, opinions, told)
            busy = [bool(file.models) for file in files]
            return [
                _one(partial(scheduler.file, file, sum(busy[n:]) or 1), file, told)
                for n, file in enumerate(files)
            ]


def _one(work: Callable[[], SpecReport], file: File, told: Followers) -> SpecReport:
    """What the work on a file comes to, which may be a mistake of the tool's own."""
    try:
        return work()
    except Exception as error:
        if os.environ.get("BUDDYPROOF_DEBUG"):
            raise
        report = crashed(file.report(), exhausted(error) or sentence(error))
        with suppress(Exception):  # whoever made the mistake
            told.opened(report, ())
            told.closed(report)
        return report


def refuse_unknown(options: Options, models: Sequence[Model]) -> None:
    """Every name on the command line must exist in some specification.

    Raises:
        click.BadParameter: it exists in none.
    """
    try:
        check_names(options, models)
    except UnknownName as unknown:
        raise _wrong(FLAGS[unknown.option], f"{unknown}") from unknown


def parse_bounds(texts: Iterable[str]) -> dict[str, int]:
    """`["cpu=2", "page=4"]` as a mapping.

    Raises:
        click.BadParameter: one is not of that form, or the size is no positive number.
    """
    sizes: dict[str, int] = {}
    for text in texts:
        sort, equals, number = (part.strip() for part in text.partition("="))
        if not equals or not sort:
            raise _wrong("--bound", f"{text!r} is not of the form SORT=N")
        if not (number.isascii() and number.isdigit()):
            raise _wrong("--bound", f"{text!r}: {number!r} is not a positive number")
        if len(number) > len(str(MOST_OBJECTS)) or int(number) > MOST_OBJECTS:
            message = f"{text[:40]!r}: more than {MOST_OBJECTS} objects are out of reach"
            raise _wrong("--bound", message)
        if int(number) == 0:
            raise _wrong("--bound", f"{text!r}: every sort has at least one object")
        if sizes.get(sort, int(number)) != int(number):
            raise _wrong("--bound", f"{text!r}: {sort} has a bound already, {sizes[sort]}")
        sizes[sort] = int(number)
    return sizes


def _wrong(option: str, message: str) -> click.BadParameter:
    return click.BadParameter(message, param_hint=f"'{option}'")
