"""What of a model is expressible for all sizes, and where it is not, by line.

Nothing here is needed for soundness: what cannot be expressed exactly is some function of what it
depends on, about which too little is known (`translate.py`). This says why a proof then fails.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from frontend.model import (
    BIT_OPERATORS,
    Binary,
    Constant,
    Expression,
    IntType,
    Model,
    Operator,
    Quantified,
    QuantifierKind,
    Step,
    walk,
)
from frontend.source.spans import Span
from verifier.analysis.folding import free
from verifier.every_size.obligations.counting import listed


def why_not(model: Model, properties: Collection[str] | None = None) -> tuple[str, Span] | None:
    """The first construct that leaves the fragment, in words, and its place.

    Args:
        model: a checked model.
        properties: names of those that matter; None for all.
    """
    for thread in model.threads:
        for step in thread.steps:
            for instruction in step.body:
                for node in walk(instruction):
                    reason = _reason(node)
                    if reason is not None:
                        return reason, _place(step, node)
    for node, span in _stated(model, properties):
        reason = _reason(node)
        if reason is not None:
            return reason, span
    return None


def _place(step: Step, node: Expression) -> Span:
    """The statement of a step that an expression comes from, as far as can be told."""
    sign = node.operator.value if isinstance(node, Binary) else "count"
    for remark in step.remarks:
        if sign in remark.text:
            return remark.span
    return step.span


def _reason(node: Expression) -> str | None:
    match node:
        case Binary(operator=operator) if operator in BIT_OPERATORS:
            return f"arithmetic on the bits of numbers (`{operator.value}`)"
        case Binary(operator=Operator.MUL, left=left, right=right) if not (
            isinstance(left, Constant) or isinstance(right, Constant)
        ):
            return "the product of two variables"
        case Binary(operator=Operator.DIV | Operator.MOD, right=right) if not isinstance(
            right, Constant
        ):
            return "division by a variable"
        case Quantified(kind=QuantifierKind.COUNT, binders=binders):
            wide = [binder for binder in binders if listed(binder) is None]
            if len(wide) > 1:
                return "a count over more than one sort at once"
            if any(isinstance(binder.type, IntType) for binder in wide):
                return "a count over a wide range of numbers"
            names = {binder.name for binder in binders}
            if any(
                isinstance(inner, Quantified)
                and inner.kind is QuantifierKind.COUNT
                and free(inner) & names
                for inner in walk(node.body)
            ):
                return "a count of objects by what is counted for each"
        case _:
            pass
    return None


def _stated(model: Model, properties: Collection[str] | None) -> Iterator[tuple[Expression, Span]]:
    for assumption in model.assumptions:
        for node in walk(assumption.condition):
            yield node, assumption.span
    for item in model.properties:
        if item.expression is not None and (properties is None or item.name in properties):
            for node in walk(item.expression):
                yield node, item.span
