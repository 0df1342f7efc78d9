from __future__ import annotations

from frontend.formula_text import formula_text
from tests.verifier.inspecting import models_of
from verifier.vacuity.premises import premises

HEAD = """
spec claims;
struct page { bool free = false; bool bad = false; page? next = none; }
spinlock lock;
bool on = false;
thread cpu { spin_lock(lock); on = true; spin_unlock(lock); }
"""


def conditions(claim: str) -> list[str]:
    model = models_of(f"{HEAD} invariant it: {claim};")[0]
    expression = model.property("it").expression
    assert expression is not None
    return [formula_text(model, item.condition) for item in premises(expression)]


def test_a_claim_without_implication_has_no_premise() -> None:
    assert conditions("forall page p: !p.bad") == []
    assert conditions("on || !held(lock)") == []


def test_the_left_side_of_an_implication_is_a_premise() -> None:
    assert conditions("on => !held(lock)") == ["on"]


def test_below_forall_some_object_has_to_satisfy_the_premise() -> None:
    assert conditions("forall page p: p.bad => p.free") == ["exists page p: p.bad"]


def test_an_inner_premise_has_to_hold_together_with_those_around_it() -> None:
    assert conditions("!held(lock) => forall page p: p.bad => p.free") == [
        "!held(lock)",
        "exists page p: !held(lock) && p.bad",
    ]
    model = models_of(f"{HEAD} invariant it: on => (held(lock) => (exists page p: p.bad));")[0]
    expression = model.property("it").expression
    assert expression is not None
    assert [item.outer for item in premises(expression)] == [-1, 0]


def test_both_sides_of_a_conjunction_are_looked_into() -> None:
    found = conditions("(on => held(lock)) && (forall page p: p.bad => p.free)")
    assert found[0] == "on"
    assert found[1].endswith("p.bad")


def test_nothing_is_said_of_premises_below_exists_or_a_negation() -> None:
    assert conditions("exists page p: p.bad => p.free") == []
    assert conditions("!(on => held(lock))") == []


def test_a_negation_before_or_is_a_premise_too() -> None:
    assert conditions("forall page p: !p.bad || p.free") == ["exists page p: p.bad"]


def test_what_gives_a_premise_its_value_stands_before_it() -> None:
    (found,) = conditions("forall page p: p.next != none && p.next.bad => p.free")
    assert found.index("next != none") < found.index("next.bad")


def test_how_many_objects_there_are_is_no_premise_of_states() -> None:
    model = models_of(f"{HEAD} invariant it: forall page p, page q: p != q => !p.bad;")[0]
    expression = model.property("it").expression
    assert expression is not None
    assert [item.of_states for item in premises(expression)] == [False]
