"""Which faults are checked where, what an undefined property means, and the built-in properties."""

from __future__ import annotations

import pytest

from frontend.model import Check, Model, Object, PropertyKind, Value
from proofs.answers.trace import Point, State
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.execute import enabled, execute
from tests.support.frontend.lowering import (
    body,
    body_codes,
    checks,
    codes,
    formula,
    judged,
    model,
    run,
    starts,
    states,
    thread,
)

ALONE = {"cpu": 1, "obj": 2}

# --- which checks a statement has --------------------------------------------------------------

CHECKS = {
    "following an optional reference": ("b = top.flag;", ["none"]),
    "not following it": ("b = top == none;", []),
    "storing it in a plain one": ("first = top;", ["none"]),
    "storing it in an optional one": ("top = top;", []),
    "a plain reference": ("b = first.flag;", []),
    "what && guards": ("b = top != none && top.flag;", []),
    "what => guards": ("b = top != none => top.flag;", []),
    "what ? : guards": ("x = (top == none ? 0 : top.n);", ["none"]),
    "division": ("x = 6 / y;", ["divide"]),
    "remainder": ("x = 6 % y;", ["divide"]),
    "division by a constant": ("x = y / 2;", []),
    "division by what is never zero": ("int 1..3 d; d = 2; x = y / d;", []),
    "a nat that may go below": ("count_--;", ["underflow"]),
    "a nat that grows": ("count_++;", []),
    "an int into a nat": ("count_ = x;", ["underflow"]),
    "a nat into an int": ("x = count_;", []),
    "a range": ("small = x;", ["range"]),
    "a range that grows": ("small++;", ["range"]),
    "a value that fits its range": ("small = 3;", []),
    "an index": ("table[x] = true;", ["range"]),
    "an index that fits": ("table[small] = true;", []),
    "a shift by what may be negative": ("int -1..2 s; s = 1; x = 1 << s;", ["range"]),
    "a shift by what is not": ("x = 1 << small;", []),
    "unlock": ("spin_unlock(lock);", ["unlock"]),
    "lock": ("spin_lock(lock);", ["relock"]),
    "trylock is no relock": ("bool t; t = spin_trylock(lock);", []),
    "a lock behind an optional reference": ("spin_lock(top.guard);", ["none", "relock"]),
    "add_return": ("x = add_return(small, 1);", ["range"]),
    "dec_and_test": ("bool t; t = dec_and_test(count_);", ["underflow"]),
    "a condition": ("if (top.flag) x = 1;", ["none"]),
    "a pick's condition": ("first = any(obj q: top.n == q.n);", ["none"]),
    "an await": ("await top.flag;", ["none"]),
    "an assert": ("assert fine: top.flag;", ["none"]),
    "an argument": ("put(x);", ["range"]),
    "an update": ("update obj o { o.n = o.next.n; }", ["none"]),
    "an update that is guarded": (
        "update obj o where o.next != none { o.n = o.next.n; }",
        ["none"],
    ),
}


@pytest.mark.parametrize(("statements", "expected"), CHECKS.values(), ids=CHECKS.keys())
def test_checked(statements: str, expected: list[str]) -> None:
    extra = "proc put(int 0..3 v) { small = v; }" if "put(" in statements else ""
    found = dict.fromkeys(checks(body(f"atomic {{ {statements} }}", extra=extra)))
    assert list(found) == expected


def faults(statements: str, **values: Value) -> set[str]:
    """The faults of a thread that runs statements in one step, from these values of globals."""
    found = body(f"atomic {{ {statements} }}")
    instance, state = next(starts(found, ALONE))
    point: dict[Point, Value] = {(name, ()): value for name, value in values.items()}
    state = State({**state.values, **point}, state.places)
    ended: set[str] = set()
    for move in enabled(instance, state):
        ended.update(execute(instance, state, move).faults)
    return ended


