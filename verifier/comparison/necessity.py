"""What becomes of a variant's proofs without some of its patch flags.

A flag is needed when a property that holds with it fails without it. Only a violation that was
replayed says so, and only proofs of everything say the opposite: what is unknown, on either side,
leaves it undecided.
"""

from __future__ import annotations

from collections.abc import Sequence

from frontend.model import Model, PropertyKind
from proofs.verdict import Proved, Refuted, Unknown
from verifier.bounds import describe
from verifier.comparison.values import Dropped, Failure, Need
from verifier.report import VariantReport
from verifier.settlement import Settled
from verifier.smallest import shown_trace

STATED = (PropertyKind.INVARIANT, PropertyKind.LEMMA, PropertyKind.REACHABLE)
"""Properties that a declaration states: it may be another one where a flag is not set."""


def proved_in(report: VariantReport) -> tuple[Settled, ...]:
    """What holds in a variant."""
    return tuple(item for item in report.settled if isinstance(item.verdict, Proved))


def judge(
    flags: tuple[str, ...],
    title: str,
    same_as: str | None,
    after: VariantReport,
    without: VariantReport,
) -> Dropped:
    """What dropping some flags comes to.

    Args:
        after: the variant with them.
        without: the variant without them, at the same sizes.
    """
    there = {item.name: item for item in without.settled}
    failing: list[Failure] = []
    holding: list[Settled] = []
    unstated: list[str] = []
    restated: list[str] = []
    unsure: list[tuple[str, str]] = []
    if without.error is not None:
        unsure.append(("", f"internal error: {without.error}"))
    for kept in proved_in(after):
        same = stated_alike(after.model, without.model, kept.name)
        if same is None:
            unstated.append(kept.name)
        elif not same:
            restated.append(kept.name)
        elif kept.name in there:
            found = _compared(kept, there[kept.name], without.model)
            match found:
                case Failure():
                    failing.append(found)
                case Settled():
                    holding.append(found)
                case str():
                    unsure.append((kept.name, found))
    unsure += [
        (item.name, f"unknown in {after.model.variant}")
        for item in after.settled
        if isinstance(item.verdict, Unknown) and stated_alike(after.model, without.model, item.name)
    ]
    need = _need(without, failing, holding, unsure)
    return Dropped(
        flags,
        title,
        same_as,
        need,
        without,
        tuple(sorted(failing, key=_telling)),
        tuple(holding),
        tuple(unstated),
        tuple(restated),
        tuple(unsure) if need is Need.UNDECIDED else (),
    )


def stated_alike(after: Model, without: Model, name: str) -> bool | None:
    """Whether two variants mean the same by a property's name; None: the second has none."""
    ours, theirs = (
        next((item for item in model.properties if item.name == name), None)
        for model in (after, without)
    )
    if ours is None or theirs is None:
        return None
    if ours.kind is not theirs.kind:
        return False
    return ours.built_in or ours.kind not in STATED or ours.span == theirs.span


def _compared(kept: Settled, there: Settled, model: Model) -> Failure | Settled | str:
    """What a verdict without the flags says of one with them; a text: why nothing."""
    item = model.property(kept.name)
    match there.verdict:
        case Refuted():
            return Failure(item, there, shown_trace(there))
        case Unknown(reason=reason):
            return reason
        case Proved():
            pass
    if there.smallest is None:
        return there
    if kept.for_all is not None and kept.for_all.proved:
        return Failure(item, there, there.smallest.trace)
    fewer = describe(there.smallest.trace.bounds)
    return f"it fails at {fewer}, where nothing is known of it with the patch"


def _need(
    without: VariantReport,
    failing: Sequence[Failure],
    holding: Sequence[Settled],
    unsure: Sequence[tuple[str, str]],
) -> Need:
    if without.settlement is not None and without.settlement.no_system is not None:
        return Need.NOT_DROPPABLE
    if failing:
        return Need.NEEDED
    if unsure:
        return Need.UNDECIDED
    return Need.NOT_NEEDED if holding else Need.NOTHING_TO_COMPARE


def _telling(failure: Failure) -> tuple[bool, bool, int]:
    """What the author claims first, the shortest run first; a lemma is but a help to a proof."""
    length = len(failure.trace.steps) if failure.trace is not None else 0
    return failure.property.kind is PropertyKind.LEMMA, failure.property.built_in, length
