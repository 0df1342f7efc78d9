"""What the explorer sees happen is what the interpreter does, on random specifications."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import assume, given

from frontend.load import build, load
from frontend.model import FALSE, Expression, Model
from frontend.properties.premises import claims
from frontend.source.diagnostics import Rejected
from frontend.source.spans import Source
from proofs.answers.trace import State
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.execute import enabled, execute
from proofs.interpreter.instance import Instance
from tests.differential.specs import specifications
from tests.differential.test_agreement import examples
from tests.support.verifier.naive import starts
from verifier.inspection.lock_discipline.races import Candidates
from verifier.inspection.vacuity.coverage import Wanted, watch
from verifier.inspection.vacuity.statements import numbered, silent, statements
from verifier.inspection.variant import inspect
from verifier.protocol.bounds import asked
from verifier.protocol.deadline import Deadline

MOST_STATES = 400


def happening(
    model: Model, bounds: Mapping[str, int], conditions: Mapping[object, Expression]
) -> tuple[set[str], set[object]] | None:
    """The steps that are taken and the conditions that hold; None: too many states."""
    instance = Instance(model, bounds)
    pending = list(starts(instance))
    seen: set[object] = set()
    fired: set[str] = set()
    shown: set[object] = set()
    while pending:
        state: State = pending.pop()
        key = frozenset(state.values.items()), frozenset(state.places.items())
        if key in seen:
            continue
        seen.add(key)
        if len(seen) > MOST_STATES:
            return None
        scope = Scope.of(instance, state)
        shown.update(name for name, item in conditions.items() if holds(item, scope))
        for move in enabled(instance, state):
            fired.add(f"{move.thread.sort} {move.step}")
            after = execute(instance, state, move).state
            if after is not None:
                pending.append(after)
    return fired, shown


@examples(25)
@given(specifications())
def test_both_see_the_same_steps_taken_and_the_same_conditions_hold(text: str) -> None:
    try:
        (model,) = load(Source("random.alloc", text)).models
    except Rejected:
        assume(False)
    bounds = {sort: high for sort, _, high in model.bounds}
    conditions: dict[object, Expression] = {
        (name, number): premise.condition
        for name, claim in claims(model, build).items()
        for number, premise in enumerate(claim.premises)
    }
    conditions.update(Candidates(model).conditions.items())
    expected = happening(model, bounds, conditions)
    assume(expected is not None)
    wanted = Wanted({}, {**conditions, "never": FALSE})
    assert watch(model, bounds, wanted, 1_000_000, lambda: False).complete
    steps = numbered(model)
    fired = {f"{steps[number].thread} {steps[number].name}" for number in wanted.fired}
    assert (fired, {*conditions} - {*wanted.conditions}) == expected


@examples(25)
@given(specifications())
def test_never_is_said_of_just_what_the_interpreter_never_does(text: str) -> None:
    try:
        (model,) = load(Source("random.alloc", text)).models
    except Rejected:
        assume(False)
    sizes = asked(model, {})
    expected = happening(model, sizes.high, {})
    assume(expected is not None)
    assert expected is not None
    steps = numbered(model)
    fired = {
        number for number, step in enumerate(steps) if f"{step.thread} {step.name}" in expected[0]
    }
    found = inspect(model, sizes, (), Deadline(), lambda: [model]).vacuity
    assert found is not None
    assert set(found.silent) == set(silent(statements(model), fired))
    assert found.basis.complete or not found.silent
    assert found.fewer == ()
