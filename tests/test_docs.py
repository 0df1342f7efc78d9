"""The examples of the documentation are specifications: they load, and do what is said of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from frontend.load import load
from frontend.source.spans import Source
from tests.verdicts import answers

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("docs/language.md",)

EXAMPLE = re.compile(
    r"^```alloc\n(?P<text>.*?)^```\n(?:<!-- verdict: (?P<verdicts>[^>]*?) -->)?",
    flags=re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Example:
    """A fenced block and the verdicts stated under it: `NAME proved`, `VARIANT.NAME violated`."""

    page: str
    line: int
    text: str
    verdicts: dict[str, str]


def examples() -> list[Example]:
    """Every ```alloc block of the pages."""
    found: list[Example] = []
    for page in PAGES:
        whole = (ROOT / page).read_text()
        for match in EXAMPLE.finditer(whole):
            stated = [item.split() for item in (match["verdicts"] or "").split(", ") if item]
            line = whole.count("\n", 0, match.start()) + 2
            verdicts = {
                name if "." in name else f"main.{name}": verdict for name, verdict in stated
            }
            found.append(Example(page, line, match["text"], verdicts))
    return found


def test_every_block_of_a_page_is_an_example_with_a_verdict() -> None:
    for page in PAGES:
        blocks = (ROOT / page).read_text().count("```alloc")
        stated = [example for example in examples() if example.page == page]
        assert len(stated) == blocks > 0
        assert all(example.verdicts for example in stated)


@pytest.mark.parametrize("example", examples(), ids=lambda e: f"{e.page}:{e.line}")
def test_an_example_does_what_the_page_says(example: Example) -> None:
    found: dict[str, str] = {}
    for model in load(Source(f"{example.page}:{example.line}", example.text)).models:
        words = {name: answer.word for name, answer in answers(model).items()}
        assert {name for name, word in words.items() if word == "violated"} == model.violates
        found |= {f"{model.variant}.{name}": word for name, word in words.items()}
    assert {name: found.get(name) for name in example.verdicts} == example.verdicts
