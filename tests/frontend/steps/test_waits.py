"""`Step.waits` says exactly when an alternative can proceed, and steps exclude each other.

`stuck` rests on the first, every encoder on the second. Both are compared with what the
interpreter of `proofs` does, in the reachable states of many specifications.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from frontend.model import Model
from frontend.source.diagnostics import Rejected
from proofs.answers.trace import State
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.execute import enabled
from proofs.interpreter.instance import Instance
from tests.differential.specs import specifications
from tests.support.frontend.lowering import body, model, models, states

ROOT = Path(__file__).parents[2]
CORPUS = sorted((ROOT / "corpus").glob("proved/*.alloc"))
CORPUS += sorted((ROOT / "corpus").glob("refuted/*.alloc"))

TRICKY = {
    "a lock behind a copied reference": """
        atomic { lend(first); }
        spin_unlock(first.guard);""",
    "a copy of a reference that may be none, then its lock": """
        atomic { obj p = top; spin_lock(p.guard); }""",
    "a choice of awaits under a test": """
        atomic { if (b) { choose { await x > 0; } or { await x < 0; } } else { y = 1; } }""",
    "a choice of awaits under a test, something to do first": """
        choose { b = true; } or { x = 1; } or { }
        atomic { if (b) { choose { await x > 0; } or { await x < 0; } } }""",
    "an await on one side of a test": """
        choose { b = true; } or { }
        atomic { if (b) await x > 0; y = 1; }""",
    "a test that may fault before an await": """
        atomic { if (top.flag) await x > 0; y = 1; }""",
    "a fault before a test": """
        choose { x = 1; } or { }
        int n;
        n = 4 / x;
        if (n > 2) y = 1; else z = 1;""",
    "two tests of one step, a fault before each": """
        atomic { y = 4 / x; if (y > 2) { z = 6 / (y - 4); if (z > 1) b = true; } }""",
    "a pick, then its lock": """
        obj p;
        p = any(obj q: q != first);
        spin_lock(p.guard);""",
    "a pick, a test of it and a fault": """
        obj p;
        atomic { p = any(obj); if (p == first) p.next.flag = true; }""",
    "a set by value, then an await": """
        atomic { gather({first}); }""",
    "a record by value, then an await": """
        atomic { settle(both); }""",
    "trylock in a condition": """
        if (spin_trylock(lock)) { x = 1; spin_unlock(lock); }""",
    "an await that may fault": """
        await top.flag;""",
    "for each, judged as its turn comes": """
        for each obj o where o.flag { o.small = 1; }""",
}

PROCEDURES = """
proc lend(obj p) { spin_lock(p.guard); }
proc gather(set of obj s) { await first in s && !held(lock); spin_lock_nothing(); }
proc spin_lock_nothing() { }
proc settle(pair p) { await !p.full; }
"""


def judge(found: Model, bounds: Mapping[str, int], most: int) -> None:
    for instance, state in states(found, bounds, most):
        _exclusive(instance, state)
        _exact(instance, state)


def _exclusive(instance: Instance, state: State) -> None:
    taken: Counter[object] = Counter()
    for move in enabled(instance, state):
        step = instance.step(move.thread, move.step)
        assert step is not None
        taken[move.thread, step.alternative, tuple(sorted(map(repr, move.picks)))] += 1
    twice = [key for key, count in taken.items() if count > 1]
    # Steps of one alternative give their temporaries the same names only as long as they agree.
    assert not twice, twice


def _exact(instance: Instance, state: State) -> None:
    can: set[object] = set()
    for move in enabled(instance, state):
        step = instance.step(move.thread, move.step)
        assert step is not None
        can.add(move.thread)
    for thread in instance.threads():
        place = state.places[thread]
        here = [s for s in instance.model.thread(thread.sort).steps if s.source == place]
        scope = Scope.of(instance, state, thread)
        said = any(holds(step.waits, scope) for step in here)
        assert said == (thread in can), f"{thread} at place {place}: says {said}"


@pytest.mark.parametrize("statements", TRICKY.values(), ids=TRICKY.keys())
def test_waiting_is_told_exactly(statements: str) -> None:
    judge(body(statements, extra=PROCEDURES), {"cpu": 2, "obj": 2}, 250)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_waiting_is_told_exactly_in_the_corpus(path: Path) -> None:
    for found in models(path.read_text()):
        judge(found, {sort.name: 2 for sort in found.sorts}, 60)


@settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(specifications())
def test_waiting_is_told_exactly_in_random_specifications(text: str) -> None:
    try:
        found = model(text)
    except Rejected:
        return
    judge(found, {sort: high for sort, _, high in found.bounds}, 80)
