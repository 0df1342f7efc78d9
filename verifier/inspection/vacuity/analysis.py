"""Looks for what makes the verdicts on a variant say nothing.

Small systems are explored first, then the asked sizes, until everything was seen, every state was
visited or a limit is met; "never" is said only where every state was. What happens at other sizes
only is vacuous at the asked ones; a verdict on every size speaks of those, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from frontend.load import build
from frontend.model import FALSE, Assert, Expression, Model, PropertyKind
from frontend.properties.premises import Claim, claims
from proofs.answers.places import step_text
from proofs.answers.verdict import Proved, Unreachable, Violated
from verifier.inspection.vacuity.observer import Diligence, Observer
from verifier.inspection.vacuity.patches import added, of_patch
from verifier.inspection.vacuity.statements import asserting, numbered, silent
from verifier.inspection.vacuity.vacuous import Cause, Vacuity, Vacuous
from verifier.protocol.bounds import Asked, Bounds, asked
from verifier.protocol.deadline import Deadline
from verifier.protocol.results import PropertyReport

OTHERS = "the other variants"
"""What was not explored, where nobody knows what there is."""

Siblings = Callable[[], Sequence[Model]]


@dataclass(frozen=True, slots=True)
class Position:
    """Names a premise: the property, and its number among the premises there."""

    property: str
    number: int


@dataclass(frozen=True, slots=True)
class _Silence:
    """What would be vacuous if none of these steps were ever taken."""

    cause: Cause
    name: str
    line: int
    steps: frozenset[int]


def claims_of(model: Model, settled: Iterable[PropertyReport]) -> Mapping[str, Claim]:
    """What the author's invariants and lemmas that hold claim."""
    stated = [
        item.name
        for item in settled
        if isinstance(item.status, Proved)
        and model.property(item.name).kind in (PropertyKind.INVARIANT, PropertyKind.LEMMA)
        and not model.property(item.name).built_in
    ]
    written = claims(model, build) if stated else {}
    return {name: written[name] for name in stated if name in written}


def conditions_of(known: Mapping[str, Claim]) -> Mapping[Position, Expression]:
    """What premises say, each by its position."""
    return {
        Position(name, number): premise.condition
        for name, claim in known.items()
        for number, premise in enumerate(claim.premises)
    }


def analyse(
    observer: Observer,
    asked: Asked,
    settled: Sequence[PropertyReport],
    known: Mapping[str, Claim],
    siblings: Siblings,
    stop: Deadline,
) -> Vacuity | None:
    """What is vacuous, and what of the variant was never seen to happen.

    Args:
        observer: has explored small systems; its conditions include the premises'.
        asked: the sizes that were asked for.
        settled: the verdicts.
        known: from `claims_of`.
        siblings: makes all variants of the specification; called only where that matters.
        stop: when the user's time is up.

    Returns:
        None when nothing was explored: the time was up.
    """
    model = observer.model
    if not observer.looked:
        return None
    excused = _excused(model, settled)
    questions = [] if excused else list(_silent_parts(observer, settled))
    if questions or any(isinstance(name, Position) for name in observer.unseen):
        observer.raised()
    left = [item for item in questions if item.steps.isdisjoint(observer.seen)]
    basis = observer.asked(matters=bool(left))
    happened = observer.fired if basis.complete else observer.seen
    left = [item for item in questions if item.steps.isdisjoint(happened)]
    vacuous = [
        Vacuous(
            item.cause, item.name, item.line, "", basis, unexplored,
            observer.where(item.steps) or elsewhere,
        )
        for item, unexplored, elsewhere in _nowhere(model, left, siblings, asked, stop)
    ]  # fmt: skip
    partly: list[Vacuous] = []
    observer.look_for([name for name in observer.held if isinstance(name, Position)])
    for name, claim in known.items():
        nothing, some = _saying_nothing(observer, name, claim)
        vacuous += nothing
        partly += some
    everywhere = _about_every_size(settled)
    distant = [item for item in vacuous if item.where is not None and _is_about(item, everywhere)]
    vacuous = [item for item in vacuous if item not in distant]
    never = silent(observer.statements, observer.fired if basis.complete else observer.seen)
    unsure = () if basis.complete else silent(observer.statements, observer.fired)
    steps = {number for item in never for number in observer.statements[item]}
    return Vacuity(
        tuple(sorted(vacuous, key=lambda item: (item.line, item.cause.value, item.name))),
        never,
        basis,
        sum(item.outcome is None for item in observer.statements),
        tuple(
            f"{step.thread}: {step_text(model, step)}"
            for number, step in enumerate(numbered(model))
            if basis.complete and number in steps and number not in observer.fired
        ),
        excused,
        tuple(item for item in unsure if item not in never),
        tuple(partly),
        tuple(distant),
    )


def _about_every_size(settled: Iterable[PropertyReport]) -> Mapping[str, bool]:
    """The verdicts that no run shows, and whether they are about every size."""
    return {item.name: item.every_size is not None for item in settled if item.trace is None}


def _is_about(item: Vacuous, everywhere: Mapping[str, bool]) -> bool:
    """Whether the verdicts that something concerns are all about every size."""
    if item.cause in (Cause.PREMISE, Cause.ASSERT):
        return everywhere[item.name]
    return all(everywhere.values())


def _excused(model: Model, settled: Iterable[PropertyReport]) -> str:
    """The built-in properties that are violated: a run may end, or stand still, there."""
    names = (
        item.name
        for item in settled
        if isinstance(item.status, Violated | Unreachable) and model.property(item.name).built_in
    )
    return ", ".join(names)


