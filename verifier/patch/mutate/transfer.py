"""The original's proof for every size, tried on a mutant: no lemma is searched.

The lemmas of the original are read at the mutant's places and each obligation is discharged for
the mutant, but for those of steps that are the same in both: of these the original's proof is one
already. It is one even where a lemma names a place that the mutant lacks: what was shown of any
thread there is shown of none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from frontend.model import At, Expression, Model, PropertyKind, Step, WaitCycle, walk
from proofs.answers.invariant import Claim, Duty, Invariant
from verifier.analysis.folding import rebuild
from verifier.bounded.smt import Stopped
from verifier.every_size.obligations.universe import Beyond
from verifier.every_size.obligations.verification_conditions import Holds, VerificationConditions
from verifier.patch.mutate.building import same_values
from verifier.patch.mutate.sameness import Places, places
from verifier.protocol.task import Limits


def proved(
    original: Model, mutant: Model, invariant: Invariant, names: Sequence[str], limits: Limits
) -> bool:
    """Whether the original's invariant proves properties of a mutant for every size, too.

    Args:
        original: what the invariant is of.
        mutant: with a small change.
        invariant: for every size.
        names: properties of both that the invariant proves of the original.
        limits: time and memory; when one is met, nothing is proved.
    """
    if not _comparable(original, mutant):
        return False
    if any(isinstance(part, WaitCycle) for item in invariant.lemmas for part in walk(item)):
        return False  # its edges are places, too
    known = places(original, mutant)
    try:
        lemmas = tuple(_moved(item, known) for item in invariant.lemmas)
        return _Transfer(original, mutant, replace(invariant, lemmas=lemmas), known, limits).all(
            names
        )
    except (Stopped, Beyond, KeyError):
        return False


class _Transfer:
    def __init__(
        self, original: Model, mutant: Model, invariant: Invariant, known: Places, limits: Limits
    ) -> None:
        self.mutant = mutant
        self.invariant = invariant
        self.prover = VerificationConditions(mutant, limits)
        self.known = _unchanged(original, mutant, known)
        self.starts = not same_values(original.variables, mutant.variables) or not _same_entries(
            original, mutant, known
        )

    def all(self, names: Sequence[str]) -> bool:
        """Whether every obligation is discharged."""
        changed = [
            step
            for thread in self.mutant.threads
            for step in thread.steps
            if (thread.sort, step.name) not in self.known
        ]
        return (
            all(self._start(number) for number in range(len(self.invariant.lemmas)))
            and all(
                self._kept(step, number)
                for step in changed
                for number in range(len(self.invariant.lemmas))
            )
            and all(self._follows(name, changed) for name in names)
        )

    def _hypotheses(self, claim: Claim) -> list[Expression]:
        return [self.invariant.lemmas[number] for number in self.invariant.hints(claim)]

    def _start(self, number: int) -> bool:
        if not self.starts:
            return True
        return isinstance(self.prover.initiation(self.invariant.lemmas[number]), Holds)

    def _kept(self, step: Step, number: int) -> bool:
        lemma = self.invariant.lemmas[number]
        claim = Claim(Duty.KEPT, number, "", step.thread, step.name)
        for known in (self._hypotheses(claim), list(self.invariant.lemmas)):
            if isinstance(self.prover.consecution(known, step, lemma), Holds):
                return True
        return False

    def _follows(self, name: str, changed: Sequence[Step]) -> bool:
        """Of what is judged in states, all that the lemmas say; else step by step."""
        item = self.mutant.property(name)
        lemmas = self.invariant.lemmas
        if item.kind in (PropertyKind.ASSERT, PropertyKind.FAULT):
            return all(
                isinstance(self.prover.step_safe(lemmas, step, name), Holds) for step in changed
            )
        if item.expression is None:
            return False
        return isinstance(self.prover.safety(lemmas, item.expression), Holds)


def _comparable(original: Model, mutant: Model) -> bool:
    """Whether obligations of the same step are the same of both: the same variables, whatever
    they start with, and the same is assumed of every state."""

    def facts(model: Model) -> object:
        variables = tuple(replace(item, initial=None) for item in model.variables)
        return variables, model.assumptions

    return same_values(facts(original), facts(mutant))


def _moved(formula: Expression, names: Places) -> Expression:
    """A formula with the mutant's locations for the original's."""

    def go(node: Expression) -> Expression:
        node = rebuild(node, go)
        if isinstance(node, At) and hasattr(node.thread.type, "sort"):
            known = names[node.thread.type.sort]
            there = frozenset(known[one] for one in node.locations if one in known)
            return replace(node, locations=there)
        return node

    return go(formula)


def _unchanged(original: Model, mutant: Model, names: Places) -> frozenset[tuple[str, str]]:
    """Thread and name of the mutant's steps that are steps of the original."""
    found: set[tuple[str, str]] = set()
    for thread in mutant.threads:
        known = names[thread.sort]
        if len(known) < len(thread.locations) and set(known.values()) != {
            item.number for item in thread.locations
        }:
            return frozenset()  # somebody may stand where the original has no place
        before = [
            replace(step, source=known[step.source], target=known[step.target])
            for step in original.thread(thread.sort).steps
            if step.source in known and step.target in known
        ]
        live = {
            known[item.number]: item.live
            for item in original.thread(thread.sort).locations
            if item.number in known
        }
        for step in thread.steps:
            same_locals = all(
                live.get(place) == thread.locations[place].live
                for place in (step.source, step.target)
            )
            if same_locals and any(same_values(step, other) for other in before):
                found.add((thread.sort, step.name))
    return frozenset(found)


def _same_entries(original: Model, mutant: Model, names: Places) -> bool:
    return all(
        names[thread.sort].get(thread.entry) == mutant.thread(thread.sort).entry
        for thread in original.threads
    )
