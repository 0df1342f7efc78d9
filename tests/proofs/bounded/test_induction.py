"""Induction over paths, written anew: it confirms what the engine proves, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from frontend.model import Model, PropertyKind
from proofs.answers.invariant import Invariant
from proofs.bounded.obligations import circuits, groups
from proofs.bounded.ranges import has_unlimited
from proofs.recheck.claims import asked, confirm
from proofs.recheck.findings import Options, Report, Standing
from proofs.runs.exploration import Violation, exhaust
from proofs.solvers.asking import discharge
from tests.support.proofs.systems import loaded, satisfiable, sizes
from tests.support.verifier.random_models import random_model
from verifier.engines.kinduction import KInduction
from verifier.protocol.task import Limits, Safe, Task

NAT_LOCK = """spec nat_lock;
spinlock l;
nat n = 0;
thread t {
	loop choose {
		spin_lock(l);
		n++;
		spin_unlock(l);
	} or {
		spin_lock(l);
		if (n > 0)
			n--;
		spin_unlock(l);
	}
}
bound t = 2;
"""

LOOP = """spec loop;
int 0..9 n = 0;
thread cpu {
	loop choose {
		atomic { if (n < 5) n = 0; else n = n == 5 ? 6 : 5; }
	} or {
		atomic { if (n >= 5) n = 9; }
	}
}
invariant not_nine: n != 9;
bound cpu = 1;
"""
"""No run leaves 0; but from 5 and 6, in turns for ever, one comes to 9."""

EARLY = """spec early;
int 0..20 n = 0;
struct page { page? next = none; }
thread cpu {
	page a = any(page);
	n = 1;
	choose { n = 2; n = 3; } or { n = 12; a = a.next; n = 4; }
}
invariant small: n < 10;
bound cpu = 1, page = 1;
"""


def induction(
    model: Model, names: tuple[str, ...], depth: int, *, simple: bool = False
) -> Invariant:
    return Invariant((), names, sizes(model), depth=depth, simple_paths=simple)


def doubts(model: Model, invariant: Invariant) -> list[str]:
    """What is not confirmed."""
    report = Report()
    options = Options(solvers=("z3",), workers=1)
    confirmed = confirm(model, invariant, "it", options, report)
    found = [*report.of(Standing.FAILED), *report.of(Standing.UNCONFIRMED)]
    assert confirmed == (not found)
    return [text.removeprefix("it: ") for text in found]


def test_a_property_that_takes_two_steps_is_confirmed_by_two_and_not_by_one() -> None:
    model = loaded(NAT_LOCK)
    names = tuple(item.name for item in model.properties)
    task = Task(model, sizes(model), names, Limits(depth=4))
    answer = KInduction().run(task, lambda _: None)["underflow"]
    assert isinstance(answer, Safe)
    lemmas = answer.certificate.invariant
    assert doubts(model, Invariant(lemmas, names, sizes(model), depth=2)) == []
    found = doubts(model, Invariant(lemmas, names, sizes(model), depth=1))
    assert found == ["underflow after any 1 steps on which all holds: z3 says sat"]


def test_a_number_that_grows_for_ever_needs_no_range() -> None:
    model = loaded(NAT_LOCK)
    assert has_unlimited(model, induction(model, ("underflow",), 2))


def test_a_loop_that_nobody_reaches_is_excluded_by_paths_without_a_repetition_alone() -> None:
    model = loaded(LOOP)
    assert doubts(model, induction(model, ("not_nine",), 4, simple=True)) == []
    for depth, simple in ((3, True), (4, False), (6, False)):
        found = doubts(model, induction(model, ("not_nine",), depth, simple=simple))
        assert found == [f"not_nine after any {depth} steps on which all holds: z3 says sat"]


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
def test_the_base_looks_at_every_length_and_at_runs_that_end_early(depth: int) -> None:
    model = loaded(EARLY)
    found = doubts(model, induction(model, ("small", "none"), depth))
    starts = [text for text in found if "in every run" in text]
    # At its second step a run breaks `small`; at its third it ends with `none`.
    wrong = [
        *(["small in every run, at step 2: z3 says sat"] if depth > 2 else []),
        *(["none in every run, at step 3: z3 says sat"] if depth > 3 else []),
    ]
    assert starts == wrong


def test_a_fault_ends_a_run_and_what_would_follow_it_is_not_owed() -> None:
    text = EARLY.replace("n = 12; a = a.next; n = 4;", "a = a.next; n = 12;")
    model = loaded(text)
    assert not any("small in" in item for item in doubts(model, induction(model, ("small",), 5)))


SEEDS = range(40)


def random_case(seed: int) -> Model | None:
    model = random_model(seed)
    if model is None or any(not thread.steps for thread in model.threads):
        return None
    return model


def bounds_of(model: Model) -> dict[str, int]:
    return {sort.name: 1 + (sort.name == "cpu") for sort in model.sorts}


def names_of(model: Model) -> tuple[str, ...]:
    return tuple(item.name for item in model.properties if item.kind is not PropertyKind.REACHABLE)


def failing(cases: Sequence[tuple[Model, Invariant]]) -> list[set[str]]:
    """Of each invariant the claims that are not confirmed; one process answers all."""
    options = Options(solvers=("z3",))
    scripts = [
        replace(query, name=f"{number}.{query.name}")
        for number, (model, invariant) in enumerate(cases)
        for query in asked(model, invariant, options).queries
    ]
    found: list[set[str]] = [set() for _ in cases]
    for item in discharge(
        scripts, ["z3"], workers=1, effort=20_000_000, seconds=60.0, cancelled=lambda: False
    ):
        if item.answer != "unsat":
            found[int(item.query.partition(".")[0])].add(str(item.claim))
    return found


def test_what_the_engine_proves_of_random_models_is_confirmed() -> None:
    cases: list[tuple[Model, Invariant]] = []
    for model in filter(None, map(random_case, SEEDS)):
        bounds = bounds_of(model)
        task = Task(model, bounds, names_of(model), Limits(depth=3))
        for name, answer in KInduction().run(task, lambda _: None).items():
            if isinstance(answer, Safe) and answer.certificate.helpers is not None:
                given = answer.certificate
                names = (name, *answer.certificate.helpers)
                depth, simple = given.depth, given.simple_paths
                invariant = Invariant(
                    given.invariant, names, bounds, depth=depth, simple_paths=simple
                )
                cases.append((model, invariant))
    assert len(cases) > 25
    assert not any(failing(cases))


@pytest.mark.parametrize("simple", [False, True])
def test_what_is_confirmed_of_random_models_is_true(simple: bool) -> None:
    cases: list[tuple[Model, Invariant]] = []
    for seed, model in enumerate(map(random_case, SEEDS)):
        for name in names_of(model) if model is not None else ():
            assert model is not None
            depth, bounds = 1 + seed % 3, bounds_of(model)
            cases.append((model, Invariant((), (name,), bounds, depth=depth, simple_paths=simple)))
    confirmed = wrong = 0
    for (model, invariant), doubted in zip(cases, failing(cases), strict=True):
        found = exhaust(model, invariant.bounds or {}, invariant.properties, limit=3000)
        if isinstance(found, Violation):
            assert doubted, invariant.properties
            wrong += 1
        else:
            confirmed += not doubted
    assert confirmed > 20
    assert wrong > 20


def test_circuits_say_what_the_scripts_say() -> None:
    cases: list[tuple[Model, Invariant]] = []
    for model in filter(None, map(random_case, range(12))):
        bounds = bounds_of(model)
        invariant = Invariant((), names_of(model), bounds, depth=2, simple_paths=True)
        if not has_unlimited(model, invariant):
            cases.append((model, invariant))
    for (model, invariant), doubted in zip(cases, failing(cases), strict=True):
        assert doubted == {
            str(item.claim)
            for circuit in circuits(model, invariant)
            for item in circuit.obligations
            if satisfiable(circuit.graph, item.bad) is not None
        }
    assert len(cases) > 3


def test_every_claim_is_owed_or_plain() -> None:
    model = loaded(EARLY)
    invariant = induction(model, ("small", "none"), 2)
    claims = [str(claim) for group in groups(model, invariant) for claim in group.plain]
    claims += [str(item.claim) for group in groups(model, invariant) for item in group.owed]
    for what in ("small", "none", "n within its range"):
        assert f"{what} in every run, at step 1" in claims
        assert f"{what} after any 2 steps on which all holds" in claims
    assert "small in every run, at step 0" in claims
