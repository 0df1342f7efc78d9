from __future__ import annotations

import pytest

from frontend.formulas.building import both, forall, implication, negation
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
    Conditional,
    Constant,
    HeldBy,
    IntType,
    Let,
    Model,
    Pick,
    Read,
    Require,
    Temporary,
)
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
from verifier.engines.kinduction import KInduction, KInductionOptions
from verifier.protocol.task import Answer, Limits, Safe, Task, Undecided, Unsafe

CPU = reference("cpu")
DIGIT = IntType(0, 9)


def check(
    checked: Model, bounds: dict[str, int], depth: int = 8, options: KInductionOptions | None = None
) -> dict[str, Answer]:
    names = tuple(item.name for item in checked.properties)
    engine = KInduction(options or KInductionOptions())
    return engine.run(Task(checked, bounds, names, Limits(depth=depth)), ignore)


def proof(answer: Answer) -> tuple[int, bool]:
    assert isinstance(answer, Safe), answer
    return answer.certificate.depth, answer.certificate.simple_paths


def locked() -> Model:
    """Two steps under a lock that everybody takes."""
    lock = Read("lock", (), LOCK)
    program = Program("cpu", 5)
    program.lock(0, 1, lock)
    program.step(1, 2)
    program.unlock(2, 0, lock)
    one, other = Bound("one", CPU), Bound("other", CPU)
    inside = both(At(one, frozenset({1, 2})), At(other, frozenset({1, 2})))
    alone = forall((one, other), implication(inside, binary("==", one, other)))
    return model([variable("lock", LOCK)], [program], [invariant("alone", alone)])


def ring(length: int, start: int, options: KInductionOptions) -> Answer:
    """A digit that runs around a ring of values; the others are never reached."""
    n = Read("n", (), DIGIT)
    program = Program("cpu", 2)
    following = Conditional(
        binary("==", n, number(length - 1)), number(0), binary("+", n, number(1)), DIGIT
    )
    program.step(0, 0, Require(binary("<", n, number(9))), Assign("n", (), following))
    built = model(
        [variable("n", DIGIT, start)],
        [program],
        [invariant("not_nine", binary("!=", n, number(9)))],
    )
    return check(built, {"cpu": 1}, options=options)["not_nine"]


def test_an_inductive_property_needs_one_step_and_no_assumption_on_paths() -> None:
    n = Read("n", (), INT)
    program = Program("cpu", 2)
    program.step(0, 0, Assign("n", (), binary("+", n, number(2))))
    built = model(
        [variable("n", INT, 0)],
        [program],
        [
            invariant("even", binary("==", binary("%", n, number(2)), number(0))),
            reachable("odd", binary("==", binary("%", n, number(2)), number(1))),
            reachable("four", binary("==", n, number(4))),
        ],
    )
    answers = check(built, {"cpu": 3})
    assert proof(answers["even"]) == (1, False)
    assert proof(answers["odd"]) == (1, False)
    assert isinstance(answers["four"], Unsafe)
    assert len(answers["four"].run.moves) == 2


def test_unreachable_values_before_a_violation_are_run_out_of_by_longer_paths() -> None:
    # 5, 6, 7, 8 lead to 9 and no value leads to 5 from outside.
    depth, simple = proof(ring(5, 0, KInductionOptions()))
    assert depth == 5
    assert simple
    depth, simple = proof(ring(5, 0, KInductionOptions(simple_paths=False)))
    assert depth == 5
    assert not simple


def test_a_loop_outside_the_reachable_states_needs_simple_paths() -> None:
    n = Read("n", (), IntType(0, 3))
    program = Program("cpu", 2)
    program.step(0, 0, Require(binary("==", n, number(0))), alternative=0)
    for source, target in ((1, 2), (2, 1), (2, 3)):
        program.step(
            0,
            0,
            Require(binary("==", n, number(source))),
            Assign("n", (), number(target)),
            alternative=source + target,
        )
    built = model(
        [variable("n", IntType(0, 3), 0)],
        [program],
        [invariant("not_three", binary("!=", n, number(3)))],
    )
    assert proof(check(built, {"cpu": 1})["not_three"]) == (3, True)
    without = check(built, {"cpu": 1}, options=KInductionOptions(simple_paths=False))
    assert without["not_three"] == Undecided("depth limit", 8)


