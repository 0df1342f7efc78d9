"""The free path's specification: what its header says is what exploring finds."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from frontend.load import load
from frontend.model import Model
from frontend.source.spans import Source
from proofs.runs.replay import replay
from tests.support.verifier.exploring import explore
from verifier.analysis.slicing import slice_model
from verifier.engines.explore import Explore
from verifier.protocol.task import Answer, Limits, Safe, Task, Undecided, Unsafe

SPEC = Path(__file__).parents[3] / "spec" / "free_path.alloc"
SMALL = {"cpu": 2, "pageblock": 1, "page": 2}
USUAL = {"cpu": 2, "pageblock": 2, "page": 4}


@pytest.fixture(scope="module")
def models() -> dict[str, Model]:
    loaded = load(Source("free_path.alloc", SPEC.read_text()))
    return {item.variant: item for item in loaded.models}


def sliced(whole: Model, bounds: dict[str, int], name: str) -> Answer:
    task = Task(slice_model(whole, [name]), bounds, (name,), Limits())
    return Explore().run(task, lambda _: None)[name]


@pytest.mark.parametrize("bounds", [SMALL, USUAL])
def test_the_unpatched_code_violates_what_it_is_expected_to(
    models: dict[str, Model], bounds: dict[str, int]
) -> None:
    whole = models["unpatched"]
    for name in sorted(whole.violates):
        answer = sliced(whole, bounds, name)
        assert isinstance(answer, Unsafe)
        assert replay(whole, answer.run, name).property == name


@pytest.mark.parametrize("name", ["no_stranded_page", "accounting"])
def test_v3_strands_a_page_in_twenty_three_steps_and_three_switches(
    models: dict[str, Model], name: str
) -> None:
    answer = sliced(models["v3"], SMALL, name)
    assert isinstance(answer, Unsafe)
    assert len(answer.run.moves) == len(replay(models["v3"], answer.run, name).steps) == 23
    assert sum(a.thread != b.thread for a, b in pairwise(answer.run.moves)) == 3


def test_v3_keeps_isolation(models: dict[str, Model]) -> None:
    assert isinstance(sliced(models["v3"], USUAL, "isolation"), Safe)


def test_v4_keeps_everything_and_the_window_is_real(models: dict[str, Model]) -> None:
    answers = explore(models["v4"], USUAL)
    reached = answers.pop("freed_into_isolated")
    assert isinstance(reached, Unsafe)
    assert len(reached.run.moves) == 15
    assert all(isinstance(answer, Safe) for answer in answers.values())


def test_symmetry_changes_no_answer_of_v4(models: dict[str, Model]) -> None:
    with_it = explore(models["v4"], SMALL)
    without = explore(models["v4"], SMALL, symmetry=False)
    assert {name: type(answer) for name, answer in with_it.items()} == {
        name: type(answer) for name, answer in without.items()
    }
    depths = [
        (answer.certificate.depth, other.certificate.depth)
        for answer, other in zip(with_it.values(), without.values(), strict=True)
        if isinstance(answer, Safe) and isinstance(other, Safe)
    ]
    assert depths
    assert all(first == second for first, second in depths)


def test_the_unpatched_count_drifts_without_end(models: dict[str, Model]) -> None:
    answer = explore(models["unpatched"], SMALL, limits=Limits(states=5000))["leak"]
    assert isinstance(answer, Undecided)
    assert answer.depth > 23
