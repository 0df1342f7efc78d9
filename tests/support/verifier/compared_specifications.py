"""Small specifications whose patch flags are needed, idle, needed together, or not to be had."""

from __future__ import annotations

NEEDED = """
spec needed;
patch lock "the counter is read under the lock";
patch tidy "a comment";
patch mark;
variant before = {};
variant half = { tidy, mark };
variant after = { lock, tidy, mark };
nat counter = 0;
nat noise = 0;
ghost nat added = 0;
spinlock guard;
thread task {
	nat seen;
	when (lock)
		spin_lock(guard);
	seen = counter;
	counter = seen + 1;
	added++;
	when (lock)
		spin_unlock(guard);
	when (tidy)
		noise = 1;
	when (mark)
		noise = 2;
}
invariant none_lost "no increment is lost": counter == added;
invariant quiet: noise <= 2;
reachable counted: added == 2;
when (tidy)
	invariant tidied: noise != 3;
bound task = 2;
expect before violates none_lost;
expect half violates none_lost;
"""

JOINT = """
spec joint;
patch belt "the first guard";
patch braces "the second guard";
variant before = {};
variant after = { belt, braces };
nat x = 0;
thread task {
	when (belt || braces)
		x = 1;
	else
		x = 2;
}
invariant held_up: x != 2;
bound task = 1;
expect before violates held_up;
"""

DECLARED = """
spec declared;
patch field "a field";
patch use "its use";
variant before = {};
variant after = { field, use };
nat x = 0;
when (field)
	nat y = 0;
thread task {
	when (use)
		y = 1;
	else
		x = 1;
}
invariant nothing: x == 0;
bound task = 1;
expect before violates nothing;
"""

RESTATED = """
spec restated;
patch strict "the strict rule";
patch other;
variant before = {};
variant after = { strict, other };
nat x = 0;
thread task {
	x = 1;
	when (other)
		x = 2;
}
when (strict)
	invariant rule: x <= 2;
else
	invariant rule: x <= 0;
bound task = 1;
expect before violates rule;
"""

CONFIGURED = """
spec configured;
config large "a large machine";
patch gone "taken out again";
patch kept;
variant before = { gone };
variant after = { kept, large };
nat x = 0;
thread task {
	x = 1;
	when (gone)
		x = 2;
	when (kept || large)
		x = 1;
}
invariant small: x <= 2;
bound task = 1;
"""

EMPTY = """
spec empty;
patch relaxed "an assumption goes";
variant before = {};
variant after = { relaxed };
struct page {
	const page buddy;
}
when (!relaxed)
	assume impossible: forall page p: p.buddy != p;
nat x = 0;
thread task {
	x = 1;
}
invariant small: x <= 1;
bound task = 1, page = 1;
"""

IDLE = """
spec idle;
patch step "the step that the rule speaks of";
variant before = {};
variant after = { step };
bool done = false;
nat x = 0;
thread task {
	x = 1;
	when (step)
		done = true;
}
invariant rule: done => x == 1;
bound task = 1;
"""

BREAKING = """
spec breaking;
patch early "the count is raised before the page is there";
patch lock "the counter is changed under the lock";
patch tidy;
variant before = {};
variant after = { early, lock, tidy };
nat pages = 0;
nat counted = 0;
nat noise = 0;
spinlock guard;
thread task {
	nat seen;
	when (lock)
		spin_lock(guard);
	when (early)
		counted = 1;
	seen = pages;
	pages = seen + 1;
	when (!early)
		counted = 1;
	when (lock)
		spin_unlock(guard);
	when (tidy)
		noise = 1;
}
invariant no_ghosts "what is counted is there": counted <= pages;
invariant once: pages <= 2;
reachable both: pages == 2;
when (tidy)
	invariant tidied: noise <= 1;
when (!early)
	lemma late: counted <= pages;
bound task = 2;
expect after violates no_ghosts;
"""

TOGETHER = """
spec together;
patch one "half of a mistake";
patch two "the same half again";
variant before = {};
variant after = { one, two };
nat x = 0;
thread task {
	when (one || two)
		x = 2;
	else
		x = 1;
}
invariant low: x <= 1;
bound task = 1;
"""
