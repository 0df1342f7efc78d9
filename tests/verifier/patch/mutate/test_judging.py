"""Verdicts on mutants, held against what a plain search with the interpreter says."""

from __future__ import annotations

import pytest

from frontend.model import PropertyKind
from tests.support.verifier.mutants import COUNTER, known, made, outcome, settled, spec
from tests.support.verifier.naive import TooLarge, search
from verifier.patch.mutate.building import built, same
from verifier.patch.mutate.judging import Judge
from verifier.patch.mutate.outcome import Reach, Verdict

MOST = 500
"""States of a plain search: it is slow, and may have no end."""

FLAGGED = spec(
    "loop {\nbool old = held_up;\nif (!old || busy) {\nheld_up = true;\nbusy = false;\n}\n"
    "atomic { busy = true; held_up = false; }\n}",
    "bool held_up = false;\nbool busy = false;\nint n = 0;\n"
    "invariant quiet: n == 0;\nreachable both: held_up && busy;\n",
)

PAGES = spec(
    "loop {\npage p;\natomic { p = any(page q: q.free && !q.bad); p.free = false; taken++; }\n"
    "atomic { p.free = true; taken--; }\n}",
    "struct page { bool free = true; bool bad = false; }\nint taken = 0;\n"
    "assume some: exists page q: !q.bad;\n"
    "invariant few: taken <= count(page q: !q.free);\n"
    "invariant low: taken >= 0;\nreachable all: taken == 2;\nbound page = 2;\n",
)


@pytest.mark.parametrize("text", [COUNTER, FLAGGED, PAGES])
def test_verdicts_are_those_of_a_plain_search(text: str) -> None:
    origin = made(text)
    before = known(origin)
    judge = Judge(origin, before, lambda: False)
    reachable = {
        item.name for item in origin.model.properties if item.kind is PropertyKind.REACHABLE
    }
    seen = set()
    compared = 0
    for number, mutant in enumerate(origin.mutants):
        found = judge.settle(number)
        seen.add(found.verdict)
        model = built(origin, mutant).model
        if found.verdict in (Verdict.REJECTED, Verdict.UNCHANGED):
            continue
        assert model is not None
        where = found.bounds if found.verdict is Verdict.KILLED else None
        for look in before.looks:
            if look.asked or look.bounds == where:
                try:
                    best = search(model, look.bounds, MOST).best
                except TooLarge:
                    continue  # a counter drifts
                compared += 1
                wrong = {name for name in look.names if name in best and name not in reachable}
                missed = {name for name in look.names if name in reachable and name not in best}
                if look.bounds != where:
                    assert found.verdict is Verdict.KILLED or not (wrong | missed), mutant.after
                elif found.steps is None:
                    assert (set(found.names), wrong) == (missed, set())
                else:
                    assert found.steps == min(best[name][0] for name in wrong)
                    assert set(found.names) == {
                        name for name in wrong if best[name][0] == found.steps
                    }
    assert Verdict.KILLED in seen
    assert compared > 8


def test_a_violated_invariant_kills_with_its_shortest_run() -> None:
    found = outcome(COUNTER, "update dropped", "inside--", "")
    assert (found.verdict, found.names, found.steps) == (Verdict.KILLED, ("idle",), 6)


def test_assertions_and_faults_kill_with_the_step_that_fails() -> None:
    text = spec("n = 1;\nassert one: n == 1;", "nat n = 0;")
    found = outcome(text, "update dropped", "n = 1", "")
    assert (found.verdict, found.names, found.steps) == (Verdict.KILLED, ("one",), 1)
    text = spec("atomic { n++; n--; }", "nat n = 0;")
    found = outcome(text, "update dropped", "n++", "")
    assert (found.verdict, found.names, found.steps) == (Verdict.KILLED, ("underflow",), 1)


def test_what_is_wrong_from_the_start_takes_no_step() -> None:
    found = outcome(COUNTER, "constant changed", "int inside = 0", "int inside = 1")
    assert (found.verdict, found.steps) == (Verdict.KILLED, 0)


def test_a_reachable_that_is_missed_kills() -> None:
    found = outcome(COUNTER, "update dropped", "state = BUSY", "")
    assert "busy" in found.names or found.verdict is Verdict.KILLED
    text = spec("n = 1;", "int n = 0;\nreachable one: n == 1;")
    gone = outcome(text, "update dropped", "n = 1", "")
    assert (gone.verdict, gone.names, gone.steps) == (Verdict.KILLED, ("one",), None)
    assert gone.bounds == {"cpu": 2}


def test_without_its_lock_a_section_is_killed_although_it_is_torn() -> None:
    both = "spin_lock(zone.lock) ... spin_unlock(zone.lock)"
    found = outcome(COUNTER, "lock dropped", both, "")
    assert found.verdict is Verdict.KILLED
    assert found.torn


def test_a_torn_mutant_that_nothing_refutes_is_rejected() -> None:
    text = spec(
        "spin_lock(zone.lock);\nn++;\nspin_unlock(zone.lock);",
        "single zone { spinlock lock; }\nint n = 0;\ninvariant low: n >= 0;",
    )
    found = outcome(text, "lock dropped", "spin_lock(zone.lock) ... spin_unlock(zone.lock)", "")
    assert (found.verdict, found.reason) == (Verdict.REJECTED, "E305")


def test_a_condition_that_always_holds_changes_nothing_when_dropped() -> None:
    before = "if (inside > 0 && state == BUSY)"
    assert outcome(COUNTER, "condition dropped", before, "if (true)").verdict is Verdict.EQUIVALENT
    for after in ("if (inside > 0)", "if (state == BUSY)"):
        found = outcome(COUNTER, "conjunct dropped", before, after)
        assert (found.verdict, found.bounds) == (Verdict.EQUIVALENT, {"cpu": 2})


