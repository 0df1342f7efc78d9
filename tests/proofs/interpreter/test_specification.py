"""The shipped specification of the free path, executed from its text."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontend.load import load
from frontend.model import Model, Object
from frontend.source.spans import Source
from proofs.answers.trace import Move, Run, State
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.execute import enabled, execute, initial_state
from proofs.interpreter.instance import Instance
from proofs.render.columns import columns, summary
from proofs.runs.extend import extend
from proofs.runs.reorder import fewest_switches
from proofs.runs.replay import Mismatch, replay
from tests.support.proofs.runs import CPU0, CPU1

SPEC = Path(__file__).parents[3] / "spec" / "free_path.alloc"
BOUNDS = {"cpu": 2, "pageblock": 1, "page": 2}


@cache
def variants() -> dict[str, Model]:
    loaded = load(Source("spec/free_path.alloc", SPEC.read_text(encoding="utf-8")))
    return {model.variant: model for model in loaded.models}


def says(model: Model, move: Move, text: str) -> bool:
    """Whether a statement of a step starts so."""
    step = next(s for s in model.thread(move.thread.sort).steps if s.name == move.step)
    return any(remark.text.startswith(text) for remark in step.remarks)


def drive(model: Model, script: tuple[tuple[Object, str, str], ...]) -> Run:
    """Lets one thread after the other move, from the branch that starts with one statement until
    a step with another."""
    instance = Instance(model, BOUNDS)
    state = initial_state(instance, {})
    moves: list[Move] = []
    for thread, first, last in script:
        while True:
            possible = [move for move in enabled(instance, state) if move.thread == thread]
            wanted = [move for move in possible if first and says(model, move, first)]
            move = (wanted or possible)[0]
            moves.append(move)
            after = execute(instance, state, move).state
            assert after is not None
            state = after
            if says(model, move, last):
                break
    return Run(BOUNDS, {}, tuple(moves))


STRANDING = (
    (CPU1, "b = any", "spin_unlock"),
    (CPU0, "p = any(page q: q.in_use)", "mt = p.block.mt"),
    (CPU1, "", "spin_unlock"),
    (CPU0, "", "spin_unlock"),
)


def test_version_three_strands_a_page_in_23_steps() -> None:
    model = variants()["v3"]
    run = drive(model, STRANDING)
    trace = replay(model, run, "no_stranded_page")
    assert summary(trace) == (
        "v3 violates no_stranded_page in 23 steps (2 cpus, 1 pageblock, 2 pages)"
    )
    assert fewest_switches(model, run, "no_stranded_page").moves == run.moves
    lines = columns(model, trace)
    assert all(len(line) <= 72 for line in lines)
    assert "mt = p.block.mt => ISOLATE" in lines
    assert "page0.list MOVABLE -> ISOLATE" in lines
    assert any(line.endswith("nr_isolate_pageblock 1 -> 0") for line in lines)
    assert lines[2].split() == ["cpu0", "__free_pages_ok()", "cpu1", "set_migratetype_isolate(),"]


def test_version_four_does_not() -> None:
    model = variants()["v4"]
    with pytest.raises(Mismatch, match="not violated"):
        replay(model, drive(model, STRANDING), "no_stranded_page")


def test_the_trace_of_one_version_is_none_of_another() -> None:
    run = drive(variants()["v3"], STRANDING)
    with pytest.raises(Mismatch):
        replay(variants()["unpatched"], run, "no_stranded_page")


def test_the_trace_extends_to_sixty_four_of_everything() -> None:
    model = variants()["v3"]
    bounds = {"cpu": 64, "pageblock": 64, "page": 64}
    larger = extend(model, drive(model, STRANDING), "no_stranded_page", bounds)
    assert larger is not None
    assert len(replay(model, larger, "no_stranded_page").steps) == 23


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 3), st.lists(st.integers(0, 30), max_size=30))
def test_an_alternative_waits_exactly_while_none_of_its_steps_can_be_taken(
    which: int, choices: list[int]
) -> None:
    model = (*variants().values(), rich())[which]
    instance = Instance(model, {name: low for name, low, _ in model.bounds})
    state = initial_state(instance, {})
    for choice in choices:
        possible = enabled(instance, state)
        agree_on_waits(instance, state, possible)
        if not possible:
            return
        after = execute(instance, state, possible[choice % len(possible)]).state
        if after is None:
            return
        state = after


def agree_on_waits(instance: Instance, state: State, possible: list[Move]) -> None:
    for thread in instance.threads():
        movable = {
            (step.alternative, step.fresh)
            for move in possible
            if move.thread == thread and (step := instance.step(thread, move.step)) is not None
        }
        for step in instance.model.thread(thread.sort).steps:
            if step.source == state.places[thread]:
                proceeds = holds(step.waits, Scope.of(instance, state, thread))
                ways = {(step.alternative, way) for way in (False, step.fresh)}
                assert proceeds is bool(ways & movable), step.name


RICH = """
spec rich;

record qval { bool locked; cpu? tail; }

enum kind { A, B, C }

struct task {
    const task? parent;
    kind k = A;
    int 0..3 level = 0;
    bool tlb[cpu] = false;
}

struct cpu {
    spinlock rq;
    nat ticks = 0;
}

set of cpu online;
task? current[cpu];
qval word;
int 0..3 credit[kind];

assume tree: forall task t: t.parent == none || t.parent.parent == none;
assume some: credit[A] + credit[B] == 5;
assume nobody: !word.locked && word.tail == none;
assume up: exists cpu c: c in online;

thread cpu {
    task t;
    bool ok;
    cpu victim;

    loop choose {
        atomic { t = any(task q: q.k == A); }
        spin_lock(self.rq);
        atomic { self.ticks++; }
        atomic { t.level++; t.k = B; }
        spin_unlock(self.rq);
    } or {
        victim = any(cpu c: c != self && c in online);
        spin_lock(self.rq);
        spin_lock(victim.rq);
        atomic { update task q where q.level > 1 { q.level = 0; q.k = C; } }
        atomic { word = qval{ .locked = true, .tail = self }; }
        spin_unlock(victim.rq);
        spin_unlock(self.rq);
    } or {
        atomic { credit[B] = credit[B] * 2 % 7; online -= {self}; }
    } or {
        atomic { t = any(task); t = t.parent; }
    } or {
        for each cpu c where c in online {
            atomic { c.ticks += 3 << 1; }
        }
    }
}

thread migrator {
    migrator? other;
    atomic { await exists task q: q.k == C;
    update task q { q.level = 1; } }
    assert calm: word.locked == false;
}

invariant few: count(task q, cpu c: q.tlb[c]) < 2;
invariant word_free: !word.locked;
reachable c_kind: exists task t: t.k == C;
bound cpu = 2, task = 3, migrator = 1;
"""


@cache
def rich() -> Model:
    """Records, sets, arrays, several kinds of thread, locks of each object, faults."""
    return load(Source("rich.alloc", RICH)).models[0]


def test_faults_and_records_of_a_rich_specification_are_shown() -> None:
    model = rich()
    instance = Instance(model, {"task": 1, "cpu": 2, "migrator": 1})
    state = initial_state(instance, {})
    assert state.values["credit", ("A",)] == 2, "the first that adds up to 5 with at most 3"
    seen = set()
    for move in enabled(instance, state):
        for fault in execute(instance, state, move).faults:
            seen.add(fault)
            lines = columns(model, replay(model, Run(instance.bounds, {}, (move,)), fault))
            assert any(f"FAULT {fault}: " in line for line in lines)
            assert any(line.startswith(f"=> {fault} fault") for line in lines)
    assert seen == {"range", "none"}
