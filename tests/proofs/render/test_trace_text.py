"""Traces as a reader sees them, of specifications executed from their text."""

from __future__ import annotations

import re
from itertools import cycle

import pytest

from frontend.load import load
from frontend.model import Model, Object
from frontend.source.spans import Source
from proofs.answers.trace import Taken, Trace
from proofs.interpreter.execute import enabled, execute, initial_state
from proofs.interpreter.instance import Instance
from proofs.render.columns import closing, columns

CPU0, CPU1 = Object("cpu", 0), Object("cpu", 1)


def model_of(text: str, variant: str | None = None) -> Model:
    names = [] if variant is None else [variant]
    (found,) = load(Source("example.alloc", f"spec example;\n{text}"), names).models
    return found


def played(model: Model, threads: list[Object], sizes: dict[str, int], name: str = "p") -> Trace:
    """Each thread in turn takes the first step that it can; where it can take none, it is passed
    over."""
    instance = Instance(model, sizes)
    state = start = initial_state(instance, {})
    taken: list[Taken] = []
    for thread in threads:
        moves = [move for move in enabled(instance, state) if move.thread == thread]
        if moves:
            taken.append(execute(instance, state, moves[0]))
            state = taken[-1].state or state
            if taken[-1].state is None:
                break
    return Trace(model.variant, name, sizes, start, tuple(taken))


def shown(
    text: str,
    *threads: Object,
    variant: str | None = None,
    width: int = 100,
    compact: bool = False,
) -> list[str]:
    """The lines of the table, without the title and what is violated."""
    model = model_of(f"{text}\ninvariant p: true;\n", variant)
    sizes = {"cpu": 1 + max(thread.index for thread in threads)}
    trace = played(model, list(threads), sizes)
    lines = columns(model, trace, width, compact=compact)
    first, last = lines.index("") + 1, lines.index(next(x for x in lines if x.startswith("=>")))
    return [line.strip() for line in lines[first : last - 1]]


# --- statements ----------------------------------------------------------------------------


def test_what_a_step_writes_to_ghosts_is_shown() -> None:
    text = "ghost nat seen = 0; bool x = false; thread cpu { atomic { x = true; seen++; } }"
    assert shown(text, CPU0) == ["x = true; seen 0 -> 1"]


def test_an_update_of_ghosts_shows_whom_it_changed() -> None:
    text = """struct cpu { ghost int 0..9 n = 0; }
    thread cpu { atomic { update cpu c where c != self { c.n++; } } }"""
    assert shown(text, CPU0) == ["update cpu c where c != self: nothing matches"]
    assert shown(text, CPU1) == ["cpu0.n 0 -> 1"]


def test_an_update_that_changes_nothing_says_so_and_one_that_does_never() -> None:
    text = """struct cpu { int 0..9 n = 0; ghost bool g = false; }
    thread cpu {
        atomic { self.n = 1; update cpu c { c.n = 0; } }
        atomic { update cpu c { c.n = 0; } }
        atomic { update cpu c { c.n = 0; c.g = true; } }
    }"""
    assert shown(text, CPU0, CPU0, CPU0) == [
        "cpu0.n = 1; cpu0.n 1 -> 0",
        "update cpu c: nothing changes",
        "cpu0.g false -> true",
    ]


