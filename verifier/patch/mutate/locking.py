"""Mutants around locks: a lock that is not taken, and what stands next to one on its other side."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from frontend.source.spans import Span
from frontend.syntax import tree as syntax
from frontend.syntax.printer import expression
from verifier.patch.mutate.definitions import inside
from verifier.patch.mutate.mutant import Kind, Mutant, Path, at, put, shown

LOCK = "spin_lock"
UNLOCK = "spin_unlock"

MOVABLE = (
    syntax.Assignment,
    syntax.Increment,
    syntax.Update,
    syntax.LocalDeclaration,
    syntax.CallStatement,
    syntax.If,
    syntax.While,
    syntax.ForEach,
    syntax.Atomic,
    syntax.Block,
)
"""What may stand on the other side of a lock: no jump, no label, no assertion."""


def lock_mutants(tree: syntax.Specification, path: Path) -> Iterator[Mutant]:
    """The mutants around the locks of one thread or procedure.

    Args:
        path: to its declaration.
    """
    body: Path = (*path, "body")
    yield from _dropped(tree, body)
    jumps = {node.label.text for node in inside(at(tree, body)) if isinstance(node, syntax.Goto)}
    for place in _lists(at(tree, body), body):
        yield from _moved(tree, place, jumps)


def _lists(node: Any, path: Path) -> Iterator[Path]:
    """The paths to the lists of statements inside."""
    if isinstance(node, tuple):
        for number, item in enumerate(node):
            yield from _lists(item, (*path, number))
    elif isinstance(node, syntax.Node):
        if isinstance(node, syntax.Block):
            yield (*path, "statements")
        for name in node.__dataclass_fields__:
            yield from _lists(getattr(node, name), (*path, name))


def _call(node: object, name: str) -> str | None:
    """The lock, as text, that a statement takes or releases."""
    match node:
        case syntax.CallStatement(call=syntax.Call(name=called, arguments=(lock,))):
            return expression(lock) if called.text == name else None
        case _:
            return None


# --- an update on the other side of a lock -------------------------------------------------


def _moved(tree: syntax.Specification, path: Path, jumps: Collection[str]) -> Iterator[Mutant]:
    statements = at(tree, path)
    for number, item in enumerate(statements):
        if _call(item, LOCK) is not None:
            other = _neighbour(statements, number, 1, jumps)
            if other is not None:
                order = (statements[other], *statements[number:other])
                new = (*statements[:number], *order, *statements[other + 1 :])
                yield _swap(tree, path, Kind.MOVED_BEFORE, item, statements[other], new)
        if _call(item, UNLOCK) is not None:
            other = _neighbour(statements, number, -1, jumps)
            if other is not None:
                order = (*statements[other + 1 : number + 1], statements[other])
                new = (*statements[:other], *order, *statements[number + 1 :])
                yield _swap(tree, path, Kind.MOVED_BEHIND, item, statements[other], new)


def _swap(
    tree: syntax.Specification,
    path: Path,
    kind: Kind,
    lock: syntax.Statement,
    moved: syntax.Statement,
    new: Sequence[syntax.Statement],
) -> Mutant:
    texts = shown(lock), shown(moved)
    first, second = texts if kind is Kind.MOVED_BEFORE else texts[::-1]
    changed = put(tree, path, tuple(new))
    return Mutant(kind, moved.span.start, f"{first}; {second}", f"{second}; {first}", changed)


def _neighbour(
    statements: Sequence[syntax.Statement], number: int, direction: int, jumps: Collection[str]
) -> int | None:
    """The next statement in a direction, over labels that no `goto` leads to, if it may move."""
    other = number + direction
    while 0 <= other < len(statements):
        item = statements[other]
        if isinstance(item, syntax.Label) and item.name.text not in jumps:
            other += direction
            continue
        locks = _call(item, LOCK) is not None or _call(item, UNLOCK) is not None
        return other if isinstance(item, MOVABLE) and not locks else None
    return None


# --- no lock -------------------------------------------------------------------------------


def _dropped(tree: syntax.Specification, path: Path) -> Iterator[Mutant]:
    """Without a lock and what releases it: all that release it where it is taken once, else the
    next that does in the same list of statements."""
    body = at(tree, path)
    taken = [(node, lock) for node in inside(body) if (lock := _call(node, LOCK)) is not None]
    for node, lock in taken:
        releases = [item for item in inside(body) if _call(item, UNLOCK) == lock]
        if sum(other == lock for _, other in taken) > 1:
            releases = _next_in_list(body, node, lock)
        if not releases:
            continue
        gone = {node.span, *(item.span for item in releases)}
        before = f"{LOCK}({lock}) ... {UNLOCK}({lock})"
        changed = put(tree, path, _without(body, gone))
        yield Mutant(Kind.LOCK_DROPPED, node.span.start, before, "", changed)


def _next_in_list(body: syntax.Block, node: syntax.Node, lock: str) -> list[syntax.Node]:
    for path in _lists(body, ()):
        statements = at(body, path)
        if node in statements:
            behind = statements[statements.index(node) :]
            return [item for item in behind if _call(item, UNLOCK) == lock][:1]
    return []


def _without(node: Any, gone: Collection[Span]) -> Any:
    """A tree without the lock statements that stand at these spans."""

    def away(item: object) -> bool:
        return isinstance(item, syntax.CallStatement) and item.span in gone

    if isinstance(node, tuple):
        return tuple(_without(item, gone) for item in node if not away(item))
    if not isinstance(node, syntax.Node):
        return node
    if away(node):  # the only statement of an `if`, say
        return syntax.Block(node.span, ())
    result: Any = node
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        changed = _without(value, gone)
        if changed != value:
            result = put(result, (name,), changed)
    return result
