"""Corners that random systems seldom reach."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from frontend.model import (
    BOOL,
    At,
    Bound,
    Bulk,
    Not,
    Quantified,
    QuantifierKind,
    Read,
    ReferenceType,
)
from proofs.answers.invariant import Claim, Duty, Invariant
from proofs.answers.trace import Move, State
from proofs.bounded.aig import Graph
from proofs.bounded.blast import Blaster
from proofs.bounded.codec import encode_move, encode_state
from proofs.bounded.formulas import Scope as CircuitScope
from proofs.bounded.formulas import formula
from proofs.bounded.obligations import circuits
from proofs.bounded.slots import Slot
from proofs.bounded.symbolic_values import Choice, Meanings
from proofs.bounded.system_circuits import property_circuits, system_layout, transition
from proofs.bounded.words import BOOLEAN, Words
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.execute import execute, initial_state
from tests.support.proofs.claims import obligations, queries
from tests.support.proofs.evaluating import evaluate
from tests.support.proofs.systems import COUNTER, loaded, lock_lemmas, satisfiable, sizes, z3
from tests.support.verifier.random_states import random_state

CIRCLE = """spec circle;
struct obj { const obj next; spinlock own; }
thread cpu {
	obj o;
	o = any(obj);
	spin_lock(o.own);
	spin_lock(o.next.own);
	spin_unlock(o.next.own);
	spin_unlock(o.own);
}
bound cpu = 4, obj = 4;
"""


def test_circles_of_any_length_are_found() -> None:
    model = loaded(CIRCLE)
    layout = system_layout(model, sizes(model), {})
    graph, literals = property_circuits(layout)
    waiting = next(s.source for s in model.threads[0].steps if "next" in str(s.body))
    names = layout.instance.threads()
    random = Random(1)
    lengths: set[bool] = set()
    for number in range(300):
        state = random_state(layout.instance, random)
        places = dict.fromkeys(names, waiting)
        values = {**random_state(layout.instance, random).values, **state.values}
        for index, thread in enumerate(names):
            values["cpu/o", (thread,)] = layout.instance.objects("obj")[index]
        if number % 2:
            # Every lock has another owner: circles of every length.
            owners = random.sample(names, len(names))
            for item, owner in zip(layout.instance.objects("obj"), owners, strict=True):
                values["obj.own", (item,)] = owner
        state = State(values, places)
        (found,) = evaluate(graph, encode_state(layout, state), [literals["lock_cycle"]])
        expression = model.property("lock_cycle").expression
        assert expression is not None
        assert found == holds(expression, Scope.of(layout.instance, state))
        lengths.add(found)
    assert lengths == {True, False}


def test_an_assertion_counts_when_a_fault_comes_after_it() -> None:
    text = "spec s; nat n = 0; thread cpu { atomic { assert one: n == 1; n--; } } bound cpu = 1;"
    model = loaded(text)
    layout = system_layout(model, {"cpu": 1}, {"n": (0, 7)})
    state = initial_state(layout.instance, {})
    step = model.threads[0].steps[0]
    move = Move(layout.instance.threads()[0], step.name, ())
    taken = execute(layout.instance, state, move)
    assert (taken.faults, taken.failed) == (("underflow",), ("one",))
    circuit = transition(layout, step)
    bits = {**encode_state(layout, state), **encode_move(layout, move)}
    literals = [circuit.faults["underflow"], circuit.asserts["one"], circuit.completes]
    assert evaluate(circuit.graph, bits, literals) == [True, True, False]


def test_a_point_that_several_binders_write_is_written() -> None:
    text = """spec s;
