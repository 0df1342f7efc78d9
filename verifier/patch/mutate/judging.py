"""One mutant's verdict: looked at where the original is small first, then at the asked sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from frontend.model import Model, PropertyKind
from proofs.render.names import plural
from proofs.runs.replay import Mismatch, replay
from verifier.analysis.slicing import slice_model
from verifier.explicit.space import Space
from verifier.patch.mutate.baseline import LARGE, Baseline, Look
from verifier.patch.mutate.behaviour import Behaviour, alike, behaviour, reach, same_shape
from verifier.patch.mutate.building import Original, built, same
from verifier.patch.mutate.hunt import Clean, Finding, Limited, NoSystem, Violated, hunt
from verifier.patch.mutate.mutant import Mutant
from verifier.patch.mutate.outcome import Outcome, Reach, Verdict
from verifier.patch.mutate.sameness import explored, same_steps
from verifier.protocol.bounds import Bounds, describe
from verifier.protocol.results import InternalError

SLICES = 2
"""So many times the states of one search may all searches of slices store together."""

SPREAD = 4
"""So many times the states of the original may a mutant have where behaviour is compared."""

COMPARED = 10_000
"""States, none merged, that the original may have where behaviour is compared."""


@dataclass(slots=True)
class Judge:
    """Settles mutants of one variant, one by one; what it learns of the original is kept.

    Args:
        origin: the original and its mutants.
        known: what holds of it.
        expired: asked often; True: the time is up.
    """

    origin: Original
    known: Baseline
    expired: Callable[[], bool]
    _spaces: tuple[Space, ...] | None = None
    _behaviours: dict[int, Behaviour | None] = field(default_factory=dict)

    def settle(self, number: int) -> Outcome:
        """What becomes of a mutant.

        Raises:
            InternalError: a run that was found does not replay.
        """
        mutant = self.origin.mutants[number]
        made = built(self.origin, mutant)
        if made.model is None:
            return Outcome(number, Verdict.REJECTED, reason=made.code)
        if same(self.origin.model, made.model):
            return Outcome(number, Verdict.UNCHANGED)
        limited: tuple[Look, Limited] | None = None
        empty: Look | None = None
        lost = set(_reachables(self.origin.model, self.known.held))
        for look in self._looks(mutant):
            if self.expired():
                return Outcome(number, Verdict.OPEN)
            finding = self._look(made.model, look, drifts=not mutant.assumed)
            match finding:
                case Violated(names=names, run=run):
                    length = len(run.moves)
                    return _killed(number, names, length, look.bounds, torn=made.torn)
                case Clean(missed=missed) if look.asked:
                    lost &= set(missed)  # one asked size that reaches it is enough
                case Limited() if look.asked:
                    limited = look, finding
                    lost.clear()
                case NoSystem() if look.asked:
                    empty = look
                case _:
                    pass
        if lost:
            names = tuple(name for name in self.known.held if name in lost)
            return _killed(number, names, None, self.known.looks[-1].bounds, torn=made.torn)
        if empty is not None:
            reason = f"no such system with {describe(empty.bounds)}"
            return Outcome(number, Verdict.INCONCLUSIVE, reason=reason)
        if made.torn:  # with each statement torn it may do more than was looked at
            return Outcome(number, Verdict.REJECTED, reason="E305")
        for own in self._whole() if limited is None else ():
            if same_steps(own, made.model, self.expired):
                return Outcome(number, Verdict.EQUIVALENT, bounds=dict(own.layout.bounds))
        bounds, compared = self._compared(made.model)
        if compared is True:
            return Outcome(number, Verdict.EQUIVALENT, bounds=bounds)
        if self.expired():
            return Outcome(number, Verdict.OPEN)
        reached = compared or None
        if limited is None:
            return Outcome(number, Verdict.SURVIVED, bounds=bounds, reach=reached)
        where, why = limited
        depth = "" if why.depth < 0 else f", nothing violated in {plural(why.depth, 'step')}"
        reason = f"{why.reason} at {describe(where.bounds)}{depth}"
        names = why.open
        return Outcome(
            number, Verdict.INCONCLUSIVE, names, bounds=bounds, reach=reached, reason=reason
        )

    # --- looking ---------------------------------------------------------------------------

    def _looks(self, mutant: Mutant) -> Iterable[Look]:
        """Where to look. Without an assumption there are more systems, and others at sizes where
        the original has none."""
        yield from self.known.small if mutant.assumed else ()
        for look in self.known.looks:
            yield replace(look, states=max(look.states, LARGE)) if mutant.assumed else look

    def _look(self, model: Model, look: Look, *, drifts: bool) -> Finding:
        """What is found at some sizes; what is violated was replayed.

        Args:
            drifts: whether a state without end may be the mutant's mistake.
        """
        names = [item.name for item in model.properties if item.name in look.names]
        finding = hunt(model, look.bounds, names, look.states, self.expired)
        if isinstance(finding, Limited) and drifts and not self.expired():
            finding = self._by_slices(model, look, names, finding)
        elif isinstance(finding, Violated):
            _replayed(model, finding)
        return finding

    def _by_slices(self, model: Model, look: Look, names: Sequence[str], whole: Limited) -> Finding:
        """The same, each property with what it depends on alone: a counter that drifts makes
        states without end, and most properties do not depend on it."""
        groups: dict[frozenset[str], list[str]] = {}
        for name in names:
            part = slice_model(model, (name,))
            groups.setdefault(frozenset(item.name for item in part.variables), []).append(name)
        states, missed = 0, list[str]()
        budget = SLICES * look.states
        limits: list[Limited] = []
        for variables, together in sorted(groups.items(), key=lambda item: len(item[0])):
            part = slice_model(model, together)
            if len(variables) == len(model.variables) or budget <= 0:
                left = tuple(name for name in together if name in whole.open)
                limits.append(replace(whole, open=left))
                continue
            most = min(look.states, budget)
            match hunt(part, look.bounds, together, most, self.expired):
                case Violated() as violated:
                    if _replays(model, violated):
                        return violated
                    why = "a run of a part of the model is no run of it"
                    limits.append(Limited(why, -1, tuple(together)))
                case Clean(states=count, missed=some):
                    states += count
                    budget -= count
                    missed += some
                case Limited() as limited:
                    budget -= most
                    limits.append(limited)
                case NoSystem():
                    return NoSystem()
        if missed or not limits:
            return Clean(states, tuple(name for name in names if name in missed))
        unsettled = {name for item in limits for name in item.open}
        shallow = min(limits, key=lambda item: item.depth)
        return replace(shallow, open=tuple(name for name in names if name in unsettled))

    # --- comparing -------------------------------------------------------------------------

    def _compared(self, model: Model) -> tuple[dict[str, int] | None, Reach | bool]:
        """The largest sizes at which behaviour can be compared, and whether it is the same there
        or which states are reached; False where nothing is known."""
        if not same_shape(self.origin.model, model):
            return None, False
        for number, bounds in enumerate(self.known.compared):
            own = self._own(number, bounds)
            if own is None:
                continue
            other = behaviour(model, bounds, SPREAD * len(own.labels), self.expired)
            if other is not None:
                return dict(bounds), alike(own, other) or reach(own, other)
        return None, False

    def _whole(self) -> Sequence[Space]:
        """The original's states at the largest asked sizes, if they are not too many."""
        if self._spaces is None:
            look = self.known.looks[-1]
            found = explored(self.origin.model, look.bounds, look.states, self.expired)
            self._spaces = () if found is None else (found,)
        return self._spaces

    def _own(self, number: int, bounds: Bounds) -> Behaviour | None:
        if number not in self._behaviours:
            found = behaviour(self.origin.model, bounds, COMPARED, self.expired)
            if self.expired():
                return None
            self._behaviours[number] = found
        return self._behaviours[number]


def _reachables(model: Model, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if model.property(name).kind is PropertyKind.REACHABLE)


def _killed(
    number: int, names: Sequence[str], steps: int | None, bounds: Bounds, *, torn: bool
) -> Outcome:
    return Outcome(number, Verdict.KILLED, tuple(names), steps, dict(bounds), torn=torn)


def _replays(model: Model, found: Violated) -> bool:
    try:
        replay(model, found.run, found.names[0])
    except Mismatch:
        return False
    return True


def _replayed(model: Model, found: Violated) -> None:
    """Raises InternalError where the interpreter does not take the run."""
    try:
        replay(model, found.run, found.names[0])
    except Mismatch as mismatch:
        raise InternalError(
            f"a run found for {found.names[0]} of a mutant of {model.name} ({model.variant}; "
            f"{describe(found.run.bounds)}) does not replay: {mismatch}"
        ) from mismatch
