"""What a run of `verify` has to say, as values: the text and the JSON are two views of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from frontend.diagnostics import Diagnostic
from frontend.model import Model, PropertyKind
from frontend.source import Source
from proofs.verdict import Proved, Refuted, Unknown
from verifier.exits import Exit, worst
from verifier.second_opinion import Opinion
from verifier.settlement import Settled, Settlement
from verifier.smallest import Length, length

if TYPE_CHECKING:  # a refutation shows none of these, and should be there at once
    from verifier.discipline.races import Race
    from verifier.inspection import Inspection
    from verifier.vacuity.values import Vacuity, Vacuous

MEMORY_MODEL = "sequential consistency"


class Outcome(Enum):
    """A verdict's name, as JSON has it."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class VariantReport:
    """One variant of one specification.

    Args:
        settlement: None when an internal error ended the work on it.
        error: that error, in one line.
        inspection: what was found besides verdicts; None where nobody looked.
        vacuous_allowed: whether the user does not mind vacuous verdicts.
        opinion: the second one on its proofs; None where nobody was asked.
    """

    model: Model
    settlement: Settlement | None
    error: str | None = None
    inspection: Inspection | None = None
    vacuous_allowed: bool = False
    opinion: Opinion | None = None

    @property
    def settled(self) -> tuple[Settled, ...]:
        """The verdicts, none where there are none."""
        return self.settlement.settled if self.settlement is not None else ()

    @property
    def vacuity(self) -> Vacuity | None:
        """What never happens; None where nobody looked."""
        return self.inspection.vacuity if self.inspection is not None else None

    @property
    def vacuous(self) -> tuple[Vacuous, ...]:
        """What certainly makes verdicts vacuous, whether that is allowed or not."""
        return self.vacuity.found if self.vacuity is not None else ()

    @property
    def races(self) -> tuple[Race, ...]:
        """Accesses without the lock that guards the variable elsewhere."""
        return self.inspection.races if self.inspection is not None else ()


@dataclass(frozen=True, slots=True)
class SpecReport:
    """One specification.

    Args:
        path: as the user named it.
        sha256: of the file's bytes; None when they could not be read.
        source: its text; None likewise.
        diagnostics: why it was rejected; nothing was verified then.
        warnings: what the front end remarked.
        variants: those asked about, in order of declaration.
        interrupted: whether Ctrl-C ended the work.
    """

    path: str
    sha256: str | None
    source: Source | None
    diagnostics: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    variants: tuple[VariantReport, ...] = ()
    interrupted: bool = False

    @property
    def name(self) -> str:
        """The specification's name, or its path while it has none."""
        return self.variants[0].model.name if self.variants else self.path


def outcome(settled: Settled) -> Outcome:
    """The verdict's name."""
    match settled.verdict:
        case Proved():
            return Outcome.PROVED
        case Refuted():
            return Outcome.REFUTED
        case Unknown():
            return Outcome.UNKNOWN


def expected(model: Model, settled: Settled) -> bool | None:
    """Whether the verdict is what the author expects; None while there is none.

    What an `expect` line of the variant names should be violated, all else should hold.
    """
    match outcome(settled):
        case Outcome.PROVED:
            return settled.name not in model.violates
        case Outcome.REFUTED:
            return settled.name in model.violates
        case Outcome.UNKNOWN:
            return None


def steps(settled: Settled) -> int | None:
    """The length of the verdict's run."""
    return len(settled.trace.steps) if settled.trace is not None else None


def first_faults(report: VariantReport) -> tuple[str, ...]:
    """The built-in violations that end runs: all else speaks of runs up to the first of them."""
    return tuple(
        settled.name
        for settled in report.settled
        if outcome(settled) is Outcome.REFUTED
        and report.model.property(settled.name).kind is PropertyKind.FAULT
    )


def run_length(report: VariantReport, settled: Settled) -> Length | None:
    """The length of the run that is shown for a verdict, and at which sizes."""
    assert report.settlement is not None, "it has a verdict"
    return length(settled, report.settlement.asked)


def cell(report: VariantReport, settled: Settled) -> str:
    """A verdict in a word or two: `proved`, `proved for all` (sizes), `violated 23`, `reached 7`,
    `violated 23 (1 page)` (a size that is not the asked one), `violated within 9` (perhaps not the
    shortest run), `never reached`, `unknown`."""
    run = run_length(report, settled)
    reachable = report.model.property(settled.name).kind is PropertyKind.REACHABLE
    match outcome(settled):
        case Outcome.PROVED:
            if reachable and run is not None:
                return f"reached {run.brief}"
            everywhere = settled.for_all is not None and settled.for_all.proved
            return "proved for all" if everywhere else "proved"
        case Outcome.REFUTED if run is not None:
            return f"violated {run.brief}"
        case Outcome.REFUTED:
            return "never reached"
        case Outcome.UNKNOWN:
            return "unknown"


def exit_of(report: SpecReport) -> Exit:
    """The status that one specification calls for."""
    found = [Exit.INTERRUPTED] if report.interrupted else []
    if report.diagnostics:
        found.append(Exit.WRONG_INPUT)
    for variant in report.variants:
        if variant.opinion is not None and variant.opinion.doubts:
            found.append(Exit.INCONCLUSIVE)
        if variant.settlement is None:
            found.append(Exit.INTERNAL)
        elif variant.settlement.no_system is not None:
            found.append(Exit.WRONG_INPUT)
        if variant.vacuous and not variant.vacuous_allowed:
            found.append(Exit.UNEXPECTED)
        for settled in variant.settled:
            match expected(variant.model, settled):
                case None:
                    found.append(Exit.INCONCLUSIVE)
                case False:
                    found.append(Exit.UNEXPECTED)
                case True:
                    pass
    return worst(found)


def exit_of_all(reports: Iterable[SpecReport]) -> Exit:
    """The status that the program ends with: the worst of all (`exits.SEVERITY`)."""
    return worst(exit_of(report) for report in reports)
