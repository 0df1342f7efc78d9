"""What properties ask of a thread's place: `c at f.label`, `c in f`, `c.f.x`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.second.expressions import UNSET, Local
from tests.second.facts import Facts
from tests.second.flow import Frame
from tests.second.values import Fault
from tests.second.world import Obj, Rec, TooLarge


class Places:
    """The threads of one state."""

    def __init__(self, facts: Mapping[str, Facts], standing: Mapping[Obj, Any]) -> None:
        self.facts = facts
        self.standing = standing

    def _place(self, thread: Obj) -> Any:
        return self.facts[thread.sort].nodes[self.standing[thread].place]

    def at(self, thread: Obj, path: tuple[str, ...]) -> bool:
        """`c at f.label`: whatever call of f it is in."""
        if len(path) > 2 or path[-1].isdigit():
            raise TooLarge("places with numbers: the page does not say how statements are counted")
        procedure = path[0] if len(path) > 1 else ""
        place = self._place(thread)
        found = self.facts[thread.sort].labels(place)
        return (procedure, path[-1]) in {(frame.procedure, name) for frame, name in found}

    def inside(self, thread: Obj, procedure: str) -> bool:
        """`c in f`."""
        return procedure in self.facts[thread.sort].procedures(self._place(thread))

    def has(self, sort: str, procedure: str, name: str) -> bool:
        """Whether a procedure has a local of this name."""
        return any(
            frame.procedure == procedure and any(item.name == name for item in frame.locals)
            for frame in self.facts[sort].flow.frames
        )

    def local(self, thread: Obj, procedure: str, name: str, number: int | None) -> Any:
        """The value of a local; of several of one name in scope, the innermost.

        Raises:
            Fault: it has none here.
        """
        place = self._place(thread)
        frames = [frame for frame in place.context.frame.stack() if frame.procedure == procedure]
        for frame in frames:
            wanted = self._numbered(frame, name, number)
            for local in reversed(place.context.alive):
                if local in wanted:
                    value = dict(self.standing[thread].locals).get(local, UNSET)
                    return _complete(value)
        raise Fault("none")

    def _numbered(self, frame: Frame, name: str, number: int | None) -> list[Local]:
        found = [local for local in frame.locals if local.name == name and local.position >= 0]
        found.sort(key=lambda local: local.position)
        return found if number is None else found[number - 1 : number]


def _complete(value: Any) -> Any:
    # A record whose parts were not all assigned: the part that is asked for may be there.
    if value is UNSET or (isinstance(value, Rec) and value.parts == ()):
        raise Fault("none")
    return value
