"""What a proof for all sizes leaves behind: an invariant that others can recheck.

The prover shows of many lemmas only what is left when who holds which lock is known
(`verifier.every_size.lemmas.single_step_system`). Here each is owed in full; the lemmas about
locks, which are behind every proof, are then among the premises, so that whoever rechecks finds the
same argument.
"""

from __future__ import annotations

from collections.abc import Sequence

from proofs.answers.invariant import Claim, Duty, Invariant
from verifier.every_size.lemmas.discovery import Found
from verifier.every_size.lemmas.goals import Kind

DUTIES = {
    Kind.START: Duty.START,
    Kind.KEPT: Duty.KEPT,
    Kind.FOLLOWS: Duty.FOLLOWS,
    Kind.SAFE: Duty.SAFE,
}


def invariant(found: Found, names: Sequence[str]) -> Invariant:
    """The invariant that proves some properties together, with what each proof used.

    Args:
        found: a discovery that proved them.
        names: properties of the model.

    Raises:
        ValueError: one of them is not proved.
    """
    single, result = found.single, found.second
    unproved = [name for name in names if not found.proved(name)]
    if unproved or single is None or result is None:
        raise ValueError(f"not proved: {', '.join(unproved)}")
    owners = [-1 - n for n, goal in enumerate(single.goals) if goal.name in names]
    chosen = sorted(single.final(result, owners))
    positions = {number: position for position, number in enumerate(chosen)}
    everywhere = {positions[number] for number in single.locks}
    premises: dict[Claim, tuple[int, ...]] = {}
    for owner in (*chosen, *owners):
        lemma = positions.get(owner, -1)
        goal = single.goals[-1 - owner].name if owner < 0 else ""
        for item in single.obligations(owner):
            if item.kind is Kind.START:
                continue
            used = {positions[number] for number in result.proofs[item]} | everywhere
            if item.kind is Kind.KEPT:
                used.add(lemma)
            thread, step = "", ""
            if item.step >= 0:
                thread, step = single.steps[item.step].thread, single.steps[item.step].name
            claim = Claim(DUTIES[item.kind], lemma, goal, thread, step)
            premises[claim] = tuple(sorted(used))
    # What the prover did not look at is about places that a step does not lead to, where the
    # lemmas about locks show that nobody stands, or about nothing that the step writes.
    return Invariant(
        tuple(single.lemmas[number] for number in chosen),
        tuple(names),
        None,
        premises,
        tuple(sorted(everywhere)),
    )
