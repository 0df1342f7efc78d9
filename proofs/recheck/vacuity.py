"""Whether what is proved says anything, as far as the interpreter can tell.

A log names what is vacuous (`docs/vacuity.md`), and a recheck that finds such a name does not end
well, since nobody forges it. That a name was taken out is noticed for the plainest kinds: an
invariant `... A => B` whose A holds in no state, and an `assert` that no variant executes, where
every state of the asked sizes can be visited. A verdict on every size says something where that
happens in a few systems beside these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from frontend.load import build
from frontend.model import (
    FALSE,
    Assert,
    Expression,
    Model,
    PropertyKind,
)
from frontend.properties.premises import Claim, claims
from proofs.answers.trace import State
from proofs.interpreter.constants import Unsettled
from proofs.interpreter.evaluate import Scope, Undefined, Unset, holds
from proofs.interpreter.execute import Impossible, enabled, execute
from proofs.interpreter.instance import Instance
from proofs.log.asked_sizes import doubled, small_sizes
from proofs.log.contents import Log, Vacuous, VariantLog
from proofs.recheck.findings import Report, Standing
from proofs.recheck.sizes import too_large
from proofs.runs.exploration import starts
from proofs.runs.orbits import Orbits

MOST_STATES = 2_000
"""Of each choice of sizes; where there are more, nothing is said."""

Sizes = Mapping[str, int]


@dataclass(slots=True)
class _Seen:
    """What happened in the systems of one variant.

    Args:
        claims: what the invariants and lemmas that are proved claim.
        wanted: name of a property and number of a premise of it -> the premise, if it has not been
            seen to hold yet.
        asserts: whether it matters which steps are taken.
        steps: thread and step of those that were taken.
        complete: whether every state of all sizes was visited.
    """

    claims: Mapping[str, Claim]
    wanted: dict[tuple[str, int], Expression]
    asserts: bool
    steps: set[tuple[str, str]] = field(default_factory=set)
    complete: bool = True

    def empty(self) -> Iterator[str]:
        """The properties that say nothing: each part of them is below a premise that never held."""
        for name, claim in self.claims.items():
            never = {number for own, number in self.wanted if own == name}
            if claim.parts and all(claim.dead(part, never) for part in claim.parts):
                yield name


def judge_vacuity(
    log: Log,
    models: Mapping[str, Model],
    sizes: Mapping[str, Sequence[Sizes]],
    report: Report,
    cancelled: Callable[[], bool],
) -> None:
    """Holds what a log says of vacuity against what happens in its systems.

    Args:
        log: what it says.
        models: by variant; made from the specification in the log.
        sizes: by variant: the asked sizes that have a system.
        report: takes the findings.
        cancelled: asked before each state.
    """
    seen = {
        variant.name: _look(models[variant.name], variant, sizes[variant.name], cancelled)
        for variant in log.variants
        if sizes.get(variant.name)
    }

    def nearby(variant: VariantLog) -> _Seen:
        return _look(
            models[variant.name], variant, _beside(models[variant.name], variant), cancelled
        )

    for variant in log.variants:
        model = models[variant.name]
        named = {item.name for item in variant.vacuous}
        for item in variant.vacuous:
            text = f"{variant.name}: {item.said()}"
            if not _fits(item, model, variant):
                report.add(Standing.FAILED, f"{text}: that cannot be")
            else:
                report.add(Standing.VACUOUS, text)
        for found in _empty(model, variant, seen) if variant.name in seen else ():
            if found.name not in named and not _happens(found, variant, log, models, nearby):
                text = f"{variant.name}: {found.said()}, and the log does not say so"
                report.add(Standing.FAILED, text)


def _fits(item: Vacuous, model: Model, variant: VariantLog) -> bool:
    """Whether there is such a thing, with such a verdict."""
    verdicts = {entry.property: entry.verdict for entry in variant.entries}
    kinds = {one.name: one.kind for one in model.properties}
    remarks = [
        (thread.sort, remark.procedure)
        for thread in model.threads
        for step in thread.steps
        for remark in step.remarks
    ]
    match item.cause:
        case "premise":
            stated = kinds.get(item.name) in (PropertyKind.INVARIANT, PropertyKind.LEMMA)
            return stated and verdicts.get(item.name) == "proved"
        case "assert":
            stated = kinds.get(item.name) is PropertyKind.ASSERT
            return stated and verdicts.get(item.name) == "proved"
        case "procedure":
            return any(item.name == (name or f"thread {sort}") for sort, name in remarks)
        case "patch":
            return item.name in model.flags
        case _:
            return False


# --- what is vacuous -----------------------------------------------------------------------


def _empty(model: Model, variant: VariantLog, seen: Mapping[str, _Seen]) -> Iterator[Vacuous]:
    own = seen[variant.name]
    if not own.complete:
        return
    proved = {entry.property for entry in variant.entries if entry.verdict == "proved"}
    yield from (Vacuous("premise", name) for name in own.empty())
    refuted = {entry.property for entry in variant.entries if entry.verdict == "refuted"}
    if any(item.built_in and item.name in refuted for item in model.properties):
        return  # runs end there, or stand still
    if any(not item.complete for item in seen.values()):
        return
    taken = {step for item in seen.values() for step in item.steps}
    for item in model.properties:
        if item.kind is PropertyKind.ASSERT and item.name in proved:
            asserts = list(_asserts(model, item.name))
            forbidden = all(condition == FALSE for _, condition in asserts)
            if not forbidden and not any(step in taken for step, _ in asserts):
                yield Vacuous("assert", item.name)


def _beside(model: Model, variant: VariantLog) -> list[Sizes]:
    """Some other sizes than the asked ones: those that `verify` looks at."""
    high = {sort: most for sort, (_, most) in variant.bounds.items()}
    threads = frozenset(thread.sort for thread in model.threads)
    return [*small_sizes(high, threads), doubled(high)]


def _happens(
    found: Vacuous,
    variant: VariantLog,
    log: Log,
    models: Mapping[str, Model],
    nearby: Callable[[VariantLog], _Seen],
) -> bool:
    """Whether what never happens at the asked sizes does, or may do, at others that the verdict on
    it speaks of."""
    entry = next(one for one in variant.entries if one.property == found.name)
    if entry.scope is not None:
        return False
    if found.cause == "premise":
        own = nearby(variant)
        return not own.complete or found.name not in own.empty()
    for other in log.variants:
        seen = nearby(other)
        asserts = _asserts(models[other.name], found.name)
        if not seen.complete or any(step in seen.steps for step, _ in asserts):
            return True
    return False


def _asserts(model: Model, name: str) -> Iterator[tuple[tuple[str, str], Expression]]:
    for thread in model.threads:
        for step in thread.steps:
            for item in step.body:
                if isinstance(item, Assert) and item.name == name:
                    yield (step.thread, step.name), item.condition


# --- what happens --------------------------------------------------------------------------


def _look(
    model: Model, variant: VariantLog, sizes: Sequence[Sizes], cancelled: Callable[[], bool]
) -> _Seen:
    proved = {entry.property for entry in variant.entries if entry.verdict == "proved"}
    found = {name: claim for name, claim in claims(model, build).items() if name in proved}
    wanted = {
        (name, number): premise.condition
        for name, claim in found.items()
        for number, premise in enumerate(claim.premises)
    }
    asserts = any(item.kind is PropertyKind.ASSERT for item in model.properties)
    seen = _Seen(found, wanted, asserts)
    for one in sizes:
        if seen.complete and too_large(model, one):
            seen.complete = False
        if seen.complete:
            try:
                seen.complete = _visit(Instance(model, one), seen, cancelled)
            except (Impossible, Undefined, Unset, Unsettled, ValueError):
                seen.complete = False
    return seen


def _visit(instance: Instance, seen: _Seen, cancelled: Callable[[], bool]) -> bool:
    """Visits the states of a system; whether that were all."""
    kept = frozenset(variable.name for variable in instance.model.variables)
    orbits = Orbits(instance, kept, symmetry=True)
    known: set[tuple[int, ...]] = set()
    layer: list[State] = []

    def visit(state: State, following: list[State]) -> None:
        key = orbits.key(state)
        if key in known:
            return
        known.add(key)
        following.append(state)
        scope = Scope.of(instance, state)
        for name in [name for name, item in seen.wanted.items() if holds(item, scope)]:
            del seen.wanted[name]

    for state in starts(instance, kept):
        visit(state, layer)
        if len(known) > MOST_STATES:
            return False
    while layer and (seen.wanted or seen.asserts):
        after: list[State] = []
        for state in layer:
            if cancelled():
                return False
            for move in enabled(instance, state):
                taken = execute(instance, state, move)
                seen.steps.add((move.thread.sort, move.step))
                if taken.state is not None:
                    visit(taken.state, after)
            if len(known) > MOST_STATES:
                return False
        layer = after
    return True
