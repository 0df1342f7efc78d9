"""`spec/free_path.alloc` with lemmas by hand: what a proof of v4 for all sizes needs.

The labels name places that the lemmas speak of; each stands where a step begins anyway.
"""

from __future__ import annotations

from pathlib import Path

from frontend.load import load
from frontend.model import Model
from frontend.source.spans import Source

SPEC = Path(__file__).parents[3] / "spec" / "free_path.alloc"

LABELS = (
    ("test", "if (zone.nr_isolate_pageblock > 0"),
    ("recheck", "mt = p.block.mt;\n\t\t\tif (mt == ISOLATE)"),
    ("counting", "zone.nr_free_pages++;             /*"),
    ("set_buddy", "p.PageBuddy = true;"),
    ("look", "if (p.buddy.PageBuddy)"),
    ("look", "if (exists page q"),
    ("take", "p = any(page q: q.PageBuddy"),
    ("check", "assert no_isolated_alloc"),
    ("off", "p.PageBuddy = false;"),
    ("uncount", "zone.nr_free_pages--;"),
    ("give", "p.in_use = true;"),
    ("unlock", "spin_unlock(zone.lock);\n}\n\nproc set_"),
    ("mark", "b.mt = ISOLATE;"),
    ("count_it", "when (count_isolated)\n\t\tzone.nr_isolate_pageblock++"),
    ("discount", "zone.nr_free_pages -="),
    ("unlock", "spin_unlock(zone.lock);\n}\n\nproc unset_"),
    ("test", "if (b.mt == ISOLATE)"),
    ("recount", "zone.nr_free_pages +="),
    ("unmark", "b.mt = MOVABLE;"),
    ("uncount", "when (count_isolated)\n\t\t\tzone.nr_isolate_pageblock--"),
    ("unlock", "spin_unlock(zone.lock);\n}\n\n/* Moves"),
    ("release", "b.claimed = false;"),
    ("move", "update page q where"),
)
"""Labels, and the first statement that each stands at."""

BRANCH = "\t\tp.buddy.list = mt;"
"""The one statement of a branch, which needs braces to be labelled (`merge`)."""

