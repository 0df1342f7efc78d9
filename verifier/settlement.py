"""What the portfolio hands back: verdicts, the smallest sizes that show each, and its errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from frontend.model import Expression
from proofs.invariant import Invariant
from proofs.trace import Trace
from proofs.verdict import Proved, Refuted, Unknown, Verdict
from verifier.bounds import Asked, Bounds


class InternalError(Exception):
    """Engines contradict each other, or a run does not replay: a bug here, never a verdict."""


@dataclass(frozen=True, slots=True)
class Smallest:
    """The smallest sizes found that show a violation.

    Args:
        trace: the violation there.
        absent: the sorts of more than one object of which fewer were settled not to show it,
            with the other sorts at these sizes or any smaller ones.
        complete: whether that covers every sort of more than one object.
        extends: whether the same run violates the property at the asked sizes too.
        shortest: whether no shorter run violates it at these sizes.
    """

    trace: Trace
    absent: tuple[str, ...]
    complete: bool
    extends: bool
    shortest: bool


@dataclass(frozen=True, slots=True)
class ForAll:
    """What is known of a property at every size that satisfies the assumptions.

    Args:
        proved: whether it holds at all of them.
        reason: why it is not proved, in one line; "" when it is.
        line: where the construct stands that leaves the fragment, or None.
        lemmas: facts between critical sections, in the specification language, for a reader.
        complete: every formula that the proof of the single steps needs.
        formulas: the same as `complete`.
        invariant: the evidence for this and other properties of the variant, for rechecks.
        lemma: the formula that a step may not keep, where no proof was found.
        step: the place that it starts from, as `at` names it.
        counterexample: a state before and after that step, as lines of text.
        instances: the sizes that were explored to find the lemmas.
        seconds: part of the work -> how long it took, for all properties of the variant together.
    """

    proved: bool
    reason: str = ""
    line: int | None = None
    lemmas: tuple[str, ...] = ()
    complete: tuple[str, ...] = ()
    formulas: tuple[Expression, ...] = ()
    invariant: Invariant | None = None
    lemma: str = ""
    step: str = ""
    counterexample: tuple[str, ...] = ()
    instances: tuple[Bounds, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settled:
    """One property's verdict.

    Args:
        name: the property.
        verdict: the answer with its evidence.
        bounds: the sizes that the verdict speaks of.
        seconds: what the engines took for it; shared work counts for each.
        smallest: where a violation was found, else None.
        shortest: whether the verdict's own trace is known to be the shortest at `bounds`.
        for_all: what is known at every size; None when that was not asked.
    """

    name: str
    verdict: Verdict
    bounds: Bounds
    seconds: float
    smallest: Smallest | None = None
    shortest: bool = False
    for_all: ForAll | None = None

    @property
    def trace(self) -> Trace | None:
        """The run that shows it: of a violation, or to a `reachable`."""
        match self.verdict:
            case Proved(witness=trace) | Refuted(trace=trace):
                return trace
            case Unknown():
                return None


@dataclass(frozen=True, slots=True)
class NoSystem:
    """No state satisfies the assumptions at some sizes: neither proof nor error.

    Args:
        bounds: the sizes, or the largest of them.
        names: assumptions that cannot be satisfied together there.
        low: the smallest of them, where they are all that were asked for; None: only `bounds`.
    """

    bounds: Bounds
    names: tuple[str, ...]
    low: Bounds | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """Every property that was asked about, in the model's order; none where no system exists.

    Args:
        no_system: where that is so at every asked size.
        missing: the asked sizes without a system, the largest first, where others have one.
        unsure: whether it is not known of every asked size whether it has one.
    """

    asked: Asked
    settled: tuple[Settled, ...]
    no_system: NoSystem | None = None
    missing: tuple[NoSystem, ...] = ()
    unsure: bool = False
