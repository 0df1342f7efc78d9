"""The names at the top level of a model, and those that only formulas of the tool have."""

from __future__ import annotations

import re
from collections.abc import Collection

from frontend.model import Model, Object


def top_names(model: Model) -> frozenset[str]:
    """The names of one name space: sorts, enums and members, globals, singles, procedures."""
    names = {item.name for item in model.sorts} | {item.name for item in model.enums}
    names |= {member for item in model.enums for member in item.members}
    names |= {item.name.partition(".")[0] for item in model.variables if item.thread is None}
    places = [place for item in model.threads for place in item.locations]
    names |= {procedure for place in places for procedure in place.procedures}
    return frozenset(names)


def cycle_name(model: Model) -> str:
    """What stands for the circle of waiting threads of the property `lock_cycle`."""
    name, taken = "lock_cycle", top_names(model)
    while name in taken:
        name += "_"
    return name


def object_of(text: str, sorts: Collection[str]) -> Object | None:
    """The object that a name stands for in an instance: `page0`, of the longest sort that fits."""
    found = re.fullmatch(r"(.*?[^0-9]|)([0-9]+)", text)
    if found is None:
        return None
    for end in range(len(text) - 1, len(found[1]) - 1, -1):
        digits = text[end:]
        if text[:end] in sorts and (digits == "0" or not digits.startswith("0")):
            return Object(text[:end], int(digits))
    return None
