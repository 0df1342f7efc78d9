"""The invariants that bounded proofs leave behind, checked by brute force and by a fresh solver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from frontend.load import load
from frontend.model import (
    Constant,
    Expression,
    Model,
    Object,
    Property,
    PropertyKind,
    Quantified,
    QuantifierKind,
    Read,
    walk,
)
from frontend.source.spans import Source
from proofs.answers.trace import State
from proofs.answers.verdict import Certificate
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.execute import enabled, execute, initial_state
from proofs.interpreter.instance import Instance
from tests.verdicts import ignore
from tests.verifier.engines.ic3.test_ic3 import ring
from verifier.analysis.slicing import slice_model
from verifier.bounded.encode import Encoder
from verifier.bounded.encode import Scope as Terms
from verifier.bounded.smt import Outcome, Session
from verifier.bounded.system import System
from verifier.bounded.transition import Stepper
from verifier.bounded.unroll import Unrolling, arbitrary, fails_in, initial, of_states, unlimited
from verifier.engines.ic3.engine import (
    PropertyDirectedReachability,
    PropertyDirectedReachabilityOptions,
)
from verifier.engines.kinduction import KInduction
from verifier.every_size.obligations.fragment import why_not
from verifier.protocol.task import Engine, Limits, Safe, Task

ROOT = Path(__file__).parents[4]
PROVED = ROOT / "tests" / "corpus" / "proved"
FREE_PATH = ROOT / "spec" / "free_path.alloc"


def load_variant(path: Path, variant: str | None = None) -> Model:
    found = load(Source(path.name, path.read_text())).models
    return next(item for item in found if variant in (None, item.variant))


def asked(engine: Engine, model: Model, bounds: Mapping[str, int]) -> dict[str, Certificate]:
    names = tuple(i.name for i in model.properties if i.kind is not PropertyKind.REACHABLE)
    questions = iter(range(20_000))
    limits = Limits(expired=lambda: next(questions, None) is None)
    answers = engine.run(Task(model, dict(bounds), names, limits), ignore)
    return {n: a.certificate for n, a in answers.items() if isinstance(a, Safe)}


def states(instance: Instance, dice: Random, count: int) -> Iterator[State]:
    """States that are reached, and the same with a few values changed: an invariant holds in
    some of these, too, and has to be kept there."""
    state = start = initial_state(instance, {})
    for _ in range(count):
        yield state
        changed = dict(state.values)
        for point in dice.sample(sorted(changed, key=str), min(dice.randint(1, 3), len(changed))):
            variable = instance.model.variable(point[0])
            if not variable.constant:
                near = list(islice(instance.candidates(variable.type), 6))
                changed[point] = dice.choice(near)
        yield State(changed, state.places)
        moves = enabled(instance, state)
        after = None
        if moves:
            after = execute(instance, state, dice.choice(moves)).state
        state = after or start


def brute_force(
    model: Model, bounds: Mapping[str, int], lemmas: Sequence[Expression], item: Property
) -> tuple[int, str]:
    """In how many states the invariant held, and what is wrong with it."""
    instance = Instance(model, bounds)

    def inside(state: State) -> bool:
        scope = Scope.of(instance, state)
        return all(holds(lemma, scope) for lemma in lemmas)

    if not inside(initial_state(instance, {})):
        return 0, "does not hold at the start"
    seen = 0
    for state in states(instance, Random(7), 150):
        if not inside(state):
            continue
        seen += 1
        if of_states(item):
            assert item.expression is not None
            if not holds(item.expression, Scope.of(instance, state)):
                return seen, "does not imply the property"
        for move in enabled(instance, state):
            outcome = execute(instance, state, move)
            if item.name in (*outcome.faults, *outcome.failed):
                return seen, "does not keep steps from violating the property"
            if outcome.state is not None and not inside(outcome.state):
                return seen, f"is not kept by {move.step}"
    return seen, ""


def solved(
    model: Model, bounds: Mapping[str, int], lemmas: Sequence[Expression], item: Property
) -> str:
    """What a fresh solver says is wrong with an invariant."""
    session = Session(1, Limits())
    algebra = session.algebra
    encoder = Encoder(System(model, bounds), algebra, any(map(unlimited, model.variables)))
    begin, step = (session.solver(encoder.whole) for _ in range(2))
    first, start = initial(encoder), arbitrary(encoder)
    begin.add(first.conditions)
    begin.add(encoder.truth(i.condition, Terms(first.frame)) for i in model.assumptions)
    unrolling = Unrolling(start.frame, Stepper(encoder, session.poll, canonical=True))
    step.add(start.conditions)
    step.add(encoder.truth(lemma, Terms(start.frame)) for lemma in lemmas)
    violated = fails_in(encoder, item, start.frame) if of_states(item) else None
    if violated is not None and step.check([violated]) is not Outcome.UNSAT:
        return "does not imply the property"
    taken = unrolling.extend()
    step.add(taken.definitions)
    step.add([taken.valid])
    fails = taken.fails(encoder, item.name)
    if violated is None and step.check([fails]) is not Outcome.UNSAT:
        return "does not keep steps from violating the property"
    step.add([algebra.negation(taken.faulty)])
    for lemma in lemmas:
        if begin.check([algebra.negation(encoder.truth(lemma, Terms(first.frame)))]) is not (
            Outcome.UNSAT
        ):
            return "does not hold at the start"
        after = encoder.truth(lemma, unrolling.scope(1))
        if step.check([algebra.negation(after)]) is not Outcome.UNSAT:
            return "is not kept"
    return ""


def wrong(
    model: Model, bounds: Mapping[str, int], lemmas: Sequence[Expression], item: Property
) -> str:
    seen, reason = brute_force(model, bounds, lemmas, item)
    assert seen > 20 or reason
    return reason or solved(model, bounds, lemmas, item)


CASES = ["buddy_by_xor", "peterson", "claim_in_one_step"]


@pytest.mark.parametrize(
    ("name", "engine"),
    [
        *((name, PropertyDirectedReachability()) for name in CASES),
        ("buddy_by_xor", KInduction()),
        ("unlock_by_holder", KInduction()),
    ],
)
def test_the_invariant_of_a_proof_is_inductive_and_suffices(name: str, engine: Engine) -> None:
    model = load_variant(PROVED / f"{name}.alloc")
    bounds = {sort: min(high, 2) for sort, _, high in model.bounds}
    certificates = asked(engine, model, bounds)
    checked = 0
    for property_name, certificate in certificates.items():
        item = model.property(property_name)
        if engine.name == "kinduction" and (certificate.depth > 1 or not certificate.invariant):
            continue
        if certificate.invariant or not of_states(item):
            assert wrong(model, bounds, certificate.invariant, item) == "", property_name
            checked += 1
        assert certificate.seconds is not None
        assert certificate.seconds >= 0
    assert checked or engine.name == "kinduction"


def test_an_induction_over_longer_paths_leaves_what_it_assumes_and_not_the_property() -> None:
    model = ring(2)
    item = model.property("not_nine")
    answer = KInduction().run(Task(model, {"cpu": 1}, (item.name,), Limits()), ignore)[item.name]
    assert isinstance(answer, Safe)
    assert answer.certificate.depth > 1
    assert item.expression not in answer.certificate.invariant, "one step may violate it"


def test_a_merge_by_page_numbers_is_proved_at_its_bounds_and_the_reason_is_told() -> None:
    model = load_variant(PROVED / "buddy_merge_counted.alloc")
    found = why_not(model)
    assert found is not None
    assert found[0] == "arithmetic on the bits of numbers (`^`)"
    engine = PropertyDirectedReachability()
    certificates = asked(engine, model, {"cpu": 1})
    assert {"accounting", "no_free_buddies"} <= certificates.keys()
    certificate = certificates["accounting"]
    item = model.property("accounting")
    assert solved(model, {"cpu": 1}, certificate.invariant, item) == ""


def isolation() -> tuple[Model, dict[str, int], Certificate]:
    part = slice_model(load_variant(FREE_PATH, "v4"), ["isolation"])
    bounds = {"cpu": 2, "pageblock": 1, "page": 2}
    engine = PropertyDirectedReachability(PropertyDirectedReachabilityOptions(effort=None))
    return part, bounds, asked(engine, part, bounds)["isolation"]


def test_the_invariant_of_isolation_is_inductive_and_each_formula_is_needed() -> None:
    part, bounds, certificate = isolation()
    item = part.property("isolation")
    lemmas = certificate.invariant
    assert wrong(part, bounds, lemmas, item) == ""
    assert any(
        isinstance(lemma, Quantified) and lemma.kind is QuantifierKind.FORALL for lemma in lemmas
    )
    without = lemmas[1:]
    assert solved(part, bounds, without, item) != "", "something else must have rested on it"


def test_formulas_are_closed_and_name_objects_of_the_instance_only() -> None:
    model = load_variant(PROVED / "peterson.alloc")
    bounds = {sort: high for sort, _, high in model.bounds}
    instance = Instance(model, bounds)
    for certificate in asked(PropertyDirectedReachability(), model, bounds).values():
        for lemma in certificate.invariant:
            for part in walk(lemma):
                if isinstance(part, Read):
                    assert part.variable in {item.name for item in model.variables}
                if isinstance(part, Constant) and isinstance(part.value, Object):
                    assert part.value in instance.objects(part.value.sort)


def test_a_wrong_invariant_is_noticed_by_both_checks() -> None:
    model = load_variant(PROVED / "peterson.alloc")
    bounds = {sort: high for sort, _, high in model.bounds}
    certificates = asked(PropertyDirectedReachability(), model, bounds)
    name, certificate = next((n, c) for n, c in certificates.items() if len(c.invariant) > 2)
    item = model.property(name)
    cut = replace(certificate, invariant=())
    assert solved(model, bounds, cut.invariant, item) != ""
    never = Constant(False, certificate.invariant[0].type)
    assert brute_force(model, bounds, [never], item)[1] == "does not hold at the start"
