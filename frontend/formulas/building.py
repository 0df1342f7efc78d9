"""Building model expressions: constructors that fold constants, and substitution.

There are two kinds of folding. `both`, `either` and `implication` are for formulas whose parts all
have values: they drop a part that does not matter. `and_then`, `or_else` and `implies` are for
expressions as the author wrote them: a part that is evaluated stays, since it may have no value,
be torn, or cost a step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

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
    IntType,
    Negative,
    Not,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    Self,
    Temporary,
    Type,
    WaitCycle,
    walk,
)


@dataclass(frozen=True, slots=True)
class Demand(Constant):
    """Is true, and has a value only where `of` has one that belongs to `kind`.

    It carries what an expression needs from where it is written to where `definedness.py` reads
    it; `bare` takes it out again, so that no model contains one.
    """

    of: Expression
    kind: Type


@dataclass(frozen=True, slots=True)
class Holds(Demand):
    """Is true, and has a value only where `of`, a condition, holds."""


@dataclass(frozen=True, slots=True)
class Each(Quantified):
    """A quantifier that the author did not write: over the elements of two sets that are compared.
    In a formula, what has no value is told around it, not in it."""


@dataclass(frozen=True, slots=True)
class Guarded(Conditional):
    """`then`, with demands (`condition`) that are evaluated first; `otherwise` means nothing."""


def guarded(needed: Expression, value: Expression) -> Expression:
    """A value that demands something; like `Demand` it is in no model."""
    return value if needed == TRUE else Guarded(needed, value, FALSE, value.type)


def demand(of: Expression, kind: Type) -> Expression:
    """That an expression is evaluated and its value belongs to a type."""
    return Demand(True, BOOL, of, kind)


def holds(condition: Expression) -> Expression:
    """That a condition holds; where it does not, there is no value."""
    return condition if condition == TRUE else Holds(True, BOOL, condition, BOOL)


def negation(operand: Expression) -> Expression:
    """`!operand`."""
    match operand:
        case Demand():
            return Not(operand)
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


def and_then(left: Expression, right: Expression) -> Expression:
    """`left && right` with all that is evaluated: `left` is, whatever `right` is."""
    if left in (TRUE, FALSE) or right == TRUE:
        return both(left, right)
    return Binary(Operator.AND, left, right, BOOL)


def or_else(left: Expression, right: Expression) -> Expression:
    """`left || right` with all that is evaluated: `left` is, whatever `right` is."""
    if left in (TRUE, FALSE) or right == FALSE:
        return either(left, right)
    return Binary(Operator.OR, left, right, BOOL)


def implies(left: Expression, right: Expression) -> Expression:
    """`left => right` with all that is evaluated: `left` is, whatever `right` is."""
    if left in (TRUE, FALSE) or right == FALSE:
        return implication(left, right)
    return Binary(Operator.IMPLIES, left, right, BOOL)


def binary(operator: Operator, left: Expression, right: Expression, kind: Type) -> Expression:
    """An operation on integers; of two constants, its result, where it surely has one."""
    if isinstance(left, Constant) and isinstance(right, Constant):
        one, other = left.value, right.value
        if isinstance(one, int) and isinstance(other, int) and not _is_long(operator, one, other):
            result = computed(operator, one, other)
            if isinstance(result, bool):
                return TRUE if result else FALSE
            if result is not None:
                return Constant(result, IntType(result, result))
    return Binary(operator, left, right, kind)


LONGEST = 256
"""How many bits a product may have that is computed here: powers of powers are left alone."""


def _is_long(operator: Operator, one: int, other: int) -> bool:
    match operator:
        case Operator.MUL:
            return one.bit_length() + other.bit_length() > LONGEST
        case Operator.SHL:
            return other > 64 or one.bit_length() > LONGEST
        case Operator.SHR:
            return other > 64
        case _:
            return False


def computed(operator: Operator, one: int, other: int) -> int | None:
    """What an operation on two integers gives, as in C but for overflow; None where it has no
    value, or the operator takes no integers."""
    match operator:
        case Operator.ADD:
            return one + other
        case Operator.SUB:
            return one - other
        case Operator.MUL:
            return one * other
        case Operator.DIV | Operator.MOD if other != 0:
            size = abs(one) // abs(other)
            quotient = size if (one < 0) == (other < 0) else -size
            return quotient if operator is Operator.DIV else one - quotient * other
        case Operator.SHL if other >= 0:
            return one << other
        case Operator.SHR if other >= 0:
            return one >> other
        case Operator.BAND:
            return one & other
        case Operator.BOR:
            return one | other
        case Operator.BXOR:
            return one ^ other
        case Operator.LT:
            return one < other
        case Operator.LE:
            return one <= other
        case Operator.GT:
            return one > other
        case Operator.GE:
            return one >= other
        case _:
            return None


def same(left: Expression, right: Expression) -> Expression:
    """`left == right` of scalars of one kind."""
    match left, right:
        case (Demand(), _) | (_, Demand()):
            pass
        case Constant(value=one), Constant(value=other):
            return TRUE if one == other else FALSE
        case _:
            pass
    return Binary(Operator.EQ, left, right, BOOL)


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
    if body in (TRUE, FALSE):
        return body
    return Quantified(QuantifierKind.FORALL, binders, body, BOOL)


def exists(binders: tuple[Bound, ...], body: Expression) -> Expression:
    """`exists binders: body`; sorts are never empty."""
    if body in (TRUE, FALSE):
        return body
    return Quantified(QuantifierKind.EXISTS, binders, body, BOOL)


def rewrite(
    node: Expression,
    change: Callable[[Expression], Expression | None],
    *,
    evaluated: bool = False,
) -> Expression:
    """The expression with each part that `change` answers for replaced by the answer, outside
    in; answers are not looked into.

    Args:
        evaluated: parts that are evaluated stay, although the result does not depend on them.
    """
    answer = change(node)
    if answer is not None:
        return answer

    def go(part: Expression) -> Expression:
        return rewrite(part, change, evaluated=evaluated)

    match node:
        case Demand(of=of):
            return replace(node, of=go(of))
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
                    return (and_then if evaluated else both)(go(left), go(right))
                case Operator.OR:
                    return (or_else if evaluated else either)(go(left), go(right))
                case Operator.IMPLIES:
                    return (implies if evaluated else implication)(go(left), go(right))
                case _:
                    return replace(node, left=go(left), right=go(right))
        case Guarded(condition=condition, then=then):
            return guarded(go(condition), go(then))
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            test = go(condition)
            if test in (TRUE, FALSE):
                return go(then if test == TRUE else otherwise)
            return replace(node, condition=test, then=go(then), otherwise=go(otherwise))
        case Quantified(kind=kind, binders=binders, body=body):
            inner = go(body)
            if kind is QuantifierKind.COUNT:
                return replace(node, body=inner)
            return (forall if kind is QuantifierKind.FORALL else exists)(binders, inner)
        case At(thread=thread):
            return replace(node, thread=go(thread))
        case HeldBy(lock=lock, thread=thread):
            return replace(node, lock=lock_of(go(lock)), thread=go(thread))
        case Held(lock=lock):
            return replace(node, lock=lock_of(go(lock)))


def lock_of(node: Expression) -> Read:
    """A lock, which stays a variable whatever is put into it."""
    assert isinstance(node, Read), "a lock stays a variable"
    return node


def demanded(node: object) -> tuple[Expression, ...]:
    """What demands inside an expression or an instruction evaluate."""
    found: list[Expression] = []
    for part in walk(node):
        match part:
            case Demand(of=of):
                found += (of, *demanded(of))
            case _:
                pass
    return tuple(found)


def bare(node: Expression) -> Expression:
    """The expression without demands; what is evaluated stays."""
    return rewrite(node, lambda part: TRUE if isinstance(part, Demand) else None, evaluated=True)


def folded(node: Expression) -> Expression:
    """The expression without demands and without parts that the result does not depend on."""
    return rewrite(node, lambda part: TRUE if isinstance(part, Demand) else None)


def with_thread(node: Expression, thread: Expression) -> Expression:
    """The expression with `Self` replaced: what another thread looks like from outside."""
    return rewrite(node, lambda part: thread if isinstance(part, Self) else None)


def with_binders(node: Expression, values: Mapping[str, Expression]) -> Expression:
    """The expression with binders replaced by name."""
    return rewrite(node, lambda part: values.get(part.name) if isinstance(part, Bound) else None)
