"""Verdicts about nothing: no system, sizes that were left out, premises that never hold; and words
in a log that nothing proves."""

from __future__ import annotations

from hashlib import sha256

import pytest

from proofs.log.forms import fitting
from proofs.recheck.findings import Report, Standing
from tests.support.proofs.logs import (
    SMALL,
    Edit,
    Value,
    consistent,
    edited,
    judged,
    log_of,
    small,
    variant,
    verdict,
)

BUDDIES = """\
spec vac;
struct page { const page buddy; bool bad = false; }
assume sane_hardware: forall page p: p.buddy == p.buddy;
bool done = false;
thread cpu { done = true; }
invariant never_bad "never wrong": count(page p: p.bad) == 0;
bound cpu = 2, page = 2;
"""

BOOKS = """\
spec sizes;
nat n = 0;
struct page { bool used = false; }
thread cpu {
	atomic {
		page p = any(page q: !q.used);
		p.used = true;
	}
	add_return(n, 1);
}
/* every cpu gets a page; with three pages the books are wrong */
invariant books: n == 3 => exists page p: !p.used;
bound cpu = 3, page = 4;
"""

ISOLATED = """\
spec isolated;
patch hunk "the fix";
variant before = {};
variant after = { hunk };
struct page { bool isolated = false; bool free = false; }
bool enabled = false;
thread cpu {
	page p = any(page);
	bool on = enabled;
	if (on) {
		when (hunk)
			p.isolated = true;
		p.free = true;
		assert really: p.free;
	}
}
invariant no_isolated_free "never free": forall page p: p.isolated => !p.free;
bound cpu = 2, page = 2;
"""


def texts(report: Report, standing: Standing) -> str:
    return "\n".join(report.of(standing))


def respecified(old: str, new: str) -> Edit:
    """Another specification with the digest that fits it."""

    def edit(value: Value) -> None:
        given = value["specification"]
        text = "\n".join(given["text"])
        assert old in text
        text = text.replace(old, new)
        given.update(text=text.split("\n"), sha256=sha256(text.encode()).hexdigest())

    return edit


# --- no system -----------------------------------------------------------------------------


@pytest.mark.parametrize("options", [(), ("--bounded",)], ids=["every size", "sizes"])
def test_nothing_is_proved_under_assumptions_that_contradict_each_other(
    options: tuple[str, ...],
) -> None:
    content = log_of(BUDDIES, *options)
    report = judged(content)
    assert report.status == 0, report.findings
    assert "a system with 2 cpus, 2 pages: an initial state was found" in texts(
        report, Standing.VERIFIED
    )
    forged = judged(consistent(content, respecified("p.buddy == p.buddy", "p.buddy != p.buddy")))
    assert forged.status == 4
    assert "no state satisfies the assumptions" in texts(forged, Standing.FAILED)


def test_an_initial_state_that_is_not_found_is_not_confirmed() -> None:
    spec = BUDDIES.replace("assume", "const int k;\nassume far: k * k == 10000000000;\nassume")
    content = log_of(BUDDIES)
    new = spec[spec.index("const int") : spec.index("assume sane")]
    forged = judged(consistent(content, respecified("assume sane", f"{new}assume sane")))
    assert forged.status == 3
    assert "no initial state was found" in texts(forged, Standing.UNCONFIRMED)


# --- every asked size ----------------------------------------------------------------------


def ranged(evidence: str) -> Edit:
    """Three pages are asked about as well, and the evidence is about four."""

    def edit(value: Value) -> None:
        respecified("page = 4", "page = 3..4")(value)
        given = variant(value, "main")
        given["bounds"]["page"] = [3, 4]
        entry = verdict(value, "main", "books")
        if evidence == "lemmas":
            formula = "n == 3 => (exists page p: !p.used)"
            sizes = {"page": 4, "cpu": 3}
            given["lemmas"] = [
                {
                    "bounds": sizes,
                    "facts": [],
                    "lemmas": [formula],
                    "premises": {},
                    "otherwise": None,
                }
            ]
            entry.update(evidence="lemmas", number=0, variables=[])
        elif evidence == "":
            entry.update(evidence="", variables=[], method="explore: all states visited")

    return edit


@pytest.mark.parametrize("evidence", ["search", "lemmas", ""])
def test_a_proof_at_the_largest_size_is_none_at_the_others(evidence: str) -> None:
    content = log_of(BOOKS, "--bounded", "--property", "books")
    assert verdict_of(content) == "search"
    forged = consistent(content, ranged(evidence))
    assert "sizes: 3 cpus, 3..4 pages" in forged
    report = judged(forged)
    assert report.status == 4
    assert "books, with 3 cpus, 3 pages: it does not hold" in texts(report, Standing.FAILED)


def verdict_of(content: str) -> str:
    found: list[str] = []
    edited(content, lambda value: found.append(verdict(value, "main", "books")["evidence"]))
    return found[0]


def test_every_size_of_a_range_is_searched() -> None:
    several = BOOKS.replace("page = 4", "page = 3..5").replace("n == 3 =>", "n == 3 && n > 3 =>")
    report = judged(log_of(several, "--bounded", "--property", "books"))
    assert report.status in (0, 1), report.findings
    verified = texts(report, Standing.VERIFIED)
    for size in (3, 4, 5):
        assert f"books, with 3 cpus, {size} pages: searched again" in verified


# --- vacuous verdicts ----------------------------------------------------------------------


def test_a_vacuous_verdict_is_called_so_and_its_recheck_does_not_end_well() -> None:
    content = log_of(ISOLATED)
    assert "VACUOUS: after: no_isolated_free holds, but its premise never does" in content
    assert "proved for all, vacuous" in content
    assert "VACUOUS: after: nothing that hunk adds is ever executed" in content
    report = judged(content)
    assert report.status == 1, report.findings
    assert "premise never does" in texts(report, Standing.VACUOUS)


