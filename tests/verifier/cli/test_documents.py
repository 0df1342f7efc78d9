"""`check` and `recheck`, as text and as documents for programs."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.support.verifier.processes import FAST, LOST, REJECTED, ROOT
from tests.support.verifier.sarif_schema import SCHEMA as SARIF
from verifier.cli.main import main

WARNED = "spec warned;\nnat x;\nproc unused() { x = 1; }\nthread cpu { x = 0; }\nbound cpu = 1;\n"


def schema(name: str) -> Draft202012Validator:
    """A published schema, with the one that it refers to."""
    read = (resources.files("proofs") / "schema" / name).read_text(encoding="utf-8")
    verify = (resources.files("proofs") / "schema" / "verify.json").read_text(encoding="utf-8")
    beside = DRAFT202012.create_resource(json.loads(verify))
    registry: Registry[Any] = Registry().with_resource("urn:buddyproof:verify:1", beside)
    Draft202012Validator.check_schema(json.loads(read))
    return Draft202012Validator(json.loads(read), registry=registry)


# --- check ---------------------------------------------------------------------------------


@pytest.fixture
def warned(tmp_path: Path) -> str:
    path = tmp_path / "warned.alloc"
    path.write_text(WARNED)
    return str(path)


def test_warnings_are_errors_where_that_is_asked_for(
    warned: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", warned]) == 0
    said = capsys.readouterr()
    assert said.out == f"{warned}: ok\n"
    assert "warning[W" in said.err
    assert main(["check", warned, "--warnings-as-errors"]) == 2
    assert capsys.readouterr().out.startswith(f"{warned}: 1 warning, taken for errors")
    assert main(["check", LOST, "--warnings-as-errors", "--quiet"]) == 0
    assert capsys.readouterr().out == ""


def checked(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    status = main(["check", "--format", "json", *arguments])
    value: dict[str, Any] = json.loads(capsys.readouterr().out)
    schema("check.json").validate(value)
    assert value["exit_status"] == status
    return value


def test_check_as_json_is_what_is_published(
    warned: str, capsys: pytest.CaptureFixture[str]
) -> None:
    value = checked([str(ROOT / LOST), warned, str(ROOT / REJECTED), "nowhere.alloc"], capsys)
    well, odd, wrong, missing = value["specs"]
    assert (well["spec"]["name"], well["variants"]) == ("lost_update", ["main"])
    assert [item["code"] for item in odd["warnings"]] == ["W402"]
    assert [item["code"] for item in wrong["diagnostics"]] == ["E102"]
    assert (wrong["diagnostics"][0]["line"], wrong["diagnostics"][0]["column"]) == (6, 13)
    assert (missing["spec"]["sha256"], missing["diagnostics"][0]["code"]) == (None, "E020")
    assert [item["exit_status"] for item in value["specs"]] == [0, 0, 2, 2]
    strict = checked([warned, "--warnings-as-errors"], capsys)
    assert (strict["specs"][0]["exit_status"], strict["exit_status"]) == (2, 2)


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.pop("specs"),
        lambda value: value.update(extra=1),
        lambda value: value.update(exit_status=1),
        lambda value: value["specs"][0].update(exit_status=0),
        lambda value: value["specs"][0].update(variants=["main"]),
        lambda value: value["specs"][0]["diagnostics"][0].update(line=0),
    ],
)
def test_what_is_not_as_published_is_refused(
    change: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    value = checked([str(ROOT / REJECTED)], capsys)
    change(value)
    with pytest.raises(ValidationError):
        schema("check.json").validate(value)


def test_check_as_sarif_names_every_diagnostic(
    warned: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(ROOT / LOST), warned, str(ROOT / REJECTED), "nowhere.alloc"]
    assert main(["check", "--format", "sarif", *paths]) == 2
    value = json.loads(capsys.readouterr().out)
    Draft202012Validator(SARIF).validate(value)
    (found,) = value["runs"]
    assert [(item["ruleId"], item["level"]) for item in found["results"]] == [
        ("W402", "warning"),
        ("E102", "error"),
        ("E020", "error"),
    ]
    (invocation,) = found["invocations"]
    assert invocation["exitCode"] == 2
    assert invocation["exitCodeDescription"] == "2 of 4 specifications refused"
    assert not invocation["executionSuccessful"]  # one of them could not be read
    assert main(["check", "--format", "sarif", "--warnings-as-errors", warned]) == 2
    (found,) = json.loads(capsys.readouterr().out)["runs"]
    assert [item["level"] for item in found["results"]] == ["error"]
    assert found["invocations"][0]["executionSuccessful"]


# --- recheck -------------------------------------------------------------------------------


def rechecked(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    status = main(["recheck", "--format", "json", *arguments])
    value: dict[str, Any] = json.loads(capsys.readouterr().out)
    schema("recheck.json").validate(value)
    assert value["exit_status"] == status
    return value


def test_recheck_as_json_is_what_is_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.log", tmp_path / "bad.log"
    assert main(["log", str(ROOT / LOST), *FAST, "-o", str(good)]) == 0
    bad.write_text(good.read_text().replace('"counter', '"Counter', 1))
    (tmp_path / "odd.log").write_bytes(b"\xff")
    capsys.readouterr()
    value = rechecked([str(good)], capsys)
    (only,) = value["files"]
    assert (only["path"], only["problem"], only["exit_status"]) == (str(good), None, 0)
    assert any("SHA-256" in text for text in only["verified"])
    assert only["taken_on_trust"]
    assert only["failed"] == only["not_confirmed"] == only["contradictions"] == []
    paths = [str(bad), str(tmp_path / "odd.log"), str(tmp_path / "none.log")]
    failed, odd, missing = rechecked(paths, capsys)["files"]
    assert (failed["exit_status"], bool(failed["failed"])) == (4, True)
    assert (odd["exit_status"], odd["problem"]) == (4, "not a proof log: these are plain ASCII")
    assert (missing["exit_status"], missing["problem"]) == (2, "No such file or directory")


def test_a_quiet_recheck_says_what_is_wrong_and_the_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.log", tmp_path / "bad.log"
    assert main(["log", str(ROOT / LOST), *FAST, "-o", str(good)]) == 0
    bad.write_text(good.read_text().replace('"counter', '"Counter', 1))
    capsys.readouterr()
    assert main(["recheck", "--quiet", str(good)]) == 0
    assert capsys.readouterr().out == f"{good}: the evidence holds\n"
    assert main(["recheck", "--quiet", str(bad)]) == 4
    said = capsys.readouterr().out
    assert said.startswith("Does not hold\n")
    assert "Taken on trust" not in said
    assert said.endswith(f"{bad}: the evidence does not hold\n")
