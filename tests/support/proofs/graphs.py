"""And-inverter graphs for the tests: built by hand, by formula, and at random."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from itertools import product

TRUE = 1
FALSE = 0


class Builder:
    """Gates in order; literals are AIGER's. Nothing is simplified but repeated gates."""

    def __init__(self, inputs: Sequence[str] | int) -> None:
        self.names = () if isinstance(inputs, int) else inputs
        count = inputs if isinstance(inputs, int) else len(inputs)
        self.inputs = [2 * (number + 1) for number in range(count)]
        self.gates: list[tuple[int, int, int]] = []
        self._known: dict[tuple[int, int], int] = {}

    def both(self, left: int, right: int) -> int:
        if (left, right) not in self._known:
            gate = 2 * (len(self.inputs) + len(self.gates) + 1)
            self.gates.append((gate, left, right))
            self._known[left, right] = gate
        return self._known[left, right]

    def either(self, left: int, right: int) -> int:
        return self.both(left ^ 1, right ^ 1) ^ 1

    def differ(self, left: int, right: int) -> int:
        return self.either(self.both(left, right ^ 1), self.both(left ^ 1, right))

    def every(self, literals: Iterable[int]) -> int:
        result = TRUE
        for literal in literals:
            result = self.both(result, literal)
        return result

    def some(self, literals: Iterable[int]) -> int:
        return self.every(literal ^ 1 for literal in literals) ^ 1

    def text(self, outputs: int | Mapping[str, int]) -> str:
        literals = list(outputs.values()) if isinstance(outputs, Mapping) else [outputs]
        count = len(self.inputs) + len(self.gates)
        lines = [f"aag {count} {len(self.inputs)} 0 {len(literals)} {len(self.gates)}"]
        lines += [str(literal) for literal in (*self.inputs, *literals)]
        lines += [f"{gate} {left} {right}" for gate, left, right in self.gates]
        lines += [f"i{number} {name}" for number, name in enumerate(self.names)]
        if isinstance(outputs, Mapping):
            lines += [f"o{number} {name}" for number, name in enumerate(outputs)]
        return "\n".join(lines) + "\n"


def of_clauses(variables: int, clauses: Iterable[Sequence[int]]) -> str:
    builder = Builder(variables)
    literal = [builder.some(2 * abs(x) | (x < 0) for x in clause) for clause in clauses]
    return builder.text(builder.every(literal))


def random_formula(seed: int, variables: int, clauses: int) -> list[tuple[int, ...]]:
    source = random.Random(seed)
    return [
        tuple(x * source.choice((1, -1)) for x in source.sample(range(1, variables + 1), 3))
        for _ in range(clauses)
    ]


def pigeonhole(holes: int) -> tuple[int, list[tuple[int, ...]]]:
    """One pigeon more than holes: refuted by no short resolution proof (Haken 1985)."""
    place = [[p * holes + h + 1 for h in range(holes)] for p in range(holes + 1)]
    clauses = [tuple(row) for row in place]
    for first, second in product(range(holes + 1), repeat=2):
        if first < second:
            clauses += [(-place[first][h], -place[second][h]) for h in range(holes)]
    return holes * (holes + 1), clauses


def multiplication_commutes(width: int) -> str:
    """True where two multipliers, with their operands exchanged, differ: never."""
    builder = Builder(2 * width)
    left, right = builder.inputs[:width], builder.inputs[width:]
    products = _product(builder, left, right), _product(builder, right, left)
    return builder.text(builder.some(map(builder.differ, *products)))


def _product(builder: Builder, left: Sequence[int], right: Sequence[int]) -> list[int]:
    width = len(left)
    total = [FALSE] * (2 * width)
    for row, bit in enumerate(right):
        carry = FALSE
        for column, other in enumerate(left):
            summand, old = builder.both(other, bit), total[row + column]
            half = builder.differ(old, summand)
            total[row + column] = builder.differ(half, carry)
            carry = builder.either(builder.both(old, summand), builder.both(half, carry))
        total[row + width] = carry
    return total


def random_graph(seed: int, inputs: int = 5, gates: int = 25) -> str:
    """Constants, repeated and opposite operands included."""
    source = random.Random(seed)
    builder = Builder(inputs)
    for _ in range(gates):
        last = 2 * (inputs + len(builder.gates)) + 1
        builder.both(source.randint(max(0, last - 14), last), source.randint(0, last))
    return builder.text(2 * (inputs + len(builder.gates)) + source.randint(0, 1))
