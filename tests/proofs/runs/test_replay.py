from __future__ import annotations

from dataclasses import replace

import pytest

from frontend.model import INT, Assert, Assign, Assumption, Model, PropertyKind
from frontend.source.spans import NOWHERE
from proofs.answers.trace import Run
from proofs.runs.extend import extend
from proofs.runs.reorder import fewest_switches
from proofs.runs.replay import Mismatch, replay
from tests.support.proofs.models import (
    KIND,
    Q,
    binary,
    count,
    free_path,
    literal,
    model,
    place,
    read,
    step,
    threads_in_all,
    variable,
)
from tests.support.proofs.runs import BLOCK0, CPU0, CPU1, PAGE0, PAGE1, SMALL, move, stranding


def switches(run: Run) -> int:
    pairs = zip(run.moves, run.moves[1:], strict=False)
    return sum(one.thread != other.thread for one, other in pairs)


def test_a_violating_run_becomes_a_complete_trace() -> None:
    trace = replay(free_path(), stranding(), "no_stranded_page")
    assert len(trace.steps) == 11
    last = trace.steps[-1].state
    assert last is not None
    assert last.values["page.list", (PAGE0,)] == "ISOLATE"
    assert last.values["pageblock.mt", (BLOCK0,)] == "MOVABLE"
    assert trace.initial.values["page.buddy", (PAGE0,)] == PAGE1


def test_a_run_that_stops_short_is_rejected() -> None:
    run = stranding()
    with pytest.raises(Mismatch, match="not violated") as caught:
        replay(free_path(), replace(run, moves=run.moves[:-1]), "no_stranded_page")
    assert caught.value.step == 10


def test_a_run_that_goes_on_after_the_violation_is_rejected() -> None:
    run = stranding()
    longer = replace(run, moves=(*run.moves, move(CPU0, "take", freed=PAGE1)))
    with pytest.raises(Mismatch, match="violated already") as caught:
        replay(free_path(), longer, "no_stranded_page")
    assert caught.value.step == 11
    trace = replay(free_path(), longer, "no_stranded_page", allow_early=True)
    assert len(trace.steps) == 12


def test_a_tampered_step_is_named_by_its_number() -> None:
    run = stranding()
    moves = list(run.moves)
    moves[3], moves[4] = moves[4], moves[3]
    with pytest.raises(Mismatch, match="stands at") as caught:
        replay(free_path(), replace(run, moves=tuple(moves)), "no_stranded_page")
    assert caught.value.step == 4


def test_a_wrong_start_and_unknown_names_are_mismatches() -> None:
    run = stranding()
    wrong = replace(run, initial={("pageblock.mt", (BLOCK0,)): "ISOLATE"})
    for claim, name in ((wrong, "no_stranded_page"), (run, "nonsense")):
        with pytest.raises(Mismatch) as caught:
            replay(free_path(), claim, name)
        assert caught.value.step == 0
    with pytest.raises(Mismatch, match="bound"):
        replay(free_path(), replace(run, bounds={"page": 2}), "no_stranded_page")


def test_a_reachable_is_satisfied_by_its_last_state_only() -> None:
    run = stranding()
    upto = next(n for n, m in enumerate(run.moves, 1) if m.step == "put")
    trace = replay(free_path(), replace(run, moves=run.moves[:upto]), "freed")
    assert len(trace.steps) == upto
    with pytest.raises(Mismatch, match="already"):
        replay(free_path(), run, "freed")


def test_a_violation_may_show_at_the_start() -> None:
    x = variable("x", KIND.type, initial="MOVABLE")
    isolated = binary("==", read(x), literal("ISOLATE", KIND.type))
    example = model((x,), properties=(("p", PropertyKind.INVARIANT, isolated),))
    assert replay(example, Run({"cpu": 1}, {}, ()), "p").steps == ()


def faulty() -> Model:
    """Two asserts, then an unlock without a lock."""
    example = free_path()
    thread = example.threads[0]
    unlock = next(s for s in thread.steps if s.name == "unlock")
    steps = (
        step("look", 0, 1, Assert("first", literal(False), NOWHERE)),
        step("again", 1, 2, Assert("second", literal(False), NOWHERE)),
        replace(unlock, source=2, target=3),
        step("beyond", 3, 0),
    )
    locations = tuple(place(number) for number in range(4))
    return replace(
        example,
        threads=(replace(thread, steps=steps, locations=locations),),
        properties=(
            *example.properties,
            *(
                replace(example.property("unlock"), name=name, kind=PropertyKind.ASSERT)
                for name in ("first", "second")
            ),
            replace(example.property("unlock"), name="range"),
        ),
    )


