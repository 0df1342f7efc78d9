from __future__ import annotations

import os
import re
from pathlib import Path

from tests.test_readme import BLOCK, output_of
from verifier.patch.compare.comparison import Need
from verifier.patch.compare.trials import PAIRS

PAGE = Path(__file__).parents[4] / "docs" / "compare.md"


def test_the_page_shows_what_the_program_prints() -> None:
    text = PAGE.read_text()

    def renewed(block: re.Match[str]) -> str:
        return f"```console\n$ {block['command']}\n{output_of(block['command'])}```"

    new, count = BLOCK.subn(renewed, text)
    assert count == text.count("```console") > 0
    if os.environ.get("BUDDYPROOF_UPDATE_GOLDEN"):
        PAGE.write_text(new)
        return
    assert new == text


def test_the_page_explains_every_answer() -> None:
    text = PAGE.read_text()
    assert re.findall(r"^\| [^|]+ \| `(\w+)` \|", text, re.MULTILINE) == [
        need.value for need in Need
    ]


def test_the_page_knows_how_many_pairs_are_tried() -> None:
    assert PAIRS == 10
    assert "ten pairs at most" in PAGE.read_text()
