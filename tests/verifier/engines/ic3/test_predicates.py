"""What IC3 may say besides `variable == value`, and which guesses it may assume."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from frontend.load import load
from frontend.model import Binary, BoolType, Constant, Expression, IntType, Operator, Read
from frontend.source.spans import Source
from proofs.interpreter.evaluate import Scope, evaluate
from proofs.interpreter.instance import Instance
from tests.support.verifier.building import binary, number
from tests.support.verifier.random_states import random_state
from tests.verifier.engines.ic3.test_ic3 import locked, ring
from verifier.analysis.lock_owners import ownership
from verifier.bounded.encode import Encoder
from verifier.bounded.houdini import invariants
from verifier.bounded.smt import Session
from verifier.bounded.system import System
from verifier.bounded.unroll import arbitrary
from verifier.engines.ic3.predicates import MOST, predicates
from verifier.engines.ic3.strengthen import strengthened
from verifier.protocol.task import Limits

ROOT = Path(__file__).parents[4]
FILES = [
    *sorted((ROOT / "tests" / "corpus" / "proved").glob("*.alloc")),
    ROOT / "spec" / "free_path.alloc",
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_predicate_has_a_value_in_every_state(path: Path) -> None:
    model = load(Source(path.name, path.read_text())).models[-1]
    bounds = {sort.name: 2 for sort in model.sorts}
    found = predicates(System(model, bounds))
    assert len(found) <= MOST
    instance, dice = Instance(model, bounds), Random(3)
    for _ in range(20):
        scope = Scope.of(instance, random_state(instance, dice))
        for item in found:
            value = evaluate(item, scope)
            assert isinstance(value, bool) == isinstance(item.type, BoolType)
            assert isinstance(value, int)


def test_a_counter_is_compared_with_its_count_and_with_what_an_update_makes_of_it() -> None:
    path = ROOT / "spec" / "free_path.alloc"
    (v4,) = (
        item for item in load(Source(path.name, path.read_text())).models if item.variant == "v4"
    )
    found = predicates(System(v4, {"cpu": 1, "pageblock": 1, "page": 2}))
    plain = [
        item
        for item in found
        if isinstance(item, Binary)
        and item.operator is Operator.SUB
        and item.left == Read("zone.nr_free_pages", (), item.left.type)
    ]
    assert len(plain) == 1
    numbers = [item for item in found if isinstance(item.type, IntType) and item not in plain]
    assert any(plain[0] == part.left for item in numbers for part in _binaries(item))


def _binaries(node: object) -> list[Binary]:
    then = getattr(node, "then", node)
    return [then] if isinstance(then, Binary) else []


def test_guesses_that_hold_together_are_those_that_houdini_keeps() -> None:
    model = locked()
    session = Session(0, Limits())
    encoder = Encoder(System(model, {"cpu": 2}), session.algebra, whole=False)
    right = list(dict.fromkeys(ownership(model)))
    assert right
    rounds: list[tuple[int, int]] = []

    def told(turn: int, left: int) -> None:
        rounds.append((turn, left))

    assert strengthened(session, encoder, right) == tuple(
        invariants(session, encoder, arbitrary(encoder), right, told)
    )
    assert [turn for turn, _ in rounds] == list(range(1, len(rounds) + 1))
    assert rounds[0][1] >= rounds[-1][1] > 0


def test_guesses_that_fail_at_the_start_or_after_a_step_are_dropped_with_what_needs_them() -> None:
    n = Read("n", (), IntType(0, 9))
    model = ring(5)
    session = Session(0, Limits())
    encoder = Encoder(System(model, {"cpu": 1}), session.algebra, whole=False)
    kept = binary("<", n, number(5))
    soon_broken = binary("<", n, number(3))
    not_first = binary(">", n, number(0))
    rests_on_it = binary("<", n, number(4))
    never = Constant(False, BoolType())
    guesses: list[Expression] = [never, not_first, soon_broken, rests_on_it, kept]
    assert strengthened(session, encoder, guesses) == (kept,)
    assert strengthened(session, encoder, [rests_on_it], [soon_broken]) == (rests_on_it,)
