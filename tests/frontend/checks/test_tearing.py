"""A statement is one step where nobody can tell: beside the same accesses, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random

import pytest

from frontend.load import load
from frontend.source.diagnostics import Rejected
from frontend.source.spans import Source
from proofs.interpreter.execute import enabled, execute
from tests.support.frontend.lowering import codes, model, models, starts

HALVES = {
    "self.seen = g + h;": "int one = g; int two = h; self.seen = one + two;",
    "g = h;": "int one = h; g = one;",
    "g++;": "int one = g; g = one + 1;",
    "h = g + h;": "int one = g; int two = h; h = one + two;",
    "g = xchg(h, 2);": "int one = xchg(h, 2); g = one;",
    "g = add_return(h, g);": "int one = g; int two = add_return(h, one); g = two;",
    "update obj o { o.n = 1; }": "for each obj o o.n = 1;",
    "update obj o where o == first { o.n = 1; o.m = 1; }": "first.n = 1; first.m = 1;",
}
"""Statements, and their accesses as statements of their own, in an order that C allows."""

BOUNDS = {"one": 1, "two": 1, "obj": 2}

ACTIONS = {
    "self.FIELD = g;": "g h",
    "self.FIELD = h;": "g h",
    "g = 5;": "g h",
    "h = 5;": "g h",
    "self.FIELD = first.n;": "n",
    "self.FIELD = first.twin.n;": "n",
    "self.FIELD = first.m;": "n",
    "first.n = 3;": "n",
}
"""What another thread does, and what statements it may have to do with."""

LOCKS = ("", "l", "m", "l m")


def program(statement: str, held: str, others: list[tuple[str, str]]) -> str:
    """A thread with a statement, and one with others, each under locks."""
    rest = [
        locked(action.replace("FIELD", name), under)
        for name, (action, under) in zip("ab", others, strict=False)
    ]
    return f"""spec halves;
