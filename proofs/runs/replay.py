"""Replays an engine's claim: every step is taken again, and the last one must violate.

What comes out is a trace of the specification itself; nothing of the engine is in it.
"""

from __future__ import annotations

from frontend.model import Model, Property, PropertyKind
from proofs.answers.trace import Run, State, Taken, Trace
from proofs.interpreter.evaluate import Scope, Undefined, Unset, holds
from proofs.interpreter.execute import Impossible, execute, initial_state
from proofs.interpreter.instance import Instance


class Mismatch(Exception):
    """A run is not what it claims to be.

    Args:
        step: the number of the step where that shows; 0 is the start.
        reason: one line.
    """

    def __init__(self, step: int, reason: str) -> None:
        super().__init__(f"step {step}: {reason}" if step else f"start: {reason}")
        self.step = step
        self.reason = reason


def replay(model: Model, run: Run, property_name: str, *, allow_early: bool = False) -> Trace:
    """The trace of a run that violates a property (of a `reachable`: satisfies it) at its end.

    Args:
        model: the whole model, not a slice of it.
        run: the claim.
        property_name: what it is said to violate.
        allow_early: whether steps before the last may violate the property as well.

    Raises:
        Mismatch: the run cannot be taken, does not violate the property with its last step, or
            ends in a fault before.
    """
    try:
        prop = model.property(property_name)
        instance = Instance(model, run.bounds)
    except KeyError:
        raise Mismatch(0, f"there is no property {property_name}") from None
    except ValueError as error:
        raise Mismatch(0, str(error)) from error
    try:
        initial = initial_state(instance, run.initial)
    except Impossible as impossible:
        raise Mismatch(0, impossible.reason) from impossible
    violated = _judge(instance, prop, initial, None, 0)
    state = initial
    steps: list[Taken] = []
    for number, move in enumerate(run.moves, 1):
        if violated and not allow_early:
            raise Mismatch(number - 1, f"{property_name} is violated already here")
        if steps and steps[-1].faults:
            raise Mismatch(number - 1, f"the run ends here in a fault: {steps[-1].faults[0]}")
        try:
            taken = execute(instance, state, move)
        except Impossible as impossible:
            raise Mismatch(number, impossible.reason) from impossible
        steps.append(taken)
        state = taken.state or state
        violated = _judge(instance, prop, taken.state, taken, number)
    if not violated:
        ending = (
            f"; it ends in a fault: {steps[-1].faults[0]}" if steps and steps[-1].faults else ""
        )
        raise Mismatch(len(steps), f"{property_name} is not violated here{ending}")
    return Trace(model.variant, property_name, dict(run.bounds), initial, tuple(steps))


def _judge(
    instance: Instance, prop: Property, state: State | None, last: Taken | None, number: int
) -> bool:
    try:
        return violates(instance, prop, state, last)
    except (Unset, Undefined) as problem:
        raise Mismatch(number, f"{prop.name} means nothing here: {problem}") from problem


def violates(instance: Instance, prop: Property, state: State | None, last: Taken | None) -> bool:
    """Whether a state or the step that led to it violates a property (satisfies a `reachable`).

    Args:
        instance: the system.
        prop: the property.
        state: None after a fault: then only the fault counts.
        last: the step that led to it; None at the start.

    Raises:
        Unset: the property's formula reads a point without a value.
        Undefined: it means nothing in this state.
    """
    match prop.kind:
        case PropertyKind.ASSERT:
            return last is not None and prop.name in last.failed
        case PropertyKind.FAULT:
            return last is not None and prop.name in last.faults
        case PropertyKind.INVARIANT | PropertyKind.LEMMA | PropertyKind.REACHABLE:
            if state is None or prop.expression is None:
                return False
            value = holds(prop.expression, Scope.of(instance, state))
            return value if prop.kind is PropertyKind.REACHABLE else not value
