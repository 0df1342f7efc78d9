"""Small instances first: most mistakes show there, at once, and in the shortest traces.

A violation at small sizes answers larger ones only where the same run, with the other objects
idle, violates there too (`proofs.runs.extend`); what does not extend stays open.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from frontend.model import PropertyKind
from proofs.answers.verdict import Certificate, Reached, Violated
from proofs.render.names import plural
from verifier.protocol.bounds import Asked, Bounds, at_most, smaller
from verifier.protocol.engine_names import EXPLORE
from verifier.protocol.task import Contradiction, Progress, Safe, Undecided
from verifier.verify.validation import Case, Group, Shown, Validator


@dataclass(frozen=True, slots=True)
class Effort:
    """What the walk may cost.

    Args:
        sizes: how many choices of sizes are looked at.
        states: how many states one search may store.
        total: how many states all searches may store together.
        seconds: how long it may take at most.
        share: which part of the user's remaining time it may take at most.
    """

    sizes: int = 200
    states: int = 20_000
    total: int = 100_000
    seconds: float = 20.0
    share: float = 0.25


MANY = 24
"""Objects of all sorts together of which a search of modest cost sees too little to be made."""


def walk(validator: Validator, groups: list[Group], sizes: Asked, effort: Effort) -> None:
    """Explores small sizes for every open case; settles those that show up.

    Only states and sizes decide where it ends on any ordinary machine; the seconds are for
    the extraordinary ones.
    """
    stop = validator.stop
    share = 1.0 if stop.is_own else effort.share
    expired = stop.within(min(effort.seconds, share * stop.remaining()))
    spent = 0
    costly: dict[int, list[Bounds]] = {}
    chosen = list(islice(smaller(sizes.high), effort.sizes))
    for number, bounds in enumerate(chosen, 1):
        if spent >= effort.total or expired():
            break
        validator.tell(Progress("walk", "sizes", number, len(chosen)))
        for place, group in enumerate(groups):
            cases = group.open()
            if not cases or any(at_most(least, bounds) for least in costly.get(place, ())):
                continue
            if expired():
                break
            findings = validator.ask(
                EXPLORE, group, cases, bounds, expired=expired, states=effort.states
            )
            if any(isinstance(finding, Contradiction) for finding in findings.values()):
                for case in (case for other in groups for case in other.cases):
                    case.consistency.no_system(bounds)
                break
            if any(isinstance(finding, Undecided) for finding in findings.values()):
                costly.setdefault(place, []).append(bounds)
                spent += effort.states
            counts = [
                finding.certificate.states or 0
                for finding in findings.values()
                if isinstance(finding, Safe)
            ]
            spent += max(counts, default=0)
            for case in cases:
                finding = findings[case.property.name]
                if isinstance(finding, Shown):
                    found_small(validator, case, finding, bounds, sizes)
            validator.announce(groups)
    validator.tell(Progress("walk", "sizes", 0))


def found_small(
    validator: Validator, case: Case, shown: Shown, bounds: Bounds, sizes: Asked
) -> None:
    """Takes a run at smaller sizes for the answer at the asked ones, where it is that."""
    reachable = case.property.kind is PropertyKind.REACHABLE
    if reachable and sizes.includes(bounds):
        settle(case, shown, bounds)  # one asked size that reaches it is enough
        return
    extended = validator.extended(case, shown, sizes.high)
    if case.smallest is None and (extended is not None or not reachable):
        case.smallest, case.extends = shown, extended is not None
    if extended is not None:
        settle(case, extended, sizes.high)
    elif sizes.includes(bounds):
        settle(case, shown, bounds)


def shorten(validator: Validator, groups: list[Group], high: Bounds, effort: Effort) -> None:
    """Looks for shorter runs at the asked sizes than those that were found at smaller ones.

    Where a search of modest cost ends, the verdict's run is known to be the shortest there.
    """
    if sum(high.values()) > MANY:
        return
    seconds = min(effort.seconds, effort.share * validator.stop.remaining())
    expired = validator.stop.within(seconds)
    for group in groups:
        lengths = {
            case.property.name: len(trace.steps)
            for case in group.cases
            if (trace := case.trace()) is not None and case.bounds == high and not case.shortest
        }
        if not lengths or expired():
            continue
        cases = [case for case in group.cases if case.property.name in lengths]
        longest = max(lengths.values()) - 1
        findings = validator.ask(
            EXPLORE, group, cases, high, expired=expired, states=effort.states, layers=longest
        )
        for case in cases:
            length = lengths[case.property.name]
            match findings[case.property.name]:
                case Shown(trace=trace) as shown:
                    if len(trace.steps) < length:
                        settle(case, shown, high)
                    case.shortest = True
                case Undecided(depth=depth):
                    case.shortest = depth >= length - 1
                case _:
                    pass


def settle(case: Case, shown: Shown, bounds: Bounds) -> None:
    """A replayed run is the answer: a violation, or what a `reachable` asks for."""
    case.bounds = bounds
    case.shortest = shown.shortest
    if case.property.kind is not PropertyKind.REACHABLE:
        case.status = Violated(shown.trace, shown.engine)
        return
    length = len(shown.trace.steps)
    certificate = Certificate(
        bounds=bounds,
        engine=shown.engine,
        method=f"reached in {plural(length, 'step')}",
        depth=length,
        states=None,
        variables=frozenset(),
    )
    case.status = Reached(shown.trace, certificate)
