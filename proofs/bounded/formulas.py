"""Expressions of a model as circuits over a symbolic state; the docstring of `frontend.model` is
what they mean.

Quantifiers and counts are expanded, circles of waiting threads found by transitive closure.
Where an expression is undefined (it follows `none`, divides by zero) its circuit has some value:
the front end guards such places, so no answer depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeVar

from frontend.model import (
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
    Object,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    Self,
    Temporary,
    Type,
    Value,
    WaitCycle,
    WaitEdge,
    sides,
)
from proofs.bounded.numbers import Number
from proofs.bounded.state_bits import Layout, Symbols
from proofs.bounded.symbolic_values import Choice, Meaning
from proofs.bounded.words import Term

Kind = TypeVar("Kind", Term, Number, Choice)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the names of an expression stand for.

    Args:
        layout: the instance.
        symbols: the state.
        thread: what `Self` stands for, where there is one.
        bound: binder -> value.
        temporaries: temporary -> meaning.
    """

    layout: Layout
    symbols: Symbols
    thread: Choice | None
    bound: Mapping[str, Value]
    temporaries: Mapping[str, Meaning]

    @staticmethod
    def of(layout: Layout, symbols: Symbols) -> Scope:
        """The names of a formula over a state."""
        return Scope(layout, symbols, None, {}, {})


def formula(expression: Expression, scope: Scope) -> Term:
    """A formula as a truth value.

    Raises:
        TypeError: it is none.
        Unencodable: it needs more than bounded words.
    """
    return _of(Term, expression, scope)


def meaning_of(expression: Expression, scope: Scope) -> Meaning:
    """An expression as a circuit.

    Raises:
        TypeError: its parts are of the wrong kinds.
        Unencodable: it needs more than bounded words.
    """
    words, meanings = scope.layout.words, scope.layout.meanings
    match expression:
        case Constant(value=value):
            return meanings.constant(value)
        case Read():
            return _read(expression, scope)
        case Bound(name=name):
            return meanings.constant(scope.bound[name])
        case Binary():
            return _binary(expression, scope)
        case Not(operand=operand):
            return words.negation(formula(operand, scope))
        case Temporary(name=name):
            return scope.temporaries[name]
        case Self():
            return _self(scope)
        case Quantified():
            return _quantified(expression, scope)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            test = formula(condition, scope)
            if test is words.true or test is words.false:
                return meaning_of(then if test is words.true else otherwise, scope)
            return meanings.choose(test, meaning_of(then, scope), meaning_of(otherwise, scope))
        case Negative(operand=operand):
            return meanings.numbers.negative(_of(Number, operand, scope))
        case At(thread=thread, locations=locations):
            return _at(_of(Choice, thread, scope), locations, scope)
        case HeldBy(lock=lock, thread=thread):
            return meanings.equal(_read(lock, scope), meaning_of(thread, scope))
        case Held(lock=lock):
            owners = _of(Choice, lock, scope).cases
            return words.negation(owners.get(None, words.false))
        case WaitCycle():
            return _has_circle(expression, scope)


def bindings(binders: Sequence[Bound], scope: Scope) -> list[Scope]:
    """The scope with each tuple of values of the binders."""
    names = [binder.name for binder in binders]
    domains = [scope.layout.domain(binder.type) for binder in binders]
    return [
        replace(scope, bound={**scope.bound, **dict(zip(names, values, strict=True))})
        for values in product(*domains)
    ]


def indices(
    arguments: Sequence[Expression], types: Sequence[Type], scope: Scope
) -> tuple[list[tuple[tuple[Value, ...], Term]], bool]:
    """The indices that arguments can be, each with when; whether one of them plainly holds."""
    meanings = [meaning_of(argument, scope) for argument in arguments]
    domains = [scope.layout.domain(kind) for kind in types]
    pairs = zip(meanings, domains, strict=True)
    inside = all(scope.layout.meanings.is_inside(*pair) for pair in pairs)
    return list(scope.layout.meanings.indices(meanings, domains)), inside


def _of(kind: type[Kind], expression: Expression, scope: Scope) -> Kind:
    """An expression's meaning, which is of that kind."""
    meaning = meaning_of(expression, scope)
    if not isinstance(meaning, kind):
        raise TypeError(f"a {type(meaning).__name__} where a {kind.__name__} was expected")
    return meaning


def _self(scope: Scope) -> Choice:
    if scope.thread is None:
        raise TypeError("no thread runs here")
    return scope.thread


