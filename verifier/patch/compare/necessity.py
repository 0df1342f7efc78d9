"""What becomes of a variant's proofs without some of its patch flags.

A flag is needed when a property that holds with it fails without it, and breaks what fails with it
and holds without. Only a violation that was replayed and a proof of the same property on the other
side say so, and only proofs of everything say that nothing needs it: what is unknown, on either
side, leaves it undecided.
"""

from __future__ import annotations

from collections.abc import Sequence

from frontend.model import Model, PropertyKind
from proofs.answers.verdict import Proved, Reached, Unknown, Unreachable, Violated
from verifier.patch.compare.comparison import Dropped, Failure, Need
from verifier.protocol.bounds import describe
from verifier.protocol.results import PropertyReport
from verifier.verify.smallest_run import Length, shown_trace
from verifier.verify.spec_report import VariantReport, run_length

STATED = (PropertyKind.INVARIANT, PropertyKind.LEMMA, PropertyKind.REACHABLE)
"""Properties that a declaration states: it may be another one where a flag is not set."""


def proved_in(report: VariantReport) -> tuple[PropertyReport, ...]:
    """What holds in a variant."""
    return tuple(item for item in report.settled if isinstance(item.status, Proved | Reached))


def refuted_in(report: VariantReport) -> tuple[PropertyReport, ...]:
    """What fails in a variant."""
    return tuple(item for item in report.settled if isinstance(item.status, Violated | Unreachable))


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
    broken: list[Failure] = []
    failing: list[Failure] = []
    holding: list[PropertyReport] = []
    unstated: list[str] = []
    restated: list[str] = []
    unsure: list[tuple[str, str]] = []
    if without.error is not None:
        unsure.append(("", f"internal error: {without.error}"))
    for item in (*proved_in(after), *refuted_in(after)):
        same = stated_alike(after.model, without.model, item.name)
        if same is None:
            unstated.append(item.name)
        elif not same:
            restated.append(item.name)
        elif item.name not in there:
            continue
        elif (worse := _broken(after, item, there[item.name], without)) is not None:
            broken.append(worse)
        elif isinstance(item.status, Violated | Unreachable):
            match there[item.name].status:
                case Unknown(reason=reason):
                    unsure.append((item.name, reason))
                case _:
                    pass
        else:
            found = _compared(item, after, there[item.name], without)
            match found:
                case Failure():
                    failing.append(found)
                case PropertyReport():
                    holding.append(found)
                case str():
                    unsure.append((item.name, found))
    unsure += [
        (item.name, f"unknown in {after.model.variant}")
        for item in after.settled
        if isinstance(item.status, Unknown) and stated_alike(after.model, without.model, item.name)
    ]
    need = _need(without, broken, failing, holding, unsure)
    return Dropped(
        flags,
        title,
        same_as,
        need,
        without,
        tuple(sorted(broken, key=_telling)),
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


def _broken(
    report: VariantReport, settled: PropertyReport, there: PropertyReport, other: VariantReport
) -> Failure | None:
    """What a verdict is a failure of that the other side's rules out.

    Args:
        settled: one of the report.
        there: the other side's, on the same property.
        other: the other side.
    """
    if not isinstance(there.status, Proved | Reached) or there.smallest is not None:
        return None
    if isinstance(settled.status, Violated | Unreachable):
        found: Failure | None = _failure(report, settled)
    else:
        found = _smaller_failure(report, settled) if there.every_size is not None else None
    return None if found is None or _lacks(other, found) else found


def _lacks(report: VariantReport, failure: Failure) -> bool:
    """Whether a variant has no system of the sizes at which another one fails."""
    sizes = failure.trace.bounds if failure.trace is not None else None
    return any(dict(empty.bounds) == sizes for empty in report.missing)


def broken_between(before: VariantReport, after: VariantReport) -> tuple[Failure, ...]:
    """What the older variant proves and the newer one violates, the most telling one first."""
    old = {item.name: item for item in before.settled}
    found = (
        _broken(after, item, old[item.name], before)
        for item in after.settled
        if item.name in old and stated_alike(after.model, before.model, item.name)
    )
    return tuple(sorted((item for item in found if item is not None), key=_telling))


def _failure(report: VariantReport, settled: PropertyReport) -> Failure:
    item = report.model.property(settled.name)
    return Failure(item, settled, shown_trace(settled), run_length(report, settled))


def _smaller_failure(report: VariantReport, settled: PropertyReport) -> Failure | None:
    """That a property fails at other sizes than those asked for."""
    if settled.smallest is None:
        return None
    trace = settled.smallest.trace
    found = Length(len(trace.steps), settled.smallest.shortest, describe(trace.bounds))
    return Failure(report.model.property(settled.name), settled, trace, found)


def _compared(
    kept: PropertyReport, after: VariantReport, there: PropertyReport, without: VariantReport
) -> Failure | PropertyReport | str:
    """What a verdict without the flags says of one with them; a text: why nothing."""
    match there.status:
        case Violated() | Unreachable():
            found = _failure(without, there)
            if found.trace is not None and _lacks(after, found):
                sizes = describe(found.trace.bounds)
                return f"it fails with {sizes}, of which there is no system with the patch"
            return found
        case Unknown(reason=reason):
            return reason
        case _:
            pass
    smaller = _smaller_failure(without, there)
    if smaller is None or there.smallest is None:
        return there
    if kept.every_size is not None:
        return smaller
    fewer = describe(there.smallest.trace.bounds)
    return f"it fails at {fewer}, where nothing is known of it with the patch"


def _need(
    without: VariantReport,
    broken: Sequence[Failure],
    failing: Sequence[Failure],
    holding: Sequence[PropertyReport],
    unsure: Sequence[tuple[str, str]],
) -> Need:
    if without.no_system is not None:
        return Need.NOT_DROPPABLE
    if broken:
        return Need.BREAKS
    if failing:
        return Need.NEEDED
    if unsure:
        return Need.UNDECIDED
    return Need.NOT_NEEDED if holding else Need.NOTHING_TO_COMPARE


def _telling(failure: Failure) -> tuple[bool, bool, int]:
    """What the author claims first, the shortest run first; a lemma is but a help to a proof."""
    length = len(failure.trace.steps) if failure.trace is not None else 0
    return failure.property.kind is PropertyKind.LEMMA, failure.property.built_in, length
