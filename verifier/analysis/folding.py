"""Model expressions rebuilt with constants folded and conditionals pushed out of the way.

Every pass of this package is `rebuild` with a few nodes treated specially. Substitution avoids
capture; binders may shadow each other in what it returns (`distinct` renames them apart).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from frontend.formulas import building as formulas
from frontend.formulas.shapes import join
from frontend.model import (
    BOOL,
    FALSE,
    TRUE,
    At,
    Binary,
    BoolType,
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
    ReferenceType,
    Self,
    Temporary,
    WaitCycle,
    parts,
)

Change = Callable[[Expression], Expression]

ZERO = Constant(0, IntType(0, 0))
ONE = Constant(1, IntType(1, 1))


def choose(condition: Expression, then: Expression, otherwise: Expression) -> Expression:
    """`condition ? then : otherwise`."""
    if isinstance(condition, Constant):
        return then if condition.value else otherwise
    if then == otherwise:
        return then
    if isinstance(then.type, BoolType):
        if otherwise == FALSE:
            return formulas.both(condition, then)
        if otherwise == TRUE:
            return formulas.implication(condition, then)
        if then == TRUE:
            return formulas.either(condition, otherwise)
        if then == FALSE:
            return formulas.both(formulas.negation(condition), otherwise)
        return formulas.either(
            formulas.both(condition, then), formulas.both(formulas.negation(condition), otherwise)
        )
    kind = then.type
    if isinstance(kind, ReferenceType) and isinstance(otherwise.type, ReferenceType):
        kind = ReferenceType(kind.sort, kind.optional or otherwise.type.optional)
    elif isinstance(kind, IntType) and isinstance(otherwise.type, IntType):
        kind = join(kind, otherwise.type)
    return Conditional(condition, then, otherwise, kind)


def equality(left: Expression, right: Expression) -> Expression:
    """`left == right`; a constant or, failing that, no binder stands on the right."""
    if left == right:
        return TRUE
    if isinstance(left, Constant) or (isinstance(right, Bound) and not isinstance(left, Bound)):
        left, right = right, left
    if isinstance(left, Constant) and isinstance(right, Constant):
        return TRUE if left.value == right.value else FALSE
    number = isinstance(left.type, IntType) and not isinstance(right, Constant)
    if isinstance(left, Conditional) and not number:
        return choose(left.condition, equality(left.then, right), equality(left.otherwise, right))
    if isinstance(right, Conditional) and not number:
        return choose(right.condition, equality(left, right.then), equality(left, right.otherwise))
    if isinstance(right, Constant):
        if isinstance(right.value, bool):
            return left if right.value else formulas.negation(left)
        if right.value is None and isinstance(left.type, ReferenceType) and not left.type.optional:
            return FALSE
    return Binary(Operator.EQ, left, right, BOOL)


def binary(node: Binary, left: Expression, right: Expression) -> Expression:
    """The operator of `node` on two operands."""
    match node.operator:
        case Operator.AND:
            return formulas.both(left, right)
        case Operator.OR:
            return formulas.either(left, right)
        case Operator.IMPLIES:
            return formulas.implication(left, right)
        case Operator.EQ:
            return equality(left, right)
        case Operator.NE:
            return formulas.negation(equality(left, right))
        case Operator.ADD | Operator.SUB if right == ZERO:
            return left
        case Operator.ADD if left == ZERO:
            return right
        case operator:
            return formulas.binary(operator, left, right, node.type)


def number(value: int) -> Constant:
    """An integer literal."""
    return Constant(value, IntType(value, value))


def plus(left: Expression, right: Expression) -> Expression:
    """The sum of two integers that are not negative."""
    return binary(Binary(Operator.ADD, left, right, IntType(0, None)), left, right)


def at_least(left: Expression, value: int) -> Expression:
    """`left >= value`."""
    return Binary(Operator.GE, left, number(value), BOOL)


def quantified(node: Quantified, binders: tuple[Bound, ...], body: Expression) -> Expression:
    """The quantifier of `node` over a body."""
    if node.kind is QuantifierKind.COUNT:
        return ZERO if body == FALSE else replace(node, binders=binders, body=body)
    return body if isinstance(body, Constant) else replace(node, binders=binders, body=body)


def rebuild(node: Expression, go: Change) -> Expression:
    """The expression with `go` applied to each direct part, folded."""
    match node:
        case Constant() | Bound() | Temporary() | Self() | WaitCycle():
            return node
        case Read(arguments=arguments):
            return replace(node, arguments=tuple(map(go, arguments))) if arguments else node
        case Not(operand=operand):
            return formulas.negation(go(operand))
        case Negative(operand=operand):
            return replace(node, operand=go(operand))
        case Binary(left=left, right=right):
            return binary(node, go(left), go(right))
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return choose(go(condition), go(then), go(otherwise))
        case Quantified(binders=binders, body=body):
            return quantified(node, binders, go(body))
        case At(thread=thread):
            return replace(node, thread=go(thread))
        case HeldBy(lock=lock, thread=thread):
            return replace(node, lock=formulas.lock_of(go(lock)), thread=go(thread))
        case Held(lock=lock):
            return replace(node, lock=formulas.lock_of(go(lock)))


def folded(node: Expression) -> Expression:
    """The same expression, with what is constant in it folded."""
    return rebuild(node, folded)


def size(node: Expression) -> int:
    """How many expressions an expression consists of, what binders declare aside."""
    inside = (node.body,) if isinstance(node, Quantified) else parts(node)
    return 1 + sum(map(size, inside))


def free(node: Expression) -> frozenset[str]:
    """The names of the binders that an expression mentions and does not bind."""
    match node:
        case Bound(name=name):
            return frozenset({name})
        case Quantified(binders=binders, body=body):
            return free(body) - {binder.name for binder in binders}
        case _:
            found: frozenset[str] = frozenset()
            for part in parts(node):
                found |= free(part)
            return found


def instantiate(node: Expression, values: Mapping[str, Expression]) -> Expression:
    """The expression with free binders replaced by name, folded; captures nothing."""
    if not values:
        return node
    match node:
        case Bound(name=name):
            return values.get(name, node)
        case Quantified(binders=binders, body=body):
            bound = {binder.name for binder in binders}
            inner = {name: value for name, value in values.items() if name not in bound}
            taken = frozenset[str]().union(*(free(value) for value in inner.values()))
            if bound & taken:
                taken |= free(body) | bound
                renamed: dict[str, Bound] = {}
                for binder in binders:
                    new = replace(binder, name=unused(binder.name, taken))
                    taken |= {new.name}
                    renamed[binder.name] = new
                binders = tuple(renamed.values())
                inner = {**inner, **renamed}
            return quantified(node, binders, instantiate(body, inner))
        case _:
            return rebuild(node, lambda part: instantiate(part, values))


def unused(name: str, taken: frozenset[str]) -> str:
    """A name like the given one that is not taken."""
    if name not in taken:
        return name
    stem, number = name.partition("'")[0], 1
    while f"{stem}'{number}" in taken:
        number += 1
    return f"{stem}'{number}"


def fill(node: Expression, values: Mapping[str, Expression]) -> Expression:
    """The expression with temporaries replaced by name, folded. No binder of the expression
    may be free in the values."""

    def go(part: Expression) -> Expression:
        if isinstance(part, Temporary):
            return values.get(part.name, part)
        return rebuild(part, go)

    return go(node)


def distinct(node: Expression) -> Expression:
    """The same expression with a name of its own for every binder."""
    taken: set[str] = {*free(node)}

    def go(part: Expression, names: Mapping[str, Bound]) -> Expression:
        match part:
            case Bound(name=name):
                return names.get(name, part)
            case Quantified(binders=binders, body=body):
                new: list[Bound] = []
                for binder in binders:
                    name = binder.name
                    if name in taken:
                        name = unused(binder.name, frozenset(taken))
                    taken.add(name)
                    new.append(replace(binder, name=name))
                inner = {old.name: bound for old, bound in zip(binders, new, strict=True)}
                return quantified(part, tuple(new), go(body, {**names, **inner}))
            case _:
                return rebuild(part, lambda inside: go(inside, names))

    return go(node, {})
