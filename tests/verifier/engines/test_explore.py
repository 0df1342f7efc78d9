from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from frontend.formulas.building import exists, forall
from frontend.model import (
    BOOL,
    INT,
    LOCK,
    NAT,
    TRUE,
    Assert,
    Assign,
    At,
    Bound,
    Check,
    Constant,
    Expression,
    HeldBy,
    IntType,
    Model,
    Quantified,
    QuantifierKind,
    Read,
    Require,
)
from tests.support.proofs.models import free_path
from tests.support.verifier.building import (
    SPAN,
    Program,
    asserted,
    binary,
    fault,
    invariant,
    model,
    number,
    reachable,
    reference,
    variable,
)
from tests.support.verifier.explored_models import LOCKED, TOTAL, C, counting, painting, ring
from tests.support.verifier.exploring import compare, explore
from verifier.engines.explore import Explore
from verifier.protocol.task import Contradiction, Limits, Progress, Safe, Task, Undecided, Unsafe


@pytest.mark.parametrize("locked", [True, False])
def test_a_counter_is_explored_exactly(locked: bool) -> None:
    compare(counting(locked=locked), {"cpu": 2})
    compare(counting(locked=locked), {"cpu": 3})


def test_a_ring_of_optional_references_is_explored_exactly() -> None:
    compare(ring(), {"cpu": 1, "page": 3})
    compare(ring(), {"cpu": 2, "page": 2})


def test_bulk_updates_are_simultaneous() -> None:
    compare(painting(), {"cpu": 2, "page": 2})


def test_the_free_path_in_a_nutshell_is_explored_exactly() -> None:
    compare(free_path(), {"cpu": 2, "page": 2, "pageblock": 1})
    compare(free_path(), {"cpu": 2, "page": 2, "pageblock": 2})


def test_the_lock_keeps_the_count_and_three_threads_merge_by_symmetry() -> None:
    answers = explore(counting(locked=True), {"cpu": 3})
    counts_all, beyond = answers["counts_all"], answers["beyond"]
    assert isinstance(counts_all, Safe)
    assert isinstance(beyond, Safe)
    plain = explore(counting(locked=True), {"cpu": 3}, symmetry=False)["counts_all"]
    assert isinstance(plain, Safe)
    assert counts_all.certificate.states is not None
    assert plain.certificate.states is not None
    assert counts_all.certificate.states * 3 < plain.certificate.states
    assert "up to symmetry" in counts_all.certificate.method
    assert "up to symmetry" not in plain.certificate.method


def test_three_pages_in_pairs_contradict_the_assumption() -> None:
    answers = explore(free_path(), {"cpu": 2, "page": 3, "pageblock": 1})
    assert set(answers.values()) == {Contradiction(("no_straddling_buddies",))}


def test_a_contradiction_names_only_assumptions_that_it_needs() -> None:
    body = Program("cpu", 2)
    x = Read("x", (), IntType(0, 5))
    whole = model(
        [variable("x", IntType(0, 5), constant=True)],
        [body],
        [invariant("any", TRUE)],
        assumptions=[
            ("at_least_one", binary(">=", x, number(1))),
            ("at_most_two", binary("<=", x, number(2))),
            ("above_three", binary(">", x, number(3))),
        ],
    )
    assert explore(whole, {"cpu": 1})["any"] == Contradiction(("at_most_two", "above_three"))


def unlimited(*assumptions: Expression) -> Model:
    body = Program("cpu", 2)
    body.step(0, 1, Assign("y", (), Read("x", (), INT)))
    named = [(f"assumption{index}", item) for index, item in enumerate(assumptions)]
    y = Read("y", (), INT)
    return model(
        [variable("x", INT, constant=True), variable("y", INT, 0)],
        [body],
        [reachable("three", binary("==", y, number(3)))],
        assumptions=named,
    )


def test_an_arbitrary_integer_without_limits_is_not_explored() -> None:
    answer = explore(unlimited(), {"cpu": 1})["three"]
    assert isinstance(answer, Undecided)
    assert "infinitely many initial states: x" in answer.reason


def test_assumptions_can_limit_or_define_an_integer() -> None:
    x = Read("x", (), INT)
    between = binary("&&", binary(">=", x, number(2)), binary("<", x, number(5)))
    reached = explore(unlimited(between), {"cpu": 1})["three"]
    assert isinstance(reached, Unsafe)
    assert reached.run.initial["x", ()] == 3
    everyone = Quantified(QuantifierKind.COUNT, (C,), TRUE, NAT)
    defined = binary("==", x, everyone)
    assert isinstance(explore(unlimited(defined), {"cpu": 3})["three"], Unsafe)
    assert isinstance(explore(unlimited(defined), {"cpu": 2})["three"], Safe)


def test_division_truncates_as_in_c() -> None:
    body = Program("cpu", 2)
    x = Read("x", (), INT)
    two = number(2)
    body.step(
        0, 1, Assign("x", (), binary("/", x, two)), Assign("y", (), binary("%", number(-7), two))
    )
    y = Read("y", (), INT)
    whole = model(
        [variable("x", INT, -7), variable("y", INT, 0)],
        [body],
        [
            reachable("quotient", binary("==", x, number(-3))),
            reachable("remainder", binary("==", y, number(-1))),
        ],
    )
    answers = explore(whole, {"cpu": 1})
    assert all(isinstance(answer, Unsafe) for answer in answers.values())


