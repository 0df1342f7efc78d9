"""From a counterexample to induction to lemmas that exclude it.

What small instances teach at once (`mining.py`) are short clauses about few things. Where they do
not suffice, an obligation is left that the lemmas do not imply, and in a small instance there is
a state that shows it: all lemmas hold, and a step leaves what was to be shown. If no run reaches
that state, something distinguishes it from all that were reached. Here the shortest clauses are
looked for that hold in those and are false in it (after Bradley and Manna, "Checking safety by
inductive generalization of counterexamples to induction", FMCAD 2007, and Ma and others, "I4",
SOSP 2019); the search proves the obligation from them, and then them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from frontend.formulas.building import disjunction, negation
from frontend.model import FALSE, Bound, Expression, Model, Object, Read, ReferenceType, walk
from verifier.every_size.lemmas.candidates import Candidate
from verifier.every_size.lemmas.covering import covers
from verifier.every_size.lemmas.critical_sections import Sections
from verifier.every_size.lemmas.goals import Kind, Obligation
from verifier.every_size.lemmas.instances import Instance
from verifier.every_size.lemmas.relations import LITERALS, About, Relations
from verifier.every_size.lemmas.section_system import Reduced
from verifier.every_size.lemmas.tables import Raw, Table
from verifier.every_size.lemmas.vocabulary import Family
from verifier.every_size.obligations.counterexample import SmallInstance
from verifier.protocol.task import Limits

STATES_A_GOAL = 20
"""How many counterexamples are looked at for the sake of one property."""

STATES = 40
"""How many for all of them."""

SIZES = 3
"""In how many of the explored instances counterexamples are looked for."""

TOGETHER = 3
"""About how many things a clause is at most."""

OFFERED = 8
"""How many clauses are tried for one counterexample."""

EFFORT = 4_000_000
"""How much work, in z3's `rlimit`, the search for one counterexample may cost."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A counterexample.

    Args:
        table: of the instance.
        raw: the state.
        places: where the threads stand.
        assumed: numbers of lemmas that were needed to exclude others.
    """

    table: Table
    raw: Raw
    places: Mapping[Object, int]
    assumed: tuple[int, ...]


class Strengthening:
    """A `Helper` of a search between sections.

    Args:
        model: the whole model.
        parts: its critical sections.
        instances: that were explored.
        scope: of the search; new lemmas are added to it.
        limits: time and memory.
        seed: for solvers.
    """

    def __init__(
        self,
        model: Model,
        parts: Sections,
        instances: Sequence[Instance],
        scope: Reduced,
        limits: Limits,
        seed: int,
    ) -> None:
        self._model = model
        self._instances = instances
        self._middle = parts.middle
        self._scope = scope
        self._limits = limits
        self._seed = seed
        self._outside = {
            thread.sort: frozenset(range(len(thread.locations))) - parts.middle[thread.sort]
            for thread in model.threads
        }
        self._words = Relations(model, self._outside)
        self._tables: list[Table] = []
        self._small_instances: dict[int, SmallInstance] = {}
        self._families: dict[About, tuple[Family, set[int]]] = {}
        self._widened: dict[Candidate, Candidate] = {}
        self._left = STATES
        self._left_here = 0
        self._dropped: Collection[int] = ()

    def turn_to(self, dropped: Collection[int]) -> None:
        """A property begins; lemmas that have been given up, as they become known."""
        self._left_here = STATES_A_GOAL
        self._dropped = dropped

    def more(
        self, item: Obligation, assumed: Sequence[int], alive: Collection[int]
    ) -> tuple[list[int], list[int]] | None:
        """See `Helper`."""
        if not self._left or not self._left_here:
            return None
        shown = self._show(item, assumed, alive)
        if shown is None:
            return [], []
        self._left -= 1
        self._left_here -= 1
        found: list[int] = []
        for candidate in self._clauses(shown, self._about(item)):
            number = self._offer(candidate, alive)
            if number is not None and number not in found:
                found.append(number)
            if len(found) >= OFFERED:
                break
        return list(shown.assumed), found

    def _offer(self, candidate: Candidate, alive: Collection[int]) -> int | None:
        """The number of a candidate at as many places as it holds at or, where that was given
        up, at these alone."""
        if candidate not in self._widened:
            self._widened[candidate] = self._wider(candidate)
        for one in (self._widened[candidate], candidate):
            number = self._scope.add(one)
            if number not in self._dropped and number not in alive:
                return number
        return None

    # --- counterexamples -------------------------------------------------------------------

    def _show(
        self, item: Obligation, assumed: Sequence[int], alive: Collection[int]
    ) -> _Shown | None:
        if not self._tables:
            self._tables = [Table(one, self._middle) for one in self._instances]
        step = self._scope.steps[item.step] if item.step >= 0 else None
        safe = item.kind is Kind.SAFE
        violations = (self._scope.goals[-1 - item.owner].name,) if safe else ()
        formula = None if safe else self._scope.conclusion(item)
        for position, table in enumerate(self._tables[:SIZES]):
            chosen = list(assumed)
            while True:
                known = [premise for premise, _ in self._scope.premises(item, chosen)]
                state = self._small_instance(position).before(known, step, formula, violations)
                if state is None:
                    break
                raw = table.raw(state)
                broken = [
                    number
                    for number in alive
                    if number not in chosen and not table.holds(self._scope.lemmas[number], raw)
                ]
                if not broken:
                    return _Shown(table, raw, state.places, tuple(chosen))
                chosen += broken[:OFFERED]
        return None

    def _small_instance(self, position: int) -> SmallInstance:
        if position not in self._small_instances:
            bounds = self._instances[position].bounds
            self._small_instances[position] = SmallInstance(
                self._model, bounds, self._limits, self._seed, EFFORT
            )
        return self._small_instances[position]

    def _about(self, item: Obligation) -> frozenset[str]:
        """The variables that an obligation is about."""
        nodes: list[object] = []
        if item.kind is not Kind.SAFE:
            nodes.append(self._scope.conclusion(item))
        if item.step >= 0:
            nodes += self._scope.steps[item.step].body
        return frozenset(
            part.variable for node in nodes for part in walk(node) if isinstance(part, Read)
        )

    # --- clauses ---------------------------------------------------------------------------

    def _clauses(self, shown: _Shown, about: frozenset[str]) -> Iterator[Candidate]:
        """Clauses that hold in the states that were reached and not in the one shown: few
        literals about few things first."""
        things = self._things(shown)
        done: set[tuple[About, int]] = set()
        for together in range(TOGETHER + 1):
            found: list[tuple[tuple[int, int], Candidate]] = []
            for chosen in combinations(things, together):
                kinds = tuple((one.sort, place) for one, place in chosen)
                if together == TOGETHER and all(place is None for _, place in kinds):
                    continue
                family, rows = self._family(kinds)
                row = shown.table.row(family, shown.raw, [one.index for one, _ in chosen])
                if row in rows or (kinds, row) in done:
                    continue
                done.add((kinds, row))
                order = sorted(
                    range(len(family.atoms)),
                    key=lambda atom: len(_variables(family.atoms[atom]) - about),
                )
                for atoms in covers(row, rows, LITERALS, OFFERED, order):
                    literals = [
                        negation(family.atoms[atom]) if row >> atom & 1 else family.atoms[atom]
                        for atom in atoms
                    ]
                    body = disjunction(literals)
                    if not _of_all(family, body):
                        continue
                    rank = len(atoms), len(_variables(body) - about)
                    found.append((rank, Candidate(family.binders, family.places, body)))
            found.sort(key=lambda pair: pair[0])
            yield from (candidate for _, candidate in found)

    def _things(self, shown: _Shown) -> list[tuple[Object, int | None]]:
        bounds = shown.table.instance.bounds
        found: list[tuple[Object, int | None]] = []
        for sort in self._model.sorts:
            objects = [Object(sort.name, index) for index in range(bounds[sort.name])]
            found += sorted(
                ((one, shown.places.get(one)) for one in objects),
                key=lambda pair: (-1 if pair[1] is None else pair[1], pair[0].index),
            )
        return found

    def _family(self, kinds: About) -> tuple[Family, set[int]]:
        if kinds not in self._families:
            family = self._words.family(kinds)
            rows: set[int] = set()
            for table in self._tables:
                rows |= table.rows(family)
            self._families[kinds] = family, rows
        return self._families[kinds]

    def _wider(self, candidate: Candidate) -> Candidate:
        """The candidate at more places, as far as it holds there in all states reached."""
        allowed = tuple(
            None if place is None else self._readable(one, candidate.body)
            for one, place in zip(candidate.binders, candidate.places, strict=True)
        )
        if all(place is None for place in allowed):
            return candidate
        seen: set[tuple[int, ...]] = set()
        wrong: set[tuple[int, ...]] = set()
        for table in self._tables:
            here, bad = table.standing(candidate.binders, allowed, candidate.body)
            seen |= here
            wrong |= bad
        ranges = [place for place in allowed if place is not None]
        good = set(product(*ranges)) - seen if candidate.body == FALSE else seen - wrong
        places = [set(place) for place in candidate.places if place is not None]
        for position, options in enumerate(ranges):
            for place in sorted(options - places[position]):
                tried = [*places[:position], {place}, *places[position + 1 :]]
                if all(one in good for one in product(*tried)):
                    places[position].add(place)
        rest = iter(places)
        return Candidate(
            candidate.binders,
            tuple(None if p is None else frozenset(next(rest)) for p in candidate.places),
            candidate.body,
        )

    def _readable(self, one: Bound, body: Expression) -> frozenset[int]:
        """Where the locals of a thread that a formula reads have values."""
        assert isinstance(one.type, ReferenceType), "a thread"
        locals_ = {item.name for item in self._model.variables if item.thread == one.type.sort}
        read = {
            part.variable
            for part in walk(body)
            if isinstance(part, Read) and part.variable in locals_ and part.arguments[0] == one
        }
        locations = self._model.thread(one.type.sort).locations
        return frozenset(
            place for place in self._outside[one.type.sort] if read <= locations[place].live
        )


def _variables(formula: Expression) -> frozenset[str]:
    return frozenset(part.variable for part in walk(formula) if isinstance(part, Read))


def _of_all(family: Family, body: Expression) -> bool:
    """Whether a clause speaks of every thing, by what it is or by where it stands."""
    named = {part.name for part in walk(body) if isinstance(part, Bound)}
    return all(
        place is not None or one.name in named
        for one, place in zip(family.binders, family.places, strict=True)
    )
