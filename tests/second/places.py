"""What properties ask of a thread's place: `c at f.label`, `c in f`, `c.f.x`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.second.expressions import Local, Scope
from tests.second.facts import Facts
from tests.second.flow import Begin, Do, Frame, Mark
from tests.second.statements import STATEMENTS
from tests.second.values import UNSET, Fault, with_part, without
from tests.second.world import Obj, Slot, TooLarge, Type


class Places:
    """The threads of one state."""

    def __init__(
        self,
        facts: Mapping[str, Facts],
        shared: Mapping[Slot, Any],
        standing: Mapping[Obj, Any],
    ) -> None:
        self.facts = facts
        self.shared = shared
        self.standing = standing

    def _place(self, thread: Obj) -> Any:
        return self.facts[thread.sort].nodes[self.standing[thread].place]

    def at(self, thread: Obj, path: tuple[str, ...]) -> bool:
        """`c at f.label`, whatever call of f it is in, `c at f.3`, `c at g.2.f.label`."""
        facts = self.facts[thread.sort]
        found = [place for place in facts.nodes if self._is_called(facts, place, thread.sort, path)]
        calls = {place.context.frame for place in found}
        if path[-1].isdigit() and len(found) > len(calls):
            raise TooLarge("several places at one statement: the page does not tell them apart")
        return self._place(thread) in found

    def _is_called(self, facts: Facts, place: Any, sort: str, path: tuple[str, ...]) -> bool:
        """Whether a place has a name: of a label, or of the statement that is next."""
        if not facts.stops(place) or place.context.atomic:
            return False
        labels = list(facts.labels(place))
        if not path[-1].isdigit():
            return any(
                name == path[-1] and _is_inside(frame, sort, path[:-1]) for frame, name in labels
            )
        node, seen = place, set()
        while isinstance(node, Mark | Begin) and node not in seen:
            seen.add(node)
            node = node.next
        frame = node.context.frame
        numbered = frame.number(node.context.at) == int(path[-1])
        return numbered and not labels and _is_inside(frame, sort, path[:-1])

    def inside(self, thread: Obj, procedure: str) -> bool:
        """`c in f`."""
        _, node, _ = self._behind(thread)
        seen = set()
        while isinstance(node, Mark | Begin) and node not in seen:
            seen.add(node)
            node = node.next  # the first statement of a block
        return procedure in {frame.procedure for frame in node.context.frame.stack()}

    def _behind(self, thread: Obj) -> tuple[Any, Any, Scope]:
        """What comes behind the free statements at a place, and what is next there.

        Returns:
            The point behind them, the statement that comes next, the locals then.
        """
        facts, node, seen = self.facts[thread.sort], self._place(thread), set()
        values = dict(self.standing[thread].locals)
        scope = Scope(facts.world, dict(self.shared), {}, values, thread)
        reached = node
        while node not in seen and (isinstance(node, Mark) or facts.counts_as_done(node)):
            seen.add(node)
            if isinstance(node, Do):
                reached = self._landed(node.next)
                named = replace(scope, names=node.context.names)
                try:
                    STATEMENTS[node.kind](node, named)
                except Fault:  # the run ends there; what the others give is told all the same
                    self._unset(facts, node, named)
            node = node.next
        return reached, node, scope

    def _landed(self, node: Any) -> Any:
        """Where jumps lead."""
        seen = set()
        while isinstance(node, Mark) and node.kind in ("jump", "leave") and node not in seen:
            seen.add(node)
            node = node.next
        return node

    def _unset(self, facts: Facts, node: Do, scope: Scope) -> None:
        """What a statement that is a fault assigns has no value."""
        for target in node.target if node.kind == "parameters" else [node.target]:
            root, path = facts.root(node, target)
            if root is not None:
                whole = scope.locals.get(root, scope.blank(root.type))
                scope.locals[root] = with_part(scope.world, whole, path, UNSET)

    def kind(self, sort: str, procedure: str, name: str) -> Type | None:
        """The type of the locals of a name in a procedure, which is one; None: there is none."""
        for frame in self.facts[sort].flow.frames:
            for local in frame.locals if frame.procedure == procedure else ():
                if local.name == name:
                    found: Type = local.type
                    return found
        return None

    def local(self, thread: Obj, procedure: str, name: str, number: int | None) -> Any:
        """The value of a local; of several of one name in scope, the innermost.

        Raises:
            Fault: it has none here.
        """
        behind, _, scope = self._behind(thread)
        here = self._place(thread)
        for place, values in ((behind, scope.locals), (here, dict(self.standing[thread].locals))):
            assigned = self.facts[thread.sort].assigned[place]
            for frame in place.context.frame.stack():
                wanted = self._numbered(frame, name, number)
                for local in reversed(place.context.alive if frame.procedure == procedure else ()):
                    if local in wanted:
                        parts = {path for root, path in assigned if root is local}
                        if not parts:
                            raise Fault(UNSET)
                        return without(scope.world, values[local], parts, ())
        raise Fault(UNSET)

    def _numbered(self, frame: Frame, name: str, number: int | None) -> list[Local]:
        found = [local for local in frame.locals if local.name == name and local.position >= 0]
        found.sort(key=lambda local: local.position)
        return found if number is None else found[number - 1 : number]


def _is_inside(frame: Frame, sort: str, path: tuple[str, ...]) -> bool:
    """Whether a call is the one that is named: by its procedure, by the number of the statement
    with the call, by the calls around it; the body by the sort of its thread, or not at all."""
    names = list(path)
    if not names:
        return not frame.procedure
    while names:
        number = int(names.pop()) if names[-1].isdigit() else None
        if frame.procedure != names.pop():
            return not frame.procedure and not names and path == (sort,)
        if number is not None and (
            frame.caller is None or frame.caller.number(frame.called_at) != number
        ):
            return False
        if names and frame.caller is None:
            return False
        frame = frame.caller or frame
    return True
