"""What an answer is: it carries its evidence, or it says why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from frontend.model import Expression
from proofs.answers.invariant import Invariant
from proofs.answers.trace import Trace


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
class EverySize:
    """Why a property holds at every size that satisfies the assumptions.

    Args:
        lemmas: what a reader is told: facts that hold between critical sections, in the
            specification language, those about the same things in one.
        complete: every formula that the proof of the single steps needs.
        formulas: the same as `complete`.
        invariant: the evidence for this and other properties of the variant, for rechecks.
        instances: the sizes that were explored to find the lemmas.
        seconds: part of the work -> how long it took, for all properties of the variant together.
    """

    lemmas: tuple[str, ...]
    complete: tuple[str, ...]
    formulas: tuple[Expression, ...]
    invariant: Invariant
    instances: tuple[Mapping[str, int], ...]
    seconds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Attempt:
    """Why a property is not proved at every size.

    Args:
        reason: in one line.
        line: where the construct stands that cannot be expressed for every size, or None.
        lemma: the formula that a step may not keep, or "".
        step: the place that the step starts from, as `at` names it, or "".
        counterexample: a state in which all that is known holds, and what the step makes of it, as
            lines: the author can say by a `lemma` why there is no such state.
        instances: the sizes that were explored: the property holds there as far as they go.
    """

    reason: str
    line: int | None = None
    lemma: str = ""
    step: str = ""
    counterexample: tuple[str, ...] = ()
    instances: tuple[Mapping[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Violated:
    """The trace ends in a state, or with a step, that violates the property.

    Args:
        engine: which engine found the run.
    """

    trace: Trace
    engine: str


@dataclass(frozen=True, slots=True)
class Proved:
    """No run violates the property.

    Args:
        certificate: why that is so at the asked sizes.
        every_size: why it is so at every size; None where that is not proved.
    """

    certificate: Certificate
    every_size: EverySize | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """The trace leads to what a `reachable` asks for."""

    trace: Trace
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No run leads to what a `reachable` asks for.

    Args:
        certificate: why that is so at the asked sizes.
    """

    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not settled.

    Args:
        reason: one line ("time limit", "state limit of 1000000").
        depth: no violation in runs of up to this many steps; -1 when not even that is known.
    """

    reason: str
    depth: int = -1


@dataclass(frozen=True, slots=True)
class NoSystem:
    """No state satisfies the assumptions at some sizes: there is nothing to prove.

    Args:
        bounds: sort -> number of objects, or the largest of them.
        names: assumptions that cannot be satisfied together there.
        low: the smallest of them, where they are all that were asked for; None: only `bounds`.
    """

    bounds: Mapping[str, int]
    names: tuple[str, ...]
    low: Mapping[str, int] | None = None


Status = Violated | Proved | Reached | Unreachable | Unknown | NoSystem
"""The one answer to the question whether a property holds."""
