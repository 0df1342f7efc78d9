from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from frontend.load import load
from frontend.model import FALSE, Expression, Model, PropertyKind
from frontend.source.spans import Source
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.instance import Instance
from tests.support.verifier.free_path_lemmas import with_lemmas
from tests.support.verifier.inductive import failures, stated, steps, unsafe
from verifier.analysis.lock_facts import lock_lemmas
from verifier.bounded.smt import Stopped
from verifier.every_size.obligations.counterexample import SmallInstance
from verifier.every_size.obligations.fragment import why_not
from verifier.every_size.obligations.verification_conditions import (
    Holds,
    Unknown,
    VerificationConditions,
)
from verifier.protocol.task import Limits

CORPUS = Path(__file__).parents[2] / "corpus"
INVARIANT, LEMMA = PropertyKind.INVARIANT, PropertyKind.LEMMA


def models(path: Path) -> tuple[Model, ...]:
    return load(Source(path.name, path.read_text(encoding="utf-8"))).models


def spec(text: str) -> Model:
    (model,) = load(Source("test.alloc", text)).models
    return model


# --- the race of free_path, for every number of threads, pageblocks and pages --------------


def test_every_property_of_v4_is_proved_with_lemmas_by_hand() -> None:
    model = with_lemmas("v4")
    prover = VerificationConditions(model)
    proved = [*stated(model, INVARIANT, LEMMA).values(), *lock_lemmas(model)]
    assert list(failures(prover, proved, proved)) == []
    for item in model.properties:
        if item.kind in (PropertyKind.ASSERT, PropertyKind.FAULT):
            assert list(unsafe(prover, proved, item.name)) == []
    assert not isinstance(prover.safety(proved, FALSE), Holds), "the lemmas contradict each other"


def test_a_counterexample_to_induction_is_a_state_and_a_step() -> None:
    model = with_lemmas("v4")
    lemma = model.property("accounting").expression
    assert lemma is not None
    small = SmallInstance(model, {"cpu": 1, "pageblock": 1, "page": 2})
    found = [
        item
        for step in steps(model)
        if (item := small.counterexample([lemma], step, lemma)) is not None
    ]
    assert {item.taken.move.step for item in found} >= {"rmqueue_bulk.unlock"}
    for item in found:
        instance = Instance(model, item.sizes)
        assert item.taken.state is not None
        assert holds(lemma, Scope.of(instance, item.before))
        assert not holds(lemma, Scope.of(instance, item.taken.state))


# --- what is proved without lemmas ---------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["unlock_by_holder", "relock_after_unlock", "xchg_lock", "lock_cycle_trylock"]
)
def test_lock_lemmas_alone_prove(name: str) -> None:
    (model,) = models(CORPUS / "proved" / f"{name}.alloc")
    prover = VerificationConditions(model)
    lemmas = lock_lemmas(model)
    assert list(failures(prover, lemmas, lemmas)) == []
    proved = [*lemmas, *stated(model, INVARIANT, LEMMA).values()]
    assert list(failures(prover, proved, proved)) == []
    for fault in ("unlock", "relock"):
        assert list(unsafe(prover, proved, fault)) == []


def test_locks_of_objects_are_told_apart() -> None:
    (model,) = models(CORPUS / "proved" / "per_object_lock.alloc")
    prover = VerificationConditions(model)
    lemmas = lock_lemmas(model)
    assert list(failures(prover, lemmas, lemmas)) == []
    for name in ("lock_cycle", "leak", "stuck"):
        formula = model.property(name).expression
        assert formula is not None
        assert isinstance(prover.safety(lemmas, formula), Holds), name


def test_a_lock_order_excludes_circles() -> None:
    ordered = """spec ordered;
        single s { spinlock a; spinlock b; }
        thread cpu {
            spin_lock(s.a); spin_lock(s.b); spin_unlock(s.b); spin_unlock(s.a);
            FIRST; SECOND; spin_unlock(s.a); spin_unlock(s.b);
        }"""
    for first, second, expected in (("a", "b", True), ("b", "a", False)):
        text = ordered.replace("FIRST", f"spin_lock(s.{first})")
        model = spec(text.replace("SECOND", f"spin_lock(s.{second})"))
        prover = VerificationConditions(model)
        lemmas = lock_lemmas(model)
        assert list(failures(prover, lemmas, lemmas)) == []
        formula = model.property("lock_cycle").expression
        assert formula is not None
        assert isinstance(prover.safety(lemmas, formula), Holds) == expected


def two_slots(claim: str) -> tuple[VerificationConditions, Expression]:
    model = spec(f"""spec slots;
        single s {{ int 0..2 used = 0; }}
        thread cpu {{ bool in;
            atomic {{ await s.used < 2; s.used++; }}
            inside: atomic {{ s.used--; }}
        }}
        invariant counted: s.used == count(cpu c: c at inside);
        invariant few: {claim};""")
    few = model.property("few").expression
    assert few is not None
    return VerificationConditions(model), few


def test_what_holds_for_two_threads_only_is_not_proved_for_all() -> None:
    prover, few = two_slots("count(cpu c: true) <= 2")
    assert not isinstance(prover.initiation(few), Holds)
    prover, few = two_slots("count(cpu c: c at inside) <= 2")
    counted = prover.model.property("counted").expression
    assert counted is not None
    assert list(failures(prover, [counted], [counted])) == []
    assert isinstance(prover.safety([counted], few), Holds)
    assert not isinstance(prover.safety([], few), Holds)


# --- limits --------------------------------------------------------------------------------


def test_a_bit_operation_is_named_with_its_place() -> None:
    (model,) = models(CORPUS / "proved" / "buddy_by_xor.alloc")
    found = why_not(model)
    assert found is not None
    reason, span = found
    assert "`^`" in reason
    assert "^" in model.source.text[span.start : span.end].splitlines()[0]


def test_the_race_of_free_path_is_inside_the_fragment() -> None:
    assert why_not(with_lemmas("v4")) is None


def test_a_solver_without_effort_proves_nothing() -> None:
    model = with_lemmas("v4")
    prover = VerificationConditions(model, effort=1)
    hypotheses = list(stated(model, LEMMA).values())
    step = next(step for step in steps(model) if step.name == "rmqueue_bulk.off")
    assert isinstance(prover.consecution(hypotheses, step, hypotheses[0]), Unknown)


def test_a_limit_stops_it() -> None:
    model = with_lemmas("v4")
    prover = VerificationConditions(model, replace(Limits(), expired=lambda: True))
    formula = model.property("isolation").expression
    assert formula is not None
    with pytest.raises(Stopped):
        prover.safety([], formula)
