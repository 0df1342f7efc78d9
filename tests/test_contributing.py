"""The table in CONTRIBUTING.md says what a new operator, statement, ... costs: it costs that."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("frontend", "proofs", "verifier")
PAGE = ROOT / "CONTRIBUTING.md"

NAMED = {
    # What the row is about -> how its example is named in the code.
    "an operator": r'\bBXOR\b|BIT_XOR|"\^"(:|$)|&\|\^<',
    "a statement": r'\bAwait\b|await_statement|"await"',
    "a built-in property": r'"leak"',
    "an engine": r'"ic3"|class PropertyDirectedReachability',
    "a format of `verify`": r"\bktap\b",
    "a command": r"\bexplain\b",
}
WITHIN = {"a command": ("verifier",)}  # others explain, too
MOST = {"an operator": 12, "a format of `verify`": 2, "a command": 2}

SPEC = "spec small; nat n = 0; thread cpu { n = 1; } invariant low: n <= 1; bound cpu = 1;"


def rows() -> dict[str, tuple[str, ...]]:
    """What the table says: what is added -> the files."""
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 3 and cells[0].startswith("a"):
            files = re.findall(r"`((?:frontend|proofs|verifier)/[\w./]+)`", cells[2])
            found[cells[0]] = tuple(files)
    return found


def named(pattern: str, packages: tuple[str, ...]) -> set[str]:
    """The files of the product that a pattern is found in."""
    return {
        path.relative_to(ROOT).as_posix()
        for package in packages
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".py", ".lark"}
        and re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)
    }


def test_the_table_has_a_row_for_each_kind() -> None:
    assert set(rows()) == set(NAMED)


@pytest.mark.parametrize("kind", NAMED)
def test_the_files_in_the_table_are_those_that_name_the_example(kind: str) -> None:
    files = rows()[kind]
    assert len(set(files)) == len(files)
    assert set(files) == named(NAMED[kind], WITHIN.get(kind, PACKAGES))


@pytest.mark.parametrize("kind", MOST)
def test_nothing_costs_more_files_than_it_may(kind: str) -> None:
    assert len(rows()[kind]) <= MOST[kind]


# --- a new one in a copy -------------------------------------------------------------------

ENGINE = '''
"""Knows nothing."""

from verifier.protocol.task import Undecided


class Guess:
    name = "guess"

    def run(self, task, listener):
        return dict.fromkeys(task.properties, Undecided("it only guesses"))
'''

FORMAT = '''
"""Loud."""


def text(reports, version):
    return f"{len(reports)} REPORTS\\n"
'''


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "archive")
        shutil.copytree(ROOT / package, folder / package, ignore=ignored)
    (folder / "small.alloc").write_text(SPEC)
    return folder


def register(copy: Path, kind: str, file: str, content: str, before: str, line: str) -> None:
    """Adds a file beside the example's, and a line to the registry that the table names."""
    files = rows()[kind]
    registry = copy / next(name for name in files if name.endswith("__init__.py"))
    (registry.parent / file).write_text(content)
    text = registry.read_text()
    assert text.count(before) == 1
    registry.write_text(text.replace(before, line + before))


def run(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "verifier", "verify", *arguments, "small.alloc"]
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    return subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, check=False
    )


def test_an_engine_is_a_file_and_a_line(copy: Path) -> None:
    package = next(name for name in rows()["an engine"] if name.endswith("__init__.py"))
    module = package.removesuffix("/__init__.py").replace("/", ".")
    line = f'"guess": "{module}.guess.Guess",\n    '
    register(copy, "an engine", "guess.py", ENGINE, '"explore": ', line)
    answer = run(copy, "--engine", "guess")
    assert answer.returncode == 3, answer.stderr
    assert "guess: it only guesses" in answer.stdout


def test_a_format_is_a_file_and_its_name(copy: Path) -> None:
    register(copy, "a format of `verify`", "loud.py", FORMAT, '"jsonl", ', '"loud", ')
    answer = run(copy, "--format", "loud")
    assert (answer.returncode, answer.stdout) == (0, "1 REPORTS\n"), answer.stderr


# --- tools and forges ----------------------------------------------------------------------


def test_the_hooks_run_the_pinned_tools_and_fetch_nothing() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (\S+)", text) == ["local"]
    entries = re.findall(r"entry: \.venv/bin/(\S+)", text)
    assert entries == ["ruff", "ruff", "mypy", "lint-imports"]
    assert len(re.findall(r"language: system", text)) == len(entries)


def test_the_forge_runs_what_a_submission_must_pass() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    (script,) = re.findall(r"run: \|\n((?: {10}.*\n)+)", text)
    assert " ".join(script.split()) == "if [ -x .ci/run ]; then .ci/run else make check test fi"
