"""Guesses at invariants of an instance: what holds in the states that small instances reach.

Clauses about threads where they stand, about objects and about two threads are mined as for
proofs for all sizes (`lemmas`); what authors state, and what numbers count, is carried to each
place in the middle of a critical section as a weakest precondition. None is believed:
`strengthen` keeps those that the bounded system keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from frontend.model import Binary, Expression, Held, Model, Not, Operator, PropertyKind
from verifier.every_size.lemmas.critical_sections import Sections, sections
from verifier.every_size.lemmas.instances import Instance, explore, sizes
from verifier.every_size.lemmas.mining import candidate, clauses, rows
from verifier.every_size.lemmas.single_step_lemmas import FOUND, between, middle
from verifier.every_size.lemmas.vocabulary import Family, Vocabulary
from verifier.every_size.obligations.universe import Beyond

STATES = 4_000
"""How many states of a small instance are explored."""

MOST = 2_000
"""Guesses beyond which no more are made: each costs an encoding and its part of a query."""


def guesses(model: Model, expired: Callable[[], bool]) -> tuple[Expression, ...]:
    """Closed formulas that may be invariants, what the author states first.

    Args:
        model: a model or a slice of one.
        expired: asked often; when it says so, what was found so far is returned.
    """
    found: dict[Expression, None] = {}
    for item in _guesses(model, expired):
        if len(found) >= MOST or expired():
            break
        found[item] = None
    return tuple(found)


def _guesses(model: Model, expired: Callable[[], bool]) -> Iterator[Expression]:
    parts = sections(model)
    anywhere = {item.sort: frozenset(range(len(item.locations))) for item in model.threads}
    nowhere: dict[str, frozenset[int]] = {item.sort: frozenset() for item in model.threads}
    families = [item for item in Vocabulary(model, anywhere).families() if item.atoms]
    objects = [item for item in families if all(place is None for place in item.places)]
    shared = [replace(item, width=min(item.width, 2)) for item in objects]
    instances = [
        item
        for bounds in sizes(model)
        if not expired() and (item := explore(model, bounds, STATES, expired)) is not None
    ]
    for formula in [*_stated(model, parts), *_mined(shared, instances, parts.middle)]:
        with suppress(Beyond):
            yield from (item.formula for item in between(model, parts, formula, FOUND))
            yield from (item.formula for item in middle(model, parts, formula, FOUND, always=False))
    yield from _mined(families, instances, nowhere)


def _stated(model: Model, parts: Sections) -> Iterator[Expression]:
    """What the author says of states in which no thread is in the middle of a section."""
    for item in model.properties:
        if item.kind is PropertyKind.REACHABLE or item.expression is None or item.built_in:
            continue
        match item.expression:
            case Binary(operator=Operator.IMPLIES, left=Not(operand=Held(lock=lock)), right=said):
                yield said if lock == parts.lock else item.expression
            case _:
                yield item.expression


def _mined(
    families: Sequence[Family],
    instances: Sequence[Instance],
    middle_of: Mapping[str, frozenset[int]],
) -> Iterator[Expression]:
    """Clauses of families that hold in all states but those with a thread in the middle."""
    seen: list[set[int]] = [set() for _ in families]
    for item in instances:
        for known, new in zip(seen, rows(families, item, middle_of), strict=True):
            known |= new
    for number, (family, values) in enumerate(zip(families, seen, strict=True)):
        for clause in clauses(number, family, values):
            yield candidate(clause, families).formula