GUARDED = [
    "b = top != none && top.flag;",
    "b = top == none || top.flag;",
    "b = top != none => top.flag;",
    "x = (top == none ? 0 : top.n);",
    "x = (top != none ? top.n : 0);",
    "b = !(top != none && top.flag);",
    "b = y != 0 && 6 / y > 1 || y == 0;",
    "b = exists obj o: o.next != none && o.next.flag;",
    "b = forall obj o: o.next != none => o.next.next == none;",
    "x = count(obj o: o.next != none && o.next.flag);",
    "if (top != none && top.flag) x = 1;",
    "await top == none || top.flag;",
    "update obj o where o.next != none { o.n = o.next.n; }",
    "update obj o where o.next != none && o.next.flag { o.n = 1; }",
    "b = 0 <= y && y <= 3 && table[y];",
    "first = any(obj o: o.next == none || o.next.flag);",
]


@pytest.mark.parametrize("statements", GUARDED)
def test_what_is_not_evaluated_is_no_fault(statements: str) -> None:
    assert faults(statements, top=None, y=0) == set()


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        ("b = top.flag && top != none;", "none"),
        ("b = top != none || top.flag;", "none"),
        ("b = top == none => top.flag;", "none"),
        ("x = (top == none ? top.n : 0);", "none"),
        ("b = y == 0 && 6 / y > 1;", "divide"),
        ("b = exists obj o: o.next.flag;", "none"),
        ("update obj o where o.next.flag { o.n = 1; }", "none"),
        ("update obj o where o.next == none { o.n = o.next.n; }", "none"),
        ("small = y - 1;", "range"),
        ("count_ = y - 1;", "underflow"),
        ("table[y + 4] = true;", "range"),
        ("spin_unlock(lock);", "unlock"),
        ("first = any(obj o: o.next.flag);", "none"),
    ],
)
def test_what_is_evaluated_is_a_fault(statements: str, fault: str) -> None:
    assert faults(statements, top=None, y=0) == {fault}


def test_the_holder_who_locks_again_does_not_wait_but_fails() -> None:
    assert faults("spin_lock(lock);", lock=thread(0)) == {"relock"}


# --- properties that are not defined -----------------------------------------------------------


def truth(text: str, **values: Value) -> bool:
    """Whether an invariant holds in an initial state with these values of globals."""
    found = body("x = 1;", extra=f"invariant claim: {text};")
    instance, state = next(starts(found, ALONE))
    point: dict[Point, Value] = {(name, ()): value for name, value in values.items()}
    return judged(found, "claim", instance, State({**state.values, **point}, state.places))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("top.flag", False),
        ("!top.flag", False),
        ("top.flag == top.flag", False),
        ("top != none => top.flag", True),
        ("top == none || top.flag", True),
        ("(top == none ? true : top.flag)", True),
        ("6 / y == 0 || true", False),
        ("6 / y != 7", False),
        ("forall obj o: o.next.flag", False),
        ("forall obj o: !o.next.flag", False),
        ("!(forall obj o: o.next.flag)", True),
        ("!(exists obj o: o.next.flag || !o.next.flag)", True),
        ("exists obj o: !o.next.flag", False),
        ("count(obj o: !o.next.flag) == 0", True),
        ("forall obj o: (exists obj q: q.next.flag) || o != none", True),
        ("forall obj o: !(exists obj q: q == o.next.next)", True),
        ("table[y + 4] || !table[y + 4]", False),
        ("top in pool || !(top in pool)", False),
    ],
)
def test_a_formula_that_is_not_defined_does_not_hold(text: str, expected: bool) -> None:
    assert truth(text, top=None, y=0) is expected


def test_a_local_from_outside_is_readable_where_it_has_a_value_only() -> None:
    found = body(
        "int n; n = x; y = n; z = 1;",
        extra="invariant same: forall cpu c: c.n == 0; invariant not_one: forall cpu c: c.n != 1;",
    )
    assert not judged(found, "same", *run(found, [], ALONE))
    assert not judged(found, "not_one", *run(found, [], ALONE))
    assert judged(found, "same", *run(found, [("cpu0", "n = x")], ALONE))
    assert judged(found, "not_one", *run(found, [("cpu0", "n = x"), ("cpu0", "y = n")], ALONE))


