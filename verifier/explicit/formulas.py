"""Model expressions as Python source over the flat vectors of `vectors.py`.

Small quantifiers are unrolled, so that an index is mostly a literal. What is known when the
source is written is folded: `0` and `1` are the truth values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from frontend.model import (
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
    LockType,
    Negative,
    Not,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    ReferenceType,
    Self,
    Temporary,
    Type,
    WaitCycle,
    walk,
)
from verifier.explicit.vectors import Layout

UNROLLED = 600
"""A quantifier is unrolled when its instances have at most so many parts together."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean where a piece of source stands.

    Args:
        state: the Python name of the state vector.
        thread: the source of the number of the thread that moves.
        names: binders and temporaries -> source.
    """

    state: str
    thread: str
    names: Mapping[str, str]

    def bind(self, names: Mapping[str, str]) -> Scope:
        """This scope with more names."""
        return replace(self, names={**self.names, **names})


class Formulas:
    """Writes the source of expressions.

    The source may use `div`, `mod` and `circle` of `arithmetic.py`.

    Args:
        layout: where the variables lie.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._fresh = 0

    def fresh(self, letter: str) -> str:
        """A Python name that was not used before."""
        self._fresh += 1
        return f"{letter}{self._fresh}"

    def source(self, node: Expression, scope: Scope) -> str:
        """The source of an expression, in brackets where they could matter."""
        match node:
            case Constant(value=value, type=kind):
                return literal(self.layout.number(kind, value))
            case Read(variable=variable, arguments=arguments):
                place = self.layout.places[variable]
                slot = self.slot(variable, arguments, scope)
                return f"{'k' if place.constant else scope.state}[{slot}]"
            case Bound(name=name) | Temporary(name=name):
                return scope.names[name]
            case Self():
                return scope.thread
            case Not(operand=operand):
                return negation(self.source(operand, scope))
            case Negative(operand=operand):
                return f"(-{self.source(operand, scope)})"
            case Binary():
                return self._binary(node, scope)
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                sides = self.source(then, scope), self.source(otherwise, scope)
                test = self.source(condition, scope)
                if known(test) is not None:
                    return sides[0] if known(test) else sides[1]
                return f"({sides[0]} if {test} else {sides[1]})"
            case Quantified():
                return self._quantified(node, scope)
            case At(thread=thread, locations=locations):
                return self._at(thread, locations, scope)
            case HeldBy(lock=lock, thread=thread):
                return f"({self.source(lock, scope)} == {self.owner(thread, scope)})"
            case Held(lock=lock):
                return f"({self.source(lock, scope)} >= 0)"
            case WaitCycle():
                return self._circle(node, scope)

    def slot(self, variable: str, arguments: tuple[Expression, ...], scope: Scope) -> str:
        """The source of the slot of a point."""
        place = self.layout.places[variable]
        number = place.base
        terms = []
        for kind, stride, argument in zip(
            place.variable.index, place.strides, arguments, strict=True
        ):
            if isinstance(kind, IntType):
                number -= (kind.low or 0) * stride
            text = self.source(argument, scope)
            value = known(text)
            if value is not None:
                number += value * stride
            else:
                terms.append(text if stride == 1 else f"{text} * {stride}")
        if number or not terms:
            terms.append(str(number))
        return " + ".join(terms).replace("+ -", "- ")

    def owner(self, node: Expression, scope: Scope) -> str:
        """The source of a thread's, or of no thread's, number among all owners."""
        text = self.source(node, scope)
        match node:
            case Constant(value=None):
                return text
            case _ if isinstance(node.type, ReferenceType):
                offset = self.layout.offsets[node.type.sort]
                value = known(text)
                if value is not None:
                    return str(value + offset)
                if not offset:
                    return text
                if node.type.optional:
                    return f"({text} + {offset} if {text} >= 0 else -1)"
                return f"({text} + {offset})"
            case _:
                return text

    def side(self, node: Expression, lock: bool, scope: Scope) -> str:
        """The source of an expression that is compared with, or stored in, a lock or not."""
        return self.owner(node, scope) if lock else self.source(node, scope)

    def _binary(self, node: Binary, scope: Scope) -> str:
        operator = node.operator
        lock = isinstance(node.left.type, LockType) or isinstance(node.right.type, LockType)
        left = self.side(node.left, lock, scope)
        right = self.side(node.right, lock, scope)
        match operator:
            case Operator.AND:
                return conjunction([left, right])
            case Operator.OR:
                return disjunction([left, right])
            case Operator.IMPLIES:
                return disjunction([negation(left), right])
            case Operator.EQ | Operator.NE:
                if known(left) is not None and known(right) is not None:
                    return literal((left == right) == (operator is Operator.EQ))
                return f"({left} {operator.value} {right})"
            case Operator.DIV | Operator.MOD:
                if _natural(node.left) and _natural(node.right):
                    return f"({left} {'//' if operator is Operator.DIV else '%'} {right})"
                return f"{'div' if operator is Operator.DIV else 'mod'}({left}, {right})"
            case _:
                return f"({left} {operator.value} {right})"

    def _quantified(self, node: Quantified, scope: Scope) -> str:
        domains = [self.layout.domain(plain(binder)) for binder in node.binders]
        instances = prod(map(len, domains))
        if instances * sum(1 for _ in walk(node.body)) <= UNROLLED:
            items = [
                self.source(
                    node.body,
                    scope.bind(
                        {
                            binder.name: literal(value)
                            for binder, value in zip(node.binders, values, strict=True)
                        }
                    ),
                )
                for values in product(*domains)
            ]
            match node.kind:
                case QuantifierKind.FORALL:
                    return conjunction(items)
                case QuantifierKind.EXISTS:
                    return disjunction(items)
                case QuantifierKind.COUNT:
                    fixed = sum(known(item) or 0 for item in items)
                    terms = [item for item in items if known(item) is None]
                    if fixed or not terms:
                        terms.append(str(fixed))
                    return f"({' + '.join(terms)})"
        names = {binder.name: self.fresh("b") for binder in node.binders}
        body = self.source(node.body, scope.bind(names))
        loops = "".join(
            f" for {names[binder.name]} in range({domain.start}, {domain.stop})"
            for binder, domain in zip(node.binders, domains, strict=True)
        )
        match node.kind:
            case QuantifierKind.FORALL:
                return f"all({body}{loops})"
            case QuantifierKind.EXISTS:
                return f"any({body}{loops})"
            case QuantifierKind.COUNT:
                return f"sum([{body}{loops}])"

    def _at(self, thread: Expression, locations: frozenset[int], scope: Scope) -> str:
        assert isinstance(thread.type, ReferenceType), "only threads have a counter"
        base = self.layout.counters[thread.type.sort]
        text = self.source(thread, scope)
        value = known(text)
        slot = str(base + value) if value is not None else f"{text} + {base}"
        counter = f"{scope.state}[{slot}]"
        places = sorted(locations)
        if not places:
            return "0"
        if len(places) == 1:
            return f"({counter} == {places[0]})"
        return f"({counter} in {{{', '.join(map(str, places))}}})"

    def _circle(self, node: WaitCycle, scope: Scope) -> str:
        """`circle` of whom each thread waits for along each alternative, -1 for nobody."""
        waits = []
        nobody = True
        for thread in self.layout.model.threads:
            base = self.layout.counters[thread.sort]
            edges = [edge for edge in node.edges if edge.thread == thread.sort]
            for index in range(self.layout.bounds[thread.sort]):
                inside = replace(scope, thread=str(index))
                along: dict[int, str] = {}
                for edge in edges:
                    when = f"{scope.state}[{base + index}] == {edge.location}"
                    if edge.condition != TRUE:
                        when = f"{when} and {self.source(edge.condition, inside)}"
                    lock, text = self.source(edge.lock, inside), along.get(edge.alternative, "-1")
                    along[edge.alternative] = f"{lock} if {when} else {text}"
                waits.append(f"({''.join(f'{text}, ' for text in along.values())})")
                nobody = nobody and not along
        return "0" if nobody else f"circle([{', '.join(waits)}])"


