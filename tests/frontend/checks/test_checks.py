"""What the front end rejects: torn statements, locals without a value, ghosts, misplaced waits."""

from __future__ import annotations

import pytest

from tests.support.frontend.lowering import body, body_codes, codes, models, warnings

# --- tearing -----------------------------------------------------------------------------------

TORN = {
    "an increment without a lock": "x++;",
    "two shared variables in one statement": "x = y;",
    "a test of two": "if (x > 0 && y > 0) z = 1;",
    "an await of two": "await x > 0 || b;",
    "one variable read twice": "int n; n = x + x;",
    "two objects read": "bool t; t = exists obj o: o.flag;",
    "an update of several objects": "update obj o { o.flag = true; }",
    "a field behind a field": "int n; n = top.n;",
    "an element behind an index that is shared": "table[small] = true;",
    "an exchange of one for another": "int n; n = xchg(x, y);",
    "a set grown without a lock": "pool += {first};",
}


UNDER_THE_WRONG_LOCK = {
    "a write under another lock than the others": """
        spin_lock(lock); x++; spin_unlock(lock); spin_lock(other); x++; spin_unlock(other);""",
    "a write under the lock of another object": """
        obj o; o = any(obj); spin_lock(o.guard); o.twin.n++; spin_unlock(o.guard);""",
    "a lock of an object that may be another one by then": """
        choose { first = any(obj); } or {
            obj o; o = any(obj); spin_lock(first.guard); x++; spin_unlock(o.guard); }""",
    "an increment after the unlock": "spin_lock(lock); x++; spin_unlock(lock); x++;",
    "a lock held on one way only": """
        if (b) spin_lock(lock); x++; if (held_by(lock, self)) spin_unlock(lock);""",
    "a lock left by its other name": """
        obj p; obj q; p = any(obj); q = any(obj);
        spin_lock(p.guard); p.n++; spin_unlock(q.guard); p.n++;""",
}

OTHERS = """
thread writer {
	x = 1;
	y = 1;
	b = true;
	small = 1;
	top = none;
	first.n = 1;
	first.flag = true;
}
"""


@pytest.mark.parametrize("statements", TORN.values(), ids=TORN.keys())
def test_torn(statements: str) -> None:
    assert set(body_codes(statements, extra=OTHERS)) == {"E305"}


@pytest.mark.parametrize(
    "statements", UNDER_THE_WRONG_LOCK.values(), ids=UNDER_THE_WRONG_LOCK.keys()
)
def test_torn_where_the_lock_is_not_the_one_of_every_writer(statements: str) -> None:
    assert set(body_codes(statements)) == {"E305"}


@pytest.mark.parametrize(
    "statements", ["x = y;", "if (x > 0 && y > 0) z = 1;", "int n; n = x + x;", "await x > 0 || b;"]
)
def test_what_nobody_writes_cannot_tear(statements: str) -> None:
    assert body(statements).threads


WHOLE = {
    "the lock of a single": "spin_lock(lock); x++; y = x; spin_unlock(lock);",
    "two under two locks": """
        spin_lock(lock); x++; spin_lock(other); y++; x = y; spin_unlock(other);
        spin_unlock(lock);""",
    "the lock of each object": """
        obj o; o = any(obj); spin_lock(o.guard); o.n++; spin_unlock(o.guard);""",
    "the lock of an object, through copies": """
        obj o; obj q; o = any(obj); spin_lock(o.guard); q = o; bump(q); spin_unlock(o.guard);""",
    "the lock of the object that a constant leads to": """
        obj o; o = any(obj); spin_lock(o.twin.guard); o.small = o.small;
        spin_unlock(o.twin.guard);""",
    "constants are no accesses": "obj o; o = any(obj); x = (o.twin == o.twin.twin ? 1 : 2);",
    "locals are none": "int n; n = 2; n = n + n; x = n * n;",
    "ghosts are none": "shadow = x + y + z;",
    "one access and many locals": "int n; int m; n = x; m = y; z = n + m;",
    "the parts of a record, at once": "pair p; p = both; both = pair{ .full = true, .what = B };",
    "a record compared": "if (both == pair{ .full = true, .what = A }) x = 1;",
    "a set, at once": "set of obj s; s = pool; pool = all obj;",
    "one element of a set": "obj o; o = any(obj); if (o in pool) x = 1;",
    "an exchange": "int n; n = xchg(x, 1); n = fetch_add(x, 1); n = add_return(x, n);",
    "an assert of many": "assert fine: forall obj o: o.flag => o.n > x;",
    "atomic": "atomic { x++; y = x + z; }",
    "own fields": "self.mine++; self.mine = self.mine + self.mine;",
    "what nobody writes": "int n; n = x + y + x; if (b && top != none) z = n;",
    "a lock that was tried in the condition": """
        if (!spin_trylock(lock)) return; x++; y = x; spin_unlock(lock);""",
    "a lock that was tried into a local": """
        bool got; got = spin_trylock(lock); if (got) { x++; spin_unlock(lock); }""",
    "an update under the lock of its struct": """
        spin_lock(lock); update obj o where o.flag { o.k = B; o.flag = false; }
        spin_unlock(lock);""",
}
EXTRA = """
struct cpu { int mine = 0; }
"""


