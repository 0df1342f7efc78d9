"""Obligations of invariants that are true, of some that are not, and that none is forgotten."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from frontend.model import TRUE, Expression, Model, PropertyKind
from proofs.answers.invariant import Claim, Duty, Invariant
from proofs.every_size import expected, obligations
from tests.support.proofs.inductive_specifications import (
    BULK,
    BY_ENUM,
    LOCKED,
    ORDERED,
    PER_OBJECT,
    RELATION,
    SHIFTED,
    VALID,
)
from tests.support.proofs.plain import trivial
from tests.support.proofs.solving import cvc5_answers, lemmas_of, model_of, z3_answers


def claimed(model: Model) -> tuple[str, ...]:
    """Every property that an invariant can prove."""
    kept = [item for item in model.properties if item.kind is not PropertyKind.REACHABLE]
    return tuple(item.name for item in kept)


def stated(text: str) -> tuple[Model, Invariant]:
    """A specification, and what it states as its own invariant."""
    model = model_of(text)
    return model, Invariant(lemmas_of(model), claimed(model))


def refused(model: Model, invariant: Invariant) -> list[str]:
    """The claims that z3 does not confirm."""
    return [
        str(claim)
        for query in obligations(model, invariant)
        for claim, answer in z3_answers(query).items()
        if answer != "unsat"
    ]


@pytest.mark.parametrize("topic", VALID)
def test_an_inductive_invariant_is_confirmed_by_two_solvers(topic: str) -> None:
    model, invariant = stated(VALID[topic])
    for query in obligations(model, invariant):
        for answers in (z3_answers(query), cvc5_answers(query)):
            assert [str(c) for c, answer in answers.items() if answer != "unsat"] == []


@pytest.mark.parametrize("topic", VALID)
def test_every_claim_is_in_one_script_or_trivial(topic: str) -> None:
    model, invariant = stated(VALID[topic])
    written = [claim for query in obligations(model, invariant) for claim in query.claims]
    owed = expected(model, invariant)
    assert sorted(map(repr, (*written, *trivial(model, invariant)))) == sorted(map(repr, owed))
    assert len(set(owed)) == len(owed)
    steps = [(step.thread, step.name) for thread in model.threads for step in thread.steps]
    assert len([c for c in owed if c.duty is Duty.KEPT]) == len(steps) * len(invariant.lemmas)


@pytest.mark.parametrize("topic", VALID)
def test_a_script_is_plain_smt_lib_with_a_comment_for_each_check(topic: str) -> None:
    model, invariant = stated(VALID[topic])
    names = set()
    for query in obligations(model, invariant):
        text = query.text
        assert text.isascii()
        assert text.startswith("(set-logic ")
        assert re.fullmatch(r"[A-Za-z0-9_.-]+", query.name)
        names.add(query.name)
        code = re.sub(r";.*", "", text)
        assert not re.search(r"\((or|and|\+) [^ ()]+\)|'|set-option|\(exit\)", code)
        blocks = text.split("(push 1)")[1:]
        assert len(blocks) == len(query.claims)
        for claim, block in zip(query.claims, blocks, strict=True):
            assert f"; {claim}\n" in block
            assert block.count("(check-sat)\n(pop 1)") == 1
    assert len(names) == len(list(obligations(model, invariant)))


def without(invariant: Invariant, model: Model, name: str) -> Invariant:
    """The invariant less one lemma."""
    gone = model.property(name).expression
    return replace(invariant, lemmas=tuple(x for x in invariant.lemmas if x is not gone))


def test_a_dropped_lemma_is_missed_where_it_is_needed() -> None:
    model, invariant = stated(LOCKED)
    found = refused(model, without(invariant, model, "holder"))
    assert "cpu.1 keeps lemma 1" in found, "who takes the lock may meet who is inside"
    assert "cpu.out does not violate unlock" in found
    assert "cpu.leaving keeps lemma 1" not in found


def test_a_wrong_counter_is_missed_at_the_step_that_forgets_it() -> None:
    model, invariant = stated(
        PER_OBJECT.replace("p.on = false;\n\t\t\tp.owner.nr--;", "p.on = false;")
    )
    found = refused(model, invariant)
    assert found == ["cpu.6 keeps lemma 1"] or len(found) == 1, found


def test_a_bulk_update_that_takes_more_than_was_counted_is_missed() -> None:
    text = BULK.replace("where p.home == b && p.list == HOT {", "where p.home == b {")
    model, invariant = stated(text)
    found = refused(model, invariant)
    assert len(found) == 1, found


def test_two_objects_that_may_be_one_are_not_counted_twice() -> None:
    model, invariant = stated(
        BY_ENUM.replace(" && p.buddy != p", "").replace(
            "assume pairs: forall page p: p.buddy != p;\n", ""
        )
    )
    assert any("keeps lemma 1" in claim for claim in refused(model, invariant))


def test_a_point_of_a_relation_is_one_pair() -> None:
    text = RELATION.replace(
        "lemma marked", "lemma all: forall page p: p.any == near[p, p];\nlemma marked"
    )
    model, invariant = stated(text)
    found = refused(model, invariant)
    assert len(found) == 1, found
    assert found[0].endswith("keeps lemma 2")


def test_an_update_reads_what_was_assigned_before_it() -> None:
    model, invariant = stated(SHIFTED + "invariant never: forall page p: p.old == HOT;\n")
    assert [claim.split(" keeps ")[-1] for claim in refused(model, invariant)] == ["lemma 3"]


def test_another_thread_may_be_where_the_one_that_steps_is() -> None:
    text = """spec apart;
