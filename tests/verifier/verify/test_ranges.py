"""Ranges of bounds of which some sizes have no system, in what `verify` and `mutate` say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from proofs.log.asked_sizes import choices
from verifier.cli.main import main
from verifier.protocol.bounds import Asked, smaller

PAIRS = """\
spec pairs;
struct page { const page buddy; bool on = false; }
assume in_pairs: forall page p: p.buddy != p && p.buddy.buddy == p;
thread cpu {
	atomic {
		page p = any(page q: !q.on);
		p.on = true;
	}
}
invariant off: exists page p: !p.on;
reachable both: exists page p: p.on && p.buddy.on;
bound cpu = 2, page = SIZES;
"""


def written(folder: Path, sizes: str, more: str = "") -> str:
    path = folder / "pairs.alloc"
    path.write_text(PAIRS.replace("SIZES", sizes) + more)
    return str(path)


def verified(
    capsys: pytest.CaptureFixture[str], path: str, *options: str
) -> tuple[int, dict[str, Any]]:
    status = main(["verify", path, "--bounded", "--no-recheck", "--format", "json", *options])
    return status, json.loads(capsys.readouterr().out)


def test_every_choice_is_made_once_the_largest_first() -> None:
    found = [tuple(sizes.values()) for sizes in choices({"a": (1, 3), "b": (2, 3)})]
    assert sorted(found) == [(a, b) for a in (1, 2, 3) for b in (2, 3)]
    assert [sum(sizes) for sizes in found] == sorted(map(sum, found), reverse=True)
    asked = Asked({"a": 1, "b": 2}, {"a": 3, "b": 3})
    assert found[0] == (3, 3)
    others = [tuple(sizes.values()) for sizes in asked.others()]
    assert sorted(others) == sorted(found[1:])
    assert [sum(sizes) for sizes in others] == sorted(map(sum, others))
    assert next(choices(dict.fromkeys("abcdefgh", (1, 1000)))) == dict.fromkeys("abcdefgh", 1000)
    assert next(smaller(dict.fromkeys("abcdefgh", 1000))) == dict.fromkeys("abcdefgh", 1)


@pytest.mark.parametrize("engine", [(), ("--engine", "explore"), ("--engine", "bmc")])
def test_a_violation_below_a_size_without_a_system_is_found(
    engine: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found = verified(capsys, written(tmp_path, "1..3"), "--property", "off", *engine)
    assert status == 1
    variant, result = found["variants"][0], found["results"][0]
    assert variant["no_system"] is None
    assert [one["bounds"]["page"] for one in variant["sizes_without_system"]] == [3, 1]
    assert all(one["assumptions"] == ["in_pairs"] for one in variant["sizes_without_system"])
    assert (result["verdict"], result["scope"]) == ("refuted", {"page": 2, "cpu": 2})


def test_a_reachable_is_reached_below_a_size_without_a_system(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = verified(capsys, written(tmp_path, "2..3"), "--property", "both")
    assert found["results"][0]["verdict"] == "proved"


def test_no_system_at_any_asked_size_is_wrong_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "3")
    assert main(["verify", path, "--bounded"]) == 2
    assert "no such system with 2 cpus, 3 pages" in " ".join(capsys.readouterr().out.split())
    ranged = written(tmp_path, "1..3", "assume odd: exists page p: p.buddy == p;\n")
    assert main(["verify", ranged, "--bounded"]) == 2
    assert "no such system with 2 cpus, 1..3 pages" in " ".join(capsys.readouterr().out.split())
    assert main(["log", ranged, "-o", str(tmp_path / "it.log")]) == 2
    assert not (tmp_path / "it.log").exists()


def test_the_command_line_asks_for_one_size(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "2..4")
    assert verified(capsys, path, "--bound", "page=3")[0] == 2
    _, found = verified(capsys, path, "--bound", "page=4")
    assert found["variants"][0]["sizes_without_system"] == []


@pytest.mark.parametrize("layout", ["text", "junit", "ktap", "sarif"])
def test_every_format_names_the_sizes_without_a_system(
    layout: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--bounded", "--no-recheck", "--property", "both", "--format", layout]
    assert main(["verify", written(tmp_path, "2..4"), *options]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "none with 2 cpus, 3 pages: assume in_pairs (line 3) cannot hold there" in said


def test_a_mutant_of_a_range_is_looked_at_where_there_is_a_system(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = "reachable none_on: forall page p: !p.on;\n"
    path = written(tmp_path, "2..3", more)
    main(["mutate", path, "--format", "json", "--property", "both", "--property", "none_on"])
    found = json.loads(capsys.readouterr().out)["variants"][0]
    assert found["no_system"] is False
    assert sorted(found["held"]) == ["both", "none_on"]
    assert found["counts"]["killed"] > 0
