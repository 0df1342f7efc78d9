"""From a specification to the models of its mutants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from frontend.load import build
from frontend.model import Model, Remark
from frontend.names.problems import Problems
from frontend.names.variants import Variant, select, variants
from frontend.source.diagnostics import Rejected
from frontend.source.spans import Source, Span
from frontend.syntax import tree as syntax
from frontend.syntax.parser import parse
from verifier.patch.mutate.mutant import Mutant
from verifier.patch.mutate.sites import mutants

TORN = "E305"
"""Another thread could come in the middle of a statement: what is often left without a lock."""


@dataclass(frozen=True, slots=True)
class Original:
    """One variant, and its mutants.

    Args:
        tree: without `when`s.
        others: names of all variants of the file.
        model: what the front end makes of it.
        mutants: in source order.
    """

    source: Source
    tree: syntax.Specification
    variant: Variant
    others: tuple[str, ...]
    model: Model
    mutants: tuple[Mutant, ...]


@dataclass(frozen=True, slots=True)
class Built:
    """What the front end makes of a mutant.

    Args:
        model: None where it rejects it.
        code: of the first mistake it finds, or "".
        torn: whether statements of the model may be torn: they are single steps of it all the
            same, so that what violates a property is real, and nothing is proved.
    """

    model: Model | None
    code: str
    torn: bool


class _Tolerant(Problems):
    """Does not mind a statement in the middle of which another thread could come."""

    torn = False

    def report(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        near: tuple[str, Iterable[str]] | None = None,
        notes: Iterable[tuple[str, Span | None]] = (),
        fix: str | None = None,
    ) -> None:
        """Adds one diagnostic, unless it is about that."""
        if code == TORN:
            self.torn = True
        else:
            super().report(code, message, span, near=near, notes=notes, fix=fix)


def original(source: Source, name: str) -> Original:
    """A variant of a specification that is well formed.

    Raises:
        Rejected: it is not.
        KeyError: it has no variant of that name.
    """
    tree = parse(source)
    problems = Problems(source)
    known = {item.name: item for item in variants(tree, problems)}
    variant = known[name]
    chosen = select(tree, variant, problems)
    model = build(source, chosen, variant, list(known), problems)
    if model is None:
        raise Rejected(source, problems.found)
    return Original(source, chosen, variant, tuple(known), model, mutants(chosen))


def built(origin: Original, mutant: Mutant) -> Built:
    """What the front end makes of a mutant."""
    problems = _Tolerant(origin.source)
    model = build(origin.source, mutant.tree, origin.variant, list(origin.others), problems)
    code = next((item.code for item in problems.found if item.is_error), "")
    return Built(model, code, problems.torn)


def same(left: Model, right: Model) -> bool:
    """Whether two models are equal but for where they stand in the text and how they read."""
    return same_values(left, right)


def same_values(left: object, right: object) -> bool:
    """The same of parts of models."""
    equal: bool = _bare(left) == _bare(right)
    return equal


_UNSEEN = frozenset({"span", "text", "remarks", "source", "name", "labels", "display"})


def _bare(value: Any) -> Any:
    """A value of a model without what only readers see."""
    if isinstance(value, Remark):
        return None
    if isinstance(value, tuple):
        return tuple(map(_bare, value))
    if is_dataclass(value):
        # Names of steps and locations count statements; those of all else mean something.
        unseen = _UNSEEN if type(value).__name__ in ("Step", "Location") else _UNSEEN - {"name"}
        parts = (
            _bare(getattr(value, item.name)) for item in fields(value) if item.name not in unseen
        )
        return (type(value).__name__, *parts)
    return value
