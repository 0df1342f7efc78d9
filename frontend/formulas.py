"""Building model expressions: constructors that fold constants, and substitution."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from frontend.model import (
    BOOL,
    FALSE,
    TRUE,
    At,
    Binary,
    Bound,
    Conditional,
    Constant,
    Expression,
    Held,
    HeldBy,
    Negative,
    Not,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    Self,
    Temporary,
    WaitCycle,
)


def negation(operand: Expression) -> Expression:
    """`!operand`."""
    match operand:
        case Constant(value=value):
            return FALSE if value else TRUE
        case Not(operand=inner):
            return inner
        case _:
            return Not(operand)


def both(left: Expression, right: Expression) -> Expression:
    """`left && right`."""
    if left == TRUE or right == FALSE:
        return right
    if right == TRUE or left == FALSE:
        return left
    return Binary(Operator.AND, left, right, BOOL)


def either(left: Expression, right: Expression) -> Expression:
    """`left || right`."""
    if left == FALSE or right == TRUE:
        return right
    if right == FALSE or left == TRUE:
        return left
    return Binary(Operator.OR, left, right, BOOL)


def implication(left: Expression, right: Expression) -> Expression:
    """`left => right`."""
    if left == TRUE:
        return right
    if left == FALSE or right == TRUE:
        return TRUE
    if right == FALSE:
        return negation(left)
    return Binary(Operator.IMPLIES, left, right, BOOL)


def conjunction(items: Iterable[Expression]) -> Expression:
    """All of them, in order."""
    result: Expression = TRUE
    for item in items:
        result = both(result, item)
    return result


def disjunction(items: Iterable[Expression]) -> Expression:
    """Any of them, in order."""
    result: Expression = FALSE
    for item in items:
        result = either(result, item)
    return result


def forall(binders: tuple[Bound, ...], body: Expression) -> Expression:
    """`forall binders: body`; sorts are never empty."""
    if isinstance(body, Constant):
        return body
    return Quantified(QuantifierKind.FORALL, binders, body, BOOL)


def exists(binders: tuple[Bound, ...], body: Expression) -> Expression:
    """`exists binders: body`; sorts are never empty."""
    if isinstance(body, Constant):
        return body
    return Quantified(QuantifierKind.EXISTS, binders, body, BOOL)


def rewrite(node: Expression, change: Callable[[Expression], Expression | None]) -> Expression:
    """The expression with each part that `change` answers for replaced by the answer, outside
    in; answers are not looked into."""
    answer = change(node)
    if answer is not None:
        return answer

    def go(part: Expression) -> Expression:
        return rewrite(part, change)

    match node:
        case Constant() | Bound() | Temporary() | Self() | WaitCycle():
            return node
        case Read(arguments=arguments):
            return replace(node, arguments=tuple(map(go, arguments)))
        case Not(operand=operand):
            return negation(go(operand))
        case Negative(operand=operand):
            return replace(node, operand=go(operand))
        case Binary(operator=operator, left=left, right=right):
            match operator:
                case Operator.AND:
                    return both(go(left), go(right))
                case Operator.OR:
                    return either(go(left), go(right))
                case Operator.IMPLIES:
                    return implication(go(left), go(right))
                case _:
                    return replace(node, left=go(left), right=go(right))
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return replace(node, condition=go(condition), then=go(then), otherwise=go(otherwise))
        case Quantified(body=body):
            return replace(node, body=go(body))
        case At(thread=thread):
            return replace(node, thread=go(thread))
        case HeldBy(lock=lock, thread=thread):
            return replace(node, lock=_read(go(lock)), thread=go(thread))
        case Held(lock=lock):
            return replace(node, lock=_read(go(lock)))


def _read(node: Expression) -> Read:
    assert isinstance(node, Read), "a lock stays a variable"
    return node


def with_thread(node: Expression, thread: Expression) -> Expression:
    """The expression with `Self` replaced: what another thread looks like from outside."""
    return rewrite(node, lambda part: thread if isinstance(part, Self) else None)


def with_binders(node: Expression, values: Mapping[str, Expression]) -> Expression:
    """The expression with binders replaced by name."""
    return rewrite(node, lambda part: values.get(part.name) if isinstance(part, Bound) else None)
