"""What `verify` and `log` do before they report: read the command line, load, settle."""

from __future__ import annotations

import math
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from frontend.diagnostics import suggestion
from frontend.model import Model
from verifier.bounds import asked
from verifier.commands.files import File, find, load, show_diagnostics, variants
from verifier.commands.session import display as shown_on
from verifier.commands.session import interrupts, memory
from verifier.every_size import answer
from verifier.following import Follower, Followers
from verifier.live_table import Table
from verifier.portfolio import Options, Work
from verifier.progress import Display
from verifier.report import SpecReport, VariantReport
from verifier.second_opinion import (
    Opinion,
    SecondOpinions,
    invariants,
    searches,
    second_opinions,
)
from verifier.settlement import ForAll, InternalError, Settlement
from verifier.stop import Stop
from verifier.task import SETTLED, Limits, Progress
from verifier.tools import standard

if TYPE_CHECKING:
    from verifier.inspection import Inspection

LARGEST = 1000
"""Objects of a sort: far beyond what any engine settles, and not yet so many that merely
setting up the system takes minutes."""


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


def settle(request: Request, followers: Sequence[Follower] = ()) -> list[SpecReport]:
    """Loads the specifications, tells what is wrong with them, and settles what was asked.

    Args:
        request: what was asked.
        followers: are told of the verdicts while the work goes on.

    Raises:
        click.UsageError: an option names what no specification has.
    """
    if request.timeout is not None and math.isnan(request.timeout):
        raise _wrong("--timeout", "that is no number")
    stop = Stop(request.timeout)
    sizes = parse_bounds(request.bounds)
    files = [load(path, request.variants) for path in find(request.specs)]
    for file in files:
        show_diagnostics(file, request.color)
    _check_names(request, sizes, [model for file in files for model in file.models])
    # Lines that come while the work goes on are progress enough where they go to the terminal.
    watched = sys.stdout is not None and sys.stdout.isatty()
    quiet = request.quiet or (bool(followers) and watched)
    with (
        interrupts(stop),
        shown_on(request.color, quiet=quiet, limit=request.timeout) as display,
        second_opinions() as opinions,
    ):
        models = (model for file in files for model in file.models)
        table = Table(
            display, sum(len(_properties(model, request)) for model in models), len(files)
        )
        work = _Work(request, sizes, stop, display, opinions, Followers((table, *followers)))
        busy = [bool(file.models) for file in files]
        return [work.file(file, sum(busy[place:]) or 1) for place, file in enumerate(files)]


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
        if len(number) > len(str(LARGEST)) or int(number) > LARGEST:
            raise _wrong("--bound", f"{text[:40]!r}: more than {LARGEST} objects are out of reach")
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
            job.finish(stop.part(1 / number))
            job.tell()
            self._ask_again(job)
            waiting.append(job)
            while waiting and self.opinions.ready(waiting[0].model):
                self._close(waiting.popleft(), report, stop)
        for job in waiting:
            self._close(job, report, stop)
        report = file.report(tuple(job.report() for job in jobs), interrupted=self.stop.interrupted)
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
                self.stop.interrupt()

        request = self.request
        limits = Limits(memory=memory())
        for_all = request.scope == "all"
        options = Options(request.engine, limits, only_for_all=for_all, reduction=request.reduction)
        names = _properties(model, request)
        work = Work(model, names, asked(model, self.sizes), options, standard(), stop, heard)
        job = Job(model, work, request.allow_vacuous, title, told)
        self.display.about(title)
        job.begin()
        return job

    def _close(self, job: Job, report: SpecReport, stop: Stop) -> None:
        """The second opinion on its proofs was all that was missing."""
        if self.request.recheck:
            self.display.about(f"{job.title}, second opinion")
            job.look(self.opinions.answer(job.model, stop))
        self.followers.finished(report, job.report())

    def _ask_again(self, job: Job) -> None:
        if self.request.recheck and job.settlement is not None:
            self.opinions.about_searches(job.model, searches(job.settlement.settled))
            for invariant in invariants(job.settlement.settled):
                if invariant.bounds is not None:  # the others have been asked about already
                    self.opinions.about_lemmas(job.model, invariant)

    def _for_every_size(self, jobs: Sequence[Job], stop: Stop) -> None:
        asking = [job for job in jobs if job.error is None]
        for left, job in zip(_down(asking), asking, strict=True):
            if not stop.expired():
                self.display.about(f"{job.title}, every size")
                names, part = job.work.candidates(), stop.part(1 / left)
                reduction = self.request.reduction
                known = answer(job.model, names, part, memory(), self.display, reduction=reduction)
                job.learn(known)
                job.tell()
                proof = next((item.invariant for item in known.values() if item.invariant), None)
                if self.request.recheck and proof is not None:
                    self.opinions.about_lemmas(job.model, proof)