def test_where_a_thread_stands_guards_its_locals() -> None:
    found = body(
        "put(x);",
        extra="""proc put(int v) { y = 1; here: y = v; }
        invariant right: forall cpu c: c at put.here => c.put.v == x;
        invariant inside: forall cpu c: c in put => c.put.v == x;""",
    )
    for name in ("right", "inside"):
        assert all(judged(found, name, *place) for place in states(found, ALONE))


# --- the built-in properties -------------------------------------------------------------------


def ever(found: Model, name: str, bounds: dict[str, int]) -> bool:
    """Whether an invariant fails in some reachable state."""
    return any(
        not holds(formula(found, name), Scope.of(instance, state))
        for instance, state in states(found, bounds)
    )


STUCK = {
    "an await that nobody answers": ("await b;", True),
    "an await that somebody answers": ("choose { await b; } or { b = true; }", False),
    "an idle server": ("loop { await b; b = false; }", False),
    "a server that waits in the middle": ("loop { x = 1; await b; }", True),
    "all threads at their ends": ("x = 1;", False),
    "a lock that is never released": ("spin_lock(lock); if (x > 0) spin_unlock(lock);", True),
    "a pick among nothing": ("obj o; o = any(obj q: q.flag);", True),
    "branches that all wait": ("choose { await b; } or { await x > 0; }", True),
    "an empty branch": ("choose { await b; } or { }", False),
    "a fault is no waiting": ("await top.flag;", False),
    "one way of atomic that waits": ("atomic { if (b) await x > 0; }", False),
    "one way of atomic that waits, taken": ("atomic { if (!b) await x > 0; else y = 1; }", True),
    "a choice under a test": (
        "atomic { if (!b) { choose { await x > 0; } or { await x < 0; } } else y = 1; }",
        True,
    ),
}


@pytest.mark.parametrize(("statements", "expected"), STUCK.values(), ids=STUCK.keys())
def test_stuck(statements: str, expected: bool) -> None:
    assert ever(body(statements), "stuck", {"cpu": 2, "obj": 1}) is expected


def test_a_fresh_start_does_not_help_one_who_waits() -> None:
    text = """spec two; bool go = false; bool x = false;
    thread waiter { await go; }
    thread other { %s }"""
    bounds = {"waiter": 1, "other": 1}
    assert ever(model(text % "loop choose { x = true; } or { x = false; }"), "stuck", bounds)
    assert not ever(model(text % "x = true; go = true;"), "stuck", bounds)
    assert not ever(model(text % "while (true) { x = true; x = false; }"), "stuck", bounds)


def test_leak() -> None:
    text = "spin_lock(lock); if (b) return; spin_unlock(lock);"
    assert not ever(body(text), "leak", {"cpu": 2, "obj": 1})
    assert ever(body(text.replace("(b)", "(!b)")), "leak", {"cpu": 2, "obj": 1})
    each = "obj o; o = any(obj); spin_lock(o.guard);"
    assert ever(body(each), "leak", {"cpu": 1, "obj": 2})


def test_lock_cycle() -> None:
    text = """choose {{ spin_lock(lock); spin_lock(other); {0} }} or {{ {1} {0} }}"""
    drop = "spin_unlock(other); spin_unlock(lock);"
    crossed = text.format(drop, "spin_lock(other); spin_lock(lock);")
    ordered = text.format(drop, "spin_lock(lock); spin_lock(other);")
    assert ever(body(crossed), "lock_cycle", {"cpu": 2, "obj": 1})
    assert not ever(body(ordered), "lock_cycle", {"cpu": 2, "obj": 1})
    assert not ever(body(crossed), "lock_cycle", {"cpu": 1, "obj": 1})


def test_the_built_in_properties_are_the_nine_of_the_language() -> None:
    found = body("x = 1;")
    kinds = {item.name: item.kind for item in found.properties if item.built_in}
    faults_ = ("range", "underflow", "none", "divide", "unlock", "relock")
    assert kinds == {
        **dict.fromkeys(faults_, PropertyKind.FAULT),
        **dict.fromkeys(("lock_cycle", "leak", "stuck"), PropertyKind.INVARIANT),
    }


