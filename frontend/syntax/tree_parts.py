"""What the builders share: picking the parts of a rule out of its children.

A child is a token, a node, a list of nodes (a rule for several) or a `Group` (with brackets).
"""

from __future__ import annotations

import typing
from dataclasses import dataclass

from frontend.source.spans import Span
from frontend.syntax import tree as syntax
from frontend.syntax.lexer import Token

Children: typing.TypeAlias = list[typing.Any]
Found = typing.TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Group:
    """Several nodes and where they stand, brackets included."""

    span: Span
    items: tuple[typing.Any, ...]


def span_of(children: Children) -> Span:
    """From the first child to the last."""
    return Span(children[0].span.start, children[-1].span.end)


def nodes(children: Children, kind: type[Found]) -> tuple[Found, ...]:
    """All children of a class."""
    return tuple(child for child in children if isinstance(child, kind))


def one(children: Children, kind: type[Found]) -> Found:
    """The first child of a class that the rule says is there."""
    return next(child for child in children if isinstance(child, kind))


def optional(children: Children, kind: type[Found]) -> Found | None:
    """The first child of a class, or None."""
    return next((child for child in children if isinstance(child, kind)), None)


def after(children: Children, terminal: str) -> typing.Any:
    """The child behind a terminal, or None where it is not there."""
    for position, child in enumerate(children):
        if is_token(child, terminal):
            return children[position + 1]
    return None


def has(children: Children, terminal: str) -> bool:
    """Whether a terminal is among the children."""
    return any(is_token(child, terminal) for child in children)


def is_token(child: object, terminal: str) -> bool:
    """Whether a child is a certain terminal."""
    return isinstance(child, Token) and child.type == terminal


def parts(children: Children) -> tuple[typing.Any, ...]:
    """The children that are not tokens."""
    return tuple(child for child in children if not isinstance(child, Token))


def skipped_expression(span: Span) -> syntax.Expression:
    """Stands for an expression that could not be read; the file is rejected."""
    return syntax.Boolean(span, True)
