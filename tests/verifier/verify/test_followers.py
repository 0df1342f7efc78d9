"""Whoever follows a run is told of verdicts as they are settled, file by file."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection
from dataclasses import replace
from unittest.mock import Mock

import click
import pytest

from frontend.model import Model
from frontend.source.spans import Source
from tests.support.verifier.fakes import Rule, fakes, make_model, safe, undecided, violated_from
from tests.support.verifier.processes import LOST, ROOT
from verifier.cli.commands import settle as settle_command
from verifier.cli.main import main
from verifier.protocol.deadline import Deadline
from verifier.protocol.task import Answer, Task
from verifier.verify import scheduler
from verifier.verify.loading import Content, File, on_disk

SIZES = (("cpu", 1, 1), ("page", 1, 1))
SPECS = {
    "a.alloc": make_model(["early", "late"], bounds=SIZES),
    "b.alloc": replace(make_model(["other"], bounds=SIZES), name="second"),
}


@pytest.fixture
def faked(monkeypatch: pytest.MonkeyPatch) -> list[Rule]:
    """Fake models; the one rule in the list is what the engines say."""
    rules: list[Rule] = []

    def load(
        path: str, stop: Deadline, variants: Collection[str] = (), content: Content = on_disk
    ) -> File:
        del stop, variants, content
        model: Model = SPECS[path]
        return File(path, "0" * 64, Source(path, "spec demo;\n"), (model,), ())

    def rule(task: Task, name: str) -> Answer:
        return rules[0](task, name)

    monkeypatch.setattr(settle_command, "load_within", load)
    monkeypatch.setattr(scheduler, "standard", fakes(rule, rule, rule, rule, rule).registry)
    monkeypatch.setattr(scheduler, "searches", lambda _: [])
    return rules


def test_lines_are_there_before_the_next_engine_is_asked(
    faked: list[Rule], capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[tuple[str, list[tuple[str, str]]]] = []
    printed: list[dict[str, str]] = []

    def rule(task: Task, name: str) -> Answer:
        printed.extend(map(json.loads, capsys.readouterr().out.splitlines()))
        known = [(line["type"], line.get("property", "")) for line in printed]
        seen.append((name, known))
        if name == "early":
            return violated_from(1, cpu=1)(task, name)
        first = [other for other, _ in seen].count(name) == 1
        return undecided(task, name) if first else safe(task.bounds)

    faked.append(rule)
    assert main(["verify", "a.alloc", "b.alloc", "--bounded", "--format", "jsonl"]) == 1
    before = dict(seen)  # of the last time that an engine was asked about each
    assert ("result", "early") in before["late"]
    assert ("variant", "") in before["other"]
    assert ("spec", "") in before["other"]
    printed.extend(map(json.loads, capsys.readouterr().out.splitlines()))
    assert [(line["type"], line.get("property", "")) for line in printed] == [
        ("run", ""),
        ("result", "early"),
        ("settled", "late"),
        ("result", "late"),
        ("variant", ""),
        ("spec", ""),
        ("settled", "other"),
        ("result", "other"),
        ("variant", ""),
        ("spec", ""),
        ("end", ""),
    ]


def test_the_work_ends_when_nobody_reads_what_is_printed(
    faked: list[Rule], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def rule(task: Task, name: str) -> Answer:
        asked.append(name)
        return safe(task.bounds)

    faked.append(rule)
    monkeypatch.setattr(click, "echo", Mock(side_effect=BrokenPipeError))
    assert main(["verify", "a.alloc", "b.alloc", "--bounded", "--format", "jsonl"]) == 141
    assert "other" not in asked


def test_a_reader_that_has_seen_enough_ends_the_program() -> None:
    command = [sys.executable, "-m", "verifier", "verify", LOST, "--format", "jsonl"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert json.loads(running.stdout.readline())["type"] == "run"
        running.stdout.close()
        assert running.stderr.read() == ""
        assert running.wait(60) == 141
