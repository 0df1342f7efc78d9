"""Candidates for lemmas, and lemmas put together so that a person can read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from frontend.formulas import building as formulas
from frontend.formulas.building import both, conjunction, implication
from frontend.model import (
    BOOL,
    FALSE,
    At,
    Binary,
    Bound,
    Expression,
    Operator,
    Read,
    ReferenceType,
    walk,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be a lemma: `forall binders: they stand at the places and differ => body`.

    Args:
        binders: what it is about; none for a formula that is closed by itself.
        places: by binder, where it stands, or None.
        body: what is said.
    """

    binders: tuple[Bound, ...]
    places: tuple[frozenset[int] | None, ...]
    body: Expression

    @property
    def formula(self) -> Expression:
        """The whole."""
        premises = both(self.distinct(), self.standing())
        return _closed(self.binders, implication(premises, self.body))

    @property
    def sort(self) -> str:
        """Of what it is about first; "" if of nothing."""
        kind = self.binders[0].type if self.binders else None
        return kind.sort if isinstance(kind, ReferenceType) else ""

    def standing(self) -> Expression:
        """That the threads stand at their places."""
        pairs = zip(self.binders, self.places, strict=True)
        return conjunction(At(one, places) for one, places in pairs if places is not None)

    def distinct(self) -> Expression:
        """That things of one sort differ."""
        return conjunction(
            Binary(Operator.NE, one, other, BOOL)
            for position, other in enumerate(self.binders)
            for one in self.binders[:position]
            if one.type == other.type
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Lemmas about the same things, as one formula.

    Args:
        formula: the conjunction, quantified once.
        members: numbers of the candidates.
    """

    formula: Expression
    members: tuple[int, ...]


def grouped(candidates: Sequence[Candidate], chosen: Iterable[int]) -> list[Group]:
    """The chosen candidates: those of one thread at one place together, and those that say of
    two threads how their locals of one sort hang together."""
    classes: dict[object, list[int]] = {}
    for number in chosen:
        classes.setdefault(_class(number, candidates[number]), []).append(number)
    by_said: dict[tuple[tuple[Bound, ...], Expression], list[tuple[frozenset[int], list[int]]]] = {}
    found: list[Group] = []
    for members in classes.values():
        first = candidates[members[0]]
        match first.places:
            case (frozenset() as place,):
                said = conjunction(candidates[number].body for number in members)
                by_said.setdefault((first.binders, said), []).append((place, members))
            case (frozenset(), frozenset()):
                said = conjunction(
                    implication(candidates[number].standing(), candidates[number].body)
                    for number in members
                )
                whole = _closed(first.binders, implication(first.distinct(), said))
                found.append(Group(whole, tuple(members)))
            case _:
                found += [Group(candidates[number].formula, (number,)) for number in members]
    for (binders, said), places in by_said.items():
        union = frozenset[int]().union(*(place for place, _ in places))
        one = Candidate(binders, (union,), said)
        found.append(Group(one.formula, tuple(n for _, members in places for n in members)))
    return sorted(found, key=lambda group: min(group.members))


def _class(number: int, candidate: Candidate) -> object:
    match candidate.places:
        case (frozenset() as place,):
            return candidate.binders, place
        case (frozenset(), frozenset()):
            sorts = {
                node.type.sort
                for node in walk(candidate.body)
                if isinstance(node, Read) and isinstance(node.type, ReferenceType)
            }
            return candidate.binders, frozenset(sorts), candidate.body == FALSE
        case _:
            return number


def _closed(binders: tuple[Bound, ...], body: Expression) -> Expression:
    return formulas.forall(binders, body) if binders else body
