"""A mutant as a value: one small change of a syntax tree, and how a reader is told of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from frontend.syntax import tree as syntax
from frontend.syntax.kernel_style import specification
from frontend.syntax.phrases import statement


class Kind(Enum):
    """What was done to the specification."""

    CONDITION_DROPPED = "condition dropped"
    CONDITION_NEGATED = "condition negated"
    CONJUNCT_DROPPED = "conjunct dropped"
    DISJUNCT_DROPPED = "disjunct dropped"
    COMPARISON_SHIFTED = "comparison shifted"
    CONSTANT_CHANGED = "constant changed"
    OPERATOR_CHANGED = "operator changed"
    UPDATE_DROPPED = "update dropped"
    CALL_DROPPED = "call dropped"
    JUMP_DROPPED = "jump dropped"
    MOVED_BEFORE = "moved before the lock"
    MOVED_BEHIND = "moved behind the unlock"
    LOCK_DROPPED = "lock dropped"
    ATOMIC_DISSOLVED = "atomic dissolved"
    ASSUMPTION_DROPPED = "assumption dropped"


Path = tuple[str | int, ...]
"""From a node to one inside it: names of fields, and positions in tuples."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change.

    Args:
        kind: what was done.
        start: where in the source.
        before: the statement or declaration in one line, as the printer writes it.
        after: the same with the change; "" where nothing is left of it.
        tree: the whole specification with the change.
        assumed: whether an assumption is changed: then there may be systems of other sizes, too.
    """

    kind: Kind
    start: int
    before: str
    after: str
    tree: syntax.Specification
    assumed: bool = False


def put(node: Any, path: Path, new: Any) -> Any:
    """A tree with another node, or tuple of nodes, at a path.

    Args:
        node: a node or a tuple of nodes.
        path: from there.
        new: what stands at its end then.
    """
    if not path:
        return new
    key, rest = path[0], path[1:]
    if isinstance(key, int):
        return (*node[:key], put(node[key], rest, new), *node[key + 1 :])
    return replace(node, **{key: put(getattr(node, key), rest, new)})


def at(node: Any, path: Path) -> Any:
    """What stands at a path."""
    for key in path:
        node = node[key] if isinstance(key, int) else getattr(node, key)
    return node


def shown(node: syntax.Node) -> str:
    """A statement or a declaration in one line, without its semicolon."""
    if isinstance(node, syntax.Statement):
        return statement(node)
    if isinstance(node, syntax.Declaration):
        text = specification(syntax.Specification(node.span, (node,)))
        return " ".join(text.split()).removesuffix(";")
    raise TypeError(f"neither a statement nor a declaration: {type(node).__name__}")
