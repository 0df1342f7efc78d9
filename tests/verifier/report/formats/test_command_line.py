"""The formats as the program prints them."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.support.verifier.reports import ROOT
from tests.verifier.report.formats.test_ktap import checked
from verifier.cli.commands.verify import command as verify
from verifier.cli.main import main
from verifier.report.formats import FORMATS, text_in

LOST = "tests/corpus/refuted/lost_update.alloc"
REJECTED = "tests/corpus/rejected/E102_unknown_name.alloc"
FAST = ["--property", "none_lost", "--bounded"]


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_the_option_takes_every_format() -> None:
    (option,) = (item for item in verify.params if item.name == "layout")
    assert set(getattr(option.type, "choices", ())) == {"text", "json", *FORMATS}


def test_a_format_that_is_none_is_an_error() -> None:
    with pytest.raises(KeyError):
        text_in("words", [], "1")


@pytest.mark.parametrize("layout", FORMATS)
@pytest.mark.parametrize("quiet", [[], ["--quiet", "--color", "always"]])
def test_only_the_format_is_on_standard_output(
    layout: str, quiet: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", LOST, REJECTED, *FAST, "--format", layout, *quiet]) == 2
    said = capsys.readouterr()
    assert "E102" in said.err
    assert "\x1b" not in said.out
    match layout:
        case "jsonl":
            assert [json.loads(line) for line in said.out.splitlines()][-1]["exit_status"] == 2
        case "junit":
            assert ET.fromstring(said.out.encode()).get("errors") == "1"
        case "ktap":
            assert [test.ok for test in checked(said.out)] == [True, False]
        case "sarif":
            assert json.loads(said.out)["runs"][0]["invocations"][0]["exitCode"] == 2
        case _:
            pytest.fail(f"{layout} is not looked at")


@pytest.mark.parametrize("layout", FORMATS)
def test_two_runs_differ_in_times_only(layout: str, capsys: pytest.CaptureFixture[str]) -> None:
    seen = set()
    for _ in range(2):
        assert main(["verify", LOST, *FAST, "--format", layout]) == 0
        out = capsys.readouterr().out
        seen.add(re.sub(r'("seconds": |time=")[0-9.e-]+', "", out))
    assert len(seen) == 1


# --- traces --------------------------------------------------------------------------------


def test_traces_are_written_to_a_folder_that_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "a" / "b"
    assert main(["verify", LOST, *FAST, "--traces", str(folder)]) == 0
    assert "all as expected" in capsys.readouterr().out
    (file,) = folder.iterdir()
    assert file.name == "lost_update.main.none_lost.itf.json"
    assert json.loads(file.read_text())["#meta"]["property"] == "none_lost"


def test_a_folder_that_cannot_be_made_is_said_before_anything_is_verified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["verify", LOST, "--traces", str(tmp_path / "file" / "below")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "'--traces'" in said.err
    assert "Not a directory" in " ".join(said.err.split())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_said_before_anything_is_verified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.chmod(0o500)
    try:
        assert main(["verify", LOST, "--traces", str(tmp_path)]) == 2
    finally:
        tmp_path.chmod(0o700)
    said = capsys.readouterr()
    assert said.out == ""
    assert "permission denied" in said.err


def test_a_trace_that_cannot_be_written_is_a_clear_error_after_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lost_update.main.none_lost.itf.json").mkdir()
    assert main(["verify", LOST, *FAST, "--traces", str(tmp_path)]) == 74
    said = capsys.readouterr()
    assert "all as expected" in said.out
    assert "is a directory" in " ".join(said.err.split())


def test_a_file_whose_name_is_no_text_is_reported_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = "caf\udce9.alloc"
    shutil.copy(ROOT / LOST, name)
    for layout in FORMATS:
        assert main(["verify", name, *FAST, "--format", layout]) == 0
        assert capsys.readouterr().out.isascii()
