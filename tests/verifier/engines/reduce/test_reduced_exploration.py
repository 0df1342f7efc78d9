from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given

from frontend.load import load
from frontend.model import Model
from frontend.source.spans import Source
from tests.differential.specs import specifications
from tests.differential.test_agreement import examples
from tests.support.verifier.random_models import random_model
from verifier.engines.explore import Explore
from verifier.engines.reduce.reduced_exploration import Reduction, explore_reduced, reduction
from verifier.explicit.exploration import explore
from verifier.protocol.engine_names import EXPLORE
from verifier.protocol.task import Answer, Limits, Safe, Task, Undecided, Unsafe

ROOT = Path(__file__).parents[4]
STATES = 3000


def task(model: Model, bounds: Mapping[str, int], states: int = STATES) -> Task:
    names = tuple(item.name for item in model.properties)
    return Task(model, bounds, names, Limits(states=states))


def found(model: Model) -> Reduction:
    return reduction(model, [item.name for item in model.properties], Limits())


def plain(asked: Task) -> dict[str, Answer]:
    return Explore().run(asked, lambda _: None)


def differences(model: Model, bounds: Mapping[str, int], known: Reduction) -> list[str]:
    """Where the verdicts with and without interleaving transactions differ."""
    asked = task(model, bounds)
    expected = plain(asked)
    wrong = []
    for name, answer in explore_reduced(asked, known, lambda _: None).items():
        match answer, expected[name]:
            case (Safe(), Safe()) | (Undecided(violated=True), Unsafe()):
                pass
            case (_, Undecided()) | (Undecided(), _):
                pass
            case _ if type(answer) is not type(expected[name]):
                wrong.append(f"{name}: {answer}, {expected[name]}")
            case _:
                pass
    return wrong


def corpus(path: str) -> list[Model]:
    file = ROOT / "tests/corpus" / path
    return list(load(Source(file.name, file.read_text(encoding="utf-8"))).models)


def sizes(model: Model, least: int = 2) -> dict[str, int]:
    asked = {sort: high for sort, _, high in model.bounds}
    return {sort.name: asked.get(sort.name, least) for sort in model.sorts}


def free_path(variant: str) -> Model:
    file = ROOT / "spec/free_path.alloc"
    models = load(Source(file.name, file.read_text(encoding="utf-8"))).models
    return next(item for item in models if item.variant == variant)


@pytest.mark.parametrize(
    "path",
    [
        "proved/atomic_critical_section.alloc",
        "proved/lock_cycle_trylock.alloc",
        "proved/per_object_lock.alloc",
        "proved/trylock_in_condition.alloc",
        "refuted/assert_goes_on.alloc",
        "refuted/claim_in_two_steps.alloc",
        "refuted/leak_on_error_path.alloc",
        "refuted/lock_cycle_two_orders.alloc",
        "refuted/stuck_lost_wakeup.alloc",
        "refuted/unlock_by_another.alloc",
        "refuted/variants_of_a_counter.alloc",
    ],
)
def test_the_corpus_has_the_same_verdicts_without_interleaving_transactions(path: str) -> None:
    for model in corpus(path):
        assert differences(model, sizes(model), found(model)) == []


@pytest.mark.parametrize("seed", [11, 30, 78, 99])
def test_random_models_have_the_same_verdicts(seed: int) -> None:
    model = random_model(seed)
    assert model is not None
    assert differences(model, {"cpu": 2, "task": 1, "page": 2}, found(model)) == []


@examples(4)
@given(specifications())
def test_random_specifications_have_the_same_verdicts(text: str) -> None:
    (model,) = load(Source("random.alloc", text)).models
    assert differences(model, sizes(model), found(model)) == []


@pytest.mark.parametrize("variant", ["unpatched", "v4"])
def test_the_variants_of_the_free_path_have_the_same_verdicts(variant: str) -> None:
    model = free_path(variant)
    known = found(model)
    assert set(known.left_out) == {"lock_cycle"}
    assert differences(model, {"cpu": 2, "pageblock": 1, "page": 2}, known) == []


def test_fewer_states_are_stored_and_the_certificate_says_how_that_was_proved() -> None:
    model = free_path("v4")
    known = found(model)
    asked = task(model, {"cpu": 2, "pageblock": 2, "page": 2})
    whole, less = plain(asked)["accounting"], explore_reduced(asked, known, lambda _: None)
    reduced = less["accounting"]
    assert isinstance(whole, Safe)
    assert isinstance(reduced, Safe)
    assert whole.certificate.states is not None
    assert reduced.certificate.states is not None
    assert reduced.certificate.states * 3 < whole.certificate.states
    pairs = sum(known.movers.counts().values())
    assert f"({pairs} pairs: " in str(known.movers)
    assert "excluded by who holds which lock" in str(known.movers)


def test_hiding_what_others_can_interrupt_would_change_a_verdict() -> None:
    (model,) = corpus("refuted/lost_update.alloc")
    asked = task(model, sizes(model))
    hidden = {
        thread.sort: frozenset(place.number for place in thread.locations)
        - {thread.entry, thread.end}
        for thread in model.threads
    }
    wrong = explore(asked, lambda _: None, EXPLORE, hidden)
    assert any(
        isinstance(answer, Unsafe) and isinstance(wrong[name], Safe)
        for name, answer in plain(asked).items()
    )
    assert found(model).transactions.size() == 0


def test_a_reduction_is_for_its_own_model_only() -> None:
    one, other = corpus("refuted/lost_update.alloc")[0], corpus("proved/per_object_lock.alloc")[0]
    with pytest.raises(ValueError, match="another model"):
        explore_reduced(task(other, sizes(other)), found(one), lambda _: None)
