"""Every operator rejects what it does not work on, and takes what it does."""

from __future__ import annotations

import pytest

from tests.support.frontend.lowering import body, body_codes

WRONG = {
    "!": "b = !x;",
    "-": "x = -b;",
    "+ of truth values": "x = b + b;",
    "+ of a number and an object": "x = x + first;",
    "* of enums": "x = mode * mode;",
    "/ by a truth value": "x = x / b;",
    "% of an object": "x = first % 2;",
    "< of truth values": "b = b < true;",
    "<= of enums": "b = mode <= B;",
    "> of objects": "b = first > first;",
    ">= of sets": "b = pool >= pool;",
    "== of two types": "b = x == b;",
    "== of two enums": "b = mode == C;",
    "== of objects of two sorts": "b = first == self;",
    "&& of numbers": "b = x && y;",
    "|| of a number": "b = b || x;",
    "=> of an object": "b = top => b;",
    "? : with a number as its test": "x = (x ? 1 : 2);",
    "? : of two types": "x = (b ? 1 : true);",
    "& of truth values": "x = b & b;",
    "<< of an enum": "x = mode << 1;",
    "in a number": "b = first in x;",
    "in a set of something else": "b = self in pool;",
    "+= of two types": "x += b;",
    "++ of a truth value": "b++;",
    "-- of an enum": "mode--;",
    "= of two types": "x = b;",
    "= of two enums": "mode = C;",
    "if on a number": "if (x) y = 1;",
    "while on an object": "while (top) y = 1;",
    "await of a number": "await x;",
    "assert of a number": "assert fine: x;",
    "an index of another type": "table[b] = true;",
    "an argument of another type": "put(b);",
    "a result of another type": "b = one();",
    "a set's element of another type": "pool = {self};",
    "a record's part of another type": "both = pair{ .full = 1, .what = A };",
    "held of a number": "b = held(x);",
    "held_by of an object that is no thread": "b = held_by(lock, first);",
    "spin_lock of a number": "spin_lock(x);",
    "add_return on a truth value": "x = add_return(b, 1);",
    "xchg of two types": "int n; n = xchg(x, b);",
    "forall of a number": "b = forall obj o: o.n;",
    "count of a number": "x = count(obj o: o.n);",
    "any with a number as its condition": "first = any(obj o: o.n);",
    "an update of another type": "atomic { update obj o { o.flag = 1; } }",
}
OTHER_CODES = {
    "bits of a number without an end": ("x = x & 1;", "E211"),
    "a shift of a number without an end": ("x = 1 << x;", "E211"),
    "none where there is no reference": ("b = x != none;", "E205"),
    "none without a type": ("b = none == none;", "E205"),
    "empty without a type": ("b = empty == empty;", "E205"),
    "a lock compared": ("b = lock == lock;", "E213"),
    "a lock assigned": ("lock = none;", "E213"),
    "an index too few": ("table = true;", "E207"),
    "an index too many": ("table[0, 1] = true;", "E207"),
    "an index on what has none": ("x[0] = 1;", "E207"),
    "a field of a number": ("x = y.n;", "E215"),
    "an unknown field": ("x = first.size_;", "E104"),
    "an unknown name": ("x = yy;", "E102"),
    "an unknown type": ("pgae p;", "E103"),
    "an unknown procedure": ("frobnicate(x);", "E105"),
    "arguments too many": ("put(1, 2);", "E204"),
    "a part too few": ("both = pair{ .full = true };", "E218"),
    "a type as a value": ("x = obj;", "E214"),
    "a quantifier without an end": ("b = forall nat n: n > x;", "E217"),
    "a pick without an end": ("x = any(nat);", "E217"),
    "a place in code": ("b = self in put;", "E115"),
    "an assignment to a value": ("A = B;", "E206"),
}
EXTRA = """
enum colour { C, D }
proc put(int v) { x = v; }
proc one(): int { return 1; }
"""


@pytest.mark.parametrize("statement", WRONG.values(), ids=WRONG.keys())
def test_wrong_type(statement: str) -> None:
    assert "E201" in body_codes(statement, extra=EXTRA)


@pytest.mark.parametrize(("statement", "code"), OTHER_CODES.values(), ids=OTHER_CODES.keys())
def test_rejected_as(statement: str, code: str) -> None:
    assert code in body_codes(statement, extra=EXTRA)


@pytest.mark.parametrize(
    "statement",
    [
        "x = y + z * 2 - small / 2 % 3;",
        "x = small & 1 | small ^ 2;",
        "x = small << 2 >> 1;",
        "b = mode == B || mode != A;",
        "b = first == top && top != none;",
        "b = pool == empty && pool != all obj;",
        "b = first in pool && !(first in {first});",
        "atomic { pool += first; pool -= {first}; pool = pool & all obj; }",
        "b = both == pair{ .full = true, .what = A };",
        "b = both.full && both.what == A;",
        "x = (b ? 1 : count_);",
        "top = (b ? none : first);",
        "b = held(lock) || held_by(lock, self);",
        "x = count(obj o, int 0..3 i: o.small == i && table[i]);",
        "b = forall kind k, bool t: (k == A) == t || true;",
        "mode = any(kind);",
    ],
)
def test_right_types(statement: str) -> None:
    assert body(f"atomic {{ {statement} }}").threads


def test_every_mistake_of_a_body_is_told_at_once_and_each_once() -> None:
    found = body_codes("x = b; y = yy + 1; z = first.size_; mode = 3;")
    assert found == ["E201", "E102", "E104", "E201"]
