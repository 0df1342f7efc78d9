"""Which of the asked sizes have a system: of one that has none, everything is true."""

from __future__ import annotations

from collections.abc import Callable

from proofs.answers.verdict import NoSystem
from verifier.protocol.bounds import Asked, Bounds
from verifier.verify.validation import Validator

Key = tuple[tuple[str, int], ...]


class Systems:
    """Tells the asked sizes that have a system from those at which assumptions contradict.

    Args:
        inquiry: asks engines about the whole model.
        sizes: what was asked for.

    Attributes:
        top: the largest asked sizes that have a system, as far as is known; None: none has.
        missing: the sizes at which no state satisfies the assumptions, the largest first.
        unsure: whether it is not known of some, since the time was up or a solver gave up.
    """

    def __init__(self, validator: Validator, sizes: Asked) -> None:
        self._validator = validator
        self._sizes = sizes
        self._known: set[Key] = set()
        self._missing: dict[Key, NoSystem] = {}
        self.top: Bounds | None = sizes.high
        self.unsure = False

    @property
    def missing(self) -> tuple[NoSystem, ...]:
        """See the class."""
        if not self._missing:
            return ()
        found = (self._missing.get(_key(bounds)) for bounds in self._sizes.largest_first())
        return tuple(empty for empty in found if empty is not None)

    def lack(self, bounds: Bounds) -> bool:
        """Whether it is known that there is no system of these sizes."""
        return _key(bounds) in self._missing

    def miss(self, bounds: Bounds, names: tuple[str, ...]) -> None:
        """Takes note that assumptions of these names contradict each other there."""
        self._missing[_key(bounds)] = NoSystem(dict(bounds), names)

    def find_top(self, shown: Callable[[Bounds], bool]) -> None:
        """Finds the largest sizes that have a system.

        Args:
            shown: whether a run was replayed at some sizes.
        """
        self.top = next(
            (one for one in self._sizes.largest_first() if self._may_exist(one, shown)), None
        )

    def find_rest(self, shown: Callable[[Bounds], bool]) -> None:
        """Looks at the asked sizes below those, too. Gives up when the time is up."""
        self.unsure = False
        for bounds in self._sizes.largest_first():
            if self._validator.stop.expired() and not self._is_settled(bounds):
                self.unsure = True
                return
            if bounds != self.top:
                self._may_exist(bounds, shown)
            self.unsure |= not self._is_settled(bounds)

    def _is_settled(self, bounds: Bounds) -> bool:
        return _key(bounds) in self._known or self.lack(bounds)

    def _may_exist(self, bounds: Bounds, shown: Callable[[Bounds], bool]) -> bool:
        """Whether there is a system, or nobody can tell.

        Slices alone may not tell, since each has some of the assumptions only, and in a system
        that does not exist all is proved.
        """
        if not self._is_settled(bounds):
            if shown(bounds):
                self._known.add(_key(bounds))
            elif not self._validator.stop.expired():
                self._look(bounds)
        return not self.lack(bounds)

    def _look(self, bounds: Bounds) -> None:
        exists: bool | None = True
        names: tuple[str, ...] = ()
        if not self._validator.registry.has_start(self._validator.model, bounds):
            exists, names = self._validator.has_system(bounds)
        if exists:
            self._known.add(_key(bounds))
        elif exists is False:
            self.miss(bounds, names)


def _key(bounds: Bounds) -> Key:
    return tuple(sorted(bounds.items()))
