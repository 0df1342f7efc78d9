from __future__ import annotations

from pathlib import Path

import pytest

from frontend.model import Model
from proofs.answers.places import step_text
from tests.support.verifier.fakes import proved_everywhere
from tests.support.verifier.inspecting import models_of, reported, vacuity_of, verdicts
from verifier.inspection.vacuity import sentences as words
from verifier.inspection.vacuity.analysis import analyse
from verifier.inspection.vacuity.observer import Diligence, Observer
from verifier.inspection.vacuity.sentences import coverage, distant, sentence
from verifier.inspection.vacuity.vacuous import Cause, Vacuity
from verifier.inspection.variant import inspect
from verifier.protocol.bounds import asked
from verifier.protocol.deadline import Deadline
from verifier.report.basis import rests_on

ROOT = Path(__file__).resolve().parents[4]

BAD_PAGES = """
spec bad_pages;
struct page { bool free = false; bool bad = false; }
spinlock lock;
thread cpu {
	page p;
	loop {
		spin_lock(lock);
		p = any(page q: true);
		p.free = !p.free;
		SPOIL
		spin_unlock(lock);
	}
}
invariant nothing: !held(lock) => forall page p: p.bad => !p.free;
bound cpu = 2, page = 2;
"""

PATCHED = """
spec patched;
patch fix "the fix";
patch note "the note";
variant old = {};
variant new = { fix, note };
int counter = 0;
bool go = false;
spinlock lock;
thread cpu {
	spin_lock(lock);
	OPEN
	when (note) counter = 1;
	spin_unlock(lock);
	if (go) {
		helper();
		when (fix) counter = 2;
	}
}
proc helper() {
	spin_lock(lock);
	assert small: counter < 5;
	spin_unlock(lock);
}
bound cpu = 2;
"""


def causes(vacuity: Vacuity) -> list[tuple[Cause, str]]:
    return [(item.cause, item.name) for item in vacuity.found]


def test_an_invariant_whose_premise_never_holds_is_vacuous() -> None:
    found = vacuity_of(BAD_PAGES.replace("SPOIL", ""))
    assert causes(found) == [(Cause.PREMISE, "nothing")]
    item = found.of("nothing")
    assert item is not None
    assert item.premise == "!held(lock) && exists page p: p.bad"
    assert item.line == 15


def test_it_is_not_where_some_run_leads_to_the_premise() -> None:
    assert causes(vacuity_of(BAD_PAGES.replace("SPOIL", "p.bad = !p.free;"))) == []


def test_a_premise_that_needs_more_objects_than_were_asked_for_is_vacuous_there() -> None:
    text = BAD_PAGES.replace("SPOIL", "").replace(
        "p.bad => !p.free", "p.free => (forall page q: q != p && q.free => !q.bad)"
    )
    found = vacuity_of(text.replace("page = 2", "page = 1"))
    assert causes(found) == [(Cause.PREMISE, "nothing")]
    assert found.found[0].where is not None
    assert found.found[0].where["page"] == 2
    assert "all there are with" in sentence(found.found[0])
    assert "; reachable with " in sentence(found.found[0])
    assert causes(vacuity_of(text)) == []


TOGETHER = """
spec together;
nat n = 0;
proc second() { assert small: n <= 2; }
thread a {
	atomic { n++; }
	if (n == 2)
		second();
}
invariant two: n == 2 => n <= 2;
invariant one: n == 1 => n <= 2;
bound a = SIZES;
"""


def together(sizes: str, *everywhere: str) -> Vacuity:
    """What is vacuous there, where some verdicts are about every size."""
    model = models_of(TOGETHER.replace("SIZES", sizes))[0]
    settled = tuple(
        proved_everywhere(item) if item.name in everywhere else item for item in verdicts(model)
    )
    found = inspect(model, asked(model, {}), settled, Deadline(), lambda: [model]).vacuity
    assert found is not None
    return found


