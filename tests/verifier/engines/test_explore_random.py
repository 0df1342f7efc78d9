from __future__ import annotations

import pytest

from tests.support.verifier.exploring import compare
from tests.support.verifier.random_models import random_model


@pytest.mark.parametrize(
    "seed", [2, 7, 11, 19, 28, 30, 36, 39, 58, 78, 87, 88, 99, 106, 115, 116, 118]
)
def test_random_models_are_explored_exactly(seed: int) -> None:
    whole = random_model(seed)
    assert whole is not None, "this seed makes a model"
    compare(whole, {"cpu": 2, "task": 1, "page": 2})


@pytest.mark.parametrize("seed", [2, 11, 30, 58])
def test_random_models_with_two_of_everything_are_explored_exactly(seed: int) -> None:
    whole = random_model(seed)
    assert whole is not None, "this seed makes a model"
    compare(whole, {"cpu": 2, "task": 2, "page": 2})
