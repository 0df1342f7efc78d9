"""How deep a syntax tree nests: later passes recurse over it, this one does not."""

from __future__ import annotations

from dataclasses import fields

from frontend.source.spans import Span
from frontend.syntax import tree as syntax


def too_deep(tree: syntax.Node, limit: int) -> Span | None:
    """The span of the first node deeper than a limit, or None."""
    waiting: list[tuple[syntax.Node, int]] = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > limit:
            return node.span
        for entry in fields(node):
            value = getattr(node, entry.name)
            if isinstance(value, syntax.Node):
                waiting.append((value, depth + 1))
            elif isinstance(value, tuple):
                waiting.extend((item, depth + 1) for item in value if isinstance(item, syntax.Node))
    return None
