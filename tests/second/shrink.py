"""Makes a specification smaller for as long as something holds of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from time import monotonic

from frontend.source.diagnostics import Rejected
from frontend.source.spans import Source
from frontend.syntax import tree as syntax
from frontend.syntax.parser import parse

LEAVES = ("true", "false", "0", "1", "none", "first")


def shrunk(text: str, still: Callable[[str], bool], seconds: float = 60) -> str:
    """The smallest text found, one part after the other left out.

    Args:
        still: whether a text shows what is looked for.
        seconds: how long to try.
    """
    end = monotonic() + seconds
    progress = True
    while progress and monotonic() < end:
        progress = False
        for candidate in _smaller(text):
            if monotonic() > end:
                break
            if _reads(candidate) and still(candidate):
                text = candidate
                progress = True
                break
    return text


def _reads(text: str) -> bool:
    try:
        parse(Source("shrunk.alloc", text))
    except Rejected:
        return False
    return True


def _smaller(text: str) -> Iterator[str]:
    """Texts with a part less, those that lose most first."""
    found: dict[str, None] = {}
    for node in _nodes(parse(Source("shrunk.alloc", text))):
        start, end = node.span.start, node.span.end
        for other in _instead(node, text):
            candidate = text[:start] + other + text[end:]
            if len(candidate) < len(text):
                found[candidate] = None
    yield from sorted(found, key=len)


def _nodes(node: object) -> Iterator[syntax.Node]:
    if isinstance(node, tuple):
        for item in node:
            yield from _nodes(item)
    elif isinstance(node, syntax.Node):
        yield node
        for part in fields(node):
            yield from _nodes(getattr(node, part.name))


def _instead(node: syntax.Node, text: str) -> Iterator[str]:
    """What could stand in the place of a node."""
    if isinstance(node, syntax.Statement | syntax.Declaration):
        yield ""
        yield ";"
    if isinstance(node, syntax.FieldDeclaration | syntax.Branch | syntax.WhenFields):
        yield ""
    if isinstance(node, syntax.Statement | syntax.Expression):
        kind = syntax.Expression if isinstance(node, syntax.Expression) else syntax.Statement
        inner = [item for part in fields(node) for item in _below(getattr(node, part.name))]
        for item in inner:
            if isinstance(item, kind | syntax.Block | syntax.Branch):
                body = item.body if isinstance(item, syntax.Branch) else item
                yield text[body.span.start : body.span.end]
    if isinstance(node, syntax.Expression):
        yield from LEAVES


def _below(part: object) -> Iterator[syntax.Node]:
    if isinstance(part, tuple):
        for item in part:
            yield from _below(item)
    elif isinstance(part, syntax.Node):
        yield part
