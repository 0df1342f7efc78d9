"""Works through the variants of a specification: which part of the work comes when, and how much of
the time it may take. Who is told of it, and how, is up to the caller.
"""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from frontend.model import Model
from frontend.source.diagnostics import suggestion
from proofs.answers.verdict import Attempt, EverySize
from verifier.every_size.answer import answer
from verifier.protocol.bounds import Bounds, asked
from verifier.protocol.deadline import Deadline
from verifier.protocol.task import SETTLED, Limits, Progress
from verifier.verify.followers import Follower, Watcher
from verifier.verify.job import BUDGET, Ask, Job
from verifier.verify.loading import File
from verifier.verify.portfolio import Strategy, Work
from verifier.verify.registry import standard
from verifier.verify.second_opinion import SecondOpinions, invariants, searches
from verifier.verify.spec_report import SpecReport, VariantReport

HALF = 1 / 2
"""The part of a variant's budget that small sizes and a first search may take."""

TWO_THIRDS = 2 / 3
"""The part of the rest that the search for a proof at every size may take."""


class Scope(Enum):
    """Which sizes count."""

    BOUNDED = "bounded"
    """The asked ones only."""
    EVERY_SIZE = "all"
    """Only proofs for every size count; violations are looked for at the asked ones."""
    BOTH = "both"
    """The asked ones, and every size where a proof is found."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is to be verified, and how far.

    Args:
        variants: names; none stands for all.
        properties: names; none stands for all.
        bounds: sort -> number of objects, whatever the specification says.
        scope: which sizes count.
        engine: the only engine to ask, at the asked sizes only; None for all in their turn.
        reduction: whether critical sections are taken together while lemmas are searched.
        timeout: seconds for everything; without it no more than a minute is spent on a variant.
        limits: what engines are held to, besides the time.
        recheck: whether each proof gets a second opinion.
        allow_vacuous: whether a vacuous verdict is as good as any.
    """

    variants: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    bounds: Bounds = field(default_factory=dict)
    scope: Scope = Scope.BOTH
    engine: str | None = None
    reduction: bool = True
    timeout: float | None = None
    limits: Limits = field(default_factory=Limits)
    recheck: bool = True
    allow_vacuous: bool = False


class UnknownName(ValueError):
    """An option names what no specification has.

    Args:
        option: which field of `Options`.
        message: what is not there, and what there is.
    """

    def __init__(self, option: str, message: str) -> None:
        super().__init__(message)
        self.option = option


def check_names(options: Options, models: Sequence[Model]) -> None:
    """Every name must exist in some specification; one that has it not is left alone.

    Raises:
        UnknownName: it exists in none.
    """
    if not models:
        return  # all were rejected, and that was said
    properties = {item.name for model in models for item in model.properties}
    sorts = {sort.name for model in models for sort in model.sorts}
    known: Mapping[str, tuple[Iterable[str], str, set[str]]] = {
        "variants": (options.variants, "variant", {model.variant for model in models}),
        "properties": (options.properties, "property", properties),
        "bounds": (options.bounds, "sort", sorts),
    }
    for option, (names, noun, candidates) in known.items():
        for name in names:
            if name not in candidates:
                hint = suggestion(name, candidates)
                listed = ", ".join(sorted(candidates)) or "none"
                hint = hint if hint is not None else f"there are: {listed}"
                raise UnknownName(option, f"there is no {noun} {name!r}; {hint}")


def chosen(model: Model, options: Options) -> tuple[str, ...]:
    """The names of what is asked about; none of a variant that is not."""
    if options.variants and model.variant not in options.variants:
        return ()
    names = (item.name for item in model.properties)
    return tuple(name for name in names if not options.properties or name in options.properties)


def down(items: Sequence[object]) -> range:
    """How many are left, from the first one on: what is not used of a share goes to the others."""
    return range(len(items), 0, -1)


