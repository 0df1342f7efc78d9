"""The commands `log` and `recheck`: what is written is the same everywhere, and needs no engine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.proofs.logs import SMALL, small
from verifier.cli.main import main

ROOT = Path(__file__).parents[3]

NO_ENGINE = """
import sys

class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("verifier", "z3", "cvc5", "bitwuzla", "pysat", "click"):
            raise ImportError(name)

sys.meta_path.insert(0, Refusing())
from proofs.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def run(*arguments: str, cwd: Path, seed: str = "0") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=False)


def test_the_same_specification_gives_the_same_bytes_wherever_and_whenever(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other" / "deeper"
    for folder in (one, other):
        folder.mkdir(parents=True)
        (folder / "small.alloc").write_text(SMALL)
    arguments = ("-m", "verifier", "log")
    first = run(*arguments, "small.alloc", "-o", "a.log", cwd=one, seed="1")
    absolute = str(other / "small.alloc")
    second = run(*arguments, absolute, "-o", str(other / "a.log"), cwd=tmp_path, seed="271828")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    content = (one / "a.log").read_bytes()
    assert content == (other / "a.log").read_bytes()
    assert content.decode("ascii") == small()
    assert str(tmp_path).encode() not in content


def test_a_recheck_imports_no_engine(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(small())
    done = run("-c", NO_ENGINE, "recheck", "a.log", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.decode().splitlines()[-1]
    assert last.startswith("a.log: the evidence holds by cvc5 1.")
    assert ", z3 " in last


def test_a_recheck_of_an_edited_log_ends_with_status_4(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(small().replace("violated 4", "proved"))
    assert main(["recheck", str(tmp_path / "a.log"), "--solver", "z3"]) == 4


def test_the_worst_of_several_logs_decides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.log").write_text("no log\n")
    (tmp_path / "bytes.log").write_bytes(b"\xff\xfe\x00")
    assert main(["recheck", str(tmp_path / "bad.log"), str(tmp_path / "bytes.log")]) == 4
    assert main(["recheck", str(tmp_path / "bad.log"), str(tmp_path / "gone.log")]) == 2
    assert "No such file" in capsys.readouterr().out
    assert main(["recheck", str(tmp_path)]) == 2


def test_a_solver_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.log").write_text(small())
    assert main(["recheck", str(tmp_path / "a.log"), "--solver", "oracle"]) == 2
    assert "there is no solver oracle; there are: z3" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["log", "small.alloc"], "say where to"),
        (["log", ".", "-o", "a.log"], "not about a folder"),
        (["log", "small.alloc", "-o", "."], "this is a folder"),
        (["log", "small.alloc", "-o", "gone/a.log"], "there is no folder gone"),
        (["log", "small.alloc", "-o", "small.alloc"], "would overwrite the specification"),
        (["log", "small.alloc", "-o", "a.log", "--variant", "later"], "no variant 'later'"),
        (["verify", "small.alloc", "small.alloc", "--log", "a.log"], "one specification"),
    ],
)
def test_wrong_use_is_told_before_the_work(
    arguments: list[str],
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.alloc").write_text(SMALL)
    assert main(arguments) == 2
    assert reason in " ".join(capsys.readouterr().err.split())
    assert Path("small.alloc").read_text() == SMALL
    assert not Path("a.log").exists()


def test_a_specification_that_is_none_has_no_log(tmp_path: Path) -> None:
    (tmp_path / "it.alloc").write_text("spec it;\nthread cpu { x = 1; }\n")
    assert main(["log", str(tmp_path / "it.alloc"), "-o", str(tmp_path / "a.log")]) == 2
    assert main(["log", str(tmp_path / "gone.alloc"), "-o", str(tmp_path / "a.log")]) == 2
    assert not (tmp_path / "a.log").exists()


def test_a_log_goes_to_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "small.alloc").write_text(SMALL)
    assert main(["log", str(tmp_path / "small.alloc"), "-o", "-"]) == 0
    assert capsys.readouterr().out.startswith(small())
