from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.verifier.reviewing import (
    PATCH,
    SPEC,
    findings,
    models_of,
    patch_of,
    review_of,
    stripped,
    table,
    tiny,
)
from verifier.patch.review.csource import heading_function
from verifier.patch.review.matching import review
from verifier.patch.review.records import Review

ROOT = Path(__file__).resolve().parents[4]
SEED = ROOT / "tests" / "patches" / "seed.patch.txt"

WHOLE = [
    (1, "unknown", "[queue_slow]"),
    (2, "queue_put", "queue_put"),
    (3, "outside", "comments only"),
    (3, "queue_drop", "no procedure models"),
    (4, "struct queue", "declares slow_items in"),
    (5, "queue_has_slow", "no procedure models"),
    (6, "queue_has_slow", "the stub of"),
]


def of_lines(*lines: str, heading: str = "", path: str = "drivers/tiny/queue.c") -> Review:
    old = sum(1 for line in lines if line[0] in " -")
    new = sum(1 for line in lines if line[0] in " +")
    text = "\n".join(lines)
    head = f"--- a/{path}\n+++ b/{path}\n@@ -50,{old} +50,{new} @@ {heading}"
    return review_of(f"{head}\n{text}\n")


def test_every_hunk_is_mapped_or_said_not_to_be_modelled() -> None:
    assert table(review_of(PATCH)) == WHOLE


def test_a_damaged_patch_gives_the_same_mapping() -> None:
    found = [row for row in table(review_of(stripped(PATCH))) if row[2] != "comments only"]
    assert found == [row for row in WHOLE if row[2] != "comments only"]


def test_a_function_that_the_patch_does_not_name_is_inferred_and_that_is_said() -> None:
    (finding, *_) = findings(review_of(PATCH))
    assert "the heading `out:` names no function" in finding.inferred
    assert "`queue->slow_items++;` stands in queue_slow (line 42) only" in finding.inferred
    assert "queue_put begins after this hunk" in finding.inferred


def test_without_a_statement_in_common_nothing_is_inferred() -> None:
    (finding,) = findings(review_of(PATCH.replace("slow_items++", "slow++").split("@@ -23")[0]))
    assert not finding.procedures
    assert "function unknown" in finding.reason
    assert "queue_put, queue_slow" in finding.reason


def test_the_steps_of_a_flag_carry_their_lines_and_conditions() -> None:
    steps = [item for one in tiny().procedures for item in one.flagged if one.name == "queue_put"]
    assert [(item.text, item.line, item.condition) for item in steps] == [
        ("spin_lock(queue.lock)", 29, "when (take_lock)"),
        ("spin_unlock(queue.lock)", 35, "when (take_lock)"),
    ]


def test_a_flag_inside_an_expression_counts_as_code_of_it() -> None:
    spec = SPEC.replace("old = queue.items;", "old = count_slow ? 0 : queue.items;")
    flagged = [item for one in models_of(spec).procedures for item in one.flagged]
    (item,) = [item for item in flagged if "count_slow ?" in item.text]
    assert (item.condition, item.flags) == ("mentions count_slow", frozenset({"count_slow"}))


def test_an_else_of_a_when_is_code_without_the_flag() -> None:
    spec = SPEC.replace("queue.slow_items++;", "queue.slow_items++;\n\telse\n\t\tqueue.added++;")
    flagged = [item for one in models_of(spec).procedures for item in one.flagged]
    assert [item.condition for item in flagged if item.text == "queue.added++"] == [
        "without (count_slow)"
    ]


def test_a_procedure_inside_a_when_says_so() -> None:
    spec = SPEC.replace("proc queue_slow()", "when (!count_slow)\nproc queue_slow()")
    (item,) = [one for one in models_of(spec).procedures if one.name == "queue_slow"]
    assert item.condition == "when (!count_slow)"


# --- where a hunk is -----------------------------------------------------------------------


def test_a_hunk_that_begins_another_function_is_not_of_the_one_in_the_heading() -> None:
    found = of_lines(
        " }", " ", "+int fresh(void)", "+{", "+\tgo();", "+}", heading="int queue_put(x)"
    )
    assert table(found) == [(1, "fresh", "no procedure models")]


def test_one_hunk_may_be_in_two_functions() -> None:
    found = of_lines(
        "+\ta();", " }", " ", " int queue_slow(int a,", " \t\tint b)", " {", "+\tb();",
        heading="int queue_put(int x)",
    )  # fmt: skip
    assert table(found) == [(1, "queue_put", "queue_put"), (1, "queue_slow", "queue_slow")]


def test_old_and_new_side_of_a_renamed_function_are_told_apart() -> None:
    found = of_lines("-int queue_put(int a)", "+int queue_add(int a)", " {", " \tgo();")
    assert table(found) == [
        (1, "queue_put", "queue_put"),
        (1, "queue_add", "no procedure models"),
    ]


def test_a_declaration_in_a_header_is_no_function() -> None:
    found = of_lines("+int queue_put(struct queue *queue,", "+\t\tint more);", heading="struct x {")
    assert [(row[1], row[2]) for row in table(found)] == [("outside", "a declaration, outside")]


def test_comments_inside_a_modelled_function_are_comments_only() -> None:
    found = of_lines(
        " \tgo();", "+\t/* why", "+\t * not */", " \tgo();", heading="int queue_put(int x)"
    )
    assert table(found) == [(1, "queue_put", "comments only")]


