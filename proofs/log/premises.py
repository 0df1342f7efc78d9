"""Which lemmas each obligation was proved from, between `Invariant` and a log.

In a log, for each kind of claim: `THREAD STEP` with a list for each lemma that the step keeps,
first the lemma's own number; `PROPERTY` for "it follows", `THREAD STEP PROPERTY` for "the step
does not violate it", `THREAD STEP` for "nobody else is there", each with one list. Numbers are from
1, and names have no spaces. Lemmas that any claim may use (`Invariant.otherwise`), and a lemma
itself, are not repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from proofs.answers.invariant import Claim, Duty, Invariant
from proofs.log.contents import BadLog

Premises = Mapping[str, Mapping[str, Sequence[tuple[int, ...]]]]


def written(invariant: Invariant) -> Premises:
    """The premises as a log has them."""
    common = set(invariant.otherwise or ())
    found: dict[str, dict[str, list[tuple[int, ...]]]] = {}
    for claim, numbers in invariant.premises.items():
        below = found.setdefault(claim.duty.value, {})
        kept = claim.duty in (Duty.KEPT, Duty.START)
        own = (claim.lemma,) if kept else ()
        more = tuple(number for number in numbers if number not in common and number not in own)
        below.setdefault(_key(claim), []).append(
            tuple(number + 1 for number in (*own, *sorted(more)))
        )
    return {
        duty: {key: tuple(sorted(below[key])) for key in sorted(below)}
        for duty, below in sorted(found.items())
    }


def _key(claim: Claim) -> str:
    match claim.duty:
        case Duty.START:
            return ""
        case Duty.KEPT | Duty.ALONE:
            return f"{claim.thread} {claim.step}"
        case Duty.FOLLOWS:
            return claim.property
        case Duty.SAFE:
            return f"{claim.thread} {claim.step} {claim.property}"


def read(premises: Premises, otherwise: Sequence[int], lemmas: int) -> dict[Claim, tuple[int, ...]]:
    """The premises by claim.

    Args:
        premises: as a log has them.
        otherwise: numbers, from 0, of the lemmas that any claim may use.
        lemmas: how many lemmas there are.

    Raises:
        BadLog: they are not of that form, or name a lemma that is not there.
    """
    found: dict[Claim, tuple[int, ...]] = {}
    for duty, below in premises.items():
        for key, lists in below.items():
            for numbers in lists:
                if not all(1 <= number <= lemmas for number in numbers):
                    raise BadLog(f"the premises of {duty} {key} name a lemma that is not there")
                claim = _claim(duty, key, numbers)
                if claim in found:
                    raise BadLog(f"{duty} {key[:60]!r} is there twice")
                used = {*otherwise, *(number - 1 for number in numbers)}
                found[claim] = () if claim.duty is Duty.START else tuple(sorted(used))
    return found


def _claim(duty: str, key: str, numbers: Sequence[int]) -> Claim:
    parts = key.split(" ") if key else []
    lemma = numbers[0] - 1 if numbers else -1
    known = {item.value: item for item in Duty}.get(duty)
    match known, parts:
        case Duty.START, [] if lemma >= 0:
            return Claim(Duty.START, lemma)
        case Duty.KEPT, [thread, step] if lemma >= 0:
            return Claim(Duty.KEPT, lemma, "", thread, step)
        case Duty.FOLLOWS, [name]:
            return Claim(Duty.FOLLOWS, -1, name)
        case Duty.SAFE, [thread, step, name]:
            return Claim(Duty.SAFE, -1, name, thread, step)
        case Duty.ALONE, [thread, step]:
            return Claim(Duty.ALONE, -1, "", thread, step)
        case _:
            raise BadLog(f"{duty} {key[:60]!r} names no claim")
