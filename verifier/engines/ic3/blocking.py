"""Blocking what leads to a violation, level by level, and generalising what is blocked.

After Bradley (VMCAI 2011) and Een, Mishchenko, Brayton (FMCAD 2011): an obligation is a cube all
of whose states lead to a violation; it is ruled out at a level when no step enters it from the
frame before, else the states that do are the next obligation. Departs from them in values: a
literal `x == v` that cannot be dropped is taken apart into `x != u` for all other u, some of
which can (`literals`), bounds of numbers are moved outwards as far as they go, and where objects
are interchangeable, what was learnt of some is tried for all. No cube is made so large that it
holds a state that is known to be reached (`samples`).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from verifier.engines.ic3.frames import Frames
from verifier.engines.ic3.literals import Cube, Literal, Relation, cube
from verifier.engines.ic3.renaming import Renaming
from verifier.engines.ic3.samples import Samples

FAR = 40
"""Doublings after which a bound is not moved any further."""
MISSES = 24
"""Parts of values in one cube that are tried in vain."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """A cube that leads to a violation.

    Args:
        goal: where its states lead in one step; None when they, or a step, violate.
    """

    cube: Cube
    goal: Obligation | None

    def path(self) -> tuple[Cube, ...]:
        """The cubes from this one on."""
        path: list[Cube] = []
        item: Obligation | None = self
        while item is not None:
            path.append(item.cube)
            item = item.goal
        return tuple(path)


class Blocking:
    """Rules out violations in frames.

    Args:
        frames: what is known.
        renaming: which objects are interchangeable.
        samples: states that are reached.
        poll: called often; raises to stop.
    """

    def __init__(
        self, frames: Frames, renaming: Renaming, samples: Samples, poll: Callable[[], None]
    ) -> None:
        self._samples = samples
        self._frames = frames
        self._renaming = renaming
        self._poll = poll

    def clear(self, name: str) -> tuple[Cube, ...] | None:
        """Rules out all violations of a property in the last frame.

        Returns:
            None; or, when there seems to be a run to a violation, cubes that it passes: a state
            of the first is one to start in, one of the last violates the property.

        Raises:
            GaveUp: the solver has no answer.
            Stopped: a limit was met.
        """
        while (bad := self._frames.violation(name, self._frames.top)) is not None:
            path = self._block(Obligation(bad, None))
            if path is not None:
                return path
        return None

    def _block(self, first: Obligation) -> tuple[Cube, ...] | None:
        frames = self._frames
        count = 0
        pending: list[tuple[int, int, Obligation]] = [(frames.top, count, first)]
        while pending:
            self._poll()
            level, _, obligation = heapq.heappop(pending)
            if frames.starts(obligation.cube):
                return obligation.path()
            if not frames.within(obligation.cube, level):
                level += 1
            else:
                core = frames.enters(obligation.cube, level - 1, example=True)
                if core is None:
                    origin = frames.origin(obligation.cube)
                    count += 1
                    heapq.heappush(pending, (level - 1, count, Obligation(origin, obligation)))
                else:
                    level = self._learn(obligation.cube, core, level) + 1
            if level <= frames.top:
                count += 1
                heapq.heappush(pending, (level, count, obligation))
        return None

    def _learn(self, conjunction: Cube, core: Cube, level: int) -> int:
        """Blocks as much around a cube as can be; returns up to which level."""
        frames = self._frames
        wide = self._generalised(self._unreached(core, conjunction), level)
        while level < frames.top and frames.enters(wide, level) is not None:
            level += 1
        frames.block(wide, level)
        for image in self._renaming.images(wide):
            if frames.within(image, level):
                narrow = self._try(image, level)
                if narrow is not None:
                    frames.block(narrow, level)
        return level

    def _unreached(self, core: Cube, conjunction: Cube) -> Cube:
        """A part of a cube in which no run starts and that no run is known to reach."""
        if self._frames.starts(core):
            core = cube((*core, *self._frames.kept_out(conjunction)))
        return conjunction if self._samples.inside(core) else core

    def propagate(self) -> None:
        """Opens a frame, takes along what stays blocked, and keeps for good what is inductive.

        Raises:
            GaveUp: the solver has no answer.
            Stopped: a limit was met.
        """
        frames = self._frames
        frames.open()
        for level in range(1, frames.top):
            for item in list(frames.blocked[level]):
                if item in frames.blocked[level] and frames.stays_blocked(item, level):
                    frames.block(item, level + 1)
            if not frames.blocked[level]:  # two frames are equal
                frames.settle(level + 1)
        frames.settle_inductive()

    # --- generalisation --------------------------------------------------------------------

    def _generalised(self, conjunction: Cube, level: int) -> Cube:
        conjunction = self._dropped(conjunction, conjunction, level, len(conjunction))
        parts = cube(part for item in conjunction for part in self._frames.vocabulary.apart(item))
        if parts != conjunction:
            smaller = self._try(parts, level)
            conjunction = parts if smaller is None else smaller
            loose = [item for item in conjunction if item.relation is Relation.NE]
            conjunction = self._dropped(conjunction, loose, level, MISSES)
        for item in conjunction:
            if item.relation in (Relation.LE, Relation.GE):
                conjunction = self._moved(conjunction, item, level)
        return conjunction

    def _try(self, conjunction: Cube, level: int) -> Cube | None:
        """The cube, or a part of it, if that can be blocked at a level."""
        frames = self._frames
        if self._samples.inside(conjunction) or frames.starts(conjunction):
            return None
        core = frames.enters(conjunction, level - 1)
        return None if core is None else self._unreached(core, conjunction)

    def _dropped(
        self, conjunction: Cube, literals: Iterable[Literal], level: int, misses: int
    ) -> Cube:
        for item in literals:
            if item not in conjunction or len(conjunction) == 1:
                continue
            smaller = self._try(tuple(other for other in conjunction if other != item), level)
            if smaller is not None:
                conjunction = smaller
            else:
                misses -= 1
                if misses <= 0:
                    break
        return conjunction

    def _moved(self, conjunction: Cube, item: Literal, level: int) -> Cube:
        """The cube with one bound moved outwards, by galloping and bisection."""
        rest = [other for other in conjunction if other != item]
        sign = 1 if item.relation is Relation.LE else -1

        def at(distance: int) -> Cube:
            moved = Literal(item.component, item.relation, item.value + sign * distance)
            return cube((*rest, moved))

        good, step = 0, 1
        while step < 1 << FAR and self._try(at(step), level) is not None:
            good, step = step, 2 * step
        bad = step
        while bad - good > 1:
            middle = (good + bad) // 2
            if self._try(at(middle), level) is not None:
                good = middle
            else:
                bad = middle
        return at(good)
