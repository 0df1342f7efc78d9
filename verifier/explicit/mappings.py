"""Bijections of objects that carry one choice of constants over to another.

A backtracking search over bijections sort by sort, pruned by colours that the constants give
the objects (one-dimensional Weisfeiler-Leman refinement; see McKay and Piperno, "Practical graph
isomorphism, II", 2014, of which this is the plain core: the groups here are small).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verifier.explicit.layout import Layout, Slot

NODES = 4000
"""After so many nodes a search makes do with what it has found."""

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

    def colours(self, constants: Sequence[int]) -> list[int]:
        """Numbers of the objects that every bijection of equal constants keeps."""
        result = [sort + 1 for sort, _ in self.objects]
        for _ in range(3):
            seen: list[list[int]] = [[] for _ in self.objects]
            for fact in self.facts:
                involved = [item[0] for item in fact.objects]
                value = constants[fact.slot]
                if fact.offset is not None and value >= 0:
                    involved.append(fact.offset + value)
                    value = 0
                shape = hash((fact.fixed, value, *(result[item] for item in involved)))
                loops = len(involved) - len(set(involved))
                for role, item in enumerate(involved):
                    seen[item].append(hash((shape, role, loops)))
            result = [
                hash((colour, *sorted(facts))) for colour, facts in zip(result, seen, strict=True)
            ]
        return result


def mappings(
    component: Component,
    source: Sequence[int],
    target: Sequence[int],
    key: Sequence[int],
    enough: int = CHOICES,
) -> list[Image]:
    """Bijections that turn `source` into `target` and, of those, make `key` least.

    Of the bijections that differ only in where objects with an even key go, one is enough.

    Args:
        component: whose objects are permuted.
        source: constants.
        target: constants.
        key: a number for each object; an odd one: something refers to it.
        enough: stop at so many.

    Returns:
        In a fixed order. Possibly none, and not all, when the search is cut short.
    """
    search = _Search(component, source, target, key, enough)
    search.extend(0)
    return list(search.found.values())


class _Search:
    def __init__(
        self,
        component: Component,
        source: Sequence[int],
        target: Sequence[int],
        key: Sequence[int],
        enough: int,
    ) -> None:
        self.component = component
        self.source = source
        self.target = target
        self.key = key
        self.enough = enough
        size = len(component.objects)
        self.image = [-1] * size
        self.preimage = [-1] * size
        self.best: list[int] | None = None
        self.found: dict[Image, Image] = {}
        self.referred = [item for item in range(size) if key[item] & 1]
        self.nodes = 0
        colours = component.colours(source)
        wanted = colours if source is target else component.colours(target)
        order = sorted(range(size), key=lambda item: (key[item], item))
        self.candidates = [[item for item in order if colours[item] == colour] for colour in wanted]
        self.facts: list[list[Fact]] = [[] for _ in range(size)]
        for fact in component.facts:
            involved = {item[0] for item in fact.objects}
            if fact.offset is not None and source[fact.slot] >= 0:
                involved.add(fact.offset + source[fact.slot])
            for item in involved:
                self.facts[item].append(fact)

    def extend(self, position: int) -> None:
        """Finds an object for this position and those after it."""
        self.nodes += 1
        if position == len(self.image):
            self._leaf()
            return
        for item in self.candidates[position]:
            if self.nodes > NODES or len(self.found) >= self.enough:
                return
            if self.image[item] >= 0:
                continue
            self.image[item] = position
            self.preimage[position] = item
            if not self._worse(position) and all(map(self._agrees, self.facts[item])):
                self.extend(position + 1)
            self.image[item] = -1
            self.preimage[position] = -1

    def _worse(self, position: int) -> bool:
        """Whether the key up to this position is already greater than the best."""
        if self.best is None:
            return False
        prefix = [self.key[self.preimage[place]] for place in range(position + 1)]
        return prefix > self.best[: position + 1]

    def _agrees(self, fact: Fact) -> bool:
        """Whether the image of a fact holds in the target; so far as it is known."""
        slot = fact.fixed
        for item, _, stride in fact.objects:
            image = self.image[item]
            if image < 0:
                return True
            slot += self.component.objects[image][1] * stride
        value = self.source[fact.slot]
        if fact.offset is not None and value >= 0:
            image = self.image[fact.offset + value]
            if image < 0:
                return True
            value = self.component.objects[image][1]
        return self.target[slot] == value

    def _leaf(self) -> None:
        key = [self.key[item] for item in self.preimage]
        if self.best is None or key < self.best:
            self.best = key
            self.found.clear()
        self.found.setdefault(tuple(self.image[item] for item in self.referred), tuple(self.image))
