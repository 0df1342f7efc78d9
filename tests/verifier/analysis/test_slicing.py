from __future__ import annotations

from dataclasses import replace

import pytest

from frontend.formulas.building import forall
from frontend.model import (
    BOOL,
    INT,
    LOCK,
    TRUE,
    Assert,
    Assign,
    Bound,
    Bulk,
    Check,
    Instruction,
    Let,
    Model,
    Pick,
    Read,
    Remark,
    Require,
    Temporary,
    Variable,
    WaitCycle,
    WaitEdge,
    Write,
)
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
    reference,
    variable,
)
from tests.support.verifier.random_models import random_model
from verifier.analysis.slicing import slice_model
from verifier.engines.explore import Explore
from verifier.protocol.task import Limits, Safe, Task, Unsafe

PAGE = reference("page")
X = Read("x", (), INT)
Y = Read("y", (), INT)
Z = Read("z", (), INT)
ONE = number(1)
SMALL_X = invariant("small_x", binary("<", X, number(2)))
SMALL_Z = invariant("small_z", binary("<", Z, number(2)))


def numbers(*names: str) -> list[Variable]:
    return [variable(name, INT, 0) for name in names]


def program(*body: Instruction) -> Program:
    result = Program("cpu", 3)
    result.step(0, 1, *body)
    return result


def kept(sliced: Model) -> set[str]:
    return {item.name for item in sliced.variables}


def test_what_a_kept_variable_is_assigned_from_is_kept_and_the_rest_dropped() -> None:
    body = program(Assign("x", (), Y), Assign("z", (), X), Assign("y", (), binary("+", Y, ONE)))
    whole = model(numbers("x", "y", "z"), [body], [SMALL_X, SMALL_Z])
    sliced = slice_model(whole, ["small_x"])
    assert kept(sliced) == {"x", "y"}
    assert sliced.threads[0].steps[0].body == (
        Assign("x", (), Y),
        Assign("y", (), binary("+", Y, ONE)),
    )
    assert [item.name for item in sliced.properties] == ["small_x"]


def test_guards_and_checks_of_every_step_are_kept() -> None:
    positive, small = binary(">", Y, number(0)), binary("<", Z, number(9))
    body = program(Require(positive), Check("range", small, SPAN, "z < 9"), Assign("x", (), ONE))
    whole = model(numbers("x", "y", "z", "w"), [body], [SMALL_X])
    assert kept(slice_model(whole, ["small_x"])) == {"x", "y", "z"}


def test_the_reads_of_a_let_are_kept_only_when_its_temporary_is_used() -> None:
    used, unused = Temporary("used", INT), Temporary("unused", INT)
    body = program(Let(used, Y), Let(unused, Z), Assign("x", (), used), Assign("z", (), unused))
    whole = model(numbers("x", "y", "z"), [body], [SMALL_X])
    sliced = slice_model(whole, ["small_x"])
    assert kept(sliced) == {"x", "y"}
    assert sliced.threads[0].steps[0].body == (Let(used, Y), Assign("x", (), used))


def test_a_pick_that_nothing_kept_uses_is_dropped() -> None:
    mine, other = Temporary("mine", PAGE), Temporary("other", PAGE)
    flag = Read("page.flag", (mine,), BOOL)
    body = program(
        Pick(mine),
        Pick(other),
        Require(flag),
        Assign("page.seen", (other,), TRUE),
        Assign("x", (), ONE),
    )
    whole = model(
        [
            *numbers("x"),
            variable("page.flag", BOOL, True, (PAGE,)),
            variable("page.seen", BOOL, False, (PAGE,)),
        ],
        [body],
        [SMALL_X],
        sorts=["page"],
    )
    sliced = slice_model(whole, ["small_x"])
    assert kept(sliced) == {"x", "page.flag"}
    assert sliced.threads[0].steps[0].body == (Pick(mine), Require(flag), Assign("x", (), ONE))


def test_asserts_of_other_properties_do_not_count() -> None:
    claim = Assert("claim", binary("==", Z, number(0)), SPAN)
    whole = model(
        numbers("x", "z"), [program(claim, Assign("x", (), ONE))], [SMALL_X, asserted("claim")]
    )
    assert kept(slice_model(whole, ["small_x"])) == {"x"}
    assert kept(slice_model(whole, ["claim"])) == {"z"}


