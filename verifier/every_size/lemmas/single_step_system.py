"""The system of the model's own steps, for the proof that is reported."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from frontend.formulas import building as formulas
from frontend.model import BOOL, At, Binary, Expression, Model, Operator, Self, Step, Thread
from verifier.every_size.lemmas.critical_sections import Sections, someone
from verifier.every_size.lemmas.goals import (
    Goal,
    Kind,
    Mentions,
    Obligation,
    Result,
    Touched,
    judged,
    needed_by,
)
from verifier.every_size.lemmas.single_step_lemmas import LOCKS, Lemma
from verifier.every_size.lemmas.unsat_cores import Prover
from verifier.every_size.obligations.verification_conditions import Holds


class Single:
    """A `Scope`: every step of the model by itself.

    Args:
        model: the whole model.
        sections: its critical sections.
        lemmas: what to prove of it.
        goals: the properties.
        sources: by goal, the source of the lemmas that are there for its sake.
        prover: for what holds of all lemmas about one place.
    """

    def __init__(
        self,
        model: Model,
        sections: Sections,
        lemmas: Sequence[Lemma],
        goals: Sequence[Goal],
        sources: Sequence[int],
        prover: Prover,
    ) -> None:
        self.model = model
        self.about = lemmas
        self.lemmas = [item.formula for item in lemmas]
        self.goals = goals
        self.steps = tuple(step for thread in model.threads for step in thread.steps)
        self._sources = sources
        self._sections = sections
        self._prover = prover
        self.locks = [number for number, item in enumerate(lemmas) if item.source == LOCKS]
        self._touched = [Touched(model, step) for step in self.steps]
        self._mentions = [Mentions.of(item) for item in self.lemmas]
        self._single: dict[int, bool] = {}

    def obligations(self, owner: int) -> Iterator[Obligation]:
        """See `Scope`."""
        if owner < 0:
            goal = self.goals[-1 - owner]
            if goal.expression is not None:
                yield Obligation(owner, Kind.FOLLOWS)
                return
            for number, step in enumerate(self.steps):
                if judged(step, goal.name):
                    yield Obligation(owner, Kind.SAFE, number)
            return
        yield Obligation(owner, Kind.START)
        item = self.about[owner]
        for number, touched in enumerate(self._touched):
            if not touched.by(self._mentions[owner]):
                continue
            if not item.places or not self._alone(number) or self._arrives(number, item):
                yield Obligation(owner, Kind.KEPT, number)

    def _arrives(self, number: int, item: Lemma) -> bool:
        """Whether a step leads to where a lemma is about."""
        step = self.steps[number]
        return step.thread == item.sort and step.target in item.places

    def _alone(self, number: int) -> bool:
        """Whether, as the lemmas about locks show, no other thread is in the middle of a section
        after a step: what a lemma says of a thread that is there need only be proved of the one
        that took the step."""
        if number not in self._single:
            step = self.steps[number]
            middle = self._sections.middle
            self._single[number] = (
                step.source in middle[step.thread] or step.target in middle[step.thread]
            ) and all(self._none(step, thread) for thread in self.model.threads)
        return self._single[number]

    def _none(self, step: Step, thread: Thread) -> bool:
        places = self._sections.middle[thread.sort]
        if not places:
            return True
        one = someone(thread)
        nobody = formulas.negation(At(one, places))
        if thread.sort == step.thread:
            other = Binary(Operator.NE, one, Self(one.type), BOOL)
            nobody = formulas.implication(other, nobody)
        known = [self.lemmas[number] for number in self.locks]
        everyone = formulas.forall((one,), nobody)
        return isinstance(self._prover.consecution(known, step, everyone), Holds)

    def conclusion(self, item: Obligation) -> Expression:
        """See `Scope`."""
        if item.owner < 0:
            formula = self.goals[-1 - item.owner].expression
            assert formula is not None, "an invariant"
            return formula
        own = self.about[item.owner]
        if item.kind is Kind.KEPT and own.places and self._alone(item.step):
            return own.body
        return own.formula

    def premises(
        self, item: Obligation, lemmas: Sequence[int]
    ) -> list[tuple[Expression, int | None]]:
        """See `Scope`. Of what is said about where the step starts, its own thread's instance."""
        found: list[tuple[Expression, int | None]] = []
        for number in lemmas:
            other = self.about[number]
            if item.step >= 0 and self._starts(item.step, other):
                found.append((other.body, number))
            else:
                found.append((other.formula, number))
        return found

    def _starts(self, number: int, item: Lemma) -> bool:
        step = self.steps[number]
        return step.thread == item.sort and step.source in item.places

    def choices(
        self, item: Obligation, required: Collection[int], alive: Collection[int]
    ) -> Iterator[list[int]]:
        """See `Scope`. Lemmas about other places than those that matter here are left out."""
        own = self.about[item.owner] if item.owner >= 0 else None
        source = own.source if own is not None else self._sources[-1 - item.owner]
        first = [number for number in self.locks if number in alive]
        if item.kind is Kind.START:
            yield first
            return
        near = [number for number in required if self._relevant(number, item, own)]
        alike = [number for number in near if self.about[number].source == source]
        yield [*dict.fromkeys((*first, *alike))]
        yield [*dict.fromkeys((*first, *near))]
        wide = [number for number in alive if self._relevant(number, item, own)]
        if len(wide) > len(near):
            yield [*dict.fromkeys((*first, *wide))]

    def _relevant(self, number: int, item: Obligation, own: Lemma | None) -> bool:
        other = self.about[number]
        if not other.places or item.kind is Kind.FOLLOWS:
            return True
        if self._starts(item.step, other):
            return True
        if self._alone(item.step):
            return False
        return own is not None and own.sort == other.sort and bool(own.places & other.places)

    def final(self, result: Result, owners: Iterable[int]) -> frozenset[int]:
        """The lemmas behind some goals or lemmas; those about locks are behind all."""
        return frozenset((*needed_by(result.proofs, (*owners, *self.locks)), *self.locks))

    def gaps(self, result: Result) -> list[Obligation]:
        """Obligations of the goals that did not fail, and of the lemmas behind them, that have
        no proof from these lemmas: the result is a proof only where there is none."""
        return self.gaps_of(
            result, [-1 - n for n, goal in enumerate(self.goals) if goal.name not in result.failed]
        )

    def gaps_of(self, result: Result, goals: Sequence[int]) -> list[Obligation]:
        """The same for some goals, by their numbers as owners."""
        final = self.final(result, goals)
        owners = [*sorted(final), *goals]
        return [
            item
            for owner in owners
            for item in self.obligations(owner)
            if item not in result.proofs or not result.proofs[item] <= final
        ]
