"""Lock discipline: what is accessed with and without its lock, and what is not to be reported."""

from __future__ import annotations

from pathlib import Path

from frontend.model import Model
from tests.support.verifier.inspecting import models_of
from verifier.inspection.lock_discipline.guarded_accesses import accesses
from verifier.inspection.lock_discipline.races import Evidence, Race
from verifier.inspection.lock_discipline.sentences import lines, report
from verifier.inspection.variant import inspect
from verifier.protocol.bounds import asked
from verifier.protocol.deadline import Deadline

ROOT = Path(__file__).resolve().parents[3]


def races_of(text: str, variant: str = "main") -> tuple[Race, ...]:
    model = model_of(text, variant)
    return inspect(model, asked(model, {}), (), Deadline(), lambda: ()).races


def model_of(text: str, variant: str = "main") -> Model:
    return next(item for item in models_of(text) if item.variant == variant)


GUARDED = """
spec guarded;
spinlock lock;
int total = 0;
int copy = 0;
thread cpu {
	int mine;
	loop {
		spin_lock(lock);
		total = 1;
		total = 0;
		spin_unlock(lock);
		BARE
	}
}
bound cpu = 2;
"""


def test_a_read_without_the_lock_of_the_writes_is_a_race() -> None:
    (race,) = races_of(GUARDED.replace("BARE", "mine = total;\ncopy = mine;"))
    assert (race.variable, race.guard, race.guarded, race.writes) == ("total", "lock", 2, 2)
    assert (race.bare.statement.text, race.bare.line, race.bare.locks) == ("mine = total", 13, ())
    assert not race.bare.statement.write
    assert (race.other.statement.text, race.other.locks) == ("total = 1", ("lock",))
    assert race.evidence is Evidence.SEEN


def test_a_write_without_the_lock_is_one_with_any_access_under_it() -> None:
    (race,) = races_of(GUARDED.replace("BARE", "total = 2;"))
    assert race.bare.statement.write
    assert (race.guarded, race.writes) == (2, 3)


def test_what_is_always_accessed_under_the_lock_is_no_race() -> None:
    bare = "spin_lock(lock);\nmine = total;\nspin_unlock(lock);\ncopy = mine;"
    assert races_of(GUARDED.replace("BARE", bare)) == ()


def test_what_is_mostly_written_without_a_lock_has_no_guard() -> None:
    bare = "total = 2;\ntotal = 3;\nmine = total;\ncopy = mine;"
    assert races_of(GUARDED.replace("BARE", bare)) == ()


def test_two_reads_are_no_race() -> None:
    text = """
    spec reads;
    spinlock lock;
    int setting = 3;
    thread cpu { int mine; loop { spin_lock(lock); mine = setting; spin_unlock(lock);
        mine = setting; } }
    bound cpu = 2;
    """
    assert races_of(text) == ()


def test_ghosts_constants_and_what_asserts_read_are_left_out() -> None:
    text = """
    spec left_out;
    spinlock lock;
    const int limit;
    int total = 0;
    ghost int seen = 0;
    assume small: limit == 3;
    thread cpu {
        loop {
            spin_lock(lock);
            atomic { total = limit; seen = 1; }
            spin_unlock(lock);
            atomic { seen = 2; assert some: total < 9; }
        }
    }
    bound cpu = 2;
    """
    assert races_of(text) == ()
    assert {item.variable for item in accesses(model_of(text))} == {"total"}


def test_an_object_that_a_thread_owns_may_be_used_without_the_lock() -> None:
    text = """
    spec owned;
    struct page { bool taken = false; int used = 0; }
    spinlock lock;
    thread cpu {
        page p;
        loop {
            spin_lock(lock);
            p = any(page q: !q.taken);
            p.taken = true;
            p.used = 1;
            p.used = 2;
            spin_unlock(lock);
            p.used = 3;
            spin_lock(lock);
            p.taken = false;
            spin_unlock(lock);
        }
    }
    bound cpu = 2, page = 3;
    """
    assert [race.variable for race in races_of(text)] == []
    broken = text.replace("any(page q: !q.taken)", "any(page q: true)")
    assert {race.variable for race in races_of(broken)} == {"page.used"}


PER_NODE = """
spec per_node;
struct node { spinlock lock; int size = 0; }
thread cpu {
	node n;
	int mine;
	loop {
		n = any(node m: true);
		spin_lock(n.lock);
		n.size = 1;
		n.size = 0;
		spin_unlock(n.lock);
		BARE
	}
}
bound cpu = 2, node = 2;
"""


