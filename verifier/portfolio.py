"""Settles every property of a model at the asked sizes: which engine, in which order, how far.

Properties with equal slices share their searches. Small instances come first (`walk.py`); what
stays open is explored at the asked sizes; where exploration meets its limit, k-induction, a search
without the interleavings that movers spare, and bounded model checking go on (`STAGES`). The order
is fixed and the first conclusive answer stands, so that a race decides nothing. Every violation was
replayed before it is one (`inquiry.py`), and answers that contradict each other are an internal
error (`knowledge.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from frontend.model import Model, PropertyKind
from proofs.verdict import Certificate, Proved, Refuted, Unknown, Verdict
from verifier.bounds import Asked, Bounds, describe
from verifier.inquiry import Case, Finding, Group, Inquiry, Shown
from verifier.knowledge import Knowledge
from verifier.settlement import ForAll, NoSystem, Settled, Settlement, Smallest
from verifier.spot_check import spot_check
from verifier.stop import Stop
from verifier.task import TIME, Contradiction, Limits, Listener, Safe, Undecided
from verifier.tools import BMC, EXPLORE, IC3, KINDUCTION, REDUCE, Tools
from verifier.walk import Effort, settle, shorten, walk


@dataclass(frozen=True, slots=True)
class Stage:
    """One engine's turn.

    Args:
        patience: seconds that it may take for a group of properties when the user sets no limit:
            solvers have no notion of their own of when to give up.
        share: the part of what is left of the user's time that it may take.
        states: a limit tighter than the general one.
        depth: a limit tighter than the general one.
    """

    engine: str
    patience: float = math.inf
    share: float = 1.0
    states: int | None = None
    depth: int | None = None


STAGES = (
    Stage(EXPLORE, share=0.3, states=100_000),
    # Before millions of states are stored: a counter that nothing limits has infinitely many,
    # and what is said of it often holds by a short induction.
    Stage(KINDUCTION, patience=20.0, share=0.2, depth=3),
    Stage(REDUCE, patience=120.0, share=0.3),
    Stage(EXPLORE, share=0.5),
    Stage(KINDUCTION, patience=60.0, share=0.3),
    Stage(IC3, patience=120.0, share=0.5),
    Stage(BMC, patience=300.0),
)

LARGE = 12
"""Objects of all sorts together beyond which exploration waits for a proof for all sizes."""

ALONE = {
    EXPLORE: Stage(EXPLORE),
    REDUCE: Stage(REDUCE),
    KINDUCTION: Stage(KINDUCTION, patience=60.0),
    IC3: Stage(IC3, patience=60.0),
    BMC: Stage(BMC, patience=60.0),
}
"""The one stage of a search with one engine."""


@dataclass(frozen=True, slots=True)
class Options:
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
    only_for_all: bool = False
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
        options: Options,
        tools: Tools,
        stop: Stop,
        listener: Listener,
    ) -> None:
        self.model = model
        self.sizes = sizes
        self._names = names
        self._options = options
        self._inquiry = Inquiry(model, tools, stop, listener, options.limits, options.seed)
        self._groups = _groups(model, names, tools)
        self._cases = {case.property.name: case for group in self._groups for case in group.cases}
        self._told: dict[str, tuple[Verdict | None, ForAll | None]] = {}
        self._empty: Contradiction | None = None
        alone = options.engine is not None
        stages = STAGES if options.engine is None else (ALONE[options.engine],)
        self._stages = tuple(one for one in stages if options.reduction or one.engine != REDUCE)
        self._later = 0 if alone or sum(sizes.high.values()) > LARGE else 1

    def begin(self) -> None:
        """The small sizes, and the first stage at the asked ones if they are small, too."""
        if self._options.engine is None:
            walk(self._inquiry, self._groups, self.sizes, self._options.effort)
            shorten(self._inquiry, self._groups, self.sizes.high, self._options.effort)
        self._empty = _no_system(self._inquiry, self._groups, self.sizes.high)
        self._search(self._stages[: self._later])

    def candidates(self) -> tuple[str, ...]:
        """What may hold at every size, as far as is known."""
        if self._empty is not None:
            return ()
        return tuple(
            name
            for name, case in self._cases.items()
            if case.property.kind is not PropertyKind.REACHABLE
            and not isinstance(case.verdict, Refuted)
            and case.smallest is None
        )

    def learn(self, answers: Mapping[str, ForAll]) -> None:
        """Takes what is known at all sizes; a proof settles the asked ones.

        What was seen violated at a smaller size needs no answer: it does not hold at all of them.
        """
        for case in self._cases.values():
            if case.smallest is not None and case.trace() is None:
                reason = f"violated at {describe(case.smallest.run.bounds)}"
                case.for_all = ForAll(proved=False, reason=reason)
        formulas = dict.fromkeys(item for known in answers.values() for item in known.formulas)
        if formulas:
            spot_check(self.model, self.sizes.high, tuple(formulas), self._options.seed)
        for name, answer in answers.items():
            case = self._cases[name]
            case.for_all = answer
            if answer.proved:
                case.knowledge.safe(self.sizes.high, "for-all")
                if case.verdict is None:
                    case.verdict = Proved(_certificate(self.model, self.sizes.high))
                    case.bounds = self.sizes.high

    def news(self) -> tuple[Settled, ...]:
        """The violations, and the verdicts at the largest sizes, that are new or better since this
        was asked last. A violation stands; all else may still become another verdict.
        """
        found = []
        for name, case in self._cases.items():
            known = (case.verdict, case.for_all)
            stands = isinstance(case.verdict, Refuted)
            proved = isinstance(case.verdict, Proved) and case.bounds == self.sizes.high
            if (stands or proved) and self._told.get(name) != known:
                self._told[name] = known
                found.append(_settled(case, self.sizes))
        return tuple(found)

    def finish(self) -> Settlement:
        """Settles what is still open, and sums up."""
        if not self._options.only_for_all:
            self._search(self._stages[self._later :])
        if self._empty is not None:
            return Settlement(self.sizes, (), NoSystem(self.sizes.high, self._empty.names))
        _give_up(self._groups, self.sizes.high, self._inquiry.stop)
        if self._options.only_for_all:
            self._forget_bounded_proofs()
        for bounds in self.sizes.others():
            _search_below(self._inquiry, self._groups, bounds, self._stages)
        settled = (_settled(self._cases[name], self.sizes) for name in self._names)
        return Settlement(self.sizes, tuple(settled))

    def allow(self, stop: Stop) -> None:
        """From now on, this is the time that is left."""
        self._inquiry.stop = stop

    def _forget_bounded_proofs(self) -> None:
        for case in self._cases.values():
            known = case.for_all
            if known is not None and not known.proved and not isinstance(case.verdict, Refuted):
                depth = case.knowledge.depth(self.sizes.high)
                case.verdict = Unknown(f"no proof for every size: {known.reason}", depth)

    def _search(self, stages: tuple[Stage, ...]) -> None:
        if self._empty is None:
            self._empty = _search(self._inquiry, self._groups, self.sizes.high, stages)


def settle_properties(
    model: Model,
    names: tuple[str, ...],
    sizes: Asked,
    options: Options,
    tools: Tools,
    stop: Stop,
    listener: Listener,
) -> Settlement:
    """The verdicts on some properties of a model, at bounded sizes only. See `Work`."""
    work = Work(model, names, sizes, options, tools, stop, listener)
    work.begin()
    return work.finish()


def _certificate(model: Model, bounds: Bounds) -> Certificate:
    return Certificate(
        bounds=dict(bounds),
        engine="for-all",
        method="inductive lemmas for every size",
        depth=1,
        states=None,
        variables=frozenset(item.name for item in model.variables),
    )


def _groups(model: Model, names: tuple[str, ...], tools: Tools) -> list[Group]:
    """The properties, those that depend on the same variables together; small slices first, so
    that a hard one keeps none of the others waiting."""
    members: dict[tuple[frozenset[str], ...], list[str]] = {}
    for name in names:
        part = tools.slice(model, (name,))
        variables = frozenset(item.name for item in part.variables)
        assumptions = frozenset(item.name for item in part.assumptions)
        members.setdefault((variables, assumptions), []).append(name)
    groups = [
        Group(
            tools.slice(model, tuple(together)),
            tuple(Case(model.property(name), Knowledge(name)) for name in together),
        )
        for together in members.values()
    ]
    return sorted(groups, key=lambda group: len(group.part.variables))


def _no_system(inquiry: Inquiry, groups: list[Group], bounds: Bounds) -> Contradiction | None:
    """Whether there is no system at the asked sizes.

    The slices alone may not tell, since each has some of the assumptions only, and in a system
    that does not exist all is proved.
    """
    cases = (case for group in groups for case in group.cases)
    if any(case.verdict is not None and case.bounds == bounds for case in cases):
        return None  # a run was replayed there
    if inquiry.tools.has_start(inquiry.model, bounds):
        return None
    return inquiry.no_system(bounds)


def _search(
    inquiry: Inquiry,
    groups: list[Group],
    bounds: Bounds,
    stages: tuple[Stage, ...],
) -> Contradiction | None:
    """One engine after the other, each for all that is open. Ends early where no system is."""
    stop = inquiry.stop
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
            findings = inquiry.ask(
                stage.engine,
                group,
                cases,
                bounds,
                expired=stop.within(seconds),
                states=stage.states,
                depth=stage.depth,
            )
            for case in cases:
                finding = findings[case.property.name]
                if isinstance(finding, Contradiction):
                    return finding
                _conclude(case, finding, bounds, stage.engine)
            inquiry.announce(groups)
    return None


def _give_up(groups: list[Group], bounds: Bounds, stop: Stop) -> None:
    """What no stage settled is unknown."""
    for case in (case for group in groups for case in group.open()):
        reason = "; ".join(f"{engine}: {why}" for engine, why in case.reasons.items())
        if stop.expired() or (stop.seconds is not None and {*case.reasons.values()} <= {TIME}):
            reason = stop.reason()
        case.verdict = Unknown(reason, case.knowledge.depth(bounds))
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
            case.verdict = Refuted(None, engine, certificate) if reachable else Proved(certificate)
        case Undecided(reason=reason):
            case.reasons[engine] = reason  # of its last turn
        case Contradiction():
            pass


def _search_below(
    inquiry: Inquiry,
    groups: list[Group],
    bounds: Bounds,
    stages: tuple[Stage, ...],
) -> None:
    """Settles at smaller asked sizes what the largest ones leave open: whether what holds there
    does here, and whether what nothing reaches there is reached here."""
    kept: dict[str, tuple[Case, Verdict]] = {}
    for group in groups:
        for case in group.cases:
            everywhere = case.for_all is not None and case.for_all.proved
            verdict = case.verdict
            if (
                verdict is not None
                and case.trace() is None
                and not everywhere
                and not case.knowledge.is_absent(bounds)
            ):
                kept[case.property.name] = case, verdict
                case.verdict = None
    if not kept:
        return
    largest = {name: case.bounds for name, (case, _) in kept.items()}
    empty = _search(inquiry, groups, bounds, stages)
    _give_up(groups, bounds, inquiry.stop)
    for name, (case, before) in kept.items():
        if case.trace() is not None:
            continue
        match case.verdict:
            case Unknown(reason=reason, depth=depth) if empty is None:
                if not isinstance(before, Unknown):
                    before = Unknown(f"not settled at {describe(bounds)}: {reason}", depth)
            case _:
                pass
        case.verdict, case.bounds = before, largest[name]


def _settled(case: Case, sizes: Asked) -> Settled:
    if case.verdict is None:  # every search ends in a verdict
        raise AssertionError(case.property.name)
    return Settled(
        case.property.name,
        case.verdict,
        case.bounds or sizes.high,
        case.seconds,
        _smallest(case),
        case.shortest,
        case.for_all,
    )


def _smallest(case: Case) -> Smallest | None:
    shown = case.smallest
    if shown is None or (case.property.kind is PropertyKind.REACHABLE and case.shortest):
        return None  # what is reached at the asked sizes needs no other ones
    bounds = shown.run.bounds
    larger = [sort for sort, size in bounds.items() if size > 1]
    absent = tuple(sort for sort in larger if case.knowledge.absent_below(bounds, sort))
    return Smallest(shown.trace, absent, len(absent) == len(larger), case.extends, shown.shortest)