def test_two_writes_to_a_place_in_one_step_are_told_one_after_the_other() -> None:
    text = "int n = 0; thread cpu { atomic { n++; n++; n -= 2; n += 0; } }"
    assert shown(text, CPU0) == ["n 0 -> 1; n 1 -> 2; n 2 -> 0; n stays 0"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x = 1; if (x == 1) return; x = 2;", ["x = 1", "if (x == 1): yes; return"]),
        ("x = 1; goto out; out: x = 2;", ["x = 1; goto out", "x = 2"]),
        ("loop { x = 1; break; } x = 2;", ["x = 1; break", "x = 2"]),
        ("while (x == 0) { x = 1; continue; } x = 2;", ["while (x == 0): yes", "x = 1; continue"]),
    ],
)
def test_where_a_thread_goes_on_is_shown(body: str, expected: list[str]) -> None:
    lines = shown(f"int x = 0; thread cpu {{ {body} }}", *[CPU0] * 3)
    assert lines[: len(expected)] == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("pair[n >> 1] = true;", "pair[0] = true"),
        ("bool b = yes();", "return true; thread cpu:; b = yes() => true"),
        ("pair[n == 0 ? 1 : 0] = n <= 1;", "pair[1] false -> true"),
        ("atomic { add_return(n, 2); }", "add_return(n, 2): n 0 -> 2"),
        ("int m; m = 1; m = 2; n = m;", "m = 1; m = 2; n 0 -> 2"),
        (
            "bool old = xchg(pair[1], true);",
            "old = xchg(pair[1], true) => false; pair[1] false -> true",
        ),
        ("if (xchg(pair[1], true)) n = 1;", "if (xchg(pair[1], true)): no, pair[1] false -> true"),
    ],
)
def test_a_statement_is_told_with_what_it_changed(body: str, expected: str) -> None:
    text = f"""int 0..9 n = 0; bool pair[0..1] = false; proc yes(): bool {{ return true; }}
    thread cpu {{ {body} if (n > 10) yes(); }}"""
    assert "; ".join(shown(text, CPU0)).startswith(expected)


def test_a_returned_value_is_shown_with_what_it_is() -> None:
    text = "int x = 3; proc get(): int { return x + 1; } thread cpu { int y = get(); x = y; }"
    assert shown(text, CPU0, CPU0) == [
        "return x + 1 => 4",
        "thread cpu:",
        "y = get() => 4",
        "x 3 -> 4",
    ]


def test_members_of_sets_are_told_as_the_language_asks_for_them() -> None:
    text = """set of cpu idle = empty;
    thread cpu { atomic { idle += {self}; idle += {self}; } atomic { idle -= {self}; } }"""
    assert shown(text, CPU0, CPU0) == [
        "cpu0 in idle: no -> yes; idle += {self}",
        "cpu0 in idle: yes -> no",
    ]


def test_a_field_that_is_called_like_a_local_says_whose_it_is() -> None:
    text = "single data { int one = 0; } thread cpu { int one = data.one; data.one = one + 2; }"
    assert shown(text, CPU0, CPU0) == ["one = data.one => 0", "data.one 0 -> 2"]


def test_two_objects_with_fields_of_one_name_are_told_apart() -> None:
    text = """single a { int n = 0; } single b { int n = 0; }
    thread cpu { a.n = 5; atomic { b.n++; } }"""
    assert shown(text, CPU0, CPU0) == ["a.n = 5", "b.n 0 -> 1"]


# --- flags ---------------------------------------------------------------------------------

FLAGS = """
config fix;
variant off = {};
variant on = { fix };
bool x = false;
bool y = true;
int n = 0;
thread cpu {
    BODY
}
"""


@pytest.mark.parametrize(
    ("body", "off", "on"),
    [
        ("if (x || (fix && y)) n = 1;", "if (x): no", "if (x || y): yes"),
        ("if ((fix => x) && y) n = 1;", "if (y): yes", "if (x && y): no"),
        ("if (!fix && y) n = 1; n = 2;", "if (y): yes", "n = 2"),
        ("await y || fix;", "await y", "await y || true"),
        ("bool z = fix ? x : y;", "z = y => true", "z = x => false"),
        ("assert a: fix == false || y;", "assert a: true", "assert a: y"),
    ],
)
def test_a_flag_is_folded_away_in_what_is_shown(body: str, off: str, on: str) -> None:
    text = FLAGS.replace("BODY", body)
    for variant, expected in (("off", off), ("on", on)):
        found = "; ".join(shown(text, CPU0, CPU0, variant=variant))
        assert found.startswith(expected)
        assert "fix" not in found


