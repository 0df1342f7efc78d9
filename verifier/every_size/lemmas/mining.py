"""Clauses that hold in all states that were reached.

For each family (`vocabulary.py`) the values of its atoms are collected over all states and all
objects: few different rows, however many the states. A clause holds when no row falsifies all its
literals; only clauses that no shorter one implies are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from frontend.formulas.building import disjunction, negation
from frontend.model import ReferenceType
from verifier.every_size.lemmas.candidates import Candidate
from verifier.every_size.lemmas.instances import Instance
from verifier.every_size.lemmas.vocabulary import Family
from verifier.explicit.formulas import Scope, literal
from verifier.explicit.steps import build


@dataclass(frozen=True, slots=True)
class Clause:
    """A disjunction of literals of a family: atoms by position, with their signs."""

    family: int
    literals: tuple[tuple[int, bool], ...]


def rows(
    families: Sequence[Family], instance: Instance, middle: Mapping[str, frozenset[int]]
) -> list[set[int]]:
    """By family, the values that its atoms take together (bit i: atom i), in the states in
    which no thread stands in the middle of a section."""
    found: list[set[int]] = [set() for _ in families]
    layout = instance.space.layout
    text = ["def collect(states, tables, out):", "  for s in states:", "    k = tables[s[0]]"]
    for sort, base in layout.counters.items():
        places = f"{{{', '.join(map(str, sorted(middle[sort])))}}}"
        counters = range(base, base + layout.bounds[sort]) if middle[sort] else ()
        text += [f"    if s[{counter}] in {places}: continue" for counter in counters]
    for number, family in enumerate(families):
        text += _source(number, family, instance)
    collect = build("\n".join(text) + "\n", "collect")
    collect(instance.space.states, instance.space.tables, found)
    return found


def _source(number: int, family: Family, instance: Instance) -> list[str]:
    layout = instance.space.layout
    found: list[str] = []
    sorts = []
    for binder in family.binders:
        assert isinstance(binder.type, ReferenceType), "objects are bound"
        sorts.append(binder.type.sort)
    for values in product(*(range(layout.bounds[sort]) for sort in sorts)):
        taken = list(zip(sorts, values, strict=True))
        if len(set(taken)) < len(taken):
            continue
        scope = Scope(
            "s",
            "",
            {b.name: literal(v) for b, v in zip(family.binders, values, strict=True)},
        )
        tests = [
            f"s[{layout.counters[sort] + value}] in {{{', '.join(map(str, sorted(places)))}}}"
            for (sort, value), places in zip(taken, family.places, strict=True)
            if places is not None
        ]
        terms = [
            f"({instance.formulas.source(atom, scope)}) * {1 << position}"
            for position, atom in enumerate(family.atoms)
        ]
        line = f"out[{number}].add({' + '.join(terms) or 0})"
        found.append(f"    if {' and '.join(tests)}: {line}" if tests else f"    {line}")
    return found


def clauses(number: int, family: Family, values: Iterable[int]) -> list[Clause]:
    """The clauses of a family that hold in all rows, shortest first."""
    given = sorted(values)
    everything = (1 << len(given)) - 1
    if not given:
        return [Clause(number, ())]
    true: list[int] = []
    for position in range(len(family.atoms)):
        mask = 0
        for row, value in enumerate(given):
            mask |= (value >> position & 1) << row
        true.append(mask)
    found: list[Clause] = []
    literals: list[tuple[int, bool, int]] = []
    for position, mask in enumerate(true):
        if mask == everything:
            found.append(Clause(number, ((position, True),)))
        elif mask == 0:
            found.append(Clause(number, ((position, False),)))
        else:
            literals += [(position, True, everything & ~mask), (position, False, mask)]
    pairs: set[tuple[int, int]] = set()
    if family.width >= 2:
        for (i, one), (j, other) in combinations(enumerate(literals), 2):
            if one[0] != other[0] and not one[2] & other[2]:
                pairs.add((i, j))
                found.append(Clause(number, ((one[0], one[1]), (other[0], other[1]))))
    if family.width >= 3:
        for i, j, k in combinations(range(len(literals)), 3):
            one, other, third = literals[i], literals[j], literals[k]
            if one[2] & other[2] & third[2]:
                continue
            if len({one[0], other[0], third[0]}) < 3 or {(i, j), (i, k), (j, k)} & pairs:
                continue
            found.append(
                Clause(number, ((one[0], one[1]), (other[0], other[1]), (third[0], third[1])))
            )
    return found


def candidate(clause: Clause, families: Sequence[Family]) -> Candidate:
    """The clause as a formula about what its family is about."""
    family = families[clause.family]
    literals = [
        family.atoms[position] if sign else negation(family.atoms[position])
        for position, sign in clause.literals
    ]
    return Candidate(family.binders, family.places, disjunction(literals))
