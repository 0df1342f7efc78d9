"""The system in which critical sections are single transitions, for the search of lemmas."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from frontend.formulas import building as formulas
from frontend.model import At, Expression, Model
from verifier.analysis.lock_facts import lock_lemmas
from verifier.every_size.lemmas.candidates import Candidate
from verifier.every_size.lemmas.critical_sections import Sections, someone
from verifier.every_size.lemmas.goals import Goal, Kind, Mentions, Obligation, Touched, judged


class Reduced:
    """A `Scope`: transitions between states in which no thread is in the middle of a section.

    Args:
        model: the whole model.
        sections: its critical sections.
        candidates: likelier ones first.
        goals: what they should prove.
    """

    def __init__(
        self,
        model: Model,
        sections: Sections,
        candidates: Sequence[Candidate],
        goals: Sequence[Goal],
    ) -> None:
        self.candidates = list(candidates)
        self.lemmas = [item.formula for item in candidates]
        self._places = list(map(_places, candidates))
        self._numbers = {item: number for number, item in enumerate(candidates)}
        self.goals = goals
        self.steps = (*sections.steps, *sections.prefixes)
        self._base = [*lock_lemmas(model), *between_sections(model, sections)]
        self._whole = len(sections.steps)
        self._touched = [Touched(model, step) for step in self.steps]
        self._mentions: dict[int, Mentions] = {}

    def add(self, candidate: Candidate) -> int:
        """Adds a candidate unless it is known; its number."""
        if candidate not in self._numbers:
            self._numbers[candidate] = len(self.candidates)
            self.candidates.append(candidate)
            self.lemmas.append(candidate.formula)
            self._places.append(_places(candidate))
        return self._numbers[candidate]

    def obligations(self, owner: int) -> Iterator[Obligation]:
        """See `Scope`. Some invariants must hold in the middle of sections too."""
        if owner < 0:
            goal = self.goals[-1 - owner]
            if goal.expression is None:
                for number in range(self._whole):
                    if judged(self.steps[number], goal.name):
                        yield Obligation(owner, Kind.SAFE, number)
                return
            yield Obligation(owner, Kind.FOLLOWS)
            prefixes = range(self._whole, len(self.steps)) if goal.inside else ()
            for number in prefixes:
                yield Obligation(owner, Kind.KEPT, number)
            return
        yield Obligation(owner, Kind.START)
        if owner not in self._mentions:
            self._mentions[owner] = Mentions.of(self.lemmas[owner])
        for number in range(self._whole):
            if self._touched[number].by(self._mentions[owner]):
                yield Obligation(owner, Kind.KEPT, number)

    def conclusion(self, item: Obligation) -> Expression:
        """See `Scope`."""
        if item.owner >= 0:
            return self.lemmas[item.owner]
        formula = self.goals[-1 - item.owner].expression
        assert formula is not None, "an invariant"
        return formula

    def premises(
        self, item: Obligation, lemmas: Sequence[int]
    ) -> list[tuple[Expression, int | None]]:
        """See `Scope`."""
        del item
        known: list[tuple[Expression, int | None]] = [(formula, None) for formula in self._base]
        return [*known, *((self.lemmas[number], number) for number in lemmas)]

    def choices(
        self, item: Obligation, required: Collection[int], alive: Collection[int]
    ) -> Iterator[list[int]]:
        """See `Scope`. Lemmas about threads at other places than those that an obligation is
        about seldom help."""
        own = [item.owner] if item.owner >= 0 else []
        if item.kind is Kind.START:
            yield own
            return
        if item.kind is Kind.KEPT and own:
            here = {*self._places[item.owner], self.steps[item.step].source}
            near = [number for number in alive if self._places[number] <= here]
            known = [number for number in near if number in required]
            yield [*dict.fromkeys((*own, *known))]
            yield [*dict.fromkeys((*own, *required))]
            yield near
        else:
            yield list(required)
        yield list(alive)


def _places(item: Candidate) -> frozenset[int]:
    return frozenset[int]().union(*(one for one in item.places if one is not None))


def between_sections(model: Model, sections: Sections) -> Iterator[Expression]:
    """That no thread is in the middle of a section."""
    for thread in model.threads:
        places = sections.middle[thread.sort]
        if places:
            one = someone(thread)
            yield formulas.forall((one,), formulas.negation(At(one, places)))
