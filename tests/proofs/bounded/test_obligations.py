"""Obligations at bounds: two back ends, three solvers, and the interpreter say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from frontend.model import Expression, Model, Object, PropertyKind
from proofs.answers.invariant import Claim, Duty, Invariant
from proofs.answers.trace import Move
from proofs.bounded.aig import Graph
from proofs.bounded.blast import Blaster
from proofs.bounded.codec import picks_of
from proofs.bounded.numbers import Unencodable
from proofs.bounded.obligations import circuits
from proofs.bounded.owed import Duties
from proofs.bounded.ranges import RangeClaim, guessed_ranges
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.execute import execute
from tests.support.proofs.claims import obligations, plain_claims, queries
from tests.support.proofs.decoding import decode, decode_state
from tests.support.proofs.systems import (
    BOUNDS,
    COUNTER,
    answer,
    loaded,
    lock_lemmas,
    satisfiable,
    sizes,
    steps,
    z3,
)
from tests.support.verifier.free_path_lemmas import with_lemmas
from tests.support.verifier.random_models import random_model


class Zeros(dict[str, bool]):
    """Bits of which the missing ones are 0: what a circuit does not read."""

    def __missing__(self, key: str) -> bool:
        return False


def stated(model: Model) -> tuple[Expression, ...]:
    """The formulas of the model's invariants and lemmas."""
    kinds = (PropertyKind.INVARIANT, PropertyKind.LEMMA)
    return tuple(
        item.expression
        for item in model.properties
        if item.kind in kinds and not item.built_in and item.expression is not None
    )


def proof(model: Model, *dropped: int) -> Invariant:
    lemmas = tuple(item for n, item in enumerate(stated(model)) if n not in dropped)
    lemmas += lock_lemmas(model)
    names = tuple(p.name for p in model.properties if p.kind is not PropertyKind.REACHABLE)
    return Invariant(lemmas, names, sizes(model))


def refuted(model: Model, invariant: Invariant, **options: Any) -> list[str]:
    """The claims whose circuits can be satisfied."""
    return [
        str(item.claim)
        for item in obligations(model, invariant, **options)
        if satisfiable(item.graph, item.bad) is not None
    ]


def expected_claims(model: Model, invariant: Invariant) -> Iterator[Claim]:
    lemmas = range(len(invariant.lemmas))
    yield from (Claim(Duty.START, lemma=number) for number in lemmas)
    for name in invariant.properties:
        if model.property(name).expression is not None:
            yield Claim(Duty.FOLLOWS, property=name)
    for step in steps(model):
        for number in lemmas:
            yield Claim(Duty.KEPT, lemma=number, thread=step.thread, step=step.name)
        for name in invariant.properties:
            if model.property(name).expression is None:
                yield Claim(Duty.SAFE, property=name, thread=step.thread, step=step.name)


def bitwuzla_answers(text: str) -> list[str]:
    bitwuzla: Any = import_module("bitwuzla")
    manager = bitwuzla.TermManager()
    parser = bitwuzla.Parser(manager, bitwuzla.Options())
    parser.parse(text.replace("(check-sat)\n", ""), True, False)
    return [str(parser.bitwuzla().check_sat())]


def parts(text: str) -> Iterator[str]:
    """A script for each check of a script."""
    head, *checks = text.split("(push 1)\n")
    yield from (head + check.split("(check-sat)")[0] + "(check-sat)\n" for check in checks)


# --- a counter -----------------------------------------------------------------------------


def test_a_valid_invariant_is_confirmed_by_every_solver() -> None:
    model = loaded(COUNTER)
    invariant = proof(model)
    assert refuted(model, invariant) == []
    count = 0
    for query in queries(model, invariant):
        assert query.text.startswith("(set-logic QF_BV)\n")
        assert query.text.isascii()
        assert query.text.count("(check-sat)") == len(query.claims)
        assert [f"; {claim}" in query.text for claim in query.claims] == [True] * len(query.claims)
        for script in parts(query.text):
            solver = z3.SolverFor("QF_BV")
            solver.from_string(script)
            assert solver.check() == z3.unsat
            assert bitwuzla_answers(script) == ["unsat"]
            count += 1
    assert count == len(list(obligations(model, invariant))) > 10