struct obj {{ int n = 0; int m = 0; const obj twin; }}
struct one {{ int seen = 0; }}
struct two {{ int a = 0; int b = 0; }}
const obj first;
assume two_of_them: forall obj o: o.twin != o && o.twin.twin == o;
int g = 0;
int h = 1;
spinlock l;
spinlock m;
thread one {{ {locked(statement, held)} }}
thread two {{ {" ".join(rest)} }}
bound one = 1, two = 1, obj = 2;
"""


def locked(statement: str, held: str) -> str:
    locks = held.split()
    before = "".join(f"spin_lock({lock}); " for lock in locks)
    return before + statement + "".join(f" spin_unlock({lock});" for lock in reversed(locks))


def accepted(text: str) -> bool:
    try:
        load(Source("test.alloc", text))
    except Rejected as rejected:
        return any(item.code != "E305" for item in rejected.diagnostics)
    return True


def ends(text: str) -> frozenset[object]:
    """What is stored when every thread is through."""
    found = model(text)
    seen: set[object] = set()
    kept: set[object] = set()
    locals_ = {item.name for item in found.variables if item.thread is not None}
    for instance, start in starts(found, BOUNDS):
        pending = [start]
        while pending:
            state = pending.pop()
            key = (frozenset(state.values.items()), frozenset(state.places.items()))
            if key in seen:
                continue
            seen.add(key)
            moves = list(enabled(instance, state))
            for move in moves:
                after = execute(instance, state, move).state
                assert after is not None, "no fault"
                pending.append(after)
            if not moves:
                stored = state.values.items()
                kept.add(frozenset(item for item in stored if item[0][0] not in locals_))
    return frozenset(kept)


def programs() -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    for statement, held in product(HALVES, LOCKS):
        about = "n" if "obj" in statement else "h" if "h" in statement else "g"
        steps = [step for step, what in ACTIONS.items() if about in what.split()]
        for pair in product(product(steps, LOCKS[:3]), repeat=2):
            yield statement, held, list(pair)


EVERY = tuple(programs())


@pytest.mark.parametrize("seed", range(24))
def test_what_is_accepted_does_what_its_accesses_do_one_after_the_other(seed: int) -> None:
    some = Random(seed).sample(EVERY, 100)
    statement, held, others = next(item for item in some if accepted(program(*item)))
    assert ends(program(statement, held, others)) == ends(program(HALVES[statement], held, others))


TOLD = {
    "a load and a store, and a write between": ("g++;", "l", [("g = 5;", "")]),
    "two reads, and a write between": (
        "self.seen = g + h;",
        "l",
        [("g = 5;", ""), ("h = 5;", "")],
    ),
    "two writes, and who reads both without the lock": (
        "g = xchg(h, 2);",
        "l",
        [("self.a = h;", ""), ("self.b = g;", "")],
    ),
    "two writes, and who reads both under another lock": (
        "g = xchg(h, 2);",
        "l",
        [("self.a = h;", "m"), ("self.b = g;", "m")],
    ),
    "two fields": (
        "update obj o where o == first { o.n = 1; o.m = 1; }",
        "l",
        [("self.a = first.n;", ""), ("self.b = first.m;", "")],
    ),
    "two objects": (
        "update obj o { o.n = 1; }",
        "l",
        [("self.a = first.n;", ""), ("self.b = first.twin.n;", "")],
    ),
}


@pytest.mark.parametrize(("statement", "held", "others"), TOLD.values(), ids=TOLD.keys())
def test_what_is_refused_can_be_told(
    statement: str, held: str, others: list[tuple[str, str]]
) -> None:
    assert not accepted(program(statement, held, others))
    whole = ends(program(f"atomic {{ {statement} }}", held, others))
    assert whole < ends(program(HALVES[statement], held, others))


ONE = {
    "one write that a reader sees": ("g = h;", "l", [("self.a = g;", ""), ("self.b = g;", "")]),
    "a store that a reader sees": ("g++;", "l", [("self.a = g;", ""), ("g = 5;", "l")]),
    "two writes of which readers see one": (
        "g = xchg(h, 2);",
        "l",
        [("self.a = h;", ""), ("self.b = g;", "l")],
    ),
    "one lock against this one, one against that one": (
        "g++;",
        "l m",
        [("g = 5;", "l"), ("self.a = g;", "m")],
    ),
    "an unlocked look": ("self.seen = g;", "", [("g = 5;", ""), ("h = 5;", "l")]),
}


@pytest.mark.parametrize(("statement", "held", "others"), ONE.values(), ids=ONE.keys())
def test_what_nobody_can_tell_is_accepted(
    statement: str, held: str, others: list[tuple[str, str]]
) -> None:
    text = program(statement, held, others)
    assert accepted(text)
    assert ends(text) == ends(program(HALVES.get(statement, statement), held, others))


# --- locks and elements in arrays --------------------------------------------------------------

ARRAYS = """spec arrays;
enum kind { A, B }
struct page { spinlock locks[kind]; int n = 0; const page twin; }
struct cpu { spinlock own; int mine = 0; }
spinlock l[0..1];
spinlock a;
spinlock b;
spinlock grid[0..1, kind];
int t[0..1] = 0;
int u[0..1, kind] = 0;
int g = 0;
thread cpu {
	int 0..1 i = any(int 0..1);
	kind k = any(kind);
	page p = any(page);
	%s
}
bound cpu = 2, page = 2;
"""

APART = {
    "the element of an array, by number and by name": """
        spin_lock(l[0]); t[0]++; spin_unlock(l[0]);
        spin_lock(l[i]); t[i]++; spin_unlock(l[i]);""",
    "all elements under one element": """
        spin_lock(l[0]); t[0]++; t[1]++; t[i]++; g++; spin_unlock(l[0]);""",
    "an element and a global under one element": """
        spin_lock(l[1]); t[1]++; g++; spin_unlock(l[1]);
        spin_lock(l[0]); t[0]++; spin_unlock(l[0]);""",
    "elements under locks of their own": """
        spin_lock(a); t[0]++; spin_unlock(a); spin_lock(b); t[1]++; spin_unlock(b);""",
    "a copy of a number": """
        i = 1; spin_lock(l[i]); t[1]++; spin_unlock(l[1]);
        spin_lock(l[1]); t[i]++; spin_unlock(l[1]);""",
    "a calculated number": """
        spin_lock(l[1 - i]); t[1 - i]++; spin_unlock(l[1 - i]);
        spin_lock(l[i]); t[i]++; spin_unlock(l[i]);""",
    "two numbers": """
        spin_lock(grid[i, A]); u[i, A]++; u[i, B]++; spin_unlock(grid[i, A]);
        spin_lock(grid[1, A]); u[1, A]++; spin_unlock(grid[1, A]);""",
    "a lock in an array of every object": """
        spin_lock(p.locks[A]); p.n++; spin_unlock(p.locks[A]);
        spin_lock(p.twin.locks[A]); p.twin.n++; spin_unlock(p.twin.locks[A]);""",
    "a thread's own lock": "spin_lock(self.own); self.mine++; spin_unlock(self.own);",
}


@pytest.mark.parametrize("statements", APART.values(), ids=APART.keys())
def test_a_lock_in_an_array_guards(statements: str) -> None:
    assert models(ARRAYS % statements)


TOGETHER = {
    "elements that may be one": """
        spin_lock(l[0]); t[i]++; spin_unlock(l[0]);
        spin_lock(l[1]); t[1]++; spin_unlock(l[1]);""",
    "a global under several elements": """
        spin_lock(l[0]); g++; spin_unlock(l[0]); spin_lock(l[1]); g++; spin_unlock(l[1]);""",
    "the wrong one of two": """
        spin_lock(grid[i, A]); u[i, A]++; spin_unlock(grid[i, A]);
        spin_lock(grid[i, B]); u[i, A]++; spin_unlock(grid[i, B]);""",
    "a number that may be any": "spin_lock(l[i]); g++; spin_unlock(l[i]);",
    "the lock of another kind": """
        spin_lock(p.locks[A]); p.n++; spin_unlock(p.locks[A]);
        spin_lock(p.locks[k]); p.n++; spin_unlock(p.locks[k]);""",
    "each thread's own": "spin_lock(self.own); g++; spin_unlock(self.own);",
}


@pytest.mark.parametrize("statements", TOGETHER.values(), ids=TOGETHER.keys())
def test_another_lock_in_an_array_does_not(statements: str) -> None:
    assert set(codes(ARRAYS % statements)) == {"E305"}


NOTES = {
    "spin_lock(l[0]); g++; spin_unlock(l[0]); spin_lock(l[1]); g++; spin_unlock(l[1]);": (
        "held here: `l[0]`; `l[0]` need not be the element of `l` that writers elsewhere hold"
    ),
    "spin_lock(p.locks[k]); p.twin.n++; spin_unlock(p.locks[k]);": (
        "held here: `p.locks[k]`; not every writer holds one of them"
    ),
    "spin_lock(grid[1 - i, A]); g++; spin_unlock(grid[1 - i, A]);": (
        "held here: `grid[1 - i, A]`; not every writer holds one of them"
    ),
    "spin_lock(a); g = xchg(t[0], 1); spin_unlock(a); int n = g; n = t[i];": (
        "held here: `a`; every writer holds one of them, but not every reader"
    ),
    "g++;": "held here: no lock; not every writer holds one of them",
}


@pytest.mark.parametrize(("statements", "note"), NOTES.items())
def test_the_note_names_the_locks_as_the_text_does(statements: str, note: str) -> None:
    with pytest.raises(Rejected) as caught:
        models(ARRAYS % statements)
    assert caught.value.diagnostics[0].notes[0].message == note


def test_what_an_assert_or_a_ghost_looks_at_tears_nothing() -> None:
    text = """spec seen; int g = 0; int h = 0; ghost int sum = 0; spinlock l;
    thread cpu { spin_lock(l); g = xchg(h, 2); spin_unlock(l); %s }"""
    assert models(text % "assert fine: g <= h; sum = g + h;")
    assert codes(text % "int n; n = g; n = h;") == ["E305"]


def test_what_is_evaluated_for_nothing_is_an_access() -> None:
    text = """spec spare; int 0..1 g = 0; int 0..1 h = 0; bool b = false;
    thread cpu { g = 1; h = 1; bool t = %s; }"""
    assert models(text % "g in ({0} & empty)")
    assert codes(text % "g in ({h} & empty)") == ["E305"]
