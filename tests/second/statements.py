"""What one statement or test does: the ways in which it can go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from frontend.syntax import tree as syntax
from tests.second.expressions import Bound, Local, Path, Scope
from tests.second.flow import Do, Test
from tests.second.values import UNSET, Fault, is_partial
from tests.second.world import Obj

Alternative = tuple[Any, Scope, frozenset[str]]
"""What comes next, the state then, and the asserts that did not hold."""

NOTHING: frozenset[str] = frozenset()


class Blocked(Exception):
    """The statement waits.

    Args:
        owner: of the lock that it waits for; None: it waits for something else.
    """

    def __init__(self, owner: Obj | None) -> None:
        super().__init__()
        self.owner = owner


def alternatives(node: Do | Test, scope: Scope) -> Iterator[Alternative]:
    """Takes a statement or a test.

    Raises:
        Blocked: it waits.
        Fault: it is one.
    """
    if isinstance(node, Test):
        yield (node.yes if _truth(node.condition, scope) else node.no), scope, NOTHING
    elif node.kind in ("any", "pick"):
        values = _picks(node, scope)
        if not values:
            raise Blocked(None)
        for value in values:
            after = replace(scope, shared=dict(scope.shared), locals=dict(scope.locals))
            after.store(target(node.target, after), value)
            if node.kind == "pick":
                after.locals[node.what] = after.locals[node.what] - {value}
            yield node.next, after, NOTHING
    else:
        failed = STATEMENTS[node.kind](node, scope)
        yield node.next, scope, frozenset(failed or ())


def _truth(condition: Any, scope: Scope) -> bool:
    if isinstance(condition, Local):
        return bool(scope.locals[condition])  # the result of a call, or who waits for a turn
    return bool(scope.value(condition))


def target(node: Any, scope: Scope) -> Path:
    """Where a statement writes."""
    if isinstance(node, Local):
        return Path(node, node.type)
    path = scope.path(node)
    assert path is not None
    return path


def _picks(node: Do, scope: Scope) -> list[Any]:
    if node.kind == "pick":
        waiting = scope.locals[node.what]
        return [value for value in scope.world.values(node.target.type) if value in waiting]
    kind = scope.world.type(node.what.type)
    values = scope.world.values(kind)
    if node.what.condition is None:
        return values
    name = node.what.name.text
    judged = [
        (value, scope.bound({name: Bound(kind, value)}).value(node.what.condition))
        for value in values
    ]
    return [value for value, wanted in judged if wanted]


def _assign(node: Do, scope: Scope) -> None:
    path = target(node.target, scope)
    scope.store(path, scope.value(node.what, path.type))


def _change(node: Do, scope: Scope) -> None:
    operator, value = node.what
    combined = syntax.Binary(node.target.span, operator, node.target, value)
    path = target(node.target, scope)
    scope.store(path, scope.value(combined, path.type))


def _parameters(node: Do, scope: Scope) -> None:
    pairs = zip(node.target, node.what, strict=True)
    values = [(local, scope.entering(local.type, argument)) for local, argument in pairs]
    for local, value in values:
        scope.store(Path(local, local.type), value)


def _hand(node: Do, scope: Scope) -> None:
    value = scope.locals[node.what]
    if is_partial(value):
        raise Fault(UNSET)
    scope.store(target(node.target, scope), value)


def _await(node: Do, scope: Scope) -> None:
    if not scope.value(node.what):
        raise Blocked(None)


def _lock(node: Do, scope: Scope) -> None:
    path = target(node.what, scope)
    owner = scope.load(path)
    if owner == scope.me:
        raise Fault("relock")
    if owner is not None:
        raise Blocked(owner)
    scope.store(path, scope.me)


def _unlock(node: Do, scope: Scope) -> None:
    path = target(node.what, scope)
    if scope.load(path) != scope.me:
        raise Fault("unlock")
    scope.store(path, None)


def _trylock(node: Do, scope: Scope) -> None:
    path = target(node.what, scope)
    free = scope.load(path) is None
    if free:
        scope.store(path, scope.me)
    if node.target is not None:
        scope.store(target(node.target, scope), free)


def _atomic(node: Do, scope: Scope) -> None:
    first, *rest = node.what.arguments
    path = target(first, scope)
    found = scope.load(path)
    values = [scope.value(item, path.type) for item in rest]
    match node.what.name.text:
        case "xchg":
            scope.store(path, values[0])
            answer = found
        case "cmpxchg":
            if found == values[0]:
                scope.store(path, values[1])
            answer = found
        case "try_cmpxchg":
            answer = found == values[0]
            if answer:
                scope.store(path, values[1])
            else:
                old = scope.path(rest[0])
                if old is not None and isinstance(old.root, Local):
                    scope.store(old, found)
        case "add_return":
            answer = found + values[0]
            scope.store(path, answer)
        case "fetch_add":
            answer = found
            scope.store(path, found + values[0])
        case _:
            scope.store(path, found - 1)
            answer = found == 1
    if node.target is not None:
        scope.store(target(node.target, scope), answer)


def _update(node: Do, scope: Scope) -> None:
    statement = node.what
    kind = scope.world.type(statement.binder.type)
    before = replace(scope, shared=dict(scope.shared))
    writes = []
    for value in scope.world.values(kind):
        inner = before.bound({statement.binder.name.text: Bound(kind, value)})
        if statement.where is not None and not inner.value(statement.where):
            continue
        for item in statement.body:
            path = target(item.target, inner)
            new: syntax.Expression
            if isinstance(item, syntax.Increment):
                one = syntax.Number(item.span, 1)
                new = syntax.Binary(item.span, item.operator[0], item.target, one)
            elif item.operator == "=":
                new = item.value
            else:
                new = syntax.Binary(item.span, item.operator[0], item.target, item.value)
            writes.append((path, inner.entering(path.type, new)))
    for path, value in writes:
        scope.store(path, value)


def _assert(node: Do, scope: Scope) -> list[str] | None:
    return None if scope.value(node.what.condition) else [node.what.name.text]


def _mark(node: Do, scope: Scope) -> None:
    scope.locals[node.target] = frozenset(scope.world.values(node.what))


STATEMENTS: dict[str, Callable[[Do, Scope], list[str] | None]] = {
    "assign": _assign,
    "change": _change,
    "parameters": _parameters,
    "hand": _hand,
    "await": _await,
    "lock": _lock,
    "unlock": _unlock,
    "trylock": _trylock,
    "atomic": _atomic,
    "update": _update,
    "assert": _assert,
    "mark": _mark,
}
