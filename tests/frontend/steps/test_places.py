"""Where a thread can be interrupted: waiting, idle heads, names, live locals, kinds of thread."""

from __future__ import annotations

import pytest

from frontend.model import Location, Model, Step
from tests.support.frontend.lowering import (
    PROCEDURES,
    arrows,
    body,
    checks,
    judged,
    model,
    models,
    run,
    steps,
)


def places(found: Model, sort: str = "cpu") -> dict[str, Location]:
    return {place.name: place for place in found.thread(sort).locations}


def step(found: Model, does: str, sort: str = "cpu") -> Step:
    (one,) = [
        item
        for item, text in zip(found.thread(sort).steps, steps(found, sort), strict=True)
        if text == does
    ]
    return one


# --- waiting ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statements",
    [
        "atomic { take(first); y = 1; }",
        "atomic { holds({first}); y = 1; }",
        "atomic { settled(pair{ .full = b, .what = A }); y = 1; }",
        "atomic { obj o = first; take(o); }",
    ],
)
def test_a_wait_behind_copies_is_told_over_the_state_at_the_start(statements: str) -> None:
    found = body(statements, extra=PROCEDURES)
    (one,) = found.thread("cpu").steps
    locals_ = {variable.name for variable in found.variables if variable.thread is not None}
    assert locals_
    assert not [name for name in locals_ if name in repr(one.waits)]
    assert "first" in repr(one.waits) or "'b'" in repr(one.waits)


def test_statements_that_never_wait_say_true() -> None:
    found = body("x = 1; if (b) y = 1; choose { x = 2; } or { y = 2; }")
    assert {repr(item.waits) for item in found.thread("cpu").steps} == {
        "Constant(value=True, type=BoolType())"
    }


def test_the_branches_of_choose_are_alternatives_and_the_ways_of_a_test_are_not() -> None:
    found = body("int n; choose { n = x; if (n > 0) y = 1; } or { await b; } or { }")
    assert [
        (item.alternative, text)
        for item, text in zip(found.thread("cpu").steps, steps(found), strict=True)
    ] == [
        (0, "n = x; if (n > 0): yes"),
        (0, "n = x; if (n > 0): no"),
        (1, "await b"),
        (2, ""),
        (0, "y = 1"),
    ]


def test_of_two_ways_through_a_step_one_has_the_fault_before_them() -> None:
    found = body("int n; n = 4 / x; if (n > 1) y = 1; else z = 1;")
    assert checks(found) == ["divide"]


# --- heads -----------------------------------------------------------------------------------


def test_the_head_of_the_outermost_loop_is_idle_and_its_steps_are_fresh() -> None:
    found = body("x = 1; loop { y = 1; loop { z = 1; if (b) break; } }")
    assert [place.name for place in found.thread("cpu").locations if place.head] == ["cpu.2"]
    assert [
        text
        for item, text in zip(found.thread("cpu").steps, steps(found), strict=True)
        if item.fresh
    ] == ["y = 1"]


def test_a_while_is_no_idle_loop() -> None:
    found = body("while (true) { x = 1; y = 1; }")
    assert not any(place.head for place in found.thread("cpu").locations)
    assert not any(item.fresh for item in found.thread("cpu").steps)


def test_the_outermost_loop_may_stand_in_a_procedure() -> None:
    found = body("serve();", extra="proc serve() { loop { x = 1; } }")
    assert [place.procedures for place in found.thread("cpu").locations if place.head] == [
        ("serve",)
    ]


def test_a_server_that_begins_with_await_is_idle_there_and_not_fresh() -> None:
    found = body("loop { await b; x = 1; }")
    assert [place.head for place in found.thread("cpu").locations][:2] == [True, False]
    assert not step(found, "await b").fresh


def test_a_thread_ends_where_its_body_ends() -> None:
    found = body("if (b) return; x = 1;")
    thread = found.thread("cpu")
    assert thread.locations[thread.end].name == "cpu.end"
    assert step(found, "if (b): yes").target == thread.end
    assert step(found, "x = 1").target == thread.end
    assert not [item for item in thread.steps if item.source == thread.end]


# --- names -----------------------------------------------------------------------------------


def test_places_are_named_by_call_path_and_label_or_ordinal() -> None:
    found = body("set_x(x); set_x(y); once();", extra=PROCEDURES + "proc once() { set_x(z); }")
    assert list(places(found)) == [
        "cpu.1",
        "set_x@1.1",
        "set_x@1.done",
        "cpu.2",
        "set_x@2.1",
        "set_x@2.done",
        "once.1",
        "once/set_x.1",
        "once/set_x.done",
        "cpu.end",
    ]


def test_names_of_places_and_steps_are_unique() -> None:
    found = body(
        "if (early(b)) { set_x(1); } else { set_x(1); } loop { while (early(b)) { tail(); } }",
        extra=PROCEDURES,
    )
    thread = found.thread("cpu")
    assert len({place.name for place in thread.locations}) == len(thread.locations)
    assert len({item.name for item in thread.steps}) == len(thread.steps)


def test_a_label_stands_at_every_call_site() -> None:
    found = body("set_x(x); set_x(y);", extra=PROCEDURES)
    assert [place.name for place in found.thread("cpu").locations if place.labels] == [
        "set_x@1.done",
        "set_x@2.done",
    ]
    assert places(found)["set_x@1.done"].labels == {("set_x", "done")}
    assert places(found)["set_x@1.done"].procedures == ("set_x",)


