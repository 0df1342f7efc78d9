"""Small specifications, a rule of the language page each: what it says, and both front ends."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from frontend.load import load
from frontend.source.spans import Source
from frontend.syntax.parser import parse
from tests.second.compare import product_says
from tests.second.explore import answer

HEAD = """spec page;
enum kind { A, B }
record pair { bool full; kind what; }
struct obj { bool flag = false; int 0..2 n = 0; obj? next = none; spinlock own; const obj twin; }
assume pairs: forall obj p: p.twin != p;
int 0..3 total = 1;
nat users = 1;
kind mode = A;
obj? top = none;
pair both = pair{ .full = false, .what = A };
set of obj pool = empty;
set of 0..2 bits = empty;
ghost int 0..3 shadow = 0;
bool ready = false;
bool table[kind] = false;
spinlock lock;
spinlock tree;
bound cpu = 1, obj = 2;
""".replace("set of 0..2 bits", "typedef int 0..2 small; set of small bits")

# name -> (code, what is violated or reached: at which depth; everything else is not)
CASES: dict[str, tuple[str, dict[str, int]]] = {
    "free statements at the start join the first step": (
        """
thread cpu { int x = 0; x = x + 1; total = x + 1; }
reachable r: total == 2;
""",
        {"r": 1},
    ),
    "two shared statements are two steps": (
        """
thread cpu { total = 2; total = 3; }
reachable r: total == 3;
""",
        {"r": 2},
    ),
    "a ghost joins the step before": (
        """
thread cpu { total = 2; shadow = total; ready = true; }
invariant i: shadow == total || total == 1;
reachable r: ready;
""",
        {"r": 2},
    ),
    "a test of something shared is a step": (
        """
thread cpu { if (total == 1 || ready) total = 2; }
reachable r: total == 2;
""",
        {"r": 2},
    ),
    "a constant on the left decides what is read": (
        """
thread cpu { if (true || ready) total = 2; if (ready || true) total = 3; }
reachable r: total == 3;
""",
        {"r": 3},
    ),
    "an empty branch can be taken before a wait": (
        """
thread cpu { choose { } or { total = 2; } await ready; }
reachable r: total == 2;
""",
        {"r": 1, "stuck": 1},
    ),
    "a branch that leaves its loop at once can be taken": (
        "thread cpu { loop { choose { break; } or { await ready; } } await ready; }",
        {"stuck": 1},
    ),
    "a branch with a label goes there": (
        """
thread cpu { choose { here: total = 2; } or { await ready; } }
reachable r: (exists cpu c: c at here) && total == 1;
reachable s: total == 2;
""",
        {"r": 1, "s": 2},
    ),
    "a wait starts a step": (
        """
thread cpu { total = 2; await total == 2; ready = true; }
reachable r: ready;
""",
        {"r": 3},
    ),
    "behind an early exit of atomic the step goes on with free statements": (
        """
thread cpu { bool ok = false; atomic { total = 2; if (total == 2) goto out; total = 3;
    }out: ok = true; ready = ok; }
reachable r: ready;
invariant i: total != 3;
""",
        {"r": 2},
    ),
    "return leaves atomic": (
        """
thread cpu { f(); ready = true; }
proc f() { atomic { total = 2; if (total == 2) return; total = 3; } }
reachable r: ready;
invariant i: total != 3;
""",
        {"r": 2},
    ),
    "break leaves atomic and the loop": (
        """
thread cpu { while (true) { atomic { total = 2; if (total == 2) break; } total = 3;
    } ready = true; }
reachable r: ready;
invariant i: total != 3;
""",
        {"r": 2},
    ),
    "continue tests again": (
        """
thread cpu { int 0..2 x = 0; while (x < 2) { x = x + 1; if (x == 1) continue;
    total = 2; } ready = true; }
reachable r: total == 2 && !ready;
reachable s: ready;
""",
        {"r": 3, "s": 4},
    ),
    "what enters a local is checked": (
        "thread cpu { int 0..2 x = total; x = x + 1; x = x + 1; }",
        {"range": 1},
    ),
    "what enters a parameter is checked": (
        """
thread cpu { f(total + 2); }
proc f(int 0..2 a) { ready = a == 0; }
""",
        {"range": 1},
    ),
    "what a procedure gives back is checked": (
        """
