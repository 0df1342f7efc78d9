"""Standard input, folders, help, versions, explanations."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import click
import pytest

from frontend.source.codes import CODES
from tests.support.verifier.processes import FAST, LOST, REJECTED, ROOT, run
from verifier.cli import files
from verifier.cli.main import COMMANDS, main

# --- standard input ------------------------------------------------------------------------


def test_a_dash_is_standard_input() -> None:
    said = run("check", "-", stdin=(ROOT / LOST).read_bytes())
    assert (said.returncode, said.stdout, said.stderr) == (0, b"<stdin>: ok\n", b"")
    said = run("check", "-", stdin=(ROOT / REJECTED).read_bytes())
    assert said.returncode == 2
    assert said.stderr.startswith(b"<stdin>:6:13: error[E102]: nothing is called `cuonter` here")


def test_what_comes_from_standard_input_has_the_verdicts_and_the_digest_of_the_file() -> None:
    stdin = (ROOT / LOST).read_bytes()
    piped = json.loads(run("verify", "-", *FAST, "--format", "json", stdin=stdin).stdout)
    named = json.loads(run("verify", LOST, *FAST, "--format", "json").stdout)
    assert piped["spec"].pop("path") == "<stdin>"
    assert named["spec"].pop("path") == LOST
    for value in (piped, named):
        del value["results"][0]["seconds"]
    assert piped == named


def test_a_log_of_standard_input_is_rechecked(tmp_path: Path) -> None:
    output = tmp_path / "a.log"
    stdin = (ROOT / LOST).read_bytes()
    assert run("log", "-", *FAST, "-o", str(output), "--quiet", stdin=stdin).stdout == b""
    assert run("recheck", str(output)).returncode == 0


def test_variants_of_standard_input_are_compared() -> None:
    stdin = (ROOT / "spec/free_path.alloc").read_bytes()
    arguments = ["--property", "isolation", "--bounded", "--no-recheck", "--quiet"]
    said = run("compare", "-", "unpatched", "v3", *arguments, stdin=stdin)
    assert said.returncode == 0, said
    assert b"all as expected (2 verdicts)" in said.stdout


def test_a_patch_and_its_specification_cannot_share_standard_input() -> None:
    said = run("review", "-", "-")
    assert said.returncode == 2
    assert b"PATCH and SPEC cannot both be standard input" in said.stderr


def test_a_closed_standard_input_is_a_diagnostic(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["check", "-"]) == 2
    assert capsys.readouterr().err.startswith("<stdin>: error[E022]: standard input is closed")


# --- help, versions, explanations ----------------------------------------------------------


def test_the_bare_command_and_help_say_how_to_use_it(capsys: pytest.CaptureFixture[str]) -> None:
    texts = []
    for arguments in ([], ["help"], ["--help"]):
        assert main(arguments) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1] == texts[2]
    assert texts[0].startswith("Usage: buddyproof [OPTIONS]")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_is_its_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", command]) == 0
    said = capsys.readouterr().out
    assert main([command, "--help"]) == 0
    assert capsys.readouterr().out == said
    assert said.startswith(f"Usage: buddyproof {command}")
    assert "--quiet" in said or command == "help"


def test_help_of_what_is_no_command_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "verfy"]) == 2
    assert "there is no command 'verfy'; did you mean `verify`?" in capsys.readouterr().err


def test_the_version_names_the_solvers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"buddyproof, version {metadata.version('buddyproof')}"
    for name in ("z3-solver", "cvc5", "bitwuzla", "python-sat"):
        assert f"{name} {metadata.version(name)}" in second


def test_no_solver_is_loaded_for_the_version() -> None:
    code = (
        "import sys, verifier.cli.main as cli; cli.main(['--version']); "
        "sys.exit(any(name in sys.modules for name in ('z3', 'cvc5', 'bitwuzla', 'pysat')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_quiet_explanation_is_its_title(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--quiet"]) == 0
    assert capsys.readouterr().out.split() == sorted(CODES)
    assert main(["explain", "e305", "--quiet"]) == 0
    assert capsys.readouterr().out == f"E305: {CODES['E305'].title}\n"


# --- folders -------------------------------------------------------------------------------


def test_hidden_folders_and_those_of_other_tools_are_not_searched(tmp_path: Path) -> None:
    for name in (
        "a.alloc", ".b.alloc", ".venv/c.alloc", ".git/d.alloc", "venv/e.alloc",
        "node_modules/f.alloc", "sub/.hidden/g.alloc", "sub/h.alloc", "build/i.alloc",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")

    def found(*names: str) -> list[str]:
        paths = files.find(str(tmp_path / name) for name in names)
        return [Path(path).relative_to(tmp_path).as_posix() for path in paths]

    assert found(".") == ["a.alloc", "build/i.alloc", "sub/h.alloc"]
    assert found(".venv") == [".venv/c.alloc"]  # it was named
    assert found(".b.alloc") == [".b.alloc"]


def test_links_to_folders_are_not_followed_and_folders_are_no_specifications(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.alloc").write_text("")
    (tmp_path / "folder.alloc").mkdir()
    (tmp_path / "again").symlink_to(tmp_path)
    assert files.find([str(tmp_path)]) == [str(tmp_path / "a.alloc")]


def test_a_folder_that_cannot_be_looked_into_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.alloc").write_text("")
    scan = os.scandir

    def scandir(path: str) -> Any:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(click.UsageError, match=r"closed: Permission denied"):
        files.find([str(tmp_path)])