thread cpu { loop {
first:
	skip_it();
second:
	skip_it();
} }
bool one = false;
proc skip_it() { one = true; }
invariant together: (exists cpu c: c at second) => (forall cpu c: c at second);
"""
    model, invariant = stated(text)
    assert any("keeps lemma 1" in claim for claim in refused(model, invariant))


def test_a_property_that_does_not_follow_is_missed() -> None:
    model, invariant = stated(
        LOCKED.replace("busy <= 1", "busy <= 1;\ninvariant idle: zone.busy == 0")
    )
    idle = model.property("idle").expression
    weak = replace(invariant, lemmas=tuple(x for x in invariant.lemmas if x is not idle))
    assert "the lemmas imply idle" in refused(model, weak)
    assert "the lemmas imply busy" not in refused(model, weak)


FOLLOWING = """spec following;
enum kind { HOT, COLD }
struct page { bool on = true; kind list = HOT; }
nat nr[kind] = 0;
int total = 0;
thread cpu { total = 1; }
lemma some: exists kind k: nr[k] == 1;
lemma two: count(page p: p.on) == 2;
lemma parts: count(page p, kind k: p.on) == total;
invariant each_kind: total == 4;
invariant below: count(page p: p.on && p.list == HOT) <= 2;
invariant there: exists page p: p.on;
invariant both: nr[HOT] == 1 && nr[COLD] == 1;
invariant single: forall page p: forall page q: p.on && q.on => p == q;
invariant all_hot: count(page p: p.on && p.list == HOT) == count(page p: p.on);
invariant no_pair: !(exists page p: exists page q: p != q && p.on && q.on);
invariant three: exists page p: !p.on;
invariant odd: exists page p: forall page q: q.on => p == q;
"""


def test_exactly_what_follows_from_counts_follows() -> None:
    model = model_of(FOLLOWING)
    lemmas = tuple(model.property(name).expression for name in ("some", "two", "parts"))
    wrong = ("both", "single", "all_hot", "no_pair", "three", "odd")
    names = ("each_kind", "below", "there", *wrong)
    invariant = Invariant(tuple(item for item in lemmas if item is not None), names)
    queries = list(obligations(model, invariant))
    answers = z3_answers(queries[-1])
    assert queries[-1].name == "follows"
    proved = {claim.property for claim, answer in answers.items() if answer == "unsat"}
    assert proved == {"each_kind", "below", "there"}


def test_locks_taken_in_both_orders_may_be_in_a_circle() -> None:
    text = ORDERED.replace(
        "spin_lock(inner);\none:",
        "spin_lock(inner);\none:\n\t\tspin_lock(outer);\nmore:\n\t\tspin_unlock(outer);\nless:",
    )
    text = text.replace("c at one)", "c at one || c at more || c at less)")
    text = text.replace("c at last)", "c at last || c at more)")
    model, invariant = stated(text)
    found = refused(model, invariant)
    assert "the lemmas imply lock_cycle" in found
    assert not any("keeps lemma" in claim for claim in found), found


def test_one_thread_that_waits_is_no_circle() -> None:
    text = (
        ORDERED
        + "invariant nobody: forall cpu c: !(c at then && held(inner) && !held_by(inner, c));\n"
    )
    model = model_of(text)
    circle = model.property("lock_cycle").expression
    assert circle is not None
    found = refused(model, Invariant((circle,), ("nobody", "lock_cycle")))
    assert "the lemmas imply nobody" in found
    assert "the lemmas imply lock_cycle" not in found


def test_only_the_premises_are_assumed() -> None:
    model, invariant = stated(LOCKED)
    claim = Claim(Duty.FOLLOWS, property="alone")
    assert refused(model, replace(invariant, premises={claim: ()})) == [str(claim)]


def test_a_lemma_that_is_false_at_the_start_is_missed() -> None:
    model, invariant = stated(LOCKED)
    wrong: Expression = invariant.lemmas[0]
    assert refused(model, Invariant((TRUE, wrong), ()))[:1] != ["lemma 1 holds at the start"]
    held = model_of(LOCKED.replace("busy <= 1", "busy > 0"))
    lemma = held.property("busy").expression
    assert lemma is not None
    assert "lemma 1 holds at the start" in refused(held, Invariant((lemma,), ()))


def test_bounded_invariants_and_reachable_properties_are_refused() -> None:
    model, invariant = stated(LOCKED + "reachable some: zone.busy == 1;\n")
    with pytest.raises(ValueError, match="given sizes"):
        next(obligations(model, replace(invariant, bounds={"cpu": 2})))
    with pytest.raises(ValueError, match="some"):
        expected(model, replace(invariant, properties=("some",)))
    with pytest.raises(ValueError, match="nothing_like_that"):
        expected(model, replace(invariant, properties=("nothing_like_that",)))
