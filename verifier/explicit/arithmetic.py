"""What compiled source calls: C's division, and circles of waiting threads."""

from __future__ import annotations

from collections.abc import Sequence


def div(left: int, right: int) -> int:
    """C's quotient: truncated towards zero."""
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def mod(left: int, right: int) -> int:
    """C's remainder: the dividend's sign."""
    remainder = abs(left) % abs(right)
    return -remainder if left < 0 else remainder


def circle(waits: Sequence[int]) -> bool:
    """Whether two or more threads wait for each other in a circle.

    Args:
        waits: by thread, whom it waits for; -1: nobody.
    """
    for start, other in enumerate(waits):
        if other == start:
            continue
        for _ in waits:
            if other < 0 or other == start:
                break
            other = waits[other]
        if other == start:
            return True
    return False
