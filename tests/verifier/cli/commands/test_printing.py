"""A report that cannot be printed takes nothing from the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.verifier.fakes import make_model
from tests.verifier.report.test_report import holds, spec_report, variant_report
from verifier.cli.commands.printing import printable
from verifier.cli.main import main
from verifier.verify.spec_report import SpecReport

SPEC = """
spec NAME;
patch fix;
variant old = {};
variant new = { fix };
nat n = 0;
thread cpu { when (fix) n = 1; else n = 2; }
invariant low: n <= 1;
bound cpu = 1;
"""
NAMES = ("first", "second", "third")


class Broken(Exception):
    pass


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        Path(f"{name}.alloc").write_text(SPEC.replace("NAME", name))
    return [f"{name}.alloc" for name in NAMES]


def breaking(place: str, monkeypatch: pytest.MonkeyPatch, *variants: str) -> None:
    """Lets a function fail for some variants of `second`, of which its first argument is a report
    or a model."""
    module, name = place.rsplit(".", 1)
    real: Callable[..., Any] = getattr(__import__(module, fromlist=[name]), name)

    def fails(given: Any, *rest: Any, **more: Any) -> Any:
        model = getattr(given, "model", given)
        if model.name == "second" and model.variant in variants:
            raise Broken("no words for it")
        return real(given, *rest, **more)

    monkeypatch.setattr(place, fails)


def test_every_other_file_is_printed_and_the_status_is_70(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    breaking("verifier.report.text_runs.expected", monkeypatch, "old")
    assert main(["verify", *files, "--bounded", "--quiet"]) == 1
    capsys.readouterr()
    assert main(["verify", *files, "--bounded"]) == 70
    said = capsys.readouterr()
    for name in ("first", "third"):
        assert f"{name} ({name}.alloc): 1 cpu" in said.out
        assert f"{name}, old: low is violated in 1 step, and should hold" in said.out
    assert "second (second.alloc): 1 cpu" in said.out, "its other variant"
    assert "second, old: internal error: its report: Broken: no words for it" in said.out
    told = "internal error: second (old): its report: Broken: no words for it, please report\n"
    assert said.err.endswith(told)
    assert "Traceback" not in said.out + said.err


def test_a_file_of_which_nothing_can_be_printed_is_named(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(report: SpecReport) -> str:
        if report.path == files[1]:
            raise Broken("no words for it")
        return "some sizes"

    monkeypatch.setattr("verifier.report.text_report.sizes_of", fails)
    assert main(["verify", *files, "--bounded"]) == 70
    said = capsys.readouterr()
    assert "first (first.alloc)" in said.out
    assert "third (third.alloc)" in said.out
    words = "second.alloc: internal error: Broken: no words for it, please report"
    assert words in said.err
    assert words in said.out


@pytest.mark.parametrize(
    ("layout", "place"),
    [
        ("ktap", "verifier.report.formats.cases.message"),
        ("junit", "verifier.report.formats.cases.message"),
        ("sarif", "verifier.report.formats.sarif.message"),
        ("json", "verifier.report.json_report.result_json"),
    ],
)
def test_a_document_for_programs_is_whole_and_says_where_it_is_not(
    files: list[str],
    layout: str,
    place: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    breaking(place, monkeypatch, "new")
    assert main(["verify", *files, "--bounded", "--format", layout]) == 70
    said = capsys.readouterr()
    assert "its report: Broken: no words for it" in said.out
    assert said.out.count("low") > 5
    if layout in ("json", "sarif"):
        json.loads(said.out)


def test_json_lines_go_on_with_the_next_file(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    breaking("verifier.report.formats.jsonl.result_json", monkeypatch, "new")
    assert main(["verify", *files, "--bounded", "--format", "jsonl"]) == 70
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[-1] == {"type": "end", "exit_status": 70}
    closed = {line["spec"]: line["exit_status"] for line in lines if line["type"] == "spec"}
    assert closed == {"first.alloc": 1, "second.alloc": 70, "third.alloc": 1}
    (problem,) = (line for line in lines if line["type"] == "diagnostic")
    assert problem["spec"] == "second.alloc"
    assert "internal error: Broken: no words for it" in problem["message"]


def test_traces_of_the_other_files_are_written(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    breaking("verifier.report.formats.itf.to_itf", monkeypatch, "old")
    assert main(["verify", *files, "--bounded", "--traces", "runs"]) == 70
    assert {path.name for path in Path("runs").iterdir()} == {
        "first.old.low.itf.json",
        "third.old.low.itf.json",
    }
    said = capsys.readouterr()
    assert "second (second.alloc)" in said.out, "its verdicts are printed"
    told = "internal error: second (old): its report: Broken: no words for it, please report\n"
    assert said.err.endswith(told)


def test_diagnostics_that_cannot_be_shown_are_those_of_one_file(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(file: Any, _color: str) -> None:
        if file.path == files[1]:
            raise Broken("no words for it")

    monkeypatch.setattr("verifier.cli.files.show_diagnostics", fails)
    assert main(["check", *files]) == 70
    said = capsys.readouterr()
    assert said.out == "first.alloc: ok\nthird.alloc: ok\n"
    assert said.err == ("second.alloc: internal error: Broken: no words for it, please report\n")


def test_what_can_be_printed_is_printed_as_it_is() -> None:
    report = spec_report(variant_report(make_model(["it"]), holds))
    made, found = printable([report], len)
    assert (made, found) == (1, [report])


def test_variants_that_can_only_be_printed_apart_are_an_error_of_the_file() -> None:
    variants = [variant_report(make_model(["it"]), holds) for _ in range(2)]
    report = spec_report(*variants)

    def made(reports: Any) -> str:
        if any(len(one.variants) > 1 for one in reports):
            raise Broken("too many")
        return "text"

    text, (found,) = printable([report], made)
    assert text == "text"
    assert found.diagnostics[0].message == "internal error: Broken: too many, please report"
    assert found.variants == ()