def test_a_local_that_hides_a_flag_is_no_flag() -> None:
    text = FLAGS.replace("BODY", "bool fix = y; if (fix || x) n = 1;")
    try:
        found = shown(text, CPU0, CPU0, variant="off")
    except Exception:  # noqa: BLE001 - hiding is refused
        return
    assert "if (fix || x): yes" in "; ".join(found)


# --- headings ------------------------------------------------------------------------------

CALLS = """
int n = 0;
spinlock l;

proc inner() {
    n = 3;
}

proc outer() {
    n = 2;
    inner();
    n = 4;
}

thread cpu {
    n = 1;
    outer();
    n = 5;
    inner();
}
"""

HEADED = [
    "thread cpu:",
    "n = 1",
    "outer():",
    "n = 2",
    "inner():",
    "n = 3",
    "outer():",
    "n = 4",
    "thread cpu:",
    "n = 5",
    "inner():",
    "n = 3",
]


def test_a_heading_stands_above_the_statements_of_its_procedure_only() -> None:
    assert shown(CALLS, *[CPU0] * 6) == HEADED


def test_a_procedure_that_a_thread_is_in_alone_is_named_by_its_title() -> None:
    text = "int n = 0; proc f() { n = 1; n = 2; } thread cpu { f(); }"
    assert shown(text, CPU0, CPU0) == ["n = 1", "n = 2"]


def test_statements_of_several_procedures_in_one_step_have_their_own_headings() -> None:
    text = "int n = 0; proc f() { n = 2; } thread cpu { atomic { n = 1; f(); n = 3; } }"
    assert shown(text, CPU0) == [
        "thread cpu:",
        "n = 1",
        "f():",
        "n = 2",
        "thread cpu:",
        "n = 3",
    ]


def statements(lines: list[str]) -> list[tuple[str, str, str]]:
    """Thread, heading and statement of each line of a shared column."""
    found, heading = [], ""
    for line in lines:
        thread, _, text = line.partition(": ")
        if text.endswith(":"):
            heading = text
        else:
            found.append((thread, heading, text))
    return found


def test_in_a_shared_column_the_heading_comes_again_when_another_thread_was_between() -> None:
    threads = [CPU0, CPU0, CPU1, CPU1, CPU0, CPU1, CPU0]
    lines = shown(
        CALLS.replace("n = ", "aaaaaaaaaaaaaaaaaaaa = ").replace(
            "int n", "int aaaaaaaaaaaaaaaaaaaa"
        ),
        *threads,
        width=40,
    )
    inside = {"1": "thread cpu:", "2": "outer():", "3": "inner():", "4": "outer():"}
    told = statements(lines)
    assert len(told) == len(threads)
    for _, heading, text in told:
        number = re.findall(r"\d", text)[-1]
        assert heading == inside[number], lines


# --- room ----------------------------------------------------------------------------------

WIDE = """
struct cpu { bool has_isolate_pageblock_of_zone = false; }
single zone {
    spinlock lock;
    int nr_isolate_pageblock = 0;
    int nr_free_highatomic_pages = 0;
}
proc set_pageblock_migratetype_isolate(bool is_migrate_isolate_page) {
    spin_lock(zone.lock);
    zone.nr_isolate_pageblock++;
    if (zone.nr_free_highatomic_pages > 0 || is_migrate_isolate_page)
        self.has_isolate_pageblock_of_zone = true;
    spin_unlock(zone.lock);
}
thread cpu {
    set_pageblock_migratetype_isolate(true);
    self.has_isolate_pageblock_of_zone = exists cpu other_processor: other_processor != self;
}
invariant p: zone.nr_isolate_pageblock <= 1;
"""
NAME = re.compile(r"[A-Za-z_]\w*")


def names_in(model: Model) -> set[str]:
    return {*NAME.findall(model.source.text), *NAME.findall("FAILS its thread cpu no yes stays")}


