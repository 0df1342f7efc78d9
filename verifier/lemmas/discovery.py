"""From a model to a proof of its properties for all sizes: explore, mine, search, prove."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from frontend.model import (
    Binary,
    Expression,
    Held,
    IntType,
    Model,
    Not,
    Operator,
    Property,
    PropertyKind,
    Read,
    Self,
)
from verifier.explicit.steps import judge
from verifier.lemmas.candidates import Candidate
from verifier.lemmas.instances import Instance, explore, sizes
from verifier.lemmas.mining import Clause, candidate, clauses, rows
from verifier.lemmas.reduced import Reduced
from verifier.lemmas.search import Goal, Result, Search
from verifier.lemmas.sections import Sections, sections
from verifier.lemmas.single import Single
from verifier.lemmas.tracking import Prover
from verifier.lemmas.unreduced import FOUND, LOCKS, Lemma, between, enabled, middle, unfailing
from verifier.lemmas.vocabulary import Family, Vocabulary
from verifier.unbounded.counting import is_count
from verifier.unbounded.folding import instantiate, nodes
from verifier.unbounded.locks import lock_lemmas

STATES = 8_000
"""How many states of an instance are explored."""

STUCK = "stuck"

T = TypeVar("T")


@dataclass(slots=True)
class Timing:
    """Seconds that parts took."""

    parts: dict[str, float] = field(default_factory=dict)

    def measure(self, name: str, work: Callable[[], T]) -> T:
        start = time.perf_counter()
        try:
            return work()
        finally:
            self.parts[name] = self.parts.get(name, 0.0) + time.perf_counter() - start


@dataclass(frozen=True, slots=True)
class Mined:
    """What small instances taught.

    Args:
        instances: that were explored.
        between: candidates for states in which no thread is in the middle of a section.
        inside: candidates for one thread in the middle.
    """

    instances: tuple[Instance, ...]
    between: tuple[Candidate, ...]
    inside: tuple[Candidate, ...]

    def always(self, formula: Expression) -> bool:
        """Whether a formula holds in every state that was reached."""
        for item in self.instances:
            holds = judge(item.formulas, [formula])
            if not all(holds(state, constants) for state, constants in item.states()):
                return False
        return True

    def violated(self) -> dict[str, Mapping[str, int]]:
        """Properties that an instance violates, and its bounds."""
        found: dict[str, Mapping[str, int]] = {}
        for item in self.instances:
            for name in sorted(item.violated):
                found.setdefault(name, item.bounds)
        return found


def mine(model: Model, parts: Sections, expired: Callable[[], bool]) -> Mined:
    """Explores small instances until more of them teach nothing new."""
    outside = {
        thread.sort: frozenset(range(len(thread.locations))) - parts.middle[thread.sort]
        for thread in model.threads
    }
    families = list(Vocabulary(model, outside).families())
    inner = list(Vocabulary(model, parts.middle).at_places())
    nowhere: dict[str, frozenset[int]] = {thread.sort: frozenset() for thread in model.threads}
    seen: list[set[int]] = [set() for _ in families]
    seen_inside: list[set[int]] = [set() for _ in inner]
    found: list[Clause] = []
    instances: list[Instance] = []
    for bounds in sizes(model):
        if expired():
            break
        item = explore(model, bounds, STATES, expired)
        if item is None:
            continue
        instances.append(item)
        for known, new in zip(seen, rows(families, item, parts.middle), strict=True):
            known |= new
        for known, new in zip(seen_inside, rows(inner, item, nowhere), strict=True):
            known |= new
    found = _clauses(families, seen)
    inside = _clauses(inner, seen_inside)
    return Mined(
        tuple(instances),
        tuple(candidate(clause, families) for clause in found),
        tuple(candidate(clause, inner) for clause in inside if clause.literals),
    )


def _clauses(families: Sequence[Family], values: Sequence[set[int]]) -> list[Clause]:
    return [
        clause
        for number, (family, rows) in enumerate(zip(families, values, strict=True))
        for clause in clauses(number, family, rows)
    ]


def asked(model: Model, names: Sequence[str]) -> list[Property]:
    """The properties of those names that say something of all states or steps."""
    return [
        item
        for item in model.properties
        if item.name in names and item.kind is not PropertyKind.REACHABLE
    ]


def unguarded(expression: Expression, lock: Read | None) -> Expression | None:
    """F of a formula `!held(lock) => F`."""
    match expression:
        case Binary(operator=Operator.IMPLIES, left=Not(operand=Held(lock=held)), right=right) if (
            held == lock
        ):
            return right
        case _:
            return None


def goals(properties: Sequence[Property]) -> list[Goal]:
    """The properties as goals of a search."""
    return [Goal(item.name, item.expression) for item in properties]


def between_lemmas(
    model: Model, properties: Sequence[Property], parts: Sections, mined: Mined
) -> list[Candidate]:
    """The candidates of a search between sections: what the properties say themselves, lemmas by
    the author, then what was mined."""
    found: list[Candidate] = []
    stated = [item for item in model.properties if item.kind is PropertyKind.LEMMA]
    for item in [*properties, *stated]:
        if item.expression is None or item.built_in:
            continue
        inner = unguarded(item.expression, parts.lock)
        found += [Candidate((), (), inner)] if inner is not None else []
        if inner is None or any(parts.inner.values()):
            found.append(Candidate((), (), item.expression))
    counted = {name for item in found for name in _counters(item.body)}
    mined_ones = []
    for item in mined.between:
        counters = _counters(item.body)
        if not counters & counted:
            counted |= counters
            mined_ones.append(item)
    return [*dict.fromkeys(found), *mined_ones]


def _counters(formula: Expression) -> set[str]:
    """The numbers that a formula sets equal to a count: one such fact about each is enough, and
    every count that obligations mention makes them harder."""
    if not any(is_count(node) for node in nodes(formula)):
        return set()
    return {
        node.variable
        for node in nodes(formula)
        if isinstance(node, Read) and isinstance(node.type, IntType)
    }


def single_lemmas(
    model: Model,
    properties: Sequence[Property],
    parts: Sections,
    mined: Mined,
    found: Sequence[Expression],
) -> tuple[list[Lemma], list[int]]:
    """The formulas to prove of single steps, and by property the source of its own."""
    lemmas = [Lemma(item, LOCKS) for item in lock_lemmas(model)]
    for source, formula in enumerate(found):
        lemmas += _one(model, parts, formula, source, always=mined.always(formula))
    sources: list[int] = []
    source = len(found)
    for item in properties:
        if item.kind is PropertyKind.ASSERT or item.kind is PropertyKind.FAULT:
            lemmas += unfailing(model, parts, item.name, source)
        elif item.name == STUCK and item.built_in:
            lemmas += enabled(model, parts, source)
        elif (
            item.expression is not None
            and not item.built_in
            and unguarded(item.expression, parts.lock) is None
            and item.expression not in found
        ):
            lemmas += _one(model, parts, item.expression, source, always=True)
        sources.append(source)
        source += 1
    return lemmas, sources


def _one(
    model: Model, parts: Sections, formula: Expression, source: int, *, always: bool
) -> Iterator[Lemma]:
    if always:
        yield Lemma(formula, source)
    else:
        yield from between(model, parts, formula, source)
    yield from middle(model, parts, formula, source, always=always)


@dataclass(frozen=True, slots=True)
class Found:
    """What a discovery came to.

    Args:
        parts: the sections that the search took together.
        mined: what it started from.
        candidates: the search's.
        first: what proves the properties between sections.
        single: the single steps, their lemmas and goals; None if the first search failed.
        second: what proves the properties of single steps.
    """

    parts: Sections
    mined: Mined
    candidates: Sequence[Candidate]
    first: Result
    single: Single | None
    second: Result | None


def discover(
    model: Model,
    properties: Sequence[Property],
    prover: Prover,
    expired: Callable[[], bool],
    timing: Timing,
) -> Found:
    """Looks for lemmas that prove properties, and proves them of the model's single steps."""
    parts = timing.measure("reduce", lambda: sections(model))
    mined = timing.measure("explore", lambda: mine(model, parts, expired))
    violated = mined.violated()
    open_ones = [item for item in properties if item.name not in violated]
    candidates = between_lemmas(model, open_ones, parts, mined)
    scope = Reduced(model, parts, [item.formula for item in candidates], goals(open_ones))
    first = timing.measure("search", lambda: Search(prover, scope, minimal=True).run())
    left = [item for item in open_ones if item.name not in first.failed]
    if not left:
        return Found(parts, mined, candidates, first, None, None)
    chosen = [candidates[number].formula for number in first.lemmas]
    lemmas, sources = single_lemmas(model, left, parts, mined, chosen)
    given = range(len(lemmas))
    for item in mined.inside:
        (one,), (places,) = item.binders, item.places
        body = instantiate(item.body, {one.name: Self(one.type)})
        lemmas.append(Lemma(item.formula, FOUND, item.sort, places or frozenset(), body))
    single = Single(model, parts, lemmas, goals(left), sources, prover)
    second = timing.measure(
        "prove", lambda: Search(prover, single, tuple(given), minimal=False).run()
    )
    return Found(parts, mined, candidates, first, single, second)
