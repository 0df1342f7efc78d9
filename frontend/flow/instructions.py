"""Assignments as instructions: checks first, then one write a variable."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from frontend.formulas import building as formulas
from frontend.formulas.definedness import Definedness, Requirement, fits, for_all
from frontend.formulas.lowered import Place, RecordValue, Scalar, SetValue, Value
from frontend.model import (
    TRUE,
    Assert,
    Assign,
    Bulk,
    Check,
    Expression,
    Instruction,
    Let,
    Pick,
    Require,
    Temporary,
    Type,
    Write,
)
from frontend.names.scopes import Names
from frontend.source.spans import Span


@dataclass(frozen=True, slots=True)
class Writer:
    """Makes instructions.

    Args:
        names: for temporaries and binders.
        definedness: of expressions, over the locals declared by now.
    """

    names: Names
    definedness: Callable[[], Definedness]

    def checks(self, nodes: Iterable[Expression], span: Span, text: str) -> list[Instruction]:
        """What must hold for expressions to have a value."""
        known = self.definedness()
        found: list[Instruction] = []
        for node in nodes:
            found.extend(as_checks(known.requirements(node), span, text))
        return found

    def assign(self, place: Place, value: Value, span: Span, text: str) -> list[Instruction]:
        """`place = value`, with the checks that it needs."""
        known = self.definedness()
        found: list[Instruction] = []
        match value:
            case Scalar(expression=expression):
                needed = [
                    *known.requirements(expression),
                    *known.index(place.variable, place.arguments),
                ]
                declared = known.variables[place.variable].type
                needed += fits(expression, declared)
                found += as_checks(needed, span, text)
                found.append(Assign(place.variable, place.arguments, expression))
            case SetValue():
                element = known.variables[place.variable].index[-1]
                binder = self.names.binder("element", element)
                needed = []
                for argument in place.arguments:
                    needed += known.requirements(argument)
                needed += set_requirements(known, self.names, value, element)
                found += as_checks(needed, span, text)
                inside = value.member(binder)
                point = (*place.arguments, binder)
                found.append(Bulk((binder,), TRUE, (Write(place.variable, point, inside),)))
            case RecordValue():
                found += self._record(place, value, span, text)
            case _:
                pass
        return found

    def _record(self, place: Place, value: RecordValue, span: Span, text: str) -> list[Instruction]:
        # Every part is read before the first is written: the value is read and written as one.
        found: list[Instruction] = []
        writes: list[Instruction] = []
        for variable, part in scalar_parts(place.variable, value):
            found += self.checks((part,), span, text)
            declared = self.definedness().variables[variable].type
            found += as_checks(fits(part, declared), span, text)
            held = Temporary(self.names.unique("part"), declared)
            found.append(Let(held, part))
            writes.append(Assign(variable, place.arguments, held))
        found += self.checks(place.arguments, span, text)
        return found + writes


def set_requirements(
    known: Definedness, names: Names, value: SetValue, element: Type
) -> list[Requirement]:
    """What a set needs in order to be stored as one over a type: no element is lost."""
    one = names.binder("element", value.element)
    inside = value.member(one)
    needed = list(known.requirements(value.needed))
    needed += [
        replace(item, condition=for_all((one,), item.condition))
        for item in known.requirements(inside)
    ]
    needed += [
        replace(item, condition=for_all((one,), formulas.implication(inside, item.condition)))
        for item in fits(one, element)
    ]
    return needed


def scalar_parts(stem: str, value: RecordValue) -> Iterable[tuple[str, Expression]]:
    """The variables of a record and what each gets."""
    for name, part in value.parts.items():
        match part:
            case Scalar(expression=expression):
                yield f"{stem}.{name}", expression
            case RecordValue():
                yield from scalar_parts(f"{stem}.{name}", part)
            case _:
                continue  # an error that was reported: a record has no set parts


def as_checks(needed: Iterable[Requirement], span: Span, text: str) -> list[Instruction]:
    """Requirements as checks, each once."""
    found: dict[Check, None] = {}
    for item in needed:
        if item.condition != TRUE:
            found[Check(item.fault, item.condition, span, text)] = None
    return list(found)


def renamed(instructions: Iterable[Instruction]) -> tuple[Instruction, ...]:
    """The same with other temporaries, for a second time in one step."""

    def change(part: Expression) -> Expression | None:
        return replace(part, name=f"{part.name}'") if isinstance(part, Temporary) else None

    return mapped(instructions, lambda node: formulas.rewrite(node, change, evaluated=True))


def bare(instructions: Iterable[Instruction]) -> tuple[Instruction, ...]:
    """The same without demands, and without the checks that only they made necessary."""
    kept: list[Instruction] = []
    for item in mapped(instructions, formulas.bare):
        if not isinstance(item, Check) or (item.condition != TRUE and item not in kept):
            kept.append(item)
    return tuple(kept)


def mapped(
    instructions: Iterable[Instruction], go: Callable[[Expression], Expression]
) -> tuple[Instruction, ...]:
    """The same with each expression replaced by what a function makes of it."""
    found: list[Instruction] = []
    for item in instructions:
        match item:
            case Pick(temporary=temporary):
                picked = go(temporary)
                assert isinstance(picked, Temporary)
                found.append(Pick(picked))
            case Let(temporary=temporary, value=value):
                named = go(temporary)
                assert isinstance(named, Temporary)
                found.append(Let(named, go(value)))
            case (
                Require(condition=condition)
                | Check(condition=condition)
                | Assert(condition=condition)
            ):
                found.append(replace(item, condition=go(condition)))
            case Assign(arguments=arguments, value=value):
                found.append(replace(item, arguments=tuple(map(go, arguments)), value=go(value)))
            case Bulk(where=where, writes=writes):
                changed = tuple(
                    replace(write, arguments=tuple(map(go, write.arguments)), value=go(write.value))
                    for write in writes
                )
                found.append(replace(item, where=go(where), writes=changed))
    return tuple(found)
