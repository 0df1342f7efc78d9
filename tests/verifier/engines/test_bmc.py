from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest

from frontend.formulas.building import both, forall, implication, negation
from frontend.load import load
from frontend.model import (
    BOOL,
    FALSE,
    INT,
    LOCK,
    NAT,
    TRUE,
    Assert,
    Assign,
    At,
    Bound,
    Check,
    Held,
    IntType,
    Model,
    Pick,
    Read,
    Require,
    Temporary,
)
from frontend.source.spans import Source
from proofs.answers.verdict import Certificate
from proofs.runs.replay import replay
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
from tests.support.verifier.naive import search
from tests.support.verifier.random_models import random_model
from tests.verdicts import ignore
from verifier.analysis.slicing import slice_model
from verifier.engines.bmc import BoundedModelChecking, BoundedModelCheckingOptions
from verifier.protocol.task import Answer, Contradiction, Limits, Safe, Task, Undecided, Unsafe

FREE_PATH = Path(__file__).parents[3] / "spec" / "free_path.alloc"
CPU = reference("cpu")


def check(
    checked: Model, bounds: dict[str, int], depth: int = 10, *, ordered: bool = True
) -> dict[str, Answer]:
    names = tuple(item.name for item in checked.properties)
    engine = BoundedModelChecking(BoundedModelCheckingOptions(ordered=ordered))
    return engine.run(Task(checked, bounds, names, Limits(depth=depth)), ignore)


def depth_of(answer: Answer) -> int:
    assert isinstance(answer, Unsafe), answer
    return len(answer.run.moves)


def counting(bound: int, *, limit: int) -> Model:
    """Threads that add one to a counter for ever."""
    counter = Read("counter", (), NAT)
    program = Program("cpu", 2)
    program.step(0, 0, Assign("counter", (), binary("+", counter, number(1))))
    return model(
        [variable("counter", NAT, 0)],
        [program],
        [
            invariant("small", binary("<", counter, number(bound))),
            reachable("far", binary("==", counter, number(limit))),
        ],
    )


def test_a_counter_is_followed_beyond_every_power_of_two_without_wrapping() -> None:
    answers = check(counting(17, limit=9), {"cpu": 2}, depth=20)
    assert depth_of(answers["small"]) == 17
    assert depth_of(answers["far"]) == 9


def test_the_depth_limit_is_an_answer_of_its_own() -> None:
    answers = check(counting(17, limit=99), {"cpu": 1}, depth=5)
    assert answers["small"] == Undecided("depth limit", 5)


def test_a_run_that_nothing_can_prolong_is_searched_to_its_end_and_no_further() -> None:
    done = Read("done", (), INT)
    program = Program("cpu", 3)
    program.step(0, 1, Assign("done", (), binary("+", done, number(1))))
    program.step(1, 2)
    built = model(
        [variable("done", INT, 0)],
        [program],
        [
            invariant("at_most_two", binary("<=", done, number(2))),
            invariant("at_most_one", binary("<=", done, number(1))),
        ],
    )
    answers = check(built, {"cpu": 2})
    assert depth_of(answers["at_most_one"]) == 2
    safe = answers["at_most_two"]
    assert isinstance(safe, Safe)
    assert isinstance(safe.certificate, Certificate)
    assert safe.certificate.engine == "bmc"


def lost_lock() -> Model:
    """One side of two forgets the lock."""
    lock = Read("lock", (), LOCK)
    program = Program("cpu", 4)
    program.lock(0, 1, lock)
    program.step(0, 1, alternative=1)
    program.step(1, 2)
    program.unlock(2, 3, lock)
    one, other = Bound("one", CPU), Bound("other", CPU)
    inside = both(At(one, frozenset({1, 2})), At(other, frozenset({1, 2})))
    alone = forall((one, other), implication(inside, binary("==", one, other)))
    return model(
        [variable("lock", LOCK)],
        [program],
        [invariant("alone", alone), invariant("free", negation(Held(lock)))],
    )


def test_two_threads_meet_where_one_took_no_lock() -> None:
    answers = check(lost_lock(), {"cpu": 3})
    assert depth_of(answers["alone"]) == 2
    assert depth_of(answers["free"]) == 1
    assert isinstance(answers["alone"], Unsafe)
    trace = replay(lost_lock(), answers["alone"].run, "alone")
    assert len(trace.steps) == 2


def test_nothing_is_taken_after_a_fault_and_asserts_go_on() -> None:
    n = Read("n", (), INT)
    program = Program("cpu", 3)
    program.step(
        0,
        1,
        Assert("early", binary("==", n, number(7)), SPAN),
        Check("range", binary("<", n, number(0)), SPAN, ""),
        Assert("late", FALSE, SPAN),
        Assign("n", (), number(1)),
    )
    program.step(1, 2, Assign("n", (), number(2)))
    built = model(
        [variable("n", INT, 0)],
        [program],
        [
            asserted("early"),
            fault("range"),
            asserted("late"),
            invariant("zero", binary("==", n, number(0))),
        ],
    )
    answers = check(built, {"cpu": 2})
    assert depth_of(answers["early"]) == 1
    assert depth_of(answers["range"]) == 1
    assert isinstance(answers["late"], Safe)
    assert isinstance(answers["zero"], Safe)