def test_without_a_lemma_the_steps_that_needed_it_are_not_confirmed() -> None:
    model = loaded(COUNTER)
    found = refuted(model, proof(model, 0))
    assert "the lemmas imply counted" in found
    assert "cpu.2~2 does not violate underflow" in found
    assert any("keeps total within its range" in claim for claim in found)
    wrong = replace(proof(model), premises={Claim(Duty.FOLLOWS, property="counted"): (1,)})
    assert refuted(model, wrong) == ["the lemmas imply counted"]


def test_every_claim_is_refuted_or_listed_as_plain() -> None:
    model = loaded(COUNTER)
    for invariant in (proof(model), proof(model, 0)):
        found = [item.claim for item in obligations(model, invariant)]
        found += plain_claims(model, invariant)
        assert len(set(found)) == len(found)
        others = {claim for claim in found if not isinstance(claim, RangeClaim)}
        assert others == set(expected_claims(model, invariant))
        ranged = {
            (claim.duty, claim.step, claim.variable)
            for claim in found
            if isinstance(claim, RangeClaim)
        }
        kept = {"total", "drift", "page.free", "lock", "cpu/p"}
        assert ranged == {
            *((Duty.START, "", name) for name in kept),
            *((Duty.KEPT, step.name, name) for step in steps(model) for name in kept),
        }


def test_a_range_that_is_too_small_is_noticed_and_named() -> None:
    model = loaded(COUNTER)
    fitting = {"total": (0, 3), "drift": (-1, 4), "unseen": (0, 0)}
    assert refuted(model, proof(model), ranges=fitting) == []
    found = refuted(model, proof(model), ranges={**fitting, "total": (0, 2)})
    assert found == ["cpu.2~1 keeps total within its range"]
    found = refuted(model, proof(model), ranges={**fitting, "drift": (0, 4)})
    assert found == ["cpu.11 keeps drift within its range"]
    late = {**fitting, "drift": (1, 4)}
    assert "drift starts within its range" in refuted(model, proof(model), ranges=late)


def test_what_no_claim_reads_needs_no_range() -> None:
    model = loaded(COUNTER)
    for item in obligations(model, proof(model)):
        assert not any(name.startswith("unseen") for name in item.graph.inputs)


def test_a_counter_without_an_end_has_no_range() -> None:
    text = "spec s; nat n = 0; thread cpu { loop { atomic { n++; } } } lemma l: n >= 0;"
    model = loaded(text + " bound cpu = 1;")
    found = refuted(model, proof(model))
    assert [claim for claim in found if "within its range" in claim] == found
    assert found


def test_a_step_that_can_never_be_taken_is_told() -> None:
    text = COUNTER.replace(
        "loop choose {", "loop choose { atomic { await total > 3; total++; } } or {"
    )
    model = loaded(text)
    impossible = [
        circuit.name
        for circuit in circuits(model, proof(model))
        if satisfiable(circuit.graph, circuit.possible) is None
    ]
    assert len(impossible) == 1
    assert refuted(model, proof(model)) == []
    names = [circuit.name for circuit in circuits(model, proof(model))]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+", name) for name in names)


def test_assumptions_hold_in_every_state_when_they_speak_of_constants_only() -> None:
    text = """spec s;
struct page { const page twin; bool on = false; }
assume pairs: forall page p: p.twin != p;
assume off: forall page p: !p.on;
thread cpu { page p; p = any(page); atomic { p.on = p.twin != p; } }
invariant apart: forall page p: p.twin != p;
invariant never: forall page p: !p.on;
bound cpu = 1, page = 2;
"""
    model = loaded(text)
    found = refuted(model, replace(proof(model, 0, 1), properties=("apart", "never")))
    assert found == ["the lemmas imply never"]
    alone = replace(proof(model), bounds={"cpu": 1, "page": 1})
    start = next(iter(circuits(model, alone)))
    assert satisfiable(start.graph, start.possible) is None, "there is no such system"