@pytest.mark.parametrize("sizes", ["1", "1..1"])
def test_what_happens_with_more_threads_than_were_asked_for_only_is_vacuous(sizes: str) -> None:
    found = together(sizes)
    assert set(causes(found)) == {
        (Cause.ASSERT, "small"),
        (Cause.PROCEDURE, "second"),
        (Cause.PREMISE, "two"),
    }
    assert all(item.where == {"a": 2} for item in found.found)
    assert found.distant == ()


@pytest.mark.parametrize("sizes", ["2", "1..2"])
def test_what_happens_at_one_of_the_asked_sizes_is_not_vacuous(sizes: str) -> None:
    found = together(sizes)
    assert (causes(found), found.distant) == ([], ())


def test_a_verdict_on_every_size_speaks_of_what_happens_at_others() -> None:
    found = together("1", "two", "small")
    assert causes(found) == [(Cause.PROCEDURE, "second")]
    assert {item.name for item in found.distant} == {"two", "small"}
    assert distant(found.distant[0]).startswith("not at the asked sizes: ")
    names = [item.name for item in models_of(TOGETHER.replace("SIZES", "1"))[0].properties]
    assert causes(together("1", *names)) == []


def test_an_outer_premise_that_never_holds_is_reported_once() -> None:
    text = BAD_PAGES.replace("SPOIL", "").replace(
        "p.bad => !p.free", "p.bad => (p.free => (exists page q: q.bad))"
    )
    assert len(vacuity_of(text).vacuous) == 1


def test_procedures_asserts_and_patches_that_no_variant_executes_are_vacuous() -> None:
    text = PATCHED.replace("OPEN", "")
    helper = [(Cause.ASSERT, "small"), (Cause.PROCEDURE, "helper")]
    assert sorted(causes(vacuity_of(text, "old")), key=str) == helper
    assert sorted(causes(vacuity_of(text, "new")), key=str) == [
        *helper[:1],
        (Cause.PATCH, "fix"),
        *helper[1:],
    ]


def test_what_another_variant_executes_is_information() -> None:
    text = PATCHED.replace("OPEN", "when (fix) go = true;")
    old = vacuity_of(text, "old")
    assert causes(old) == []
    assert {(item.owner, item.text) for item in old.silent if item.outcome is None} == {
        ("helper", "spin_lock(lock)"),
        ("helper", "assert small: counter < 5"),
        ("helper", "spin_unlock(lock)"),
    }
    new = vacuity_of(text, "new")
    assert causes(new) == []


def test_the_code_of_a_patch_is_vacuous_even_where_no_other_variant_has_it() -> None:
    text = PATCHED.replace("OPEN", "").replace("variant old = {};", "")
    assert (Cause.PATCH, "fix") in causes(vacuity_of(text, "new"))
    assert (Cause.PATCH, "note") not in causes(vacuity_of(text, "new"))


def test_an_assert_that_says_it_is_never_reached_is_not_vacuous() -> None:
    text = """
    spec bug;
    bool broken = false;
    thread cpu { if (broken) assert unbroken: false; }
    """
    found = vacuity_of(text)
    assert causes(found) == []
    assert [(item.text, item.outcome) for item in found.silent] == [
        ("if (broken)", True),
        ("assert unbroken: false", None),
    ]


def test_a_branch_that_is_never_taken_is_information() -> None:
    text = """
    spec branch;
    int n = 0;
    thread cpu { n = 1; if (n > 0) n = 2; }
    """
    found = vacuity_of(text)
    assert causes(found) == []
    assert [(item.text, item.outcome) for item in found.silent] == [("if (n > 0)", False)]
    assert found.basis.complete


def test_after_an_expected_fault_nothing_is_vacuous() -> None:
    text = """
    spec ends;
    nat n = 0;
    thread cpu { atomic { n--; } helper(); }
    proc helper() { n = 3; assert three: n == 3; }
    expect main violates underflow;
    """
    found = vacuity_of(text)
    assert causes(found) == []
    assert found.excused == "underflow"
    assert len(found.silent) == 2


