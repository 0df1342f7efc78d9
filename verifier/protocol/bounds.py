"""Sizes of sorts: what the user asked for, what the specification names, and the smaller ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from frontend.model import Model
from proofs.log.asked_sizes import asked_sizes, choices, described, summing
from proofs.render.names import plural

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

    @property
    def ranges(self) -> dict[str, tuple[int, int]]:
        """Sort -> the fewest and the most objects."""
        return {name: (self.low[name], high) for name, high in self.high.items()}

    def largest_first(self) -> Iterator[dict[str, int]]:
        """Every asked choice of sizes, made as they are asked for."""
        return choices(self.ranges)

    def others(self) -> Iterator[dict[str, int]]:
        """Every asked choice of sizes but the largest, small ones first; made likewise."""
        totals = range(sum(self.low.values()), sum(self.high.values()))
        for sizes in summing(totals, tuple(self.ranges.values())):
            yield dict(zip(self.high, sizes, strict=True))

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
    totals = range(len(bounds), sum(bounds.values()))
    for sizes in summing(totals, [(1, size) for size in bounds.values()]):
        yield dict(zip(bounds, sizes, strict=True))


def at_most(left: Bounds, right: Bounds) -> bool:
    """Whether no sort is larger on the left."""
    return all(left[name] <= right[name] for name in right)


def describe(bounds: Bounds) -> str:
    """`2 cpus, 1 pageblock, 2 pages`; what has no sorts is the one system there is."""
    return described(bounds)


def describe_asked(sizes: Asked) -> str:
    """Like `describe`, with ranges where a sort has one: `2..3 cpus, 4 pages`."""
    texts = []
    for sort, high in sizes.high.items():
        low = sizes.low[sort]
        text = plural(high, sort)
        texts.append(text if low == high else f"{low}..{text}")
    return ", ".join(texts) or "the one size there is"
