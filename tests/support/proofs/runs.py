"""Runs of the models of `models.py`."""

from __future__ import annotations

from frontend.model import Object, Value
from proofs.answers.trace import Move, Run

CPU0, CPU1 = Object("cpu", 0), Object("cpu", 1)
PAGE0, PAGE1, PAGE2 = (Object("page", index) for index in range(3))
BLOCK0 = Object("pageblock", 0)
SMALL = {"page": 2, "pageblock": 1, "cpu": 2}


def move(thread: Object, name: str, **picks: Value) -> Move:
    return Move(thread, name, tuple(picks.items()))


def stranding(*, zigzag: bool = False) -> Run:
    """A page is freed to the isolate list after its pageblock has been given back."""
    freeing = [
        move(CPU0, "take", freed=PAGE0),
        move(CPU0, "read"),
        move(CPU0, "lock"),
        move(CPU0, "put"),
        move(CPU0, "unlock"),
    ]
    isolating = [
        move(CPU1, "isolate.lock"),
        move(CPU1, "isolate", block=BLOCK0),
        move(CPU1, "isolate.unlock"),
        move(CPU1, "restore.lock"),
        move(CPU1, "restore", block=BLOCK0),
        move(CPU1, "restore.unlock"),
    ]
    if zigzag:
        moves = [
            isolating[0],
            freeing[0],
            *isolating[1:3],
            freeing[1],
            *isolating[3:],
            *freeing[2:],
        ]
    else:
        moves = [*isolating[:3], *freeing[:2], *isolating[3:], *freeing[2:]]
    return Run(SMALL, {}, tuple(moves))
