"""What a proof for all sizes is shown as: which lemmas a property needs, and what was missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from frontend.formulas.building import implication, negation
from frontend.model import Expression, Held, Step, parts
from verifier.every_size.lemmas.candidates import grouped
from verifier.every_size.lemmas.discovery import Found
from verifier.every_size.lemmas.goals import Goal, Kind, Obligation, Result, Scope


def between_sections(found: Found, name: str) -> list[Expression]:
    """The lemmas behind a property that hold between critical sections, those about the same
    things in one. What properties say themselves is not among them."""
    single = found.single
    assert single is not None, "the property is proved"
    sources = {single.about[number].source for number in _needed(found, name)}
    chosen = [number for n, number in enumerate(found.first.lemmas) if n in sources]
    mined = [number for number in chosen if number >= found.stated]
    lock = found.parts.lock
    return [
        group.formula
        if lock is None or found.lasting.issuperset(group.members)
        else implication(negation(Held(lock)), group.formula)
        for group in grouped(found.candidates, mined)
    ]


def everything(found: Found, name: str) -> list[Expression]:
    """Every formula that the proof of a property needs: each is kept by every single step."""
    assert found.single is not None, "the property is proved"
    return [found.single.lemmas[number] for number in _needed(found, name)]


def _needed(found: Found, name: str) -> list[int]:
    assert found.single is not None, "the property is proved"
    assert found.second is not None, "the property is proved"
    return sorted(found.single.final(found.second, [_owner(found.single.goals, name)]))


@dataclass(frozen=True, slots=True)
class Missing:
    """What could not be proved of a property.

    Args:
        reason: in one line.
        formula: what a step may not keep, or what does not follow; None: a step may violate it.
        step: which step, or None.
        hypotheses: what was assumed.
        reduced: whether the step is one of the system between sections.
    """

    reason: str
    formula: Expression | None = None
    step: Step | None = None
    hypotheses: tuple[Expression, ...] = ()
    reduced: bool = False


def missing(found: Found, name: str) -> Missing:
    """The first obligation of a property that could not be proved."""
    if name in found.first.failed:
        scope, item = found.reduced, _first_lost(found.reduced, found.first, name)
        known = tuple(premise for premise, _ in scope.premises(item, found.first.alive))
        return _missing(scope, item, known, "between critical sections", reduced=True)
    if found.single is not None and found.second is not None and name in found.second.failed:
        single, item = found.single, found.second.failed[name]
        known = tuple(single.lemmas[number] for number in found.second.lemmas)
        return _missing(single, item, known, "step by step", reduced=False)
    return Missing("the proof has gaps")


def _missing(
    scope: Scope, item: Obligation, known: tuple[Expression, ...], where: str, *, reduced: bool
) -> Missing:
    step = scope.steps[item.step] if item.step >= 0 else None
    formula = None if item.kind is Kind.SAFE else scope.conclusion(item)
    return Missing(f"no lemmas were found that prove it {where}", formula, step, known, reduced)


def _first_lost(scope: Scope, result: Result, name: str) -> Obligation:
    """The step that a property itself is not kept by, rather than that it does not follow."""
    item = result.failed[name]
    stated = scope.goals[-1 - item.owner].expression
    if item.kind is Kind.FOLLOWS and stated is not None:
        for number, lost in result.dropped.items():
            lemma = scope.lemmas[number]
            if lemma is stated or any(part is lemma for part in parts(stated)):
                return lost
    return item


def _owner(goals: Sequence[Goal], name: str) -> int:
    return -1 - next(number for number, goal in enumerate(goals) if goal.name == name)
