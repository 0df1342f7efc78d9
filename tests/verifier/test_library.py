"""The library under the command line, as its page shows it."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from frontend.source.spans import Source
from proofs.answers.verdict import Unknown
from verifier.library import Options, Scope, UnknownName, verify
from verifier.protocol.deadline import Deadline
from verifier.protocol.task import Progress
from verifier.verify.spec_report import SpecReport, exit_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "library.md").read_text("utf-8")
LOST = ROOT / "tests" / "corpus" / "refuted" / "lost_update.alloc"
BOUNDED = Options(scope=Scope.BOUNDED)


def timeless(report: SpecReport) -> list[object]:
    return [
        replace(item, seconds=0.0) for variant in report.variants for item in variant.properties
    ]


def test_the_example_of_the_page_does_what_it_says_without_click_and_rich() -> None:
    block = re.search(r"```python\n(.*?)```\n\n```\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    check = "import sys\nassert not {'click', 'rich', 'verifier.cli.main'} & set(sys.modules)\n"
    found = subprocess.run(
        [sys.executable, "-c", block[1] + check],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout == block[2]


def test_a_text_is_verified_as_its_file_is() -> None:
    text = Source(str(LOST), LOST.read_text("utf-8"))
    first, second = verify(LOST, BOUNDED), verify(text, BOUNDED)
    assert first.sha256 == second.sha256
    assert timeless(first) == timeless(second)


def test_a_name_that_nothing_has_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UnknownName, match="there is no sort 'cpus'; did you mean `cpu`") as found:
        verify(LOST, replace(BOUNDED, bounds={"cpus": 2}))
    assert found.value.option == "bounds"


def test_a_rejected_specification_is_a_report_with_diagnostics() -> None:
    report = verify(Source("bad.alloc", "spec bad;\nnat x\n"))
    assert report.variants == ()
    assert report.diagnostics
    assert exit_of(report) == 2


def test_an_interrupt_keeps_what_is_settled_and_says_why_the_rest_is_open() -> None:
    stop = Deadline()
    stop.interrupt()
    (variant, *_) = verify(LOST, BOUNDED, stop=stop).variants
    assert {item.status for item in variant.properties} == {Unknown("interrupted", -1)}


def test_it_runs_in_any_thread_and_says_how_far_it_is() -> None:
    heard: list[str] = []

    class Watching:
        def about(self, subject: str) -> None:
            heard.append(subject)

        def __call__(self, progress: Progress) -> None:
            heard.append(progress.what)

    found: list[SpecReport] = []
    thread = threading.Thread(
        target=lambda: found.append(verify(LOST, BOUNDED, watcher=Watching()))
    )
    thread.start()
    thread.join()
    assert timeless(found[0]) == timeless(verify(LOST, BOUNDED))
    assert "settled" in heard
    assert any("lost_update" in subject for subject in heard)
