"""Which `define`s the claims of a specification are made of: a mutant must not change those."""

from __future__ import annotations

from collections.abc import Iterator

from frontend.syntax import tree as syntax


def claimed(tree: syntax.Specification) -> frozenset[str]:
    """Names of the definitions that properties or assertions use, directly or not."""
    bodies = {
        item.name.text: item.body
        for item in tree.declarations
        if isinstance(item, syntax.DefineDeclaration)
    }
    pending: list[syntax.Node] = [
        node
        for item in tree.declarations
        for node in inside(item)
        if isinstance(node, syntax.PropertyDeclaration | syntax.Assert)
    ]
    found: set[str] = set()
    while pending:
        for node in inside(pending.pop()):
            if isinstance(node, syntax.Name) and node.text in bodies and node.text not in found:
                found.add(node.text)
                pending.append(bodies[node.text])
    return frozenset(found)


def inside(node: object) -> Iterator[syntax.Node]:
    """Every node inside a node or a tuple of nodes, itself included, outside in."""
    if isinstance(node, tuple):
        for item in node:
            yield from inside(item)
    elif isinstance(node, syntax.Node):
        yield node
        for name in node.__dataclass_fields__:
            yield from inside(getattr(node, name))
