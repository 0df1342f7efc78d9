from __future__ import annotations

import copy
import json
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from frontend.model import Property, PropertyKind
from frontend.source.diagnostics import Diagnostic
from frontend.source.spans import NOWHERE
from tests.support.verifier.fakes import make_model, make_property, safe, undecided, violated_from
from tests.verifier.report.test_report import by_name, spec_report, variant_report
from verifier.protocol.bounds import asked
from verifier.protocol.task import Answer, Contradiction, Task
from verifier.report.json_report import SCHEMA_VERSION, document
from verifier.verify.spec_report import SpecReport, VariantReport


def schema() -> dict[str, Any]:
    text = (resources.files("proofs") / "schema" / "verify.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def validated(*reports: SpecReport) -> dict[str, Any]:
    """What is printed, read back, and held against the published schema."""
    value = document(reports, "0.1.0", several=len(reports) > 1)
    read: dict[str, Any] = json.loads(json.dumps(value))
    Draft202012Validator(schema()).validate(read)
    return read


def undecided_at_last(task: Task, name: str) -> Answer:
    largest = dict(task.bounds) == {"cpu": 2, "page": 2}
    return undecided(task, name) if largest else safe(task.bounds)


PROPERTIES: list[Property | str] = [
    "bad",
    "good",
    "open",
    make_property("seen", PropertyKind.REACHABLE),
    make_property("unseen", PropertyKind.REACHABLE),
]
RULES = by_name(
    {
        "bad": violated_from(3, cpu=2),
        "good": lambda task, _name: safe(task.bounds),
        "open": undecided_at_last,
        "seen": violated_from(2, cpu=1),
        "unseen": lambda task, _name: safe(task.bounds),
    }
)


def everything() -> SpecReport:
    return spec_report(variant_report(make_model(PROPERTIES, violates=["bad"]), RULES))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())
    assert schema()["oneOf"][0]["properties"]["schema_version"] == {"const": SCHEMA_VERSION}


def test_every_kind_of_verdict_is_valid() -> None:
    value = validated(everything())
    found = {item["property"]: item for item in value["results"]}
    assert {name: item["verdict"] for name, item in found.items()} == {
        "bad": "refuted",
        "good": "proved",
        "open": "unknown",
        "seen": "proved",
        "unseen": "refuted",
    }
    assert {name: item["expected"] for name, item in found.items()} == {
        "bad": True,
        "good": True,
        "open": None,
        "seen": True,
        "unseen": False,
    }
    assert {name: item["steps"] for name, item in found.items()} == {
        "bad": 3,
        "good": None,
        "open": None,
        "seen": 2,
        "unseen": None,
    }
    assert found["bad"]["scope"] == {"cpu": 2, "page": 2}
    assert found["bad"]["smallest"]["text"] == "needs 2 cpus, 1 page; none with 1 cpu"
    assert "limit" in found["open"]["reason"]
    assert value["exit_status"] == 1


def test_a_trace_has_its_first_state_and_what_each_step_changes() -> None:
    trace = next(item["trace"] for item in validated(everything())["results"] if item["trace"])
    assert trace["initial"]["places"] == {"cpu0": "step", "cpu1": "step"}
    assert [step["changes"] for step in trace["steps"]] == [{"x": 1}, {"x": 2}, {"x": 3}]
    assert trace["steps"][0]["thread"] == "cpu0"
    assert trace["steps"][0]["statements"] == ["x++"]


def test_a_rejected_specification_is_valid() -> None:
    diagnostic = Diagnostic("E101", "unknown name", NOWHERE, fix="did you mean `x`?")
    value = validated(SpecReport("bad.alloc", None, None, (diagnostic,)))
    assert value["exit_status"] == 2
    assert value["diagnostics"][0]["code"] == "E101"


def test_no_such_system_and_internal_errors_are_valid() -> None:
    model = make_model(["inv"])
    empty = variant_report(model, lambda _task, _name: Contradiction(("pairs",)))
    assert validated(spec_report(empty))["variants"][0]["no_system"] == ["pairs"]
    broken = VariantReport(model, asked(model, {}), (), "engines disagree")
    assert validated(spec_report(broken))["exit_status"] == 70


def test_several_specifications_are_a_list() -> None:
    value = validated(everything(), spec_report(variant_report(make_model(["inv"]), undecided)))
    assert [spec["exit_status"] for spec in value["specs"]] == [1, 3]
    assert value["exit_status"] == 1
    assert "results" not in value


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.pop("schema_version"),
        lambda value: value.update(extra=1),
        lambda value: value["results"][0].update(verdict="violated"),
        lambda value: value["results"][0].update(expected=None),
        lambda value: value["results"][0].update(steps=None),
        lambda value: value["results"][1].update(certificate=None),
        lambda value: value["results"][2].update(expected=True),
        lambda value: value["results"][0].update(scope={"cpu": 0}),
        lambda value: value["spec"].update(sha256="0"),
        lambda value: value.update(exit_status=4),
    ],
)
def test_what_is_not_as_published_is_refused(change: Any) -> None:
    value = copy.deepcopy(validated(everything()))
    change(value)
    with pytest.raises(ValidationError):
        Draft202012Validator(schema()).validate(value)
