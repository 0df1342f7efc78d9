"""What the portfolio says of a property: its status, and the smallest sizes that show it."""

from __future__ import annotations

from dataclasses import dataclass

from proofs.answers.trace import Trace
from proofs.answers.verdict import Attempt, EverySize, Proved, Reached, Status, Violated
from verifier.protocol.bounds import Bounds


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
class PropertyReport:
    """What there is to say of one property of a variant.

    Args:
        name: the property.
        status: the answer with its evidence.
        bounds: the sizes that the status speaks of.
        seconds: what the engines took for it; shared work counts for each.
        smallest: where a violation was found, else None.
        shortest: whether the status's own trace is known to be the shortest at `bounds`.
        attempt: why there is no proof at every size; None where one was found, or not asked for.
    """

    name: str
    status: Status
    bounds: Bounds
    seconds: float
    smallest: Smallest | None = None
    shortest: bool = False
    attempt: Attempt | None = None

    @property
    def trace(self) -> Trace | None:
        """The run that shows it: of a violation, or to a `reachable`."""
        return self.status.trace if isinstance(self.status, Violated | Reached) else None

    @property
    def every_size(self) -> EverySize | None:
        """Why it holds at every size; None where that is not proved."""
        return self.status.every_size if isinstance(self.status, Proved) else None
