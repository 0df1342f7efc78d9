"""Compiles generated source whose brackets nest deeper than Python's tokenizer takes (200)."""

from __future__ import annotations

import ast
from types import CodeType

DEEPEST = 50
"""Levels of brackets that are parsed at a time."""


def compiled(text: str, name: str) -> CodeType:
    """The code of a module.

    Args:
        text: its source; there are no strings in it.
        name: for tracebacks.
    """
    try:
        return compile(text, name, "exec")
    except (SyntaxError, MemoryError):
        parts: dict[str, ast.expr] = {}
        tree = ast.parse(_shallow(text, parts), name)
        return compile(ast.fix_missing_locations(_Filled(parts).visit(tree)), name, "exec")


def _shallow(text: str, parts: dict[str, ast.expr]) -> str:
    """The text with names in the place of brackets that nest too deep; `parts` takes them."""
    opened: list[list[str]] = [[]]
    depths = [0]  # of what stands in each open bracket
    for char in text:
        if char == "(":
            opened.append([])
            depths.append(0)
            continue
        if char != ")":
            opened[-1].append(char)
            continue
        inner, depth = f"({''.join(opened.pop())})", depths.pop() + 1
        before = opened[-1][-1] if opened[-1] else ""
        is_call = before.isalnum() or before in ("_", ")", "]")
        if depth >= DEEPEST and not is_call:
            tree = ast.parse(inner, mode="eval").body
            inner, depth = f"part{len(parts)}_", 0
            parts[inner] = _Filled(parts).visit(tree)
        opened[-1].append(inner)
        depths[-1] = max(depths[-1], depth)
    return "".join(opened[0])


class _Filled(ast.NodeTransformer):
    """Puts parts in the place of their names."""

    def __init__(self, parts: dict[str, ast.expr]) -> None:
        self._parts = parts

    def visit_Name(self, node: ast.Name) -> ast.expr:  # the library's name
        """A part, or the name itself."""
        return self._parts.get(node.id, node)