def test_asserts_and_faults_count_in_the_last_step() -> None:
    run = Run(SMALL, {}, tuple(move(CPU0, name) for name in ("look", "again", "unlock")))
    assert replay(faulty(), run, "unlock").steps[-1].state is None
    assert replay(faulty(), replace(run, moves=run.moves[:2]), "second").steps[-1].failed
    with pytest.raises(Mismatch, match="not violated"):
        replay(faulty(), replace(run, moves=run.moves[:2]), "first", allow_early=True)
    with pytest.raises(Mismatch, match="already"):
        replay(faulty(), replace(run, moves=run.moves[:2]), "first")
    with pytest.raises(Mismatch, match="ends in a fault: unlock"):
        replay(faulty(), run, "range")


def test_nothing_follows_a_fault() -> None:
    names = ("look", "again", "unlock", "beyond")
    run = Run(SMALL, {}, tuple(move(CPU0, name) for name in names))
    with pytest.raises(Mismatch, match="fault") as caught:
        replay(faulty(), run, "range")
    assert caught.value.step == 3


def test_a_zigzag_is_straightened_to_the_fewest_switches() -> None:
    zigzag = stranding(zigzag=True)
    replay(free_path(), zigzag, "no_stranded_page")
    assert switches(zigzag) > 3
    straight = fewest_switches(free_path(), zigzag, "no_stranded_page")
    replay(free_path(), straight, "no_stranded_page")
    # The block must be isolated before the page's type is read, and given back after: three.
    assert switches(straight) == 3
    for thread in (CPU0, CPU1):
        own = [m.step for m in zigzag.moves if m.thread == thread]
        assert [m.step for m in straight.moves if m.thread == thread] == own
    again = fewest_switches(free_path(), straight, "no_stranded_page")
    assert again.moves == straight.moves


def test_without_room_to_search_the_order_stays() -> None:
    zigzag = stranding(zigzag=True)
    assert fewest_switches(free_path(), zigzag, "no_stranded_page", nodes=5).moves == zigzag.moves


def test_the_violation_stays_in_the_last_step() -> None:
    # Both threads set a bit; the property falls when both are set, whichever comes last.
    a, b = variable("a", KIND.type, initial="MOVABLE"), variable("b", KIND.type, initial="MOVABLE")
    isolate = literal("ISOLATE", KIND.type)
    both = binary("&&", binary("==", read(a), isolate), binary("==", read(b), isolate))
    example = model(
        (a, b),
        steps=(
            step("a", 0, 1, Assign("a", (), isolate)),
            step("b", 0, 1, Assign("b", (), isolate)),
        ),
        properties=(("never", PropertyKind.REACHABLE, both),),
    )
    run = Run({"cpu": 2}, {}, (move(CPU1, "b"), move(CPU0, "a")))
    found = fewest_switches(example, run, "never")
    assert switches(found) == 1
    replay(example, found, "never")


def test_a_small_run_is_embedded_into_a_large_system() -> None:
    bounds = {"page": 64, "pageblock": 64, "cpu": 64}
    larger = extend(free_path(), stranding(), "no_stranded_page", bounds)
    assert larger is not None
    trace = replay(free_path(), larger, "no_stranded_page")
    assert len(trace.initial.places) == 64
    assert trace.initial.values["page.buddy", (PAGE0,)] == PAGE1


def test_a_system_that_does_not_exist_takes_no_run() -> None:
    bounds = {"page": 3, "pageblock": 1, "cpu": 2}
    assert extend(free_path(), stranding(), "no_stranded_page", bounds) is None


def test_extra_objects_that_undo_the_violation_are_noticed() -> None:
    example = free_path()
    stranded = example.property("no_stranded_page")
    everywhere = replace(
        stranded,
        expression=binary("||", stranded.expression, binary(">", threads_in_all(), literal(2)))
        if stranded.expression is not None
        else None,
    )
    changed = replace(example, properties=(everywhere,))
    assert extend(changed, stranding(), "no_stranded_page", SMALL) is not None
    assert extend(changed, stranding(), "no_stranded_page", {**SMALL, "cpu": 3}) is None
    with pytest.raises(ValueError, match="fewer"):
        extend(example, stranding(), "no_stranded_page", {**SMALL, "cpu": 1})


def test_a_global_that_counts_objects_may_grow_with_them() -> None:
    example = free_path()
    total = variable("total", INT, constant=True)
    every = binary("==", read(total), count([Q], literal(True)))
    counted = replace(
        example,
        variables=(*example.variables, total),
        assumptions=(*example.assumptions, Assumption("counted", every, NOWHERE)),
    )
    larger = extend(counted, stranding(), "no_stranded_page", {**SMALL, "page": 6})
    assert larger is not None
    assert larger.initial["total", ()] == 6
