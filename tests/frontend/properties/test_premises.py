from __future__ import annotations

from frontend.load import build
from frontend.properties.premises import Claim, Premise, claims
from tests.support.verifier.inspecting import models_of

HEAD = """
spec claims;
struct page { bool free = false; bool bad = false; page? next = none; }
spinlock lock;
bool on = false;
thread cpu { spin_lock(lock); on = true; spin_unlock(lock); }
"""


def read(claim: str, more: str = "") -> Claim:
    return claims(models_of(f"{HEAD} {more} invariant it: {claim};")[0], build)["it"]


def found(claim: str, more: str = "") -> tuple[Premise, ...]:
    return read(claim, more).premises


def texts(claim: str, more: str = "") -> list[str]:
    return [item.text for item in found(claim, more)]


def test_a_claim_without_implication_has_no_premise() -> None:
    assert texts("forall page p: !p.bad") == []
    assert texts("on || !held(lock)") == []


def test_the_left_side_of_an_implication_is_a_premise() -> None:
    assert texts("on => !held(lock)") == ["on"]


def test_below_forall_some_object_has_to_satisfy_the_premise() -> None:
    assert texts("forall page p: p.bad => p.free") == ["exists page p: p.bad"]


def test_an_inner_premise_has_to_hold_together_with_those_around_it() -> None:
    assert texts("!held(lock) => forall page p: p.bad => p.free") == [
        "!held(lock)",
        "!held(lock) && exists page p: p.bad",
    ]
    claim = "on => (held(lock) => (exists page p: p.bad))"
    assert [item.outer for item in found(claim)] == [-1, 0]


def test_both_sides_of_a_conjunction_are_looked_into() -> None:
    claim = "(on => held(lock)) && (forall page p: p.bad => p.free)"
    assert texts(claim) == ["on", "exists page p: p.bad"]


def test_nothing_is_said_of_premises_below_exists_or_a_negation() -> None:
    assert texts("exists page p: p.bad => p.free") == []
    assert texts("!(on => held(lock))") == []


def test_what_is_allowed_instead_is_no_premise() -> None:
    assert texts("forall page p: !p.bad || p.free") == []
    assert texts("forall page p: p.free => !p.bad || !on || p.next == none") == [
        "exists page p: p.free"
    ]


def test_what_a_define_stands_for_has_no_premises_of_its_own() -> None:
    define = "define fine(page p): bool = p.bad => p.free && !p.bad;"
    assert texts("forall page p: p.free => !fine(p)", define) == ["exists page p: p.free"]
    assert texts("forall page p: fine(p)", define) == []


def test_a_premise_keeps_the_words_of_the_author() -> None:
    define = "define alone(page p): bool = p.next == none;"
    (item,) = found("forall page p: ( alone(p)\n\t&& p.bad ) => p.free", define)
    assert item.text == "exists page p: alone(p) && p.bad"


def test_how_many_objects_there_are_is_no_premise_of_states() -> None:
    assert texts("forall page p, q: p != q => !p.bad") == []
    (inner,) = found("forall page p, q: p != q => (p.bad => q.free)")
    assert (inner.text, inner.outer) == ("exists page p, q: p != q && p.bad", -1)


def test_a_flag_that_is_off_is_no_premise() -> None:
    flags = "patch fix; variant off = {}; variant on_ = { fix };"
    assert texts("(fix && on) => held(lock)", flags) == []


def test_each_part_of_a_claim_has_its_premise() -> None:
    claim = read("(on => held(lock) && (forall page p: p.bad => p.free)) && !on")
    assert [item.text for item in claim.premises] == ["on", "on && exists page p: p.bad"]
    assert claim.parts == (0, 1, -1)
    assert [claim.dead(part, {0}) for part in claim.parts] == [True, True, False]
    assert [claim.dead(part, {1}) for part in claim.parts] == [False, True, False]
    apart = read("forall page p, q: p.bad => p != q => q.free => p.free")
    assert (apart.parts, [item.outer for item in apart.premises]) == ((1,), [-1, 0])
