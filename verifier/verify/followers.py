"""Whoever follows a run while it goes on: its verdicts, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from frontend.model import Model
from verifier.protocol.task import Progress
from verifier.verify.spec_report import SpecReport, VariantReport


class Watcher(Protocol):
    """Is told how far the work is."""

    def about(self, subject: str) -> None:
        """What is being verified from here on."""

    def __call__(self, progress: Progress) -> None:
        """How far an engine is."""


class Unwatched:
    """Nobody wants to know."""

    def about(self, subject: str) -> None:
        """See `Watcher`."""

    def __call__(self, progress: Progress) -> None:
        """See `Watcher`."""


class Follower(Protocol):
    """Is told what comes of specifications, one after the other."""

    def opened(self, report: SpecReport, asked: Sequence[tuple[Model, Sequence[str]]]) -> None:
        """The work on a specification begins.

        Args:
            report: with its diagnostics, without verdicts.
            asked: each variant, and which of its properties are to be settled.
        """

    def learnt(self, report: SpecReport, variant: VariantReport) -> None:
        """There is news.

        Args:
            report: as when it was opened.
            variant: with the verdicts that are new, or better than the ones before. A violation
                stands; all else may still become another verdict.
        """

    def finished(self, report: SpecReport, variant: VariantReport) -> None:
        """All is known of a variant."""

    def closed(self, report: SpecReport) -> None:
        """All is known of a specification."""

    @property
    def lost(self) -> bool:
        """Whether nobody gets what is told: there is no use in going on."""


class Followers:
    """Tells several.

    Args:
        several: in the order in which they are told.
    """

    def __init__(self, several: Sequence[Follower]) -> None:
        self._several = several

    def opened(self, report: SpecReport, asked: Sequence[tuple[Model, Sequence[str]]]) -> None:
        """See `Follower`."""
        for one in self._several:
            one.opened(report, asked)

    def learnt(self, report: SpecReport, variant: VariantReport) -> None:
        """See `Follower`."""
        for one in self._several:
            one.learnt(report, variant)

    def finished(self, report: SpecReport, variant: VariantReport) -> None:
        """See `Follower`."""
        for one in self._several:
            one.finished(report, variant)

    def closed(self, report: SpecReport) -> None:
        """See `Follower`."""
        for one in self._several:
            one.closed(report)

    @property
    def lost(self) -> bool:
        """See `Follower`."""
        return any(one.lost for one in self._several)
