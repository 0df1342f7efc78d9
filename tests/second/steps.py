"""The steps of a thread from a place: "Steps, exactly" on the language page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.second.expressions import Local, Scope
from tests.second.facts import Facts, waits
from tests.second.flow import Begin, Cycle, Do, End, Fork, Mark, Test
from tests.second.statements import Blocked, alternatives
from tests.second.values import UNSET, Fault, without
from tests.second.world import Obj, Slot, TooLarge, World

MOST_WAYS = 2000


@dataclass(frozen=True)
class Standing:
    """Where a thread is, and its locals that have a value there."""

    place: int
    locals: frozenset[tuple[Local, Any]]


@dataclass(frozen=True)
class Way:
    """What a step has done so far.

    Args:
        taken: whether it has taken anything, a branch of `choose` included.
        beginning: whether it is at its beginning.
        plain: whether it has taken nothing but free statements: no test, `any` or branch.
        touched: whether a statement that is not free was taken.
        entered: the branches that it entered.
        passed: the heads of loops that it passed.
        failed: the asserts that did not hold.
        first: the kind of its first statement, free ones aside.
    """

    taken: bool = False
    beginning: bool = True
    plain: bool = True
    touched: bool = False
    entered: frozenset[object] = frozenset()
    passed: frozenset[Cycle] = frozenset()
    failed: frozenset[str] = frozenset()
    first: str | None = None


@dataclass(frozen=True)
class Outcome:
    """How a step ends.

    Args:
        fault: the built-in property that it violates; then there is no state behind it.
        standing: where its thread is then.
        way: what it has done.
    """

    fault: str | None
    shared: Mapping[Slot, Any]
    standing: Standing | None
    way: Way


class Walker:
    """Takes the steps of one thread in one state.

    Attributes:
        blocked: why the ways that led nowhere did: the owner of a lock, or None.
    """

    def __init__(self, world: World, facts: Facts, me: Obj) -> None:
        self.world = world
        self.facts = facts
        self.me = me
        self.blocked: list[Obj | None] = []
        self._count = 0

    def steps(self, shared: Mapping[Slot, Any], standing: Standing) -> Iterator[Outcome]:
        """Every step from here."""
        self.blocked = []
        self._count = 0
        place = self.facts.nodes[standing.place]
        if not isinstance(place, End):
            scope = Scope(self.world, dict(shared), {}, dict(standing.locals), self.me)
            yield from self._from(place, scope, Way(), place)

    def _from(self, node: Any, scope: Scope, way: Way, start: Any) -> Iterator[Outcome]:
        self._count += 1
        if self._count > MOST_WAYS:
            raise TooLarge("too many ways through one step")
        if self._ends_before(node, way):
            yield self._ended(node, scope, way)
            return
        match node:
            case Mark(kind="head", what=cycle) if cycle in way.passed:
                yield self._ended(node, scope, way)  # round and round without a statement
            case Mark(kind="head", what=cycle):
                way = replace(way, passed=way.passed | {cycle})
                yield from self._from(node.next, scope, way, start)
            case Mark(kind="leave", what=key):
                if key in way.entered:
                    way = replace(way, beginning=False)
                yield from self._from(node.next, scope, way, start)
            case Mark() | Begin():
                if isinstance(node, Begin):
                    way = self._taking(node, way)
                yield from self._from(node.next, scope, way, start)
            case Fork(branches=branches):
                for key, first in branches:
                    entered = replace(way, taken=True, plain=False, entered=way.entered | {key})
                    yield from self._from(first, self._copy(scope), entered, start)
            case Do() | Test():
                way = self._taking(node, way)
                try:
                    for follower, after, failed in alternatives(node, self._named(node, scope)):
                        judged = replace(way, failed=way.failed | failed)
                        yield from self._from(follower, after, judged, start)
                except Blocked as blocked:
                    self.blocked.append(blocked.owner)
                except Fault as fault:
                    if fault.kind == UNSET:
                        raise  # the product rejects what reads a local before it is assigned
                    if way.first is None and self._may_serve(node, way):
                        way = replace(way, first="await")
                    yield Outcome(fault.kind, scope.shared, None, way)
            case _:
                pass

    def _may_serve(self, node: Do | Test, way: Way) -> bool:
        """Whether an `await` would come next in this step, behind free statements, if this one,
        which was taken, had no fault."""
        pending, seen = [(node, way)], set()
        while pending:
            at, way = pending.pop()
            if at is not node and (self._ends_before(at, way) or (at, way) in seen):
                continue
            seen.add((at, way))
            match at:
                case Do(kind="await"):
                    return True
                case Fork(branches=branches):
                    for key, first in branches:
                        pending.append((first, replace(way, entered=way.entered | {key})))
                case Mark(kind="leave", what=key) if key in way.entered:
                    pending.append((at.next, replace(way, beginning=False)))
                case Mark() | Begin():
                    pending.append((at.next, way))
                case Do() if self.facts.counts_as_done(at):
                    pending.append((at.next, way if at is node else self._taking(at, way)))
                case _:
                    pass
        return False

    def _copy(self, scope: Scope) -> Scope:
        return replace(scope, shared=dict(scope.shared), locals=dict(scope.locals))

    def _named(self, node: Do | Test, scope: Scope) -> Scope:
        return replace(scope, names=node.context.names)

    def _taking(self, node: Do | Test | Begin, way: Way) -> Way:
        free = self.facts.free(node)
        kind = node.kind if isinstance(node, Do) else "test"
        counts = not isinstance(node, Begin) and (not free or kind in ("await", "any", "pick"))
        return replace(
            way,
            taken=True,
            touched=way.touched or not free,
            plain=way.plain and free and kind not in ("any", "pick", "test"),
            beginning=way.beginning and free and kind not in ("any", "pick"),
            first=kind if way.first is None and counts else way.first,
        )

    # --- where a step ends -----------------------------------------------------------------

    def _ends_before(self, node: Any, way: Way) -> bool:
        if isinstance(node, End):
            return True  # 1
        if node.context.atomic:
            return False
        match node:
            case Mark(kind="label"):
                return way.taken  # 2
            case Mark(kind="head", what=cycle):
                if not cycle.place or not (way.taken or cycle in way.passed):
                    return False
                may_pass = cycle.idle and way.plain and not self.facts.label_follows(node)
                return cycle in way.passed or not may_pass  # 3
            case Mark():
                return False
            case _:
                pass
        waiting = node.waits if isinstance(node, Begin) else waits(node)
        if waiting and not way.beginning:
            return True  # 4
        return not isinstance(node, Fork) and way.touched and not self.facts.free(node)  # 5

    def _ended(self, node: Any, scope: Scope, way: Way) -> Outcome:
        return Outcome(None, scope.shared, self.standing(node, scope.locals), way)

    def standing(self, node: Any, values: Mapping[Local, Any]) -> Standing:
        """A thread at a place: what it knows of locals that have no value there is forgotten."""
        place = self.facts.place(node)
        assigned = self.facts.assigned[place]
        kept = set()
        for local in place.context.alive:
            parts = {path for root, path in assigned if root is local}
            if parts:
                kept.add((local, without(self.world, values[local], parts, ())))
        return Standing(self.facts.numbers[place], frozenset(kept))
