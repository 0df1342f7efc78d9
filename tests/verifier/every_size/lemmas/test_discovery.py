"""Proofs for all sizes with lemmas that nobody wrote."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from frontend.load import load
from frontend.model import Model, PropertyKind
from frontend.source.spans import Source
from proofs.answers.verdict import Attempt, EverySize
from verifier.every_size.lemmas.critical_sections import sections
from verifier.every_size.lemmas.discovery import Timing, asked, discover, mine
from verifier.every_size.lemmas.unsat_cores import Tracking
from verifier.every_size.obligations.verification_conditions import Holds, VerificationConditions
from verifier.every_size.prover import prove_every_size
from verifier.explicit.steps import judge
from verifier.protocol.task import Limits, Progress

ROOT = Path(__file__).parents[4]


def variant(name: str, path: str = "spec/free_path.alloc") -> Model:
    text = (ROOT / path).read_text("utf-8")
    return next(model for model in load(Source(path, text)).models if model.variant == name)


def small(text: str) -> Model:
    (model,) = load(Source("small.alloc", text)).models
    return model


def answers(model: Model, *names: str) -> dict[str, EverySize | Attempt]:
    heard: list[Progress] = []
    asked_for = names or tuple(item.name for item in model.properties)
    found = prove_every_size(model, asked_for, Limits(), heard.append)
    assert tuple(found) == asked_for
    assert heard
    return found


@pytest.fixture(scope="module")
def v4() -> dict[str, EverySize | Attempt]:
    return answers(variant("v4"))


INVARIANTS = ("isolation", "no_stranded_page", "accounting", "isolated_count")


def test_every_property_of_v4_is_proved_for_all_sizes(v4: dict[str, EverySize | Attempt]) -> None:
    model = variant("v4")
    assert not [item for item in model.properties if item.kind is PropertyKind.LEMMA]
    for item in model.properties:
        if item.kind is not PropertyKind.REACHABLE:
            assert isinstance(v4[item.name], EverySize), (item.name, v4[item.name])


def test_a_person_is_told_at_most_ten_lemmas(v4: dict[str, EverySize | Attempt]) -> None:
    shown: set[str] = set()
    for name in INVARIANTS:
        answer = v4[name]
        assert isinstance(answer, EverySize)
        shown |= set(answer.lemmas)
    assert 0 < len(shown) <= 10
    assert "forall page p: p.in_use => !p.PageBuddy" in shown


def test_the_complete_list_is_inductive_by_itself_and_implies_the_invariant() -> None:
    """Recheck of one property by a prover that knows nothing of the search."""
    model = variant("v4")
    answer = answers(model, "isolation")["isolation"]
    assert isinstance(answer, EverySize)
    prover = VerificationConditions(model)
    invariant = model.property("isolation").expression
    assert invariant is not None
    assert isinstance(prover.safety(answer.formulas, invariant), Holds)
    for lemma in answer.formulas:
        assert isinstance(prover.initiation(lemma), Holds)
    open_steps = [
        (step.name, text)
        for thread in model.threads
        for step in thread.steps
        if step.name in {"cpu.3~1", "__free_pages_ok.1", "cpu.12"}
        for lemma, text in zip(answer.formulas, answer.complete, strict=True)
        if not isinstance(prover.consecution(answer.formulas, step, lemma), Holds)
    ]
    assert not open_steps


def test_what_v3_does_not_violate_is_proved_and_what_it_violates_is_not() -> None:
    found = answers(variant("v3"), "isolation", "no_stranded_page")
    assert isinstance(found["isolation"], EverySize)
    stranded = found["no_stranded_page"]
    assert isinstance(stranded, Attempt)
    assert stranded.reason == "violated at cpu = 2, pageblock = 2, page = 2"


def test_sections_of_the_free_path_are_single_transitions() -> None:
    model = variant("v4")
    found = sections(model)
    assert found.lock is not None
    assert found.lock.variable == "zone.lock"
    assert not found.inner["cpu"]
    entries = {step.source for step in found.steps}
    assert len(entries) == 6
    assert not entries & found.middle["cpu"]


def test_a_loop_inside_a_section_leaves_a_place_to_find_lemmas_at() -> None:
    found = sections(variant("patch2", "spec/pcp_free_path.alloc"))
    assert found.inner["cpu"] == found.certain["cpu"] != frozenset()


def test_what_is_mined_holds_in_every_state_that_was_reached() -> None:
    model = small(TWO_LOCKS)
    mined = mine(model, sections(model), Limits(states=500))
    assert mined.between
    middle = sections(model).middle
    for item in mined.instances:
        outside = [
            (state, constants)
            for state, constants in item.states()
            if not any(
                state[base + index] in middle[sort]
                for sort, base in item.space.layout.counters.items()
                for index in range(item.bounds[sort])
            )
        ]
        for candidate in mined.between:
            holds = judge(item.formulas, [candidate.formula])
            assert all(holds(state, constants) for state, constants in outside)


TWO_LOCKS = """
spec two_kinds;
enum colour { RED, GREEN, BLUE }
struct slot { spinlock lock; bool busy = false; colour paint = RED; }
single pool { spinlock lock; nat taken = 0; }
thread maker {
	slot s;
	loop {
		s = any(slot);
		spin_lock(pool.lock);
		if (!s.busy) {
			s.busy = true;
			pool.taken++;
		}
		spin_unlock(pool.lock);
	}
}
thread breaker {
	slot s;
	loop {
		spin_lock(pool.lock);
		if (exists slot q: q.busy) {
			s = any(slot q: q.busy);
			s.busy = false;
			pool.taken--;
		}
		spin_unlock(pool.lock);
	}
}
invariant counted: !held(pool.lock) => pool.taken == count(slot s: s.busy);
invariant painted: forall slot s: s.paint == RED;
"""


def test_two_kinds_of_thread_and_a_counter() -> None:
    found = answers(small(TWO_LOCKS))
    assert all(isinstance(answer, EverySize) for answer in found.values()), found


NEEDS_A_LEMMA = """
spec strides;
single pool { int at = 0; }
thread cpu {
	loop choose {
		atomic { pool.at += 3; }
	} or {
		atomic { await pool.at > 2; pool.at -= 3; }
	}
}
invariant not_one: pool.at != 1;
"""


def test_where_no_lemma_is_found_a_state_before_and_after_is_shown() -> None:
    model = small(NEEDS_A_LEMMA)
    answer = answers(model, "not_one")["not_one"]
    if isinstance(answer, EverySize):
        pytest.fail("this needs no lemma after all")
    assert isinstance(answer, Attempt)
    assert answer.step
    assert answer.lemma == "pool.at != 1"
    assert any(line.strip() in {"at = -2", "at = 4"} for line in answer.counterexample)
    assert answer.counterexample[-1].strip() == "at = 1"


def test_a_lemma_by_the_author_joins_the_candidates() -> None:
    model = small(NEEDS_A_LEMMA + "lemma threes: pool.at % 3 == 0;\n")
    assert isinstance(answers(model, "not_one")["not_one"], EverySize)


def test_bits_of_numbers_are_no_question_for_all_sizes() -> None:
    path = ROOT / "tests" / "corpus" / "proved" / "buddy_by_xor.alloc"
    (model,) = load(Source(path.name, path.read_text("utf-8"))).models
    found = answers(model, "pairs_are_free")["pairs_are_free"]
    assert isinstance(found, Attempt)
    assert "bits" in found.reason
    assert found.line is not None


def test_where_there_is_no_system_nothing_is_proved_of_it() -> None:
    model = small(TWO_LOCKS + "assume never: exists slot s: s.busy;\n")
    found = answers(model, "counted")["counted"]
    assert isinstance(found, Attempt)
    assert "no small system" in found.reason


def test_numbers_that_start_out_arbitrary_do_not_stop_a_proof() -> None:
    model = small(
        """
        spec arbitrary;
        single pool { int first; int now = 0; bool set = false; }
        thread cpu {
            loop atomic { pool.now = pool.first; pool.set = true; }
        }
        invariant kept: pool.set => pool.now == pool.first;
        """
    )
    assert isinstance(answers(model, "kept")["kept"], EverySize)


def test_no_time_means_no_answer() -> None:
    limits = Limits(expired=lambda: True)
    found = prove_every_size(small(TWO_LOCKS), ("counted",), limits, lambda _: None)
    assert isinstance(found["counted"], Attempt)


def test_the_same_lemmas_are_found_every_time() -> None:
    model = small(TWO_LOCKS)
    results = []
    for _ in range(2):
        timing = Timing(time.perf_counter, str)
        found = discover(model, asked(model, ("counted",)), Tracking(model), Limits(), timing)
        assert found.second is not None
        results.append((found.first.lemmas, found.second.lemmas, found.second.queries))
    assert results[0] == results[1]
