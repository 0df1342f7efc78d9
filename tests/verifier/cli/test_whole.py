"""The program over real specifications, from text to exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from verifier.cli.main import main

LOST = """
spec lost;
not modelled "interrupts";

variant old = {};
variant new = { locked };
patch locked "the lock";

spinlock lock;
int total = 0;
nat finished = 0;

thread cpu {
	int seen;

	when (locked)
		spin_lock(lock);
	seen = total;
	atomic {
		total = seen + 1;
		finished++;
	}
	when (locked)
		spin_unlock(lock);
}

invariant none_lost: total == finished;
reachable counted: total == 2;

bound cpu = 3;
expect old violates none_lost;
"""

PAIRS = """
spec pairs;

struct page {
	const page buddy;
	bool taken = false;
}

assume in_pairs:
	forall page p: p.buddy.buddy == p && p.buddy != p;

thread cpu {
	page p;

	atomic {
		p = any(page q: !q.taken);
		p.taken = true;
	}
}

invariant fair: forall page p: p.taken => !p.buddy.taken;

bound cpu = 1, page = 2;
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BUDDYPROOF_DEBUG", raising=False)
    path = tmp_path / "a.alloc"
    path.write_text(LOST)
    return path


def results(out: str) -> dict[tuple[str, str], dict[str, Any]]:
    text = (resources.files("proofs") / "schema" / "verify.json").read_text(encoding="utf-8")
    value = json.loads(out)
    Draft202012Validator(json.loads(text)).validate(value)
    return {(item["variant"], item["property"]): item for item in value["results"]}


# --- no such system ------------------------------------------------------------------------


@pytest.mark.parametrize("engine", [[], ["--engine", "explore"], ["--engine", "bmc"]])
def test_three_pages_in_pairs_are_no_system(
    spec: Path, capsys: pytest.CaptureFixture[str], engine: list[str]
) -> None:
    spec.write_text(PAIRS)
    assert main(["verify", "a.alloc", "--bound", "page=3", *engine]) == 2
    said = " ".join(capsys.readouterr().out.split())
    assert "a.alloc:9: main: no such system with 1 cpu, 3 pages: assume in_pairs (line 9)" in said


def test_sizes_without_a_system_are_not_in_the_way_of_larger_ones(
    spec: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec.write_text(PAIRS)
    assert main(["verify", "a.alloc", "--bound", "cpu=2", "--property", "fair"]) == 1
    assert "needs 2 cpus, 2 pages; none with 1 cpu or 1 page" in capsys.readouterr().out


# --- bad input -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [b"", b"\x7fELF\x02\x01\x01\x00\xff\xfe", b"(" * 1_000_000, LOST.encode()[:200], b"spec x;\0"],
    ids=["empty", "binary", "brackets", "cut", "nul"],
)
@pytest.mark.parametrize("command", ["verify", "check"])
def test_what_is_no_specification_is_a_located_error(
    spec: Path, capsys: pytest.CaptureFixture[str], content: bytes, command: str
) -> None:
    spec.write_bytes(content)
    assert main([command, "a.alloc"]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("a.alloc:")
    assert "error[E" in said.err
    assert "internal error" not in said.err


def test_a_missing_file_is_a_located_error(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec.unlink()
    assert main(["verify", "a.alloc"]) == 2
    assert "a.alloc: error[E020]: no such file" in capsys.readouterr().err


# --- verdicts ------------------------------------------------------------------------------


def test_json_holds_for_a_real_specification(
    spec: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(spec), "--format", "json"]) == 0
    found = results(capsys.readouterr().out)
    assert {item["expected"] for item in found.values()} == {True}
    lost = found["old", "none_lost"]
    assert (lost["verdict"], lost["scope"]) == ("refuted", {"cpu": 3})
    assert lost["trace"]["bounds"] == {"cpu": 3}
    assert lost["trace"]["steps"][-1]["thread"] in {"cpu0", "cpu1", "cpu2"}
    assert found["new", "none_lost"]["verdict"] == "proved"
    assert found["new", "counted"]["trace"] is not None


def test_an_expectation_that_fails_is_status_1(
    spec: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec.write_text(LOST + "expect new violates none_lost;\n")
    assert main(["verify", "a.alloc", "--quiet"]) == 1
    assert "lost, new: none_lost holds, and should be violated" in capsys.readouterr().out


@pytest.mark.parametrize("engine", ["explore", "bmc"])
def test_a_forced_engine_finds_the_same_depth(
    spec: Path, capsys: pytest.CaptureFixture[str], engine: str
) -> None:
    arguments = ["verify", str(spec), "--bound", "cpu=2", "--variant", "old", "--format", "json"]
    main(arguments)
    usual = results(capsys.readouterr().out)["old", "none_lost"]
    main([*arguments, "--property", "none_lost", "--engine", engine])
    forced = results(capsys.readouterr().out)["old", "none_lost"]
    assert forced["engine"] == engine
    assert (forced["steps"], forced["shortest"]) == (usual["steps"], True)


# --- the process ---------------------------------------------------------------------------

ENDLESS = """
spec endless;
int x = 0;
thread cpu { loop atomic { x += 1; } }
invariant never: x != -5;
bound cpu = 1;
"""


def test_a_time_limit_is_kept(spec: Path) -> None:
    spec.write_text(ENDLESS)
    started = time.monotonic()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "verifier",
            "verify",
            str(spec),
            "--timeout",
            "1",
            "--engine",
            "explore",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert "time limit of 1 s" in done.stdout
    assert time.monotonic() - started < 15


def test_ctrl_c_ends_the_process_with_what_was_settled(spec: Path) -> None:
    spec.write_text(ENDLESS)
    with subprocess.Popen(
        [sys.executable, "-m", "verifier", "verify", str(spec)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        time.sleep(2)
        os.kill(running.pid, signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert running.returncode == 130, out + err
    assert "never  unknown" in out, out
    assert "interrupted" in out
    assert "Traceback" not in err
