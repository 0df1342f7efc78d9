"""The folder of a corpus file says its verdict; the first comment of a refuted one how deep.

A new file below `tests/corpus/proved` or `tests/corpus/refuted` is a new test.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from frontend.load import load
from frontend.model import Model
from frontend.source.spans import Source
from tests.verdicts import answers
from verifier.protocol.task import Limits
from verifier.verify.portfolio import Strategy

CORPUS = Path(__file__).with_name("corpus")
PROVED = sorted((CORPUS / "proved").glob("*.alloc"))
REFUTED = sorted((CORPUS / "refuted").glob("*.alloc"))

HEADER = re.compile(r"/\* depth: (?P<depths>[^;]+); bounds: (?P<bounds>[^*]+) \*/")


def models_of(path: Path) -> tuple[Model, ...]:
    """Every variant of a corpus file."""
    return load(Source(path.name, path.read_text())).models


def header(path: Path) -> tuple[dict[str, int | None], dict[str, int]]:
    """The depths and bounds that the first line of a refuted file states.

    A depth is `NAME 4`, or `NAME none` for a `reachable` that nothing reaches; where there are
    variants, `VARIANT.NAME 4`.
    """
    match = HEADER.match(path.read_text())
    assert match is not None, f"{path.name} starts with no `/* depth: ...; bounds: ... */`"
    depths: dict[str, int | None] = {}
    for item in match["depths"].split(", "):
        name, depth = item.split()
        depths[name if "." in name else f"main.{name}"] = None if depth == "none" else int(depth)
    bounds = dict(item.split("=") for item in match["bounds"].split(", "))
    return depths, {sort: int(size) for sort, size in bounds.items()}


def test_both_folders_have_files() -> None:
    assert len(PROVED) > 20
    assert len(REFUTED) > 20


@pytest.mark.parametrize("engine", ["bmc", "kinduction"])
@pytest.mark.parametrize("path", [*PROVED, *REFUTED], ids=lambda path: path.stem)
def test_no_engine_alone_contradicts_the_folder(path: Path, engine: str) -> None:
    options = Strategy(engine=engine, limits=Limits(depth=4))
    depths = header(path)[0] if path in REFUTED else {}
    for model in models_of(path):
        for name, answer in answers(model, options, seconds=1.0).items():
            stated = f"{model.variant}.{name}"
            if answer.word == "proved":
                assert stated not in depths, name
            elif answer.word == "violated":
                assert answer.depth == depths[stated], name


@pytest.mark.parametrize("path", PROVED, ids=lambda path: path.stem)
def test_everything_in_a_proved_file_is_proved(path: Path) -> None:
    for model in models_of(path):
        assert model.violates == frozenset()
        words = {name: answer.word for name, answer in answers(model).items()}
        assert words == dict.fromkeys(words, "proved"), model.variant


@pytest.mark.parametrize("path", REFUTED, ids=lambda path: path.stem)
def test_a_refuted_file_is_refuted_at_its_stated_depth(path: Path) -> None:
    depths, bounds = header(path)
    violated: dict[str, int | None] = {}
    for model in models_of(path):
        assert {sort: (low, high) for sort, low, high in model.bounds} == {
            sort: (size, size) for sort, size in bounds.items()
        }
        found = answers(model)
        assert {name for name, answer in found.items() if answer.word == "violated"} == (
            model.violates
        ), model.variant
        for name, answer in found.items():
            if answer.word == "violated":
                violated[f"{model.variant}.{name}"] = answer.depth
            else:
                assert answer.word == "proved", name
    assert violated == depths
