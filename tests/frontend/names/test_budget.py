"""What a page of text unfolds to is counted before it is unfolded; what is large but not too large
is still understood, and understood at once."""

from __future__ import annotations

import time

import pytest

from frontend.load import load
from frontend.model import Model
from frontend.names import budget
from frontend.source.diagnostics import Diagnostic, Rejected
from frontend.source.spans import Source

HEAD = "spec s;\nnat n = 0;\n"
THREAD = "thread cpu { n = 1; }\n"


def model(text: str) -> Model:
    (made,) = load(Source("a.alloc", text)).models
    return made


def errors(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(Rejected) as rejected:
        load(Source("a.alloc", text))
    return rejected.value.diagnostics


def line_of(text: str, error: Diagnostic) -> int:
    return Source("a.alloc", text).position(error.span.start)[0]


LARGE = {
    "inlined calls": HEAD
    + "thread cpu { f0(); }\n"
    + "".join(f"proc f{i}() {{ f{i + 1}(); f{i + 1}(); }}\n" for i in range(24))
    + "proc f24() { }\n",
    "calls inside of each other": HEAD
    + "thread cpu { f0(); }\n"
    + "".join(f"proc f{i}() {{ f{i + 1}(); }}\n" for i in range(300))
    + "proc f300() { n++; }\n",
    "defines of defines": HEAD
    + "define d0(int a): bool = a > 1;\n"
    + "".join(f"define d{i}(int a): bool = d{i - 1}(a) || d{i - 1}(a);\n" for i in range(1, 30))
    + "thread cpu { await d29(n); }\n",
    "arguments that double": HEAD
    + "define d(int a): int = a + a;\n"
    + f"thread cpu {{ n = {'d(' * 40}n{')' * 40}; }}\n",
    "locals of record type": "spec s;\n"
    "record r { "
    + "".join(f"bool p{i}; " for i in range(150))
    + "}\n"
    + "r g;\nthread cpu { "
    + "".join(f"r x{i} = g; " for i in range(20))
    + "}\n",
    "a record of records": "spec s;\nrecord r0 { bool a; bool b; }\n"
    + "".join(f"record r{i} {{ r{i - 1} a; r{i - 1} b; }}\n" for i in range(1, 30))
    + "r29 g;\n"
    + "thread cpu { g = g; }\n",
    "variables": "spec s;\n"
    + "".join(f"bool b{i};\n" for i in range(3000))
    + "thread cpu { b0 = true; }\n",
    "procedures": HEAD + "".join(f"proc p{i}() {{ n++; }}\n" for i in range(5000)) + THREAD,
    "statements": HEAD + "thread cpu { " + "n = 1;\n" * 5000 + "}\n",
    "variants": HEAD
    + "".join(f"patch p{i};\nvariant v{i} = {{ p{i} }};\n" for i in range(300))
    + THREAD,
    "tests of locals in a row": HEAD
    + "thread cpu { nat y = 0; "
    + "if (y > 3) { y = 1; }\n" * 600
    + "n = y; }\n",
}


@pytest.mark.parametrize("kind", LARGE)
def test_what_unfolds_to_too_much_is_a_located_error(kind: str) -> None:
    started = time.process_time()
    found = errors(LARGE[kind])
    assert {item.code for item in found} == {"E015"}
    assert all(item.fix for item in found)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD + THREAD + "bound cpu = 1001;\n", 4),
        ("spec s;\ntypedef int 0..1000000 big;\nset of big n;\nthread cpu { n += {3}; }\n", 3),
        ("spec s;\nstruct page { }\nbool n[page, page];\nthread cpu { }\nbound page = 500;\n", 3),
    ],
)
def test_sizes_out_of_reach_are_named_where_they_stand(text: str, line: int) -> None:
    (error,) = [item for item in errors(text) if item.is_error]
    assert (error.code, line_of(text, error)) == ("E016", line)


def test_a_specification_without_a_name_is_told_so_besides_its_other_mistakes() -> None:
    assert [item.code for item in errors("thread cpu { x = 1; }")] == ["E017", "E102"]


def test_a_record_inside_itself_is_no_type_there() -> None:
    text = "spec s;\nrecord r { r x; }\nr n;\nthread cpu { n = n; }\n"
    assert [item.code for item in errors(text)] == ["E103"]


def test_the_limits_leave_room_for_what_is_large() -> None:
    calls = "".join(f"proc f{i}() {{ f{i + 1}(); f{i + 1}(); }}\n" for i in range(7))
    made = model(HEAD + "thread cpu { f0(); }\n" + calls + "proc f7() { n = 1; }\n")
    assert sum(len(thread.steps) for thread in made.threads) == 2**7
    sets = "spec s;\ntypedef int 0..9999 big;\nset of big a;\nthread cpu { atomic { a += {3}; } }\n"
    assert budget.scalars(model(sets).variables, {}) == (10_000, model(sets).variables[0])


LOOPS = {
    "a counter": "x = x < 2 ? x + 1 : 0; g = true; L: x = x < 2 ? x + 1 : 0;",
    "a sum": "x = x + x; g = true; L: x = x + 1;",
    "two in turn": "x = y + 1; g = true; L: y = x + 1;",
    "a long row": "x = x + x; " * 40 + "g = true;",
}


@pytest.mark.parametrize("kind", LOOPS)
def test_locals_that_are_worked_out_anew_at_each_turn_of_a_loop_take_no_time(kind: str) -> None:
    text = f"spec s;\nbool g;\nthread dev {{ int x = 0; int y = 0; loop {{ {LOOPS[kind]} }} }}\n"
    started = time.process_time()
    assert model(text).threads
    assert time.process_time() - started < 5


def test_a_lock_that_is_named_by_a_copy_is_still_the_lock_that_guards() -> None:
    text = """
spec s;
struct page { nat count; spinlock lock; }
thread cpu {
	page p;
	page q;

	loop {
		p = any(page);
		q = p;
		spin_lock(q.lock);
		p.count = p.count + 1;
		spin_unlock(p.lock);
	}
}
"""
    assert model(text).threads


def test_names_as_long_as_a_page_are_neither_compared_nor_shown_in_full() -> None:
    from frontend.source.rendering import render

    name = "a" * 50_000
    text = HEAD + f"nat {name}b;\nthread cpu {{ {name}c = 1; }}\n"
    found = errors(text)
    assert [item.code for item in found] == ["E102"]
    assert len(render(Source("a.alloc", text), found)) < 1500
