"""Sizes of sorts: what the user asked for, what the specification names, and the smaller ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from frontend.model import Model
from proofs.bounds import asked_sizes
from proofs.render_names import plural

Bounds = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """The sizes that a verdict is asked for: every choice from `low` to `high`, sort by sort.

    Args:
        low: sort -> smallest size, at least 1.
        high: sort -> largest size; the same sorts in the same order.
    """

    low: Bounds
    high: Bounds

    def others(self) -> Iterator[dict[str, int]]:
        """Every asked choice of sizes but the largest, small ones first."""
        names = list(self.high)
        ranges = [range(self.low[name], self.high[name] + 1) for name in names]
        for sizes in sorted(product(*ranges), key=lambda sizes: (sum(sizes), sizes))[:-1]:
            yield dict(zip(names, sizes, strict=True))

    def includes(self, bounds: Bounds) -> bool:
        """Whether a choice of sizes is one of those asked for."""
        return all(self.low[name] <= bounds[name] <= self.high[name] for name in self.high)


def asked(model: Model, chosen: Bounds) -> Asked:
    """The sizes to verify a model at.

    Args:
        model: names its sorts and its own bounds.
        chosen: sort -> size, as the command line has it; sorts of other models are ignored.
    """
    ranges = asked_sizes(model, chosen)
    return Asked(
        {name: low for name, (low, _) in ranges.items()},
        {name: high for name, (_, high) in ranges.items()},
    )


def smaller(bounds: Bounds) -> Iterator[dict[str, int]]:
    """Every choice of sizes from 1 to `bounds`, sort by sort, except `bounds` itself.

    In order of their sum, so that whatever is componentwise smaller comes before; made as they
    are asked for, since there may be very many.
    """
    names = list(bounds)
    limits = [bounds[name] for name in names]
    for total in range(len(names), sum(limits)):
        for sizes in _summing_to(total, limits):
            yield dict(zip(names, sizes, strict=True))


def _summing_to(total: int, limits: Sequence[int]) -> Iterator[tuple[int, ...]]:
    if not limits:
        if total == 0:
            yield ()
        return
    rest = limits[1:]
    lowest = max(1, total - sum(rest))
    highest = min(limits[0], total - len(rest))
    for first in range(lowest, highest + 1):
        for others in _summing_to(total - first, rest):
            yield (first, *others)


def at_most(left: Bounds, right: Bounds) -> bool:
    """Whether no sort is larger on the left."""
    return all(left[name] <= right[name] for name in right)


def describe(bounds: Bounds) -> str:
    """`2 cpus, 1 pageblock, 2 pages`; what has no sorts is the one system there is."""
    return ", ".join(plural(size, sort) for sort, size in bounds.items()) or "the one size there is"


def describe_asked(sizes: Asked) -> str:
    """Like `describe`, with ranges where a sort has one: `2..3 cpus, 4 pages`."""
    texts = []
    for sort, high in sizes.high.items():
        low = sizes.low[sort]
        text = plural(high, sort)
        texts.append(text if low == high else f"{low}..{text}")
    return ", ".join(texts) or "the one size there is"
