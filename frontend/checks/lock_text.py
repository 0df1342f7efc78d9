"""Locks as the text of a specification names them: `zone.lock`, `p.twin.lock`, `self.lists[0]`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from frontend.model import Binary, Constant, Expression, Read, ReferenceType, Self, Variable

UNNAMED = "..."
"""Stands for an index that has no short text."""


def lock_text(name: str, arguments: Sequence[Expression], variables: Mapping[str, Variable]) -> str:
    """The text of a lock over locals, constants and `Self`; the lock of an object that has no
    short text is called `page.lock`."""
    return _named(name, list(arguments), variables)


def is_field(variable: Variable) -> bool:
    """Whether every object of some sort has one: `page.lock`, but not `zone.lock` or `lists[0]`."""
    first = variable.index[0] if variable.index else None
    return isinstance(first, ReferenceType) and variable.name.startswith(f"{first.sort}.")


def _text(node: Expression, variables: Mapping[str, Variable]) -> str:
    match node:
        case Self():
            return "self"
        case Constant(value=None):
            return "none"
        case Constant(value=bool() as value):
            return str(value).lower()
        case Constant(value=value):
            return str(value)
        case Read(variable=name, arguments=arguments):
            return _named(name, list(arguments), variables)
        case Binary(operator=operator, left=left, right=right):
            sides = (
                f"({_text(side, variables)})"
                if isinstance(side, Binary)
                else _text(side, variables)
                for side in (left, right)
            )
            return f" {operator.value} ".join(sides)
        case _:
            return UNNAMED


def _named(name: str, index: list[Expression], variables: Mapping[str, Variable]) -> str:
    variable = variables[name]
    text = name
    if variable.thread is not None:
        text = variable.display
        index.pop(0)
    elif is_field(variable):
        holder = _text(index.pop(0), variables)
        text = name if holder == UNNAMED else f"{holder}.{variable.display}"
    inside = ", ".join(_text(part, variables) for part in index)
    return f"{text}[{inside}]" if index else text
