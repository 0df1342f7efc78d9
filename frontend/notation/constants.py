"""Values as text in the specification language."""

from __future__ import annotations

from collections.abc import Iterable

from frontend.model import Value


def value_text(value: Value) -> str:
    """A value; an object by its name."""
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def index_text(index: Iterable[Value]) -> str:
    """What follows a variable's name: `[page0, true]`; nothing where there is no index."""
    inside = ", ".join(map(value_text, index))
    return f"[{inside}]" if inside else ""
