"""Canonical forms of states under permutations of interchangeable objects.

Objects of a sort are interchangeable unless the model names one of them. A permutation acts on
everything that mentions an object: index positions, references, owners of locks, program
counters. Two states with the same constants are equivalent when a permutation that keeps the
constants (an automorphism of them) turns one into the other; constants themselves are made
canonical once, in `initial.py`.

A canonical form is the least of the images of a state under a few automorphisms, chosen by keys
that every permutation keeps (`signature.py`, `mappings.py`). It is always the image of the state
under *some* automorphism, and that alone makes merging sound (Ip and Dill, "Better verification
through symmetry", 1996); where keys collide or a search is cut short, equivalent states may
merely fail to meet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from operator import itemgetter
from typing import Any

from frontend.model import Constant, Model, Object, walk
from verifier.explicit.mappings import Component, Image, Structure, mappings
from verifier.explicit.signature import signature_source
from verifier.explicit.steps import State, build
from verifier.explicit.vectors import OWNERS, Layout, Slot


@dataclass(frozen=True, slots=True)
class Permutation:
    """What becomes of the objects of each sort.

    Args:
        images: sort -> by object, its image; the last entry, -1, is that of `none`.
    """

    images: Mapping[str, tuple[int, ...]]

    def then(self, other: Permutation) -> Permutation:
        """First this one, then the other."""
        return Permutation(
            {
                sort: tuple(other.images[sort][image] for image in images)
                for sort, images in self.images.items()
            }
        )

    def inverse(self) -> Permutation:
        """What undoes it."""
        return Permutation(
            {
                sort: (*sorted(range(len(images) - 1), key=images.__getitem__), -1)
                for sort, images in self.images.items()
            }
        )


def components(layout: Layout) -> list[Component]:
    """The interchangeable sorts of two or more objects, grouped by the constants over them."""
    named = _named(layout.model)
    free = [sort for sort, size in layout.bounds.items() if size > 1 and sort not in named]
    group = {sort: [sort] for sort in free}
    for place in layout.places.values():
        if not place.constant:
            continue
        over = [*place.variable.index, place.variable.type]
        sorts = [sort for kind in over if (sort := getattr(kind, "sort", None)) in group]
        for first, second in pairwise(sorts):
            if group[first] is not group[second]:
                merged = group[first] + group[second]
                group.update(dict.fromkeys(merged, merged))
    done: set[str] = set()
    result = []
    for sort in free:
        if sort not in done:
            done.update(group[sort])
            result.append(Component(layout, [item for item in free if item in group[sort]]))
    return result


def _named(model: Model) -> frozenset[str]:
    """Sorts of which the model names an object."""
    sorts: set[str] = set()
    nodes: list[object] = [item.condition for item in model.assumptions]
    nodes += [item.expression for item in model.properties]
    nodes += [item.initial for item in model.variables]
    nodes += [part for thread in model.threads for step in thread.steps for part in step.body]
    for node in nodes:
        for part in walk(node):
            if isinstance(part, Constant) and isinstance(part.value, Object):
                sorts.add(part.value.sort)
    return frozenset(sorts)


class Symmetry:
    """Makes states canonical.

    Args:
        layout: where everything lies.
        parts: from `components`; none: every state is its own canonical form.
    """

    def __init__(self, layout: Layout, parts: Sequence[Component]) -> None:
        self.layout = layout
        self.components = parts
        self.structures: list[list[Structure]] = []
        self.identity = Permutation(
            {sort: (*range(size), -1) for sort, size in layout.bounds.items()}
        )
        self._images: dict[tuple[int, int, tuple[int, ...]], list[Image]] = {}
        self._actions: dict[tuple[Image, ...], _Action] = {}
        self._chosen: dict[tuple[int, Any], list[_Action]] = {}
        self._relabel, self._slots = _relabelling(layout)
        self._signature: Callable[[State], Any] | None = None
        if parts:
            self._signature = build(signature_source(layout, parts), "signature")

    def canonical(self) -> Callable[[State], State]:
        """The function from a state to its canonical form."""
        signature = self._signature
        if signature is None:
            return lambda state: state
        chosen = self._chosen
        choose = self._choose

        def canonical(state: State) -> State:
            keys = signature(state)
            actions = chosen.get((state[0], keys)) or choose(state[0], keys)
            if len(actions) == 1:
                return actions[0].apply(state)
            return min([action.apply(state) for action in actions])

        return canonical

    def canonical_by(self, state: State) -> tuple[State, Permutation]:
        """A state's canonical form and a permutation that leads there."""
        if self._signature is None:
            return state, self.identity
        keys = self._signature(state)
        actions = self._chosen.get((state[0], keys)) or self._choose(state[0], keys)
        best = min((action.apply(state), number) for number, action in enumerate(actions))
        return best[0], actions[best[1]].permutation

    def _choose(self, constants: int, keys: tuple[tuple[int, ...], ...]) -> list[_Action]:
        """The permutations to try on states with these constants and keys."""
        choices = []
        for number, component in enumerate(self.components):
            at = (constants, number, keys[number])
            if at not in self._images:
                structure = self.structures[constants][number]
                *ranks, referred = keys[number]
                found = mappings(structure, structure, ranks, referred=referred)
                self._images[at] = found or [tuple(range(len(component.objects)))]
            choices.append(self._images[at])
        actions = [self._action(images) for images in product(*choices)]
        self._chosen[constants, keys] = actions
        return actions

    def _action(self, images: tuple[Image, ...]) -> _Action:
        if images not in self._actions:
            permutation = self.permutation(images)
            self._actions[images] = _Action(permutation, self.action(permutation))
        return self._actions[images]

    def permutation(self, images: Sequence[Image]) -> Permutation:
        """The permutation of all sorts that these bijections of the components make up."""
        result = dict(self.identity.images)
        for component, image in zip(self.components, images, strict=True):
            for sort, offset in component.offsets.items():
                size = self.layout.bounds[sort]
                result[sort] = (
                    *(component.objects[item][1] for item in image[offset : offset + size]),
                    -1,
                )
        return Permutation(result)

    def action(self, permutation: Permutation) -> Callable[[State], State]:
        """The function from a state to its image; the constants' number stays."""
        if permutation == self.identity:
            return lambda state: state
        getter = itemgetter(*_sources(self._slots, permutation, self.layout.size))
        relabel = self._relabel
        tables = [*permutation.images.values(), owners(self.layout, permutation)]
        return lambda state: relabel(getter(state), *tables)