def test_the_lock_of_the_same_object_guards_it() -> None:
    assert races_of(PER_NODE.replace("BARE", "")) == ()
    (race,) = races_of(PER_NODE.replace("BARE", "mine = n.size;"))
    assert (race.variable, race.guard) == ("node.size", "node.lock")
    assert race.other.locks == ("n.lock",)


def test_a_helper_that_is_called_with_and_without_the_lock_is_bare_where_it_is_not() -> None:
    text = """
    spec helpers;
    spinlock lock;
    int total = 0;
    thread cpu {
        loop {
            spin_lock(lock);
            total = 4;
            total = 5;
            set();
            spin_unlock(lock);
            set();
        }
    }
    proc set() { total = 1; }
    bound cpu = 2;
    """
    (race,) = races_of(text)
    assert race.bare.statement.owner == "set"
    assert race.bare.locks == ()


def test_the_seed_names_the_unlocked_read_of_the_migratetype() -> None:
    text = (ROOT / "spec" / "free_path.alloc").read_text()
    (race,) = races_of(text, "v4")
    assert list(report(race)) == [
        (0, "data race in __free_pages_ok / set_migratetype_isolate: pageblock.mt"),
        (2, "read in __free_pages_ok, line 76, holding no lock:"),
        (4, "mt = p.block.mt"),
        (2, "write in set_migratetype_isolate, line 133, holding zone.lock:"),
        (4, "b.mt = ISOLATE"),
        (2, "zone.lock is held at 2 of 2 writes; seen together"),
    ]
    (line,) = lines([race])
    assert line == (
        "pageblock.mt: read in __free_pages_ok (line 76) without zone.lock, written in "
        "set_migratetype_isolate (line 133) under it; seen together"
    )


def test_several_bare_accesses_of_a_variable_take_one_line() -> None:
    found = races_of(GUARDED.replace("BARE", "mine = total;\ncopy = mine;\ntotal = 3;"))
    assert len(found) == 2
    (line,) = lines(found)
    assert line.endswith(", and 1 more like it")


def test_where_not_all_states_fit_a_race_is_possible_by_locksets() -> None:
    text = """
    spec endless;
    spinlock lock;
    int total = 0;
    int n = 0;
    thread cpu {
        loop choose { atomic { n++; } } or {
            spin_lock(lock);
            total = 1;
            spin_unlock(lock);
        } or {
            await n < 0;
            total = 2;
            await n > 0;
        } or {
            spin_lock(lock);
            total = 3;
            spin_unlock(lock);
        }
    }
    bound cpu = 2;
    """
    (race,) = races_of(text)
    assert race.evidence is Evidence.POSSIBLE
    assert race.bare.statement.text == "total = 2"


def test_objects_that_two_picks_cannot_share_do_not_race() -> None:
    text = """
    spec picks;
    struct page { bool in_use = true; }
    spinlock lock;
    thread cpu {
        page p;
        loop choose {
            atomic { p = any(page q: q.in_use); p.in_use = false; }
        } or {
            spin_lock(lock);
            atomic { p = any(page q: !q.in_use); p.in_use = true; }
            spin_unlock(lock);
        } or {
            spin_lock(lock);
            atomic { p = any(page q: !q.in_use); p.in_use = true; }
            spin_unlock(lock);
        }
    }
    bound cpu = 2, page = 2;
    """
    writes = [race for race in races_of(text) if race.bare.statement.write]
    reads = {race.other.statement.text for race in writes if not race.other.statement.write}
    assert {race.other.statement.write for race in writes} <= {False}
    assert reads <= {"p = any(page q: !q.in_use)"}


# --- whose lock it is ----------------------------------------------------------------------

TWINS = """
spec twins;
struct page { spinlock own; int 0..3 n = 0; const page twin; spinlock spare; }
thread w { page p = any(page); spin_lock(p.own); p.n = 1; p.n = 2; spin_unlock(p.own); }
thread r {
	int 0..3 x;
	page p = any(page);
	ENTER
	READ
	LEAVE
}
bound w = 1, r = 1, page = 2;
"""


def twins(enter: str, read: str, leave: str) -> str:
    return TWINS.replace("ENTER", enter).replace("READ", read).replace("LEAVE", leave)


def test_the_lock_of_another_object_does_not_guard_it() -> None:
    text = twins("spin_lock(p.own);", "x = p.twin.n;", "spin_unlock(p.own);")
    (race,) = races_of(text)
    assert (race.variable, race.guard, race.different) == ("page.n", "page.own", True)
    assert race.evidence is Evidence.SEEN
    assert [side.statement.text for side in (race.bare, race.other)] == ["p.n = 1", "x = p.twin.n"]
    assert list(lines([race])) == [
        (
            "page.n: written in thread w (line 4) and read in thread r (line 9), "
            "not under the page.own of one object; seen together"
        )
    ]
    assert [text for _, text in report(race)][-1] == (
        "each may hold a page.own, not that of one object; seen together"
    )


