from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.verifier.processes import ROOT
from verifier.protocol.logs import PACKAGES, VARIABLE, follow_parent, is_logging, log_to_stderr

SPEC = "tests/corpus/proved/per_object_lock.alloc"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "verifier", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def quiet_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is configured here is configured for this test only."""
    monkeypatch.setenv(VARIABLE, "")
    for name in PACKAGES:
        logger = logging.getLogger(name)
        monkeypatch.setattr(logger, "handlers", [])
        monkeypatch.setattr(logger, "level", logger.level)
        monkeypatch.setattr(logger, "propagate", logger.propagate)


def test_a_log_names_the_phases_and_changes_no_answer() -> None:
    plain, logged = run("verify", SPEC), run("--log", "info", "verify", SPEC)
    assert (plain.returncode, plain.stdout) == (logged.returncode, logged.stdout)
    assert plain.stderr == ""
    for words in (
        f"{SPEC}: read and checked in ",
        " variables, ",
        ": explore is asked about ",
        "explore answers after ",
        "lemmas for every size are looked for",
        "a second opinion on ",
    ):
        assert words in logged.stderr
    assert "query " not in logged.stderr


def test_each_question_to_a_solver_is_logged_with_its_time() -> None:
    logged = run("--log", "debug", "verify", SPEC).stderr
    assert "verifier.bounded.smt: query 1: " in logged
    assert ": depth 1: " in logged
    assert ": z3 says unsat after " in logged, "also in the process of the second opinion"


@pytest.mark.parametrize(
    ("engine", "module"),
    [
        ("explore", "verifier.explicit.exploration"),
        ("bmc", "verifier.engines.bmc"),
        ("kinduction", "verifier.engines.kinduction"),
        ("ic3", "verifier.engines.ic3.engine"),
    ],
)
def test_each_engine_logs_how_far_it_is(engine: str, module: str) -> None:
    logged = run("--log", "debug", "verify", "--engine", engine, "--no-recheck", SPEC).stderr
    assert f" {module}: " in logged


def test_there_are_no_other_levels() -> None:
    answer = run("--log", "everything", "verify", SPEC)
    assert answer.returncode == 2
    assert "'everything' is not one of 'info', 'debug'" in answer.stderr


@pytest.mark.usefixtures("quiet_after")
def test_a_record_is_one_line_without_control_characters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log_to_stderr("info")
    assert is_logging()
    logging.getLogger("verifier.x").info("read %s", "a\x1b[31m\nb")
    logging.getLogger("verifier.x").debug("not wanted")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(r" s  verifier.x: read a\x1b[31m b")


@pytest.mark.usefixtures("quiet_after")
def test_a_standard_error_that_is_gone_takes_nothing_from_the_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log_to_stderr("info")
    with (tmp_path / "closed").open("w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
    logging.getLogger("verifier.x").info("nobody reads this")
    monkeypatch.setattr(sys, "stderr", None)
    logging.getLogger("verifier.x").info("nor this")


@pytest.mark.usefixtures("quiet_after")
def test_a_process_follows_the_one_that_started_it(monkeypatch: pytest.MonkeyPatch) -> None:
    follow_parent()
    assert not is_logging()
    monkeypatch.setenv(VARIABLE, "debug")
    follow_parent()
    assert is_logging()