def _nowhere(
    model: Model,
    silences: Sequence[_Silence],
    siblings: Siblings,
    sizes: Asked,
    stop: Deadline,
) -> list[tuple[_Silence, str, Bounds | None]]:
    """Those that no other variant breaks: that this one does not execute a procedure or an assert
    may be what it is for. Each with the first other variant that may do so and was not explored to
    the end, or "", and with other sizes than the asked ones at which one does."""
    left = dict.fromkeys(silences, "")
    where: dict[_Silence, Bounds] = {}
    if all(item.cause is Cause.PATCH for item in left):
        return [(item, "", None) for item in left]
    if stop.expired():  # even to make the others takes time
        return [(item, "" if item.cause is Cause.PATCH else OTHERS, None) for item in left]
    for other in siblings():
        if other.variant == model.variant:
            continue
        observer = Observer(other, _sizes_of(other, sizes), stop, {}, Diligence())
        observer.small()
        left = _still(left, observer, observer.fired)
        owned = {statement.owner for statement in observer.statements}
        owned |= {item.name for item in other.properties}
        concerned = [item for item in left if item.cause is not Cause.PATCH and item.name in owned]
        if concerned:
            complete = observer.asked(matters=True).complete
            left = _still(left, observer, observer.fired if complete else observer.seen)
            for item in concerned:
                if item in left and not complete:
                    left[item] = left[item] or other.variant
            for step, bounds in observer.elsewhere.items():
                found = left.keys() - _still(left, observer, {step}).keys()
                where |= {item: bounds for item in found if item not in where}
    return [(item, unexplored, where.get(item)) for item, unexplored in left.items()]


def _sizes_of(other: Model, sizes: Asked) -> Asked:
    """The asked sizes as another variant has them; a sort that was not asked about has its own."""
    own = asked(other, {})
    return Asked(
        {sort: sizes.low.get(sort, size) for sort, size in own.low.items()},
        {sort: sizes.high.get(sort, size) for sort, size in own.high.items()},
    )


def _still(
    left: Mapping[_Silence, str], observer: Observer, taken: Set[int]
) -> dict[_Silence, str]:
    """What another variant does not execute with some steps."""
    executed = {
        (Cause.PROCEDURE, statement.owner)
        for statement, numbers in observer.statements.items()
        if not taken.isdisjoint(numbers)
    }
    executed |= {
        (Cause.ASSERT, item.name)
        for item in observer.model.properties
        if not taken.isdisjoint(asserting(observer.model, item.name))
    }
    return {item: where for item, where in left.items() if (item.cause, item.name) not in executed}


def _silent_parts(observer: Observer, settled: Iterable[PropertyReport]) -> Iterator[_Silence]:
    """The asserts, procedures and patches of which nothing was executed at the asked sizes yet."""
    model, fired = observer.model, observer.fired
    if not silent(observer.statements, fired):
        return
    for one in settled:
        item = model.property(one.name)
        if item.kind is PropertyKind.ASSERT and isinstance(one.status, Proved):
            steps = asserting(model, item.name)
            if steps.isdisjoint(fired) and not _forbids(model, item.name):
                yield _Silence(Cause.ASSERT, item.name, _line(model, item.span.start), steps)
    whole: dict[str, list[int]] = {}
    first: dict[str, int] = {}
    for statement, numbers in observer.statements.items():
        whole.setdefault(statement.owner, []).extend(numbers)
        first.setdefault(statement.owner, statement.span.start)
    for owner, found in whole.items():
        if fired.isdisjoint(found):
            yield _Silence(Cause.PROCEDURE, owner, _line(model, first[owner]), frozenset(found))
    for flag, spans in added(model).items():
        steps = of_patch(observer.statements, spans)
        if steps and steps.isdisjoint(fired):
            line = _line(model, min(span.start for span in spans))
            yield _Silence(Cause.PATCH, flag, line, steps)


def _forbids(model: Model, name: str) -> bool:
    """Whether each `assert` of the name says that it is never reached: `assert name: false`."""
    return all(
        item.condition == FALSE
        for step in numbered(model)
        for item in step.body
        if isinstance(item, Assert) and item.name == name
    )


def _saying_nothing(
    observer: Observer, name: str, claim: Claim
) -> tuple[list[Vacuous], list[Vacuous]]:
    """The outermost premises that hold nowhere, as far as was looked: those because of which a
    property says nothing, and those because of which only a part of it does not."""
    model = observer.model
    line = _line(model, model.property(name).span.start)
    never: dict[int, Vacuous] = {}
    for number, premise in enumerate(claim.premises):
        position = Position(name, number)
        missed = position in observer.unseen or position in observer.held
        if not missed or claim.dead(premise.outer, never):
            continue
        looked, where = observer.holds(position), observer.held.get(position)
        if looked is not None and (looked.complete or where is None):
            never[number] = Vacuous(Cause.PREMISE, name, line, premise.text, looked, where=where)
    certain = {number: item for number, item in never.items() if item.certain}
    if all(claim.dead(part, certain) for part in claim.parts):
        return list(certain.values()), []
    if all(claim.dead(part, never) for part in claim.parts):
        perhaps = [item for item in never.values() if not item.certain]
        return perhaps, list(certain.values())
    return [], list(certain.values())


def _line(model: Model, offset: int) -> int:
    return model.source.position(offset)[0]
