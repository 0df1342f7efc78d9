"""What `verify` and `log` do before they report: read the command line, load, settle."""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import click

from frontend.budget import MOST_OBJECTS
from frontend.diagnostics import suggestion
from frontend.model import Model
from verifier.alarm import interrupts
from verifier.bounds import asked
from verifier.commands.files import File, find
from verifier.commands.job import BUDGET, Job
from verifier.commands.loading import load_within, shown_or_crashed
from verifier.commands.printing import crashed
from verifier.commands.session import display as shown_on
from verifier.every_size import answer
from verifier.exhaustion import exhausted, sentence
from verifier.following import Follower, Followers
from verifier.live_table import Table
from verifier.portfolio import Options, Work
from verifier.progress import Display
from verifier.report import SpecReport, VariantReport
from verifier.second_opinion import SecondOpinions, invariants, searches, second_opinions
from verifier.settlement import ForAll
from verifier.stop import Stop
from verifier.task import SETTLED, Limits, Progress
from verifier.tools import standard

USUAL = f"at most {BUDGET:g} s a variant"

HALF = 1 / 2
"""The part of a variant's budget that small sizes and a first search may take."""

TWO_THIRDS = 2 / 3
"""The part of the rest that the search for a proof at every size may take."""


@dataclass(frozen=True, slots=True)
class Request:
    """The command line of `verify`.

    Args:
        scope: "bounded", "all" sizes only, or "both".
        layout: how results are written: "text", "json", ...
        reduction: whether critical sections are taken together while lemmas are searched.
        allow_vacuous: whether a vacuous verdict is as good as any.
        recheck: whether each proof gets a second opinion.
        races: whether both sides of each access without its lock are shown.
        compact: whether runs show a section that nothing interleaves as one paragraph.
        limits: what engines are held to, besides the time.
        stop: what is left of the time where a command does more than settle; None: all of it.
    """

    specs: tuple[str, ...]
    variants: tuple[str, ...]
    properties: tuple[str, ...]
    bounds: tuple[str, ...]
    engine: str | None
    scope: str
    reduction: bool
    timeout: float | None
    layout: str
    color: str
    quiet: bool
    allow_vacuous: bool = False
    races: bool = False
    recheck: bool = True
    compact: bool = False
    limits: Limits = field(default_factory=Limits)
    stop: Stop | None = None


