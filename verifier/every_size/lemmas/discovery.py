"""From a model to a proof of its properties for all sizes: explore, mine, search, prove."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from frontend.model import Expression, IntType, Model, Property, PropertyKind, Read, walk
from verifier.bounded.smt import Stopped
from verifier.every_size.lemmas.candidates import Candidate
from verifier.every_size.lemmas.critical_sections import Sections, sections, unmerged
from verifier.every_size.lemmas.goals import Result
from verifier.every_size.lemmas.houdini import Search, Told, nobody
from verifier.every_size.lemmas.instances import Instance, explore, larger, sizes
from verifier.every_size.lemmas.mining import Clause, candidate, clauses, rows
from verifier.every_size.lemmas.proving import STUCK, Proving, goals, unguarded
from verifier.every_size.lemmas.section_system import Reduced
from verifier.every_size.lemmas.single_step_system import Single
from verifier.every_size.lemmas.strengthening import Strengthening
from verifier.every_size.lemmas.unsat_cores import Prover
from verifier.every_size.lemmas.vocabulary import Family, Vocabulary
from verifier.every_size.obligations.counting import is_count
from verifier.explicit.steps import judge
from verifier.protocol.task import Limits

LOG = logging.getLogger(__name__)

STATES = 8_000
"""How many states of an instance are explored."""

FEWER_STATES = 2_000
"""The same for the larger ones."""


@dataclass(slots=True)
class Timing:
    """Seconds that parts take.

    Args:
        clock: tells seconds.
        started: told the name of each part when it starts.
        counted: told how much of a part, or of something in it, is done.
    """

    clock: Callable[[], float]
    started: Callable[[str], object]
    counted: Told = nobody
    parts: dict[str, float] = field(default_factory=dict)
    _at: str = ""

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """What runs inside is a part of that name."""
        self.started(name)
        self._at = name
        start = self.clock()
        try:
            yield
        finally:
            spent = self.clock() - start
            self.parts[name] = self.parts.get(name, 0.0) + spent
            LOG.debug("%s: %.3f s", name, spent)

    def count(self, what: str, done: int, of: int, more: str) -> None:
        """So much is done of something in the part that goes on, or of the part."""
        self.counted(what or self._at, done, of, more)


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


def mine(model: Model, parts: Sections, limits: Limits, told: Told = nobody) -> Mined:
    """Explores small instances, larger ones as long as the last one changed what seems true."""
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
    changed = True

    def learn(bounds: Mapping[str, int], states: int) -> None:
        nonlocal found, changed
        if limits.expired():
            return
        item = explore(model, bounds, min(states, limits.states), limits.expired)
        if item is None:
            return
        instances.append(item)
        for known, new in zip(seen, rows(families, item, parts.middle), strict=True):
            known |= new
        for known, new in zip(seen_inside, rows(inner, item, nowhere), strict=True):
            known |= new
        before, found = found, _clauses(families, seen)
        changed = before != found

    small, large = list(sizes(model)), list(larger(model))
    for number, bounds in enumerate((*small, *large), 1):
        told("", number, len(small) + len(large), "")
        if number <= len(small):
            learn(bounds, STATES)
        elif changed:
            learn(bounds, FEWER_STATES)
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


def stated_lemmas(model: Model, properties: Sequence[Property], parts: Sections) -> list[Candidate]:
    """Candidates that the author wrote: properties, and lemmas."""
    found: list[Candidate] = []
    lemmas = [item for item in model.properties if item.kind is PropertyKind.LEMMA]
    for item in [*properties, *lemmas]:
        if item.expression is None or item.built_in:
            continue
        inner = unguarded(item.expression, parts.lock)
        found += [Candidate((), (), inner)] if inner is not None else []
        if inner is None or any(parts.inner.values()):
            found.append(Candidate((), (), item.expression))
    return list(dict.fromkeys(found))


def mined_lemmas(stated: Sequence[Candidate], mined: Sequence[Candidate]) -> list[Candidate]:
    """The mined candidates without those that relate a number to a count when another already
    does: every count that an obligation mentions makes it harder."""
    counted = {name for item in stated for name in _counters(item.body)}
    found = []
    for item in mined:
        counters = _counters(item.body)
        if not counters & counted:
            counted |= counters
            found.append(item)
    return found


def _counters(formula: Expression) -> set[str]:
    """The numbers that a formula relates to a count."""
    if not any(is_count(node) for node in walk(formula)):
        return set()
    return {
        node.variable
        for node in walk(formula)
        if isinstance(node, Read) and isinstance(node.type, IntType)
    }


@dataclass(frozen=True, slots=True)
class Found:
    """What a discovery came to.

    Args:
        parts: the sections that the search took together.
        mined: what it started from.
        candidates: the search's; the first `stated` are what properties say.
        stated: how many candidates are not mined.
        reduced: the system between sections.
        first: what proves the properties there.
        single: the system of single steps; None if the first search failed.
        second: what proves the properties there.
        gaps: whether that is no proof after all.
        lasting: the candidates behind the proof that hold in the middle of sections too.
        stopped: the limit that ended it early, or "".
    """

    parts: Sections
    mined: Mined
    candidates: Sequence[Candidate]
    stated: int
    reduced: Reduced
    first: Result
    single: Single | None = None
    second: Result | None = None
    gaps: bool = True
    lasting: frozenset[int] = frozenset()
    stopped: str = ""

    def proved(self, name: str) -> bool:
        """Whether a property is proved of the single steps."""
        if self.single is None or self.second is None or self.gaps:
            return False
        known = any(goal.name == name for goal in self.single.goals)
        return known and name not in self.second.failed


def discover(
    model: Model,
    properties: Sequence[Property],
    prover: Prover,
    limits: Limits,
    timing: Timing,
    *,
    hopeless: bool = False,
    reduction: bool = True,
    seed: int = 0,
) -> Found:
    """Looks for lemmas that prove properties, and proves them of the model's single steps.

    Args:
        model: the whole model.
        properties: of the model.
        prover: discharges obligations.
        limits: time and memory.
        timing: measures the parts.
        hopeless: whether a proof is tried even of properties that an explored instance violates.
        reduction: whether critical sections are one transition while lemmas are searched.
        seed: for solvers.

    Where a limit is met, what was proved up to then is proved.
    """
    parts = sections(model) if reduction else unmerged(model)
    with timing.part("explore"):
        mined = mine(model, parts, limits, timing.count)
    violated = {} if hopeless else mined.violated()
    open_ones = [item for item in properties if item.name not in violated]
    stated = stated_lemmas(model, open_ones, parts)
    candidates = [*stated, *mined_lemmas(stated, mined.between)]
    reduced = Reduced(model, parts, candidates, goals(open_ones, parts))
    helper = Strengthening(model, parts, mined.instances, reduced, limits, seed)
    search = Search(prover, reduced, minimal=True, helper=helper, told=timing.count)
    found = Found(parts, mined, reduced.candidates, len(stated), reduced, search.result)
    always, told = mined.always, timing.count
    proving = Proving(model, parts, mined.inside, reduced, always, prover, told)

    def prove(left: Sequence[Property]) -> bool:
        """Proves properties of the single steps; whether there was the time."""
        nonlocal found
        with timing.part("prove"):
            known = proving.prove(search.result, left)
        found = replace(
            found,
            first=search.result.copy(),
            single=known.single,
            second=known.result,
            gaps=known.gaps,
            lasting=known.lasting,
            stopped=known.stopped,
        )
        return not known.stopped

    try:
        with timing.part("search"):
            easy = search.easy([n for n, item in enumerate(open_ones) if _cheap(item)])
        if easy and not prove([open_ones[number] for number in easy]):
            return found
        with timing.part("search"):
            search.run()
        left = _left(open_ones, search)
        if len(left) > len(easy) and not prove(left):
            return found
        if found.single is None or len(left) == len(easy):
            found = replace(found, first=search.result.copy())
        with timing.part("search"):
            helped = search.strengthen()
        if helped:
            prove(_left(open_ones, search))
    except Stopped as stopped:
        return replace(found, stopped=stopped.reason)
    return found


def _cheap(item: Property) -> bool:
    """Whether few lemmas, if any, are needed."""
    return item.built_in and item.name != STUCK


def _left(properties: Sequence[Property], search: Search) -> list[Property]:
    return [item for item in properties if item.name not in search.result.failed]
