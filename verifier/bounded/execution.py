"""The instructions of a step, executed on terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from frontend.model import Assign, Bulk, Expression, LockType
from verifier.bounded.encode import Encoder, Scope
from verifier.bounded.system import Place
from verifier.bounded.terms import Number, Term, Truth

Written = tuple[Place, Truth, Term]
"""A point, when a step writes it, and what."""


class Execution:
    """Executes instructions one after the other.

    Args:
        encoder: of the system.
        scope: the state before, and who moves.
    """

    def __init__(self, encoder: Encoder, scope: Scope) -> None:
        self._encoder = encoder
        self._scope = scope
        self.written: list[Written] = []

    def name(self, name: str, value: Term) -> None:
        """Gives a temporary its value."""
        self._scope = self._scope.naming({name: value})

    def value(self, expression: Expression) -> Term:
        """The value of an expression here."""
        return self._encoder.evaluate(expression, self._scope)

    def truth(self, expression: Expression) -> Truth:
        """Whether a condition holds here."""
        return self._encoder.truth(expression, self._scope)

    def write(self, instruction: Assign | Bulk) -> None:
        """Executes an assignment or a bulk update."""
        writes: list[Written] = []
        match instruction:
            case Assign(variable=name, arguments=arguments, value=value):
                writes += self._points(self._scope, name, arguments, value, True)
            case Bulk(binders=binders, where=where, writes=parts):
                for names in self._encoder.assignments(binders):
                    scope = self._scope.naming(names)
                    condition = self._encoder.truth(where, scope)
                    if condition is not False:
                        for part in parts:
                            writes += self._points(
                                scope, part.variable, part.arguments, part.value, condition
                            )
        changed = dict(self._scope.changed)
        for place, condition, term in writes:
            before = changed.get(place, self._scope.frame.values[place])
            changed[place] = self._encoder.choose(condition, term, before)
        self._scope = replace(self._scope, changed=changed)
        self.written += writes

    def _points(
        self,
        scope: Scope,
        name: str,
        arguments: tuple[Expression, ...],
        value: Expression,
        guard: Truth,
    ) -> list[Written]:
        encoder = self._encoder
        variable = encoder.system.variables[name]
        if isinstance(variable.type, LockType):
            term: Term = encoder.owner(value, scope)
        else:
            term = encoder.evaluate(value, scope)
        if isinstance(term, Number):
            # A value outside fails the `Check` before this instruction: the run ends there.
            term = encoder.algebra.within(term, *encoder.system.interval(variable.type))
        indices = [encoder.evaluate(item, scope) for item in arguments]
        return [
            ((name, index), encoder.algebra.all((guard, condition)), term)
            for index, condition in encoder.cases(variable.index, indices)
        ]


def exclusive(encoder: Encoder, written: Iterable[Written]) -> tuple[Written, ...]:
    """The writes with what a later one overwrites taken out of the earlier ones' conditions."""
    result: list[Written] = []
    later: dict[Place, list[Truth]] = {}
    algebra = encoder.algebra
    for place, condition, value in reversed(list(written)):
        over = later.setdefault(place, [])
        free = algebra.all((condition, algebra.negation(algebra.any(over))))
        over.append(condition)
        if free is not False:
            result.append((place, free, value))
    return tuple(reversed(result))
