from __future__ import annotations

import copy
import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry, Resource

from tests.support.verifier import compared_specifications as specifications
from tests.support.verifier.fakes import fakes
from verifier.cli.commands import compare as command
from verifier.cli.main import main
from verifier.patch.compare.document import SCHEMA_VERSION


def read_schema(name: str) -> dict[str, Any]:
    text = (resources.files("proofs") / "schema" / name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def validator() -> Draft202012Validator:
    """The published schema, with the one that it refers to."""
    beside = Resource[Any].from_contents(read_schema("verify.json") | {"$schema": DIALECT})
    registry: Registry[Any] = Registry().with_resource("urn:buddyproof:verify:1", beside)
    return Draft202012Validator(read_schema("compare.json"), registry=registry)


DIALECT = "https://json-schema.org/draft/2020-12/schema"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.chdir(tmp_path)

    def compared(text: str, *arguments: str) -> dict[str, Any]:
        Path("a.alloc").write_text(text)
        capsys.readouterr()
        status = main(["compare", "a.alloc", *arguments, "--no-recheck", "--format", "json"])
        value: dict[str, Any] = json.loads(capsys.readouterr().out)
        validator().validate(value)
        assert value["exit_status"] == status
        return value

    return compared


def test_the_schema_is_one() -> None:
    schema = read_schema("compare.json")
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["schema_version"] == {"const": SCHEMA_VERSION}


def test_verdicts_and_what_each_flag_is_for_are_valid(run: Any) -> None:
    value = run(specifications.NEEDED, "before", "after", "--bounded")
    assert (value["before"], value["after"]) == ("before", "after")
    assert value["added"][0] == {"name": "lock", "text": "the counter is read under the lock"}
    assert [item["name"] for item in value["verify"]["variants"]] == ["before", "after"]
    lock, tidy, mark = value["necessity"]
    assert (lock["need"], lock["variant"], lock["same_as"]) == (
        "needed",
        "after without lock",
        "half",
    )
    (failing,) = lock["failing"]
    assert (failing["property"], failing["verdict"], failing["steps"]) == (
        "none_lost",
        "refuted",
        4,
    )
    assert len(failing["trace"]["steps"]) == 4
    assert (tidy["need"], tidy["unstated"], tidy["failing"]) == ("not_needed", ["tidied"], [])
    assert {item["scope"]["task"] for item in mark["holding"]} == {2}
    assert [item["flags"] for item in value["joint"]] == [["tidy", "mark"]]
    assert value["pairs_not_tried"] == 0


@pytest.mark.parametrize(
    ("text", "needs", "joint"),
    [
        (specifications.JOINT, ["not_needed", "not_needed"], ["needed"]),
        (specifications.DECLARED, ["not_droppable", "needed"], []),
        (specifications.EMPTY, ["not_droppable"], []),
        (specifications.CONFIGURED, ["not_needed"], []),
    ],
)
def test_every_kind_of_answer_is_valid(
    run: Any, text: str, needs: list[str], joint: list[str]
) -> None:
    value = run(text, "before", "after", "--bounded")
    assert [item["need"] for item in value["necessity"]] == needs
    assert [item["need"] for item in value["joint"]] == joint


def test_why_a_flag_cannot_be_dropped_is_said(run: Any) -> None:
    field = run(specifications.DECLARED, "before", "after", "--bounded")["necessity"][0]
    (diagnostic,) = field["diagnostics"]
    assert (diagnostic["code"], diagnostic["line"]) == ("E102", 12)
    assert field["companions"] == ["use"]
    relaxed = run(specifications.EMPTY, "before", "after", "--bounded")["necessity"][0]
    assert relaxed["no_system"] == ["impossible"]
    assert relaxed["diagnostics"] == []


def test_configurations_and_flags_taken_out_are_told(run: Any) -> None:
    value = run(specifications.CONFIGURED, "before", "after", "--bounded")
    assert value["removed"] == [{"name": "gone", "text": "taken out again"}]
    assert value["configured"] == [{"name": "large", "text": "a large machine", "variant": "after"}]


def test_an_undecided_flag_says_why(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "standard", fakes().registry)  # every engine gives up
    value = run(specifications.NEEDED, "before", "after", "--bounded")
    assert value["exit_status"] == 3
    for item in value["necessity"]:
        assert item["need"] == "undecided"
        assert item["holding"] == item["failing"] == []
    reasons = {each["property"]: each["reason"] for each in value["necessity"][0]["undecided"]}
    assert "limit for none_lost at 2" in reasons["none_lost"]


def test_a_rejected_specification_is_an_object_too(run: Any) -> None:
    value = run("spec broken", "before", "after")
    assert value["exit_status"] == 2
    assert value["necessity"] == value["added"] == []
    assert value["verify"]["diagnostics"][0]["code"].startswith("E0")


def test_the_schema_refuses_what_contradicts_itself(run: Any) -> None:
    value = run(specifications.NEEDED, "before", "after", "--bounded")
    for position, key, wrong in (
        (0, "failing", []),
        (1, "need", "needed"),
        (1, "holding", []),
        (1, "undecided", [{"property": None, "reason": "time limit"}]),
        (0, "need", "perhaps"),
    ):
        broken = copy.deepcopy(value)
        broken["necessity"][position][key] = wrong
        with pytest.raises(ValidationError):
            validator().validate(broken)


def test_what_a_flag_breaks_is_valid(run: Any) -> None:
    value = run(specifications.BREAKING, "before", "after", "--bounded")
    assert value["broken"] == ["no_ghosts"]
    assert (value["only_before"], value["only_after"]) == (["late"], ["tidied"])
    early = value["necessity"][0]
    assert (early["flags"], early["need"]) == (["early"], "breaks")
    assert [(item["property"], item["verdict"]) for item in early["broken"]] == [
        ("no_ghosts", "proved")
    ]
    assert [item["broken"] for item in value["necessity"][1:]] == [[], []]
