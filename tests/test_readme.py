"""The README shows what the program really prints.

A block marked `console` begins with `$ command`; what follows is its output. `make golden` rewrites
the blocks from what the program says now.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "spec/README.md")
BLOCK = re.compile(r"^```console\n\$ (?P<command>.*)\n(?P<output>(?:.*\n)*?)```$", re.MULTILINE)


def output_of(command: str) -> str:
    program, *arguments = shlex.split(command)
    assert program == "buddyproof"
    done = subprocess.run(
        [str(Path(sys.executable).with_name(program)), *arguments],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", PAGES)
def test_every_console_block_is_what_the_program_prints(name: str) -> None:
    page = ROOT / name
    text = page.read_text()

    def renewed(block: re.Match[str]) -> str:
        return f"```console\n$ {block['command']}\n{output_of(block['command'])}```"

    new = BLOCK.sub(renewed, text)
    if os.environ.get("BUDDYPROOF_UPDATE_GOLDEN"):
        page.write_text(new)
        return
    assert new == text


def test_the_readme_shows_runs() -> None:
    assert len(BLOCK.findall((ROOT / "README.md").read_text())) >= 3
