"""What `verify` and `log` do before they report: read the command line, load, settle."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from frontend.diagnostics import suggestion
from frontend.model import Model
from frontend.rendering import escaped
from verifier.bounds import asked
from verifier.commands.files import File, find, load, show_diagnostics, variants
from verifier.commands.session import display as shown_on
from verifier.commands.session import interrupts, memory
from verifier.every_size import answer
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
from verifier.task import Limits
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


def settle(request: Request) -> list[SpecReport]:
    """Loads the specifications, tells what is wrong with them, and settles what was asked.

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
    with (
        interrupts(stop),
        shown_on(request.color, quiet=request.quiet) as display,
        second_opinions() as opinions,
    ):
        return _verify(files, request, sizes, stop, display, opinions)


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


def _verify(
    files: Sequence[File],
    request: Request,
    sizes: dict[str, int],
    stop: Stop,
    display: Display,
    opinions: SecondOpinions,
) -> list[SpecReport]:
    """The files in order. First every variant at small sizes, then proofs for every size of what
    was not refuted, then what is still open.
    """
    waiting = [model for file in files for model in file.models if _is_asked(model, request)]
    jobs: dict[int, Job] = {}
    for left, model in zip(range(len(waiting), 0, -1), waiting, strict=True):
        display.about(f"{model.name} {model.variant}")
        part = stop.part(1 / left if request.scope == "bounded" else 1 / (2 * left))
        jobs[id(model)] = _begun(model, request, sizes, part, display)
    if request.scope != "bounded" and request.engine is None:
        _for_every_size(list(jobs.values()), request, stop.part(0.5), display, opinions)
    open_jobs = list(jobs.values())
    for left, job in zip(range(len(open_jobs), 0, -1), open_jobs, strict=True):
        display.about(f"{job.model.name} {job.model.variant}")
        job.finish(stop.part(1 / left))
        if request.recheck and job.settlement is not None:
            opinions.about_searches(job.model, searches(job.settlement.settled))
            for invariant in invariants(job.settlement.settled):
                if invariant.bounds is not None:  # the others have been asked about already
                    opinions.about_lemmas(job.model, invariant)
    for job in open_jobs if request.recheck else ():
        display.about(f"{job.model.name} {job.model.variant}, second opinion")
        job.look(opinions.answer(job.model, stop))
    return [
        SpecReport(
            file.path,
            file.sha256,
            file.source,
            file.errors,
            file.warnings,
            tuple(jobs[id(model)].report() for model in file.models if id(model) in jobs),
            stop.interrupted,
        )
        for file in files
    ]


def _begun(
    model: Model, request: Request, sizes: dict[str, int], stop: Stop, display: Display
) -> Job:
    work = Work(
        model,
        _properties(model, request),
        asked(model, sizes),
        Options(
            request.engine,
            Limits(memory=memory()),
            only_for_all=request.scope == "all",
            reduction=request.reduction,
        ),
        standard(),
        stop,
        display,
    )
    job = Job(model, work, request.allow_vacuous)
    job.begin()
    return job


def _for_every_size(
    jobs: Sequence[Job],
    request: Request,
    stop: Stop,
    display: Display,
    opinions: SecondOpinions,
) -> None:
    asking = [job for job in jobs if job.error is None]
    for left, job in zip(range(len(asking), 0, -1), asking, strict=True):
        if not stop.expired():
            display.about(f"{job.model.name} {job.model.variant}, every size")
            names, part = job.work.candidates(), stop.part(1 / left)
            known = answer(job.model, names, part, memory(), display, reduction=request.reduction)
            job.learn(known)
            proof = next((item.invariant for item in known.values() if item.invariant), None)
            if request.recheck and proof is not None:
                opinions.about_lemmas(job.model, proof)


@dataclass(slots=True)
class Job:
    """The work on one variant, and how it ended."""

    model: Model
    work: Work
    allow_vacuous: bool = False
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
        if self._has_proofs() and self.settlement is not None and not stop.expired():
            from verifier.inspection import inspect

            source = self.model.source
            self.inspection = inspect(self.model, self.settlement, stop, lambda: variants(source))

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
            click.echo(f"internal error: {escaped(str(error))}, please report", err=True)
            self.error = str(error)


def _contradict(model: Model, opinion: Opinion) -> None:
    raise InternalError(f"{model.name} ({model.variant}): {opinion.contradiction}")


def _is_asked(model: Model, request: Request) -> bool:
    variant = not request.variants or model.variant in request.variants
    return variant and bool(_properties(model, request))


def _properties(model: Model, request: Request) -> tuple[str, ...]:
    names = (item.name for item in model.properties)
    return tuple(name for name in names if not request.properties or name in request.properties)