thread cpu { int x = f(); }
proc f(): int 0..2 { return total + 2; }
""",
        {"range": 1},
    ),
    "what enters a define is checked": (
        """
define d(small a): bool = a == 0;
thread cpu { ready = d(total + 2); }
""",
        {"range": 1},
    ),
    "an element of a set is checked": (
        "thread cpu { atomic { bits = {total + 2}; } }",
        {"range": 1},
    ),
    "an element of a set of objects is checked": (
        "thread cpu { obj? p = top; pool = {p}; }",
        {"none": 2},
    ),
    "a part of a record is checked": (
        """
record r { small x; }
r whole = r{ .x = 0 };
thread cpu { atomic { whole = r{ .x = total + 2 }; } }
""",
        {"range": 1},
    ),
    "an index is checked": (
        """
bool arr[0..2] = false;
thread cpu { int 0..3 i = any(int 0..3); arr[i] = true; }
reachable r: arr[2];
""",
        {"range": 1, "r": 1},
    ),
    "a nat below zero is an underflow": (
        "thread cpu { add_return(users, -1); add_return(users, -1); }",
        {"underflow": 2},
    ),
    "dec_and_test tells the last": (
        """
thread cpu { bool last = dec_and_test(users); if (last) ready = true; }
reachable r: ready && users == 0;
""",
        {"r": 2},
    ),
    "none on the left of a decided or is a fault": (
        "thread cpu { obj? p = top; ready = p.flag || true; }",
        {"none": 2},
    ),
    "none behind a decided and is none": (
        """
thread cpu { obj? p = top; ready = p != none && p.flag; total = 2; }
reachable r: total == 2;
""",
        {"r": 3},
    ),
    "zero times something without a value is a fault": (
        "thread cpu { obj? p = top; total = p.n * 0; }",
        {"none": 2},
    ),
    "a quantifier evaluates every instance": (
        "thread cpu { atomic { ready = exists obj p: p.next.flag; } }",
        {"none": 1},
    ),
    "division is that of C": (
        """
thread cpu { int -3..3 a = any(int -3..3); assert q: a / 2 * 2 + a % 2 == a;
    assert t: a / 2 >= -1;assert f: a % 2 >= 0; int z = 1 / total; total = 0;
    int y = 1 / total; }
""",
        {"f": 1, "divide": 3},
    ),
    "bits are those of two's complement": (
        """
thread cpu { int -4..3 a = any(int -4..3); assert s: a >> 1 << 1 == a - (a & 1);
    assert x: ((a ^ 3) ^ 3) == a;assert o: (a | 1) > a || a % 2 != 0;
    assert h: a >> 1 == a / 2; }
""",
        {"h": 1},
    ),
    "try_cmpxchg writes back what it found": (
        """
thread cpu { int 0..3 old = 3; bool ok = try_cmpxchg(total, old, 2);
    if (!ok) ok = try_cmpxchg(total, old, 2); }
reachable r: total == 2;
reachable w: exists cpu c: c.old == 1;
""",
        {"r": 2, "w": 1},
    ),
    "cmpxchg gives what was there": (
        """
thread cpu { int 0..3 x = cmpxchg(total, 3, 2); x = cmpxchg(total, x, 0);
    assert a: x == 1; }
reachable r: total == 0;
""",
        {"r": 2},
    ),
    "add_return gives the new value, fetch_add the old one": (
        """
thread cpu { int 0..3 x = add_return(total, 1); int 0..3 y = fetch_add(total, 1);
    assert a: x == 2 && y == 2; }
reachable r: total == 3;
""",
        {"r": 2},
    ),
    "xchg stores and gives": (
        """
thread cpu { kind k = xchg(mode, B); assert a: k == A; }
reachable r: mode == B;
""",
        {"r": 1},
    ),
    "an update reads the state before": (
        """
thread cpu { atomic { update obj q where q.n < 2 { q.n = q.twin.n + 1;
    q.flag = q.n == 0; } } }
reachable r: forall obj p: p.n == 1 && p.flag;
""",
        {"r": 1},
    ),
    "an update writes what matches": (
        """
thread cpu { obj o = any(obj); atomic { update obj q where q == o { q.flag = true; } } }
reachable r: exists obj p: p.flag;
invariant i: count(obj p: p.flag) < 2;
""",
        {"r": 1},
    ),
    "for each gives each object one turn": (
        """
