"""The exit statuses, and which one wins."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Exit(IntEnum):
    """Statuses of the program, part of its interface.

    A verdict that is vacuous (`verifier.vacuity`) is UNEXPECTED unless the user allows it: it is
    true, but no time that is added makes it say something, as it may with INCONCLUSIVE. The
    specification is to be changed. A proof that a second opinion does not confirm is
    INCONCLUSIVE, whatever the cause; one that nobody looked at again changes nothing.
    """

    OK = 0
    UNEXPECTED = 1
    WRONG_INPUT = 2
    INCONCLUSIVE = 3
    INTERNAL = 70
    INTERRUPTED = 130


SEVERITY = (
    Exit.OK,
    Exit.INCONCLUSIVE,
    Exit.UNEXPECTED,
    Exit.WRONG_INPUT,
    Exit.INTERRUPTED,
    Exit.INTERNAL,
)
"""From the mildest. A definite finding outranks a limit that was reached; what could not be
looked at, or was cut short by hand, outranks what was found in the rest; nothing that this
program says is to be believed once it contradicts itself."""


def worst(statuses: Iterable[Exit]) -> Exit:
    """The one that the program ends with."""
    return max(statuses, key=SEVERITY.index, default=Exit.OK)
