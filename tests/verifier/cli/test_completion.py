"""What shells offer for the word at the cursor."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from frontend.source.codes import CODES
from tests.support.verifier.processes import REJECTED, ROOT, run


def completed(line: str, shell: str = "bash") -> list[str]:
    """What the program offers for the last word of a command line."""
    words = line.split(" ")
    environment = {
        "_BUDDYPROOF_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": words[-1] if shell == "fish" else str(len(words) - 1),
    }
    said = run(environment=environment)
    assert said.stderr == b""
    return said.stdout.decode().split("\n")[:-1] if said.stdout.strip() else []


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("buddyproof verify spec/free_path.alloc --variant ", ["unpatched", "v3", "v4"]),
        ("buddyproof verify spec/free_path.alloc --variant v3 --variant v", ["v4"]),
        ("buddyproof compare spec/free_path.alloc v", ["v3", "v4"]),
        ("buddyproof compare spec/free_path.alloc v3 v", ["v3", "v4"]),
        ("buddyproof log spec/free_path.alloc --property iso", ["isolation", "isolated_count"]),
        ("buddyproof mutate spec/free_path.alloc --variant un", ["unpatched"]),
        (f"buddyproof verify {REJECTED} --variant ", []),
        ("buddyproof verify nowhere.alloc --property ", []),
        ("buddyproof verify - --property ", []),
        ("buddyproof explain E30", [code for code in sorted(CODES) if code.startswith("E30")]),
        ("buddyproof explain w", [code for code in sorted(CODES) if code.startswith("W")]),
        ("buddyproof help re", ["recheck", "review"]),
        ("buddyproof recheck --solver c", ["cvc5"]),
        ("buddyproof verify --format j", ["json", "jsonl", "junit"]),
    ],
)
def test_variants_properties_and_codes_are_completed(line: str, offered: list[str]) -> None:
    assert completed(line) == [f"plain,{word}" for word in offered]


def test_other_shells_are_told_the_same_with_the_titles_of_codes() -> None:
    title = CODES["E305"].title
    assert completed("buddyproof explain E305", "fish") == [f"plain,E305\t{title}"]
    assert completed("buddyproof explain E305", "zsh") == ["plain", "E305", title]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_script(shell: str) -> None:
    said = run(environment={"_BUDDYPROOF_COMPLETE": f"{shell}_source"})
    assert said.returncode == 0
    assert f"_BUDDYPROOF_COMPLETE={shell}_complete".encode() in said.stdout


def test_bash_completes_a_variant() -> None:
    script = run(environment={"_BUDDYPROOF_COMPLETE": "bash_source"}).stdout.decode()
    words = "buddyproof verify spec/free_path.alloc --variant v"
    code = (
        f"{script}\nCOMP_WORDS=({words}); COMP_CWORD=4\n"
        "_buddyproof_completion buddyproof; echo ${COMPREPLY[*]}"
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    said = subprocess.run(
        ["bash", "-c", code], capture_output=True, check=True, cwd=ROOT,
        env={**os.environ, "PATH": path},
    )  # fmt: skip
    assert said.stdout == b"v3 v4\n"
