"""What is worth knowing about a variant besides its verdicts: vacuity, and lock discipline."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from frontend.model import Expression, Model
from verifier.inspection.lock_discipline.races import Candidates, Race
from verifier.inspection.vacuity.analysis import Siblings, analyse, claims_of, conditions_of
from verifier.inspection.vacuity.observer import Diligence, Observer
from verifier.inspection.vacuity.vacuous import Vacuity
from verifier.protocol.bounds import Asked
from verifier.protocol.deadline import Deadline
from verifier.protocol.results import PropertyReport

RACE_STATES = 5_000
"""States of the asked sizes that are searched for two threads at one place."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found.

    Args:
        vacuity: None when the time was up before anything was explored.
        races: in the order of the source.
    """

    vacuity: Vacuity | None
    races: tuple[Race, ...]


def inspect(
    model: Model,
    asked: Asked,
    settled: Sequence[PropertyReport],
    stop: Deadline,
    siblings: Siblings,
) -> Inspection:
    """Looks at a variant whose verdicts are known; one search of small systems serves all.

    Args:
        model: the whole model.
        asked: sizes of which there is a system.
        settled: its verdicts there.
        stop: when the user's time is up.
        siblings: makes all variants of the specification; called only where that matters.
    """
    claims = claims_of(model, settled)
    candidates = Candidates(model)
    conditions: dict[Hashable, Expression] = dict(conditions_of(claims).items())
    conditions.update(candidates.conditions.items())
    observer = Observer(model, asked, stop, conditions, Diligence())
    observer.small()
    vacuity = analyse(observer, asked, settled, claims, siblings, stop)

    def never(condition: Expression) -> bool:
        observer.conditions[condition] = condition
        looked = observer.holds(condition, RACE_STATES)
        return looked is not None and looked.complete

    return Inspection(vacuity, candidates.races(observer.unseen, never))