def settle(request: Request, followers: Sequence[Follower] = ()) -> list[SpecReport]:
    """Loads the specifications, tells what is wrong with them, and settles what was asked.

    Args:
        request: what was asked.
        followers: are told of the verdicts while the work goes on.

    Raises:
        click.UsageError: an option names what no specification has.
    """
    stop = request.stop or Stop.commanded(request.timeout)
    with interrupts(stop):
        sizes = parse_bounds(request.bounds)
        files = [load_within(path, stop, request.variants) for path in find(request.specs)]
        if not stop.interrupted:
            files = [shown_or_crashed(file, request.color) for file in files]
        models = [model for file in files for model in file.models]
        _check_names(request, sizes, models)
        # Lines that come while the work goes on are progress enough where they go to the terminal.
        watched = sys.stdout is not None and sys.stdout.isatty()
        quiet = request.quiet or (bool(followers) and watched)
        with (
            shown_on(request.color, quiet=quiet, limit=request.timeout, usual=USUAL) as display,
            second_opinions() as opinions,
        ):
            count = sum(len(_properties(model, request)) for model in models)
            told = Followers((Table(display, count, len(files)), *followers))
            work = _Work(request, sizes, stop, display, opinions, told)
            busy = [bool(file.models) for file in files]
            return [
                _one(partial(work.file, file, sum(busy[place:]) or 1), file, told)
                for place, file in enumerate(files)
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


def _down(items: Sequence[object]) -> range:
    """How many are left, from the first one on: what is not used of a share goes to the others."""
    return range(len(items), 0, -1)


# --- the command line ----------------------------------------------------------------------


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


def _check_names(request: Request, sizes: Iterable[str], models: Sequence[Model]) -> None:
    """Every name must exist in some specification; one that has it not is left alone.

    Raises:
        click.BadParameter: it exists in none.
    """
    if not models:
        return  # all were rejected, and that was said
    known = {
        "--variant": (request.variants, "variant", {model.variant for model in models}),
        "--property": (
            request.properties,
            "property",
            {item.name for model in models for item in model.properties},
        ),
        "--bound": (sizes, "sort", {sort.name for model in models for sort in model.sorts}),
    }
    for option, (names, noun, candidates) in known.items():
        for name in names:
            if name not in candidates:
                hint = suggestion(name, candidates)
                listed = ", ".join(sorted(candidates)) or "none"
                hint = hint if hint is not None else f"there are: {listed}"
                raise _wrong(option, f"there is no {noun} {name!r}; {hint}")


def _wrong(option: str, message: str) -> click.BadParameter:
    return click.BadParameter(message, param_hint=f"'{option}'")


# --- the work ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Work:
    """What the work on each file needs."""

    request: Request
    sizes: dict[str, int]
    stop: Stop
    display: Display
    opinions: SecondOpinions
    followers: Followers

    def file(self, file: File, left: int) -> SpecReport:
        """Every variant at small sizes, then proofs for every size of what was not refuted, then
        what is still open.

        Args:
            file: a specification.
            left: how many have to share the time that is left.
        """
        stop = self.stop.part(1 / left)
        names = ((model, _properties(model, self.request)) for model in file.models)
        properties = [(model, found) for model, found in names if found]
        models = [model for model, _ in properties]
        report = file.report()
        self.followers.opened(report, properties)
        jobs: list[Job] = []
        waiting: deque[Job] = deque()
        bounded = self.request.scope == "bounded"
        for number, model in zip(_down(models), models, strict=True):
            of = f" (variant {len(jobs) + 1} of {len(models)})" if len(models) > 1 else ""
            title = f"{model.name} {model.variant}{of}"
            part = stop.part(1 / (number if bounded else 2 * number))
            jobs.append(self._begun(model, title, report, part))
        if not bounded and self.request.engine is None:
            self._for_every_size(jobs, stop.part(0.5))
        for number, job in zip(_down(jobs), jobs, strict=True):
            self.display.about(job.title)
            job.finish(job.budget(stop.part(1 / number)))
            job.tell()
            self._ask_again(job)
            waiting.append(job)
            while waiting and self.opinions.ready(waiting[0].model):
                self._close(waiting.popleft(), report, stop)
        for job in waiting:
            self._close(job, report, stop)
        report = file.report(tuple(job.report() for job in jobs), interrupted=self.stop.number)
        self.followers.closed(report)
        return report

    def _begun(self, model: Model, title: str, report: SpecReport, stop: Stop) -> Job:
        def heard(progress: Progress) -> None:
            self.display(progress)
            if progress.what == SETTLED:
                job.tell()

        def told(variant: VariantReport) -> None:
            self.followers.learnt(report, variant)
            if self.followers.lost:
                self.stop.interrupt(signal.SIGPIPE)

        request = self.request
        for_all = request.scope == "all"
        options = Options(
            request.engine, request.limits, only_for_all=for_all, reduction=request.reduction
        )
        names = _properties(model, request)
        sizes = asked(model, self.sizes)

        def made() -> Work:
            return Work(model, names, sizes, options, standard(), part, heard)

        job = Job(model, names, sizes, made, request.allow_vacuous, title, told)
        self.display.about(title)
        part = job.budget(stop, HALF)
        job.begin(part)
        return job

    def _close(self, job: Job, report: SpecReport, stop: Stop) -> None:
        """The second opinion on its proofs was all that was missing."""
        if self.request.recheck:
            self.display.about(f"{job.title}, second opinion")
            if stop.seconds is None:
                stop = stop.at_most(BUDGET, f"no more than {BUDGET:g} s are spent on it", 1.0)
            job.look(stop, lambda: self.opinions.answer(job.model, stop))
        self.followers.finished(report, job.report())

    def _ask_again(self, job: Job) -> None:
        if self.request.recheck and job.settlement is not None:
            self.opinions.about_searches(job.model, searches(job.settlement.settled))
            for invariant in invariants(job.settlement.settled):
                if invariant.bounds is not None:  # the others have been asked about already
                    self.opinions.about_lemmas(job.model, invariant)

    def _for_every_size(self, jobs: Sequence[Job], stop: Stop) -> None:
        sound = [job for job in jobs if job.error is None]
        for left, job in zip(_down(sound), sound, strict=True):
            if not stop.expired():
                self.display.about(f"{job.title}, every size")
                part = job.budget(stop.part(1 / left), TWO_THIRDS)
                asking = partial(_everywhere, job.model, part, self.request, self.display)
                known = job.learn(part, asking)
                job.tell()
                proof = next((item.invariant for item in known.values() if item.invariant), None)
                if self.request.recheck and proof is not None:
                    self.opinions.about_lemmas(job.model, proof)


def _everywhere(
    model: Model, stop: Stop, request: Request, display: Display, names: tuple[str, ...]
) -> Mapping[str, ForAll]:
    most = request.limits.memory
    return answer(model, names, stop, most, display, reduction=request.reduction)


def _properties(model: Model, request: Request) -> tuple[str, ...]:
    """The names of what is asked about; none of a variant that is not."""
    if request.variants and model.variant not in request.variants:
        return ()
    names = (item.name for item in model.properties)
    return tuple(name for name in names if not request.properties or name in request.properties)
