"""What nobody stands at after a step is asked once, and stands for the right claims."""

from __future__ import annotations

from dataclasses import replace

import pytest

from frontend.load import load
from frontend.model import Model
from frontend.source.spans import Source
from proofs.answers.invariant import Claim, Duty, Invariant
from proofs.every_size import covered, expected, obligations
from proofs.recheck.claims import confirm
from proofs.recheck.findings import Options, Report, Standing
from tests.support.frontend.formula_texts import read_formulas
from tests.support.proofs.plain import trivial

SPEC = """spec alone;
spinlock lock;
nat x = 0;
thread task {
	loop {
		spin_lock(lock);
one:
		x = 1;
two:
		x = 0;
three:
		spin_unlock(lock);
	}
}
invariant calm: !held(lock) => x == 0;
"""

LEMMAS = (
    "forall task t: t at one || t at two || t at three => held_by(lock, t)",
    "!held(lock) => x == 0",
    "forall task t: t at one => x == 0",
    "forall task t: t at two => x == 1",
    "forall task t: t at three => x == 0",
)


def model() -> Model:
    (found,) = load(Source("alone.alloc", SPEC)).models
    return found


def the_invariant(otherwise: tuple[int, ...] | None = (0,)) -> Invariant:
    """Its claims about where a step arrives have premises of their own."""
    found = model()
    lemmas = read_formulas(found, LEMMAS)
    everything = tuple(range(len(lemmas)))
    premises = {}
    for step in found.threads[0].steps:
        for number in (0, 1):
            claim = Claim(Duty.KEPT, number, "", step.thread, step.name)
            premises[claim] = everything
        for number, label in enumerate(("one", "two", "three"), 2):
            places = found.threads[0].locations
            if ("", label) in places[step.target].labels:
                premises[Claim(Duty.KEPT, number, "", step.thread, step.name)] = everything
    return Invariant(lemmas, ("calm",), None, premises, otherwise)


def claims(given: Invariant) -> list[Claim]:
    return [claim for query in obligations(model(), given) for claim in query.claims]


def test_every_claim_is_asked_or_covered_or_trivial_and_only_one_of_them() -> None:
    given = the_invariant()
    asked = claims(given)
    steps = [step for thread in model().threads for step in thread.steps]
    covers = [claim for step in steps for claim in covered(step, given)]
    assert covers
    alone = [claim for claim in asked if claim.duty is Duty.ALONE]
    assert len(alone) == sum(bool(covered(step, given)) for step in steps)
    others = [claim for claim in asked if claim.duty is not Duty.ALONE]
    found = [*others, *covers, *trivial(model(), given)]
    assert len(found) == len(set(found))
    assert set(found) == set(expected(model(), given))


def test_without_hints_nothing_is_covered() -> None:
    assert all(claim.duty is not Duty.ALONE for claim in claims(the_invariant(None)))


def test_a_lemma_about_the_place_where_the_step_arrives_is_never_covered() -> None:
    given = replace(the_invariant(), premises={})
    for step in model().threads[0].steps:
        for claim in covered(step, given):
            label = {2: "one", 3: "two", 4: "three"}.get(claim.lemma)
            target = model().threads[0].locations[step.target]
            assert label is None or ("", label) not in target.labels


@pytest.mark.parametrize("otherwise", [(0,), (), None])
def test_good_lemmas_are_confirmed_whatever_the_hints_are(otherwise: tuple[int, ...]) -> None:
    report = Report()
    assert confirm(model(), the_invariant(otherwise), "x", Options(solvers=("z3",)), report)
    assert report.status == 0


def test_without_the_lemma_about_the_lock_the_others_are_not_confirmed() -> None:
    given = the_invariant()
    wrong = read_formulas(model(), ["true", *LEMMAS[1:]])
    report = Report()
    assert not confirm(model(), replace(given, lemmas=wrong), "x", Options(("z3",)), report)
    assert any("says sat" in text for text in report.of(Standing.FAILED))


def test_a_wrong_lemma_is_told_with_the_step_that_breaks_it() -> None:
    given = the_invariant()
    wrong = read_formulas(model(), [*LEMMAS[:4], "forall task t: t at three => x == 1"])
    report = Report()
    assert not confirm(model(), replace(given, lemmas=wrong), "x", Options(("z3",)), report)
    assert any("two keeps lemma 5" in text for text in report.of(Standing.FAILED))
