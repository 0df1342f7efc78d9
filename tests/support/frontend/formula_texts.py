"""Formulas from texts, and their normal forms, for the tests."""

from __future__ import annotations

from collections.abc import Iterable

from frontend.formulas.normal_form import Normalizer
from frontend.model import Expression, Model
from frontend.notation.reading import Reader


def read_formula(model: Model, text: str) -> Expression:
    """The formula that a text stands for; raises Unreadable."""
    return Reader(model).read(text)


def read_formulas(model: Model, texts: Iterable[str]) -> tuple[Expression, ...]:
    """The formulas that texts stand for, in order; raises Unreadable."""
    return tuple(map(Reader(model).read, texts))


def normal(model: Model, formula: Expression) -> Expression:
    """The form of a formula that its text stands for; normal forms stay as they are."""
    return Normalizer({item.sort: item for item in model.threads}).of(formula)
