"""Which statements of the source a patch or config adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from frontend.model import Model
from frontend.names.problems import Problems
from frontend.names.variants import flag_names, holds
from frontend.source.spans import Span
from frontend.syntax import tree as syntax
from frontend.syntax.parser import parse
from verifier.inspection.vacuity.statements import Statement


def added(model: Model) -> Mapping[str, tuple[Span, ...]]:
    """Flag of the variant -> what stands in the parts of `when` and of `choose` that are there
    because of it. A part for several flags together belongs to each."""
    tree = parse(model.source)
    declared = flag_names(tree)
    problems = Problems(model.source)  # none is new: the model was made of this text
    found: dict[str, list[Span]] = {}
    for condition, nodes in _parts(tree):
        if not holds(condition, model.flags, declared, problems):
            continue
        for flag in model.flags & _named(condition):
            # Without the flag it would not be there.
            if not holds(condition, model.flags - {flag}, declared, problems):
                found.setdefault(flag, []).extend(node.span for node in nodes)
    return {flag: tuple(found[flag]) for flag in sorted(found)}


def of_patch(
    statements: Mapping[Statement, frozenset[int]], spans: tuple[Span, ...]
) -> frozenset[int]:
    """The numbers of the steps that execute a statement inside these parts."""
    return frozenset(
        number
        for item, numbers in statements.items()
        if any(one.start <= item.span.start and item.span.end <= one.end for one in spans)
        for number in numbers
    )


def _parts(node: object) -> Iterator[tuple[syntax.Expression, tuple[syntax.Node, ...]]]:
    """Every condition over flags in code, and what stands there when it holds."""
    match node:
        case syntax.WhenStatement(flag=flag, then=then):
            yield flag, then
        case syntax.WhenDeclaration(flag=flag, then=then):
            yield flag, then
        case syntax.Branch(flag=flag) if flag is not None:
            yield flag, (node,)
        case _:
            pass
    if isinstance(node, syntax.Node):
        for name in node.__dataclass_fields__:
            yield from _parts(getattr(node, name))
    elif isinstance(node, tuple):
        for item in node:
            yield from _parts(item)


def _named(node: object) -> frozenset[str]:
    match node:
        case syntax.Reference(name=name):
            return frozenset({name.text})
        case syntax.Unary(operand=operand):
            return _named(operand)
        case syntax.Binary(left=left, right=right):
            return _named(left) | _named(right)
        case _:
            return frozenset()
