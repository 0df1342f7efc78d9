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
        seconds: for one variant; states decide on any ordinary machine.
    """

    small: int = 2_000
    large: int = 30_000
    seconds: float = 10.0


class Observer:
    """Remembers what was seen to happen in some system.

    Args:
        model: the whole model.
        sizes: what its verdicts are about.
        stop: when the user's time is up.
        conditions: what to look for, by name, besides the statements.

    Attributes:
        statements: each with the numbers of the steps that execute it.
        fired: the numbers of the steps that were taken.
        unseen: the conditions that held in no state so far.
        looked: the searches of the whole model, in order.
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
        self.unseen = dict(conditions)
        self.looked: list[Looked] = []
        self._expired = stop.within(min(diligence.seconds, stop.remaining()))

    def small(self) -> None:
        """Explores small systems, and the asked one if there are none."""
        threads = frozenset(item.sort for item in self.model.threads)
        for bounds in small_sizes(self.sizes.high, threads):
            self._whole(bounds)
        if all(item.absent for item in self.looked):
            self._whole(dict(self.sizes.high))

    def raised(self) -> None:
        """Explores a system with two of what only one was asked for."""
        bounds = {sort: max(2, min(3, size)) for sort, size in self.sizes.high.items()}
        if 1 in self.sizes.high.values():
            self._whole(bounds)

    def executed(self, steps: Mapping[Hashable, frozenset[int]]) -> Looked | None:
        """Looks at the asked sizes for steps that were not taken; one of each is enough. None: all
        were taken."""
        return self._asked(slice_model(self.model, ()), Wanted(dict(steps), {}, self.fired))

    def holds(self, name: Hashable, limit: int | None = None) -> Looked | None:
        """Looks at the asked sizes for a condition that is unseen. None: it held."""
        condition = self.unseen[name]
        claim = Property("wanted", PropertyKind.REACHABLE, "", condition, False, NOWHERE)
        model = replace(self.model, properties=(claim,), violates=frozenset())
        looked = self._asked(
            slice_model(model, (claim.name,)), Wanted({}, {name: condition}), limit
        )
        if looked is None:
            del self.unseen[name]
        return looked

    def _whole(self, bounds: Mapping[str, int]) -> None:
        wanted = Wanted(dict(self.statements.items()), self.unseen, self.fired)
        if not wanted.settled() and not self._expired():
            most = self.diligence.small
            self.looked.append(watch(self.model, bounds, wanted, most, self._expired))

    def _asked(self, part: Model, wanted: Wanted, limit: int | None = None) -> Looked | None:
        states = 0
        for bounds in (self.sizes.high, *self.sizes.others()):
            if wanted.settled():
                return None
            found = watch(part, bounds, wanted, limit or self.diligence.large, self._expired)
            states += found.states
            if wanted.settled():
                return None
            if not found.complete:
                return Looked(dict(self.sizes.high), states, complete=False)
        return Looked(dict(self.sizes.high), states, complete=True)
