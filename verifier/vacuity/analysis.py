"""Looks for what makes the verdicts on a variant say nothing.

Small systems are explored first: what is seen to happen in one of them does happen. Only what is
left and would make a verdict vacuous is looked for at the asked sizes, in the slice that decides
about it, until every state was visited or a limit is met; "never" is said only of the former.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from frontend.formula_text import formula_text
from frontend.model import FALSE, Assert, Model, PropertyKind
from proofs.render_places import step_text
from proofs.verdict import Proved, Refuted
from verifier.bounds import Asked, Bounds
from verifier.settlement import Settlement
from verifier.stop import Stop
from verifier.vacuity.observer import Diligence, Observer
from verifier.vacuity.patches import added, of_patch
from verifier.vacuity.premises import Premise, premises
from verifier.vacuity.statements import asserting, numbered, silent
from verifier.vacuity.values import Cause, Vacuity, Vacuous

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


def premises_of(model: Model, settlement: Settlement) -> Mapping[Position, Premise]:
    """The premises of the author's invariants and lemmas that hold, if they speak of states."""
    return {
        Position(settled.name, number): premise
        for settled in settlement.settled
        if isinstance(settled.verdict, Proved)
        for number, premise in enumerate(_premises(model, settled.name))
        if premise.of_states
    }


def _premises(model: Model, name: str) -> tuple[Premise, ...]:
    item = model.property(name)
    stated = item.kind in (PropertyKind.INVARIANT, PropertyKind.LEMMA) and not item.built_in
    return premises(item.expression) if stated and item.expression is not None else ()


def analyse(
    observer: Observer,
    settlement: Settlement,
    known: Mapping[Position, Premise],
    siblings: Siblings,
    stop: Stop,
) -> Vacuity | None:
    """What is vacuous, and what of the variant was never seen to happen.

    Args:
        observer: has explored small systems; its conditions include the premises'.
        settlement: the verdicts.
        known: from `premises_of`.
        siblings: makes all variants of the specification; called only where that matters.
        stop: when the user's time is up.

    Returns:
        None when nothing was explored: the time was up.
    """
    model = observer.model
    if not observer.looked:
        return None
    excused = _excused(model, settlement)
    questions = [] if excused else list(_silent_parts(observer, settlement))
    if questions or any(name in observer.unseen for name in known):
        observer.raised()
        questions = [item for item in questions if item.steps.isdisjoint(observer.fired)]
    basis = next((one for one in reversed(observer.looked) if not one.absent), observer.looked[-1])
    vacuous: list[Vacuous] = []
    if questions:
        wanted: dict[Hashable, frozenset[int]] = {item: item.steps for item in questions}
        looked = observer.executed(wanted)
        if looked is not None:
            basis = looked
            left = [item for item in questions if item.steps.isdisjoint(observer.fired)]
            vacuous += [
                Vacuous(item.cause, item.name, item.line, "", looked)
                for item in _nowhere(model, left, siblings, settlement.asked.high, stop)
            ]
    vacuous += _empty_premises(observer, known)
    never = silent(observer.statements, observer.fired)
    everywhere = basis.complete and dict(basis.bounds) == dict(settlement.asked.high)
    steps = {number for item in never for number in observer.statements[item]}
    return Vacuity(
        tuple(sorted(vacuous, key=lambda item: (item.line, item.cause.value, item.name))),
        never,
        basis,
        sum(item.outcome is None for item in observer.statements),
        tuple(
            f"{step.thread}: {step_text(model, step)}"
            for number, step in enumerate(numbered(model))
            if everywhere and number in steps and number not in observer.fired
        ),
        excused,
    )


def _excused(model: Model, settlement: Settlement) -> str:
    """The built-in properties that are violated: a run may end, or stand still, there."""
    names = (
        item.name
        for item in settlement.settled
        if isinstance(item.verdict, Refuted) and model.property(item.name).built_in
    )
    return ", ".join(names)


def _nowhere(
    model: Model,
    silences: Sequence[_Silence],
    siblings: Siblings,
    high: Bounds,
    stop: Stop,
) -> list[_Silence]:
    """Those that no other variant breaks: that this one does not execute a procedure or an assert
    may be what it is for."""
    left = list(silences)
    for other in siblings() if left else ():
        if all(item.cause is Cause.PATCH for item in left):
            break
        if other.variant == model.variant:
            continue
        sizes = {sort.name: high.get(sort.name, 2) for sort in other.sorts}
        observer = Observer(other, Asked(sizes, sizes), stop, {}, Diligence())
        observer.small()
        executed = {
            (Cause.PROCEDURE, statement.owner)
            for statement, numbers in observer.statements.items()
            if not numbers.isdisjoint(observer.fired)
        }
        executed |= {
            (Cause.ASSERT, item.name)
            for item in other.properties
            if not asserting(other, item.name).isdisjoint(observer.fired)
        }
        left = [item for item in left if (item.cause, item.name) not in executed]
    return left


def _silent_parts(observer: Observer, settlement: Settlement) -> Iterator[_Silence]:
    """The asserts, procedures and patches of which nothing was executed yet."""
    model, fired = observer.model, observer.fired
    if not silent(observer.statements, fired):
        return
    for settled in settlement.settled:
        item = model.property(settled.name)
        if item.kind is PropertyKind.ASSERT and isinstance(settled.verdict, Proved):
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


def _empty_premises(observer: Observer, known: Mapping[Position, Premise]) -> Iterator[Vacuous]:
    """The outermost premises that hold nowhere, as far as was looked."""
    model = observer.model
    empty: set[Position] = set()
    for name, premise in known.items():
        outer = Position(name.property, premise.outer)
        if outer in empty:
            empty.add(name)  # of course
        elif name in observer.unseen:
            looked = observer.holds(name)
            if looked is not None:
                empty.add(name)
                line = _line(model, model.property(name.property).span.start)
                text = formula_text(model, premise.condition)
                yield Vacuous(Cause.PREMISE, name.property, line, text, looked)


def _line(model: Model, offset: int) -> int:
    return model.source.position(offset)[0]