def test_an_assumption_that_touches_the_cone_pulls_in_its_variables_and_others_go() -> None:
    variables = [variable(name, INT, constant=True) for name in ("x", "y", "z", "w")]
    others = binary("==", Z, Read("w", (), INT))
    whole = model(
        variables,
        [program()],
        [SMALL_X],
        assumptions=[("x_is_y", binary("==", X, Y)), ("z_is_w", others)],
    )
    sliced = slice_model(whole, ["small_x"])
    assert kept(sliced) == {"x", "y"}
    assert [item.name for item in sliced.assumptions] == ["x_is_y"]


def test_assumptions_pull_in_others_through_shared_variables() -> None:
    variables = [variable(name, INT, constant=True) for name in ("x", "y", "z")]
    whole = model(
        variables,
        [program()],
        [SMALL_X],
        assumptions=[("y_is_z", binary("==", Y, Z)), ("x_is_y", binary("==", X, Y))],
    )
    assert slice_model(whole, ["small_x"]) is whole


def test_the_locks_of_a_wait_cycle_are_kept() -> None:
    lock = Read("lock", (), LOCK)
    cycle = invariant("no_cycle", WaitCycle((WaitEdge("cpu", 0, lock),)))
    whole = model([variable("lock", LOCK), *numbers("x")], [program()], [cycle])
    assert kept(slice_model(whole, ["no_cycle"])) == {"lock"}


def test_a_bulk_update_keeps_the_writes_that_matter() -> None:
    q = Bound("q", PAGE)
    fields = {name: Read(f"page.{name}", (q,), BOOL) for name in ("a", "b", "c")}
    bulk = Bulk(
        (q,),
        fields["c"],
        (Write("page.a", (q,), TRUE), Write("page.b", (q,), fields["a"])),
    )
    whole = model(
        [variable(f"page.{name}", BOOL, False, (PAGE,)) for name in fields],
        [program(bulk)],
        [invariant("a", forall((q,), fields["a"])), invariant("b", forall((q,), fields["b"]))],
        sorts=["page"],
    )
    sliced = slice_model(whole, ["a"])
    assert kept(sliced) == {"page.a", "page.c"}
    assert sliced.threads[0].steps[0].body == (
        Bulk((q,), fields["c"], (Write("page.a", (q,), TRUE),)),
    )
    assert kept(slice_model(whole, ["b"])) == {"page.a", "page.b", "page.c"}


def test_dropped_locals_are_not_live_and_remarks_do_not_show_them() -> None:
    body = Program("cpu", 2)
    local = Read("cpu/n", (body.me,), INT)
    body.step(0, 1, Assign("cpu/n", (body.me,), ONE), Assign("x", (), ONE))
    body.live("cpu/n", [1])
    whole = model(
        [*numbers("x"), variable("cpu/n", INT, index=(reference("cpu"),), thread="cpu")],
        [body],
        [SMALL_X],
    )
    thread = whole.threads[0]
    step = replace(thread.steps[0], remarks=(Remark("n = 1", SPAN, value=local),))
    whole = replace(whole, threads=(replace(thread, steps=(step,)),))
    sliced = slice_model(whole, ["small_x"])
    assert sliced.threads[0].locations[1].live == frozenset()
    assert sliced.threads[0].steps[0].remarks == (Remark("n = 1", SPAN),)
    assert len(sliced.threads[0].locations) == 2


def test_a_model_of_which_all_matters_is_returned_itself() -> None:
    whole = model(numbers("x"), [program(Assign("x", (), ONE))], [SMALL_X])
    assert slice_model(whole, ["small_x"]) is whole


def test_a_property_that_is_not_there_is_an_error() -> None:
    whole = model(numbers("x"), [program()], [SMALL_X, fault("range")])
    with pytest.raises(KeyError):
        slice_model(whole, ["small"])


@pytest.mark.parametrize("seed", [1, 4, 7, 8, 11, 13, 14, 21, 24, 30])
def test_a_slice_has_the_verdicts_of_the_whole_and_its_runs_replay_there(seed: int) -> None:
    whole = random_model(seed)
    assert whole is not None, "this seed makes a model"
    bounds = {"cpu": 2, "task": 1, "page": 2}
    names = tuple(item.name for item in whole.properties)
    limits = Limits(states=1500)
    expected = Explore().run(Task(whole, bounds, names, limits), lambda _: None)
    compared = 0
    for name in names:
        sliced = slice_model(whole, [name])
        answer = Explore().run(Task(sliced, bounds, (name,), limits), lambda _: None)[name]
        if isinstance(answer, (Safe, Unsafe)) and isinstance(expected[name], (Safe, Unsafe)):
            compared += 1
            assert type(answer) is type(expected[name])
        if isinstance(answer, Unsafe):
            assert replay(whole, answer.run, name).property == name
    assert compared