LEMMAS = """
when (recheck_counted) {
lemma used_is_not_free: forall page p: p.in_use => !p.PageBuddy;
lemma freeing_before: forall cpu c: c in __free_pages_ok && !(c in free_one_page) =>
    !c.__free_pages_ok.p.in_use && !c.__free_pages_ok.p.PageBuddy;
lemma freeing: forall cpu c: c in free_one_page => !c.free_one_page.p.in_use;
lemma freeing_off: forall cpu c: c in free_one_page && !(c at __free_one_page.look)
    && !(c at __free_one_page.merge) && !(c at free_one_page.done) => !c.free_one_page.p.PageBuddy;
lemma freeing_on: forall cpu c: c at __free_one_page.look || c at __free_one_page.merge
    || c at free_one_page.done => c.free_one_page.p.PageBuddy;
lemma same_page: forall cpu c: c in __free_one_page => c.__free_one_page.p == c.free_one_page.p;
lemma apart_before: forall cpu c, cpu d: c != d && c in __free_pages_ok && !(c in free_one_page)
    && d in __free_pages_ok && !(d in free_one_page) => c.__free_pages_ok.p != d.__free_pages_ok.p;
lemma apart_across: forall cpu c, cpu d: c != d && c in __free_pages_ok && !(c in free_one_page)
    && d in free_one_page => c.__free_pages_ok.p != d.free_one_page.p;
lemma apart: forall cpu c, cpu d: c != d && c in free_one_page && d in free_one_page =>
    c.free_one_page.p != d.free_one_page.p;
lemma taken: forall cpu c: c at rmqueue_bulk.check || c at rmqueue_bulk.off =>
    c.rmqueue_bulk.p.PageBuddy && c.rmqueue_bulk.p.list == MOVABLE;
lemma taken_off: forall cpu c: c at rmqueue_bulk.uncount || c at rmqueue_bulk.give =>
    !c.rmqueue_bulk.p.PageBuddy && !c.rmqueue_bulk.p.in_use;
lemma taken_alone_before: forall cpu c, cpu d: (c at rmqueue_bulk.uncount || c at rmqueue_bulk.give)
    && d in __free_pages_ok && !(d in free_one_page) => d.__free_pages_ok.p != c.rmqueue_bulk.p;
lemma taken_alone: forall cpu c, cpu d: (c at rmqueue_bulk.uncount || c at rmqueue_bulk.give)
    && d in free_one_page => d.free_one_page.p != c.rmqueue_bulk.p;

lemma claimed: forall cpu c: c in set_migratetype_isolate || c in unset_migratetype_isolate
        => c.b.claimed;
lemma claimed_last: forall cpu c: c at release => c.b.claimed;
lemma claims_apart: forall cpu c, cpu d: c != d
    && (c in set_migratetype_isolate || c in unset_migratetype_isolate || c at release)
    && (d in set_migratetype_isolate || d in unset_migratetype_isolate || d at release)
        => c.b != d.b;
lemma isolated_is_claimed: forall pageblock b: b.mt == ISOLATE => b.claimed;
lemma same_block_set: forall cpu c: c in set_migratetype_isolate
        && !(c at set_migratetype_isolate.unlock)
    => c.set_migratetype_isolate.b == c.b;
lemma same_block_unset: forall cpu c: c in unset_migratetype_isolate
    && !(c at unset_migratetype_isolate.unlock) && !(c at unset_migratetype_isolate.uncount)
    => c.unset_migratetype_isolate.b == c.b;
lemma same_block_move: forall cpu c: c at move_freepages_block.move
        => c.move_freepages_block.b == c.b;
lemma moves_to_isolate: forall cpu c: c at move_freepages_block.move
        && c in set_migratetype_isolate =>
    c.move_freepages_block.mt == ISOLATE;
lemma moves_to_movable: forall cpu c: c at move_freepages_block.move
        && c in unset_migratetype_isolate =>
    c.move_freepages_block.mt == MOVABLE;
lemma movable_before: forall cpu c: c in set_migratetype_isolate
        && !(c at set_migratetype_isolate.count_it)
    && !(c at move_freepages_block.move) && !(c at set_migratetype_isolate.discount)
    && !(c at set_migratetype_isolate.unlock) => c.b.mt == MOVABLE;
lemma isolate_between: forall cpu c: c at set_migratetype_isolate.count_it
    || c at move_freepages_block.move || c at set_migratetype_isolate.discount
    || c at set_migratetype_isolate.unlock || c in unset_migratetype_isolate
    && !(c at unset_migratetype_isolate.unlock) && !(c at unset_migratetype_isolate.uncount)
        => c.b.mt == ISOLATE;
lemma movable_after: forall cpu c: c at unset_migratetype_isolate.unlock
    || c at unset_migratetype_isolate.uncount || c at release => c.b.mt == MOVABLE;

lemma isolated_counted: (forall cpu c: !(c at set_migratetype_isolate.count_it)
        && !(c at unset_migratetype_isolate.uncount))
    => zone.nr_isolate_pageblock == count(pageblock b: b.mt == ISOLATE);
lemma isolated_less: (exists cpu c: c at set_migratetype_isolate.count_it)
    => zone.nr_isolate_pageblock == count(pageblock b: b.mt == ISOLATE) - 1;
lemma isolated_more: (exists cpu c: c at unset_migratetype_isolate.uncount)
    => zone.nr_isolate_pageblock == count(pageblock b: b.mt == ISOLATE) + 1;

lemma on_its_list: (forall cpu c: !(c at set_migratetype_isolate.count_it)
    && !(c at move_freepages_block.move) && !(c at unset_migratetype_isolate.recount)
    && !(c at unset_migratetype_isolate.unmark)) => forall page p: p.PageBuddy
        => p.list == p.block.mt;
lemma on_its_list_elsewhere: forall cpu c: c at set_migratetype_isolate.count_it
    || c at move_freepages_block.move || c at unset_migratetype_isolate.recount
    || c at unset_migratetype_isolate.unmark => forall page p: p.PageBuddy && p.block != c.b
        => p.list == p.block.mt;
lemma not_yet_moved: forall cpu c: c at set_migratetype_isolate.count_it
    || c at move_freepages_block.move && c in set_migratetype_isolate =>
    forall page p: p.PageBuddy && p.block == c.b => p.list == MOVABLE;
lemma still_isolated: forall cpu c: c at move_freepages_block.move
        && c in unset_migratetype_isolate =>
    forall page p: p.PageBuddy && p.block == c.b => p.list == ISOLATE;
lemma moved_back: forall cpu c: c at unset_migratetype_isolate.recount
    || c at unset_migratetype_isolate.unmark =>
    forall page p: p.PageBuddy && p.block == c.b => p.list == MOVABLE;
lemma right_type: forall cpu c: c at free_one_page.counting || c at free_one_page.skip_counting
    => c.free_one_page.mt == c.free_one_page.p.block.mt;
lemma counts_movable: forall cpu c: c at free_one_page.counting => c.free_one_page.mt == MOVABLE;
lemma right_type_inside: forall cpu c: c in __free_one_page => c.__free_one_page.mt
        == c.free_one_page.p.block.mt;
lemma listed: forall cpu c: c in __free_one_page && !(c at free_one_page.skip_counting)
    => c.free_one_page.p.list == c.__free_one_page.mt;

lemma accounts: (forall cpu c: !(c at free_one_page.skip_counting)
        && !(c at __free_one_page.set_buddy)
    && !(c at rmqueue_bulk.uncount) && !(c at set_migratetype_isolate.discount)
    && !(c at unset_migratetype_isolate.recount)) =>
    zone.nr_free_pages == count(page p: p.PageBuddy && p.list != ISOLATE);
lemma accounts_freeing: forall cpu c: c at free_one_page.skip_counting =>
    zone.nr_free_pages == count(page p: p.PageBuddy && p.list != ISOLATE)
        + (c.free_one_page.mt == ISOLATE ? 0 : 1);
lemma accounts_listing: forall cpu c: c at __free_one_page.set_buddy =>
    zone.nr_free_pages == count(page p: p.PageBuddy && p.list != ISOLATE)
        + (c.__free_one_page.mt == ISOLATE ? 0 : 1);
lemma accounts_taking: (exists cpu c: c at rmqueue_bulk.uncount) =>
    zone.nr_free_pages == count(page p: p.PageBuddy && p.list != ISOLATE) + 1;
lemma accounts_isolating: forall cpu c: c at set_migratetype_isolate.discount =>
    zone.nr_free_pages == count(page p: p.PageBuddy && p.list != ISOLATE)
        + count(page q: q.block == c.b && q.PageBuddy);
lemma accounts_back: forall cpu c: c at unset_migratetype_isolate.recount =>
    zone.nr_free_pages + count(page q: q.block == c.b && q.PageBuddy)
        == count(page p: p.PageBuddy && p.list != ISOLATE);
lemma some_page: forall cpu c: c at rmqueue_bulk.take => exists page q: q.PageBuddy
        && q.list == MOVABLE;
}
"""


def labelled() -> str:
    """The specification's text with the labels.

    Raises:
        ValueError: the specification no longer has a statement that a label stands at.
    """
    text = SPEC.read_text(encoding="utf-8")
    places = [(statement, f"{label}: {statement}") for label, statement in LABELS]
    for old, new in ((BRANCH, f"{{ merge: {BRANCH} }}"), *places):
        if old not in text:
            raise ValueError(f"{SPEC.name} has changed: there is no {old!r}")
        text = text.replace(old, new, 1)
    return text


def with_lemmas(variant: str, changes: tuple[tuple[str, str], ...] = ()) -> Model:
    """A variant of the specification with labels and lemmas.

    Args:
        variant: its name.
        changes: statements that are replaced, each where it stands first.

    Raises:
        ValueError: a statement is not there.
    """
    text = labelled()
    for old, new in changes:
        if old not in text:
            raise ValueError(f"there is no {old!r}")
        text = text.replace(old, new, 1)
    models = load(Source(SPEC.name, text + LEMMAS)).models
    return next(model for model in models if model.variant == variant)