@dataclass(slots=True)
class Job:
    """The work on one variant, and how it ended.

    Args:
        title: what it is called while it goes on.
        told: takes the verdicts that are new.
    """

    model: Model
    work: Work
    allow_vacuous: bool = False
    title: str = ""
    told: Callable[[VariantReport], None] = lambda _: None
    settlement: Settlement | None = None
    error: str | None = None
    inspection: Inspection | None = None
    opinion: Opinion | None = None

    def begin(self) -> None:
        """See `Work`."""
        self._guarded(self.work.begin)

    def learn(self, answers: Mapping[str, ForAll]) -> None:
        """See `Work`."""
        self._guarded(lambda: self.work.learn(answers))

    def finish(self, stop: Stop) -> None:
        """Settles the rest within the time that is left."""
        self.work.allow(stop)
        if self.error is None:
            self._guarded(self._settle)
        if self._has_proofs() and self.settlement is not None:
            from verifier.inspection import Inspection, inspect

            source = self.model.source
            self.inspection = (
                Inspection(None, ())
                if stop.expired()
                else inspect(self.model, self.settlement, stop, lambda: variants(source))
            )

    def tell(self) -> None:
        """Tells of the verdicts that are new."""
        if self.error is None and (news := self.work.news()):
            settlement = Settlement(self.work.sizes, news)
            self.told(VariantReport(self.model, settlement, None, None, self.allow_vacuous))

    def _has_proofs(self) -> bool:
        """Whether anything could hold for nothing: a run that violates speaks for itself."""
        settled = self.settlement.settled if self.settlement is not None else ()
        return any(item.trace is None for item in settled) or len(settled) > 1

    def look(self, opinion: Opinion) -> None:
        """Takes the second opinion on its proofs: where that contradicts, there is no verdict."""
        self.opinion = opinion
        if opinion.contradiction:
            self._guarded(lambda: _contradict(self.model, opinion))
            self.settlement = None

    def report(self) -> VariantReport:
        """What came of it."""
        return VariantReport(
            self.model,
            self.settlement,
            self.error,
            self.inspection,
            self.allow_vacuous,
            self.opinion,
        )

    def _settle(self) -> None:
        self.settlement = self.work.finish()

    def _guarded(self, part: Callable[[], None]) -> None:
        try:
            part()
        except InternalError as error:
            if os.environ.get("BUDDYPROOF_DEBUG"):
                raise
            click.echo(f"internal error: {error}, please report", err=True)
            self.error = str(error)


def _contradict(model: Model, opinion: Opinion) -> None:
    raise InternalError(f"{model.name} ({model.variant}): {opinion.contradiction}")


def _properties(model: Model, request: Request) -> tuple[str, ...]:
    """The names of what is asked about; none of a variant that is not."""
    if request.variants and model.variant not in request.variants:
        return ()
    names = (item.name for item in model.properties)
    return tuple(name for name in names if not request.properties or name in request.properties)