@pytest.mark.parametrize("name", ["no_isolated_free", "really"])
def test_the_word_cannot_be_taken_out(name: str) -> None:
    def edit(value: Value) -> None:
        for item in value["variants"]:
            item["vacuous"] = [one for one in item["vacuous"] if one["name"] != name]

    forged = consistent(log_of(ISOLATED), edit)
    report = judged(forged)
    assert report.status == 4
    assert f"{name} holds, but" in texts(report, Standing.FAILED)


CONSTANT = """
spec constant;
struct page { bool bad = false; }
bool bad = false; bool m = false; nat n = 0;
thread cpu { m = true; }
invariant plain: bad => false;
invariant certain: n == 7 => 1 == 1;
invariant each: forall page p: p.bad => false;
invariant many: count(page p: p.bad) == 2 => true;
bound cpu = 1, page = 2..3;
"""


@pytest.mark.parametrize("name", ["plain", "certain", "each", "many"])
def test_the_word_cannot_be_taken_out_where_the_right_side_is_a_constant(name: str) -> None:
    def edit(value: Value) -> None:
        for item in value["variants"]:
            item["vacuous"] = [one for one in item["vacuous"] if one["name"] != name]

    report = judged(consistent(log_of(CONSTANT, "--bounded"), edit))
    assert report.status == 4
    assert f"{name} holds, but its premise never does" in texts(report, Standing.FAILED)


@pytest.mark.parametrize(
    "item",
    [
        {"cause": "premise", "name": "range"},
        {"cause": "premise", "name": "nothing"},
        {"cause": "patch", "name": "all is well"},
        {"cause": "procedure", "name": "all is well"},
        {"cause": "assert", "name": "no_isolated_free"},
    ],
)
def test_a_vacuity_that_cannot_be_is_refused(item: Value) -> None:
    def edit(value: Value) -> None:
        variant(value, "before")["vacuous"].append(item)

    assert judged(consistent(log_of(ISOLATED), edit)).status == 4


# --- words ---------------------------------------------------------------------------------

ROW = "0.1.0 ........................................v3 isolation.............proved_for_all"


def worded(change: str, text: str) -> Edit:
    def edit(value: Value) -> None:
        match change:
            case "program":
                value["program"]["version"] = text
            case "solver":
                value["solvers"]["z3"] = text
            case "solver's name":
                value["solvers"] = dict(sorted({**value["solvers"], text: "5.4.1"}.items()))
            case "file":
                value["specification"]["name"] = text
            case "method":
                entry = verdict(value, "after", "none_lost")
                entry.update(evidence="", number=-1, method=text)
            case _:
                verdict(value, "after", "none_lost")["method"] = text

    return edit


@pytest.mark.parametrize("change", ["program", "solver", "solver's name", "file", "hidden method"])
@pytest.mark.parametrize("text", [ROW, "1\x1b[2J", "1\n2", "\u202e1", "Reviewed-by: Ann <a@b>"])
def test_a_text_of_ones_own_is_no_version_and_no_name(change: str, text: str) -> None:
    report = judged(consistent(small(), worded(change, text)))
    assert report.status == 4


def test_versions_and_the_name_of_the_file_stand_behind_a_bar() -> None:
    words = {"program": "9.9", "solver": "9.8.7", "file": "mm_page_alloc.alloc"}
    for change, text in words.items():
        lines = consistent(small(), worded(change, text)).split("\nbegin buddyproof log\n")[0]
        found = [line for line in lines.split("\n") if text in line]
        assert found == [line for line in found if line.startswith("      | ")] != []
        report = judged(consistent(small(), worded(change, text)))
        assert text in texts(report, Standing.TRUSTED)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("engine", "explore"),
        ("scope", "bounded"),
        ("seed", 0),
        ("variants", ["before", "after"]),
        ("variants", ["after", "before", "before"]),
        ("properties", ["both_added", "none_lost", "never_more"]),
        ("bounds", {"cpu": 3}),
    ],
)
def test_what_was_asked_is_said_in_one_way_only(key: str, text: object) -> None:
    def edit(value: Value) -> None:
        value["invocation"][key] = text

    assert judged(edited(small(), edit)).status == 4


def test_a_reason_beside_a_verdict_is_refused() -> None:
    def edit(value: Value) -> None:
        verdict(value, "after", "none_lost")["reason"] = "proved by hand, too"

    assert judged(consistent(small(), edit)).status == 4


@pytest.mark.parametrize("text", ["a\x1b[2J", "a\nb", "\u202e", "a" * 301])
def test_a_method_is_a_line_of_plain_text(text: str) -> None:
    assert judged(consistent(small(), worded("method", text))).status == 4


@pytest.mark.parametrize(
    "name",
    [
        "free_path.alloc",
        "-rf",
        "",
        ".hidden",
        "a b\x1b.alloc",
        "\u6c38.alloc",
        "x" * 300 + ".alloc",
        "name." + "y" * 300,
        "isolation" + "." * 50 + "proved",
        "a" + "_" * 50 + "b.alloc",
    ],
)
def test_every_file_has_a_name_that_a_log_can_have(name: str) -> None:
    found = fitting(name)
    assert fitting(found) == found
    assert 1 <= len(found) <= 64
    assert found.isascii()
    assert found.isprintable()
    assert " " not in found
    assert "...." not in found


def test_a_file_with_an_odd_name_has_a_log_that_holds() -> None:
    content = log_of(SMALL, name="a b \u6c38 -- >8 --.alloc")
    assert judged(content).status == 0
