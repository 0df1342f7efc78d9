"""What the program says and exits with when a verdict is vacuous."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.verifier.inspecting import reported
from tests.verifier.inspection.vacuity.test_vacuity import BAD_PAGES
from verifier.cli.main import main
from verifier.protocol.exits import Exit
from verifier.report.json_report import document
from verifier.report.summary import last_line, surprises
from verifier.verify.spec_report import SpecReport, exit_of

EMPTY = BAD_PAGES.replace("SPOIL", "")
FULL = BAD_PAGES.replace("SPOIL", "p.bad = !p.free;")


def valid_json(report: SpecReport) -> dict[str, Any]:
    text = (resources.files("proofs") / "schema" / "verify.json").read_text(encoding="utf-8")
    value: dict[str, Any] = json.loads(json.dumps(document([report], "0", several=False)))
    Draft202012Validator(json.loads(text)).validate(value)
    return value


def test_a_vacuous_verdict_is_unexpected_unless_it_is_allowed() -> None:
    assert exit_of(reported(EMPTY)) is Exit.UNEXPECTED
    assert exit_of(reported(EMPTY, allowed=True)) is Exit.OK
    assert exit_of(reported(FULL)) is Exit.OK


def test_the_last_lines_name_it() -> None:
    (line,) = surprises([reported(EMPTY)])
    assert line.startswith("bad_pages, main: vacuous: nothing (line 15) holds, but its premise")
    assert last_line([reported(EMPTY)]).endswith("of 10 verdicts, 1 vacuous")
    allowed = reported(EMPTY, allowed=True)
    assert list(surprises([allowed])) == []
    assert last_line([allowed]) == "all as expected (10 verdicts, 1 vacuous)"


def test_json_says_why_a_verdict_is_vacuous() -> None:
    value = valid_json(reported(EMPTY))
    texts = {item["property"]: item["vacuous"] for item in value["results"]}
    assert texts.pop("nothing").startswith("nothing (line 15) holds, but its premise never does")
    assert set(texts.values()) == {None}
    (found,) = value["variants"][0]["vacuity"]["vacuous"]
    assert (found["cause"], found["certain"]) == ("premise", True)
    assert value["exit_status"] == 1


def test_json_has_what_never_runs_and_both_sides_of_a_race() -> None:
    text = """
    spec both;
    spinlock lock;
    int n = 0;
    thread cpu {
        int mine;
        spin_lock(lock);
        n = 1;
        if (n > 3) n = 2;
        spin_unlock(lock);
        mine = n;
    }
    bound cpu = 2;
    """
    (variant,) = valid_json(reported(text))["variants"]
    silent = [(item["line"], item["outcome"]) for item in variant["vacuity"]["silent"]]
    assert silent == [(9, True), (9, None)]
    (race,) = variant["data_races"]
    assert race["variable"] == "n"
    assert [item["access"] for item in race["accesses"]] == ["read", "write"]
    assert race["seen"] is True


def test_the_command_line_shows_it_and_takes_the_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "empty.alloc"
    path.write_text(EMPTY)
    assert main(["verify", "--bounded", str(path)]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "nothing proved, VACUOUS" in said
    assert "its premise never does: !held(lock) && exists page p: p.bad" in said
    assert main(["verify", "--bounded", "--allow-vacuous", str(path)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "nothing proved, vacuous" in said


def test_both_sides_of_a_race_are_shown_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "race.alloc"
    path.write_text(
        "spec race; spinlock lock; int n = 0; thread cpu { int mine; spin_lock(lock); n = 1; "
        "spin_unlock(lock); mine = n; } bound cpu = 2;"
    )
    assert main(["verify", "--bounded", str(path)]) == 0
    said = capsys.readouterr().out
    assert "unlocked" in said
    assert "data race in" not in said
    assert main(["verify", "--bounded", "--races", str(path)]) == 0
    said = capsys.readouterr().out
    assert "data race in thread cpu / thread cpu: n (main)" in said
    assert "holding no lock" in said
    assert "holding lock" in said
