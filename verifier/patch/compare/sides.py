"""What one of two variants claims and the other does not, and what the newer one breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from verifier.patch.compare.comparison import Comparison, Failure
from verifier.patch.compare.necessity import broken_between, stated_alike
from verifier.verify.spec_report import VariantReport


@dataclass(frozen=True, slots=True)
class Sides:
    """How the verdicts of two variants differ.

    Args:
        broken: what the older one proves and the newer one violates, the most telling one first.
        only_before: properties that only the older one states, built-in ones aside.
        only_after: those that only the newer one states.
        restated: those that both state, each in its own way.
    """

    broken: tuple[Failure, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    restated: tuple[str, ...]


def sides(comparison: Comparison) -> Sides:
    """Holds the properties of two variants against each other, as far as they were asked about."""
    before = comparison.variant(comparison.changes.before.name)
    after = comparison.variant(comparison.changes.after.name)
    old, new = tuple(_stated(before)), tuple(_stated(after))
    broken: tuple[Failure, ...] = ()
    restated: tuple[str, ...] = ()
    if before is not None and after is not None:
        broken = broken_between(before, after)
        restated = tuple(
            name
            for name in new
            if name in old and not stated_alike(after.model, before.model, name)
        )
    return Sides(
        broken,
        tuple(name for name in old if name not in new),
        tuple(name for name in new if name not in old),
        restated,
    )


def _stated(variant: VariantReport | None) -> Iterator[str]:
    """What an author states, not the language."""
    if variant is not None:
        names = (item.name for item in variant.settled)
        yield from (name for name in names if not variant.model.property(name).built_in)
