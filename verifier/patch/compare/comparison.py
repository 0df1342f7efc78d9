"""What a comparison has to say, as values: the text and the JSON are two views of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from frontend.model import Property, PropertyKind
from frontend.source.diagnostics import Diagnostic
from proofs.answers.trace import Trace
from verifier.patch.compare.changes import Changes
from verifier.protocol.exits import Exit, worst
from verifier.protocol.results import PropertyReport
from verifier.verify.smallest_run import Length
from verifier.verify.spec_report import SpecReport, VariantReport, exit_of


class Need(Enum):
    """Whether anything needs some flags, as JSON has it."""

    BREAKS = "breaks"
    NEEDED = "needed"
    NOT_NEEDED = "not_needed"
    UNDECIDED = "undecided"
    NOT_DROPPABLE = "not_droppable"
    NOTHING_TO_COMPARE = "nothing_to_compare"


@dataclass(frozen=True, slots=True)
class Failure:
    """A property that fails on one side of a comparison.

    Args:
        settled: its verdict there.
        trace: the run that shows it; None of a `reachable` that nothing reaches there.
        length: of that run, and at which sizes.
    """

    property: Property
    settled: PropertyReport
    trace: Trace | None
    length: Length | None


@dataclass(frozen=True, slots=True)
class Dropped:
    """The newer variant without some of its patch flags.

    Args:
        flags: those that were dropped.
        title: what the variant is called.
        same_as: the declared variant with the same flags, if there is one.
        need: what it comes to.
        report: its verdicts; None where they were not asked for.
        broken: what fails with the flags and holds without, the most telling one first.
        failing: what holds with the flags and fails without, likewise.
        holding: what holds with the flags and without.
        unstated: what only the flags bring into the specification.
        restated: what the specification states differently without them: not compared.
        open: property -> why nothing can be said of it; "" is about all of them.
        errors: why the front end rejects it. A variant that cannot be had for want of a system is
            not rejected: its report says so.
        companions: where flags cannot be dropped alone: with which others they can.
    """

    flags: tuple[str, ...]
    title: str
    same_as: str | None
    need: Need
    report: VariantReport | None = None
    broken: tuple[Failure, ...] = ()
    failing: tuple[Failure, ...] = ()
    holding: tuple[PropertyReport, ...] = ()
    unstated: tuple[str, ...] = ()
    restated: tuple[str, ...] = ()
    open: tuple[tuple[str, str], ...] = ()
    errors: tuple[Diagnostic, ...] = ()
    companions: tuple[str, ...] = ()

    @property
    def every_size(self) -> bool:
        """Whether all that holds without the flags does at every size, what is reached aside."""
        return all(item.every_size is not None for item in self.claims)

    @property
    def claims(self) -> tuple[PropertyReport, ...]:
        """What holds without the flags, but for what is reached: one run shows that."""
        if self.report is None:
            return ()
        model = self.report.model
        return tuple(
            item
            for item in self.holding
            if model.property(item.name).kind is not PropertyKind.REACHABLE
        )

    @property
    def vacuous(self) -> tuple[str, ...]:
        """What holds without the flags, but says nothing there."""
        vacuity = self.report.vacuity if self.report is not None else None
        if vacuity is None:
            return ()
        names = (
            *(item.name for item in self.holding),
            *(item.property.name for item in self.broken),
        )
        return tuple(name for name in names if vacuity.of(name) is not None)


@dataclass(frozen=True, slots=True)
class Necessity:
    """What each added flag is for.

    Args:
        single: each dropped alone, in order of declaration.
        joint: flags that nothing needs alone, dropped together.
        untried: how many more such pairs there are.
    """

    single: tuple[Dropped, ...] = ()
    joint: tuple[Dropped, ...] = ()
    untried: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two variants side by side.

    Args:
        report: their verdicts, the older one first; a variant is missing where nothing was asked
            of it.
        changes: the flags by which they differ.
        necessity: what each added flag is for.
    """

    report: SpecReport
    changes: Changes
    necessity: Necessity

    def variant(self, name: str) -> VariantReport | None:
        """The verdicts on one of the two."""
        return next((item for item in self.report.variants if item.model.variant == name), None)

    @property
    def status(self) -> Exit:
        """That of the two variants' verdicts, and inconclusive where a flag is undecided.

        A flag that nothing needs, or that cannot be dropped, is information and no error.
        """
        tried = (*self.necessity.single, *self.necessity.joint)
        return worst((exit_of(self.report), *_statuses(tried)))


def _statuses(dropped: Iterable[Dropped]) -> Iterator[Exit]:
    for item in dropped:
        if item.report is not None and item.report.error is not None:
            yield Exit.INTERNAL
        elif item.need is Need.UNDECIDED:
            yield Exit.INCONCLUSIVE
