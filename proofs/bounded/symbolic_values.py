"""What an expression means as a circuit: a truth value, a number, or a choice of plain values.

Values of enums, references and locks are a condition for each value (one-hot): sorts are small
at bounds, and equality, indexing and assignment become plain and-or circuits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import overload

from frontend.model import Value
from proofs.bounded.numbers import Number, Numbers
from proofs.bounded.words import Term, Words


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some values.

    Args:
        cases: value -> when it is that one; at most one of the conditions holds.
        complete: one of them holds wherever the state's variables hold values of their types.
    """

    cases: Mapping[Value, Term]
    complete: bool


Meaning = Term | Number | Choice


class Meanings:
    """Makes and joins meanings.

    Args:
        words: where the terms are made.
        numbers: how numbers are calculated; as words unless it is said.
    """

    __slots__ = ("numbers", "words")

    def __init__(self, words: Words, numbers: Numbers | None = None) -> None:
        self.words = words
        self.numbers = Numbers(words) if numbers is None else numbers

    def constant(self, value: Value) -> Meaning:
        """A plain value."""
        if isinstance(value, bool):
            return self.words.truth(value)
        if isinstance(value, int):
            return self.numbers.constant(value)
        return Choice({value: self.words.true}, complete=True)

    @overload
    def choose(self, condition: Term, then: Choice, otherwise: Choice) -> Choice: ...
    @overload
    def choose(self, condition: Term, then: Meaning, otherwise: Meaning) -> Meaning: ...

    def choose(self, condition: Term, then: Meaning, otherwise: Meaning) -> Meaning:
        """One of two meanings of a kind.

        Raises:
            TypeError: they are of different kinds.
        """
        if then is otherwise or condition is self.words.true:
            return then
        if condition is self.words.false:
            return otherwise
        match then, otherwise:
            case Term(), Term():
                return self.words.choose(condition, then, otherwise)
            case Number(), Number():
                return self.numbers.choose(condition, then, otherwise)
            case Choice(), Choice():
                false = self.words.false
                cases = {
                    value: self.words.choose(
                        condition, then.cases.get(value, false), otherwise.cases.get(value, false)
                    )
                    for value in dict.fromkeys((*then.cases, *otherwise.cases))
                }
                return Choice(_possible(cases), then.complete and otherwise.complete)
            case _:
                raise TypeError("two meanings of different kinds")

    def select(self, entries: Sequence[tuple[Term, Meaning]], *, complete: bool) -> Meaning:
        """The meaning whose condition holds; some value where none does.

        Args:
            entries: conditions, at most one of which holds, and meanings of one kind; at least one.
            complete: one of the conditions holds.
        """
        first = entries[0][1]
        if len(entries) == 1 and entries[0][0] is self.words.true:
            return first
        if isinstance(first, Number):
            result: Meaning = first
            for condition, meaning in entries[1:]:
                result = self.choose(condition, meaning, result)
            return result
        both, any_ = self.words.both, self.words.any
        if isinstance(first, Term):
            terms = ((c, m) for c, m in entries if isinstance(m, Term))
            return any_([both(condition, term) for condition, term in terms])
        found: dict[Value, list[Term]] = {}
        for condition, meaning in entries:
            if not isinstance(meaning, Choice):
                raise TypeError("two meanings of different kinds")
            complete = complete and meaning.complete
            for value, case in meaning.cases.items():
                found.setdefault(value, []).append(both(condition, case))
        return Choice(_possible({value: any_(c) for value, c in found.items()}), complete)

    def equal(self, left: Meaning, right: Meaning) -> Term:
        """Whether two meanings of a kind are the same value.

        Raises:
            TypeError: they are of different kinds.
        """
        match left, right:
            case Term(), Term():
                return self.words.equal(left, right)
            case Number(), Number():
                return self.numbers.equal(left, right)
            case Choice(), Choice():
                shared = (value for value in left.cases if value in right.cases)
                both = self.words.both
                return self.words.any([both(left.cases[v], right.cases[v]) for v in shared])
            case _:
                raise TypeError("two meanings of different kinds")

    def is_value(self, meaning: Meaning, value: Value) -> Term:
        """Whether a meaning is a given value."""
        if isinstance(meaning, Choice):
            return meaning.cases.get(value, self.words.false)
        return self.equal(meaning, self.constant(value))

    def indices(
        self, arguments: Sequence[Meaning], domains: Sequence[Sequence[Value]]
    ) -> Iterator[tuple[tuple[Value, ...], Term]]:
        """Every index that arguments can be, and when."""
        columns = [
            [(value, condition) for value, condition in self._cases(argument, domain)]
            for argument, domain in zip(arguments, domains, strict=True)
        ]
        for row in product(*columns):
            yield tuple(value for value, _ in row), self.words.all(when for _, when in row)

    def is_inside(self, argument: Meaning, domain: Sequence[Value]) -> bool:
        """Whether it is plain that an argument is one of the values of an index type."""
        if isinstance(argument, Choice):
            return argument.complete and all(value in domain for value in argument.cases)
        if isinstance(argument, Number):
            known = argument.low <= argument.high
            return known and argument.low in domain and argument.high in domain
        return True

    def _cases(self, argument: Meaning, domain: Sequence[Value]) -> Iterable[tuple[Value, Term]]:
        if isinstance(argument, Choice):
            return [(value, when) for value, when in argument.cases.items() if value in domain]
        cases = ((value, self.is_value(argument, value)) for value in domain)
        return [(value, when) for value, when in cases if when is not self.words.false]


def _possible(cases: Mapping[Value, Term]) -> dict[Value, Term]:
    """The cases that are not plainly false."""
    return {
        value: term for value, term in cases.items() if term.arguments or term.name or term.value
    }
