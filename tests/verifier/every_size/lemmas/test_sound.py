"""What some run violates is never proved for all sizes, however the search for lemmas goes."""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from frontend.load import load
from frontend.model import Expression, Model, Step
from frontend.source.spans import Source
from proofs.answers.verdict import EverySize
from tests.support.verifier.free_path_mutations import MUTATIONS, Mutation, mutated
from tests.verdicts import ignore
from verifier.bounded.smt import Stopped
from verifier.engines.explore import Explore
from verifier.every_size.lemmas.discovery import Timing, asked, discover
from verifier.every_size.lemmas.unsat_cores import Tracking
from verifier.every_size.obligations.verification_conditions import Holds, Status, Unknown
from verifier.every_size.prover import prove_every_size
from verifier.protocol.deadline import Deadline
from verifier.protocol.task import Limits, Task, Unsafe

ROOT = Path(__file__).parents[4]
REFUTED = sorted((ROOT / "tests" / "corpus" / "refuted").glob("*.alloc"))

STATES = 300
"""So little is explored that much of what is mined is wrong."""

SECONDS = 1.0
"""When an attempt on what is wrong is given up: it gets nowhere in a minute either."""

EFFORT = 100_000


def models(path: Path) -> tuple[Model, ...]:
    return load(Source(path.name, path.read_text("utf-8"))).models


def proved(model: Model, names: Collection[str]) -> list[str]:
    """What an attempt on properties proves, although they are violated."""
    limits = Limits(states=STATES, expired=Deadline(SECONDS).expired)
    prover = Tracking(model, limits, effort=EFFORT)
    timing = Timing(time.perf_counter, str)
    asked_for = asked(model, tuple(names))
    try:
        found = discover(model, asked_for, prover, limits, timing, hopeless=True)
    except Stopped:
        return []
    return [name for name in names if found.proved(name)]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda item: item.name)
def test_a_mistake_in_a_correct_specification_is_not_proved(mutation: Mutation) -> None:
    model = mutated(mutation)
    bounds = {"cpu": 2, "pageblock": 2, "page": 4}
    task = Task(model, bounds, mutation.violates, Limits(states=30_000))
    answers = Explore().run(task, ignore)
    assert all(isinstance(answer, Unsafe) for answer in answers.values()), answers
    assert not proved(model, mutation.violates)


@pytest.mark.parametrize("path", REFUTED, ids=lambda path: path.stem)
def test_what_the_corpus_refutes_is_not_proved(path: Path) -> None:
    for model in models(path):
        assert not proved(model, sorted(model.violates))


def test_there_are_at_least_twenty_mistakes() -> None:
    assert len({mutation.name for mutation in MUTATIONS}) >= 20


COUNTED = """
spec two_slots;
struct slot { bool taken = false; }
single pool { nat used = 0; }
thread cpu {
	loop atomic {
		await pool.used < 2;
		pool.used++;
		goto inside;
	}
inside:
	;
}
invariant at_most_two: pool.used <= 2;
invariant nobody_third: count(cpu c: c at inside) <= 1;
"""
"""`nobody_third` holds for one thread only."""


def test_what_holds_for_few_threads_only_is_refuted_with_more() -> None:
    (model,) = load(Source("two_slots.alloc", COUNTED)).models
    answers = prove_every_size(model, ("at_most_two", "nobody_third"), Limits(), ignore)
    assert isinstance(answers["at_most_two"], EverySize)
    assert not isinstance(answers["nobody_third"], EverySize)


@dataclass
class Forgetful:
    """A prover that answers "unknown" now and then instead of what it knows."""

    prover: Tracking
    chance: random.Random
    share: float

    @property
    def model(self) -> Model:
        return self.prover.model

    def _perhaps(self, status: Status) -> Status:
        lost = isinstance(status, Holds) and self.chance.random() < self.share
        return Unknown("forgotten") if lost else status

    def initiation(self, lemma: Expression) -> Status:
        return self._perhaps(self.prover.initiation(lemma))

    def consecution(
        self, hypotheses: Iterable[Expression], step: Step, lemma: Expression
    ) -> Status:
        return self._perhaps(self.prover.consecution(hypotheses, step, lemma))

    def safety(self, hypotheses: Iterable[Expression], formula: Expression) -> Status:
        return self._perhaps(self.prover.safety(hypotheses, formula))

    def step_safe(self, hypotheses: Iterable[Expression], step: Step, name: str) -> Status:
        return self._perhaps(self.prover.step_safe(hypotheses, step, name))

    def needed(self, hypotheses: Iterable[Expression]) -> list[Expression]:
        return self.prover.needed(hypotheses)


@pytest.mark.parametrize("seed", range(6))
def test_a_prover_that_forgets_makes_verdicts_weaker_only(seed: int) -> None:
    path = ROOT / "tests" / "corpus" / "proved" / "per_object_lock.alloc"
    (model,) = models(path)
    names = tuple(item.name for item in model.properties)
    whole = prove_every_size(model, names, Limits(), ignore)

    def forgetful(model: Model, limits: Limits, seed_: int) -> Forgetful:
        return Forgetful(Tracking(model, limits, seed_), random.Random(seed), 0.04 * seed)

    weaker = prove_every_size(model, names, Limits(), ignore, prover=forgetful)
    proved = {name for name, answer in weaker.items() if isinstance(answer, EverySize)}
    assert proved <= {name for name, answer in whole.items() if isinstance(answer, EverySize)}
    if seed == 0:
        assert proved
