"""Images of cubes under exchanges of interchangeable objects.

Objects of a sort are interchangeable unless the model names one. What is ruled out of one object
can then, as a rule, be ruled out of any other (Goel and Sakallah, NFM 2021), though not always: a
local without a value has that of the first object. So images are only worth a try. They are found
by exchanging neighbours, as many as are wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from frontend.formulas.building import rewrite
from frontend.model import Constant, Expression, LockType, Model, Object, ReferenceType, Type, walk
from verifier.bounded.system import Place, System
from verifier.engines.ic3.literals import Component, Cube, Literal, Vocabulary, cube

MOST = 256
"""Images of one cube."""

Exchange = Callable[[Type, int], int]
"""What becomes of a code of a type."""


class Renaming:
    """The exchanges of a system.

    Args:
        system: the instance.
        vocabulary: its components.
        exchanged: whether there are any at all.
    """

    def __init__(self, system: System, vocabulary: Vocabulary, *, exchanged: bool) -> None:
        self._vocabulary = vocabulary
        numbers = {item.place: number for number, item in enumerate(vocabulary.components)}
        self._exchanges: list[tuple[Exchange, list[int]]] = []
        fixed = named(system.model)
        for sort, size in system.bounds.items():
            if not exchanged or sort in fixed:
                continue
            for index in range(size - 1):
                exchange = _exchange(system, sort, index)
                moved = [
                    numbers.get(_place(system, item, exchange), -1)
                    for item in vocabulary.components
                ]
                self._exchanges.append((exchange, moved))

    def images(self, conjunction: Cube) -> Iterator[Cube]:
        """The images of a cube other than itself, each once."""
        seen = {conjunction}
        pending = [conjunction]
        while pending:
            item = pending.pop()
            for exchange, moved in self._exchanges:
                if any(moved[literal.component] < 0 for literal in item):
                    continue  # a predicate whose image nobody asked for
                image = cube(self._image(literal, exchange, moved) for literal in item)
                if image not in seen and len(seen) < MOST:
                    seen.add(image)
                    pending.append(image)
                    yield image

    def _image(self, literal: Literal, exchange: Exchange, moved: list[int]) -> Literal:
        domain = self._vocabulary.components[literal.component].domain
        value = literal.value if domain is None else exchange(domain, literal.value)
        return Literal(moved[literal.component], literal.relation, value)


def _exchange(system: System, sort: str, index: int) -> Exchange:
    """Exchanges an object of a sort and the next one."""

    def swapped(code: int) -> int:
        return {index: index + 1, index + 1: index}.get(code, code)

    def exchange(domain: Type, code: int) -> int:
        match domain:
            case ReferenceType(sort=other):
                return swapped(code) if other == sort else code
            case LockType():
                offset = system.offsets.get(sort)
                return code if offset is None else offset + swapped(code - offset)
            case _:
                return code

    return exchange


def _place(system: System, component: Component, exchange: Exchange) -> Place | int | Expression:
    if isinstance(component.place, int):
        return exchange(LockType(), component.place)
    if not isinstance(component.place, tuple):
        return rewrite(component.place, lambda part: _exchanged(system, part, exchange))
    name, index = component.place
    domains = system.variables[name].index
    return name, tuple(exchange(domain, code) for domain, code in zip(domains, index, strict=True))


def _exchanged(system: System, part: Expression, exchange: Exchange) -> Expression | None:
    if not isinstance(part, Constant) or not isinstance(part.value, Object):
        return None
    code = exchange(part.type, system.code(part.value, part.type))
    return Constant(system.value(code, part.type), part.type)


def named(model: Model) -> frozenset[str]:
    """Sorts of which the model names an object."""
    expressions: list[Expression] = [item.condition for item in model.assumptions]
    expressions += [item.expression for item in model.properties if item.expression is not None]
    expressions += [item.initial for item in model.variables if item.initial is not None]
    instructions = [item for thread in model.threads for step in thread.steps for item in step.body]
    return frozenset(
        part.value.sort
        for whole in (*expressions, *instructions)
        for part in walk(whole)
        if isinstance(part, Constant) and isinstance(part.value, Object)
    )
