"""What has been said of one property so far, size by size; a contradiction is noticed here."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from verifier.protocol.bounds import Bounds
from verifier.protocol.results import InternalError

Key = tuple[tuple[str, int], ...]


@dataclass(slots=True)
class _Facts:
    """At one choice of sizes.

    Args:
        safe: the engine that says no run of any length shows it.
        clean: no run of up to this many steps shows it, -1 is no claim; `by` says so.
        shown: the length of the shortest replayed run that shows it; `shown_by` found it.
    """

    safe: str | None = None
    clean: int = -1
    by: str = ""
    shown: int | None = None
    shown_by: str = ""


class Consistency:
    """Facts about one property, each from a run that was replayed or from an engine's word.

    Args:
        name: the property; of a `reachable`, a run that reaches it is what "shows" means.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._facts: dict[Key, _Facts] = {}
        self._empty: set[Key] = set()

    def no_system(self, bounds: Bounds) -> None:
        """No state satisfies the assumptions there."""
        self._empty.add(_key(bounds))

    def safe(self, bounds: Bounds, engine: str) -> None:
        """No run shows it there. Raises InternalError when one is known."""
        facts = self._at(bounds)
        facts.safe = facts.safe or engine
        self._compare(facts)

    def clean(self, bounds: Bounds, depth: int, engine: str) -> None:
        """No run of up to `depth` steps shows it there. Raises InternalError when one is known."""
        facts = self._at(bounds)
        if depth > facts.clean:
            facts.clean, facts.by = depth, engine
        self._compare(facts)

    def shown(self, bounds: Bounds, length: int, engine: str) -> None:
        """A replayed run of that length shows it. Raises InternalError when none should exist."""
        facts = self._at(bounds)
        if facts.shown is None or length < facts.shown:
            facts.shown, facts.shown_by = length, engine
        self._compare(facts)

    def is_absent(self, bounds: Bounds) -> bool:
        """Whether it is settled that no run shows it there."""
        key = _key(bounds)
        return key in self._empty or (key in self._facts and self._facts[key].safe is not None)

    def absent_below(self, bounds: Bounds, sort: str) -> bool:
        """Whether no smaller choice of sizes with fewer of `sort` shows it, all of them settled."""
        names = list(bounds)
        ranges = [range(1, bounds[name] + (name != sort)) for name in names]
        if any(len(sizes) > 64 for sizes in ranges):
            return False
        return all(
            self.is_absent(dict(zip(names, sizes, strict=True))) for sizes in product(*ranges)
        )

    def depth(self, bounds: Bounds) -> int:
        """Up to how many steps no run shows it there; -1 when that is not known."""
        return self._at(bounds).clean

    def _at(self, bounds: Bounds) -> _Facts:
        return self._facts.setdefault(_key(bounds), _Facts())

    def _compare(self, facts: _Facts) -> None:
        if facts.shown is None:
            return
        claim = f"{facts.shown_by} found a run of {facts.shown} steps for {self.name}"
        if facts.safe is not None:
            raise InternalError(f"{claim}, and {facts.safe} says there is none")
        if facts.shown <= facts.clean:
            raise InternalError(f"{claim}, and {facts.by} says there is none up to {facts.clean}")


def _key(bounds: Bounds) -> Key:
    return tuple(sorted(bounds.items()))
