"""What the portfolio hands back: verdicts, the smallest sizes that show each, and its errors."""

from __future__ import annotations

from dataclasses import dataclass

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
class Settled:
    """One property's verdict.

    Args:
        name: the property.
        verdict: the answer with its evidence.
        bounds: the sizes that the verdict speaks of.
        seconds: what the engines took for it; shared work counts for each.
        smallest: where a violation was found, else None.
        shortest: whether the verdict's own trace is known to be the shortest at `bounds`.
    """

    name: str
    verdict: Verdict
    bounds: Bounds
    seconds: float
    smallest: Smallest | None = None
    shortest: bool = False

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
    """No state satisfies the assumptions at the asked sizes: neither proof nor error.

    Args:
        names: assumptions that cannot be satisfied together.
    """

    bounds: Bounds
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """Every property that was asked about, in the model's order; none where no system exists."""

    asked: Asked
    settled: tuple[Settled, ...]
    no_system: NoSystem | None = None
