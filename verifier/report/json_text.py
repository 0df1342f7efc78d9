"""JSON values as text that every reader takes: ASCII, and no halves of surrogate pairs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

Json = bool | int | float | str | None | Sequence["Json"] | Mapping[str, "Json"]


def pretty(value: Json) -> str:
    """A document of several lines, the last of which is ended."""
    return json.dumps(_whole(value), indent=2, ensure_ascii=True) + "\n"


def line(value: Json) -> str:
    """A document of one line, which is ended."""
    return json.dumps(_whole(value), ensure_ascii=True) + "\n"


def _whole(value: Json) -> Json:
    """The value without halves of surrogate pairs: Python has them in the names of files that are
    no text, strict readers of JSON refuse them.
    """
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode("utf-8")
        case Mapping():
            return {str(_whole(key)): _whole(item) for key, item in value.items()}
        case Sequence():
            return [_whole(item) for item in value]
        case _:
            return value
