"""What an engine is asked and what it answers.

An engine never decides alone: `verify/portfolio.py` replays every `Unsafe` in `proofs` before it
becomes a verdict, and compares the answers of several engines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from frontend.model import Model
from proofs.answers.trace import Run
from proofs.answers.verdict import Certificate


@dataclass(frozen=True, slots=True)
class Limits:
    """Where an engine stops and says so.

    Args:
        expired: asked often; True when the user's time is up or Ctrl-C came.
        why: then says so in a line.
        states: how many states may be stored by an exploration.
        memory: bytes of this process's resident memory.
        depth: how many steps a bounded search or an induction may go.
        layers: how many steps an exploration may go; None is no limit.
    """

    expired: Callable[[], bool] = field(default=lambda: False)
    why: Callable[[], str] = field(default=lambda: "time limit")
    states: int = 2_000_000
    memory: int = 4 << 30
    depth: int = 64
    layers: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """Properties of one model at one choice of bounds.

    Args:
        model: the whole model, or a slice of it (`analysis/slicing.py`): a slice is a model too.
        bounds: sort -> number of objects, at least 1, every sort of the model.
        properties: names of the properties asked about; of any kind.
        limits: where to stop.
        seed: for solvers.
    """

    model: Model
    bounds: Mapping[str, int]
    properties: tuple[str, ...]
    limits: Limits
    seed: int = 0

    def certificate(
        self, engine: str, method: str, depth: int, states: int | None = None
    ) -> Certificate:
        """What an engine says of a property of this task that holds; see `Certificate`."""
        variables = frozenset(item.name for item in self.model.variables)
        return Certificate(dict(self.bounds), engine, method, depth, states, variables)


@dataclass(frozen=True, slots=True)
class Safe:
    """No run violates the property (for `reachable`: no run reaches it)."""

    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Unsafe:
    """This run violates the property (for `reachable`: reaches it) with its last step.

    Args:
        shortest: whether no shorter run does.
    """

    run: Run
    shortest: bool


@dataclass(frozen=True, slots=True)
class Undecided:
    """Stopped at a limit. No run of up to `depth` steps violates it (-1: not even known).

    Args:
        violated: whether some run violates it (for `reachable`: reaches it), though none is told.
    """

    reason: str
    depth: int = -1
    violated: bool = False


@dataclass(frozen=True, slots=True)
class Contradiction:
    """No state satisfies the assumptions at these bounds; `names` are those of the assumptions
    that cannot be satisfied together."""

    names: tuple[str, ...]


Answer = Safe | Unsafe | Undecided | Contradiction


class Unanswered(Exception):
    """Ends the work of an engine; `reason` tells why, in one line."""

    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What a progress line shows.

    Args:
        engine: who.
        what: "depth", "frame", "states", or `SETTLED`.
        number: how far.
        of: how far it may go at most, where that is known.
        more: how far else it is, in words.
    """

    engine: str
    what: str
    number: int
    of: int | None = None
    more: str = ""


SETTLED = "settled"
"""What is counted when it is properties with a verdict."""


Listener = Callable[[Progress], None]


class Engine(Protocol):
    """One way of settling properties."""

    @property
    def name(self) -> str:
        """What it is called in answers and in events."""
        ...

    def run(self, task: Task, listener: Listener) -> dict[str, Answer]:
        """Answers for every property of the task, in their order."""
        ...
