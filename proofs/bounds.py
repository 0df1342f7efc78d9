"""Which sizes a specification is to be verified at."""

from __future__ import annotations

from collections.abc import Mapping

from frontend.model import Model
from proofs.render_names import plural

DEFAULT = 2
"""The size of a sort that neither the user nor the specification bounds."""


def asked_sizes(model: Model, chosen: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Sort -> the fewest and the most objects to verify a model with.

    Args:
        model: names its sorts and its own bounds.
        chosen: sort -> size, as the user asks; sorts of other models are ignored.
    """
    own = {sort: (low, high) for sort, low, high in model.bounds}
    return {
        sort.name: (chosen[sort.name], chosen[sort.name])
        if sort.name in chosen
        else own.get(sort.name, (DEFAULT, DEFAULT))
        for sort in model.sorts
    }


def apart(bounds: Mapping[str, int], asked: Mapping[str, tuple[int, int]]) -> str:
    """What tells the sizes of a run from those that were asked for: `1 pageblock, 2 pages`.

    Args:
        bounds: sort -> number of objects.
        asked: sort -> the fewest and the most objects asked for; a sort of more than one asked size
            is named in any case.

    Returns:
        "" where there is nothing to tell.
    """
    return ", ".join(
        plural(size, sort) for sort, size in bounds.items() if asked.get(sort) != (size, size)
    )
