"""SPIN, the product and the second front end on the same transition graphs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from frontend.load import load
from frontend.source.spans import Source
from frontend.syntax.parser import parse
from tests.second.explore import answer
from tests.second.spin import ask, missing
from tests.support.verifier.naive import search

TWINS = Path(__file__).parent / "twins"

# name -> macros of the Promela model, sizes of the specification, invariants that it asserts
ASKED: dict[str, tuple[tuple[str, ...], dict[str, int], tuple[str, ...]]] = {
    "lost_update": ((), {}, ("none_lost",)),
    "test_and_set": ((), {}, ("exclusion",)),
    "test_then_set": ((), {}, ("exclusion",)),
    "two_locks": ((), {}, ()),
    "lost_wakeup": ((), {}, ()),
    "choose_and_pick": ((), {}, ("small",)),
    "pageiso": (
        ("-DT=2", "-DB=1", "-DPP=2", "-DVARIANT=4", "-DBFSM"),
        {"cpu": 2, "pageblock": 1},
        ("isolation", "accounting", "counted"),
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_spin_gives_the_same_verdicts_depths_and_numbers_of_states(
    name: str, tmp_path: Path
) -> None:
    reason = missing()
    if reason is not None:
        assert "CI" not in os.environ, reason
        pytest.skip(reason)
    macros, sizes, invariants = ASKED[name]
    said = ask(TWINS / f"{name}.pml", tmp_path, macros)
    source = Source(f"{name}.alloc", (TWINS / f"{name}.alloc").read_text())
    (model,) = load(source).models
    bounds = {sort: high for sort, _, high in model.bounds} | sizes
    product = search(model, bounds)
    second = answer(parse(source), model.variant, bounds)
    depths = [product.best[item][0] for item in invariants if item in product.best]
    assert said.failed == (min(depths) if depths else None)
    assert said.ended == (product.best["stuck"][0] if "stuck" in product.best else None)
    assert said.states == product.states
    assert second.depths == {item: depth for item, (depth, _) in product.best.items()}
