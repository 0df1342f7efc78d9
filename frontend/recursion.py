"""Procedures and `define`s that call themselves: they cannot be inlined."""

from __future__ import annotations

from frontend.calls import calls_in
from frontend.symbols import Symbols


def recursive_names(symbols: Symbols) -> frozenset[str]:
    """The names that are part of a circle of calls; reported once a circle."""
    bodies: dict[str, object] = {name: item.body for name, item in symbols.procedures.items()}
    bodies |= {name: item.body for name, item in symbols.defines.items()}
    called = {
        name: [other for other in dict.fromkeys(calls_in(body)) if other in bodies]
        for name, body in bodies.items()
    }
    guilty: set[str] = set()
    for name in bodies:
        circle = _circle(name, called)
        if circle is None or name in guilty:
            continue
        guilty |= set(circle)
        declaration = symbols.procedures.get(name) or symbols.defines[name]
        shown = " -> ".join(f"`{item}`" for item in (*circle, name))
        symbols.problems.report(
            "E113", f"calls are inlined, so none may come back: {shown}", declaration.name.span
        )
    return frozenset(guilty)


def _circle(start: str, called: dict[str, list[str]]) -> tuple[str, ...] | None:
    """The shortest way from a name back to itself, without the last name."""
    ways: dict[str, tuple[str, ...]] = {}
    pending: list[tuple[str, ...]] = [(start,)]
    while pending:
        way = pending.pop(0)
        for other in called[way[-1]]:
            if other == start:
                return way
            if other not in ways:
                ways[other] = (*way, other)
                pending.append(ways[other])
    return None
