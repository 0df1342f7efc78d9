"""More small specifications, a rule of the language page each: sets, constants, locals and places
seen from outside. Most of them showed that the two front ends differed."""

from __future__ import annotations

import pytest

from tests.second.test_page import both_say

CASES: dict[str, tuple[str, dict[str, int]]] = {
    "what is a fault is no constant": (
        "thread cpu { if (all small == {3}) ; ready = true; }",
        {"range": 1},
    ),
    "sets of constants are constants": (
        """
thread cpu { loop { if (all small == {1}) break; if (all obj == empty) break;
    if (({0} + {1, 2}) != all small) break; if (((all kind - {A}) & {A}) != empty) break;
    here: ready = true; } }
reachable r: ready;
""",
        {"r": 1},
    ),
    "records of constants are constants": (
        """
thread cpu { loop { if (pair{ .full = true, .what = A } == pair{ .full = true, .what = B }) break;
    here: ready = true; } }
reachable r: ready;
""",
        {"r": 1},
    ),
    "what a define is given is evaluated": (
        """
define d(obj? p, small a): bool = true;
thread cpu { int 0..3 x = 3; if (d(none, 2)) total = 2; if (d(none, x)) total = 3; }
""",
        {"range": 1},
    ),
    "an element that is looked for in a stored set is a value of its type": (
        "thread cpu { int 0..3 x = 3; ready = x in bits; }",
        {"range": 1},
    ),
    "a set that is made of a stored one is as one that is stored": (
        "thread cpu { int 0..3 x = 3; ready = x in (all small & bits); }",
        {"range": 1},
    ),
    "what is looked for is evaluated first": (
        "thread cpu { obj? p = none; int 0..3 x = 3; atomic { ready = p.n in ({x} + bits); } }",
        {"none": 1},
    ),
    "none is looked for in no stored set": (
        "thread cpu { obj? p = none; ready = p in pool; }",
        {"none": 1},
    ),
    "all and braces do not have what is no value of theirs": (
        """
thread cpu { int 0..3 x = 3; assert a: x in all small; assert b: x in {0, 1};
    assert c: x in {1} + {3}; }
""",
        {"a": 1, "b": 1},
    ),
    "braces on both sides of an operator have the type of what they are compared with": (
        "thread cpu { atomic { bits = {0, 2}; } assert a: {0} + {2} == bits; }",
        {},
    ),
    "elements of such braces are checked": (
        "thread cpu { bool x = {0} + {3} == bits; }",
        {"range": 1},
    ),
    "a local set of a free statement counts as given": (
        """
thread cpu { set of obj s = all obj; await ready; }
reachable r: exists cpu c: c.s == all obj && first_of(c.s);
define first_of(set of obj s): bool = exists obj p: p in s;
invariant i: exists cpu c: c.s == empty;
""",
        {"r": 0, "i": 0, "stuck": 0},
    ),
    "what a fault should have assigned has no value": (
        """
thread cpu { small a = 2; small x = a + 1; small y = 1; small z = x; await ready; }
invariant i: forall cpu c: c.a == 2 && c.y == 1;
reachable x: exists cpu c: c.x == c.x;
reachable z: exists cpu c: c.z == c.z;
""",
        {"range": 1},
    ),
    "a fault in one argument leaves every parameter without a value": (
        """
thread cpu { f(1, 3); }
proc f(small a, small b) { ready = a == b; }
reachable a: exists cpu c: c.f.a == 1;
reachable c: exists cpu c: c in f;
""",
        {"c": 0, "range": 1},
    ),
    "of several locals of one name the innermost is meant": (
        """
thread cpu { bool ok = false; { bool ok = true; await ready; } await ready; }
invariant i: forall cpu c: c.ok;
invariant j: forall cpu c: !c.ok.1;
""",
        {"stuck": 0},
    ),
    "behind its block an inner local is meant no more": (
        """
thread cpu { bool ok = false; { bool ok = true; ready = ok; } total = 2; }
reachable r: exists cpu c: ready && !c.ok;
invariant i: forall cpu c: ready || c.ok;
""",
        {"r": 1},
    ),
    "the innermost hides the others even without a value": (
        """
thread cpu { bool ok = true; { bool ok; ready = true; ok = false; } }
reachable r: exists cpu c: !ready && (c.ok || !c.ok);
reachable s: exists cpu c: c.ok.1;
""",
        {"s": 0},
    ),
    "fields of what a local of a procedure refers to": (
        """
thread cpu { f(top); }
proc f(obj? p) { obj? q = p; await ready; }
reachable r: exists cpu c: c.f.q != none && !c.f.q.flag;
reachable s: exists cpu c: c.f.q == none;
""",
        {"s": 1, "stuck": 1},
    ),
    "inside an atomic block the first statement tells where a thread is": (
        """
thread cpu { here: atomic { f(); } }
proc f() { ready = true; total = 2; }
reachable r: exists cpu c: c at here && c in f;
""",
        {"r": 0},
    ),
    "statements without a label have numbers": (
        """
thread cpu { total = 2; f(); if (ready) { total = 0; } f(); g(); }
proc f() { int 0..3 x = total; { atomic { total = x; } loop { ready = true; break; } }
    done: total = 3; }
proc g() { h(); ready = false; }
proc h() { ready = false; total = 1; ready = true; }
reachable body: exists cpu c: c at cpu.3;
reachable first: exists cpu c: c at f.2.2;
reachable second: exists cpu c: c at f.5.2;
reachable either: exists cpu c: c at f.2 && total == 0;
reachable label: exists cpu c: c at f.5.done;
reachable inner: exists cpu c: c at g.h.2;
reachable same: exists cpu c: c at h.2;
""",
        {"first": 2, "body": 5, "second": 8, "either": 8, "label": 10, "inner": 12, "same": 12},
    ),
    "a way out that nothing leads to leaves no loop": (
        """
thread cpu { bool x = any(bool); loop { x = any(bool); ready = x; continue; goto out; } out: ; }
reachable r: ready;
""",
        {"r": 2},
    ),
    "a server moves only by a way that serves": (
        """
thread cpu { await false; }
thread dev { small x = any(small);
    loop { if (x >= 0) { total = 2; await false; } else await ready; } }
""",
        {"stuck": 1},
    ),
    "a fault before an await does not make a server idle": (
        """
thread cpu { await false; }
thread dev { loop { shadow = 4; await total == 1; } }
""",
        {"range": 1},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_both_front_ends_do_what_the_page_says_of_sets_and_locals(name: str) -> None:
    code, expected = CASES[name]
    both_say(code, expected)
