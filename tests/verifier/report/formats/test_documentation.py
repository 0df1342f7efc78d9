"""docs/formats.md shows what the program prints: of each block the lines shown, in that order.

A line `...` stands for lines that are left out, `...` inside a line for the rest of it.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.support.verifier.reports import ROOT
from verifier.cli.main import main
from verifier.report.formats import FORMATS

PAGE = ROOT / "docs" / "formats.md"
BLOCK = re.compile(r"^```console\n\$ (?P<command>.*)\n(?P<output>(?:.*\n)*?)```$", re.MULTILINE)
TIME = re.compile(r'("seconds": |time=")[0-9.e-]+')


def blocks() -> list[re.Match[str]]:
    return list(BLOCK.finditer(PAGE.read_text()))


def pattern(shown: str) -> re.Pattern[str]:
    parts = []
    for line in TIME.sub(r"\g<1>0", shown).splitlines():
        if line.strip() == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(r".*".join(map(re.escape, line.split("..."))) + r"\n")
    return re.compile("".join(parts))


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block["command"][-40:])
def test_a_block_is_what_the_program_prints(
    block: re.Match[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    name, *arguments = shlex.split(block["command"])
    assert name == "buddyproof"
    arguments = [str(tmp_path) if item == "traces" else item for item in arguments]
    main(arguments)
    out = TIME.sub(r"\g<1>0", capsys.readouterr().out)
    assert pattern(block["output"]).fullmatch(out), out


def test_every_format_has_its_block() -> None:
    commands = [block["command"] for block in blocks()]
    for word in (*(f"--format {layout}" for layout in FORMATS), "--traces"):
        assert any(word in command for command in commands)
