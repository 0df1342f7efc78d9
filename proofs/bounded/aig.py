"""And-inverter graphs: circuits of two-input and-gates and inverters.

Structural hashing keeps every gate once (Kuehlmann, Paruthi, Krohm, Ganai: "Robust Boolean
reasoning for equivalence checking and functional property verification", IEEE TCAD 2002).
Literals are those of the AIGER format (Biere, Heljanko, Wieringa: "AIGER 1.9 and beyond", 2011):
twice the variable, plus one when inverted; 0 is false and 1 is true.
"""

from __future__ import annotations

from collections.abc import Iterable

FALSE = 0
TRUE = 1


class Graph:
    """An and-inverter graph that only grows.

    Attributes:
        inputs: input name -> its literal, in order of creation.
        gates: variable -> the two literals of its and-gate, the larger first; None for inputs
            and for variable 0, the constant. Both literals are of smaller variables.
    """

    __slots__ = ("_known", "gates", "inputs")

    def __init__(self) -> None:
        self.inputs: dict[str, int] = {}
        self.gates: list[tuple[int, int] | None] = [None]
        self._known: dict[tuple[int, int], int] = {}

    def input(self, name: str) -> int:
        """The input of that name; made when it is new."""
        literal = self.inputs.get(name)
        if literal is None:
            literal = self.inputs[name] = 2 * len(self.gates)
            self.gates.append(None)
        return literal

    def both(self, left: int, right: int) -> int:
        """Whether two literals hold."""
        if left < right:
            left, right = right, left
        if right == FALSE or left == right ^ 1:
            return FALSE
        if right == TRUE or left == right:
            return left
        key = (left, right)
        literal = self._known.get(key)
        if literal is None:
            literal = self._known[key] = 2 * len(self.gates)
            self.gates.append(key)
        return literal

    def either(self, left: int, right: int) -> int:
        """Whether one of two literals holds."""
        return self.both(left ^ 1, right ^ 1) ^ 1

    def choose(self, condition: int, then: int, otherwise: int) -> int:
        """`then` where the condition holds, else `otherwise`."""
        if then == otherwise:
            return then
        if then == otherwise ^ 1:
            return self.equal(condition, then)
        yes, no = self.both(condition, then), self.both(condition ^ 1, otherwise)
        return self.either(yes, no)

    def equal(self, left: int, right: int) -> int:
        """Whether two literals have the same value."""
        return self.both(self.both(left, right ^ 1) ^ 1, self.both(left ^ 1, right) ^ 1)

    def differ(self, left: int, right: int) -> int:
        """Whether two literals have different values."""
        return self.equal(left, right) ^ 1

    def all(self, literals: Iterable[int]) -> int:
        """Whether every literal holds; a balanced tree, so that the depth stays small."""
        level = list(literals)
        while len(level) > 1:
            paired = [self.both(a, b) for a, b in zip(level[::2], level[1::2], strict=False)]
            level = paired + level[len(level) & ~1 :]
        return level[0] if level else TRUE

    def cone(self, outputs: Iterable[int]) -> list[int]:
        """The variables that literals depend on, ascending; the constant is left out."""
        seen: set[int] = set()
        pending = [literal >> 1 for literal in outputs]
        while pending:
            variable = pending.pop()
            if variable in seen:
                continue
            seen.add(variable)
            gate = self.gates[variable]
            if gate is not None:
                pending += (gate[0] >> 1, gate[1] >> 1)
        return sorted(seen - {0})
