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


def circle(waits: Sequence[Sequence[int]]) -> bool:
    """Whether some threads wait for each other only.

    Args:
        waits: by thread, whom it waits for; -1 and the thread itself: nobody.
    """
    owners = [
        {other for other in others if other not in (-1, thread)}
        for thread, others in enumerate(waits)
    ]
    inside = {thread for thread, others in enumerate(owners) if others}
    while True:
        kept = {thread for thread in inside if owners[thread] <= inside}
        if kept == inside:
            return bool(inside)
        inside = kept
