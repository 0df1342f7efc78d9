"""Explores systems of one variant to see what happens in them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

from frontend.model import Expression, Model, Property, PropertyKind
from frontend.source import NOWHERE
from verifier.bounds import Asked
from verifier.slicing import slice_model
from verifier.stop import Stop
from verifier.vacuity.coverage import Looked, Wanted, small_sizes, watch
from verifier.vacuity.statements import statements


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
        elsewhere: those that were taken in other systems.
        unseen: the conditions that held in no state of any system so far.
        looked: whether anything was explored.
    """

    def __init__(
        self,
        model: Model,
        sizes: Asked,
        stop: Stop,
        conditions: Mapping[Hashable, Expression],
        diligence: Diligence,
    ) -> None:
        self.model = model
        self.sizes = sizes
        self.diligence = diligence
        self.statements = statements(model)
        self.fired: set[int] = set()
        self.elsewhere: set[int] = set()
        self.unseen = dict(conditions)
        self.looked = False
        self._expired = stop.within(min(diligence.seconds, stop.remaining()))

    @property
    def seen(self) -> frozenset[int]:
        """The numbers of the steps that were taken anywhere."""
        return frozenset(self.fired | self.elsewhere)

    def small(self) -> None:
        """Explores small systems, and the asked one if there are none."""
        threads = frozenset(item.sort for item in self.model.threads)
        found = [self._whole(size) for size in small_sizes(self.sizes.high, threads)]
        if all(item is None or item.absent for item in found):
            self._whole(dict(self.sizes.high))

    def raised(self) -> None:
        """Explores a system with two of what only one was asked for."""
        bounds = {sort: max(2, min(3, size)) for sort, size in self.sizes.high.items()}
        if 1 in self.sizes.high.values():
            self._whole(bounds)

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
        """Looks at the asked sizes for a condition that is unseen. None: it held."""
        condition = self.unseen[name]
        claim = Property("wanted", PropertyKind.REACHABLE, "", condition, False, NOWHERE)
        model = replace(self.model, properties=(claim,), violates=frozenset())
        wanted = Wanted({}, {name: condition})
        part = slice_model(model, (claim.name,))
        looked = self._asked(part, wanted, limit or self.diligence.large)
        if not wanted.conditions:
            del self.unseen[name]
            return None
        return looked

    def _whole(self, bounds: Mapping[str, int]) -> Looked | None:
        fired = self.fired if self.sizes.includes(bounds) else self.elsewhere
        happenings: dict[Hashable, frozenset[int]] = {
            item: steps for item, steps in self.statements.items() if self.seen.isdisjoint(steps)
        }
        wanted = Wanted(happenings, self.unseen, fired)
        if wanted.settled() or self._expired():
            return None
        self.looked = True
        return watch(self.model, bounds, wanted, self.diligence.small, self._expired)

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
