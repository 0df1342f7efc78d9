"""Specifications as text, verified at their bounds and inspected."""

from __future__ import annotations

from frontend.load import load
from frontend.model import Model
from frontend.source.spans import Source
from tests.verdicts import settle_properties
from verifier.inspection.vacuity.vacuous import Vacuity
from verifier.inspection.variant import Inspection, inspect
from verifier.protocol.bounds import asked
from verifier.protocol.deadline import Deadline
from verifier.protocol.results import PropertyReport
from verifier.verify.portfolio import Strategy
from verifier.verify.registry import standard
from verifier.verify.spec_report import SpecReport, VariantReport


def models_of(text: str) -> tuple[Model, ...]:
    return load(Source("test.alloc", text)).models


def verdicts(model: Model) -> tuple[PropertyReport, ...]:
    names = tuple(item.name for item in model.properties)
    sizes = asked(model, {})
    return settle_properties(
        model, names, sizes, Strategy(), standard(), Deadline(), lambda _: None
    )


def inspected(text: str, variant: str = "main") -> tuple[Model, Inspection]:
    models = models_of(text)
    model = next(item for item in models if item.variant == variant)
    return model, inspect(model, asked(model, {}), verdicts(model), Deadline(), lambda: models)


def vacuity_of(text: str, variant: str = "main") -> Vacuity:
    found = inspected(text, variant)[1].vacuity
    assert found is not None
    return found


def reported(text: str, *, allowed: bool = False) -> SpecReport:
    """All variants, as `verify --bounded` has them."""
    models = models_of(text)
    variants = []
    for model in models:
        sizes, settled = asked(model, {}), verdicts(model)
        found = inspect(model, sizes, settled, Deadline(), lambda: models)
        variants.append(VariantReport(model, sizes, settled, None, found, allowed))
    return SpecReport("test.alloc", "0" * 64, models[0].source, variants=tuple(variants))
