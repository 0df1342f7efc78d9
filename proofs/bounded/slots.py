"""Named words, and how their bits stand for values.

An integer is two's complement of the width of its range; a truth value one bit; of anything else
the code is the value's position in the order of its type: an enum's members, `none` before the
objects of an optional reference, nobody before the threads of a lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from frontend.model import Value
from proofs.bounded.blast import bit_names
from proofs.bounded.numbers import Number, width_of
from proofs.bounded.symbolic_values import Choice, Meaning, Meanings
from proofs.bounded.words import BOOLEAN, Term


@dataclass(frozen=True, slots=True)
class Slot:
    """A word that holds a value.

    Args:
        name: of the word.
        values: what it can hold, at least one: a `range` of integers, `(False, True)`, or the
            values that are coded by their positions.
    """

    name: str
    values: Sequence[Value]

    @property
    def width(self) -> int:
        """The width of its term. One with a single value that is no integer has no term
        (`is_empty`)."""
        if isinstance(self.values, range):
            return width_of(self.values[0], self.values[-1])
        return BOOLEAN if self.is_truth else (len(self.values) - 1).bit_length()

    @property
    def is_truth(self) -> bool:
        """Whether it holds a truth value."""
        return isinstance(self.values[0], bool)

    @property
    def is_empty(self) -> bool:
        """Whether there is one value only, and no bit."""
        return len(self.values) == 1 and not isinstance(self.values, range)

    def bit_names(self) -> tuple[str, ...]:
        """The names of its bits, the lowest first."""
        return () if self.is_empty else bit_names(self.name, self.width)

    # --- values -----------------------------------------------------------------------------

    def encode(self, value: Value) -> dict[str, bool]:
        """A value as bits by name.

        Raises:
            ValueError: it cannot hold that value.
        """
        if value not in self.values:
            raise ValueError(f"{self.name} cannot hold {value}")
        number = value if isinstance(self.values, range) else self.values.index(value)
        if not isinstance(number, int):
            raise ValueError(f"{self.name} holds integers")
        return {name: bool(number >> bit & 1) for bit, name in enumerate(self.bit_names())}

    # --- circuits ---------------------------------------------------------------------------

    def read(self, meanings: Meanings) -> tuple[Meaning, Term]:
        """The word as an input: its meaning, and that it holds one of its values."""
        words = meanings.words
        if isinstance(self.values, range):
            low, high = self.values[0], self.values[-1]
            number = meanings.numbers.variable(self.name, low, high)
            return number, meanings.numbers.inside(number, low, high)
        if self.is_empty:
            return meanings.constant(self.values[0]), words.true
        word = words.variable(self.name, self.width)
        if self.is_truth:
            return word, words.true
        cases = {
            value: words.equal(word, words.constant(code, self.width))
            for code, value in enumerate(self.values)
        }
        full = len(self.values) == 1 << self.width
        return Choice(cases, complete=True), words.true if full else words.any(cases.values())

    def write(self, meanings: Meanings, meaning: Meaning) -> Term | None:
        """The word that holds a meaning; None when it has no bits.

        Raises:
            TypeError: the meaning is of another kind.
        """
        words = meanings.words
        match meaning:
            case Term() if self.is_truth:
                return meaning
            case Number() if isinstance(self.values, range):
                return words.resized(meaning.term, self.width)
            case Choice(cases=cases) if not isinstance(self.values, range):
                if self.is_empty:
                    return None
                word = words.constant(0, self.width)
                for code, value in enumerate(self.values):
                    if code and value in cases:
                        constant = words.constant(code, self.width)
                        word = words.choose(cases[value], constant, word)
                return word
            case _:
                raise TypeError(f"{self.name} holds something else")

    def fits(self, meanings: Meanings, meaning: Meaning) -> Term:
        """Whether a meaning is one of the values; plainly true where that is plain."""
        match meaning:
            case Number(low=low, high=high) if isinstance(self.values, range):
                least, most = self.values[0], self.values[-1]
                if least <= low <= high <= most:
                    return meanings.words.true
                return meanings.numbers.inside(meaning, least, most)
            case Choice(cases=cases, complete=complete):
                inside = [term for value, term in cases.items() if value in self.values]
                if complete and len(inside) == len(cases):
                    return meanings.words.true
                return meanings.words.any(inside)
            case _:
                return meanings.words.true
