"""The original's proof for every size, tried on mutants: it proves none that is wrong."""

from __future__ import annotations

import pytest

from frontend.model import PropertyKind
from proofs.answers.invariant import Invariant
from proofs.answers.verdict import EverySize
from tests.support.verifier.mutants import COUNTER, known, made
from verifier.every_size.answer import answer
from verifier.patch.mutate.building import Original, built
from verifier.patch.mutate.judging import Judge
from verifier.patch.mutate.outcome import Verdict
from verifier.patch.mutate.transfer import proved
from verifier.protocol.deadline import Deadline
from verifier.protocol.task import Limits

SPARE = COUNTER.replace("int inside = 0;", "int inside = 0;\nint spare = 0;").replace(
    "\t\tinside++;", "\t\tinside++;\n\t\tspare = 1;"
)


@pytest.fixture(scope="module")
def proof() -> tuple[Original, Invariant, tuple[str, ...]]:
    origin = made(SPARE)
    names = tuple(
        item.name for item in origin.model.properties if item.kind is not PropertyKind.REACHABLE
    )
    found = answer(origin.model, names, Deadline(60), Limits().memory, lambda _: None)
    invariants = [item.invariant for item in found.values() if isinstance(item, EverySize)]
    assert set(invariants[0].properties) == set(names)
    return origin, invariants[0], names


def test_the_original_itself_is_proved(
    proof: tuple[Original, Invariant, tuple[str, ...]],
) -> None:
    origin, invariant, names = proof
    assert proved(origin.model, origin.model, invariant, names, Limits())


def test_no_mutant_that_violates_an_invariant_is_proved(
    proof: tuple[Original, Invariant, tuple[str, ...]],
) -> None:
    origin, invariant, names = proof
    judge = Judge(origin, known(origin), lambda: False)
    carried = set()
    for number, mutant in enumerate(origin.mutants):
        made_of_it = built(origin, mutant)
        if made_of_it.model is None or made_of_it.torn:
            continue
        found = judge.settle(number)
        if proved(origin.model, made_of_it.model, invariant, names, Limits()):
            assert found.verdict is not Verdict.KILLED or not set(found.names) & set(names)
            carried.add((mutant.before, mutant.after))
    assert {("spare = 1", ""), ("spare = 1", "spare = 2"), ("int spare = 0", "int spare = 1")} <= (
        carried
    )


def test_when_the_time_is_up_nothing_is_proved(
    proof: tuple[Original, Invariant, tuple[str, ...]],
) -> None:
    origin, invariant, names = proof
    number = [item.after for item in origin.mutants].index("spare = 2")
    model = built(origin, origin.mutants[number]).model
    assert model is not None
    assert not proved(origin.model, model, invariant, names, Limits(expired=lambda: True))
