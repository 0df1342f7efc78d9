"""A specification whose places, variables and locals are hard to name, and formulas over it."""

from __future__ import annotations

from frontend.load import load
from frontend.model import BOOL, Binary, Bound, Expression, Model, Operator, Read, ReferenceType
from frontend.source.spans import Source

HARD = """
spec hard;
enum colour { RED, GREEN }
enum fruit { PLUM, PEAR, FIG }
record inner { bool set; int 0..3 level; }
record word { bool locked; inner deep; }
struct page {
	spinlock lock;
	page? next = none;
	const page buddy;
	cpu? owner = none;
	word state[0..1];
	set of cpu seen[colour];
	bool flag;
	fruit kind = PLUM;
	bool p;
}
struct cpu { int -2..7 n = 0; page work; bool y; page again; }
single zone { nat count = 0; spinlock lock; word state; int total = 0; }
set of cpu pending = empty;
bool near[page, page];
cpu boss;
word global_word;
int 0..7 bits = 0;

thread cpu {
	page p = any(page);
	int n = 0;
	set of page mine = {p};
	word w = zone.state;

	{ int 0..3 k = 1; zone.count = k; add_return(zone.count, k); }
	{ int 0..3 k = 2; zone.count = k; add_return(zone.count, k); }
	work(p);
	work(p);
	outer(p);
	if (test(p))
		zone.total = n;
	if (test(p))
		zone.total = 1;
	for each page q where q.flag
		q.flag = false;
again:
	bits = 1;
	pending = all cpu;
	bool done = bits > 0;
	zone.total = done ? 1 : 2;
}
proc work(page p) {
	page flag = p.buddy;
	spin_lock(zone.lock);
done:
	zone.total = 1;
	spin_unlock(zone.lock);
	spin_lock(flag.lock);
	spin_lock(zone.lock);
	spin_unlock(zone.lock);
	spin_unlock(flag.lock);
}
proc outer(page p) { work(p); }
proc test(page p): bool { return p.flag; }
thread helper {
	page p = any(page);

	await p.flag;
	work(p);
}
"""

CPU = ReferenceType("cpu", optional=False)
PAGE = ReferenceType("page", optional=False)
C, P, Q = Bound("c", CPU), Bound("p", PAGE), Bound("q", PAGE)


def of(model: Model, name: str, *arguments: Expression) -> Read:
    return Read(name, arguments, model.variable(name).type)


def same(one: Expression, other: Expression) -> Binary:
    return Binary(Operator.EQ, one, other, BOOL)


def hard_model() -> Model:
    (model,) = load(Source("hard.alloc", HARD)).models
    return model


def stated(model: Model) -> list[Expression]:
    """The formulas of the properties, in order."""
    return [item.expression for item in model.properties if item.expression is not None]
