"""A bundle says what it does not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from verifier.cli import main

SPEC = """spec small;
nat x = 0;
thread task {
	if (x == 0)
		x = 1;
}
invariant low: x <= 1;
bound task = 2;
"""


def test_what_was_proved_without_lemmas_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.alloc"
    path.write_text(SPEC)
    folder = tmp_path / "bundle"
    assert main(["log", str(path), "--bounded", "--bundle", str(folder)]) == 0
    assert "left out: main, low: explore" in capsys.readouterr().out
    assert "main, low: explore" in (folder / "LEFT-OUT.txt").read_text()


def test_a_folder_with_something_in_it_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.alloc"
    path.write_text(SPEC)
    assert main(["log", str(path), "--bundle", str(tmp_path)]) == 2
    assert "not empty" in capsys.readouterr().err