def test_contradictory_assumptions_are_named_and_no_others() -> None:
    size = Read("size", (), IntType(0, 3))
    program = Program("cpu", 2)
    program.step(0, 1)
    built = model(
        [variable("size", IntType(0, 3), constant=True)],
        [program],
        [invariant("anything", TRUE)],
        assumptions=[
            ("harmless", binary("<", size, number(3))),
            ("large", binary(">", size, number(1))),
            ("small", binary("<", size, number(1))),
        ],
    )
    assert check(built, {"cpu": 1}) == {"anything": Contradiction(("large", "small"))}


def test_integers_that_start_anywhere_are_mathematical() -> None:
    n, limit = Read("n", (), INT), Read("limit", (), INT)
    program = Program("cpu", 2)
    program.step(
        0, 0, Require(binary("<", n, limit)), Assign("n", (), binary("+", n, number(10**9)))
    )
    built = model(
        [variable("n", INT, free=True), variable("limit", INT, constant=True)],
        [program],
        [invariant("never", binary("<", n, number(3 * 10**9)))],
        assumptions=[("below", binary("<", n, number(0)))],
    )
    answers = check(built, {"cpu": 1}, depth=6)
    assert depth_of(answers["never"]) == 4


def test_picks_and_start_values_come_back_as_the_specs_own_values() -> None:
    page = reference("page")
    chosen = Temporary("chosen", page)
    program = Program("cpu", 2)
    program.step(
        0,
        1,
        Pick(chosen),
        Require(Read("page.good", (chosen,), BOOL)),
        Assign("page.taken", (chosen,), TRUE),
    )
    q = Bound("q", page)
    built = model(
        [
            variable("page.good", BOOL, index=(page,), constant=True),
            variable("page.taken", BOOL, False, (page,)),
        ],
        [program],
        [invariant("none_taken", forall((q,), negation(Read("page.taken", (q,), BOOL))))],
        sorts=["page"],
    )
    answer = check(built, {"cpu": 1, "page": 3})["none_taken"]
    assert isinstance(answer, Unsafe)
    (move,) = answer.run.moves
    ((name, value),) = move.picks
    assert name == "chosen"
    assert answer.run.initial["page.good", (value,)] is True
    assert len(replay(built, answer.run, "none_taken").steps) == 1


def test_an_expired_limit_stops_at_once() -> None:
    task = Task(counting(5, limit=5), {"cpu": 1}, ("small",), Limits(expired=lambda: True))
    assert BoundedModelChecking().run(task, ignore) == {"small": Undecided("time limit", -1)}


def test_memory_is_a_limit() -> None:
    task = Task(counting(5, limit=5), {"cpu": 1}, ("small",), Limits(memory=1 << 20))
    answer = BoundedModelChecking().run(task, ignore)["small"]
    assert answer == Undecided("memory limit of 1 MiB", -1)


def test_a_check_is_stopped_while_it_runs() -> None:
    # The product of two unknown factors: far beyond what is found in the time given.
    factor = IntType(2, 2**40)
    p, q = Read("p", (), factor), Read("q", (), factor)
    program = Program("cpu", 2)
    built = model(
        [variable("p", factor, free=True), variable("q", factor, free=True)],
        [program],
        [invariant("prime", binary("!=", binary("*", p, q), number((2**37 - 25) * (2**38 - 45))))],
    )
    end = monotonic() + 0.5
    task = Task(built, {"cpu": 1}, ("prime",), Limits(expired=lambda: monotonic() > end))
    assert BoundedModelChecking().run(task, ignore) == {"prime": Undecided("time limit", -1)}
    assert monotonic() < end + 3


def test_the_same_task_gives_the_same_run_twice() -> None:
    assert check(lost_lock(), {"cpu": 3}) == check(lost_lock(), {"cpu": 3})


@pytest.mark.parametrize("seed", [1, 2, 8, 12, 17, 29, 32, 43])
@pytest.mark.parametrize("ordered", [True, False])
def test_least_depths_are_those_of_an_exhaustive_search(seed: int, ordered: bool) -> None:
    built = random_model(seed)
    assert built is not None
    bounds = {"cpu": 1 + seed % 2, "task": 1 + seed // 2 % 2, "page": 1 + seed // 4 % 2}
    found = search(built, bounds)
    deepest = max((depth for depth, _ in found.best.values()), default=0)
    answers = check(built, bounds, deepest + 1, ordered=ordered)
    for name, answer in answers.items():
        if name in found.best:
            assert depth_of(answer) == found.best[name][0], name
            assert isinstance(answer, Unsafe)
            replay(built, answer.run, name)
        else:
            assert not isinstance(answer, (Unsafe, Contradiction)), name


def test_the_seed_is_refuted_at_its_shortest_depth() -> None:
    models = load(Source("free_path.alloc", FREE_PATH.read_text())).models
    patched = next(item for item in models if item.variant == "v3")
    sliced = slice_model(patched, ["no_stranded_page"])
    bounds = {"cpu": 2, "pageblock": 1, "page": 2}
    task = Task(sliced, bounds, ("no_stranded_page",), Limits(depth=23))
    answer = BoundedModelChecking().run(task, ignore)["no_stranded_page"]
    assert depth_of(answer) == 23
    assert isinstance(answer, Unsafe)
    assert len(replay(patched, answer.run, "no_stranded_page").steps) == 23
