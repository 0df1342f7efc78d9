"""What holds of the original, and where its mutants are looked at.

Mutants are looked at where the original's reachable states are few first: most are found wrong
there at once. A size is worth a look of its own when it has several times the states of the last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from frontend.model import Model, PropertyKind
from proofs.answers.verdict import Proved, Reached, Unknown
from verifier.every_size.answer import answer
from verifier.patch.mutate.hunt import Clean, Limited, NoSystem, Violated, hunt
from verifier.protocol.bounds import Asked, Bounds, at_most, smaller
from verifier.protocol.deadline import Deadline
from verifier.protocol.task import Limits, Progress
from verifier.verify.portfolio import Strategy, Work
from verifier.verify.registry import standard

SMALL = 20_000
"""States that a search at sizes below the asked ones may store."""

LARGE = 200_000
"""States that a search of the original at asked sizes may store."""

SPARE = 10
"""So many times the states of the original may those of a mutant be."""

STEP = 2
"""So many times the states of the size before make another size worth a look."""

WALKED = 60
"""Choices of sizes below the asked ones that are tried."""


@dataclass(frozen=True, slots=True)
class Look:
    """Where mutants are looked at.

    Args:
        bounds: sort -> number of objects.
        names: the properties that hold of the original there.
        states: how many states a search may store.
        asked: whether the user asks for these sizes.
    """

    bounds: Bounds
    names: tuple[str, ...]
    states: int
    asked: bool


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is known of the original.

    Args:
        held: properties that hold at every asked size.
        violated: those that do not.
        unknown: those of which no engine could tell at the asked sizes.
        reason: what exploration met there then.
        looks: where to look, smaller ones first, asked ones last.
        small: every small size, also where the original has no system.
        compared: the sizes where behaviour may be compared, largest first: threads meet there.
        empty: whether there is no system at any of the asked sizes.
    """

    held: tuple[str, ...]
    violated: tuple[str, ...]
    unknown: tuple[str, ...]
    reason: str
    looks: tuple[Look, ...]
    small: tuple[Look, ...]
    compared: tuple[Bounds, ...]
    empty: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What one choice of sizes shows.

    Args:
        states: of the original; None where they are too many, or there is no system.
        why: the limit that was reached, or "".
    """

    held: tuple[str, ...]
    states: int | None
    why: str
    system: bool


def baseline(model: Model, names: Sequence[str], sizes: Asked, stop: Deadline) -> Baseline:
    """Explores the original at the asked sizes and at smaller ones.

    Args:
        model: the original.
        names: the properties to ask about.
        sizes: the asked ones.
        stop: when the time is up, more is unknown.

    Raises:
        InternalError: engines contradict each other about the original.
    """
    expired = stop.expired
    lasting = [name for name in names if model.property(name).kind is not PropertyKind.REACHABLE]
    asked: list[tuple[Bounds, _Known]] = [
        (bounds, _explored(model, names, bounds, LARGE, expired))
        for bounds in (*sizes.others(), sizes.high)
    ]
    whole = [(bounds, known) for bounds, known in asked if known.system]
    if not whole:
        return Baseline((), (), (), "", (), (), (), empty=True)
    held = {
        name
        for name in names
        if (all if name in lasting else any)(name in one.held for _, one in whole)
    }
    unsure: frozenset[str] = frozenset()
    reason = next((known.why for _, known in whole if known.why), "")
    if reason:
        proved, unsure = _settled(model, [name for name in names if name in held], sizes, stop)
        held = set(proved)
    looks: list[tuple[int, Look]] = []
    for bounds, known in _walk(model, lasting, sizes, expired):
        kept = tuple(name for name in known.held if name in held)
        states = known.states or 0
        looks.append((states, Look(bounds, kept, max(SMALL, SPARE * states), asked=False)))
    small = tuple(look for _, look in looks)
    looks = sorted(((n, look) for n, look in looks if n), key=lambda item: item[0])
    chain: list[tuple[int, Look]] = []
    for states, look in looks:
        if not chain or states >= STEP * chain[-1][0]:
            chain.append((states, look))
    for bounds, known in whole:
        kept = tuple(name for name in names if name in held)
        states = known.states or 0
        chain.append((states, Look(bounds, kept, max(SMALL, SPARE * states), asked=True)))
    measured = sorted((*looks, *chain[-len(whole) :]), key=lambda item: -item[0])
    return Baseline(
        tuple(name for name in names if name in held),
        tuple(name for name in names if name not in held and name not in unsure),
        tuple(name for name in names if name in unsure),
        reason if unsure else "",
        tuple(look for _, look in chain),
        small,
        tuple(look.bounds for states, look in measured if states and _meet(model, look, sizes)),
        empty=False,
    )


def _meet(model: Model, look: Look, sizes: Asked) -> bool:
    """Whether threads of each kind meet another there: a race needs two."""
    return all(
        look.bounds[thread.sort] >= min(2, sizes.high[thread.sort]) for thread in model.threads
    )


def _settled(
    model: Model, names: Sequence[str], sizes: Asked, stop: Deadline
) -> tuple[frozenset[str], frozenset[str]]:
    """What all engines together prove where the states are too many, and what they leave open."""
    work = Work(model, tuple(names), sizes, Strategy(), standard(), stop.part(0.3), _nobody)
    work.begin()
    work.learn(answer(model, work.candidates(), stop.part(0.3), Limits().memory, _nobody))
    work.allow(stop.part(0.3))
    settled = work.finish()
    return (
        frozenset(item.name for item in settled if isinstance(item.status, Proved | Reached)),
        frozenset(item.name for item in settled if isinstance(item.status, Unknown)),
    )


def _nobody(progress: Progress) -> None:
    """Progress on the original is not shown: it is a part of what is shown."""
    del progress


def _walk(
    model: Model, names: Sequence[str], sizes: Asked, expired: Callable[[], bool]
) -> list[tuple[Bounds, _Known]]:
    """The sizes below the largest asked ones that are no trouble to explore."""
    found: list[tuple[Bounds, _Known]] = []
    costly: list[Bounds] = []
    for number, bounds in enumerate(smaller(sizes.high)):
        if number >= WALKED or expired():
            break
        if sizes.includes(bounds) or any(at_most(least, bounds) for least in costly):
            continue
        known = _explored(model, names, bounds, SMALL, expired)
        if known.why:
            costly.append(bounds)
        else:
            found.append((bounds, known))
    return found


def _explored(
    model: Model, names: Sequence[str], bounds: Bounds, states: int, expired: Callable[[], bool]
) -> _Known:
    """What holds at one choice of sizes: what is violated is set aside until nothing else is."""
    held = list(names)
    while True:
        match hunt(model, bounds, held, states, expired):
            case Violated(names=wrong):
                held = [name for name in held if name not in wrong]
            case Clean(states=count, missed=missed):
                reached = tuple(name for name in held if name not in missed)
                return _Known(reached, count, "", system=True)
            case Limited(reason=reason):
                return _Known(tuple(held), None, reason, system=True)
            case NoSystem():
                return _Known(tuple(held), None, "", system=False)
