"""Bijections of objects that carry one choice of constants over to another.

A backtracking search, pruned by colours that the constants give the objects (one-dimensional
Weisfeiler-Leman refinement; see McKay and Piperno, "Practical graph isomorphism, II", 2014, of
which this is the plain core: the groups here are small) and by propagation: where an object goes
decides where the objects go that the constants of it name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verifier.explicit.vectors import Layout, Slot

NODES = 3000
"""After so many nodes a search makes do with what it has found."""

ROUNDS = 3
"""So many times colours are refined at most."""

CHOICES = 64
"""So many bijections are enough."""

Image = tuple[int, ...]
"""By object of a component: the object of the component that it becomes."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One point of a constant, in terms of a component's objects.

    Args:
        slot: where it lies.
        fixed: the slot less what the component's objects contribute.
        objects: of the index: (object of the component, index in its sort, stride).
        offset: the first of the objects that the point may hold; None: it is no such point.
    """

    slot: int
    fixed: int
    objects: tuple[tuple[int, int, int], ...]
    offset: int | None


class Component:
    """Sorts that constants tie together: their objects are permuted together.

    The objects are numbered through, sort by sort.

    Args:
        layout: where the constants lie.
        sorts: the sorts; objects of all others stay where they are.
    """

    def __init__(self, layout: Layout, sorts: Sequence[str]) -> None:
        self.sorts = tuple(sorts)
        self.offsets: dict[str, int] = {}
        self.objects: list[tuple[int, int]] = []
        for number, sort in enumerate(sorts):
            self.offsets[sort] = len(self.objects)
            self.objects += [(number, index) for index in range(layout.bounds[sort])]
        self.facts = [
            fact
            for fact in (self._fact(slot) for slot in layout.slots(constant=True))
            if fact.objects or fact.offset is not None
        ]

    def _fact(self, slot: Slot) -> Fact:
        inside = [item for item in slot.objects if item[0] in self.offsets]
        return Fact(
            slot.number,
            slot.number - sum(index * stride for _, index, stride in inside),
            tuple((self.offsets[sort] + index, index, stride) for sort, index, stride in inside),
            None if slot.target is None else self.offsets.get(slot.target),
        )


class Structure:
    """A component's objects with one choice of constants.

    Args:
        component: the objects.
        constants: all constants of the model.
    """

    def __init__(self, component: Component, constants: Sequence[int]) -> None:
        self.component = component
        self.constants = constants
        self.touching: list[list[Fact]] = [[] for _ in component.objects]
        self.ties: list[tuple[int, list[int]]] = []
        for fact in component.facts:
            value = constants[fact.slot]
            involved = [item[0] for item in fact.objects]
            if fact.offset is not None and value >= 0:
                involved.append(fact.offset + value)
                value = 0
            different = sorted(set(involved))
            self.ties.append((hash((fact.fixed, value, len(different))), involved))
            for item in different:
                self.touching[item].append(fact)
        self.colours = self.refine([sort for sort, _ in component.objects])

    def refine(self, colours: Sequence[int]) -> list[int]:
        """Colours that tell objects apart by the colours of those that constants tie them to.

        A bijection that carries one structure and its colours over to another carries over the
        refined colours too.
        """
        result = list(colours)
        count = len(set(result))
        for _ in range(ROUNDS):
            if count == len(result):
                break
            seen = [0] * len(result)
            for shape, involved in self.ties:
                around = hash((shape, *[result[item] for item in involved]))
                for role, item in enumerate(involved):
                    seen[item] += hash((around, role))
            result = list(map(hash, zip(result, seen, strict=True)))
            before, count = count, len(set(result))
            if count == before:
                break
        return result


def mappings(
    source: Structure,
    target: Structure,
    key: Sequence[int],
    *,
    referred: int = 0,
    enough: int = CHOICES,
) -> list[Image]:
    """Bijections that turn one structure into another; of several a canonical few.

    Only where objects with a key below `referred` go matters to the caller: for each way to
    place those one bijection is enough. They go to the first places they can, in the order of
    their keys. The others come in the order of their keys in the places that are left.

    Args:
        source: the constants before.
        target: the constants after.
        key: a number for each object.
        referred: see above.
        enough: stop at so many.

    Returns:
        In a fixed order. Possibly none, and not all, when the search is cut short.
    """
    colours = source.refine(key)
    order = sorted(range(len(key)), key=lambda item: (key[item], colours[item], item))
    cells: dict[tuple[int, int], int] = {}
    ranks = [0] * len(key)
    for item in order:
        ranks[item] = cells.setdefault((key[item], colours[item]), len(cells))
    first = [item for item in order if key[item] < referred]
    search = _Search(source, target, ranks, enough)
    search.place(first, 0)
    return search.found


class _Search:
    def __init__(
        self, source: Structure, target: Structure, ranks: Sequence[int], enough: int
    ) -> None:
        self.source = source
        self.target = target
        self.ranks = ranks
        self.enough = enough
        self.objects = source.component.objects
        size = len(self.objects)
        self.order = sorted(range(size), key=lambda item: (ranks[item], item))
        self.image = [-1] * size
        self.preimage = [-1] * size
        self.places: list[int] = []
        self.best: list[int] | None = None
        self.found: list[Image] = []
        self.nodes = 0

    def place(self, first: Sequence[int], level: int) -> None:
        """Finds places for the objects that matter, from the one at `level` in order on."""
        if level == len(first):
            self._placed()
            return
        rank = self.ranks[first[level]]
        cell = [item for item in first if self.ranks[item] == rank]
        after = level and self.ranks[first[level - 1]] == rank
        start = self.places[-1] + 1 if after else 0
        taken = set(self.places)
        placed = {self.preimage[place] for place in self.places}
        for place in range(start, len(self.image)):
            if place in taken:
                continue
            self.places.append(place)
            if self.best is None or self.places <= self.best[: level + 1]:
                for item in cell:
                    if item in placed or not self._fits(item, place):
                        continue
                    trail: list[int] = []
                    if self._assign(item, place, trail):
                        self.place(first, level + 1)
                    self._undo(trail)
            self.places.pop()
            if self.nodes > NODES or len(self.found) >= self.enough:
                return
            if self.best is not None and place >= self.best[level]:
                return

    def _placed(self) -> None:
        """All that matters has its place: completes the bijection, in one way."""
        if self.best is None or self.places < self.best or self.places == self.best:
            image = self._complete(0)
            if image is not None:
                if self.best is None or self.places < self.best:
                    self.best = list(self.places)
                    self.found.clear()
                self.found.append(image)

    def _complete(self, place: int) -> Image | None:
        while place < len(self.preimage) and self.preimage[place] >= 0:
            place += 1
        if place == len(self.preimage):
            return tuple(self.image)
        for item in self.order:
            if self.nodes > NODES:
                return None
            if self.image[item] < 0 and self._fits(item, place):
                trail: list[int] = []
                if self._assign(item, place, trail):
                    image = self._complete(place + 1)
                    if image is not None:
                        self._undo(trail)
                        return image
                self._undo(trail)
        return None

    def _fits(self, item: int, place: int) -> bool:
        """Whether constants let an object go to a place, as far as it is free."""
        if self.source.colours[item] != self.target.colours[place]:
            return False
        if self.image[item] >= 0 or self.preimage[place] >= 0:
            return self.image[item] == place
        return True

    def _assign(self, item: int, place: int, trail: list[int]) -> bool:
        """Sends an object to a place, and others where they then have to go.

        Args:
            item: the object.
            place: where it goes.
            trail: gets the objects that were placed.
        """
        self.nodes += 1
        waiting = [(item, place)]
        while waiting:
            item, place = waiting.pop()
            if not self._fits(item, place):
                return False
            if self.image[item] == place:
                continue
            self.image[item] = place
            self.preimage[place] = item
            trail.append(item)
            for fact in self.source.touching[item]:
                slot = fact.fixed
                for other, _, stride in fact.objects:
                    if self.image[other] < 0:
                        break
                    slot += self.objects[self.image[other]][1] * stride
                else:
                    value = self.source.constants[fact.slot]
                    image = self.target.constants[slot]
                    if fact.offset is None or value < 0 or image < 0:
                        if value != image:
                            return False
                    else:
                        waiting.append((fact.offset + value, fact.offset + image))
        return True

    def _undo(self, trail: list[int]) -> None:
        for item in trail:
            self.preimage[self.image[item]] = -1
            self.image[item] = -1