@dataclass(frozen=True, slots=True)
class Scheduler:
    """Settles specifications, one after the other.

    Args:
        stop: when the time for all of them is up.
        watcher: is told how far the work is.
        opinions: has proofs looked at again while the work goes on.
        follower: is told what comes of it.
    """

    options: Options
    stop: Deadline
    watcher: Watcher
    opinions: SecondOpinions
    follower: Follower

    def file(self, file: File, left: int) -> SpecReport:
        """Every variant at small sizes, then proofs for every size of what was not refuted, then
        what is still open.

        Args:
            file: a specification.
            left: how many have to share the time that is left.
        """
        stop = self.stop.part(1 / left)
        names = ((model, chosen(model, self.options)) for model in file.models)
        properties = [(model, found) for model, found in names if found]
        models = [model for model, _ in properties]
        report = file.report()
        self.follower.opened(report, properties)
        jobs: list[Job] = []
        waiting: deque[Job] = deque()
        bounded = self.options.scope is Scope.BOUNDED or self.options.engine is not None
        for number, model in zip(down(models), models, strict=True):
            of = f" (variant {len(jobs) + 1} of {len(models)})" if len(models) > 1 else ""
            title = f"{model.name} {model.variant}{of}"
            part = stop.part(1 / (number if bounded else 2 * number))
            jobs.append(self._begun(model, title, report, part))
        if not bounded:
            self._for_every_size(jobs, stop.part(0.5))
        for number, job in zip(down(jobs), jobs, strict=True):
            self.watcher.about(job.title)
            job.finish(job.budget(stop.part(1 / number)))
            job.tell()
            self._ask_again(job)
            waiting.append(job)
            while waiting and self.opinions.ready(waiting[0].model):
                self._close(waiting.popleft(), report, stop)
        for job in waiting:
            self._close(job, report, stop)
        report = file.report(tuple(job.report() for job in jobs), interrupted=self.stop.number)
        self.follower.closed(report)
        return report

    def _begun(self, model: Model, title: str, report: SpecReport, stop: Deadline) -> Job:
        def heard(progress: Progress) -> None:
            self.watcher(progress)
            if progress.what == SETTLED:
                job.tell()

        def told(variant: VariantReport) -> None:
            self.follower.learnt(report, variant)
            if self.follower.lost:
                self.stop.interrupt(signal.SIGPIPE)

        options = self.options
        strategy = Strategy(
            options.engine,
            options.limits,
            only_every_size=options.scope is Scope.EVERY_SIZE,
            reduction=options.reduction,
        )
        names = chosen(model, options)
        sizes = asked(model, options.bounds)

        def made() -> Work:
            return Work(model, names, sizes, strategy, standard(), part, heard)

        job = Job(model, names, sizes, made, options.allow_vacuous, title, told)
        self.watcher.about(title)
        part = job.budget(stop, HALF)
        job.begin(part)
        return job

    def _close(self, job: Job, report: SpecReport, stop: Deadline) -> None:
        """The second opinion on its proofs was all that was missing."""
        if self.options.recheck:
            self.watcher.about(f"{job.title}, second opinion")
            if stop.seconds is None:
                stop = stop.at_most(BUDGET, f"no more than {BUDGET:g} s are spent on it", 1.0)
            job.look(stop, lambda: self.opinions.answer(job.model, stop))
        self.follower.finished(report, job.report())

    def _ask_again(self, job: Job) -> None:
        if self.options.recheck:
            self.opinions.about_searches(job.model, searches(job.properties))
            for invariant in invariants(job.properties):
                if invariant.bounds is not None:  # the others have been asked about already
                    self.opinions.about_lemmas(job.model, invariant)

    def _for_every_size(self, jobs: Sequence[Job], stop: Deadline) -> None:
        sound = [job for job in jobs if job.error is None]
        for left, job in zip(down(sound), sound, strict=True):
            if not stop.expired():
                self.watcher.about(f"{job.title}, every size")
                part = job.budget(stop.part(1 / left), TWO_THIRDS)
                known = job.learn(part, self._asking(job.model, part))
                job.tell()
                proof = next((one for one in known.values() if isinstance(one, EverySize)), None)
                if self.options.recheck and proof is not None:
                    self.opinions.about_lemmas(job.model, proof.invariant)

    def _asking(self, model: Model, stop: Deadline) -> Ask:
        most, reduction = self.options.limits.memory, self.options.reduction

        def ask(names: tuple[str, ...]) -> Mapping[str, EverySize | Attempt]:
            return answer(model, names, stop, most, self.watcher, reduction=reduction)

        return ask
