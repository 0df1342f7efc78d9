"""The source of a function that gives objects keys that no permutation of objects changes.

An object's key is made of its own scalars (of a thread, its program counter too), and of who
refers to it and to whom it refers, one round of colour refinement (two when objects refer to
each other). It is negative when the object takes part in a relation. Two objects with equal
positive keys can be swapped without changing the state (up to a collision of hashes, which
costs reduction, never soundness: see `symmetry.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verifier.explicit.mappings import Component
from verifier.explicit.vectors import OWNERS, Layout, Slot

_MASK = 0xFFFFF
_WIDE = 0xFFFFFFFFFFFF


def signature_source(layout: Layout, components: Sequence[Component]) -> str:
    """Source of `signature(s)`: for each component the ranks of its objects' keys, and how many
    of the ranks are those of negative keys."""
    writer = _Writer(layout, components)
    return writer.write()


class _Writer:
    def __init__(self, layout: Layout, components: Sequence[Component]) -> None:
        self.layout = layout
        self.components = components
        sorts = [sort for component in components for sort in component.sorts]
        self.names: dict[str, str] = {sort: str(number) for number, sort in enumerate(sorts)}
        self.weights: dict[tuple[str, int, int], int] = {}
        self.own: dict[tuple[str, int], list[str]] = {}
        self.relations: list[str] = []
        self.rounds = 1
        moving = [sort for sort in layout.offsets if sort in self.names]
        self.owners = bool(moving)
        for slot in layout.slots(constant=False):
            self._slot(slot)

    def _slot(self, slot: Slot) -> None:
        """Sorts a slot: an object's own scalar, or a relation."""
        inside = [(sort, index) for sort, index, _ in slot.objects if sort in self.names]
        fixed = slot.number - sum(
            index * stride for sort, index, stride in slot.objects if sort in self.names
        )
        target = slot.target if slot.target in self.names else None
        if slot.target == OWNERS and self.owners:
            target = OWNERS
        if target is None and not inside:
            return
        if target is None and len(inside) == 1:
            self.own.setdefault(inside[0], []).append(f"s[{slot.number}]")
            return
        if any(sort not in self.layout.offsets for sort, _ in inside):
            self.rounds = 2
        value = f"s[{slot.number}]"
        ends = [
            (f"a{self.names[sort]}[{index}]", f"c{self.names[sort]}[{index}]")
            for sort, index in inside
        ]
        if target is not None:
            name = "o" if target == OWNERS else self.names[target]
            ends.append((f"a{name}[v]", f"c{name}[v]"))
        self.relations.append(f"v = {value}")
        self.relations.append("if v >= 0:" if target is not None else "if v:")
        for role, (total, _) in enumerate(ends):
            factors = [str(self._weight(slot.name, fixed, role))]
            factors += [colour for other, (_, colour) in enumerate(ends) if other != role]
            if target is None:
                factors.append("v")
            self.relations.append(f"    {total} += {' * '.join(factors)}")

    def _weight(self, name: str, fixed: int, role: int) -> int:
        """An odd number of 15 bits for a role in a relation."""
        key = name, fixed, role
        if key not in self.weights:
            self.weights[key] = ((len(self.weights) + 1) * 2654435761 >> 7 & 0x7FFF) | 1
        return self.weights[key]

    def write(self) -> str:
        lines = ["def signature(s):"]
        bounds: Mapping[str, int] = self.layout.bounds
        for sort, name in self.names.items():
            colours = []
            for index in range(bounds[sort]):
                own = self.own.get((sort, index), [])
                colours.append(f"hash(({', '.join([*own, name])},)) & {_MASK} | 1")
            lines.append(f"    c{name} = [{', '.join(colours)}, 0]")
        lines.append(f"    for _ in range({self.rounds}):")
        inner = []
        for sort, name in self.names.items():
            inner.append(f"a{name} = [0] * {bounds[sort] + 1}")
        if self.owners:
            inner.append(f"ao = [0] * {self.layout.threads + 1}")
            parts = []
            for sort in self.layout.offsets:
                if sort in self.names:
                    parts.append(f"*c{self.names[sort]}[:-1]")
                else:
                    parts += [str(2 * index + 1) for index in range(bounds[sort])]
            inner.append(f"co = [{', '.join(parts)}, 0]")
        inner += self.relations
        if self.owners:
            for sort, offset in self.layout.offsets.items():
                if sort in self.names:
                    name = self.names[sort]
                    inner += [
                        f"a{name}[{index}] += ao[{offset + index}]" for index in range(bounds[sort])
                    ]
        lines += [f"        {line}" for line in inner]
        if self.rounds > 1:
            lines += [f"        {line}" for line in self._again()]
        keys = []
        for number, component in enumerate(self.components):
            items = [
                f"~(hash((c{name}[{index}], x)) & {_WIDE}) if (x := a{name}[{index}]) "
                f"else c{name}[{index}]"
                for name, index in (
                    (self.names[sort], index)
                    for sort in component.sorts
                    for index in range(bounds[sort])
                )
            ]
            lines.append(f"    d = [{', '.join(items)}]")
            lines.append("    r = sorted(set(d))")
            lines.append(f"    k{number} = (*map(r.index, d), bisect(r, 0))")
            keys.append(f"k{number}")
        lines.append(f"    return ({', '.join(keys)},)")
        return "\n".join(lines) + "\n"

    def _again(self) -> list[str]:
        """Takes the colours of the round into the next one."""
        result = []
        for name in self.names.values():
            result.append(f"c{name} = [hash(x) & {_MASK} | 1 for x in zip(c{name}, a{name})]")
            result.append(f"c{name}[-1] = 0")
        return result