def test_an_update_that_writes_what_is_there_changes_nothing() -> None:
    text = spec("n = 1;\nn = 1;\nm = 1;", "int n = 0;\nint m = 0;\ninvariant low: n <= 1;")
    verdicts = [
        (result.verdict, item.kind.value)
        for item, result in settled(text)
        if item.before == "n = 1" and item.after == ""
    ]
    assert verdicts == [(Verdict.EQUIVALENT, "update dropped")]


def test_a_race_that_one_thread_cannot_show_is_not_called_equal() -> None:
    """With one thread the second test is idle; with two, it is not, though no property minds."""
    text = (
        spec(
            "bool old = taken;\nif (!old) {\ntaken = true;\nif (owner == none) owner = self;\n"
            "last = self;\n}",
            "bool taken = false;\ncpu? owner;\ncpu? last;\ninvariant some: !taken || true;",
        )
        .replace("cpu? owner;", "cpu? owner = none;")
        .replace("cpu? last;", "cpu? last = none;")
    )
    found = outcome(text, "condition dropped", "if (owner == none)", "if (true)")
    assert found.verdict is Verdict.SURVIVED


def test_what_no_property_minds_survives_and_says_which_states_it_reaches() -> None:
    text = spec("n = 1;\nm = 1;", "int n = 0;\nint m = 0;\ninvariant low: n <= 1;")
    gone = outcome(text, "update dropped", "m = 1", "")
    assert (gone.verdict, gone.reach) == (Verdict.SURVIVED, Reach.FEWER)
    other = outcome(text, "constant changed", "m = 1", "m = 2")
    assert (other.verdict, other.reach) == (Verdict.SURVIVED, Reach.OTHER)


def test_states_without_end_are_inconclusive_and_other_properties_are_settled() -> None:
    drifting = spec(
        "loop {\natomic { n = n + 1; n = n - 1; }\n}",
        "int n = 0;\nint m = 0;\ninvariant even: n != 7000001;\ninvariant still: m == 0;",
    )
    limited = outcome(drifting, "constant changed", "n = n - 1", "n = n - 0")
    assert limited.verdict is Verdict.INCONCLUSIVE
    assert limited.names == ("even",)
    assert limited.reason.startswith("state limit of 20000 at 2 cpus, nothing violated in")


def test_a_mutant_that_the_front_end_rejects_is_told_by_its_code() -> None:
    text = spec("page p;\np = any(page);\np.free = false;", "struct page { bool free = true; }")
    found = outcome(text, "update dropped", "p = any(page)", "")
    assert (found.verdict, found.reason) == (Verdict.REJECTED, "E306")


def test_the_same_model_is_no_mutant() -> None:
    text = spec("n = 1 > 0 ? 1 : 2;\nif (on && n == 1) n = 0;", "patch on;\nint n = 0;")
    text = text.replace("thread cpu", "variant new = { on };\nthread cpu")
    origin = made(text, "new")
    judge = Judge(origin, known(origin), lambda: False)
    numbers = [n for n, item in enumerate(origin.mutants) if item.after == "if (n == 1)"]
    assert [judge.settle(n).verdict for n in numbers] == [Verdict.UNCHANGED]


def test_models_that_differ_in_a_value_are_not_the_same() -> None:
    one, other = made(spec("n = 1;", "int n = 0;")), made(spec("n = 2;", "int n = 0;"))
    assert same(one.model, one.model)
    assert not same(one.model, other.model)


def test_what_does_not_hold_of_the_original_kills_nothing() -> None:
    text = spec("n = 1;", "int n = 0;\ninvariant wrong: n == 0;\ninvariant low: n <= 1;")
    origin = made(text)
    found = known(origin)
    assert found.violated == ("wrong",)
    assert "wrong" not in found.held
    assert "low" in found.held


def test_an_assumption_is_looked_at_where_the_original_has_no_system() -> None:
    text = spec(
        "page p = any(page);\np.seen = true;",
        "struct page { const page next; bool seen = false; }\n"
        "assume two: forall page p: p.next != p;\n"
        "invariant apart: forall page p: p.next != p;\nbound page = 2;",
    )
    found = outcome(text, "assumption dropped", "assume two: forall page p: p.next != p", "")
    assert (found.verdict, found.steps) == (Verdict.KILLED, 0)
    assert found.bounds is not None
    assert found.bounds["page"] == 1


def test_without_a_system_no_reachable_is_reached() -> None:
    body = "page p = any(page);\np.seen = true;"
    rest = "struct page { bool seen = false; }\nassume new: forall page p: !p.seen;\n"
    change = ("constant changed", "bool seen = false", "bool seen = true")
    found = outcome(spec(body, rest + "reachable one: exists page p: p.seen;"), *change)
    assert (found.verdict, found.names, found.steps) == (Verdict.KILLED, ("one",), None)
    found = outcome(spec(body, rest + "invariant any_way: true;"), *change)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.reason.startswith("no such system")


def test_when_the_time_is_up_a_mutant_is_open() -> None:
    origin = made(COUNTER)
    judge = Judge(origin, known(origin), lambda: True)
    verdicts = {judge.settle(number).verdict for number in range(len(origin.mutants))}
    assert verdicts <= {Verdict.OPEN, Verdict.REJECTED, Verdict.UNCHANGED}
    assert Verdict.OPEN in verdicts
