"""Weakest preconditions of whole steps, for the tests."""

from __future__ import annotations

from collections.abc import Collection

from frontend.formulas import building as formulas
from frontend.model import Expression, Model, Step
from verifier.analysis.folding import distinct
from verifier.every_size.obligations.precondition import Precondition


def weakest_precondition(
    model: Model,
    step: Step,
    formula: Expression,
    violations: Collection[str] = (),
    thread: Expression | None = None,
) -> Expression:
    """What must hold before a step so that, however it is taken, the formula holds after it.

    Args:
        model: the step's.
        step: taken by a thread that stands at its source: the result is about such states only.
        formula: over the state after; it may mention `Self`, the thread that takes the step.
        violations: kinds of `Check` and names of `Assert` that must not fail on the way. A
            `Check` of another kind that fails ends the run, and nothing need hold after it.
        thread: put in place of `Self`.

    Raises:
        Beyond: the formula speaks of wait cycles, or an update cannot be inverted.
    """
    result = Precondition(model, step, violations).of(formula)
    return distinct(formulas.with_thread(result, thread) if thread is not None else result)
