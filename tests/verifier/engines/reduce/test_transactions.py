from __future__ import annotations

from pathlib import Path

import pytest

from frontend.load import load
from frontend.model import Model
from frontend.source.spans import Source
from verifier.engines.reduce.facts import lock_facts
from verifier.engines.reduce.pairs import Movers
from verifier.engines.reduce.phases import Phase
from verifier.engines.reduce.reduced_exploration import reduction
from verifier.engines.reduce.transactions import Finder, Transactions
from verifier.every_size.obligations.verification_conditions import VerificationConditions
from verifier.protocol.task import Limits

ROOT = Path(__file__).parents[4]
HEAD = """spec transactions;
struct obj { int n = 0; bool busy = false; spinlock own; }
int total = 0;
nat left = 3;
ghost int seen = 0;
bool open = false;
spinlock lock;
spinlock second;
"""


def model_of(body: str, more: str = "") -> Model:
    text = f"{HEAD}{more}\nthread cpu {{ obj o; int x = 0; o = any(obj);\nloop {{\n{body}\n}} }}"
    (model,) = load(Source("test.alloc", text)).models
    return model


def transactions(model: Model, *names: str) -> Transactions:
    facts = lock_facts(VerificationConditions(model))
    return Finder(Movers(model, facts)).transactions(names)


def hidden(model: Model, *names: str) -> set[str]:
    """The statements that other threads are not interleaved before."""
    places = model.thread("cpu").locations
    return {places[number].name for number in transactions(model, *names).hidden()["cpu"]}


def test_all_of_a_section_under_one_lock_is_hidden() -> None:
    body = "spin_lock(lock); total++; total--; spin_unlock(lock);"
    assert len(hidden(model_of(body))) == 3


def test_a_section_without_its_lock_is_interleaved() -> None:
    assert hidden(model_of("x = total; total = x + 1; total = x;")) == set()


def test_a_section_that_another_thread_enters_without_the_lock_is_interleaved() -> None:
    guarded = "spin_lock(lock); x = total; total = x + 1; total = 2; spin_unlock(lock);"
    other = "thread task { loop { total = 0; } }"
    alone, together = hidden(model_of(guarded)), hidden(model_of(guarded, other))
    assert len(alone) == 4
    assert len(together) < len(alone)


def test_a_section_under_an_objects_own_lock_is_hidden() -> None:
    body = "spin_lock(o.own); o.n = o.n + 1; o.n = 0; spin_unlock(o.own);"
    assert len(hidden(model_of(body))) == 3


def test_the_lock_of_another_object_does_not_hide() -> None:
    text = HEAD.replace("spinlock own;", "spinlock own; const obj twin;")
    sizes = []
    for place in ("o", "o.twin"):
        body = f"spin_lock(o.own); atomic {{ {place}.n++; }} {place}.n = 0; spin_unlock(o.own);"
        source = f"{text}\nthread cpu {{ obj o; o = any(obj);\nloop {{\n{body}\n}} }}"
        (model,) = load(Source("test.alloc", source)).models
        sizes.append(len(hidden(model)))
    assert sizes[1] < sizes[0] == 3


def test_updates_that_commute_are_hidden_and_those_that_are_looked_at_are_not() -> None:
    counted = "atomic { total++; } atomic { total++; } atomic { total++; }"
    assert len(hidden(model_of(counted))) == 2
    assert hidden(model_of(counted.replace("total++", "x = total; total++", 1))) == set()
    assert hidden(model_of(counted, "thread task { loop { total = 0; } }")) == set()


def test_waiting_after_the_decisive_step_is_interleaved() -> None:
    model = model_of("spin_lock(lock); total = 1; await open; total = 2; spin_unlock(lock);", TASK)
    places = {place.number: place.name for place in model.thread("cpu").locations}
    phases = transactions(model).phases["cpu"]
    waiting = [
        step.source
        for step in model.thread("cpu").steps
        if any("open" in remark.text for remark in step.remarks)
    ]
    assert waiting, places
    assert all(phases[place] is not Phase.AFTER for place in waiting)


TASK = "thread task { loop { open = true; total = 5; open = false; } }"


