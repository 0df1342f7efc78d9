from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from tests.verifier.formats.reports import odd_reports, reports
from tests.verifier.test_schema import schema
from verifier.formats.jsonl import text
from verifier.json_report import document
from verifier.report import SpecReport, exit_of, exit_of_all

TYPES = ("diagnostic", "variant", "result")


def validator(definition: str) -> Draft202012Validator:
    """Of one definition of the published schema."""
    return Draft202012Validator(
        {"$ref": f"#/$defs/{definition}", "$defs": schema()["$defs"]},
    )


VALIDATORS = {kind: validator(kind) for kind in TYPES}


def lines(found: list[SpecReport]) -> list[dict[str, Any]]:
    """Every line, valid by the published schema but for its type and its specification."""
    document = text(found, "1.2.3")
    assert document.isascii()
    read: list[dict[str, Any]] = [json.loads(line) for line in document.split("\n")[:-1]]
    for line in read[1:-1]:
        kind = "diagnostic" if line["type"] == "warning" else line["type"]
        if kind in TYPES:
            plain = {key: value for key, value in line.items() if key not in ("type", "spec")}
            VALIDATORS[kind].validate(plain)
    return read


@pytest.mark.parametrize("name", reports())
def test_the_lines_are_those_of_the_json_document(name: str) -> None:
    found = reports()[name]
    whole: dict[str, Any] = json.loads(json.dumps(document(found, "1.2.3", several=True)))
    read = lines(found)
    assert read[0] == {
        "type": "run",
        "schema_version": whole["schema_version"],
        "program": whole["program"],
        "memory_model": whole["memory_model"],
    }
    assert read[-1] == {"type": "end", "exit_status": exit_of_all(found)}
    wanted = []
    for report, spec in zip(found, whole["specs"], strict=True):
        head = {**spec["spec"], "not_modelled": spec["not_modelled"]}
        head |= {"type": "spec", "spec": head.pop("path"), "interrupted": report.interrupted}
        wanted.append({**head, "exit_status": exit_of(report)})
        for key in ("diagnostics", "warnings", "variants", "results"):
            wanted += [
                {**item, "type": key.removesuffix("s"), "spec": report.path} for item in spec[key]
            ]
    assert read[1:-1] == wanted


def test_traces_are_inside() -> None:
    found = [line for line in lines(reports()["not as expected"]) if line["type"] == "result"]
    (lost,) = (line for line in found if line["property"] == "none_lost")
    assert lost["spec"] == "tests/corpus/refuted/lost_update.alloc"
    assert [step["thread"] for step in lost["trace"]["steps"]] == ["cpu0", "cpu1", "cpu1", "cpu0"]


@given(odd_reports())
def test_no_text_ends_a_line_or_is_refused(found: list[SpecReport]) -> None:
    read = lines(found)
    json.dumps(read, ensure_ascii=False).encode("utf-8")  # no half of a surrogate pair
    assert [line["type"] for line in read].count("spec") == len(found)
    assert read[-1]["exit_status"] == exit_of_all(found)
