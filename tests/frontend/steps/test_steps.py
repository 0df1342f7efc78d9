"""Granularity: what one step is, from the text of a body to the exact list of its steps.

The rules are those of docs/language.md, "What runs at once". A step reads `source -> target` and
what it does.
"""

from __future__ import annotations

from textwrap import dedent

import pytest

from frontend.load import load
from frontend.source.spans import Source
from tests.support.frontend.lowering import PROCEDURES, arrows, body

CASES = {
    "shared statements are one step each": (
        "x = 1; y = 2; b = true;",
        """
        0 -> 1 x = 1
        1 -> 2 y = 2
        2 -> 3 b = true""",
    ),
    "local statements end the step before": (
        "int n; int m; n = x; m = n; n = m + 1; x = n; y = n;",
        """
        0 -> 1 n = x; m = n; n = m + 1
        1 -> 2 x = n
        2 -> 3 y = n""",
    ),
    "at the start of a body local statements open the step": (
        "int n; n = 1; n = 2; x = n; n = 3; y = n;",
        """
        0 -> 1 n = 1; n = 2; x = n; n = 3
        1 -> 2 y = n""",
    ),
    "a label is a boundary, and local statements after it open the step": (
        "int n; x = 1; lab: n = 2; y = n;",
        """
        0 -> 1 x = 1
        1 -> 2 n = 2; y = n""",
    ),
    "labels stand at the end of a body, and two at one place": (
        "x = 1; one: two: y = 2; three:",
        """
        0 -> 1 x = 1
        1 -> 2 y = 2
        2 -> 3""",
    ),
    "at the start of a branch local statements join the test": (
        "int n; if (b) { n = 1; x = n; } else { n = 2; } y = 3;",
        """
        0 -> 1 if (b): yes; n = 1
        0 -> 2 if (b): no; n = 2
        1 -> 2 x = n
        2 -> 3 y = 3""",
    ),
    "a test of locals is no step": (
        "bool l; l = b; if (l) x = 1; else y = 1; z = 1;",
        """
        0 -> 1 l = b; if (l): yes
        0 -> 2 l = b; if (l): no
        1 -> 3 x = 1
        2 -> 3 y = 1
        3 -> 4 z = 1""",
    ),
    "a test of shared state is a step": (
        "x = 1; if (b) y = 1; z = 1;",
        """
        0 -> 1 x = 1
        1 -> 2 if (b): yes
        1 -> 3 if (b): no
        2 -> 3 y = 1
        3 -> 4 z = 1""",
    ),
    "else if is a step of its own": (
        "if (b) x = 1; else if (x > 0) y = 1; else z = 1;",
        """
        0 -> 1 if (b): yes
        0 -> 2 if (b): no
        1 -> 3 x = 1
        2 -> 4 if (x > 0): yes
        2 -> 5 if (x > 0): no
        4 -> 3 y = 1
        5 -> 3 z = 1""",
    ),
    "anything that may wait opens a step": (
        "int n; n = 1; spin_lock(lock); n = 2; await b; n = 3; spin_unlock(lock); n = 4;",
        """
        0 -> 1 n = 1; spin_lock(lock); n = 2
        1 -> 2 await b; n = 3
        2 -> 3 spin_unlock(lock); n = 4""",
    ),
    "a pick without a condition never waits, one with a condition may": (
        "obj o; x = 1; o = any(obj); y = 1; o = any(obj q: q.flag); z = 1;",
        """
        0 -> 1 x = 1; o = any(obj)
        1 -> 2 y = 1
        2 -> 3 o = any(obj q: q.flag)
        3 -> 4 z = 1""",
    ),
    "choose takes a branch with its first step": (
        "x = 1; choose { x = 2; y = 1; } or { spin_lock(lock); spin_unlock(lock); } z = 1;",
        """
        0 -> 1 x = 1
        1 -> 2 x = 2
        1 -> 3 spin_lock(lock)
        2 -> 4 y = 1
        3 -> 4 spin_unlock(lock)
        4 -> 5 z = 1""",
    ),
    "choose in choose is one choice": (
        "choose { choose { x = 1; } or { y = 1; } } or { z = 1; } b = true;",
        """
        0 -> 1 x = 1
        0 -> 1 y = 1
        0 -> 1 z = 1
        1 -> 2 b = true""",
    ),
    "local statements at the start of a branch open its step": (
        "int n; choose { n = 1; x = n; } or { n = 2; } y = n;",
        """
        0 -> 1 n = 1; x = n
        0 -> 2 n = 2; y = n
        1 -> 2 y = n""",
    ),
    "an empty branch can always be taken": (
        "choose { await b; } or { } await x > 0;",
        """
        0 -> 1 await b
        0 -> 1
        1 -> 2 await x > 0""",
    ),
    "atomic is one step, which goto ends": (
        """int n; atomic { x = 1; y = 2; n = x; if (n > 1) goto out; z = 1; } b = true;
        out: x = 0;""",
        """
        0 -> 1 x = 1; y = 2; n = x; if (n > 1): yes
        0 -> 2 x = 1; y = 2; n = x; if (n > 1): no; z = 1
        1 -> 3 x = 0
        2 -> 1 b = true""",
    ),
    "continue, break and return leave atomic": (
        """loop { atomic { if (b) continue; x = 1; if (x == 1) break; } y = 1; }
        atomic { if (b) return; z = 1; } z = 2;""",
        """
        0 -> 0 if (b): yes
        0 -> 1 if (b): no; x = 1; if (x == 1): yes
        0 -> 2 if (b): no; x = 1; if (x == 1): no
        1 -> 3 if (b): yes
        1 -> 4 if (b): no; z = 1
        2 -> 0 y = 1
        4 -> 3 z = 2""",
    ),
    "atomic in atomic is one, two in a row are two": (
        "atomic { x = 1; atomic { y = 1; } z = 1; } atomic { x = 2; y = 2; }",
        """
        0 -> 1 x = 1; y = 1; z = 1
        1 -> 2 x = 2; y = 2""",
    ),
    "choose inside atomic": (
        "atomic { if (b) { x = 1; y = 1; } else { choose { x = 2; } or { y = 2; } } }",
        """
        0 -> 1 if (b): yes; x = 1; y = 1
        0 -> 1 if (b): no; x = 2
        0 -> 1 if (b): no; y = 2""",
    ),
    "what waits in a procedure may open an atomic block": (
        "x = 1; atomic { take(first); y = 1; } atomic { holds({first}); z = 1; }",
        """
        0 -> 1 x = 1
        1 -> 2 take(first); spin_lock(o.guard); y = 1
        2 -> 3 holds({first}); await first in s; z = 1""",
    ),
    "a loop over locals has a boundary at its head": (
        "int n; n = 2; while (n > 0) { n = n - 1; } x = n;",
        """
        0 -> 1 n = 2
        1 -> 1 while (n > 0): yes; n = n - 1
        1 -> 2 while (n > 0): no; x = n""",
    ),
    "a test of locals at a loop's head joins what comes before": (
        "int n; n = x; while (n > 0) { y = n; n = n - 1; } spin_lock(lock); spin_unlock(lock);",
        """
        0 -> 1 n = x; while (n > 0): yes
        0 -> 2 n = x; while (n > 0): no
        1 -> 1 y = n; n = n - 1; while (n > 0): yes
        1 -> 2 y = n; n = n - 1; while (n > 0): no
        2 -> 3 spin_lock(lock)
        3 -> 4 spin_unlock(lock)""",
    ),
    "a test of shared state at a loop's head is a step": (
        "while (b) { x = 1; } y = 1;",
        """
        0 -> 1 while (b): yes
        0 -> 2 while (b): no
        1 -> 0 x = 1
        2 -> 3 y = 1""",
    ),
    "a choice among local statements, in a loop over locals": (
        "int n; n = 0; while (n < 3) { choose { n = n + 1; } or { n = n + 2; } } x = n;",
        """
        0 -> 1 n = 0; while (n < 3): yes; n = n + 1; while (n < 3): yes
        0 -> 2 n = 0; while (n < 3): yes; n = n + 1; while (n < 3): no; x = n
        0 -> 1 n = 0; while (n < 3): yes; n = n + 2; while (n < 3): yes
        0 -> 2 n = 0; while (n < 3): yes; n = n + 2; while (n < 3): no; x = n
        0 -> 2 n = 0; while (n < 3): no; x = n
        1 -> 1 n = n + 1; while (n < 3): yes
        1 -> 2 n = n + 1; while (n < 3): no; x = n
        1 -> 1 n = n + 2; while (n < 3): yes
        1 -> 2 n = n + 2; while (n < 3): no; x = n""",
    ),
    "loops that do nothing have a step all the same": (
        "if (b) loop { } else loop choose { } or { x = 1; }",
        """
        0 -> 1 if (b): yes
        0 -> 2 if (b): no
        1 -> 1
        2 -> 2
        2 -> 2 x = 1""",
    ),
    "goto back to a label": (
        "again: x = 1; if (b) goto again; y = 1;",
        """
        0 -> 1 x = 1
        1 -> 0 if (b): yes
        1 -> 2 if (b): no
        2 -> 3 y = 1""",
    ),
    "goto back over locals": (
        "int n; n = 0; again: n = n + 1; if (n < 3) goto again; y = n;",
        """
        0 -> 1 n = 0
        1 -> 1 n = n + 1; if (n < 3): yes
        1 -> 2 n = n + 1; if (n < 3): no; y = n""",
    ),
    "goto into a loop": (
        "int n; goto mid; loop { n = 1; mid: x = 2; }",
        """
        0 -> 1 x = 2
        1 -> 0 n = 1""",
    ),
    "a test of a constant is nothing at all": (
        "x = 1; while (true) { y = 1; if (b) break; } z = 1;",
        """
        0 -> 1 x = 1
        1 -> 2 y = 1
        2 -> 3 if (b): yes
        2 -> 1 if (b): no
        3 -> 4 z = 1""",
    ),
    "for each picks with the step before, and judges as the turn comes": (
        "x = 1; for each obj o where o.flag { o.n = 1; } y = 1;",
        """
        0 -> 1 x = 1; for each obj o where o.flag
        1 -> 2 where o.flag: yes
        1 -> 3 where o.flag: no
        1 -> 1 where o.flag: no; for each obj o where o.flag
        2 -> 3 o.n = 1
        2 -> 1 o.n = 1; for each obj o where o.flag
        3 -> 4 y = 1""",
    ),
    "an assignment to a ghost joins the step before, whatever it reads": (
        "x = 1; shadow = x + y; shadow++; y = 1;",
        """
        0 -> 1 x = 1; shadow = x + y; shadow++
        1 -> 2 y = 1""",
    ),
    "an assert about shared state is a step": (
        "x = 1; assert fine: x == 1; y = 1;",
        """
        0 -> 1 x = 1
        1 -> 2 assert fine: x == 1
        2 -> 3 y = 1""",
    ),
    "an update is a step": (
        "spin_lock(lock); update obj o where o.flag { o.n = 1; o.k = B; } spin_unlock(lock);",
        """
        0 -> 1 spin_lock(lock)
        1 -> 2 update obj o where o.flag { o.n = 1; o.k = B; }
        2 -> 3 spin_unlock(lock)""",
    ),
    "the kernel's atomic operations are one step each": (
        """int n; n = xchg(x, 1); n = fetch_add(x, 1); n = add_return(x, 2); bool d;
        d = dec_and_test(x); d = try_cmpxchg(x, n, 2); y = n;""",
        """
        0 -> 1 n = xchg(x, 1)
        1 -> 2 n = fetch_add(x, 1)
        2 -> 3 n = add_return(x, 2)
        3 -> 4 d = dec_and_test(x)
        4 -> 5 d = try_cmpxchg(x, n, 2)
        5 -> 6 y = n""",
    ),
    "a lock tried in a condition is one step with the test": (
        "if (!spin_trylock(lock)) return; x = 1; spin_unlock(lock);",
        """
        0 -> 1 if (!spin_trylock(lock)): no
        0 -> 2 if (!spin_trylock(lock)): yes
        1 -> 3 x = 1
        3 -> 2 spin_unlock(lock)""",
    ),
    "a lock tried into a local": (
        "bool got; got = spin_trylock(lock); if (got) { x = 1; spin_unlock(lock); }",
        """
        0 -> 1 got = spin_trylock(lock); if (got): yes
        0 -> 2 got = spin_trylock(lock); if (got): no
        1 -> 3 x = 1
        3 -> 2 spin_unlock(lock)""",
    ),
    "arguments are copied with the step before": (
        "set_x(1); set_x(2);",
        """
        0 -> 1 set_x(1); x = v
        1 -> 2 y = v; set_x(2)
        2 -> 3 x = v
        3 -> 4 y = v""",
    ),
    "an argument that reads shared state is a step": (
        "set_x(y);",
        """
        0 -> 1 set_x(y)
        1 -> 2 x = v
        2 -> 3 y = v""",
    ),
    "a value that comes back through two procedures": (
        "int n; n = outer(x); y = n;",
        """
        0 -> 1 outer(x); twice(v); return v + v; w = twice(v); return w; n = outer(x)
        1 -> 2 y = n""",
    ),
    "to return a shared value and to store it in another are two steps": (
        "y = read();",
        """
        0 -> 1 return x
        1 -> 2 y = read()""",
    ),
    "a call as a condition": (
        "if (!early(b)) x = 1;",
        """
        0 -> 1 early(b); if (t): yes; return true; if (!early(b)): no
        0 -> 2 early(b); if (t): no
        2 -> 3 y = 1; return false; if (!early(b)): yes
        3 -> 1 x = 1""",
    ),
    "a call as the condition of a loop is made in each round": (
        "while (early(b)) { x = 1; }",
        """
        0 -> 1 early(b); if (t): yes; return true; while (early(b)): yes
        0 -> 2 early(b); if (t): no
        1 -> 0 x = 1
        2 -> 3 y = 1; return false; while (early(b)): no""",
    ),
    "a procedure that does nothing leaves nothing": (
        "x = 1; nothing(); y = 1;",
        """
        0 -> 1 x = 1
        1 -> 2 y = 1""",
    ),
    "a label at the end of a procedure": (
        "tail(); z = 1;",
        """
        0 -> 1 x = 1
        1 -> 2 if (b): yes
        1 -> 3 if (b): no
        2 -> 4 z = 1
        3 -> 2 y = 1""",
    ),
}


@pytest.mark.parametrize(("statements", "expected"), CASES.values(), ids=CASES.keys())
def test_steps_are(statements: str, expected: str) -> None:
    found = body(statements, extra=PROCEDURES)
    assert arrows(found) == dedent(expected).strip().split("\n")


@pytest.mark.parametrize(
    "body",
    ["l: ; goto l;", "l: goto m; m: goto l;", "l: loop { goto l; }", "a = true; l: ; m: goto l;"],
)
def test_jumps_that_go_round_with_nothing_between_are_an_empty_loop(body: str) -> None:
    text = f"spec s; bool a; thread cpu {{ {body} }}"
    (model,) = load(Source("s.alloc", text)).models
    (thread,) = model.threads
    assert any(step.source == step.target for step in thread.steps)
