"""A verdict that says nothing is no pass in any format."""

from __future__ import annotations

import io
import json
from pathlib import Path

import junitparser
import pytest

from verifier.cli.main import main

SPEC = """spec idle;
enum colour { RED, GREEN }
single zone { colour now = RED; nat x = 0; }
thread task {
	loop {
		fetch_add(zone.x, 1);
	}
}
invariant never_asked: zone.now == GREEN => zone.x == 0;
bound task = 1;
"""


def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    path = tmp_path / "idle.alloc"
    path.write_text(SPEC)
    status = main(["verify", str(path), "--property", "never_asked", *more])
    return status, capsys.readouterr().out


def test_ktap(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, found = run(tmp_path, capsys, "--format", "ktap")
    assert status == 1
    assert "not ok 2 never_asked vacuous" in found
    status, found = run(tmp_path, capsys, "--format", "ktap", "--allow-vacuous")
    assert status == 0
    assert "not ok" not in found


def test_junit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, found = run(tmp_path, capsys, "--format", "junit")
    suites = junitparser.JUnitXml.fromstring(found)
    assert suites.failures == 1
    assert io.StringIO(found).read(5) == "<?xml"


def test_sarif(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, found = run(tmp_path, capsys, "--format", "sarif")
    results = json.loads(found)["runs"][0]["results"]
    assert [(item["kind"], item["level"]) for item in results] == [("fail", "warning")]