@pytest.mark.parametrize("statements", WHOLE.values(), ids=WHOLE.keys())
def test_not_torn(statements: str) -> None:
    bump = "proc bump(obj p) { p.n++; }" if "bump(" in statements else ""
    assert body(statements, extra=EXTRA + bump).threads


def test_a_writer_of_another_kind_without_the_lock_tears_the_readers() -> None:
    text = """spec two; int x = 0; spinlock lock;
    thread good { spin_lock(lock); x++; spin_unlock(lock); }
    thread bad { %s }"""
    assert models(text % "int n; n = x;")
    assert codes(text % "x = 1;") == ["E305"]
    assert codes(text % "atomic { x = 1; }") == ["E305"]


def test_the_fields_of_other_threads_are_not_ones_own() -> None:
    assert body_codes(
        "cpu c; c = any(cpu); self.mine++; c.mine = 1;", extra="struct cpu { int mine = 0; }"
    ) == ["E305"]


def test_a_procedure_that_nothing_calls_is_checked_too() -> None:
    assert "E305" in body_codes("x = 1;", extra="proc spare() { x++; }")


# --- definite assignment -----------------------------------------------------------------------

WITHOUT_VALUE = {
    "never assigned": "int n; x = n;",
    "on one way": "int n; if (b) n = 1; x = n;",
    "after a loop that may not run": "int n; while (b) { n = 1; } x = n;",
    "fresh in each round": "loop { int n; if (b) x = n; n = 1; y = n; }",
    "fresh in each round, the long way": "int k; k = 0; while (k < 2) { int n; if (k > 0) x = n; "
    "n = 1; k = k + n; }",
    "in one branch of choose": "int n; choose { n = 1; } or { } x = n;",
    "added to": "int n; n += 1;",
    "an argument": "int n; put(n);",
    "its own initial value": "int n = n;",
    "in an atomic block": "int n; atomic { if (b) n = 1; x = n; }",
    "skipped by goto": "int n; if (b) goto out; n = 1; out: x = n;",
}


@pytest.mark.parametrize("statements", WITHOUT_VALUE.values(), ids=WITHOUT_VALUE.keys())
def test_a_local_without_a_value_is_not_read(statements: str) -> None:
    assert set(body_codes(statements, extra="proc put(int v) { x = v; }")) & {"E306", "E102"}


def test_a_local_that_every_way_assigns_is_read() -> None:
    for statements in (
        "int n; if (b) n = 1; else n = 2; x = n; choose { n = 1; } or { n = 3; } x = n;",
        "int n; while (true) { n = 1; if (b) break; } x = n;",
        "int n; loop { n = x; if (n > 0) break; } y = n;",
    ):
        assert body(statements).threads


# --- ghosts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statements",
    [
        "if (shadow > 0) x = 1;",
        "x = shadow;",
        "await shadow > 0;",
        "int n; n = shadow;",
        "int n; n = xchg(x, shadow);",
        "obj o; o = any(obj q: shadow > 0);",
        "while (shadow > 0) { x = 1; }",
        "atomic { x = 1; if (shadow > 0) y = 1; }",
        "put(shadow);",
    ],
)
def test_code_does_not_depend_on_ghosts(statements: str) -> None:
    assert set(body_codes(statements, extra="proc put(int v) { x = v; }")) == {"E307"}


