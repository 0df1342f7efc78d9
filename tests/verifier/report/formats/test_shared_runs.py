"""A run that several cases share is shown by the first of them."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import junitparser

from frontend.load import load
from frontend.source.spans import Source
from tests.support.verifier import compared_specifications as specifications
from tests.verdicts import settle_properties
from verifier.protocol.bounds import asked
from verifier.protocol.deadline import Deadline
from verifier.report.formats import text_in
from verifier.verify.portfolio import Strategy
from verifier.verify.registry import standard
from verifier.verify.spec_report import SpecReport, VariantReport

REFERENCE = "the run is that of before, none_lost"


@cache
def shared() -> SpecReport:
    """Two variants that lose an increment alike; neither is expected to. One of them also breaks
    another property by the same run."""
    also = specifications.NEEDED.replace("ghost nat", "invariant too: counter == added;\nghost nat")
    source = Source("needed.alloc", also)
    found = []
    for model in load(source, ["before", "half"]).models:
        asks = replace(model, violates=frozenset())
        sizes = asked(asks, {})
        names = ("none_lost", "too", "quiet")
        settlement = settle_properties(
            asks, names, sizes, Strategy(), standard(), Deadline(), lambda _: None
        )
        found.append(VariantReport(asks, sizes, settlement))
    return SpecReport("needed.alloc", "a" * 64, source, variants=tuple(found))


def test_ktap_shows_a_run_once_and_the_other_cases_name_the_one_that_does() -> None:
    document = text_in("ktap", [shared()], "1")
    assert document.count("seen = counter => 0") == 2  # by each of two threads
    assert document.count(f"#   {REFERENCE}\n") == 3
    assert document.index("seen = counter") < document.index(REFERENCE)


def test_junit_says_what_the_property_makes_of_a_run_that_another_case_shows() -> None:
    document = junitparser.JUnitXml.fromstring(text_in("junit", [shared()], "1").encode())
    texts = {
        (suite.name, case.name): case.result[0].text
        for suite in document
        for case in suite
        if case.result
    }
    first, second = "needed.alloc before", "needed.alloc half"
    assert "seen = counter => 0" in texts[first, "none_lost"]
    assert list(texts) == [
        (first, "none_lost"),
        (first, "too"),
        (second, "none_lost"),
        (second, "too"),
    ]
    for key, text in list(texts.items())[1:]:
        assert "seen = counter" not in text, key
        assert REFERENCE in text
    assert "=> too is violated" in texts[first, "too"]
    assert texts[second, "none_lost"].startswith("half violates none_lost in 4 steps (2 tasks)")


def test_sarif_has_one_code_flow_for_a_run_and_results_that_point_to_the_one_with_it() -> None:
    several = [replace(shared(), path="other.alloc"), shared()]
    results = json.loads(text_in("sarif", several, "1"))["runs"][0]["results"]
    flows = [number for number, item in enumerate(results) if "codeFlows" in item]
    assert len(flows) == len(several), "one for each specification"
    pointing = [item for item in results if "runOfResult" in item["properties"]]
    assert len(pointing) == 3 * 2
    for item in pointing:
        first = results[item["properties"]["runOfResult"]]
        assert "codeFlows" in first
        assert (
            first["locations"][0]["physicalLocation"]["artifactLocation"]
            == (item["locations"][0]["physicalLocation"]["artifactLocation"])
        )
        assert item["message"]["text"].endswith(f"; {REFERENCE}")
