from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel
from sarif_pydantic import Sarif  # type: ignore[import-untyped]

from tests.support.verifier.reports import odd_reports, reports
from tests.support.verifier.sarif_schema import SCHEMA
from verifier.protocol.exits import Exit
from verifier.report.formats.sarif import text
from verifier.report.formats.sarif_flows import uri_of
from verifier.report.json_report import trace_json
from verifier.verify.spec_report import Outcome, SpecReport, exit_of_all, expected, outcome

VALIDATOR = Draft202012Validator(SCHEMA)
NOT_MODELLED = {
    "columnKind", "exitCode", "exitCodeDescription", "toolExecutionNotifications",
}  # fmt: skip
"""Fields of the standard that sarif_pydantic takes without knowing them."""


def unknown(model: object) -> set[str]:
    """The fields below a model that it does not know."""
    if isinstance(model, BaseModel):
        values = [getattr(model, name) for name in type(model).model_fields]
        return set(model.model_extra or {}).union(*map(unknown, values))
    if isinstance(model, list):
        return set().union(*map(unknown, model))
    if isinstance(model, dict):
        return set().union(*map(unknown, model.values()))
    return set()


def run_of(found: list[SpecReport]) -> dict[str, Any]:
    """The one run, valid by both; every reference points to something."""
    document = text(found, "1")
    assert document.isascii()
    value: dict[str, Any] = json.loads(document)
    VALIDATOR.validate(value)
    log = Sarif.model_validate_json(document, strict=True)
    assert unknown(log) <= NOT_MODELLED
    (run,) = value["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    uris = {artifact["location"]["uri"] for artifact in run["artifacts"]}
    for result in run["results"]:
        for place in result["locations"]:
            assert place["physicalLocation"]["artifactLocation"]["uri"] in uris
        for flow in result.get("codeFlows", ()):
            orders = [
                step["executionOrder"]
                for thread in flow["threadFlows"]
                for step in thread["locations"]
            ]
            assert sorted(orders) == list(range(1, len(orders) + 1))
            for thread in flow["threadFlows"]:
                own = [step["executionOrder"] for step in thread["locations"]]
                assert own == sorted(own)
    json.dumps(value, ensure_ascii=False).encode("utf-8")
    found_run: dict[str, Any] = run
    return found_run


@pytest.mark.parametrize("name", reports())
def test_every_report_is_valid_and_says_how_the_run_ended(name: str) -> None:
    found = reports()[name]
    run = run_of(found)
    (invocation,) = run["invocations"]
    status = exit_of_all(found)
    assert invocation["exitCode"] == status
    assert invocation["executionSuccessful"] == (status in (Exit.OK, Exit.UNEXPECTED))
    serious = [item for item in invocation["toolExecutionNotifications"] if item["level"] != "note"]
    if not invocation["executionSuccessful"]:
        assert serious
    verdicts = sum(len(variant.settled) for report in found for variant in report.variants)
    remarks = sum(len(report.diagnostics) + len(report.warnings) for report in found)
    assert len(run["results"]) == verdicts + remarks
    assert len(run["artifacts"]) == len(found)


def test_kinds_and_levels_follow_from_the_verdict_and_what_is_expected() -> None:
    found = [report for report in reports()["all of them"] if report.variants]
    results = iter(item for item in run_of(found)["results"] if "properties" in item)
    seen = set()
    for report in found:
        for variant in report.variants:
            for settled in variant.settled:
                result = next(results)
                key = (outcome(settled.status), expected(variant.model, settled))
                seen.add(key)
                assert (result["kind"], result["level"]) == {
                    (Outcome.PROVED, True): ("pass", "none"),
                    (Outcome.PROVED, False): ("fail", "error"),
                    (Outcome.REFUTED, True): ("fail", "note"),
                    (Outcome.REFUTED, False): ("fail", "error"),
                    (Outcome.UNKNOWN, None): ("open", "none"),
                }[key]
    assert len(seen) >= 4


def test_a_code_flow_has_a_flow_for_each_thread_in_one_global_order() -> None:
    (report,) = reports()["not as expected"]
    (result,) = (r for r in run_of([report])["results"] if r["ruleId"] == "lost_update/none_lost")
    (flow,) = result["codeFlows"]
    shown = {
        thread["id"]: [
            (step["executionOrder"], step["location"]["message"]["text"])
            for step in thread["locations"]
        ]
        for thread in flow["threadFlows"]
    }
    assert shown == {
        "cpu0": [(1, "seen = counter => 0"), (4, "counter = 1; added 1 -> 2")],
        "cpu1": [(2, "seen = counter => 0"), (3, "counter 0 -> 1; added 0 -> 1")],
    }
    (variant,) = report.variants
    settled = next(item for item in variant.settled if item.name == "none_lost")
    assert settled.trace is not None
    trace: Any = trace_json(variant.model, settled.trace)
    steps = {
        step["executionOrder"]: (thread["id"], step)
        for thread in flow["threadFlows"]
        for step in thread["locations"]
    }
    for order, step in enumerate(trace["steps"], 1):
        thread, located = steps[order]
        assert thread == step["thread"]
        region = located["location"]["physicalLocation"]["region"]
        assert region["startLine"] == step["line"]
        assert {value["text"] for value in located["state"].values()} == {
            str(value) for value in step["changes"].values()
        }


def test_a_property_stands_where_it_is_declared_and_a_fault_at_its_step() -> None:
    (report,) = reports()["a fault"]
    assert report.source is not None
    failed = [item for item in run_of([report])["results"] if item["kind"] == "fail"]
    assert failed
    for result in failed:
        region = result["locations"][0]["physicalLocation"]["region"]
        steps = [step for flow in result["codeFlows"] for step in flow["threadFlows"]]
        last = max(
            (step for thread in steps for step in thread["locations"]),
            key=lambda step: int(step["executionOrder"]),
        )
        if "/" in result["ruleId"]:
            line = report.source.line(region["startLine"])[region["startColumn"] - 1 :]
            assert line.startswith(result["ruleId"].partition("/")[2])
        else:
            assert last["importance"] == "essential"
            assert last["location"]["physicalLocation"]["region"] == region


def test_what_is_built_in_and_holds_has_no_place_of_its_own() -> None:
    (report,) = reports()["as expected"]
    places = {
        item["ruleId"]: item["locations"][0]["physicalLocation"]
        for item in run_of([report])["results"]
    }
    assert "region" not in places["range"]
    assert places["lost_update/none_lost"]["region"]["startLine"] == 14


def test_diagnostics_are_results_of_the_rule_that_is_their_code() -> None:
    run = run_of(reports()["rejected"])
    first, second = run["results"]
    assert (first["ruleId"], first["kind"], first["level"]) == ("E102", "fail", "error")
    assert first["message"]["text"] == "nothing is called `y` here; did you mean `x`?"
    assert first["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 2,
        "startColumn": 5,
        "endLine": 2,
        "endColumn": 6,
    }
    assert [item["message"]["text"] for item in second["relatedLocations"]] == [
        "declared here",
        "and no further place",
    ]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert rules["E102"]["shortDescription"]["text"] == "unknown name"
    assert run["artifacts"][0]["hashes"] == {"sha-256": "b" * 64}
    (warning,) = (r for r in run_of(reports()["warnings"])["results"] if r["ruleId"] == "W402")
    assert (warning["kind"], warning["level"]) == ("fail", "warning")


def test_what_the_verdicts_rest_on_is_a_property_of_the_artifact() -> None:
    (artifact,) = run_of(reports()["a fault"])["artifacts"]
    assert "memory: sequential consistency" in artifact["properties"]["restsOn"]


def test_properties_of_one_name_in_two_specifications_are_two_rules() -> None:
    (lost,) = reports()["as expected"]
    (other,) = reports()["variants"]
    run = run_of([lost, other])
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert {"lost_update/none_lost", "variants_of_a_counter/none_lost"} <= set(ids)
    assert ids.count("range") == 1


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("spec/a.alloc", "spec/a.alloc"),
        ("./spec//a b#1?.alloc", "spec/a%20b%231%3F.alloc"),
        ("../up.alloc", "../up.alloc"),
        ("a:b.alloc", "a%3Ab.alloc"),
        ("caf\u00e9%.alloc", "caf%C3%A9%25.alloc"),
        ("no\udce9text", "no%E9text"),
        ("/abs/[x].alloc", "file:///abs/%5Bx%5D.alloc"),
        ("//two", "file:///two"),
    ],
)
def test_paths_are_uri_references(path: str, uri: str) -> None:
    assert uri_of(path) == uri


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_uri_can_be_turned_into_the_path_again(path: str) -> None:
    uri = uri_of(path)
    assert uri.isascii()
    plain = unquote(uri.removeprefix("file://"))
    parts = [part for part in path.split("/") if part not in ("", ".")]
    assert [part for part in plain.split("/") if part not in ("", ".")] == parts


@given(odd_reports())
def test_no_text_makes_it_invalid(found: list[SpecReport]) -> None:
    run = run_of(found)
    assert run["invocations"][0]["exitCode"] == exit_of_all(found)
