"""Who calls whom, and what calls itself: procedures and `define`s that cannot be inlined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from frontend.names.symbols import Symbols
from frontend.syntax import tree as syntax


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


def called_more_than_once(body: object) -> frozenset[str]:
    """The procedures that a body calls at several places."""
    counts: Counter[str] = Counter(calls_in(body))
    return frozenset(name for name, count in counts.items() if count > 1)


def calls_in(node: object) -> Iterable[str]:
    """The names of all calls below a node of the syntax tree, in order of the text."""
    if isinstance(node, tuple):
        for item in node:
            yield from calls_in(item)
    elif isinstance(node, syntax.Node):
        if isinstance(node, syntax.Call):
            yield node.name.text
        for name in node.__dataclass_fields__:
            if name != "span":
                yield from calls_in(getattr(node, name))
