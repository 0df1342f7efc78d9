"""Lemmas in a log as an invariant of a model."""

from __future__ import annotations

from collections.abc import Sequence

from frontend.model import Expression, Model
from frontend.notation.reading import Reader, Unreadable, Unwritable
from proofs.answers.invariant import Invariant
from proofs.log import premises
from proofs.log.contents import BadLog, Lemmas


def formulas(model: Model, texts: Sequence[str], subject: str) -> tuple[Expression, ...]:
    """The formulas that texts stand for, when each is written in the one way that it can be: a
    comment in it, say, would be read by people only.

    Args:
        model: what they are about.
        texts: in the specification language.
        subject: what each is called in errors, before its number.

    Raises:
        BadLog: one is none, or is not written in that way.
    """
    reader = Reader(model)
    found: list[Expression] = []
    for number, text in enumerate(texts, 1):
        try:
            found.append(reader.read(text))
            exact = reader.text(found[-1]) == text
        except Unreadable as unreadable:
            raise BadLog(f"{subject} {number}, {unreadable}") from unreadable
        except Unwritable as unwritable:
            raise BadLog(f"{subject} {number}: {unwritable}") from unwritable
        if not exact:
            raise BadLog(f"{subject} {number} is not written as formulas are")
    return tuple(found)


def invariant(
    model: Model, given: Lemmas, lemmas: tuple[Expression, ...], names: Sequence[str]
) -> Invariant:
    """What a log says of lemmas, as an invariant.

    Args:
        model: what they are about.
        given: what it says.
        lemmas: the same, read.
        names: the properties that they prove.

    Raises:
        BadLog: a number of a lemma is wrong, or an induction over paths is about what it cannot be.
    """
    if given.paths is not None:
        names_known = {item.name for item in model.properties}
        together = tuple(dict.fromkeys((*names, *given.paths.properties)))
        if given.bounds is None or not names_known.issuperset(together):
            raise BadLog("an induction over paths is about no sizes, or an unknown property")
        return Invariant(
            lemmas,
            together,
            given.bounds,
            depth=given.paths.depth,
            simple_paths=given.paths.simple,
        )
    otherwise = None
    if given.otherwise is not None:
        otherwise = tuple(item - 1 for item in given.otherwise)
        if not all(0 <= item < len(lemmas) for item in otherwise):
            raise BadLog("the premises name a lemma that is not there")
    known = premises.read(given.premises, otherwise or (), len(lemmas))
    return Invariant(lemmas, tuple(names), given.bounds, known, otherwise)
