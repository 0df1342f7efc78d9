"""What is said about the vacuity of a variant's verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from verifier.inspection.vacuity.coverage import Looked
from verifier.inspection.vacuity.statements import Statement
from verifier.protocol.bounds import Bounds


class Cause(Enum):
    """What makes a verdict say nothing."""

    PREMISE = "premise"
    """An invariant holds because its premise never does."""
    ASSERT = "assert"
    """An `assert` holds because it is executed in no variant, and does not just say `false`."""
    PROCEDURE = "procedure"
    """Nothing of a procedure, or of a thread's own body, is ever executed, in any variant."""
    PATCH = "patch"
    """Nothing of what a flag of this variant adds is ever executed."""


@dataclass(frozen=True, slots=True)
class Vacuous:
    """Something that the verdicts do not speak of although it seems so.

    Args:
        name: of the property, the procedure (`thread cpu` for a body) or the flag.
        line: where it stands.
        premise: what never holds, in the author's words; "" of other causes.
        looked: the search that visited every state, or the last one that did not find it.
        unexplored: the first other variant that may execute it and was not explored to the end, or
            "".
        where: other sizes than the asked ones at which it was seen to happen; None: at none.
    """

    cause: Cause
    name: str
    line: int
    premise: str
    looked: Looked
    unexplored: str = ""
    where: Bounds | None = None

    @property
    def certain(self) -> bool:
        """Whether every state was looked at, at the asked sizes, of each variant that matters."""
        return self.looked.complete and not self.unexplored


@dataclass(frozen=True, slots=True)
class Vacuity:
    """What of a variant was never seen to happen.

    Args:
        vacuous: what makes a verdict vacuous, or may do so: see `Vacuous.certain`.
        silent: statements that are not executed at the asked sizes, and outcomes of tests; where
            not every state was visited, those that were not seen in other systems either.
        partly: premises that never hold, of properties of which other parts say something.
        distant: what happens at other sizes than the asked ones only, and makes no verdict vacuous
            since those that it concerns are about every size.
        fewer: those that were seen in other systems only, where not every state was visited.
        basis: the search at the asked sizes that this rests on.
        total: how many statements there are.
        never_fired: steps that execute silent statements, as `thread: step`; none unless every
            state at the asked sizes was looked at.
        excused: a built-in violation after which nothing more happens: what never runs then
            is no news.
    """

    vacuous: tuple[Vacuous, ...]
    silent: tuple[Statement, ...]
    basis: Looked
    total: int
    never_fired: tuple[str, ...] = ()
    excused: str = ""
    fewer: tuple[Statement, ...] = ()
    partly: tuple[Vacuous, ...] = ()
    distant: tuple[Vacuous, ...] = ()

    @property
    def found(self) -> tuple[Vacuous, ...]:
        """What is certainly vacuous."""
        return tuple(item for item in self.vacuous if item.certain)

    def of(self, name: str) -> Vacuous | None:
        """Why the verdict on a property is vacuous; None: it is not, as far as is known."""
        about = (Cause.PREMISE, Cause.ASSERT)
        return next(
            (item for item in self.found if item.cause in about and item.name == name), None
        )
