from __future__ import annotations

from frontend.model import FALSE, TRUE
from proofs.log.asked_sizes import small_sizes
from tests.support.verifier.inspecting import models_of
from verifier.engines.explore import Explore
from verifier.inspection.vacuity.coverage import Wanted, watch
from verifier.inspection.vacuity.statements import numbered, silent, statements
from verifier.protocol.task import Limits, Safe, Task

SPEC = """
spec seen;
int counter = 0;
bool never = false;
spinlock lock;
thread cpu {
	loop {
		spin_lock(lock);
		if (counter < 3)
			counter++;
		if (never)
			counter = 7;
		spin_unlock(lock);
	}
}
invariant small: counter <= 3;
bound cpu = 2;
"""


def forever() -> bool:
    return False


def test_every_step_that_can_be_taken_is_seen_and_no_other() -> None:
    model = models_of(SPEC)[0]
    wanted = Wanted({"all": frozenset({99})}, {})
    looked = watch(model, {"cpu": 2}, wanted, 1000, forever)
    taken = {numbered(model)[number].name for number in wanted.fired}
    left = {step.name for step in numbered(model)} - taken
    assert looked.complete
    assert {
        remark.text
        for step in numbered(model)
        if step.name in left
        for remark in step.remarks
        if remark.outcome is None
    } >= {"counter = 7"}
    assert [(item.text, item.outcome) for item in silent(statements(model), wanted.fired)] == [
        ("if (never)", True),
        ("counter = 7", None),
    ]


def test_it_visits_the_states_that_the_exploring_engine_visits() -> None:
    model = models_of(SPEC)[0]
    looked = watch(model, {"cpu": 2}, Wanted({}, {"no": FALSE}), 1000, forever)
    answer = Explore().run(Task(model, {"cpu": 2}, ("small",), Limits()), lambda _: None)["small"]
    assert isinstance(answer, Safe)
    assert looked.states == answer.certificate.states


def test_it_ends_as_soon_as_all_was_seen() -> None:
    model = models_of(SPEC)[0]
    wanted = Wanted({"any": frozenset(range(100))}, {"start": TRUE})
    looked = watch(model, {"cpu": 2}, wanted, 1000, forever)
    assert wanted.settled()
    assert not looked.complete
    assert looked.states < 5


def test_at_its_limit_it_claims_nothing() -> None:
    model = models_of(SPEC)[0]
    looked = watch(model, {"cpu": 2}, Wanted({}, {"no": FALSE}), 2, forever)
    assert not looked.complete
    late = watch(model, {"cpu": 2}, Wanted({}, {"no": FALSE}), 1000, lambda: True)
    assert not late.complete


def test_sizes_without_a_system_are_told_apart() -> None:
    text = SPEC.replace(
        "thread cpu",
        "struct page { const page other; }\nassume two: forall page p: p.other != p;\nthread cpu",
    )
    model = models_of(text)[0]
    wanted = Wanted({}, {"no": FALSE})
    assert watch(model, {"cpu": 1, "page": 1}, wanted, 1000, forever).absent
    assert not watch(model, {"cpu": 1, "page": 2}, wanted, 1000, forever).absent


def test_a_step_that_ends_in_a_fault_was_taken() -> None:
    model = models_of("spec f; nat n = 0; thread cpu { atomic { n--; } n = 5; } bound cpu = 1;")[0]
    wanted = Wanted({"rest": frozenset({99})}, {})
    watch(model, {"cpu": 1}, wanted, 1000, forever)
    assert {numbered(model)[number].remarks[0].text for number in wanted.fired} == {"n--"}


def test_small_sizes_never_exceed_what_was_asked() -> None:
    high = {"cpu": 3, "page": 1, "block": 4}
    assert small_sizes(high, frozenset({"cpu"})) == [
        {"cpu": 1, "page": 1, "block": 1},
        {"cpu": 1, "page": 1, "block": 2},
        {"cpu": 2, "page": 1, "block": 2},
    ]
