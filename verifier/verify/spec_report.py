"""What a run of `verify` has to say, as values: the text and the JSON are two views of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from frontend.model import Model, PropertyKind
from frontend.source.diagnostics import Diagnostic
from frontend.source.spans import Source
from proofs.answers.verdict import NoSystem, Proved, Reached, Status, Unknown, Unreachable, Violated
from verifier.protocol.bounds import Asked
from verifier.protocol.exits import Exit, of_codes, of_signal, worst
from verifier.protocol.results import PropertyReport
from verifier.verify.second_opinion import Opinion
from verifier.verify.smallest_run import Length, length

if TYPE_CHECKING:  # a refutation shows none of these, and should be there at once
    from verifier.inspection.lock_discipline.races import Race
    from verifier.inspection.vacuity.vacuous import Vacuity, Vacuous
    from verifier.inspection.variant import Inspection

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
        asked: the sizes that were asked for.
        properties: those that were asked about, in the model's order.
        missing: the asked sizes without a system, the largest first, where others have one.
        unsure: whether it is not known of every asked size whether it has one.
        error: the internal error that ended the work on it, in one line; there are no answers then.
        inspection: what was found besides verdicts; None where nobody looked.
        vacuous_allowed: whether the user does not mind vacuous verdicts.
        opinion: the second one on its proofs; None where nobody was asked.
    """

    model: Model
    asked: Asked
    properties: tuple[PropertyReport, ...]
    error: str | None = None
    inspection: Inspection | None = None
    vacuous_allowed: bool = False
    opinion: Opinion | None = None
    missing: tuple[NoSystem, ...] = ()
    unsure: bool = False

    @property
    def settled(self) -> tuple[PropertyReport, ...]:
        """The properties with a verdict: none where there is no system."""
        return () if self.no_system is not None else self.properties

    @property
    def no_system(self) -> NoSystem | None:
        """Why nothing can be said of it, where no state satisfies the assumptions."""
        found = (item.status for item in self.properties)
        return next((status for status in found if isinstance(status, NoSystem)), None)

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
        interrupted: the number of the signal that ended the work; 0 where none did.
    """

    path: str
    sha256: str | None
    source: Source | None
    diagnostics: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    variants: tuple[VariantReport, ...] = ()
    interrupted: int = 0

    @property
    def name(self) -> str:
        """The specification's name, or its path while it has none."""
        return self.variants[0].model.name if self.variants else self.path


def outcome(status: Status) -> Outcome:
    """Whether what the specification states is so."""
    match status:
        case Proved() | Reached():
            return Outcome.PROVED
        case Violated() | Unreachable():
            return Outcome.REFUTED
        case Unknown() | NoSystem():
            return Outcome.UNKNOWN


def expected(model: Model, settled: PropertyReport) -> bool | None:
    """Whether the verdict is what the author expects; None while there is none.

    What an `expect` line of the variant names should be violated, all else should hold.
    """
    match outcome(settled.status):
        case Outcome.PROVED:
            return settled.name not in model.violates
        case Outcome.REFUTED:
            return settled.name in model.violates
        case Outcome.UNKNOWN:
            return None


def steps(settled: PropertyReport) -> int | None:
    """The length of the verdict's run."""
    return len(settled.trace.steps) if settled.trace is not None else None


def first_faults(report: VariantReport) -> tuple[str, ...]:
    """The built-in violations that end runs: all else speaks of runs up to the first of them."""
    return tuple(
        settled.name
        for settled in report.settled
        if isinstance(settled.status, Violated)
        and report.model.property(settled.name).kind is PropertyKind.FAULT
    )


def run_length(report: VariantReport, settled: PropertyReport) -> Length | None:
    """The length of the run that is shown for a verdict, and at which sizes."""
    return length(settled, report.asked)


def cell(report: VariantReport, settled: PropertyReport) -> str:
    """A verdict in a word or two: `proved`, `proved for all` (sizes), `violated 23`, `reached 7`,
    `violated 23 (1 page)` (a size that is not the asked one), `violated within 9` (perhaps not the
    shortest run), `never reached`, `unknown`."""
    run = run_length(report, settled)
    length = run.brief if run is not None else ""
    match settled.status:
        case Proved(every_size=None):
            return "proved"
        case Proved():
            return "proved for all"
        case Violated():
            return f"violated {length}"
        case Reached():
            return f"reached {length}"
        case Unreachable():
            return "never reached"
        case Unknown():
            return "unknown"
        case NoSystem():
            return "no such system"


def exit_of(report: SpecReport) -> Exit:
    """The status that one specification calls for."""
    found = [of_signal(report.interrupted)]
    found.append(of_codes(item.code for item in report.diagnostics))
    for variant in report.variants:
        if variant.unsure or (variant.opinion is not None and variant.opinion.doubts):
            found.append(Exit.INCONCLUSIVE)
        if variant.error is not None:
            found.append(Exit.INTERNAL)
        elif variant.no_system is not None:
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