def test_a_built_in_name_is_taken() -> None:
    assert body_codes("x = 1;", extra="invariant stuck: x == 0;") == ["E101"]
    assert body_codes("assert leak: x == 0;") == ["E101"]


# --- the start ---------------------------------------------------------------------------------


def values_at_start(declarations: str, name: str, bounds: dict[str, int]) -> set[Value]:
    found = model(f"spec start;\n{declarations}\nthread cpu {{ bool w; w = true; }}")
    points = ((instance, state) for instance, state in starts(found, bounds))
    return {
        value
        for _, state in points
        for (variable, _), value in state.values.items()
        if variable == name
    }


def test_initial_values() -> None:
    one = {"cpu": 1}
    assert values_at_start("int x = 1 + 2 * 3;", "x", one) == {7}
    assert values_at_start("int x = -1;", "x", one) == {-1}
    assert values_at_start("bool t[bool] = true;", "t", one) == {True}
    assert values_at_start("set of cpu s = all cpu;", "s", {"cpu": 2}) == {True}
    assert values_at_start("set of cpu s = empty;", "s", {"cpu": 2}) == {False}
    assert values_at_start(
        "record r { bool a; int n; } r v = r{ .a = true, .n = 4 };", "v.n", one
    ) == {4}
    assert values_at_start("spinlock l;", "l", one) == {None}


def test_without_initial_value_anything_of_the_type_that_assume_allows() -> None:
    one = {"cpu": 1}
    assert values_at_start("int 0..2 x;", "x", one) == {0, 1, 2}
    assert values_at_start("int 0..2 x; assume low: x < 2;", "x", one) == {0, 1}
    assert values_at_start("enum e { A, B } e x;", "x", one) == {"A", "B"}
    assert values_at_start("cpu? x;", "x", one) == {None, Object("cpu", 0)}
    assert values_at_start("cpu x;", "x", one) == {Object("cpu", 0)}


@pytest.mark.parametrize(
    ("declaration", "code"),
    [
        ("int 0..3 x = 4;", "E209"),
        ("nat x = -1;", "E209"),
        ("int x = y; int y = 1;", "E209"),
        ("bool x = 1;", "E201"),
        ("cpu x = none;", "E205"),
        ("int 3..1 x;", "E210"),
        ("set of pair s;", "E103"),
        ("bool t[nat];", "E208"),
    ],
)
def test_not_an_initial_value(declaration: str, code: str) -> None:
    found = codes(f"spec start; {declaration} thread cpu {{ bool w; w = true; }}")
    assert found[0] == code


def test_a_define_stands_for_its_formula_with_its_arguments() -> None:
    text = """define busy(obj o, int n): bool = o.n > n || top == o;
    invariant none_busy: forall obj q: !busy(q, 0);"""
    found = body("first.n = 1;", extra=text)
    at_start = next(starts(found, ALONE))
    assert judged(found, "none_busy", *at_start)
    after = run(found, [("cpu0", "first.n = 1")], ALONE)
    assert not judged(found, "none_busy", *after)


def test_only_one_of_the_steps_of_a_statement_checks() -> None:
    found = body("if (top.flag) x = 1; else y = 1;")
    one, other = found.thread("cpu").steps[:2]
    assert [isinstance(item, Check) for item in one.body].count(True) == 1
    assert not [item for item in other.body if isinstance(item, Check)]


def test_instances_without_objects_that_satisfy_assume_have_no_start() -> None:
    found = model(
        "spec pairs; struct page { const page buddy; }"
        "assume pairs: forall page p: p.buddy.buddy == p && p.buddy != p;"
        "thread cpu { page p; p = any(page); }"
    )
    assert not list(starts(found, {"cpu": 1, "page": 3}))
    assert list(starts(found, {"cpu": 1, "page": 2}))