def test_steps_that_never_fire_are_named_where_all_states_were_visited() -> None:
    text = """
    spec fires;
    bool go = false;
    int n = 0;
    thread cpu { n = 1; if (go) n = 2; }
    bound cpu = 2;
    """
    model = models_of(text)[0]
    names = {f"{step.thread}: {step_text(model, step)}" for step in model.threads[0].steps}
    found = vacuity_of(text)
    assert len(found.never_fired) == 2
    assert set(found.never_fired) <= names


def test_where_not_all_states_fit_it_is_only_perhaps_vacuous() -> None:
    text = """
    spec endless;
    int n = 0;
    bool seen = false;
    thread cpu {
        loop { atomic { n++; } if (n < 0) seen = true; }
    }
    invariant late: seen => n > 5;
    bound cpu = 1;
    """
    found = vacuity_of(text)
    assert [(item.name, item.certain) for item in found.vacuous] == [("late", False)]
    assert found.found == ()
    assert found.never_fired == ()


@pytest.mark.parametrize("name", ["free_path", "free_steal"])
def test_a_shipped_specification_is_not_vacuous(name: str) -> None:
    report = reported((ROOT / "spec" / f"{name}.alloc").read_text())
    assert all(variant.vacuity is not None for variant in report.variants)
    assert [item for variant in report.variants for item in variant.vacuous] == []


def test_a_copy_of_the_seed_whose_premise_cannot_hold_is_vacuous() -> None:
    text = (ROOT / "spec" / "free_path.alloc").read_text()
    changed = text.replace(
        "p.PageBuddy && p.list == ISOLATE => p.block.mt == ISOLATE",
        "p.PageBuddy && p.in_use && p.list == ISOLATE => p.block.mt == ISOLATE",
    )
    assert changed != text
    found = vacuity_of(changed, "v4")
    assert causes(found) == [(Cause.PREMISE, "no_stranded_page")]


# --- the asked sizes -----------------------------------------------------------------------

COUNTER = """
spec counted;
int n = 0;
thread t {
	int v = add_return(n, 1);

	if (v > 2)
		add_return(n, -1);
	if (n > 2)
		n = 0;
}
reachable three: n == 3;
bound t = 4;
"""

ALONE = """
spec alone;
int n = 0;
thread t {
	n = 1;
	if (count(t q: true) == n)
		n = 2;
}
bound t = 3;
"""


def test_what_happens_only_with_as_many_threads_as_were_asked_for_does_happen() -> None:
    found = vacuity_of(COUNTER)
    assert (found.silent, found.fewer) == ((), ())
    never = vacuity_of(COUNTER.replace("t = 4", "t = 2"))
    assert {item.text for item in never.silent} == {
        "if (v > 2)",
        "if (n > 2)",
        "n = 0",
        "add_return(n, -1)",
    }
    assert dict(never.basis.bounds) == {"t": 2}
    assert never.basis.complete


def test_what_happens_only_with_fewer_threads_never_happens_at_the_asked_sizes() -> None:
    found = vacuity_of(ALONE)
    assert {(item.text, item.outcome) for item in found.silent} == {
        ("if (count(t q: true) == n)", True),
        ("n = 2", None),
    }
    assert found.basis.complete
    model = models_of(ALONE)[0]
    assert coverage(model, found).endswith("(all states with 3 ts)")


def test_every_size_of_a_range_counts() -> None:
    found = vacuity_of(ALONE.replace("bound t = 3", "bound t = 1..3"))
    assert found.silent == ()
    none = vacuity_of(ALONE.replace("bound t = 3", "bound t = 2..3"))
    assert len(none.silent) == 2
    model = models_of(ALONE)[0]
    assert coverage(model, none).endswith("(all states with 2..3 ts)")


def test_what_was_seen_at_other_sizes_only_is_said_where_not_all_was_explored() -> None:
    text = ALONE.replace("n = 1;", "n = 1; loop { atomic { n++; } atomic { n--; } choose {} or {")
    text = text.replace("n = 2;\n", "n = 2; }}\n").replace("t = 3", "t = 6")
    model = models_of(text)[0]
    found = Observer(model, asked(model, {}), Deadline(), {}, Diligence(large=20, spare=20))
    found.small()
    made = analyse(found, asked(model, {}), verdicts(model), {}, lambda: [model], Deadline())
    assert made is not None
    assert made.silent == ()
    assert {item.text for item in made.fewer} >= {"n = 2"}
    assert "seen in full at other sizes only (" in coverage(model, made)