def test_a_lock_excludes_in_one_step_once_it_is_known_who_owns_it_where() -> None:
    answer = check(locked(), {"cpu": 4})["alone"]
    assert proof(answer) == (1, False)
    assert isinstance(answer, Safe)
    assert answer.certificate.method == "k-induction, k = 1; lock owners by location"
    without = check(locked(), {"cpu": 2}, 1, KInductionOptions(owners=False))
    assert isinstance(without["alone"], Undecided)


def test_locks_of_objects_are_followed_through_the_locals_that_name_them() -> None:
    node = reference("node")
    program, chosen = Program("cpu", 4), Temporary("chosen", node)
    mine = Read("mine", (program.me,), node)
    lock = Read("node.lock", (mine,), LOCK)
    program.step(0, 1, Pick(chosen), Assign("mine", (program.me,), chosen))
    program.lock(1, 2, lock)
    program.step(
        2,
        0,
        Check("unlock", HeldBy(lock, program.me), SPAN, ""),
        Assign("node.lock", (mine,), Constant(None, LOCK)),
    )
    program.live("mine", [1, 2])
    built = model(
        [
            variable("node.lock", LOCK, None, (node,)),
            variable("mine", node, index=(CPU,), thread="cpu"),
        ],
        [program],
        [fault("unlock")],
        sorts=["node"],
    )
    assert proof(check(built, {"cpu": 3, "node": 3})["unlock"]) == (1, False)


def test_a_lock_that_another_thread_releases_is_not_taken_for_owned() -> None:
    lock = Read("lock", (), LOCK)
    program, thief = Program("cpu", 3), Program("thief", 2)
    program.lock(0, 1, lock)
    program.step(1, 2, Check("unlock", HeldBy(lock, program.me), SPAN, ""))
    thief.unlock(0, 1, lock)
    built = model([variable("lock", LOCK)], [program, thief], [fault("unlock")])
    answer = check(built, {"cpu": 1, "thief": 1})["unlock"]
    assert isinstance(answer, Unsafe)
    assert len(answer.run.moves) == 3


def test_violations_are_found_at_their_least_depth_on_the_way() -> None:
    n = Read("n", (), NAT)
    program = Program("cpu", 2)
    program.step(0, 0, Assign("n", (), binary("+", n, number(1))))
    built = model(
        [variable("n", NAT, 0)], [program], [invariant("small", binary("<", n, number(6)))]
    )
    answer = check(built, {"cpu": 2})["small"]
    assert isinstance(answer, Unsafe)
    assert answer.shortest
    assert len(answer.run.moves) == 6


def test_what_is_proved_helps_at_once() -> None:
    a, b = Read("a", (), INT), Read("b", (), INT)
    program = Program("cpu", 2)
    program.step(0, 0, Assign("a", (), b))
    built = model(
        [variable("a", INT, 1), variable("b", INT, 1)],
        [program],
        [
            invariant("a_is_one", binary("==", a, number(1))),
            invariant("b_is_one", binary("==", b, number(1))),
        ],
    )
    answers = check(built, {"cpu": 1}, options=KInductionOptions(together=False))
    assert proof(answers["b_is_one"])[0] == 1
    assert proof(answers["a_is_one"])[0] == 1