def test_a_fault_ends_the_run_and_an_assert_before_it_counts() -> None:
    body = Program("cpu", 3)
    false = Constant(False, BOOL)
    body.step(
        0,
        1,
        Assert("before", false, SPAN),
        Check("range", false, SPAN, "never"),
        Assert("after", false, SPAN),
    )
    whole = model(
        [],
        [body],
        [
            asserted("before"),
            asserted("after"),
            fault("range"),
            reachable("on", exists((C,), At(C, frozenset({1})))),
        ],
    )
    answers = explore(whole, {"cpu": 1})
    assert [name for name, answer in answers.items() if isinstance(answer, Unsafe)] == [
        "before",
        "range",
    ]


def test_an_assert_of_a_step_that_cannot_be_taken_does_not_count() -> None:
    body = Program("cpu", 2)
    false = Constant(False, BOOL)
    body.step(0, 1, Assert("claim", false, SPAN), Require(false))
    answers = explore(model([], [body], [asserted("claim")]), {"cpu": 2})
    assert isinstance(answers["claim"], Safe)


def test_a_violated_initial_state_is_a_run_without_moves() -> None:
    body = Program("cpu", 2)
    x = Read("x", (), IntType(0, 2))
    whole = model(
        [variable("x", IntType(0, 2), constant=True)],
        [body],
        [invariant("small", binary("<", x, number(2)))],
    )
    answer = explore(whole, {"cpu": 1})["small"]
    assert isinstance(answer, Unsafe)
    assert answer.run.moves == ()
    assert answer.run.initial == {("x", ()): 2}


def test_a_lock_of_another_kind_of_thread_is_not_confused_with_mine() -> None:
    first, second = Program("cpu", 3), Program("task", 3)
    first.lock(0, 1, LOCKED)
    first.unlock(1, 2, LOCKED)
    second.lock(0, 1, LOCKED)
    second.unlock(1, 2, LOCKED)
    task = Bound("t", reference("task"))
    whole = model(
        [variable("lock", LOCK)],
        [first, second],
        [
            reachable("cpu_holds", exists((C,), HeldBy(LOCKED, C))),
            reachable("task_holds", exists((task,), HeldBy(LOCKED, task))),
            invariant(
                "holder_is_inside",
                forall((task,), binary("=>", HeldBy(LOCKED, task), At(task, frozenset({1})))),
            ),
        ],
    )
    compare(whole, {"cpu": 2, "task": 2})


def drifting() -> Model:
    body = Program("cpu", 2)
    body.step(0, 0, Assign("total", (), binary("+", TOTAL, number(1))))
    return model(
        [variable("total", INT, 0)],
        [body],
        [
            invariant("small", binary("<", TOTAL, number(10))),
            invariant("natural", binary(">=", TOTAL, number(0))),
        ],
    )


def test_a_counter_that_drifts_meets_the_limit_and_what_is_decided_stays() -> None:
    answers = explore(drifting(), {"cpu": 2}, limits=Limits(states=1000))
    small, natural = answers["small"], answers["natural"]
    assert isinstance(small, Unsafe)
    assert len(small.run.moves) == 10
    assert isinstance(natural, Undecided)
    assert natural.reason == "state limit of 1000"
    assert 990 <= natural.depth <= 1300


def test_time_and_memory_end_a_search() -> None:
    answers = explore(drifting(), {"cpu": 1}, limits=Limits(expired=lambda: True))
    assert answers["natural"] == Undecided("time limit", 0)
    answers = explore(drifting(), {"cpu": 1}, limits=Limits(memory=1 << 20))
    natural = answers["natural"]
    assert isinstance(natural, Undecided)
    assert natural.reason == "memory limit of 1 MiB"


def test_progress_counts_states() -> None:
    heard: list[Progress] = []
    task = Task(drifting(), {"cpu": 1}, ("natural",), Limits(states=25_000))
    Explore().run(task, heard.append)
    assert [item.what for item in heard] == ["states", "states"]
    assert heard[0].engine == "explore"
    assert 10_000 <= heard[0].number < heard[1].number


def test_the_search_stops_when_all_is_decided() -> None:
    whole = replace(drifting(), properties=drifting().properties[:1])
    assert isinstance(explore(whole, {"cpu": 1})["small"], Unsafe)


_SCRIPT = """
from tests.support.proofs.models import free_path
from verifier.engines.explore import Explore
from verifier.protocol.task import Limits, Task
whole = free_path()
names = tuple(item.name for item in whole.properties)
task = Task(whole, {"cpu": 2, "page": 4, "pageblock": 2}, names, Limits())
for name, answer in Explore().run(task, lambda _: None).items():
    run = getattr(answer, "run", None)
    print(name, run.moves if run else (answer.certificate.states, answer.certificate.depth))
    print(sorted(map(str, run.initial.items())) if run else "")
"""


def test_answers_do_not_depend_on_the_seed_of_hashes() -> None:
    printed = [
        subprocess.run(
            [sys.executable, "-c", _SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "77")
    ]
    assert "no_stranded_page" in printed[0]
    assert printed[0] == printed[1] == printed[2]
