"""Small specifications whose invariants and lemmas are inductive together, one a topic."""

from __future__ import annotations

LOCKED = """spec locked;
single zone { spinlock lock; nat busy = 0; }
thread cpu {
	loop {
		spin_lock(zone.lock);
inside:
		zone.busy = 1;
leaving:
		atomic { zone.busy = 0; }
out:
		spin_unlock(zone.lock);
	}
}
invariant alone: count(cpu c: c at inside || c at leaving || c at out) <= 1;
invariant holder: forall cpu c: (c at inside || c at leaving || c at out) == held_by(zone.lock, c);
invariant busy: zone.busy <= 1;
"""

READERS = """spec readers;
nat readers = 0;
bool writing = false;
thread reader {
	loop {
		atomic { await !writing; readers++; }
reading:
		atomic { assert someone: readers > 0; readers--; }
	}
}
thread writer {
	loop {
		atomic { await readers == 0 && !writing; writing = true; }
modifying:
		writing = false;
	}
}
invariant exclusion: (exists writer w: w at modifying) => !(exists reader r: r at reading);
invariant one_writer: count(writer w: w at modifying) <= 1;
lemma counted: readers == count(reader r: r at reading);
lemma written: writing == (exists writer w: w at modifying);
lemma kept_apart: writing => readers == 0;
"""

PER_OBJECT = """spec per_object;
struct block { int nr; }
struct page { block owner; bool on = true; }
assume counted_first: forall block b: b.nr == count(page p: p.owner == b && p.on);
thread cpu {
	page p;
	block to;
	loop choose {
		atomic {
			p = any(page q: q.on);
			to = any(block);
			p.owner.nr--;
			p.owner = to;
			to.nr++;
		}
	} or {
		atomic {
			p = any(page q: q.on);
			p.on = false;
			p.owner.nr--;
		}
	}
}
invariant counted: forall block b: b.nr == count(page p: p.owner == b && p.on);
invariant never_below: forall block b: b.nr >= 0;
"""

BULK = """spec bulk;
enum kind { HOT, COLD, GONE }
struct block { bool frozen = false; }
struct page { const block home; kind list = HOT; }
int cold = 0;
thread cpu {
	loop choose {
		block b = any(block);
		atomic {
			cold += count(page p: p.home == b && p.list == HOT);
			update page p where p.home == b && p.list == HOT { p.list = COLD; }
		}
	} or {
		page q = any(page);
		atomic {
			if (q.list == COLD) {
				assert some: cold > 0;
				cold--;
			}
			q.list = GONE;
		}
	}
}
invariant counted: cold == count(page p: p.list == COLD);
"""

BY_ENUM = """spec by_enum;
enum kind { HOT, COLD, GONE }
struct page { kind list = GONE; page buddy; }
nat nr[kind] = 0;
assume pairs: forall page p: p.buddy != p;
thread cpu {
	loop {
		page p = any(page);
		atomic {
			if (p.list == GONE && p.buddy.list == GONE && p.buddy != p) {
				p.list = HOT;
				p.buddy.list = COLD;
				nr[HOT]++;
				nr[COLD]++;
			}
		}
		atomic {
			if (p.list == HOT) {
				nr[p.list]--;
				p.list = GONE;
			}
		}
	}
}
invariant counted: forall kind k: k != GONE => nr[k] == count(page p: p.list == k);
"""

OPTIONAL = """spec optional;
struct page { bool taken = false; }
page? top = none;
ghost nat held_pages = 0;
thread cpu {
	page? mine = none;
	loop choose {
		atomic { await top != none; mine = top; top = none; mine.taken = true; held_pages++; }
using:
		atomic { mine.taken = false; held_pages--; mine = none; }
	} or {
		page q = any(page);
		atomic { if (top == none && !q.taken) top = q; }
	}
}
invariant free_top: top != none => !top.taken;
lemma holds: forall cpu c: c at using => c.mine != none && c.mine.taken;
lemma one: forall cpu c: forall cpu d: c at using && d at using && c.mine == d.mine => c == d;
lemma counted: held_pages == count(cpu c: c at using);
"""

RELATION = """spec relation;
struct page { bool any = false; }
bool near[page, page] = false;
thread cpu {
	loop {
		page p = any(page);
		page q = any(page);
		atomic { near[p, q] = true; near[q, p] = true; p.any = true; q.any = true; }
	}
}
invariant symmetric: forall page p: forall page q: near[p, q] == near[q, p];
lemma marked: forall page p: (exists page q: near[p, q]) => p.any;
"""

SHIFTED = """spec shifted;
enum kind { HOT, COLD }
struct page { kind list = HOT; kind old = HOT; }
thread cpu {
	loop {
		page p = any(page);
		atomic {
			p.list = COLD;
			update page q where q.list == COLD { q.old = q.list; q.list = HOT; }
		}
	}
}
invariant hot: count(page p: p.list == COLD) == 0;
lemma all_hot: forall page p: p.list == HOT;
"""

ORDERED = """spec ordered;
spinlock outer;
spinlock inner;
thread cpu {
	loop choose {
		spin_lock(outer);
then:
		spin_lock(inner);
both:
		spin_unlock(inner);
last:
		spin_unlock(outer);
	} or {
		spin_lock(inner);
one:
		spin_unlock(inner);
	}
}
thread other {
	loop {
		spin_lock(outer);
only:
		spin_unlock(outer);
	}
}
lemma inside: forall cpu c: held_by(inner, c) == (c at both || c at one);
lemma outside: forall cpu c: held_by(outer, c) == (c at then || c at both || c at last);
lemma others: forall other o: !held_by(inner, o) && held_by(outer, o) == (o at only);
"""

VALID = {
    "locks": LOCKED,
    "two kinds of thread": READERS,
    "a count per object": PER_OBJECT,
    "a bulk update": BULK,
    "counters by enum, two objects at once": BY_ENUM,
    "optional references": OPTIONAL,
    "a relation": RELATION,
    "locks in order, two kinds of owner": ORDERED,
    "an update after an assignment": SHIFTED,
}
