"""Unit propagation with two watched literals.

Literals are DIMACS integers, and index lists of length 2n + 1 directly: `values[-v]` counts from
the end. Plain loops over local names: this is where the time goes.

Source: Moskewicz, Madigan, Zhao, Zhang, Malik, "Chaff: engineering an efficient SAT solver" (DAC
2001).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NONE = -1
"""No clause: the reason of an assumption."""


class Propagation:
    """Clauses, and a trail of literals that are true.

    The first part of the trail, the base, holds without assumptions. Clauses are numbered from 0
    as they come. Detaching and attaching is allowed only while nothing is assumed.

    Args:
        variables: the largest variable.
    """

    __slots__ = (
        "_binary", "_head", "_watches", "clauses", "positions", "reasons", "trail", "values",
    )  # fmt: skip

    def __init__(self, variables: int) -> None:
        size = 2 * variables + 1
        self.clauses: list[list[int]] = []
        self.trail: list[int] = []
        self.values = [0] * size
        """1: true; -1: false; 0: open."""
        self.reasons = [NONE] * size
        """True literal -> the clause that made it true."""
        self.positions = [NONE] * size
        """True literal of the base -> its place on the trail."""
        self._binary: list[list[tuple[int, int]]] = [[] for _ in range(size)]
        self._watches: list[list[int]] = [[] for _ in range(size)]
        self._head = 0

    def new(self, literals: Iterable[int]) -> int:
        """The number of a new clause; literals without repetition, no tautology. Not attached."""
        self.clauses.append(list(literals))
        return len(self.clauses) - 1

    def attach(self, number: int) -> int:
        """Starts to watch a clause; if it is unit, puts its literal on the trail.

        Returns:
            NONE, or the clause's number if all its literals are false.
        """
        clause = self.clauses[number]
        values = self.values
        if len(clause) > 1:
            self._choose(clause)
            first, second = clause[0], clause[1]
            if len(clause) == 2:
                self._binary[-first].append((second, number))
                self._binary[-second].append((first, number))
            else:
                self._watches[-first].append(number)
                self._watches[-second].append(number)
            if values[second] >= 0 or values[first] > 0:
                return NONE
        elif not clause:
            return number
        first = clause[0]
        if values[first] < 0:
            return number
        if values[first] == 0:
            self._assign(first, number)
        return NONE

    def _choose(self, clause: list[int]) -> None:
        """Moves the literals to the front that stay or become open last when the trail shrinks."""
        values, positions = self.values, self.positions
        if values[clause[0]] == 0 and values[clause[1]] == 0:
            return
        last = len(self.trail)
        clause.sort(
            key=lambda literal: last if values[literal] >= 0 else positions[-literal],
            reverse=True,
        )

    def detach(self, number: int) -> None:
        """Stops watching a clause."""
        clause = self.clauses[number]
        if len(clause) > 2:
            self._watches[-clause[0]].remove(number)
            self._watches[-clause[1]].remove(number)
        elif len(clause) == 2:
            self._binary[-clause[0]].remove((clause[1], number))
            self._binary[-clause[1]].remove((clause[0], number))

    def is_reason(self, number: int) -> bool:
        """Whether some literal is true because of this clause."""
        values, reasons = self.values, self.reasons
        return any(
            values[literal] > 0 and reasons[literal] == number for literal in self.clauses[number]
        )

    def _assign(self, literal: int, reason: int) -> None:
        self.values[literal] = 1
        self.values[-literal] = -1
        self.reasons[literal] = reason
        self.trail.append(literal)

    def assume(self, literals: Iterable[int]) -> None:
        """Makes literals true, none of which is false, until `shrink`."""
        values = self.values
        for literal in literals:
            if values[literal] == 0:
                self._assign(literal, NONE)

    def settle(self) -> int:
        """Propagates and makes all that is on the trail part of the base.

        Returns:
            NONE, or the number of a clause whose literals are all false.
        """
        conflict = self.propagate()
        positions = self.positions
        for place in range(len(self.trail) - 1, -1, -1):
            literal = self.trail[place]
            if positions[literal] >= 0:
                break
            positions[literal] = place
        return conflict

    def shrink(self, size: int) -> None:
        """Undoes the trail down to a size at which it was fully propagated."""
        trail, values, positions = self.trail, self.values, self.positions
        for literal in trail[size:]:
            values[literal] = values[-literal] = 0
            positions[literal] = NONE
        del trail[size:]
        self._head = size

    def propagate(self) -> int:
        """Follows the clauses that are unit until none is left.

        Returns:
            NONE, or the number of a clause whose literals are all false.
        """
        values, reasons, trail = self.values, self.reasons, self.trail
        binary, watches, clauses = self._binary, self._watches, self.clauses
        head = self._head
        while head < len(trail):
            literal = trail[head]
            head += 1
            for implied, number in binary[literal]:
                value = values[implied]
                if value > 0:
                    continue
                if value < 0:
                    return number
                values[implied] = 1
                values[-implied] = -1
                reasons[implied] = number
                trail.append(implied)
            watching = watches[literal]
            if not watching:
                continue
            falsified = -literal
            keep: list[int] = []
            for place, number in enumerate(watching):
                clause = clauses[number]
                first = clause[0]
                if first == falsified:
                    first = clause[0] = clause[1]
                    clause[1] = falsified
                value = values[first]
                if value > 0:
                    keep.append(number)
                    continue
                for index in range(2, len(clause)):
                    other = clause[index]
                    if values[other] >= 0:
                        clause[1] = other
                        clause[index] = falsified
                        watches[-other].append(number)
                        break
                else:
                    keep.append(number)
                    if value < 0:
                        keep += watching[place + 1 :]
                        watches[literal] = keep
                        return number
                    values[first] = 1
                    values[-first] = -1
                    reasons[first] = number
                    trail.append(first)
            watches[literal] = keep
        self._head = head
        return NONE

    def explain(self, conflict: Sequence[int], base: int) -> tuple[list[int], set[int]]:
        """Why all literals of a clause are false.

        Args:
            conflict: the clause.
            base: how much of the trail is not to be explained.

        Returns:
            The clauses that became unit after that, in their order, and the true literals that
            the explanation rests on (of the base, or assumed).
        """
        trail, reasons, clauses = self.trail, self.reasons, self.clauses
        needed = {-literal for literal in conflict}
        chain: list[int] = []
        for place in range(len(trail) - 1, base - 1, -1):
            literal = trail[place]
            if literal not in needed:
                continue
            reason = reasons[literal]
            if reason == NONE:
                continue
            needed.discard(literal)
            chain.append(reason)
            for other in clauses[reason]:
                if other != literal:
                    needed.add(-other)
        chain.reverse()
        return chain, needed
