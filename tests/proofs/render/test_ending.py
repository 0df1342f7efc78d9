"""The last lines of a trace, on specifications executed from their text."""

from __future__ import annotations

import pytest

from frontend.load import load
from frontend.model import Object, Value
from frontend.source.spans import Source
from proofs.answers.trace import Move, Point, Run
from proofs.interpreter.instance import Instance
from proofs.render.ending import ending
from proofs.runs.replay import replay

TWO_ORDERS = """spec two_orders;

spinlock inode;
spinlock tree;

thread reclaimer {
	spin_lock(tree);
	spin_lock(inode);
	spin_unlock(inode);
	spin_unlock(tree);
}

thread writer {
	spin_lock(inode);
	spin_lock(tree);
	spin_unlock(tree);
	spin_unlock(inode);
}
"""

FORKS = """spec forks;

struct fork {
	spinlock lock;
}

proc take(fork f)
{
	spin_lock(f.lock);
}

struct philosopher {
	const fork left;
	const fork right;
}

thread philosopher {
	loop {
		take(self.left);
		take(self.right);
		spin_unlock(self.right.lock);
		spin_unlock(self.left.lock);
	}
}
"""

SLEEPERS = """spec sleepers;

bool ready = false;
bool gone = false;
spinlock lock;

thread waiter {
	choose {
		await ready;
	} or {
		await gone;
	}
}

thread holder {
	spin_lock(lock);
}

thread server {
	loop {
		await ready;
	}
}

thread walker {
	ready = false;
	gone = false;
}

thread taker {
	spin_lock(lock);
	spin_unlock(lock);
}
"""

WORDS = """spec words;

nat nr = 0;

invariant zero: /* of 1; */ nr
	== 0;
invariant few "nr stays small": nr == 0;
reachable some "nr grows": nr == 1;

thread cpu {
	atomic { nr++; }
	atomic { nr -= 2; }
}
"""


def lines_of(
    text: str,
    name: str,
    sizes: dict[str, int],
    *moves: tuple[Object, str],
    initial: dict[Point, Value] | None = None,
) -> list[str]:
    """The last lines of the run that takes these steps."""
    (model,) = load(Source("example.alloc", text)).models
    steps = tuple(Move(thread, step, ()) for thread, step in moves)
    trace = replay(model, Run(sizes, initial or {}, steps), name, allow_early=True)
    return ending(Instance(model, sizes), trace, 100)[0]


def test_threads_in_a_circle_say_where_they_wait_and_for_whom() -> None:
    moves = (Object("reclaimer", 0), "reclaimer.1"), (Object("writer", 0), "writer.1")
    assert lines_of(TWO_ORDERS, "lock_cycle", {"reclaimer": 1, "writer": 1}, *moves) == [
        '=> lock_cycle is violated; it says: "no threads wait for each other\'s locks in a circle"',
        "   reclaimer0 waits at spin_lock(inode) (line 8), held by writer0",
        "   writer0 waits at spin_lock(tree) (line 15), held by reclaimer0",
    ]


def test_one_lock_of_many_is_named_and_who_is_idle_comes_last() -> None:
    forks = [Object("fork", index) for index in range(3)]
    eaters = [Object("philosopher", index) for index in range(3)]
    seats: dict[Point, Value] = {}
    for eater, left, right in ((0, 2, 2), (1, 0, 1), (2, 1, 0)):
        seats["philosopher.left", (eaters[eater],)] = forks[left]
        seats["philosopher.right", (eaters[eater],)] = forks[right]
    moves = [(eater, "philosopher.1") for eater in eaters[1:]]
    sizes = {"fork": 3, "philosopher": 3}
    assert lines_of(FORKS, "lock_cycle", sizes, *moves, initial=seats)[1:] == [
        "   philosopher1 waits at spin_lock(fork1.lock) (line 9), held by philosopher2",
        "   philosopher2 waits at spin_lock(fork0.lock) (line 9), held by philosopher1",
        "   philosopher0 is idle",
    ]


ONE_EACH = {"waiter": 1, "holder": 1, "server": 1, "walker": 1, "taker": 1}
HOLDER, WALKER, TAKER = Object("holder", 0), Object("walker", 0), Object("taker", 0)


def test_the_stuck_wait_at_a_statement_or_several_and_the_others_are_finished_or_idle() -> None:
    moves = (HOLDER, "holder.1"), (WALKER, "walker.1"), (WALKER, "walker.2")
    assert lines_of(SLEEPERS, "stuck", ONE_EACH, *moves)[1:] == [
        "   taker0 waits at spin_lock(lock) (line 31), held by holder0",
        "   waiter0 waits at await ready (line 9) or await gone (line 11)",
        "   holder0 is finished",
        "   server0 is idle",
        "   walker0 is finished",
    ]


def test_a_thread_that_can_move_stands_and_a_lock_that_nobody_waits_for_is_told() -> None:
    moves = (TAKER, "taker.1"), (TAKER, "taker.2"), (HOLDER, "holder.1")
    assert lines_of(SLEEPERS, "leak", ONE_EACH, *moves)[1:] == [
        "   waiter0 waits at await ready (line 9) or await gone (line 11)",
        "   walker0 stands at ready = false (line 26)",
        "   holder0 is finished",
        "   server0 is idle",
        "   taker0 is finished",
        "   holder0 holds lock",
    ]


def test_of_many_threads_those_that_wait_are_told() -> None:
    lines = lines_of(SLEEPERS, "leak", {**ONE_EACH, "taker": 7}, (HOLDER, "holder.1"))
    assert [line.split()[0] for line in lines[1:9]] == [f"taker{n}" for n in range(7)] + ["waiter0"]
    assert lines[9:] == ["   and 3 more threads"]


@pytest.mark.parametrize(
    ("name", "steps", "headline"),
    [
        ("zero", 1, "=> zero is violated: nr == 0"),
        ("few", 1, '=> few is violated; it says: "nr stays small"'),
        ("some", 1, "=> some is reached: nr grows"),
        ("underflow", 2, '=> underflow fault; the rule says: "no `nat` goes below zero"'),
    ],
)
def test_what_should_hold_does_not_read_like_what_happened(
    name: str, steps: int, headline: str
) -> None:
    moves = [(Object("cpu", 0), f"cpu.{number + 1}") for number in range(steps)]
    assert lines_of(WORDS, name, {"cpu": 1}, *moves)[0] == headline
