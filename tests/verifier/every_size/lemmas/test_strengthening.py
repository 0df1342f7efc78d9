"""Lemmas found from counterexamples to induction, where what is mined at once does not suffice."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontend.load import load
from frontend.model import Expression, Model, PropertyKind, Step
from frontend.source.spans import Source
from proofs.answers.verdict import Attempt, EverySize
from tests.verdicts import ignore
from verifier.bounded.smt import Stopped
from verifier.every_size.lemmas.covering import covers
from verifier.every_size.lemmas.discovery import Timing, asked, discover
from verifier.every_size.lemmas.strengthening import Strengthening
from verifier.every_size.lemmas.unsat_cores import Tracking
from verifier.every_size.obligations.verification_conditions import (
    Holds,
    Status,
    VerificationConditions,
)
from verifier.every_size.prover import prove_every_size
from verifier.protocol.task import Limits

CORPUS = Path(__file__).parents[3] / "corpus" / "proved"

TICKETS = """
/* A ticket lock whose numbers never run out. */
spec tickets;
nat next = 0;
nat serving = 0;
thread cpu {
	loop {
		nat mine;
		atomic { mine = next; next++; }
		await serving == mine;
critical:
		serving = mine + 1;
	}
}
invariant exclusion: forall cpu c, cpu d: c at critical && d at critical => c == d;
"""

PETERSON = """
/* One left and one right, whoever comes first; two flags and a turn (Peterson 1981). */
spec peterson;
enum side { LEFT, RIGHT }
bool left_came = false;
bool right_came = false;
bool left_wants = false;
bool right_wants = false;
side turn = LEFT;
thread left {
	atomic { await !left_came; left_came = true; }
	loop {
		left_wants = true;
		turn = RIGHT;
		atomic { await !right_wants || turn == LEFT; }
critical:
		left_wants = false;
	}
}
thread right {
	atomic { await !right_came; right_came = true; }
	loop {
		right_wants = true;
		turn = LEFT;
		atomic { await !left_wants || turn == RIGHT; }
critical:
		right_wants = false;
	}
}
invariant exclusion: forall left l, right r: !(l at critical && r at critical);
"""

KEYS = """
/* A drawer opens for whoever has turned both keys; keys are taken one by one. */
spec keys;
struct drawer { task? first = none; task? second = none; }
thread task {
	drawer d;
	loop {
		d = any(drawer);
		atomic { await d.first == none; d.first = self; }
		atomic { await d.second == none; d.second = self; }
open:
		d.second = none;
		d.first = none;
	}
}
invariant alone: forall task t, task u: t at open && u at open && t.d == u.d => t == u;
"""

SNAPSHOT = """
/* Objects with an owner and three flags of which one is always down; a reader keeps a copy. */
spec snapshot;
bool looked = false;
struct node { bool young = true; bool listed = false; bool pinned = false; task? owner = none; }
thread task {
	node n;
	bool was_young;
	bool was_listed;
	bool was_pinned;
	loop choose {
		atomic { n = any(node q: q.owner == none); n.owner = self; }
		atomic { n.listed = true; n.pinned = !n.young; }
		n.listed = false;
		atomic { n.pinned = true; }
		atomic { n.young = !n.young; }
		atomic { n.pinned = false; n.owner = none; }
	} or {
		atomic {
			n = any(node);
			was_young = n.young;
			was_listed = n.listed;
			was_pinned = n.pinned;
		}
		looked = true;
copied:
		assert one_down: !was_young || !was_listed || !was_pinned;
	}
}
"""

NEEDED = [(TICKETS, "exclusion"), (PETERSON, "exclusion"), (KEYS, "stuck"), (SNAPSHOT, "one_down")]

IN_CORPUS = [
    ("loops_and_jumps", "one_and_three"),
    ("sets_of_everything", "normal_only"),
    ("stuck_sleep_then_test", "stuck"),
]


def spec(text: str) -> Model:
    (model,) = load(Source("test.alloc", text)).models
    return model


@pytest.mark.parametrize(("text", "name"), NEEDED, ids=lambda item: item.split(";")[0][-12:])
def test_what_mining_does_not_settle_a_counterexample_does(
    text: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = spec(text)
    answer = prove_every_size(model, (name,), Limits(), ignore)[name]
    assert isinstance(answer, EverySize), answer
    monkeypatch.setattr(Strengthening, "more", lambda *_: None)
    before = prove_every_size(model, (name,), Limits(), ignore)[name]
    assert isinstance(before, Attempt), "mining finds it: this spec tests nothing"


@pytest.mark.parametrize(("file", "name"), IN_CORPUS)
def test_more_of_the_corpus_is_proved(file: str, name: str) -> None:
    model = spec((CORPUS / f"{file}.alloc").read_text("utf-8"))
    assert isinstance(prove_every_size(model, (name,), Limits(), ignore)[name], EverySize)


@pytest.mark.parametrize("text", [TICKETS, PETERSON], ids=["tickets", "peterson"])
def test_lemmas_that_were_found_so_are_inductive_by_themselves(text: str) -> None:
    model = spec(text)
    answer = prove_every_size(model, ("exclusion",), Limits(), ignore)["exclusion"]
    assert isinstance(answer, EverySize)
    prover = VerificationConditions(model)
    invariant = model.property("exclusion").expression
    assert invariant is not None
    assert isinstance(prover.safety(answer.formulas, invariant), Holds)
    for lemma in answer.formulas:
        assert isinstance(prover.initiation(lemma), Holds)
        for thread in model.threads:
            for step in thread.steps:
                assert isinstance(prover.consecution(answer.formulas, step, lemma), Holds)


WRONG = [
    (TICKETS, "next++;", "next = next < 1 ? 1 : 0;", "exclusion"),
    (TICKETS, "await serving == mine", "await serving <= mine", "exclusion"),
    (PETERSON, "turn = RIGHT;\n", "turn = LEFT;\n", "exclusion"),
    (PETERSON, "!left_wants || turn == RIGHT", "!left_wants || turn != RIGHT", "exclusion"),
    (KEYS, "await d.second == none; d.second = self;", "d.second = self;", "alone"),
    (SNAPSHOT, "n.pinned = !n.young;", "n.pinned = true;", "one_down"),
]


@pytest.mark.parametrize(("text", "right", "wrong", "name"), WRONG)
def test_a_mistake_is_refuted_and_not_proved_however_hard_one_tries(
    text: str, right: str, wrong: str, name: str
) -> None:
    if name == "alone":  # both keys are free to take: the first no longer keeps others out
        text = text.replace("await d.first == none; ", "")
    assert text.count(right) == 1
    model = spec(text.replace(right, wrong))
    answer = prove_every_size(model, (name,), Limits(), ignore)[name]
    assert isinstance(answer, Attempt), answer
    limits = Limits(states=40)  # much of what is learnt is wrong
    timing = Timing(time.perf_counter, str)
    prover = Tracking(model, limits, effort=200_000)
    found = discover(model, asked(model, (name,)), prover, limits, timing, hopeless=True)
    assert not found.proved(name)


BEYOND = """
/* True, but the words for it, a product, are not in the vocabulary. */
spec beyond;
nat first = 0;
nat second = 0;
thread cpu {
	loop choose {
		atomic { first += 2; second += 3; }
	} or {
		atomic { await first > 7; first -= 2; second -= 3; }
	}
}
invariant together: first == 100 => second == 150;
"""


def test_what_is_beyond_the_vocabulary_ends_soon_with_a_counterexample() -> None:
    started = time.process_time()
    answer = prove_every_size(spec(BEYOND), ("together",), Limits(), ignore)["together"]
    assert isinstance(answer, Attempt), answer
    assert answer.counterexample is not None
    assert answer.lemma
    assert time.process_time() - started < 15


def test_the_same_is_found_every_time() -> None:
    answers = [prove_every_size(spec(KEYS), ("stuck",), Limits(), ignore) for _ in range(2)]
    texts = [
        item.complete for found in answers for item in found.values() if hasattr(item, "complete")
    ]
    assert len(texts) == 2
    assert texts[0] == texts[1]


@given(
    row=st.integers(0, 63),
    rows=st.sets(st.integers(0, 63), max_size=12),
    width=st.integers(1, 4),
)
def test_a_cover_is_a_shortest_set_of_atoms_that_tells_a_row_from_all_others(
    row: int, rows: set[int], width: int
) -> None:
    rows.discard(row)
    found = covers(row, rows, width, 5, range(6))

    def tells(atoms: Iterable[int]) -> bool:
        mask = sum(1 << atom for atom in atoms)
        return all((row ^ other) & mask for other in rows)

    assert all(tells(atoms) for atoms in found)
    shortest = next(
        (size for size in range(width + 1) if any(map(tells, combinations(range(6), size)))), None
    )
    assert (shortest is None) == (not found)
    if found:
        assert min(map(len, found)) == shortest


@dataclass
class Tired:
    """A prover that meets a limit after some queries."""

    prover: Tracking
    left: int

    @property
    def model(self) -> Model:
        return self.prover.model

    def _work(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Stopped("time limit")

    def initiation(self, lemma: Expression) -> Status:
        self._work()
        return self.prover.initiation(lemma)

    def consecution(
        self, hypotheses: Iterable[Expression], step: Step, lemma: Expression
    ) -> Status:
        self._work()
        return self.prover.consecution(hypotheses, step, lemma)

    def safety(self, hypotheses: Iterable[Expression], formula: Expression) -> Status:
        self._work()
        return self.prover.safety(hypotheses, formula)

    def step_safe(self, hypotheses: Iterable[Expression], step: Step, name: str) -> Status:
        self._work()
        return self.prover.step_safe(hypotheses, step, name)

    def needed(self, hypotheses: Iterable[Expression]) -> list[Expression]:
        return self.prover.needed(hypotheses)


def test_what_is_proved_when_a_limit_is_met_is_proved() -> None:
    model = spec((CORPUS / "two_slots.alloc").read_text("utf-8"))
    names = tuple(item.name for item in model.properties if item.kind is not PropertyKind.REACHABLE)
    whole = prove_every_size(model, names, Limits(), ignore)
    final = {name for name, item in whole.items() if isinstance(item, EverySize)}
    seen: set[frozenset[str]] = set()
    for queries in (0, 5, 10, 20, 40, 80, 160):

        def tired(model: Model, limits: Limits, seed: int, queries: int = queries) -> Tired:
            return Tired(Tracking(model, limits, seed), queries)

        found = prove_every_size(model, names, Limits(), ignore, prover=tired)
        proved = frozenset(name for name, item in found.items() if isinstance(item, EverySize))
        seen.add(proved)
        assert proved <= final
        for name, item in found.items():
            if name in final and isinstance(item, Attempt):
                assert item.reason == "time limit"
    assert frozenset() in seen
    assert any(0 < len(proved) < len(final) for proved in seen)


TWO_COUNTS = """
spec two_counts;
struct slot { bool busy = false; bool hot = false; }
single pool { spinlock lock; nat used = 0; nat warm = 0; }
thread cpu {
	slot s;
	loop {
		s = any(slot);
		spin_lock(pool.lock);
		if (!s.busy) {
			s.busy = true;
			pool.used++;
		}
		if (!s.hot) {
			s.hot = true;
			pool.warm++;
		}
		spin_unlock(pool.lock);
	}
}
invariant all_used: !held(pool.lock) => pool.used == count(slot s: s.busy);
invariant all_warm: !held(pool.lock) => pool.warm == count(slot s: s.hot);
"""


def test_a_proof_lists_no_lemma_about_a_counter_that_it_does_not_need() -> None:
    found = prove_every_size(spec(TWO_COUNTS), ("all_used", "all_warm"), Limits(), ignore)
    used, warm = found["all_used"], found["all_warm"]
    assert isinstance(used, EverySize)
    assert isinstance(warm, EverySize)
    assert any("pool.used" in text for text in used.complete)
    assert not any("pool.warm" in text for text in used.complete)
    assert not any("pool.used" in text for text in warm.complete)