def test_lines_of_a_macro_are_not_of_the_function_before_it() -> None:
    found = of_lines(
        " #define GO(x) \\", "+\tgo(x); \\", " \tstop()", heading="int queue_put(int x)"
    )
    assert table(found) == [(1, "queue_put", "preprocessor lines only")]


def test_a_line_that_goes_on_is_a_macros_only_where_a_macro_begins() -> None:
    found = of_lines(
        " \tgo();", '+\tputs("a \\', '+\tb");', " \tgo();", heading="int queue_put(int x)"
    )
    assert table(found) == [(1, "queue_put", "queue_put")]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("static void __init one(struct zone *zone,", "one"),
        ("struct page *one(void)", "one"),
        ("struct page * __must_check *one(int a)", "one"),
        ("static __attribute__((unused, cold(1))) int one(int a)", "one"),
        ("__printf(1, 2) int one(const char *format, ...)", "one"),
        ("SYSCALL_DEFINE2(one, int, a, int, b)", "one"),
        ("one(void)", "one"),
        ("static int (*one)(void)", ""),
        ("static const struct one two[] = {", ""),
        ("int one = two(3);", ""),
        ("else if (one(2))", ""),
        ("return one(2)", ""),
        ("out:", ""),
    ],
)
def test_the_function_that_a_heading_names(heading: str, name: str) -> None:
    assert heading_function(heading) == name


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (
            ("+#ifdef CONFIG_X", "+void f(void);", "+#else", "+static inline void f(void) { }"),
            "the CONFIG_X=n stub",
        ),
        (
            (
                "+#if !IS_ENABLED(CONFIG_X)", "+static inline int f(int a,", "+\t\tint b)", "+{",
                "+\treturn -ENOSYS;", "+}", "+#endif",
            ),
            "the CONFIG_X=n stub",
        ),
        ((" #else", "+static inline void f(void)", "+{", "+}"), "of an option that is off"),
    ],
)  # fmt: skip
def test_a_stub_is_told_by_its_if_and_its_empty_body(lines: tuple[str, ...], reason: str) -> None:
    found = of_lines(*lines, path="include/x.h")
    assert reason in " ".join(item.part.stub for item in findings(found))


def test_a_function_that_computes_something_is_no_stub() -> None:
    found = of_lines(" #else", "+static inline int f(void)", "+{", "+\treturn g();", "+}")
    assert [item.part.stub for item in findings(found)] == [""]


# --- what does not fit ---------------------------------------------------------------------


def test_a_function_nowhere_in_a_changed_file_is_a_doubtful_mapping() -> None:
    spec = SPEC.replace("queue.c:queue_put", "queue.c:queue_push")
    found = review_of(PATCH, models_of(spec))
    assert any("nowhere" in text and "queue_push" in text for text in found.warnings)
    assert any("flag take_lock: no hunk is in a function" in text for text in found.warnings)
    assert not any("queue_slow," in text for text in found.warnings)


def test_a_function_in_another_file_is_not_taken_for_the_same() -> None:
    spec = SPEC.replace("drivers/tiny/queue.c:queue_put", "drivers/old/queue.c:queue_put")
    found = review_of(PATCH, models_of(spec))
    assert (2, "queue_put", "no procedure models") in table(found)
    assert any("moved, or another function?" in text for text in found.warnings)


def test_a_mapping_that_is_no_file_and_function_is_said() -> None:
    found = review_of(PATCH, models_of(SPEC.replace("drivers/tiny/queue.c:queue_gone", "gone")))
    assert any("not of the form file:function" in text for text in found.warnings)


def test_a_file_named_by_its_end_is_matched_and_that_is_said() -> None:
    found = review_of(PATCH, models_of(SPEC.replace("drivers/tiny/queue.c", "tiny/queue.c")))
    assert (2, "queue_put", "queue_put") in table(found)
    assert any("the names end alike" in text for text in found.warnings)


def test_procedures_that_no_hunk_touches_are_listed() -> None:
    only = PATCH.split("@@ -23")[0]
    assert [item.name for item in review_of(only).untouched] == ["queue_put"]
    assert review_of(PATCH).untouched == ()


def test_a_helper_that_modelled_lines_use_is_said_to_be_used() -> None:
    reasons = [item.reason for item in findings(review_of(PATCH))]
    assert any("used in hunk 2, modelled by queue_put" in text for text in reasons)


# --- the real one --------------------------------------------------------------------------


def test_all_hunks_of_the_seed_are_listed_mapped_or_said_not_to_be_modelled() -> None:
    models = models_of((ROOT / "spec" / "free_path.alloc").read_text(encoding="utf-8"))
    found = review(patch_of(SEED.read_bytes()), models, {"count_isolated", "recheck_counted"})
    assert table(found) == [
        (1, "struct zone", "declares nr_isolate_pageblock in"),
        (2, "has_isolate_pageblock", "no procedure models"),
        (3, "has_isolate_pageblock", "the stub of"),
        (4, "free_one_page", "free_one_page"),
        (5, "unknown", "[set_migratetype_isolate]"),
        (6, "unset_migratetype_isolate", "unset_migratetype_isolate"),
    ]