def test_what_cannot_be_encoded_is_said() -> None:
    model = loaded(COUNTER)
    with pytest.raises(ValueError, match="every size"):
        list(obligations(model, replace(proof(model), bounds=None)))
    with pytest.raises(ValueError, match="no property nothing"):
        list(obligations(model, replace(proof(model), properties=("nothing",))))
    reach = loaded(COUNTER + "reachable some: total > 0;")
    with pytest.raises(ValueError, match="does not prove some"):
        list(obligations(reach, replace(proof(reach), properties=("some",))))
    text = "spec s; const nat n; thread cpu { } invariant i: n > 0; bound cpu = 1;"
    with pytest.raises(Unencodable, match="n may start with any integer"):
        list(obligations(loaded(text), proof(loaded(text))))
    assert guessed_ranges(model, proof(model))["drift"] == (-16, 15)


# --- the free path -------------------------------------------------------------------------


def test_the_lemmas_of_the_free_path_are_confirmed_at_small_sizes() -> None:
    model = with_lemmas("v4")
    invariant = replace(proof(model), bounds={"cpu": 2, "pageblock": 1, "page": 2})
    assert refuted(model, invariant) == []


# --- random models -------------------------------------------------------------------------


def random_invariant(model: Model) -> Invariant:
    lemmas = tuple(
        item.expression
        for item in model.properties
        if item.expression is not None and item.kind is not PropertyKind.ASSERT
    )
    names = tuple(p.name for p in model.properties if p.kind is not PropertyKind.REACHABLE)
    return Invariant(lemmas, names, BOUNDS)


@pytest.mark.parametrize("seed", range(8))
def test_a_claim_is_refuted_exactly_where_the_interpreter_breaks_it(seed: int) -> None:
    model = random_model(seed)
    if model is None:
        pytest.skip("the dice asked for an object where there is none")
    invariant = random_invariant(model)
    duties = Duties(model, invariant)
    for group in duties.groups():
        for item in group.owed:
            graph = Graph()
            bits = satisfiable(graph, Blaster(graph).literal(item.bad))
            assert answer(item.bad) == ("unsat" if bits is None else "sat")
            if bits is not None and item.claim.duty is not Duty.START:
                breaks(duties, item.claim, bits)


def breaks(duties: Duties, claim: Claim, bits: dict[str, bool]) -> None:
    """Whether the interpreter finds the claim broken in the state of some bits."""
    layout, model = duties.layout, duties.model
    state = decode_state(layout, Zeros(bits))
    scope = Scope.of(layout.instance, state)
    if not isinstance(claim, RangeClaim):
        assert all(holds(duties.invariant.lemmas[n], scope) for n in duties.invariant.hints(claim))
    if claim.duty is Duty.FOLLOWS:
        expression = model.property(claim.property).expression
        assert expression is not None
        assert not holds(expression, scope)
        return
    thread = decode(layout.chooser_slot(claim.thread), Zeros(bits))
    assert isinstance(thread, Object)
    step = layout.instance.step(thread, claim.step)
    assert step is not None
    picks = tuple(
        (name, decode(layout.pick_slot(name, kind), Zeros(bits))) for name, kind in picks_of(step)
    )
    taken = execute(layout.instance, state, Move(thread, step.name, picks))
    if claim.duty is Duty.SAFE:
        assert claim.property in (*taken.faults, *taken.failed)
        return
    assert taken.state is not None
    assert not holds(duties.invariant.lemmas[claim.lemma], Scope.of(layout.instance, taken.state))