def _read(read: Read, scope: Scope) -> Meaning:
    values = scope.symbols.values
    variable = scope.layout.variables[read.variable]
    if not read.arguments:
        return values[read.variable, ()]
    found, inside = indices(read.arguments, variable.index, scope)
    entries = [(when, values[read.variable, index]) for index, when in found]
    if not entries:
        # An index that is plainly outside: what is read there matters nowhere.
        domains = (scope.layout.domain(kind) for kind in variable.index)
        first = tuple(domain[0] for domain in domains)
        entries = [(scope.layout.words.false, values[read.variable, first])]
    return scope.layout.meanings.select(entries, complete=inside)


def _binary(expression: Binary, scope: Scope) -> Meaning:
    words, meanings = scope.layout.words, scope.layout.meanings
    left, right = expression.left, expression.right
    match expression.operator:
        case Operator.AND:
            return _joined(expression, scope, words.all, words.false)
        case Operator.OR:
            return _joined(expression, scope, words.any, words.true)
        case Operator.IMPLIES:
            condition = formula(left, scope)
            if condition is words.false:
                return words.true
            return words.any((words.negation(condition), formula(right, scope)))
        case Operator.EQ:
            return meanings.equal(meaning_of(left, scope), meaning_of(right, scope))
        case Operator.NE:
            same = meanings.equal(meaning_of(left, scope), meaning_of(right, scope))
            return words.negation(same)
        case operator:
            numbers = meanings.numbers
            one, two = _of(Number, left, scope), _of(Number, right, scope)
            match operator:
                case Operator.LT:
                    return numbers.less(one, two)
                case Operator.LE:
                    return words.negation(numbers.less(two, one))
                case Operator.GT:
                    return numbers.less(two, one)
                case Operator.GE:
                    return words.negation(numbers.less(one, two))
                case _:
                    return numbers.calculate(operator, one, two)


def _joined(
    expression: Binary, scope: Scope, join: Callable[[list[Term]], Term], decided: Term
) -> Term:
    """A conjunction or disjunction; what comes after a side that plainly decides it is not looked
    at."""
    found: list[Term] = []
    for side in sides(expression):
        term = formula(side, scope)
        if term is decided:
            return term
        found.append(term)
    return join(found)


def _quantified(expression: Quantified, scope: Scope) -> Meaning:
    words = scope.layout.words
    terms = [formula(expression.body, inner) for inner in bindings(expression.binders, scope)]
    match expression.kind:
        case QuantifierKind.FORALL:
            return words.all(terms)
        case QuantifierKind.EXISTS:
            return words.any(terms)
        case QuantifierKind.COUNT:
            return scope.layout.meanings.numbers.count(terms)


def _at(thread: Choice, locations: frozenset[int], scope: Scope) -> Term:
    words = scope.layout.words
    found: list[Term] = []
    for value, when in thread.cases.items():
        if isinstance(value, Object):
            cases = scope.symbols.places[value].cases
            places = words.any([cases[n] for n in sorted(locations) if n in cases])
            found.append(words.both(when, places))
    return words.any(found)


def _has_circle(cycle: WaitCycle, scope: Scope) -> Term:
    """The largest set of threads that wait for members of it only, found from above: a round
    takes out at least one thread, or it is the last."""
    words = scope.layout.words
    waits: dict[Object, dict[tuple[int, int], list[tuple[Object, Term]]]] = {}
    for edge in cycle.edges:
        for thread in scope.layout.instance.objects(edge.thread):
            along = waits.setdefault(thread, {}).setdefault((edge.location, edge.alternative), [])
            along.extend(_owners(edge, thread, scope))
    inside = {
        thread: words.any([when for along in places.values() for _, when in along])
        for thread, places in waits.items()
    }
    for _ in waits:
        before = inside
        inside = {
            thread: words.all(
                (
                    before[thread],
                    *(
                        words.negation(
                            words.both(when, words.negation(before.get(owner, words.false)))
                        )
                        for along in places.values()
                        for owner, when in along
                    ),
                )
            )
            for thread, places in waits.items()
        }
    return words.any(list(inside.values()))


def _owners(edge: WaitEdge, thread: Object, scope: Scope) -> list[tuple[Object, Term]]:
    """Whom a thread waits for at an edge, and when."""
    words = scope.layout.words
    own = Choice({thread: words.true}, complete=True)
    inner = replace(scope, thread=own)
    here = words.both(_at(own, frozenset({edge.location}), scope), formula(edge.condition, inner))
    owner = _of(Choice, edge.lock, inner)
    return [
        (other, words.both(here, when))
        for other, when in owner.cases.items()
        if isinstance(other, Object) and other != thread
    ]
