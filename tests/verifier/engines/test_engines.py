from __future__ import annotations

import pytest

from verifier.engines import ENGINES, engine
from verifier.verify.stages import STAGES


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_answers_to_the_name_that_it_is_registered_under(name: str) -> None:
    assert engine(name).name == name


def test_each_engine_has_a_turn_in_the_portfolio() -> None:
    assert {stage.engine for stage in STAGES} == set(ENGINES)


def test_there_is_no_engine_of_another_name() -> None:
    with pytest.raises(KeyError):
        engine("guess")
