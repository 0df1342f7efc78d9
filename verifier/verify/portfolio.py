"""Settles every property of a model at the asked sizes: which engine, in which order, how far.

Properties with equal slices share their searches. Small instances come first (`small_sizes.py`);
what stays open is explored at the largest asked sizes that have a system (`systems.py`); where
exploration meets its limit, k-induction, a search without the interleavings that movers spare, and
bounded model checking go on (`stages.py`); then come the other asked sizes. The order is fixed and
the first conclusive answer stands, so that a race decides nothing. Every violation was replayed
before it is one (`validation.py`), and answers that contradict each other are an internal error
(`consistency.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from frontend.model import Model, PropertyKind
from proofs.answers.verdict import (
    Attempt,
    Certificate,
    EverySize,
    Proved,
    Reached,
    Status,
    Unknown,
    Unreachable,
    Violated,
)
from verifier.protocol.bounds import Asked, Bounds, describe
from verifier.protocol.deadline import Deadline
from verifier.protocol.engine_names import REDUCE
from verifier.protocol.results import PropertyReport, Smallest
from verifier.protocol.task import Contradiction, Limits, Listener, Safe, Undecided
from verifier.verify.consistency import Consistency
from verifier.verify.registry import Registry
from verifier.verify.small_sizes import Effort, settle, shorten, walk
from verifier.verify.spot_check import spot_check
from verifier.verify.stages import ALONE, LARGE, STAGES, Stage
from verifier.verify.systems import Systems
from verifier.verify.validation import Case, Finding, Group, Shown, Validator


@dataclass(frozen=True, slots=True)
class Strategy:
    """How to go about it.

    Args:
        engine: the only engine to ask, at the asked sizes only; None for the portfolio.
        limits: memory, states and depth; its `expired` is not used.
        effort: what small instances may cost.
        only_for_all: a proof at the asked sizes only counts for nothing.
        reduction: whether critical sections may be one step in a search that is for a proof.
        seed: for solvers.
    """

    engine: str | None = None
    limits: Limits = field(default_factory=Limits)
    effort: Effort = field(default_factory=Effort)
    seed: int = 0
    only_every_size: bool = False
    reduction: bool = True


class Work:
    """Some properties of a model on their way to verdicts.

    `begin`, then maybe `learn` what was proved for all sizes, then `finish`. Each raises
    InternalError when engines contradict each other, or a run does not replay.

    Args:
        model: one variant.
        names: properties of it.
        sizes: what to verify it at. A property holds when it does at each; a `reachable`, when
            it does at one of them.
        stop: what is settled when the time is up is kept, the rest is unknown.
        listener: is told how far an engine is.
    """

    def __init__(
        self,
        model: Model,
        names: tuple[str, ...],
        sizes: Asked,
        options: Strategy,
        registry: Registry,
        stop: Deadline,
        listener: Listener,
    ) -> None:
        self.model = model
        self.sizes = sizes
        self._names = names
        self._options = options
        self._validator = Validator(model, registry, stop, listener, options.limits, options.seed)
        self._groups = _groups(model, names, registry)
        self._cases = {case.property.name: case for group in self._groups for case in group.cases}
        self._told: dict[str, tuple[Status | None, Attempt | None]] = {}
        self.systems = Systems(self._validator, sizes)
        only = options.engine
        stages = STAGES if only is None else (Stage(only, patience=ALONE),)
        self._stages = tuple(one for one in stages if options.reduction or one.engine != REDUCE)
        self._later = 0 if only is not None or sum(sizes.high.values()) > LARGE else 1

    def begin(self) -> None:
        """The small sizes, and the first stage at the asked ones if they are small, too."""
        if self._options.engine is None:
            walk(self._validator, self._groups, self.sizes, self._options.effort)
            shorten(self._validator, self._groups, self.sizes.high, self._options.effort)
        self._find_top()
        self._search(self._stages[: self._later])

    def candidates(self) -> tuple[str, ...]:
        """What may hold at every size, as far as is known."""
        if self.systems.top is None:
            return ()
        return tuple(
            name
            for name, case in self._cases.items()
            if case.property.kind is not PropertyKind.REACHABLE
            and not isinstance(case.status, Violated)
            and case.smallest is None
        )

    def learn(self, answers: Mapping[str, EverySize | Attempt]) -> None:
        """Takes what is known at all sizes; a proof settles the asked ones.

        What was seen violated at a smaller size needs no answer: it does not hold at all of them.
        """
        for case in self._cases.values():
            if case.smallest is not None and case.trace() is None:
                reason = f"violated at {describe(case.smallest.run.bounds)}"
                case.attempt = Attempt(reason)
        proofs = [item for item in answers.values() if isinstance(item, EverySize)]
        high = self.systems.top or self.sizes.high
        formulas = dict.fromkeys(formula for proof in proofs for formula in proof.formulas)
        if formulas:
            spot_check(self.model, high, tuple(formulas), self._options.seed)
        for name, answer in answers.items():
            self._take(self._cases[name], answer, high)

    def _take(self, case: Case, answer: EverySize | Attempt, high: Bounds) -> None:
        if isinstance(answer, Attempt):
            case.attempt = answer
            return
        case.consistency.safe(high, "for-all")
        if isinstance(case.status, Proved):
            case.status = replace(case.status, every_size=answer)
        else:
            case.status = Proved(_certificate(self.model, high), answer)
            case.bounds = high

    def news(self) -> tuple[PropertyReport, ...]:
        """The violations, and the verdicts at the largest sizes, that are new or better since this
        was asked last. A violation stands; all else may still become another verdict.
        """
        found = []
        high = self.systems.top or self.sizes.high
        for name, case in self._cases.items():
            known = (case.status, case.attempt)
            stands = isinstance(case.status, Violated | Unreachable)
            holds = isinstance(case.status, Proved | Reached) and case.bounds == high
            if (stands or holds) and self._told.get(name) != known:
                self._told[name] = known
                found.append(_report(case, high))
        return tuple(found)

    def finish(self) -> tuple[PropertyReport, ...]:
        """Settles what is still open; what there is to say of each property, in their order."""
        self._find_top()  # there was no time, maybe
        if not self._options.only_every_size:
            self._search(self._stages[self._later :])
        high, systems = self.systems.top, self.systems
        if high is None:
            first = replace(systems.missing[0], low=self.sizes.low)
            return tuple(PropertyReport(name, first, first.bounds, 0.0) for name in self._names)
        _give_up(self._groups, high, self._validator.stop)
        if self._options.only_every_size:
            self._forget_bounded_proofs(high)
        systems.find_rest(self._shown_at)
        for bounds in self.sizes.others():
            if bounds != high and not systems.lack(bounds):
                empty = _search_below(self._validator, self._groups, bounds, self._stages)
                if empty is not None:
                    systems.miss(bounds, empty.names)
        return tuple(_report(self._cases[name], high) for name in self._names)

    def allow(self, stop: Deadline) -> None:
        """From now on, this is the time that is left."""
        self._validator.stop = stop

    def _forget_bounded_proofs(self, high: Bounds) -> None:
        for case in self._cases.values():
            failed = case.attempt
            if failed is not None and not isinstance(case.status, Violated | Unreachable):
                depth = case.consistency.depth(high)
                case.status = Unknown(f"no proof for every size: {failed.reason}", depth)

    def _search(self, stages: tuple[Stage, ...]) -> None:
        """Asks one engine after the other about the largest sizes that have a system."""
        while (high := self.systems.top) is not None:
            empty = _search(self._validator, self._groups, high, stages)
            if empty is None:
                return
            self.systems.miss(high, empty.names)
            self._find_top()

    def _find_top(self) -> None:
        """Finds the largest sizes that have a system; what was said of one that does not exist is
        forgotten."""
        before = self.systems.top
        self.systems.find_top(self._shown_at)
        for case in self._cases.values() if self.systems.top != before else ():
            if case.bounds == before and case.trace() is None:
                case.status = None

    def _shown_at(self, bounds: Bounds) -> bool:
        """Whether a run was replayed at some sizes."""
        return any(
            case.trace() is not None and case.bounds == bounds for case in self._cases.values()
        )


def _certificate(model: Model, bounds: Bounds) -> Certificate:
    return Certificate(
        bounds=dict(bounds),
        engine="for-all",
        method="inductive lemmas for every size",
        depth=1,
        states=None,
        variables=frozenset(item.name for item in model.variables),
    )


def _groups(model: Model, names: tuple[str, ...], registry: Registry) -> list[Group]:
    """The properties, those that depend on the same variables together; small slices first, so
    that a hard one keeps none of the others waiting."""
    members: dict[tuple[frozenset[str], ...], list[str]] = {}
    for name in names:
        part = registry.slice(model, (name,))
        variables = frozenset(item.name for item in part.variables)
        assumptions = frozenset(item.name for item in part.assumptions)
        members.setdefault((variables, assumptions), []).append(name)
    groups = [
        Group(
            registry.slice(model, tuple(together)),
            tuple(Case(model.property(name), Consistency(name)) for name in together),
        )
        for together in members.values()
    ]
    return sorted(groups, key=lambda group: len(group.part.variables))


def _search(
    validator: Validator,
    groups: list[Group],
    bounds: Bounds,
    stages: tuple[Stage, ...],
) -> Contradiction | None:
    """One engine after the other, each for all that is open. Ends early where no system is."""
    stop = validator.stop
    for stage in stages:
        waiting = [group for group in groups if group.open()]
        for position, group in enumerate(waiting):
            if stop.expired():
                break
            seconds = stage.share * stop.remaining() / (len(waiting) - position)
            if stop.seconds is None:
                seconds = stage.patience
            elif stop.is_own and stage.states is not None:
                seconds = stop.remaining()  # states decide, on any ordinary machine
            cases = group.open()
            expired = stop.within(seconds)
            findings = validator.ask(
                stage.engine,
                group,
                cases,
                bounds,
                expired=expired,
                states=stage.states,
                depth=stage.depth,
            )
            for case in cases:
                finding = findings[case.property.name]
                if isinstance(finding, Contradiction):
                    return finding
                _conclude(case, finding, bounds, stage.engine)
                case.late |= {stage.engine} if expired() else set()
            validator.announce(groups)
    return None


def _give_up(groups: list[Group], bounds: Bounds, stop: Deadline) -> None:
    """What no stage settled is unknown."""
    for case in (case for group in groups for case in group.open()):
        reason = "; ".join(f"{engine}: {why}" for engine, why in case.reasons.items())
        if stop.expired() or (stop.seconds is not None and case.late >= set(case.reasons)):
            reason = stop.reason()
        case.status = Unknown(reason, case.consistency.depth(bounds))
        case.bounds = bounds


def _conclude(case: Case, finding: Finding, bounds: Bounds, engine: str) -> None:
    reachable = case.property.kind is PropertyKind.REACHABLE
    match finding:
        case Shown():
            settle(case, finding, bounds)
            if case.smallest is None and not reachable:
                case.smallest, case.extends = finding, True
        case Safe(certificate=certificate):
            case.bounds = bounds
            case.status = Unreachable(certificate) if reachable else Proved(certificate)
        case Undecided(reason=reason):
            case.reasons[engine] = reason  # of its last turn
        case Contradiction():
            pass


def _search_below(
    validator: Validator,
    groups: list[Group],
    bounds: Bounds,
    stages: tuple[Stage, ...],
) -> Contradiction | None:
    """Settles at smaller asked sizes what the largest ones leave open: whether what holds there
    does here, and whether what nothing reaches there is reached here. Tells where no system is."""
    kept: dict[str, tuple[Case, Status]] = {}
    for group in groups:
        for case in group.cases:
            status = case.status
            if (
                status is not None
                and case.trace() is None
                and case.every_size() is None
                and not case.consistency.is_absent(bounds)
            ):
                kept[case.property.name] = case, status
                case.status = None
    if not kept:
        return None
    largest = {name: case.bounds for name, (case, _) in kept.items()}
    empty = _search(validator, groups, bounds, stages)
    _give_up(groups, bounds, validator.stop)
    for name, (case, before) in kept.items():
        if case.trace() is not None:
            continue
        match case.status:
            case Unknown(reason=reason, depth=depth) if empty is None:
                if not isinstance(before, Unknown):
                    before = Unknown(f"not settled at {describe(bounds)}: {reason}", depth)
            case _:
                pass
        case.status, case.bounds = before, largest[name]
    return empty


def _report(case: Case, high: Bounds) -> PropertyReport:
    if case.status is None:  # every search ends in one
        raise AssertionError(case.property.name)
    return PropertyReport(
        case.property.name,
        case.status,
        case.bounds or high,
        case.seconds,
        _smallest(case),
        case.shortest,
        case.attempt,
    )


def _smallest(case: Case) -> Smallest | None:
    shown = case.smallest
    if shown is None or (case.property.kind is PropertyKind.REACHABLE and case.shortest):
        return None  # what is reached at the asked sizes needs no other ones
    bounds = shown.run.bounds
    larger = [sort for sort, size in bounds.items() if size > 1]
    absent = tuple(sort for sort in larger if case.consistency.absent_below(bounds, sort))
    return Smallest(shown.trace, absent, len(absent) == len(larger), case.extends, shown.shortest)
