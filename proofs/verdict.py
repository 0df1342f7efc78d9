"""What an answer is: it carries its evidence, or it says why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from frontend.model import Expression
from proofs.trace import Trace


@dataclass(frozen=True, slots=True)
class Certificate:
    """Why a property holds at some bounds.

    Args:
        bounds: sort -> number of objects.
        engine: which engine proved it.
        method: one line for a reader: "all 18992 states visited", "k-induction, k = 3".
        depth: the k of a k-inductive argument, or the depth of the state space; steps.
        states: how many states were visited, up to symmetry; None where none were.
        variables: the slice that the proof speaks of.
        simple_paths: whether a k-induction assumed that no state repeats.
        invariant: closed formulas over states (constants may name objects of the instance) that
            hold at the start, that every step keeps together, and that imply the property, or
            that no step violates it. Of a k-induction, what it assumes of every state besides
            properties. Empty when the engine leaves none.
        helpers: of a k-induction, the other properties that are proved together with this one;
            None for no k-induction.
        seconds: how long the engine took for this property, as far as it can tell; no part of
            what two certificates are compared by.
    """

    bounds: Mapping[str, int]
    engine: str
    method: str
    depth: int
    states: int | None
    variables: frozenset[str]
    simple_paths: bool = False
    invariant: tuple[Expression, ...] = ()
    helpers: tuple[str, ...] | None = None
    seconds: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Proved:
    """Holds. A `reachable` is proved by the trace that reaches it."""

    certificate: Certificate
    witness: Trace | None = None


@dataclass(frozen=True, slots=True)
class Refuted:
    """Violated: the trace shows it. A `reachable` that nothing reaches is refuted by the
    certificate of an exhaustive search instead, and has no trace."""

    trace: Trace | None
    engine: str
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not settled.

    Args:
        reason: one line ("time limit", "state limit of 1000000").
        depth: no violation in runs of up to this many steps; -1 when not even that is known.
    """

    reason: str
    depth: int = -1


Verdict = Proved | Refuted | Unknown
