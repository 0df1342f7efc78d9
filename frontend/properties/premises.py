"""The premises that the author of a claim wrote: what must hold somewhere for it to say anything.

`forall x: A => B` says nothing where no state has an x with A. Vacuity in this sense: Beer,
Ben-David, Eisner and Rodeh, "Efficient detection of vacuity in temporal model checking" (2001).
What is a premise is read from the text of the property: what a `define` stands for, and what the
front end makes of the text, has implications of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from frontend.model import (
    At,
    Constant,
    Expression,
    Held,
    HeldBy,
    Model,
    PropertyKind,
    Read,
    WaitCycle,
    walk,
)
from frontend.names.problems import Problems
from frontend.names.variants import Variant, select, variants
from frontend.source.spans import Source
from frontend.syntax import phrases
from frontend.syntax import tree as syntax
from frontend.syntax.parser import parse

Build = Callable[[Source, syntax.Specification, Variant, list[str], Problems], Model | None]
"""Makes the model of a variant."""

STATED = (PropertyKind.INVARIANT.value, PropertyKind.LEMMA.value)


@dataclass(frozen=True, slots=True)
class Premise:
    """A premise of a claim.

    Args:
        text: that it holds, for some values of the binders around it and together with all premises
            around it, in the author's words.
        condition: the same as a formula.
        outer: the position of the premise around it, or -1.
    """

    text: str
    condition: Expression
    outer: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What a property says, by its premises.

    Args:
        premises: outer ones before those inside them.
        parts: for each part that the property claims, the position of the premise right around it,
            or -1. Where premises of all parts never hold, it says nothing.
    """

    premises: tuple[Premise, ...]
    parts: tuple[int, ...]

    def dead(self, part: int, never: Container[int]) -> bool:
        """Whether a part is below a premise that never holds.

        Args:
            part: the position of the premise right around it.
            never: the positions of those that never hold.
        """
        return part != -1 and (part in never or self.dead(self.premises[part].outer, never))


@dataclass(frozen=True, slots=True)
class _Written:
    """A premise as it stands in the text.

    Args:
        alone: that it holds for some values of the binders around it.
        whole: the same together with all premises around it.
    """

    alone: syntax.Expression
    whole: syntax.Expression
    outer: int


@dataclass(slots=True)
class _Text:
    """What stands in the text of a property; `parts` as in `Claim`."""

    premises: list[_Written] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)


_Around = tuple[tuple[syntax.Binder, ...] | syntax.Expression, ...]
"""From outside in: binders of a `forall`, and premises."""


def claims(model: Model, build: Build) -> Mapping[str, Claim]:
    """Invariant or lemma -> what it claims.

    Args:
        build: `frontend.load.build`, which stands above this room.

    Premises are the left sides of `=>` below `forall`, `&&` and right sides of `=>`. A premise that
    speaks of no state, but of how many objects there are (`p != q`) or of flags, is left out.
    """
    problems = Problems(model.source)  # none is new: the model was made of this text
    tree = parse(model.source)
    variant = Variant(model.variant, model.flags)
    texts: dict[str, _Text] = {}
    for item in select(tree, variant, problems).declarations:
        if isinstance(item, syntax.PropertyDeclaration) and item.kind in STATED:
            _collect(item.condition, (), -1, texts.setdefault(item.name.text, _Text()))
    wanted = [
        each
        for text in texts.values()
        for item in text.premises
        for each in (item.whole, item.alone)
    ]
    meant = _meant(model, tree, wanted, build) if wanted else iter(())
    return {name: _claim(text, meant) for name, text in texts.items()}


def _meant(
    model: Model,
    tree: syntax.Specification,
    wanted: Sequence[syntax.Expression],
    build: Build,
) -> Iterator[Expression | None]:
    """What formulas stand for in a specification: it is read once more, with each as a property."""
    asked = tuple(
        # No name of a text has a space.
        syntax.PropertyDeclaration(
            each.span, "reachable", syntax.Name(each.span, f"premise {number}"), None, each
        )
        for number, each in enumerate(wanted)
    )
    problems = Problems(model.source)
    names = [item.name for item in variants(tree, problems)]
    more = replace(tree, declarations=(*tree.declarations, *asked))
    read = build(model.source, more, Variant(model.variant, model.flags), names, problems)
    assert read is not None, "each part of a property that was accepted is accepted"
    return iter([read.property(item.name.text).expression for item in asked])


def _claim(text: _Text, meant: Iterator[Expression | None]) -> Claim:
    made = [_premise(item, next(meant), next(meant)) for item in text.premises]
    kept = [number for number, item in enumerate(made) if item is not None]

    def position(number: int) -> int:
        """Of the innermost premise that was kept, from this one outwards."""
        while number not in kept and number != -1:
            number = text.premises[number].outer
        return kept.index(number) if number != -1 else -1

    return Claim(
        tuple(replace(item, outer=position(item.outer)) for item in made if item is not None),
        tuple(map(position, text.parts)),
    )


def _premise(
    written: _Written, whole: Expression | None, alone: Expression | None
) -> Premise | None:
    """None: it is no premise of states."""
    if whole is None or alone is None or isinstance(whole, Constant):
        return None
    if not any(isinstance(part, Read | At | Held | HeldBy | WaitCycle) for part in walk(alone)):
        return None
    return Premise(phrases.expression(written.whole), whole, written.outer)


def _collect(node: syntax.Expression, around: _Around, outer: int, found: _Text) -> None:
    match node:
        case syntax.Binary(operator="&&", left=left, right=right):
            _collect(left, around, outer, found)
            _collect(right, around, outer, found)
        case syntax.Quantifier(kind="forall", binders=binders, body=body):
            _collect(body, (*around, binders), outer, found)
        case syntax.Binary(operator="=>", left=left, right=right):
            alone = tuple(item for item in around if isinstance(item, tuple))
            found.premises.append(_Written(_some(alone, left), _some(around, left), outer))
            _collect(right, (*around, left), len(found.premises) - 1, found)
        case _:
            found.parts.append(outer)


def _some(around: _Around, premise: syntax.Expression) -> syntax.Expression:
    """That a premise holds for some values of the binders, together with those around it."""
    whole = premise
    for item in reversed(around):
        whole = (
            syntax.Quantifier(premise.span, "exists", item, whole)
            if isinstance(item, tuple)
            else syntax.Binary(premise.span, "&&", item, whole)
        )
    return whole
