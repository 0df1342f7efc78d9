"""What the prover proves of counts, the second encoder confirms; neither proves what is not so."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from frontend.model import Expression, Model
from proofs.answers.invariant import Claim, Duty, Invariant
from proofs.answers.trace import State
from proofs.every_size import obligations
from proofs.every_size.cells import REGIONS
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.execute import enabled, execute
from proofs.interpreter.instance import Instance
from tests.support.frontend.formula_texts import read_formulas
from tests.support.proofs.counting import HEAD, specification
from tests.support.proofs.solving import model_of, z3_answers
from verifier.every_size.obligations.verification_conditions import Holds, VerificationConditions

STATES = 150
"""Random states of each size."""

CPU = """thread cpu {
	page a = any(page);
	loop { a = any(page); %s }
}
bound cpu = 1, page = 2;
"""


def answers(model: Model, lemmas: tuple[Expression, ...]) -> dict[Claim, str]:
    found: dict[Claim, str] = {}
    for query in obligations(model, Invariant(lemmas, (), None)):
        found |= z3_answers(query, 10_000)
    return found


def proved(model: Model, lemmas: tuple[Expression, ...]) -> Iterator[Claim]:
    """What the prover proves of the start and of single steps."""
    prover = VerificationConditions(model)
    for number, lemma in enumerate(lemmas):
        if isinstance(prover.initiation(lemma), Holds):
            yield Claim(Duty.START, number)
        for step in model.threads[0].steps:
            if isinstance(prover.consecution(lemmas, step, lemma), Holds):
                yield Claim(Duty.KEPT, number, "", step.thread, step.name)


def states(model: Model, random: Random, *, start: bool) -> Iterator[tuple[Instance, State]]:
    """Random states that satisfy the assumptions; such as runs begin in, if that is wanted."""
    for pages in (1, 2, 3):
        instance = Instance(model, {"cpu": 1, "page": pages})
        kind = model.threads[0]
        for _ in range(STATES):
            values = {}
            for variable in model.variables:
                for point in instance.points(variable):
                    given = variable.initial if start and variable.initial is not None else None
                    options = instance.values(variable.type)
                    values[point] = random.choice(options) if given is None else given.value
            place = kind.entry if start else random.choice(kind.locations).number
            state = State(values, dict.fromkeys(instance.threads(), place))
            scope = Scope.of(instance, state)
            if all(holds(item.condition, scope) for item in model.assumptions):
                yield instance, state


def refuted(model: Model, lemmas: tuple[Expression, ...], random: Random) -> Iterator[Claim]:
    """Claims that random states refute."""
    for instance, state in states(model, random, start=True):
        for number, lemma in enumerate(lemmas):
            if not holds(lemma, Scope.of(instance, state)):
                yield Claim(Duty.START, number)
    for instance, state in states(model, random, start=False):
        if not all(holds(lemma, Scope.of(instance, state)) for lemma in lemmas):
            continue
        for move in enabled(instance, state):
            after = execute(instance, state, move).state
            if after is not None:
                for number, lemma in enumerate(lemmas):
                    if not holds(lemma, Scope.of(instance, after)):
                        yield Claim(Duty.KEPT, number, "", move.thread.sort, move.step)


@pytest.mark.parametrize("seed", range(12))
def test_what_the_prover_proves_is_confirmed_and_nothing_that_states_refute(seed: int) -> None:
    random = Random(seed)
    text, given = specification(random)
    model = model_of(text)
    lemmas = read_formulas(model, given)
    said = answers(model, lemmas)
    known = set(proved(model, lemmas))
    confirmed = {claim for claim, answer in said.items() if answer == "unsat"}
    # What no script states, the step cannot change.
    assert {claim for claim in known if claim in said} <= confirmed
    # All lemmas at once are seldom satisfied: pairs refute more.
    wrong = set(refuted(model, lemmas, random))
    assert not wrong & known
    assert not wrong & confirmed


def test_random_lemmas_are_proved_and_refuted_often_enough_to_tell() -> None:
    count = {"proved": 0, "refuted": 0}
    for seed in range(12):
        text, given = specification(Random(seed))
        model = model_of(text)
        lemmas = read_formulas(model, given)
        count["proved"] += sum(claim.duty is Duty.START for claim in proved(model, lemmas))
        count["refuted"] += len(set(refuted(model, lemmas, Random(seed))))
    assert count["proved"] >= 12
    assert count["refuted"] >= 24


FOLLOWS = {
    "one is there and two are the same": (
        ("exists page x: x.p", "forall page x, page y: x.p && y.p => x == y"),
        "count(page x: x.p) == 1",
    ),
    "one is there and all are it": (
        ("one.p", "forall page x: x.p => x == one"),
        "count(page x: x.p) == 1",
    ),
    "a count of one is of a single object": (
        ("count(page x: x.p) == 1", "one.p", "other.p"),
        "one == other",
    ),
    "two that differ are two": (
        ("one.p", "other.p", "one != other"),
        "count(page x: x.p) >= 2",
    ),
    "none is there": (("forall page x: !x.p",), "count(page x: x.p) == 0"),
    "all are there": (
        ("forall page x: x.p",),
        "count(page x: x.p) == count(page x: x.q) + count(page x: !x.q)",
    ),
    "two in a part are two in the whole": (
        ("count(page x: x.p && x.q) == 2",),
        "exists page x, page y: x != y && x.q && y.q",
    ),
    "one in each of two parts": (
        ("count(page x: x.p && x.q) == 1", "count(page x: x.p && !x.q) == 1"),
        "exists page x, page y: x != y && x.p && y.p",
    ),
    "parts add up": (
        ("count(page x: x.hue == red) == 1",),
        "count(page x: true) == 1 + count(page x: x.hue == green) + count(page x: x.hue == blue)",
    ),
}


@pytest.mark.parametrize("name", FOLLOWS)
def test_what_follows_from_assumptions_about_counts_is_confirmed(name: str) -> None:
    assumed, lemma = FOLLOWS[name]
    lines = "".join(f"assume a{place}: {text};\n" for place, text in enumerate(assumed))
    model = model_of(HEAD + lines + CPU % "a.u = true;")
    (formula,) = lemmas = read_formulas(model, (lemma,))
    assert answers(model, lemmas)[Claim(Duty.START, 0)] == "unsat"
    assert isinstance(VerificationConditions(model).initiation(formula), Holds)


def test_more_sets_than_regions_are_made_of_still_follow_a_step() -> None:
    sets = [
        "x.u && x.v",
        "x.u && x.p",
        "x.u && x.q",
        "x.u && x.hue == red",
        "x.u || x.hue == green",
    ]
    sets += ["x.u != x.q", "x.u != x.v"]
    given = tuple(f"count(page x: {item}) <= {number}" for number, item in enumerate(sets))
    assert 2 ** len(given) > REGIONS
    model = model_of(HEAD + CPU % "a.u = true;")
    lemmas = read_formulas(model, (*given, "count(page x: x.u) >= 0"))
    said = answers(model, lemmas)
    known = set(proved(model, lemmas))
    assert {claim for claim in known if claim in said} <= {
        c for c, a in said.items() if a == "unsat"
    }


def test_more_objects_than_are_looked_at_one_by_one_are_told_apart() -> None:
    names = [f"p{number}" for number in range(10)]
    text = HEAD + "".join(f"const page {name};\n" for name in names)
    apart = [f"{a} != {b}" for place, a in enumerate(names) for b in names[:place]]
    text += "".join(f"assume d{place}: {item};\n" for place, item in enumerate(apart))
    anyone = " || ".join(f"x == {name}" for name in names)
    model = model_of(text + CPU % "a.u = true;")
    lemmas = read_formulas(model, (f"count(page x: {anyone}) == 10",))
    assert answers(model, lemmas)[Claim(Duty.START, 0)] == "unsat"