def test_the_lock_of_the_object_guards_it_whatever_leads_there() -> None:
    for enter, read, leave in (
        ("spin_lock(p.own);", "x = p.n;", "spin_unlock(p.own);"),
        ("spin_lock(p.twin.own);", "x = p.twin.n;", "spin_unlock(p.twin.own);"),
        ("page q = p.twin; spin_lock(q.own);", "x = p.twin.n;", "spin_unlock(q.own);"),
        ("page q = p.twin; spin_lock(p.twin.own);", "x = q.n;", "spin_unlock(q.own);"),
    ):
        assert races_of(twins(enter, read, leave)) == (), enter


def test_where_the_twin_is_the_page_itself_its_lock_is_the_right_one() -> None:
    text = twins("spin_lock(p.own);", "x = p.twin.n;", "spin_unlock(p.own);")
    assert races_of(text + "assume itself: forall page p: p.twin == p;") == ()


def test_two_writers_under_locks_of_their_own_may_meet_at_one_object() -> None:
    text = """
    spec meeting;
    struct page { spinlock own; int 0..3 n = 0; const page twin; }
    thread w { page p = any(page); spin_lock(p.own); p.twin.n = 1; spin_unlock(p.own); }
    bound w = 2, page = 2;
    """
    (race,) = races_of(text)
    assert (race.different, race.bare, race.other) == (True, race.other, race.bare)
    apart = text + "assume apart: forall page p, q: p != q => p.twin != q.twin;"
    assert races_of(apart) == ()


def test_another_lock_of_the_same_object_is_no_guard() -> None:
    text = twins("spin_lock(p.spare);", "x = p.n;", "spin_unlock(p.spare);")
    (race,) = races_of(text)
    assert (race.guard, race.different) == ("page.own", False)


def test_locks_of_different_objects_are_reported_only_where_that_was_seen() -> None:
    text = """
    spec listed;
    struct list { spinlock lock; }
    struct page { int 0..3 n = 0; const list on; }
    nat steps = 0;
    thread cpu {
        loop {
            list l = any(list);
            page p;
            spin_lock(l.lock);
            p = any(page q: q.on == l);
            p.n = 1;
            p.n = 0;
            spin_unlock(l.lock);
            add_return(steps, 1);
        }
    }
    bound cpu = 2, list = 2, page = 2;
    """
    assert races_of(text) == ()


def test_locks_in_arrays_are_named_as_the_text_names_them() -> None:
    text = """
    spec arrays;
    spinlock l[0..1];
    int 0..3 t[0..1] = 0;
    int 0..1 x = 0;
    thread cpu {
        int 0..1 i = any(int 0..1);
        spin_lock(l[0]); t[0] = 1; spin_unlock(l[0]);
        spin_lock(l[i]); t[i] = 2; spin_unlock(l[i]);
    }
    thread other {
        int 0..1 i = any(int 0..1);
        spin_lock(l[1 - i]); atomic { x = 1; t[i] = 3; } spin_unlock(l[1 - i]);
        READ
    }
    bound cpu = 1, other = 1;
    """
    (race,) = races_of(text.replace("READ", ""))
    assert (race.different, race.bare.locks, race.other.locks) == (True, ("l[0]",), ("l[1 - i]",))
    assert race.other.statement.text == "t[i] = 3"
    assert next(lines([race])).endswith(", not under one element of l; seen together")
    assert list(report(race))[-1] == (
        2,
        "each may hold an element of l, not the same one; seen together",
    )
    bare = text.replace("READ", "int 0..3 n = t[0];").replace("t[i] = 3", "t[1 - i] = 3")
    (race,) = races_of(bare)
    assert (race.bare.statement.text, race.bare.locks) == ("n = t[0]", ())


def test_the_locks_of_objects_are_named_through_what_leads_there() -> None:
    text = """
    spec leading;
    struct page { spinlock own; int 0..3 n = 0; const page twin; }
    struct cpu { spinlock own; }
    int 0..3 x = 0;
    thread cpu {
        page p = any(page);
        spin_lock(self.own); x = 1; spin_unlock(self.own);
        spin_lock(p.twin.own); x = 2; spin_unlock(p.twin.own);
        spin_lock(p.own); x = 3; spin_unlock(p.own);
    }
    bound cpu = 2, page = 2;
    """
    found = races_of(text)
    assert {side.locks for race in found for side in (race.bare, race.other)} <= {
        ("self.own",),
        ("p.own",),
        ("p.twin.own",),
    }
    assert found