def test_a_variant_that_was_not_explored_to_its_end_may_execute_it() -> None:
    text = PATCHED.replace("OPEN", "")
    old, new = models_of(text)
    settled = verdicts(new)
    clock = [0.0]
    stop = Deadline(10, lambda: clock[0])

    def siblings() -> list[Model]:
        clock[0] = 20.0  # this took too long
        return [old, new]

    found = inspect(new, asked(new, {}), settled, stop, siblings).vacuity
    assert found is not None
    assert causes(found) == [(Cause.PATCH, "fix")]  # that is about this variant alone
    unsure = {item.name: item for item in found.vacuous if not item.certain}
    assert set(unsure) == {"small", "helper"}
    assert words.unsure(unsure["helper"]) == (
        "perhaps no statement of helper (line 21) is ever executed; "
        "not every state of old was visited"
    )


def test_nothing_is_vacuous_when_the_time_is_up() -> None:
    model = models_of(BAD_PAGES.replace("SPOIL", ""))[0]
    clock = [0.0]
    stop = Deadline(10, lambda: clock[0])
    settled = verdicts(model)
    clock[0] = 20.0
    assert inspect(model, asked(model, {}), settled, stop, lambda: [model]).vacuity is None


def test_a_predicate_that_is_used_is_no_premise() -> None:
    text = """
    spec used;
    struct slab { slab? next = none; bool used = false; }
    slab? head = none;
    thread cpu {
        loop choose {
            atomic { slab s = any(slab q: !q.used && q != head && head == none); head = s; }
        } or {
            atomic { await head != none; head.used = true; head = head.next; }
        }
    }
    define listed(slab s): bool =
        head != none && (head == s || head.next != none && head.next == s);
    invariant used_not_listed: forall slab s: s.used => !listed(s);
    bound cpu = 1, slab = 2;
    """
    assert causes(vacuity_of(text)) == []


def test_the_reason_takes_a_few_lines_whatever_the_premise_is() -> None:
    premise = " && ".join(["p.bad", *["(p.free || !p.free)"] * 40])
    text = BAD_PAGES.replace("SPOIL", "").replace("p.bad =>", f"{premise} =>")
    (item,) = vacuity_of(text).found
    assert len(words.sentence(item)) < 6 * 60


def test_a_property_of_which_only_a_part_says_nothing_is_not_vacuous() -> None:
    text = BAD_PAGES.replace("SPOIL", "")
    whole = text.replace("p.bad => !p.free", "(p.bad => !p.free) && (p.bad => p.free)")
    assert causes(vacuity_of(whole)) == [(Cause.PREMISE, "nothing")] * 2
    used = text.replace("p.bad => !p.free", "(p.bad => !p.free) && (p.free => !p.bad)")
    found = vacuity_of(used)
    assert causes(found) == []
    assert [(item.name, item.premise) for item in found.partly] == [
        ("nothing", "!held(lock) && exists page p: p.bad")
    ]
    ground = " ".join(text for _, text in rests_on(reported(used)))
    assert "a part of nothing (line 15) says nothing, its premise never holds: " in ground


def test_parts_that_perhaps_say_something_make_no_property_vacuous() -> None:
    text = """
    spec endless;
    int n = 0;
    bool seen = false;
    bool off = false;
    thread cpu {
        loop { atomic { n++; } if (n < 0) seen = true; }
    }
    invariant late: (seen => n > 5) && (off => n > 5);
    bound cpu = 1;
    """
    found = vacuity_of(text)
    assert found.found == ()
    assert [(item.premise, item.certain) for item in found.vacuous] == [
        ("seen", False),
        ("off", False),
    ]
    used = vacuity_of(text.replace("off => n > 5", "n > 0 => !off"))
    assert (used.vacuous, used.partly) == ((), ())