int 0..4 turns = 0;
thread cpu { for each obj o where !o.flag atomic { o.twin.flag = true; turns++;
    } ready = true; }
reachable r: ready && turns == 1;
invariant i: turns < 2;
""",
        {"r": 4},
    ),
    "any with a test waits and picks what fits": (
        """
thread cpu { atomic { obj o = any(obj p: p.flag); } total = 3; }
thread dev { obj o = any(obj); o.flag = true; }
reachable r: total == 3;
bound dev = 1;
""",
        {"r": 3},
    ),
    "an unlock by another is a fault": (
        "thread cpu { spin_unlock(lock); }",
        {"unlock": 1},
    ),
    "a lock taken twice is a fault": (
        "thread cpu { spin_lock(lock); spin_lock(lock); }",
        {"relock": 2},
    ),
    "a thread that ends with a lock leaks it": (
        "thread cpu { spin_lock(lock); }",
        {"leak": 1},
    ),
    "a trylock takes what is free": (
        """
thread cpu { bool ok = spin_trylock(lock); assert a: ok == held_by(lock, self);
    bool no = spin_trylock(lock);assert b: no; }
""",
        {"b": 3, "leak": 3},
    ),
    "a trylock as a condition": (
        """
thread cpu { if (!spin_trylock(lock)) total = 2; else total = 3; }
reachable r: total == 3;
invariant i: total != 2;
""",
        {"r": 2, "leak": 2},
    ),
    "two orders of two locks": (
        """
thread cpu { spin_lock(lock); spin_lock(tree); spin_unlock(tree); spin_unlock(lock); }
thread dev { spin_lock(tree); spin_lock(lock); spin_unlock(lock); spin_unlock(tree); }
bound dev = 1;
""",
        {"lock_cycle": 2, "stuck": 2},
    ),
    "a choice of locks waits for each of them": (
        """
thread cpu { spin_lock(lock); choose { spin_lock(tree); spin_unlock(tree);
    } or { await ready; } spin_unlock(lock); }
thread dev { spin_lock(tree); spin_lock(lock); spin_unlock(lock); spin_unlock(tree); }
bound dev = 1;
""",
        {"stuck": 2},
    ),
    "an idle loop is not stuck": (
        "thread cpu { loop { await ready; ready = false; } }",
        {},
    ),
    "a wait within an idle loop is stuck": (
        "thread cpu { loop { total = 2; await ready; } }",
        {"stuck": 1},
    ),
    "a loop that is left is not idle": (
        """
thread cpu { loop { spin_lock(lock); if (ready) break; await ready; spin_unlock(lock);
    } spin_unlock(lock); }
""",
        {"stuck": 2},
    ),
    "c in f from the call on": (
        """
thread cpu { total = 2; f(); total = 3; }
proc f() { ready = true; ready = false; }
reachable a: (exists cpu c: c in f) && total == 2 && !ready;
reachable b: (exists cpu c: c in f) && ready;
reachable o: total == 2 && !ready && !(exists cpu c: c in f);
""",
        {"a": 1, "b": 2, "o": 3},
    ),
    "a label of a procedure at any call": (
        """
thread cpu { f(A); f(B); }
proc f(kind k) { mode = k; here: total = 2; }
reachable a: exists cpu c: c at f.here && c.f.k == B;
invariant i: forall cpu c: c at f.here => c.f.k == mode;
""",
        {"a": 3},
    ),
    "a local has a value only where it is in scope and assigned": (
        """
thread cpu { bool x = ready; one: total = 2; { int 0..3 y = total; two: total = y;
    } three: total = 3; }
reachable a: exists cpu c: c at one && !c.x;
reachable b: exists cpu c: c at two && c.y == 2;
reachable n: exists cpu c: c at three && (c.y == 0 || c.y != 0);
""",
        {"a": 1, "b": 3},
    ),
    "an inner name hides an outer one": (
        """
thread cpu { int 0..3 total = 3; { bool ready = true; assert a: ready;
    } assert b: total == 3 && !ready; }
""",
        {},
    ),
    "a bound name hides a local": (
        """
thread cpu { obj p = any(obj); atomic { p.flag = true;
    } assert a: exists obj p: !p.flag; assert b: p.flag; }
""",
        {},
    ),
    "when keeps one side": (
        """