def test_what_may_fault_after_the_decisive_step_is_interleaved() -> None:
    task = "thread task { loop { total = 5; } }"
    body = "spin_lock(lock); total = 1; left--; spin_unlock(lock);"
    safe = "spin_lock(lock); total = 1; left++; spin_unlock(lock);"
    assert len(hidden(model_of(body, task))) == 2
    assert len(hidden(model_of(safe, task))) == 3


def test_one_way_that_may_fault_after_the_decisive_step_is_enough() -> None:
    task = "thread task { loop { total = 5; } }"
    body = """spin_lock(lock); total = 1;
    choose { left--; } or { left++; }
    spin_unlock(lock);"""
    assert len(hidden(model_of(body, task))) == 2
    assert len(hidden(model_of(body.replace("left--", "left++"), task))) == 3


def test_there_is_one_decisive_step_in_a_transaction() -> None:
    body = "spin_lock(lock); total = 1; left++; total = 2; spin_unlock(lock);"
    task = "thread task { loop { total = 5; } }"
    assert len(hidden(model_of(body))) == 4
    assert len(hidden(model_of(body, task))) == 3


def test_a_second_lock_can_be_waited_for_before_the_decisive_step_only() -> None:
    early = "spin_lock(lock); spin_lock(second); total = 1; spin_unlock(second); spin_unlock(lock);"
    late = "spin_lock(lock); spin_unlock(lock); spin_lock(second); spin_unlock(second);"
    assert len(hidden(model_of(early))) == 4
    assert len(hidden(model_of(late))) == 2


def test_a_loop_in_the_middle_is_cut() -> None:
    body = "spin_lock(lock); while (total > 0) { total--; total--; } spin_unlock(lock);"
    model = model_of(body)
    inside = transactions(model).hidden()["cpu"]
    steps = [step for step in model.thread("cpu").steps if step.source in inside]
    edges = {(step.source, step.target) for step in steps}
    while edges:
        last = {one for one in edges if one[1] not in {source for source, _ in edges}}
        assert last, "a circle"
        edges -= last


@pytest.mark.parametrize(
    ("claim", "seen"),
    [
        ("invariant free: !held(lock) => total == 0", False),
        ("invariant always: total == 0", True),
        ("invariant other: seen == 0", False),
        ("reachable there: exists cpu c: c at middle", True),
        ("reachable held_one: total == 1", True),
        ("reachable free_one: !held(lock) && total == 1", False),
    ],
)
def test_a_property_that_looks_into_the_middle_keeps_it_in_sight(claim: str, seen: bool) -> None:
    body = "spin_lock(lock); total = 1;\nmiddle: total = 0; spin_unlock(lock);"
    model = model_of(body, f"{claim};")
    name = claim.split(":", maxsplit=1)[0].split()[1]
    assert (len(hidden(model, name)) < 3) == seen


def test_more_facts_hide_more() -> None:
    more = """lemma mine: forall cpu c: c at owned => c.mine.busy;
    lemma one: forall cpu c, cpu d: c != d && c at owned && d at owned => c.mine != d.mine;"""
    body = "atomic { mine = any(obj p: !p.busy); mine.busy = true; }\nowned: mine.busy = false;"
    text = f"{HEAD}{more}\nthread cpu {{ obj mine;\nloop {{\n{body}\n}} }}"
    (model,) = load(Source("test.alloc", text)).models
    prover = VerificationConditions(model)
    facts = lock_facts(prover)
    stated = [model.property(name).expression for name in ("mine", "one")]
    lemmas = lock_facts(prover, [item for item in stated if item is not None])
    assert len(lemmas) == len(facts) + 2
    assert Finder(Movers(model, facts)).transactions(()).size() == 0
    assert Finder(Movers(model, lemmas)).transactions(()).size() == 1
    more_found = reduction(model, ["mine"], Limits(), candidates=lemmas)
    assert reduction(model, ["unlock"], Limits()).transactions.size() == 0
    assert len(more_found.movers.facts) == len(lemmas)


def test_the_sections_of_the_free_path_are_hidden_but_for_one_place() -> None:
    path = ROOT / "spec/free_path.alloc"
    models = load(Source(path.name, path.read_text(encoding="utf-8"))).models
    model = next(item for item in models if item.variant == "v4")
    assert len(transactions(model, "isolation", "accounting").hidden()["cpu"]) == 25
    assert transactions(model, "lock_cycle").size() == 0
