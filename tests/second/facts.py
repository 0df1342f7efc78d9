"""What holds of a flow in every state: what is free, where a thread stands, what has a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from frontend.syntax import tree as syntax
from tests.second.expressions import Bound, Local, variable_of
from tests.second.flow import Begin, Cycle, Do, End, Flow, Fork, Frame, Mark, Node, Test
from tests.second.reading import reads_shared
from tests.second.world import World


def followers(node: Any) -> list[Any]:
    """What can come next."""
    match node:
        case Test(yes=yes, no=no):
            return [yes, no]
        case Fork(branches=branches):
            return [first for _, first in branches]
        case End():
            return []
        case _:
            pass
    return [node.next]


def waits(node: Any) -> bool:
    """Whether a statement may wait."""
    match node:
        case Do(kind="await" | "lock"):
            return True
        case Do(kind="any", what=what):
            return what.condition is not None
        case _:
            pass
    return isinstance(node, Fork)


class Facts:
    """What is known of one thread's flow."""

    def __init__(self, world: World, flow: Flow) -> None:
        self.world = world
        self.flow = flow
        self.nodes = list(self._reachable())
        self.numbers = {node: number for number, node in enumerate(self.nodes)}
        self._free: dict[Any, bool] = {}
        for node in self.nodes:
            for cycle in node.what if getattr(node, "kind", None) == "jump" else ():
                cycle.left = True
        for cycle in flow.cycles:
            cycle.idle = cycle.outermost and (not cycle.left or self._begins_with_await(cycle))
        # An inner loop that is a place for this reason is one within the outer one.
        for cycle in sorted(flow.cycles, key=lambda item: -len(item.around.cycles)):
            cycle.free = not cycle.around.atomic and self._goes_round_for_free(cycle)
        for node in self.nodes:
            if isinstance(node, Begin):
                node.waits = self._waits_inside(node)
        self.assigned = self._assigned()

    def _reachable(self) -> Iterator[Any]:
        pending, seen = [self.flow.entry], set()
        while pending:
            node = pending.pop()
            if node not in seen:
                seen.add(node)
                yield node
                pending += reversed(followers(node))

    # --- free or not -----------------------------------------------------------------------

    def free(self, node: Any) -> bool:
        """Whether a statement or a test is free."""
        if node not in self._free:
            self._free[node] = self._is_free(node)
        return self._free[node]

    def _is_free(self, node: Any) -> bool:
        names = node.context.names
        if isinstance(node, Test):
            own = isinstance(node.condition, Local)
            return own or not reads_shared(self.world, names, node.condition)
        if not isinstance(node, Do) or waits(node):
            return False
        if node.kind == "update":
            names = {
                **names,
                node.what.binder.name.text: Bound(self.world.type(node.what.binder.type)),
            }
        targets, values = self._parts(node)
        written = [variable_of(self.world, names, target) for target in targets]
        if any(variable is not None and variable.shared for variable in written):
            return False
        if node.kind in ("lock", "unlock", "trylock"):
            return False
        if written and all(variable is not None and variable.ghost for variable in written):
            return True
        return not any(reads_shared(self.world, names, item) for item in (*targets, *values))

    def _parts(self, node: Do) -> tuple[list[Any], list[Any]]:
        """What a statement assigns to (locals made here apart) and what it evaluates besides."""
        own = [] if node.target is None or isinstance(node.target, Local) else [node.target]
        match node.kind:
            case "assign" | "any" | "await":
                return own, [node.what]
            case "change":
                return own, [node.what[1]]
            case "parameters":
                return [], list(node.what)
            case "atomic":
                first, *rest = node.what.arguments
                return [*own, first], rest
            case "update":
                where = [] if node.what.where is None else [node.what.where]
                values = [item.value for item in node.what.body if hasattr(item, "value")]
                return [item.target for item in node.what.body], [*where, *values]
            case "assert":
                return [], [node.what.condition]
            case _:
                pass
        return own if node.kind == "hand" else [], []

    # --- loops -----------------------------------------------------------------------------

    def _begins_with_await(self, cycle: Cycle) -> bool:
        return self._serves(cycle.head.next, frozenset())

    def _serves(self, node: Any, seen: frozenset[Any]) -> bool:
        """Whether every way begins with `await`, free statements aside."""
        while node not in seen:
            seen |= {node}
            match node:
                case Do(kind="await"):
                    return True
                case Fork(branches=branches):
                    return all(self._serves(first, seen) for _, first in branches)
                case Mark() | Begin():
                    node = node.next
                case Do() if self.counts_as_done(node):
                    node = node.next
                case _:
                    return False
        return False

    def _goes_round_for_free(self, cycle: Cycle) -> bool:
        pending, seen = [cycle.head.next], set()
        while pending:
            node = pending.pop()
            if node is cycle.head:
                return True
            inside = cycle in node.context.cycles or isinstance(node, Mark)
            if node in seen or not inside:
                continue
            seen.add(node)
            match node:
                case Mark(kind="label") | Begin() | Fork() | End():
                    continue
                case Mark(kind="head", what=Cycle(place=True)):
                    continue
                case Do() | Test():
                    if not self.free(node):
                        continue
                case _:
                    pass
            pending += followers(node)
        return False

    def _waits_inside(self, begin: Begin) -> bool:
        pending, seen = [begin.next], set()
        while pending:
            node = pending.pop()
            if node in seen or not node.context.atomic:
                continue
            seen.add(node)
            if waits(node):
                return True
            pending += followers(node)
        return False

    # --- places ----------------------------------------------------------------------------

    def stops(self, node: Any) -> bool:
        """Whether a node is a place in itself."""
        if not isinstance(node, Mark) or node.context.atomic:
            return not isinstance(node, Mark)
        return node.kind == "label" or (node.kind == "head" and node.what.place)

    def place(self, node: Any) -> Any:
        """Where a thread stands that goes on with a node."""
        seen = set()
        while not self.stops(node) and node not in seen:
            seen.add(node)
            node = node.next
        return node

    def labels(self, node: Any) -> Iterator[tuple[Frame, str]]:
        """The labels of the statement that a thread at a place is about to run."""
        seen = set()
        while isinstance(node, Mark) and node not in seen:
            seen.add(node)
            if node.kind == "label":
                for name in node.names:
                    yield node.context.frame, name
            node = node.next

    def idle(self, place: Any) -> bool:
        """Whether a thread at a place is at the head of its idle loop, free statements aside."""
        seen = set()
        moved = False
        while place not in seen:
            seen.add(place)
            match place:
                case Mark(kind="head", what=Cycle(idle=True)):
                    return True
                case Mark(kind="label") if moved:
                    return False
                case Mark():
                    place = place.next
                case Do() if self.counts_as_done(place):
                    moved = True
                    place = place.next
                case _:
                    return False
        return False

    def counts_as_done(self, node: Any) -> bool:
        """Whether a statement is a free one that picks nothing."""
        return isinstance(node, Do) and node.kind not in ("any", "pick") and self.free(node)

    def label_follows(self, head: Mark) -> bool:
        """Whether a label comes at once behind the head of a loop."""
        return next(self.labels(head.next), None) is not None

    # --- locals ----------------------------------------------------------------------------

    def _assigned(self) -> dict[Any, frozenset[tuple[Local, tuple[str, ...]]]]:
        """Node -> the parts of locals that were assigned on every way to it."""
        known: dict[Any, frozenset[tuple[Local, tuple[str, ...]]]] = {self.flow.entry: frozenset()}
        pending = [self.flow.entry]
        while pending:
            node = pending.pop()
            after = known[node] | self._assigns(node)
            for follower in followers(node):
                met = after & known[follower] if follower in known else after
                if follower not in known or met != known[follower]:
                    known[follower] = met
                    pending.append(follower)
        return known

    def _assigns(self, node: Node) -> frozenset[tuple[Local, tuple[str, ...]]]:
        if not isinstance(node, Do):
            return frozenset()
        targets = list(node.target) if node.kind == "parameters" else [node.target]
        found = set()
        for target in targets:
            root, path = self.root(node, target)
            kind = None if root is None else self.world.part_type(root.type, path)
            if root is not None and kind is not None:
                found |= {(root, (*path, *rest)) for rest in self.world.leaves(kind)}
        return frozenset(found)

    def root(self, node: Node, target: Any) -> tuple[Local | None, tuple[str, ...]]:
        """The local in which a target lies, and the way to it."""
        path: list[str] = []
        while isinstance(target, syntax.Field):
            path.insert(0, target.name.text)
            target = target.base
        if isinstance(target, syntax.Reference):
            target = node.context.names.get(target.name.text)
        return (target, tuple(path)) if isinstance(target, Local) else (None, ())
