from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from junitparser import Error, Failure, JUnitXml, Property, Skipped, TestSuite

from tests.support.verifier.reports import PASSES, odd_reports, reports
from verifier.protocol.exits import Exit
from verifier.report.formats.junit import Located, text
from verifier.verify.spec_report import SpecReport, exit_of_all, expected

OUTCOMES = {"failure", "error", "skipped"}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "property": set(),
    "testcase": OUTCOMES | {"system-out"},
    "failure": set(),
    "error": set(),
    "skipped": set(),
    "system-out": set(),
}
"""What the common schema allows where, as far as it is used."""


def read(found: list[SpecReport]) -> tuple[JUnitXml, ET.Element]:
    """The document by both readers; its structure, its counts and its times are right."""
    document = text(found, "1")
    assert document.isascii()
    assert document.startswith('<?xml version="1.0" encoding="utf-8"?>')
    root = ET.fromstring(document.encode())
    for element in root.iter():
        assert {child.tag for child in element} <= CHILDREN[element.tag]
    for holder in root.iter():
        if holder.tag in ("testsuite", "testsuites"):
            cases = list(holder.iter("testcase"))
            assert holder.get("tests") == str(len(cases))
            for word, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
                assert holder.get(word) == str(sum(case.find(tag) is not None for case in cases))
            times = sum(float(case.get("time", "nan")) for case in cases)
            assert float(holder.get("time", "nan")) == pytest.approx(times)
    for case in root.iter("testcase"):
        assert len([child for child in case if child.tag in OUTCOMES]) <= 1
    return JUnitXml.fromstring(document.encode()), root


def properties(suite: TestSuite) -> list[Property]:
    return list(suite.properties())  # type: ignore[no-untyped-call]


def green(root: ET.Element) -> bool:
    return root.get("failures") == root.get("errors") == "0"


@pytest.mark.parametrize("name", reports())
def test_every_report_is_read_back_and_green_only_where_the_status_is_0(name: str) -> None:
    found = reports()[name]
    document, root = read(found)
    assert green(root) == (exit_of_all(found) is Exit.OK) == (name in PASSES)
    whole = [variant for report in found for variant in report.variants]
    assert len([suite for suite in document if len(suite)]) >= len(whole)


def test_each_verdict_is_a_case_with_its_time_its_file_and_its_line() -> None:
    (report,) = reports()["not as expected"]
    document, _ = read([report])
    (suite,) = document
    (variant,) = report.variants
    assert [case.name for case in suite] == [item.name for item in variant.settled]
    for case, settled in zip(suite, variant.settled, strict=True):
        located = Located.fromelem(case)  # type: ignore[no-untyped-call]
        assert located is not None
        assert located.time == pytest.approx(settled.seconds, abs=0.001)
        assert located.classname == "lost_update.main"
        assert located.file == "tests/corpus/refuted/lost_update.alloc"
        assert located.line == (14 if settled.name == "none_lost" else None)
        assert located.is_passed == bool(expected(variant.model, settled))


def test_a_violation_that_is_not_expected_has_its_run_as_content() -> None:
    document, _ = read(reports()["not as expected"])
    (case,) = (case for suite in document for case in suite if case.name == "none_lost")
    (outcome,) = case.result
    assert isinstance(outcome, Failure)
    assert outcome.message == "violated in 4 steps, and should hold"
    assert "\n".join(outcome.text.splitlines()[:2]) == (
        "main violates none_lost in 4 steps (2 cpus)\nneeds 2 cpus; none with 1 cpu"
    )
    assert "counter = 1, added = 2" in outcome.text


def test_an_inconclusive_verdict_is_an_error_of_that_type() -> None:
    document, _ = read(reports()["inconclusive"])
    ((case,),) = document
    (outcome,) = case.result
    assert isinstance(outcome, Error)
    assert outcome.type == "inconclusive"


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("rejected", "rejected", "rejected: E102: nothing is called `y` here"),
        ("unreadable", "rejected", "rejected: E023: no text"),
        ("no such system", "no such system", "demo.alloc:2: main: no such system"),
        ("internal error", "internal error", "internal error: engines disagree"),
        ("interrupted", "interrupted", "interrupted: "),
    ],
)
def test_what_has_no_verdict_is_an_error(name: str, kind: str, message: str) -> None:
    document, _ = read(reports()[name])
    outcomes = [item for suite in document for case in suite for item in case.result]
    (outcome,) = outcomes
    assert isinstance(outcome, Error)
    assert (outcome.type, outcome.message[: len(message)]) == (kind, message)


def test_a_rejected_specification_lists_every_diagnostic_with_its_place() -> None:
    document, _ = read(reports()["rejected"])
    ((case,),) = document
    assert case.result[0].text.splitlines() == [
        "bad.alloc:2:5: E102: nothing is called `y` here; did you mean `x`?",
        "bad.alloc:2:1: E101: `x` is declared twice",
    ]


def test_nothing_asked_is_skipped() -> None:
    document, _ = read(reports()["nothing asked"])
    ((case,),) = document
    assert isinstance(case.result[0], Skipped)


def test_what_the_verdicts_rest_on_are_properties_of_a_suite() -> None:
    document, _ = read(reports()["a fault"])
    (suite,) = document
    values = {item.name: item.value for item in properties(suite)}
    assert values["memory"] == "sequential consistency"
    assert "all else speaks of runs up to it" in values["faults"]


def test_warnings_are_properties_of_a_suite() -> None:
    document, _ = read(reports()["warnings"])
    values = [item.value for suite in document for item in properties(suite)]
    assert "demo.alloc:1:1: W402: no thread calls `f`" in values


@given(odd_reports())
def test_no_text_is_refused_by_a_reader_of_xml(found: list[SpecReport]) -> None:
    document, root = read(found)
    assert green(root) == (exit_of_all(found) is Exit.OK)
    cases = sum(len(suite) for suite in document)
    assert cases >= sum(len(variant.settled) for item in found for variant in item.variants)


def test_printable_characters_come_back_as_they_are() -> None:
    (report,) = reports()["proved"]
    odd = SpecReport("caf\u00e9 <&\"'>.alloc", None, report.source)
    document, _ = read([odd])
    ((case,),) = document
    assert case.classname == odd.path
