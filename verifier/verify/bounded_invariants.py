"""What proofs at the asked sizes leave behind: invariants that others can recheck."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from proofs.answers.invariant import Invariant
from proofs.answers.verdict import Certificate, Proved, Unreachable
from verifier.protocol.results import PropertyReport


def certified(settled: Iterable[PropertyReport]) -> Iterator[tuple[str, Certificate]]:
    """The verdicts on all runs at the asked sizes: proofs that no run gives and that are not for
    every size, and of each `reachable` that nothing reaches it. Each with its certificate."""
    for item in settled:
        match item.status:
            case Proved(certificate=known, every_size=None) | Unreachable(certificate=known):
                yield item.name, known
            case _:
                pass


def invariants(settled: Iterable[PropertyReport]) -> dict[str, Invariant]:
    """The invariants among some verdicts: property -> the invariant that proves it, the same
    object for all that one proves.

    Inductions over paths of the same slice are put together, at the largest of their lengths:
    whatever one of them shows follows from the hypotheses of all.
    """
    found: dict[tuple[object, ...], Invariant] = {}
    keys: dict[str, tuple[object, ...]] = {}
    for name, known in certified(settled):
        bounds = dict(known.bounds)
        if known.helpers is not None:
            key: tuple[object, ...] = (tuple(bounds.items()), tuple(sorted(known.variables)))
            names = dict.fromkeys((name, *known.helpers))
            new = Invariant(
                known.invariant,
                tuple(names),
                bounds,
                depth=known.depth,
                simple_paths=known.simple_paths,
            )
        elif known.invariant:
            key = (tuple(bounds.items()), known.invariant)
            new = Invariant(known.invariant, (name,), bounds)
        else:
            continue
        keys[name] = key
        found[key] = _joined(found[key], new) if key in found else new
    return {name: found[key] for name, key in keys.items()}


def _joined(one: Invariant, other: Invariant) -> Invariant:
    return replace(
        one,
        lemmas=tuple(dict.fromkeys((*one.lemmas, *other.lemmas))),
        properties=tuple(dict.fromkeys((*one.properties, *other.properties))),
        depth=max(one.depth, other.depth),
        simple_paths=one.simple_paths or other.simple_paths,
    )
