"""Which truth values some formulas can have together, told by those of their atoms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from itertools import product
from operator import and_, or_

from proofs.every_size.terms import BOOL, FALSE, TRUE, Term, equal

REGIONS = 32
"""More combinations of answers than that are not made."""

CELLS = 4096
"""So many combinations of values of atoms are gone through at most."""


def answers(bodies: Sequence[Term], members: Mapping[str, int]) -> list[tuple[bool, ...]] | None:
    """The answers of the bodies together for all truth values of their atoms; None for too many.

    Atoms are independent of each other, except that a term equals one literal only.
    """
    atoms = [*dict.fromkeys(atom for body in bodies for atom in _atoms(body))]
    values: dict[Term, list[Term | None]] = {}
    for atom in atoms:
        if _compares(atom):
            values.setdefault(atom.args[0], []).append(atom.args[1])
        else:
            values[atom] = [TRUE, FALSE]
    cells = 1
    for term, known in values.items():
        if term.sort != BOOL and len(known) < members.get(term.sort, len(known) + 1):
            known.append(None)
        cells *= len(known)
    if cells > CELLS:
        if 2 ** len(bodies) > REGIONS:
            return None
        return [*product((False, True), repeat=len(bodies))]
    return _split(bodies, _Cells(values, cells))


class _Cells:
    """All combinations of values of atoms, numbered; a set of them is the bits of an integer."""

    def __init__(self, values: Mapping[Term, Sequence[Term | None]], cells: int) -> None:
        self.every = (1 << cells) - 1
        self.sets: dict[Term, int] = {TRUE: self.every, FALSE: 0}
        period = 1
        for term, known in values.items():
            for place, value in enumerate(known):
                block = ((1 << period) - 1) << (place * period)
                width = period * len(known)
                found = 0
                for start in range(0, cells, width):
                    found |= block << start
                if term.sort != BOOL and value is not None:
                    self.sets[equal(term, value)] = found
                elif value is TRUE:
                    self.sets[term] = found
            period *= len(known)

    def where(self, term: Term) -> int:
        """The combinations for which a formula is true."""
        found = self.sets.get(term)
        if found is None:
            found = self.sets[term] = self._combined(term)
        return found

    def _combined(self, term: Term) -> int:
        parts = [self.where(arg) for arg in term.args]
        match term.op:
            case "and":
                return reduce(and_, parts)
            case "or":
                return reduce(or_, parts)
            case "not":
                return self.every & ~parts[0]
            case "ite":
                return (parts[0] & parts[1]) | (self.every & ~parts[0] & parts[2])
            case _:
                return self.every & ~(parts[0] ^ parts[1])


def _split(bodies: Sequence[Term], cells: _Cells) -> list[tuple[bool, ...]] | None:
    """The answers that some combination gives; None as soon as they are too many."""
    found: list[tuple[tuple[bool, ...], int]] = [((), cells.every)]
    for body in bodies:
        true = cells.where(body)
        found = [
            ((*signs, sign), part)
            for signs, rest in found
            for sign, part in ((True, rest & true), (False, rest & ~true))
            if part
        ]
        if len(found) > REGIONS:
            return None
    return [signs for signs, _ in found]


def _compares(atom: Term) -> bool:
    return atom.op == "=" and atom.args[1].op == "literal"


def _atoms(term: Term) -> Iterator[Term]:
    if term in (TRUE, FALSE):
        return
    if _is_connective(term):
        for arg in term.args:
            yield from _atoms(arg)
    else:
        yield term


def _is_connective(term: Term) -> bool:
    return term.op in ("and", "or", "not", "ite") or (term.op == "=" and term.args[0].sort == BOOL)
