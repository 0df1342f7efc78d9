"""The exit statuses, and which one wins."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from frontend.source.unread import CRASHED, OUT_OF_MEMORY, OUT_OF_TIME


class Exit(IntEnum):
    """Statuses of the program, part of its interface.

    A verdict that is vacuous (`verifier.inspection.vacuity`) is UNEXPECTED unless the user allows
    it: it is true, but no time that is added makes it say something, as it may with INCONCLUSIVE.
    The specification is to be changed. A proof that a second opinion does not confirm is
    INCONCLUSIVE, whatever the cause; one that nobody looked at again changes nothing.
    """

    OK = 0
    UNEXPECTED = 1
    WRONG_INPUT = 2
    INCONCLUSIVE = 3
    INTERNAL = 70
    NOT_WRITTEN = 74
    HUNG_UP = 129
    INTERRUPTED = 130
    GONE = 141
    TERMINATED = 143


SEVERITY = (
    Exit.OK,
    Exit.INCONCLUSIVE,
    Exit.UNEXPECTED,
    Exit.WRONG_INPUT,
    Exit.HUNG_UP,
    Exit.INTERRUPTED,
    Exit.GONE,
    Exit.TERMINATED,
    Exit.NOT_WRITTEN,
    Exit.INTERNAL,
)
"""From the mildest. A definite finding outranks a limit that was reached; what could not be
looked at, or was cut short by hand, outranks what was found in the rest, and so does what could not
be written down; nothing that this program says is to be believed once it contradicts itself."""

OF_CODES = {
    OUT_OF_TIME: Exit.INCONCLUSIVE,
    OUT_OF_MEMORY: Exit.INCONCLUSIVE,
    CRASHED: Exit.INTERNAL,
}
"""Of diagnostics that say nothing against the specification."""


def of_codes(codes: Iterable[str]) -> Exit:
    """The status that the codes of some errors in a specification call for."""
    return worst(OF_CODES.get(code, Exit.WRONG_INPUT) for code in codes)


def of_signal(number: int) -> Exit:
    """The status of work that a signal ended, as a shell has it; OK for none."""
    return Exit(128 + number) if number else Exit.OK


def worst(statuses: Iterable[Exit]) -> Exit:
    """The one that the program ends with."""
    return max(statuses, key=SEVERITY.index, default=Exit.OK)
