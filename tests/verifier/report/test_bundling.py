"""A bundle says what it does not hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from proofs.bundle import check
from verifier.cli.main import main

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
    assert "left out: main, low: every state was visited" in capsys.readouterr().out
    assert "main, low: every state was visited" in (folder / "LEFT-OUT.txt").read_text()


def test_a_folder_with_something_in_it_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.alloc"
    path.write_text(SPEC)
    assert main(["log", str(path), "--bundle", str(tmp_path)]) == 2
    assert "not empty" in capsys.readouterr().err


@pytest.mark.parametrize("options", [[], ["--bounded"]])
@pytest.mark.parametrize(
    "path",
    [
        "tests/corpus/refuted/lost_update.alloc",
        "tests/corpus/refuted/lock_cycle_two_orders.alloc",
        "tests/corpus/refuted/for_each_once.alloc",
    ],
)
def test_a_refuted_property_makes_a_bundle_that_its_program_accepts(
    path: str, options: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "bundle"
    assert main(["log", path, "--bundle", str(folder), *options]) in (0, 1)
    command = [sys.executable, "-I", "-S", str(folder / "check.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_names_of_any_length_make_a_bundle(tmp_path: Path) -> None:
    long = "a_name_that_goes_on_" * 12
    path = tmp_path / "long.alloc"
    path.write_text(
        f"spec long;\nstruct {long}s {{ bool on = false; }}\n"
        f"thread {long}t {{ {long}s x = any({long}s); x.on = true; }}\n"
        f"invariant {long}p: forall {long}s x: !x.on;\nvariant {long}v = {{}};\n"
        f"bound {long}s = 2, {long}t = 2;\n"
    )
    folder = tmp_path / "bundle"
    main(["log", str(path), "--bundle", str(folder), "--bounded"])
    assert check.main(folder) == 0
