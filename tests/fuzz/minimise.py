"""Makes an input that shows a mistake smaller: delta debugging on mutations, lines and bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from tests.fuzz.case import PATCH, SPEC, Case

Shows = Callable[[Case], bool]


def smaller(case: Case, shows: Shows, tries: int) -> Case:
    """A smaller case that shows the same.

    Args:
        case: it shows a mistake.
        shows: whether another one shows the same.
        tries: how often to ask.
    """
    if case.kind not in ("spec", "patch"):
        return case
    path = SPEC if case.kind == "spec" else PATCH
    left = [tries]

    def still(content: bytes) -> bool:
        left[0] -= 1
        return left[0] >= 0 and shows(replace(case, files={**case.files, path: content}))

    content = case.content
    for pattern in (rb"[^\n]*\n?", rb"\w+|\s+|.", rb"."):
        pieces = [piece for piece in re.findall(pattern, content, re.DOTALL) if piece]
        if pattern == rb"." and len(pieces) > 400:
            break
        content = b"".join(_reduced(pieces, lambda some: still(b"".join(some))))
    return replace(case, files={**case.files, path: content})


def _reduced(pieces: Sequence[bytes], shows: Callable[[Sequence[bytes]], bool]) -> Sequence[bytes]:
    """As few of the pieces as show it: halves, quarters, ... are left out while that works."""
    size = max(1, len(pieces) // 2)
    while pieces:
        for start in _starts(len(pieces), size):
            fewer = [*pieces[:start], *pieces[start + size :]]
            if shows(fewer):
                pieces = fewer
        if size == 1:
            break
        size //= 2
    return pieces


def _starts(length: int, size: int) -> Iterator[int]:
    """From the end, so that what was left out does not move what comes next."""
    return iter(range((length - 1) // size * size, -1, -size))
