"""Which sizes a specification is to be verified at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from frontend.model import Model
from proofs.render.names import plural

DEFAULT = 2
"""The size of a sort that neither the user nor the specification bounds."""


def asked_sizes(model: Model, chosen: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Sort -> the fewest and the most objects to verify a model with.

    Args:
        model: names its sorts and its own bounds.
        chosen: sort -> size, as the user asks; sorts of other models are ignored.
    """
    own = {sort: (low, high) for sort, low, high in model.bounds}
    return {
        sort.name: (chosen[sort.name], chosen[sort.name])
        if sort.name in chosen
        else own.get(sort.name, (DEFAULT, DEFAULT))
        for sort in model.sorts
    }


def choices(ranges: Mapping[str, tuple[int, int]]) -> Iterator[dict[str, int]]:
    """Every choice of sizes, those of the most objects first; made as they are asked for.

    Args:
        ranges: sort -> the fewest and the most objects.
    """
    highest = sum(high for _, high in ranges.values())
    lowest = sum(low for low, _ in ranges.values())
    for sizes in summing(range(highest, lowest - 1, -1), tuple(ranges.values())):
        yield dict(zip(ranges, sizes, strict=True))


def summing(totals: Iterable[int], ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[int, ...]]:
    """The choices of numbers whose sum is the first of some totals, then those of the next.

    Args:
        totals: sums.
        ranges: the smallest and the largest choice for each number.
    """
    for total in totals:
        yield from _summing_to(total, ranges)


def _summing_to(total: int, ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[int, ...]]:
    if not ranges:
        if total == 0:
            yield ()
        return
    (low, high), rest = ranges[0], ranges[1:]
    lowest = max(low, total - sum(most for _, most in rest))
    highest = min(high, total - sum(fewest for fewest, _ in rest))
    for first in range(lowest, highest + 1):
        for others in _summing_to(total - first, rest):
            yield (first, *others)


def small_sizes(high: Mapping[str, int], threads: frozenset[str]) -> list[dict[str, int]]:
    """A few choices of small sizes, each at most `high`, in the order to look at them.

    Args:
        threads: the sorts of threads: one thread among two objects of each sort takes most of the
            steps already, and has few states.
    """
    one = dict.fromkeys(high, 1)
    alone = {sort: 1 if sort in threads else min(2, size) for sort, size in high.items()}
    two = {sort: min(2, size) for sort, size in high.items()}
    found: list[dict[str, int]] = []
    for sizes in (one, alone, two):
        if sizes not in found:
            found.append(sizes)
    return found


def doubled(high: Mapping[str, int]) -> dict[str, int]:
    """Sizes like some of a system, but of at most three objects of a sort, and no sort of one: what
    takes two of them happens there."""
    return {sort: max(2, min(3, size)) for sort, size in high.items()}


def described(sizes: Mapping[str, int]) -> str:
    """`2 cpus, 4 pages`; what has no sorts is the one system there is."""
    return ", ".join(plural(size, sort) for sort, size in sizes.items()) or "the one size there is"


def apart(bounds: Mapping[str, int], asked: Mapping[str, tuple[int, int]]) -> str:
    """What tells the sizes of a run from those that were asked for: `1 pageblock, 2 pages`.

    Args:
        bounds: sort -> number of objects.
        asked: sort -> the fewest and the most objects asked for; a sort of more than one asked size
            is named in any case.

    Returns:
        "" where there is nothing to tell.
    """
    return ", ".join(
        plural(size, sort) for sort, size in bounds.items() if asked.get(sort) != (size, size)
    )