def test_properties_help_each_other_only_when_asked_to() -> None:
    a, b = Read("a", (), INT), Read("b", (), INT)
    program = Program("cpu", 2)
    old = Temporary("old", INT)
    program.step(0, 0, Let(old, a), Assign("a", (), b), Assign("b", (), old))
    built = model(
        [variable("a", INT, 1), variable("b", INT, 1)],
        [program],
        [
            invariant("a_is_one", binary("==", a, number(1))),
            invariant("b_is_one", binary("==", b, number(1))),
        ],
    )
    answers = check(built, {"cpu": 1})
    assert proof(answers["a_is_one"])[0] == 1
    assert isinstance(answers["a_is_one"], Safe)
    assert "with b_is_one" in answers["a_is_one"].certificate.method
    alone = KInductionOptions(simple_paths=False, together=False)
    assert proof(check(built, {"cpu": 1}, options=alone)["a_is_one"])[0] == 2


def test_steps_are_held_to_asserts_and_checks() -> None:
    n = Read("n", (), IntType(0, 4))
    program = Program("cpu", 2)
    program.step(
        0,
        0,
        Check("range", binary("<", n, number(4)), SPAN, ""),
        Assert("small", binary("<", n, number(2)), SPAN),
        Assign("n", (), Conditional(binary("<", n, number(1)), number(1), number(0), INT)),
    )
    program.step(0, 1, Require(FALSE), Assert("never", FALSE, SPAN), alternative=1)
    built = model(
        [variable("n", IntType(0, 4), 0)],
        [program],
        [fault("range"), asserted("small"), asserted("never")],
    )
    answers = check(built, {"cpu": 2})
    assert proof(answers["never"]) == (1, False)
    assert proof(answers["range"])[0] == 2
    assert proof(answers["small"])[0] == 2


def test_only_what_is_assumed_of_constants_holds_later() -> None:
    n, size = Read("n", (), IntType(0, 3)), Read("size", (), IntType(0, 3))
    program = Program("cpu", 3)
    program.step(0, 1, Assign("n", (), size))
    built = model(
        [
            variable("n", IntType(0, 3), free=True),
            variable("size", IntType(0, 3), constant=True),
        ],
        [program],
        [
            invariant("starts_at_zero", binary("==", n, number(0))),
            invariant("below_three", binary("<", n, number(3))),
        ],
        assumptions=[
            ("zero", binary("==", n, number(0))),
            ("size", binary("==", size, number(2))),
        ],
    )
    answers = check(built, {"cpu": 1})
    assert isinstance(answers["starts_at_zero"], Unsafe)
    assert isinstance(answers["below_three"], Safe)


def test_a_local_without_a_value_is_no_reason_to_tell_states_apart() -> None:
    scratch = Read("scratch", (Program("cpu", 1).me,), BOOL)
    program = Program("cpu", 4)
    program.step(0, 1, Assign("scratch", (program.me,), TRUE))
    program.step(1, 0, Require(scratch))
    program.step(2, 3)
    program.live("scratch", [1])
    cpu = Bound("c", CPU)
    built = model(
        [variable("scratch", BOOL, index=(CPU,), thread="cpu")],
        [program],
        [invariant("not_three", forall((cpu,), negation(At(cpu, frozenset({3})))))],
    )
    depth, _ = proof(check(built, {"cpu": 1})["not_three"])
    assert depth == 2


@pytest.mark.parametrize("seed", [1, 2, 8, 12, 17, 29, 32, 43, 48])
@pytest.mark.parametrize("simple", [True, False])
def test_it_proves_nothing_that_an_exhaustive_search_refutes(seed: int, simple: bool) -> None:
    built = random_model(seed)
    assert built is not None
    bounds = {"cpu": 1 + seed % 2, "task": 1 + seed // 2 % 2, "page": 1 + seed // 4 % 2}
    found = search(built, bounds)
    answers = check(built, bounds, 5, KInductionOptions(simple_paths=simple))
    for name, answer in answers.items():
        match answer:
            case Unsafe(run=run):
                assert found.best[name][0] == len(run.moves), name
            case Safe():
                assert name not in found.best
            case _:
                assert found.best.get(name, (9,))[0] > 5, name