def literal(value: int) -> str:
    """The source of an int; a bool is one."""
    return str(int(value))


def known(text: str) -> int | None:
    """The value of a literal's source; None: it is not a literal."""
    digits = text.removeprefix("-")
    return int(text) if digits.isdecimal() else None


def negation(text: str) -> str:
    """`not`."""
    value = known(text)
    return f"(not {text})" if value is None else literal(not value)


def conjunction(items: list[str]) -> str:
    """`and`."""
    return _chain(items, "and", 1)


def disjunction(items: list[str]) -> str:
    """`or`."""
    return _chain(items, "or", 0)


def _chain(items: list[str], word: str, neutral: int) -> str:
    terms = []
    for item in items:
        value = known(item)
        if value is None:
            terms.append(item)
        elif bool(value) != bool(neutral):
            return literal(not neutral)
    if not terms:
        return str(neutral)
    if len(terms) == 1:
        return terms[0]
    return f"({f' {word} '.join(terms)})"


def _natural(node: Expression) -> bool:
    kind = node.type
    return isinstance(kind, IntType) and kind.low is not None and kind.low >= 0


def plain(binder: Bound) -> Type:
    """The type that a binder ranges over: never `none`."""
    kind = binder.type
    return replace(kind, optional=False) if isinstance(kind, ReferenceType) else kind
