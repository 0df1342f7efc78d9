"""The premises that the author of a claim wrote: what must hold somewhere for it to say anything.

`forall x: A => B` says nothing where no state has an x with A. Vacuity in this sense: Beer,
Ben-David, Eisner and Rodeh, "Efficient detection of vacuity in temporal model checking" (2001).
What is a premise is read from the text of the property: what a `define` stands for, and what the
front end makes of the text, has implications of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from frontend import phrases, syntax
from frontend.load import build
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
from frontend.parser import parse
from frontend.problems import Problems
from frontend.variants import Variant, select, variants

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
class _Written:
    """A premise as it stands in the text.

    Args:
        alone: that it holds for some values of the binders around it.
        whole: the same together with all premises around it.
    """

    alone: syntax.Expression
    whole: syntax.Expression
    outer: int


_Around = tuple[tuple[syntax.Binder, ...] | syntax.Expression, ...]
"""From outside in: binders of a `forall`, and premises."""


def premises(model: Model) -> Mapping[str, tuple[Premise, ...]]:
    """Invariant or lemma -> its premises, outer ones before those inside them.

    They are the left sides of `=>` below `forall`, `&&` and right sides of `=>`. A premise that
    speaks of no state, but of how many objects there are (`p != q`) or of flags, is left out.
    """
    problems = Problems(model.source)  # none is new: the model was made of this text
    tree = parse(model.source)
    variant = Variant(model.variant, model.flags)
    written = {
        item.name.text: tuple(_collect(item.condition, (), -1, []))
        for item in select(tree, variant, problems).declarations
        if isinstance(item, syntax.PropertyDeclaration) and item.kind in STATED
    }
    asked = [
        each for found in written.values() for item in found for each in (item.whole, item.alone)
    ]
    if not asked:
        return {}
    # No name of a text has a space.
    claims = tuple(
        syntax.PropertyDeclaration(each.span, "reachable", _name(each, number), None, each)
        for number, each in enumerate(asked)
    )
    more = replace(tree, declarations=(*tree.declarations, *claims))
    names = [item.name for item in variants(tree, problems)]
    read = build(model.source, more, variant, names, problems)
    assert read is not None, "each part of a property that was accepted is accepted"
    meant = iter([read.property(item.name.text).expression for item in claims])
    found: dict[str, tuple[Premise, ...]] = {}
    for name, items in written.items():
        made = [_premise(item, next(meant), next(meant)) for item in items]
        kept = [number for number, item in enumerate(made) if item is not None]
        found[name] = tuple(
            replace(item, outer=kept.index(item.outer) if item.outer in kept else -1)
            for item in made
            if item is not None
        )
    return found


def _premise(
    written: _Written, whole: Expression | None, alone: Expression | None
) -> Premise | None:
    """None: it is no premise of states."""
    if whole is None or alone is None or isinstance(whole, Constant):
        return None
    if not any(isinstance(part, Read | At | Held | HeldBy | WaitCycle) for part in walk(alone)):
        return None
    return Premise(phrases.expression(written.whole), whole, written.outer)


def _name(node: syntax.Node, number: int) -> syntax.Name:
    return syntax.Name(node.span, f"premise {number}")


def _collect(
    node: syntax.Expression, around: _Around, outer: int, found: list[_Written]
) -> list[_Written]:
    match node:
        case syntax.Binary(operator="&&", left=left, right=right):
            _collect(left, around, outer, found)
            _collect(right, around, outer, found)
        case syntax.Quantifier(kind="forall", binders=binders, body=body):
            _collect(body, (*around, binders), outer, found)
        case syntax.Binary(operator="=>", left=left, right=right):
            alone = [item for item in around if isinstance(item, tuple)]
            found.append(_Written(_some(tuple(alone), left), _some(around, left), outer))
            _collect(right, (*around, left), len(found) - 1, found)
        case _:
            pass
    return found


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
