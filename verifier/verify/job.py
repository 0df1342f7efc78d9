"""The work on one variant: what ends it early, be it the time, the memory or a mistake of the
tool's own, takes nothing away from the others, nor what was settled before.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from frontend.model import Model
from proofs.answers.verdict import Attempt, EverySize, NoSystem, Unknown
from verifier.protocol.alarm import Overdue, within
from verifier.protocol.bounds import Asked
from verifier.protocol.deadline import Deadline
from verifier.protocol.exhaustion import exhausted, sentence
from verifier.protocol.results import InternalError, PropertyReport
from verifier.verify.loading import variants
from verifier.verify.portfolio import Work
from verifier.verify.second_opinion import Opinion
from verifier.verify.spec_report import VariantReport

if TYPE_CHECKING:
    from verifier.inspection.variant import Inspection

BUDGET = 60.0
"""Seconds for a variant when the user sets no limit."""

WORDS = f"no more than {BUDGET:g} s are spent on a variant; `--timeout 10m` allows more"


EverySizeAnswers = Mapping[str, EverySize | Attempt]

Ask = Callable[[tuple[str, ...]], EverySizeAnswers]
"""Asks for proofs at every size of some properties."""


@dataclass(slots=True)
class Job:
    """The work on one variant, and how it ended.

    Args:
        names: of its properties that were asked about.
        sizes: what to verify it at.
        make: begins the work.
        title: what it is called while it goes on.
        told: takes the verdicts that are new.
        spent: seconds of this process's own time so far.
    """

    model: Model
    names: tuple[str, ...]
    sizes: Asked
    make: Callable[[], Work]
    allow_vacuous: bool = False
    title: str = ""
    told: Callable[[VariantReport], None] = lambda _: None
    properties: tuple[PropertyReport, ...] = ()
    error: str | None = None
    inspection: Inspection | None = None
    opinion: Opinion | None = None
    spent: float = 0.0
    work: Work | None = None
    lost: str = ""

    def budget(self, stop: Deadline, share: float = 1.0) -> Deadline:
        """The time there is: a share of what this variant's budget leaves where the user sets no
        limit.
        """
        if stop.seconds is not None:
            return stop
        return stop.at_most(max(0.0, BUDGET - self.spent) * share, WORDS)

    def begin(self, stop: Deadline) -> None:
        """Makes the work, and begins with it; what it leaves open, `finish` asks about again."""

        def begun() -> None:
            self.work = self.make()
            self.work.begin()

        reason = self._part(stop, begun)
        if self.work is None and self.error is None:
            self.lost = reason

    def learn(self, stop: Deadline, ask: Ask) -> EverySizeAnswers:
        """Asks for proofs at every size, and takes them. See `Work`."""
        answers: EverySizeAnswers = {}
        work = self.work
        if work is None:
            return answers

        def learnt() -> None:
            nonlocal answers
            answers = ask(work.candidates())
            work.learn(answers)

        reason = self._part(stop, learnt)
        if reason and not answers:
            none = {name: Attempt(reason) for name in work.candidates()}
            self._safely(lambda: work.learn(none))
        return answers

    def finish(self, stop: Deadline) -> None:
        """Settles the rest within the time that is left."""
        work = self.work
        if work is None:
            self.properties = self._nothing() if self.error is None else ()
            return

        def settle() -> None:
            self.properties = work.finish()

        work.allow(stop)
        reason = self._part(stop, settle)
        if reason:
            work.allow(stop.ended(reason))
            self.lost = reason
            if self._safely(settle):
                self.properties = self._nothing()
        if self._has_proofs():
            from verifier.inspection.variant import Inspection

            self.inspection = Inspection(None, ())  # there was no time to look
            if not stop.expired():
                self._part(stop, lambda: self._inspect(stop))

    def tell(self) -> None:
        """Tells of the verdicts that are new."""
        if self.error is None and self.work is not None and (news := self.work.news()):
            self.told(
                VariantReport(self.model, self.sizes, news, vacuous_allowed=self.allow_vacuous)
            )

    def look(self, stop: Deadline, ask: Callable[[], Opinion]) -> None:
        """Takes the second opinion on its proofs: where that contradicts, there is no verdict."""
        opinion = Opinion()

        def asked() -> None:
            nonlocal opinion
            opinion = ask()

        reason = self._part(stop, asked)
        if reason:
            opinion = Opinion(doubts=(f"a proof was not looked at again: {reason}",))
        self.opinion = opinion
        if opinion.contradiction:
            where = f"{self.model.name} ({self.model.variant})"
            self.fail(f"{where}: {opinion.contradiction}")
            self.properties = ()

    def fail(self, error: str) -> None:
        """Keeps in mind that the tool made a mistake here."""
        self.error = error

    def report(self) -> VariantReport:
        """What came of it."""
        systems = self.work.systems if self.work is not None else None
        return VariantReport(
            self.model,
            self.sizes,
            self.properties,
            self.error,
            self.inspection,
            self.allow_vacuous,
            self.opinion,
            systems.missing if systems is not None else (),
            systems is not None and systems.unsure,
        )

    def _has_proofs(self) -> bool:
        """Whether anything could hold for nothing: a run that violates speaks for itself."""
        settled = self.properties
        if any(isinstance(item.status, NoSystem) for item in settled):
            return False
        return any(item.trace is None for item in settled) or len(settled) > 1

    def _nothing(self) -> tuple[PropertyReport, ...]:
        """Nothing is known: the work did not even begin."""
        unknown = Unknown(self.lost, -1)
        bounds = self.sizes.high
        return tuple(PropertyReport(name, unknown, bounds, 0.0) for name in self.names)

    def _inspect(self, stop: Deadline) -> None:
        from verifier.inspection.variant import inspect

        model, siblings = self.model, lambda: variants(self.model.source)
        self.inspection = inspect(model, self.sizes, self.properties, stop, siblings)

    def _part(self, stop: Deadline, part: Callable[[], None]) -> str:
        """Does a part of the work within its time; returns why it ended early, if it did."""
        started = time.process_time()
        try:
            return self._safely(lambda: within(stop, part))
        except Overdue:
            return stop.reason()
        finally:
            self.spent += time.process_time() - started

    def _safely(self, part: Callable[[], None]) -> str:
        """Does a part of the work; returns what the machine had too little of, if it did."""
        if self.error is not None:
            return ""
        try:
            part()
        except Exception as error:
            reason = exhausted(error)
            if reason:
                return reason
            if os.environ.get("BUDDYPROOF_DEBUG"):
                raise
            told = isinstance(error, InternalError)
            self.fail(str(error) if told else sentence(error))
        return ""