def test_labels_behind_a_constant_test_stand_where_it_does() -> None:
    found = body("x = 1; outside: while (true) { inside: y = 1; if (b) break; }")
    at = [place.labels for place in found.thread("cpu").locations if place.labels]
    assert {("", "outside"), ("", "inside")} in at


# --- locals ----------------------------------------------------------------------------------


def live(found: Model, does: str) -> set[str]:
    """The locals that have a value before a step, by the names that traces give them."""
    one = step(found, does)
    names = found.thread("cpu").locations[one.source].live
    return {found.variable(name).display for name in names}


def test_a_local_lives_until_it_is_read_for_the_last_time() -> None:
    found = body("int n; int m; n = x; m = y; x = n; y = m; z = 1;")
    assert live(found, "m = y") == {"n"}
    assert live(found, "x = n") == {"n", "m"}
    assert live(found, "y = m") == {"m"}
    assert live(found, "z = 1") == set()


def test_a_local_that_a_property_reads_lives_while_it_has_a_value() -> None:
    found = body(
        "{ int n; n = x; x = n; y = 1; } z = 1;",
        extra="invariant small: forall cpu c: c.n < 2;",
    )
    assert live(found, "y = 1") == {"n"}
    assert live(found, "z = 1") == set()


def test_a_local_is_fresh_in_each_round() -> None:
    found = body("loop { int n; n = x; y = n; }", extra="reachable one: exists cpu c: c.n == 1;")
    (head,) = [place for place in found.thread("cpu").locations if place.head]
    assert not head.live


def test_locals_of_one_name_in_two_blocks_are_two() -> None:
    found = body(
        "{ int n; n = 1; x = n; y = n; } x = 7; { int n; n = 2; x = n; z = n; }",
        extra="invariant one: forall cpu c: c.n == 1;",
    )
    names = [variable.name for variable in found.variables if variable.thread is not None]
    assert len(names) == 2
    alone = {"cpu": 1, "obj": 1}
    first = ("cpu0", "n = 1; x = n")
    assert judged(found, "one", *run(found, [first], alone))
    then = [first, ("cpu0", "y = n"), ("cpu0", "x = 7; n = 2")]
    assert not judged(found, "one", *run(found, then, alone))


def test_sets_of_one_name_in_two_blocks_are_told_apart() -> None:
    found = body(
        "{ set of obj s; s = {first}; x = 1; if (first in s) y = 1; } x = 7;"
        "{ set of obj s; s = empty; x = 2; if (first in s) y = 2; }",
        extra="invariant in_it: forall cpu c: first in c.s;",
    )
    alone = {"cpu": 1, "obj": 1}
    assert not judged(found, "in_it", *run(found, [], alone))
    moves = [("cpu0", "s = {first}")]
    assert judged(found, "in_it", *run(found, moves, alone))
    moves += [("cpu0", text) for text in ("x = 1", "if (first in s): yes", "y = 1")]
    moves.append(("cpu0", "x = 7; s = empty"))
    assert not judged(found, "in_it", *run(found, moves, alone))


def test_a_procedure_called_twice_has_its_locals_once() -> None:
    found = body("set_x(1); set_x(2);", extra=PROCEDURES)
    assert [variable.name for variable in found.variables if variable.thread is not None] == [
        "cpu/set_x.v"
    ]


# --- several kinds of thread -------------------------------------------------------------------


def test_each_kind_of_thread_has_its_own_steps_and_locals() -> None:
    found = model(
        """spec two;
        int x = 0;
        proc put(int v) { x = v; }
        thread reader { int n; n = x; put(n); }
        thread writer { loop put(1); }
        """
    )
    assert arrows(found, "reader") == ["0 -> 1 n = x; put(n)", "1 -> 2 x = v"]
    assert arrows(found, "writer") == ["0 -> 0 put(1); x = v"]
    assert {v.name: v.thread for v in found.variables if v.thread is not None} == {
        "reader/n": "reader",
        "reader/put.v": "reader",
        "writer/put.v": "writer",
    }
    assert [sort.name for sort in found.sorts if sort.thread] == ["reader", "writer"]


# --- variants ----------------------------------------------------------------------------------

VERSIONS = """spec versions;
patch fix "the fix";
config big "large pages";
variant old = {};
variant new = { fix };
variant huge = new + { big };
int x = 0;
when (fix) int y = 0;
thread cpu {
	choose { x = 1; } or when (fix) { y = 1; } or when (big && !fix) { x = 9; }
	when (big) { x = 3; } else x = 4;
	when (fix || big)
		x = 5;
}
"""


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ("old", ["x = 1", "x = 4"]),
        ("new", ["x = 1", "y = 1", "x = 4", "x = 5"]),
        ("huge", ["x = 1", "y = 1", "x = 3", "x = 5"]),
    ],
)
def test_when_leaves_what_its_flags_say_and_no_step(variant: str, expected: list[str]) -> None:
    (found,) = [item for item in models(VERSIONS) if item.variant == variant]
    assert steps(found) == expected
    assert ("y" in {item.name for item in found.variables}) == (variant != "old")


def test_remarks_tell_which_local_an_assignment_gives_a_value() -> None:
    found = body("int n; n = 1; x = n; n = 2; y = n;")
    one = step(found, "n = 1; x = n; n = 2")
    assert [remark.value is not None for remark in one.remarks] == [True, False, True]
