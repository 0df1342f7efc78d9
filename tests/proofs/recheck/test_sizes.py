"""Sizes of a range that have no system: a log names them, and a recheck looks for itself."""

from __future__ import annotations

import pytest

from proofs.recheck.findings import Report, Standing
from tests.support.proofs.logs import Value, consistent, judged, log_of, variant, verdict

PAIRS = """\
spec pairs;
struct page { const page buddy; bool on = false; }
assume in_pairs: forall page p: p.buddy != p && p.buddy.buddy == p;
thread cpu {
	atomic {
		page p = any(page q: !q.on);
		p.on = true;
	}
}
invariant off: exists page p: !p.on;
invariant paired: forall page p: p.on => p.buddy != p;
bound cpu = 2, page = SIZES;
"""


def log_at(sizes: str) -> str:
    """The log of pages in pairs, at some numbers of pages."""
    return log_of(PAIRS.replace("SIZES", sizes), "--bounded")


def texts(report: Report, standing: Standing) -> str:
    return "\n".join(report.of(standing))


def test_a_largest_size_without_a_system_loses_no_violation_at_another() -> None:
    content = log_at("1..3")
    assert "  no system with 2 cpus, 3 pages or with 2 cpus, 1 page\n" in content
    assert "main violates off in 2 steps (2 cpus, 2 pages)" in content
    report = judged(content)
    assert report.status == 0, report.findings
    verified = texts(report, Standing.VERIFIED)
    for pages in ("3 pages", "1 page"):
        assert f"a system with 2 cpus, {pages}: there is none, as the log says" in verified
    assert "paired, with 2 cpus, 2 pages: searched again" in verified


def test_a_size_without_a_system_between_others_is_named() -> None:
    content = log_at("2..4")
    assert "  no system with 2 cpus, 3 pages\n" in content
    report = judged(content)
    assert report.status == 0, report.findings
    verified = texts(report, Standing.VERIFIED)
    for pages in (2, 4):
        assert f"paired, with 2 cpus, {pages} pages: searched again" in verified


@pytest.mark.parametrize("sizes", ["1..3", "2..4"])
def test_that_a_size_has_no_system_cannot_be_taken_out(sizes: str) -> None:
    def silent(value: Value) -> None:
        given = variant(value, "main")
        del given["no_system"]
        for entry in given["verdicts"]:
            if entry["evidence"] == "search":
                entry["scope"] = {"page": given["bounds"]["page"][1], "cpu": 2}

    forged = consistent(log_at(sizes), silent)
    assert "no system" not in forged
    report = judged(forged)
    assert report.status == 4
    assert "there is none: no state satisfies" in texts(report, Standing.FAILED)


def test_a_size_that_has_a_system_cannot_be_hidden() -> None:
    def hidden(value: Value) -> None:
        given = variant(value, "main")
        given["no_system"].append({"page": 2, "cpu": 2})

    report = judged(consistent(log_at("2..4"), hidden))
    assert report.status == 4
    assert "2 pages: there is one, and the log says there is none" in texts(report, Standing.FAILED)


@pytest.mark.parametrize(
    "sizes",
    [{"page": 7, "cpu": 2}, {"page": 3}, {"page": 3, "cpu": 2}],
    ids=["far", "few", "twice"],
)
def test_sizes_without_a_system_are_asked_ones_and_named_once(sizes: dict[str, int]) -> None:
    def more(value: Value) -> None:
        variant(value, "main")["no_system"].append(sizes)

    forged = consistent(log_at("2..4"), more)
    report = judged(forged)
    assert report.status == 4
    assert "that nobody asked about" in texts(report, Standing.FAILED)


def test_a_verdict_is_about_a_size_that_has_a_system() -> None:
    def elsewhere(value: Value) -> None:
        verdict(value, "main", "paired")["scope"] = {"page": 3, "cpu": 2}

    report = judged(consistent(log_at("1..3"), elsewhere))
    assert report.status == 4
    assert "the verdict is about other sizes" in texts(report, Standing.FAILED)


def test_what_a_log_does_not_know_of_its_sizes_is_not_confirmed() -> None:
    def unsure(value: Value) -> None:
        given = variant(value, "main")
        given["systems_unsure"] = True
        for key in ("vacuous", "verdicts", "lemmas", "traces"):
            given[key] = given.pop(key)  # these stand behind it

    forged = consistent(log_at("2..4"), unsure)
    assert "not known whether there is a system of each of these sizes" in forged
    report = judged(forged)
    assert report.status == 3
    assert "does not know of each of the sizes" in texts(report, Standing.UNCONFIRMED)


def test_a_range_without_any_system_is_refused() -> None:
    def odd(value: Value) -> None:
        lines = value["specification"]["text"]
        given = "\n".join(lines).replace("p.buddy != p &&", "p.buddy != p && p.buddy == p &&", 1)
        value["specification"]["text"] = given.split("\n")

    content = log_of(PAIRS.replace("SIZES", "2..4"), "--bounded", "--property", "paired")
    report = judged(consistent(content, odd))
    assert report.status == 4
    assert "there is no system of any of the sizes" in texts(report, Standing.FAILED)


# --- what happens at other sizes only -----------------------------------------------------------

TOGETHER = """\
spec together;
nat n = 0;
thread a { if (n == 0) atomic { n++; } }
invariant two: n == 2 => n <= 2;
bound a = 1;
"""


def test_what_happens_at_other_sizes_only_is_vacuous_at_the_asked_ones() -> None:
    content = log_of(TOGETHER, "--bounded")
    assert "VACUOUS: main: two holds, but its premise never does" in content
    assert judged(content).status == 1

    def silent(value: Value) -> None:
        variant(value, "main")["vacuous"] = []

    report = judged(consistent(content, silent))
    assert report.status == 4
    assert "the log does not say so" in texts(report, Standing.FAILED)


def test_a_verdict_on_every_size_is_not_vacuous_where_others_have_what_it_speaks_of() -> None:
    content = log_of(TOGETHER)
    assert "two" in content
    assert "VACUOUS" not in content
    report = judged(content)
    assert report.status == 0, report.findings


def test_a_verdict_on_every_size_is_vacuous_where_none_has_what_it_speaks_of() -> None:
    content = log_of(TOGETHER.replace("n == 2 => n <= 2", "n < 0 => n <= 2"))
    assert "VACUOUS: main: two holds" in content

    def silent(value: Value) -> None:
        variant(value, "main")["vacuous"] = []

    report = judged(consistent(content, silent))
    assert report.status == 4