@dataclass(frozen=True, slots=True)
class _Action:
    permutation: Permutation
    apply: Callable[[State], State]


def owners(layout: Layout, permutation: Permutation) -> tuple[int, ...]:
    """What becomes of threads by their number among all owners; the last entry is nobody's."""
    return (
        *(
            layout.offsets[owner.sort] + permutation.images[owner.sort][owner.index]
            for owner in layout.owners
        ),
        -1,
    )


def permuted(layout: Layout, constants: State, permutation: Permutation) -> State:
    """The image of constants."""
    slots = list(layout.slots(constant=True))
    values = [constants[source] for source in _sources(slots, permutation, len(constants))]
    for slot in slots:
        if slot.target is not None and slot.target != OWNERS:
            values[slot.number] = permutation.images[slot.target][values[slot.number]]
    return tuple(values)


def _sources(slots: Sequence[Slot], permutation: Permutation, size: int) -> list[int]:
    """By slot of the image of a vector, the slot of the vector that its content comes from."""
    result = list(range(size))
    for slot in slots:
        image = slot.fixed + sum(
            permutation.images[sort][item] * stride for sort, item, stride in slot.objects
        )
        result[image] = slot.number
    return result


def _relabelling(layout: Layout) -> tuple[Callable[..., State], list[Slot]]:
    """A function that replaces the objects in a state's references by their images."""
    slots = list(layout.slots(constant=False))
    names = {sort: f"p{number}" for number, sort in enumerate(layout.bounds)}
    targets = {slot.number: slot.target for slot in slots if slot.target is not None}
    items = []
    for number in range(layout.references, layout.size):
        target = targets[number]
        items.append(f"{'o' if target == OWNERS else names[target]}[s[{number}]]")
    text = (
        f"def relabel(s, {''.join(f'{name}, ' for name in names.values())}o):\n"
        f"    return s[:{layout.references}] + ({', '.join(items)},)\n"
    )
    return build(text, "relabel"), slots
