"""Times as the command lines take them."""

from __future__ import annotations

import math
import re

SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

LONGEST = 366 * SECONDS["d"]
"""Seconds; what is longer is no limit, and more than clocks count."""


def seconds(text: str) -> float:
    """`90`, `90s`, `5m`, `1.5h`: in seconds; infinity for what is longer than clocks count.

    Raises:
        ValueError: it is no time, or none at all; the text says so to the user.
    """
    found = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,12})?|\.[0-9]{1,12})([smhd]?)", text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is no time; write 90, 90s, 5m or 1h")
    length = float(found[1]) * SECONDS[found[2]]
    if length == 0:
        raise ValueError("no time at all: nothing could be looked at")
    return math.inf if length > LONGEST else length