@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("threads", range(1, 9))
def test_no_name_is_broken_whatever_the_width_and_however_many_threads(
    threads: int, compact: bool
) -> None:
    model = model_of(WIDE)
    turns = cycle([Object("cpu", index) for index in range(threads)])
    order = [next(turns) for _ in range(12 * threads)]
    trace = played(model, order, {"cpu": threads})
    known = names_in(model) | {f"cpu{index}" for index in range(threads)}
    known |= {"violated", "is", "true", "false", "nr_isolate_pageblock", "example"}
    for width in range(40, 201):
        lines = columns(model, trace, width, compact=compact)
        broken = {name for line in lines for name in NAME.findall(line)} - known
        assert not broken, (width, broken)
        assert all(len(line) <= width for line in lines)


def test_many_threads_have_columns_on_a_wide_terminal_and_share_one_on_a_narrow_one() -> None:
    text = "int n = 0; thread cpu { atomic { n++; } }\ninvariant p: n < 9;"
    model = model_of(text)
    order = [Object("cpu", index) for index in range(5)]
    trace = played(model, order, {"cpu": 5})
    assert columns(model, trace, 130)[0].split() == [f"cpu{index}" for index in range(5)]
    assert "cpu3: n 3 -> 4" in columns(model, trace, 100)


def test_a_name_longer_than_a_column_puts_the_thread_in_front() -> None:
    name = "a_name_of_twenty_nine_letters"
    model = model_of(f"int {name} = 0; thread cpu {{ atomic {{ {name}++; }} }}\ninvariant p: true;")
    trace = played(model, [CPU0, CPU1], {"cpu": 2})
    assert f"cpu1: {name} 1 -> 2" in columns(model, trace, 64)
    assert any(line.startswith("  ") for line in columns(model, trace, 100))


# --- compact -------------------------------------------------------------------------------

LOCKED = """
int n = 0;
spinlock l;
proc f() { n = 2; }
thread cpu {
    spin_lock(l);
    n = 1;
    f();
    n = 3;
    spin_unlock(l);
    n = 4;
}
"""


def test_compact_shows_a_section_that_nothing_interleaves_as_one_paragraph() -> None:
    assert shown(LOCKED, *[CPU0] * 6, compact=True) == [
        "thread cpu:",
        "spin_lock(l); n = 1; f(): n = 2; thread cpu: n = 3; spin_unlock(l)",
        "n = 4",
    ]


def test_compact_leaves_a_section_alone_that_another_thread_comes_into() -> None:
    text = """
    int n = 0; int m = 0; spinlock l;
    thread cpu { choose { atomic { m++; } } or { spin_lock(l); n = 1; spin_unlock(l); } }
    """
    model = model_of(f"{text}invariant p: true;")
    instance = Instance(model, {"cpu": 2})
    state = start = initial_state(instance, {})
    taken = []
    for thread, word in ((CPU0, "spin_lock"), (CPU1, "m++"), (CPU0, "n ="), (CPU0, "spin_unlock")):
        for move in enabled(instance, state):
            step = instance.step(move.thread, move.step)
            assert step is not None
            if move.thread == thread and step.remarks[0].text.startswith(word):
                taken.append(execute(instance, state, move))
                state = taken[-1].state or state
                break
    trace = Trace("main", "p", {"cpu": 2}, start, tuple(taken))
    plain = columns(model, trace, 80)
    assert columns(model, trace, 80, compact=True) == plain
    assert "spin_lock(l)" in plain


# --- places --------------------------------------------------------------------------------

PLACES = """
int n = 0;
proc f(int m) {
    int x = m;
    n = x;
done:
    n = x + 1;
}
thread cpu {
    f(1);
    f(2);
}
reachable p: exists cpu c: c at f.done && c.f.x == 2;
"""


def test_where_a_thread_stands_is_told_in_the_language_with_its_line() -> None:
    model = model_of(PLACES)
    trace = played(model, [CPU0] * 3, {"cpu": 1})
    text = " ".join(" ".join(closing(model, trace)).split())
    assert "c = cpu0: cpu0 at f.2.done (line 8), cpu0.f.x = 2" in text
