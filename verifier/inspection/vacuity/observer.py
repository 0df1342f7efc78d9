"""Explores systems of one variant to see what happens in them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from frontend.model import Expression, Model, Property, PropertyKind
from frontend.source.spans import NOWHERE
from proofs.log.asked_sizes import doubled, small_sizes
from verifier.analysis.slicing import slice_model
from verifier.inspection.vacuity.coverage import Looked, Wanted, watch
from verifier.inspection.vacuity.statements import statements
from verifier.protocol.bounds import Asked, Bounds
from verifier.protocol.deadline import Deadline


@dataclass(frozen=True, slots=True)
class Diligence:
    """What the searches may cost.

    Args:
        small: states of each small system.
        large: states at the asked sizes, of each slice.
        spare: the same where all was seen in small systems.
        seconds: for one variant; states decide on any ordinary machine.
    """

    small: int = 2_000
    large: int = 30_000
    spare: int = 10_000
    seconds: float = 10.0


MANY = 24
"""Objects of all sorts together that make a system very large."""


class Observer:
    """Remembers what was seen to happen, at the asked sizes and in other systems.

    Args:
        model: the whole model.
        sizes: what its verdicts are about.
        stop: when the user's time is up.
        conditions: what to look for, by name, besides the statements.

    Attributes:
        statements: each with the numbers of the steps that execute it.
        fired: the numbers of the steps that were taken at asked sizes.
        elsewhere: those that were taken in other systems, each with the sizes of the first.
        conditions: what to look for, by name.
        unseen: those that held in no state of any system so far.
        held: those that held in other systems only so far, each with the sizes of the first.
        looked: whether anything was explored.
    """

    def __init__(
        self,
        model: Model,
        sizes: Asked,
        stop: Deadline,
        conditions: Mapping[Hashable, Expression],
        diligence: Diligence,
    ) -> None:
        self.model = model
        self.sizes = sizes
        self.diligence = diligence
        self.statements = statements(model)
        self.fired: set[int] = set()
        self.elsewhere: dict[int, Bounds] = {}
        self.conditions = dict(conditions)
        self.unseen = dict(conditions)
        self.held: dict[Hashable, Bounds] = {}
        self.looked = False
        self._expired = stop.within(min(diligence.seconds, stop.remaining()))

    @property
    def seen(self) -> frozenset[int]:
        """The numbers of the steps that were taken anywhere."""
        return frozenset(self.fired | self.elsewhere.keys())

    def where(self, steps: Iterable[int]) -> Bounds | None:
        """The sizes, other than the asked ones, at which one of some steps was taken."""
        found = (bounds for number, bounds in self.elsewhere.items() if number in steps)
        return next(found, None)

    def small(self) -> None:
        """Explores small systems, and the asked one if there are none."""
        threads = frozenset(item.sort for item in self.model.threads)
        found = [self._whole(size) for size in small_sizes(self.sizes.high, threads)]
        if all(item is None or item.absent for item in found):
            self._whole(dict(self.sizes.high))

    def raised(self) -> None:
        """Explores a system with two of what only one was asked for."""
        if 1 in self.sizes.high.values():
            self._whole(doubled(self.sizes.high))

    def asked(self, *, matters: bool) -> Looked:
        """Explores the asked sizes until each statement was executed.

        Args:
            matters: whether a verdict may be vacuous; for what is information only, very large
                systems are not explored.
        """
        if not matters and sum(self.sizes.high.values()) > MANY:
            return Looked(dict(self.sizes.high), 0, complete=False)
        unseen = any(self.seen.isdisjoint(steps) for steps in self.statements.values())
        limit = self.diligence.large if unseen else self.diligence.spare
        wanted = Wanted(dict(self.statements.items()), {}, self.fired)
        return self._asked(slice_model(self.model, ()), wanted, limit)

    def holds(self, name: Hashable, limit: int | None = None) -> Looked | None:
        """Looks at the asked sizes for a condition that was not seen there. None: it held."""
        limit = limit or (self.diligence.spare if name in self.held else self.diligence.large)
        return self._hold([name], limit)

    def look_for(self, names: Sequence[Hashable]) -> None:
        """Looks at the asked sizes for conditions that were seen at others only: one search is
        enough for most of them."""
        if names:
            self._hold(names, self.diligence.spare)

    def _hold(self, names: Sequence[Hashable], limit: int) -> Looked | None:
        """Looks at the asked sizes for some conditions. None: all of them hold."""
        claims = [
            Property(
                f"wanted {n}", PropertyKind.REACHABLE, "", self.conditions[name], False, NOWHERE
            )
            for n, name in enumerate(names)
        ]
        model = replace(self.model, properties=tuple(claims), violates=frozenset())
        wanted = Wanted({}, {name: self.conditions[name] for name in names})
        part = slice_model(model, tuple(claim.name for claim in claims))
        looked = self._asked(part, wanted, limit)
        self._note([name for name in names if name not in wanted.conditions], None)
        return looked if wanted.conditions else None

    def _note(self, names: Iterable[Hashable], bounds: Bounds | None) -> None:
        """Takes note of conditions that were seen, at other sizes than the asked ones or there."""
        for name in names:
            self.unseen.pop(name, None)
            if bounds is not None:
                self.held.setdefault(name, dict(bounds))
            else:
                self.held.pop(name, None)

    def _whole(self, bounds: Mapping[str, int]) -> Looked | None:
        inside = self.sizes.includes(bounds)
        known = self.fired if inside else self.seen
        happenings: dict[Hashable, frozenset[int]] = {
            item: steps for item, steps in self.statements.items() if known.isdisjoint(steps)
        }
        names = [*self.unseen, *(self.held if inside else ())]
        fired = self.fired if inside else set(self.elsewhere)
        wanted = Wanted(happenings, {name: self.conditions[name] for name in names}, fired)
        if self._expired():
            return None
        self.looked = True
        if wanted.settled():
            return None
        found = watch(self.model, bounds, wanted, self.diligence.small, self._expired)
        seen = [name for name in names if name not in wanted.conditions]
        self._note(seen, None if inside else bounds)
        for number in () if inside else fired:
            self.elsewhere.setdefault(number, dict(bounds))
        return found

    def _asked(self, part: Model, wanted: Wanted, limit: int) -> Looked:
        """Explores until all was seen; complete where every state of every asked size was looked
        at."""
        high, states = dict(self.sizes.high), 0
        low = dict(self.sizes.low) if self.sizes.low != self.sizes.high else None
        for bounds in (high, *self.sizes.others()):
            if wanted.settled():
                return Looked(high, states, complete=False, low=low)
            found = watch(part, bounds, wanted, limit, self._expired)
            states += found.states
            if not found.complete:
                return Looked(high, states, complete=False, low=low)
        return Looked(high, states, complete=True, low=low)