def test_ghosts_asserts_and_properties_read_ghosts() -> None:
    found = body(
        "shadow = shadow + x; assert fine: shadow > 0;", extra="invariant good: shadow >= 0;"
    )
    assert not found.property("good").built_in


# --- waits and loops in atomic, returns, recursion ---------------------------------------------

MISPLACED = {
    "a wait in the middle of atomic": ("atomic { x = 1; await b; }", "E303"),
    "a lock in the middle of atomic": ("atomic { x = 1; spin_lock(lock); }", "E303"),
    "a second wait": ("atomic { await b; spin_lock(lock); }", "E303"),
    "a wait in a procedure, in the middle": ("atomic { x = 1; wait(); }", "E303"),
    "a pick that waits, in the middle": (
        "obj o; atomic { x = 1; o = any(obj q: q.flag); }",
        "E303",
    ),
    "a wait after a pick": ("obj o; atomic { o = any(obj); spin_lock(o.guard); }", "E303"),
    "a loop in atomic": ("atomic { while (b) { x = 1; } }", "E304"),
    "for each in atomic": ("atomic { for each obj o { o.n = 1; } }", "E304"),
    "goto back in atomic": ("atomic { again: x = 1; if (x < 3) goto again; }", "E304"),
    "a local loop in atomic": ("int n; n = 0; atomic { while (n < 3) n = n + 1; }", "E304"),
    "break in no loop": ("break;", "E302"),
    "continue in a procedure that a loop calls": ("loop leave();", "E302"),
    "goto into another procedure": ("goto inside;", "E106"),
    "two labels of one name": ("one: x = 1; one: y = 1;", "E101"),
    "a value that does not come back": ("int n; n = maybe();", "E309"),
    "a return without a value": ("int n; n = bare();", "E309"),
    "a value from a body": ("return 1;", "E309"),
    "a value from a procedure that has none": ("int n; n = wait();", "E216"),
    "a call in an expression": ("x = 1 + one();", "E301"),
    "a pick in an expression": ("int n; n = 1 + any(int 0..1);", "E310"),
    "no branch left": ("choose when (gone) { x = 1; }", "E312"),
    "a spinlock as a local": ("spinlock l;", "E213"),
    "const assigned": ("obj o; o = any(obj); o.twin = o;", "E206"),
    "an update of something else": ("update obj o { x = 1; }", "E308"),
}


@pytest.mark.parametrize(("statements", "code"), MISPLACED.values(), ids=MISPLACED.keys())
def test_misplaced(statements: str, code: str) -> None:
    extra = {
        "wait": "proc wait() { await b; }",
        "leave": "proc leave() { continue; }",
        "inside": "proc inside_() { inside: x = 1; }",
        "maybe": "proc maybe(): int { if (b) return 1; }",
        "bare": "proc bare(): int { if (b) return; return 1; }",
        "one()": "proc one(): int { return 1; }",
        "gone": 'patch gone "never";',
    }
    needed = [text for name, text in extra.items() if name in statements]
    assert code in body_codes(statements, extra="\n".join(needed))


@pytest.mark.parametrize(
    "procedures",
    [
        "proc a() { a(); }",
        "proc a() { x = 1; b_(); } proc b_() { if (b) a(); }",
        "define a(int n): int = a(n);",
        "define a(int n): int = b_(n); define b_(int n): int = a(n) + 1;",
    ],
)
def test_nothing_calls_itself(procedures: str) -> None:
    call = "a();" if procedures.startswith("proc") else "x = a(1);"
    assert "E113" in body_codes(call, extra=procedures)


# --- warnings ----------------------------------------------------------------------------------


def test_a_warning_needs_every_variant_to_give_it() -> None:
    text = """spec versions; patch fix "f"; variant old = {}; variant new = { fix }; int x = 0;
    proc spare() { x = 1; }
    thread cpu { %s x = 2; }"""
    assert warnings(text % "when (fix) spare();") == []
    assert warnings(text % "when (fix) x = 3;") == ["W402"]
    assert warnings(text % "when (fix) { spare(); return; }") == []
    assert warnings(text % "when (fix) spare(); return;") == ["W401"]


def test_a_flag_that_nothing_asks_for_is_named_once() -> None:
    assert warnings(
        'spec v; patch fix "f"; variant old = {}; variant new = { fix }; int x = 0;'
        "thread cpu { x = 1; }"
    ) == ["W403"]
