"""JSON for eyes and for `diff`: small values on one line, the rest broken up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from proofs.answers.itf import Json

WIDTH = 100
SHORT = 32
"""Lists of nothing longer than this have several items on a line."""


def lines(value: Json, indent: int = 0, front: str = "", end: str = "") -> Iterator[str]:
    """A value as lines of ASCII.

    Args:
        value: keys of objects keep their order.
        indent: columns before the first line.
        front: what comes before the value on its first line.
        end: what comes after it on its last.
    """
    margin = " " * indent
    flat = _flat(value)
    if len(margin) + len(front) + len(flat) + len(end) <= WIDTH or not value:
        yield f"{margin}{front}{flat}{end}"
    elif isinstance(value, dict):
        yield f"{margin}{front}{{"
        last = len(value) - 1
        for position, (key, item) in enumerate(value.items()):
            comma = "," if position < last else ""
            yield from lines(item, indent + 1, f"{json.dumps(key)}: ", comma)
        yield f"{margin}}}{end}"
    elif isinstance(value, (list, tuple)):
        yield f"{margin}{front}["
        yield from _items(value, indent + 1)
        yield f"{margin}]{end}"
    else:
        yield f"{margin}{front}{flat}{end}"


def _items(value: Sequence[Json], indent: int) -> Iterator[str]:
    last = len(value) - 1
    if any(isinstance(item, str) for item in value) or max(map(len, map(_flat, value))) > SHORT:
        for position, item in enumerate(value):
            yield from lines(item, indent, "", "," if position < last else "")
        return
    row = ""
    for position, item in enumerate(value):
        text = _flat(item) + ("," if position < last else "")
        if row and indent + len(row) + 1 + len(text) > WIDTH:
            yield " " * indent + row
            row = text
        else:
            row = f"{row} {text}" if row else text
    yield " " * indent + row


def _flat(value: Json) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(", ", ": "))
