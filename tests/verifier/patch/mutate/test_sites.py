"""Which mutants are made, and that each is a specification of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from frontend.names.problems import Problems
from frontend.names.variants import select, variants
from frontend.source.spans import Source
from frontend.syntax.parser import parse
from frontend.syntax.printer import specification
from tests.support.verifier.mutants import COUNTER, made, read, spec, told
from verifier.patch.mutate.mutant import Kind
from verifier.patch.mutate.sites import mutants

ROOT = Path(__file__).parents[4]


def of_kind(text: str, kind: Kind) -> list[tuple[str, str]]:
    return [(before, after) for name, before, after in told(text) if name == kind.value]


def test_a_condition_is_dropped_and_negated() -> None:
    text = spec("if (busy) busy = false;\nwhile (!busy) busy = true;", "bool busy = false;")
    assert of_kind(text, Kind.CONDITION_DROPPED) == [
        ("if (busy)", "if (true)"),
        ("while (!busy)", "while (true)"),
    ]
    assert of_kind(text, Kind.CONDITION_NEGATED) == [
        ("if (busy)", "if (!busy)"),
        ("while (!busy)", "while (busy)"),
    ]


def test_an_await_is_dropped_and_negated() -> None:
    text = spec("await !busy;", "bool busy = false;")
    assert of_kind(text, Kind.CONDITION_DROPPED) == [("await !busy", "")]
    assert of_kind(text, Kind.CONDITION_NEGATED) == [("await !busy", "await busy")]


def test_the_conditions_of_picks_and_updates_are_dropped_and_negated() -> None:
    text = spec(
        "page p = any(page q: q.free);\nupdate page q where q.free { q.free = false; }",
        "struct page { bool free = true; }",
    )
    assert of_kind(text, Kind.CONDITION_DROPPED) == [
        ("page p = any(page q: q.free)", "page p = any(page)"),
        (
            "update page q where q.free { q.free = false; }",
            "update page q { q.free = false; }",
        ),
    ]
    assert len(of_kind(text, Kind.CONDITION_NEGATED)) == 2


def test_each_side_of_a_condition_is_dropped_also_inside_a_count() -> None:
    text = spec(
        "if (a || b) a = false;\nn = count(page q: q.x && q.y);",
        "bool a = false;\nbool b = false;\nint n = 0;\n"
        "struct page { bool x = false; bool y = false; }",
    )
    assert of_kind(text, Kind.DISJUNCT_DROPPED) == [
        ("if (a || b)", "if (b)"),
        ("if (a || b)", "if (a)"),
    ]
    assert of_kind(text, Kind.CONJUNCT_DROPPED) == [
        ("n = count(page q: q.x && q.y)", "n = count(page q: q.y)"),
        ("n = count(page q: q.x && q.y)", "n = count(page q: q.x)"),
    ]


def test_constants_change_in_code_and_in_what_fields_start_with() -> None:
    text = spec(
        "state = B;\nn = 2;\nb = true;",
        "enum mode { A, B, C }\nmode state = A;\nint n = 0;\nbool b = false;",
    )
    assert of_kind(text, Kind.CONSTANT_CHANGED) == [
        ("mode state = A", "mode state = B"),
        ("mode state = A", "mode state = C"),
        ("int n = 0", "int n = 1"),
        ("bool b = false", "bool b = true"),
        ("state = B", "state = A"),
        ("state = B", "state = C"),
        ("n = 2", "n = 3"),
        ("n = 2", "n = 1"),
        ("b = true", "b = false"),
    ]


def test_of_a_large_enum_the_next_member_stands_for_all() -> None:
    text = spec("state = D;", "enum mode { A, B, C, D }\nmode state = B;")
    assert of_kind(text, Kind.CONSTANT_CHANGED) == [
        ("mode state = B", "mode state = C"),
        ("state = D", "state = A"),
    ]


def test_operators_and_comparisons_are_exchanged() -> None:
    text = spec("n++;\nn -= 1;\nif (n < 3) n--;", "int n = 0;")
    assert of_kind(text, Kind.OPERATOR_CHANGED) == [
        ("n++", "n--"),
        ("n -= 1", "n += 1"),
        ("n--", "n++"),
    ]
    assert of_kind(text, Kind.COMPARISON_SHIFTED) == [("if (n < 3)", "if (n <= 3)")]


def test_updates_calls_and_jumps_are_dropped() -> None:
    text = spec("n = 1;\nf();\ngoto out;\nn = 0;\nout:", "int n = 0;\nproc f() { n++; }")
    assert of_kind(text, Kind.UPDATE_DROPPED) == [("n++", ""), ("n = 1", ""), ("n = 0", "")]
    assert of_kind(text, Kind.CALL_DROPPED) == [("f()", "")]
    assert of_kind(text, Kind.JUMP_DROPPED) == [("goto out", "")]


LOCKED = "single zone { spinlock lock; }\nint n = 0;\nint m = 0;"


def test_what_stands_next_to_a_lock_moves_to_its_other_side() -> None:
    text = spec("spin_lock(zone.lock);\nn = 1;\nm = 1;\nspin_unlock(zone.lock);", LOCKED)
    assert of_kind(text, Kind.MOVED_BEFORE) == [
        ("spin_lock(zone.lock); n = 1", "n = 1; spin_lock(zone.lock)")
    ]
    assert of_kind(text, Kind.MOVED_BEHIND) == [
        ("m = 1; spin_unlock(zone.lock)", "spin_unlock(zone.lock); m = 1")
    ]
    trees = [item.tree for item in read(text) if item.kind is Kind.MOVED_BEHIND]
    lines = [line.strip() for line in specification(trees[0]).splitlines()]
    assert lines.index("spin_unlock(zone.lock);") + 1 == lines.index("m = 1;")


def test_a_statement_moves_over_a_label_but_not_over_one_that_is_jumped_to() -> None:
    body = "spin_lock(zone.lock);\n{}n = 1;\nout:\nspin_unlock(zone.lock);"
    plain = spec(body.format(""), LOCKED)
    assert len(of_kind(plain, Kind.MOVED_BEHIND)) == 1
    jumped = spec(body.format("if (m == 1) goto out;\n"), LOCKED)
    assert of_kind(jumped, Kind.MOVED_BEHIND) == []


def test_a_lock_goes_with_all_that_release_it() -> None:
    body = (
        "spin_lock(zone.lock);\nif (n == 1) {\nspin_unlock(zone.lock);\ngoto out;\n}\n"
        "n = 1;\nspin_unlock(zone.lock);\nout:"
    )
    found = read(spec(body, LOCKED))
    gone = [item for item in found if item.kind is Kind.LOCK_DROPPED]
    assert len(gone) == 1
    assert "spin_" not in specification(gone[0].tree)


def test_of_two_sections_one_loses_its_lock_at_a_time() -> None:
    section = "spin_lock(zone.lock);\nn++;\nspin_unlock(zone.lock);\n"
    found = read(spec(section + section, LOCKED))
    gone = [item for item in found if item.kind is Kind.LOCK_DROPPED]
    assert [specification(item.tree).count("spin_lock") for item in gone] == [1, 1]


def test_an_atomic_is_dissolved_and_an_assumption_dropped_part_by_part() -> None:
    text = spec(
        "atomic { n = 1; n = 2; }",
        "int n = 0;\nconst int k;\nassume small: k > 0 && k < 3;",
    )
    assert of_kind(text, Kind.ATOMIC_DISSOLVED) == [("atomic { n = 1; n = 2; }", "n = 1; n = 2;")]
    assert of_kind(text, Kind.ASSUMPTION_DROPPED) == [("assume small: k > 0 && k < 3", "")]
    assert {item.before for item in read(text) if item.assumed} == {"assume small: k > 0 && k < 3"}


def test_what_is_claimed_is_not_changed() -> None:
    text = spec(
        "n = n;\nassert right: n == 0 && n < 5;",
        "int n = 0;\ndefine clear(): bool = n == 0 && n < 5;\ninvariant zero: clear() && n < 7;",
    )
    assert told(text) == [
        ("constant changed", "int n = 0", "int n = 1"),
        ("update dropped", "n = n", ""),
    ]


def test_a_definition_that_only_code_uses_is_changed() -> None:
    text = spec(
        "if (full()) n = 0;", "int n = 0;\ndefine full(): bool = n == 3;\ninvariant low: n < 7;"
    )
    assert (
        "constant changed",
        "define full(): bool = n == 3",
        "define full(): bool = n == 4",
    ) in told(text)


def test_the_line_is_that_of_the_change() -> None:
    origin = made(spec("if (a ||\n    b)\n\ta = false;", "bool a = false;\nbool b = true;"))
    lines = {item.after: origin.source.position(item.start)[0] for item in origin.mutants}
    assert lines["if (b)"] == 5
    assert lines["a = true"] == 7


@pytest.mark.parametrize(
    "path",
    [
        "spec/free_path.alloc",
        "spec/pcp_free_path.alloc",
        "tests/corpus/proved/mcs_queue.alloc",
        "tests/corpus/proved/trylock_in_condition.alloc",
        "tests/corpus/proved/for_each_drains.alloc",
    ],
)
def test_every_mutant_is_printed_and_read_back_and_none_is_made_twice(path: str) -> None:
    text = (ROOT / path).read_text("utf-8")
    source = Source(path, text)
    tree = parse(source)
    problems = Problems(source)
    for variant in variants(tree, problems):
        chosen = select(tree, variant, problems)
        found = mutants(chosen)
        texts = [specification(item.tree) for item in found]
        assert len(set(texts)) == len(texts) > 5
        assert specification(chosen) not in texts
        assert [item.start for item in found] == sorted(item.start for item in found)
        for one in texts[::7]:  # each would take long
            assert specification(parse(Source(path, one))) == one


def test_mutants_are_the_same_at_each_call() -> None:
    assert made(COUNTER).mutants == made(COUNTER).mutants