struct obj { bool flag = false; bool mark = false; }
thread cpu { loop { atomic { update obj q where q.flag { q.mark = true; } } } }
bound cpu = 1, obj = 2;
"""
    model = loaded(text)
    (thread,) = model.threads
    (step,) = thread.steps
    (bulk,) = (item for item in step.body if isinstance(item, Bulk))
    other = Bound("other", ReferenceType("obj", optional=False))
    wider = replace(bulk, binders=(*bulk.binders, other), where=Read("obj.flag", (other,), BOOL))
    step = replace(step, body=tuple(wider if item is bulk else item for item in step.body))
    model = replace(model, threads=(replace(thread, steps=(step,)),))
    layout = system_layout(model, sizes(model), {})
    start = initial_state(layout.instance, {})
    first = layout.instance.objects("obj")[0]
    state = replace(start, values={**start.values, ("obj.flag", (first,)): True})
    move = Move(layout.instance.threads()[0], step.name, ())
    circuit = transition(layout, step)
    bits = {**encode_state(layout, state), **encode_move(layout, move)}
    found = evaluate(circuit.graph, bits, list(circuit.after.values()))
    after = execute(layout.instance, state, move).state
    assert after is not None
    assert after.values["obj.mark", (layout.instance.objects("obj")[1],)] is True
    assert dict(zip(circuit.after, found, strict=True)) == encode_state(layout, after)


def test_a_place_is_that_of_the_thread_that_is_asked_for() -> None:
    cpu = ReferenceType("cpu", optional=False)
    model = loaded("spec s; cpu one; bool on = false; thread cpu { on = true; } bound cpu = 2;")
    layout = system_layout(model, sizes(model), {})
    symbols = layout.state(layout.variables.values())
    at_end = At(Read("one", (), cpu), frozenset({model.threads[0].end}))
    blaster = Blaster(Graph())
    literal = blaster.literal(formula(at_end, CircuitScope.of(layout, symbols)))
    random = Random(0)
    for _ in range(20):
        state = random_state(layout.instance, random)
        found = evaluate(blaster.graph, encode_state(layout, state), [literal])
        assert found == [holds(at_end, Scope.of(layout.instance, state))]


def test_a_step_into_a_forbidden_place_breaks_the_lemma_that_forbids_it() -> None:
    model = loaded(COUNTER)
    bound = Bound("c", ReferenceType("cpu", optional=False))
    never = Not(At(bound, frozenset({1})))
    lemma = Quantified(QuantifierKind.FORALL, (bound,), never, BOOL)
    invariant = Invariant((lemma,), (), sizes(model))
    broken = [
        str(item.claim)
        for item in obligations(model, invariant)
        if not str(item.claim).endswith("range") and satisfiable(item.graph, item.bad)
    ]
    assert broken == ["cpu.2~3 keeps lemma 1"]


def test_only_the_lemmas_of_the_hint_are_assumed() -> None:
    model = loaded(COUNTER)
    lemmas = lock_lemmas(model)
    claim = Claim(Duty.KEPT, lemma=0, thread="cpu", step="cpu.13")
    for premises, refuted in (({}, False), ({claim: (0, 1)}, False), ({claim: ()}, True)):
        invariant = Invariant(lemmas, (), sizes(model), premises)
        (item,) = (i for i in obligations(model, invariant) if i.claim == claim)
        assert (satisfiable(item.graph, item.bad) is not None) == refuted


def test_scripts_and_circuits_say_the_same_of_every_claim() -> None:
    model = loaded(COUNTER)
    properties = ("counted", "few", "underflow", "small", "leak")
    formulas = tuple(model.property(name).expression for name in ("counted", "few"))
    lemmas = tuple(item for item in formulas if item is not None)
    for chosen in (lemmas, lemmas[:1], lemmas[1:], ()):
        invariant = Invariant(chosen, properties, sizes(model))
        answers: dict[Claim, bool] = {}
        for query in queries(model, invariant):
            head, *checks = query.text.split("(push 1)\n")
            for claim, check in zip(query.claims, checks, strict=True):
                solver = z3.SolverFor("QF_BV")
                solver.from_string(head + check.split("(check-sat)")[0])
                answers[claim] = solver.check() == z3.sat
        for circuit in circuits(model, invariant):
            for item in circuit.obligations:
                found = satisfiable(circuit.graph, item.bad) is not None
                assert answers.pop(item.claim) == found
        assert not answers


def test_a_value_that_may_be_missing_is_not_taken_to_be_there() -> None:
    words = Words()
    meanings = Meanings(words)
    a, b = words.variable("a", BOOLEAN), words.variable("b", BOOLEAN)
    part = Choice({"red": a}, complete=False)
    whole = Choice({"red": words.true}, complete=True)
    slot = Slot("x", ("red", "blue"))
    for meaning in (
        meanings.select([(b, part), (words.negation(b), whole)], complete=True),
        meanings.select([(b, whole), (a, whole)], complete=False),
        meanings.choose(b, part, whole),
    ):
        assert isinstance(meaning, Choice)
        assert not meaning.complete
        assert slot.fits(meanings, meaning) is not words.true
    assert slot.fits(meanings, whole) is words.true
    assert slot.fits(meanings, Choice({"green": words.true}, complete=True)) is words.false