patch fix;
variant off = { };
when (fix) int 0..3 extra = 0;
thread cpu { when (fix) { total = 2; } else total = 3; }
reachable r: total == 3;
invariant i: total != 2;
""",
        {"r": 1},
    ),
    "a flag that is set": (
        """
patch fix;
variant on = { fix };
thread cpu { when (fix) total = 2; else total = 3; if (!fix || ready) total = 0; }
reachable r: total == 2;
invariant i: total != 3 && total != 0;
""",
        {"r": 1},
    ),
    "a variant builds on another": (
        """patch fix;
patch more;
variant one = { fix };
variant two = one + { more };
thread cpu { when (fix && more) total = 2; else total = 3; }
reachable r: total == 2;""",
        {"r": 1},
    ),
    "an uninitialised field is any value": (
        """
bool any_bool;
thread cpu { }
reachable a: any_bool;
reachable b: !any_bool;
""",
        {"a": 0, "b": 0},
    ),
    "a const never changes and an assumption restricts it": (
        """
const kind k;
assume is_b: k == B;
thread cpu { mode = k; }
invariant i: k == B;
reachable r: mode == B;
""",
        {"r": 1},
    ),
    "parts of a record are written alone": (
        """
thread cpu { both.full = true; both.what = B; }
reachable r: both == pair{ .full = true, .what = B };
""",
        {"r": 2},
    ),
    "records and sets are compared as wholes": (
        """thread cpu { both.full = true; atomic { bits += {1}; } }
reachable r: both != pair{ .full = false, .what = A };
reachable s: bits != empty;
invariant i: bits != empty => both == pair{ .full = true, .what = A };""",
        {"r": 1, "s": 2},
    ),
    "sets are joined, cut and compared": (
        """
thread cpu { atomic { pool = all obj; } atomic { bits += {1}; bits = bits + {2};
    bits -= {1}; }atomic { pool = pool & empty; } }
reachable r: bits == {2} && pool == all obj;
reachable s: bits == {2} && pool == empty;
invariant i: !(1 in bits);
""",
        {"r": 2, "s": 3},
    ),
    "a condition that is a call": (
        """
thread cpu { if (!f(total)) ready = true; }
proc f(int 0..3 x): bool { if (x > 1) return true; return false; }
reachable r: ready;
""",
        {"r": 2},
    ),
    "loops of free statements can be interrupted at their heads": (
        """
thread cpu { bool x = any(bool); while (x) x = any(bool); ready = true; }
reachable r: ready;
""",
        {"r": 2},
    ),
    "goto back": (
        """
thread cpu { again: total = fetch_twice(); if (total < 3) goto again; ready = true; }
proc fetch_twice(): int 0..3 { return 3; }
reachable r: ready;
""",
        {"r": 3},
    ),
    "implication and conditional": (
        """
thread cpu { bool x = any(bool); assert a: x => x; assert b: (x ? 1 : 2) == 1;
    assert c: !x => (x => ready); }
""",
        {"b": 1},
    ),
    "a count of pairs": (
        """
thread cpu { obj o = any(obj); o.flag = true; }
reachable r: count(obj p: p.flag) == 1;
invariant i: count(obj p: p.flag) < 2;
reachable n: (forall obj p: p.flag);
""",
        {"r": 1},
    ),
    "a formula without a value does not hold": (
        """
thread cpu { ready = true; }
invariant i: forall obj p: p.next == none;
reachable r: exists obj p: !p.next.flag;
invariant n: forall obj p: !p.next.flag;
""",
        {"n": 0},
    ),
}


def both_say(code: str, expected: Mapping[str, int]) -> None:
    """Holds both front ends to what is violated or reached, at which depth, and nothing else."""
    source = Source("page.alloc", HEAD + code)
    *_, model = load(source).models
    bounds = {item.name: 1 for item in model.sorts}
    bounds |= {sort: high for sort, _, high in model.bounds}
    found = answer(parse(source), model.variant, bounds)
    assert found.depths == expected, "the second front end"
    product = product_says(model, bounds, 100_000)
    assert product is not None
    assert {name: depth for name, depth in product.items() if depth is not None} == expected


@pytest.mark.parametrize("name", CASES)
def test_both_front_ends_do_what_the_page_says(name: str) -> None:
    code, expected = CASES[name]
    both_say(code, expected)
