"""A counterexample to induction as text: a state, one step, and what the step changed."""

from __future__ import annotations

from collections.abc import Mapping

from frontend.model import Model, Value
from proofs.render_names import place_text, plural, point_text, value_text
from proofs.trace import Point, State, Taken
from proofs.values import Instance


def counterexample(
    model: Model, sizes: Mapping[str, int], before: State, taken: Taken
) -> tuple[str, ...]:
    """Lines that say where each thread stands, what the state holds, and what changes.

    Args:
        model: the model that the step is one of.
        sizes: sort -> number of objects.
        before: the state that the step starts in; it need not be reachable.
        taken: the step as the interpreter took it.
    """
    instance = Instance(model, sizes)
    step = instance.step(taken.move.thread, taken.move.step)
    named = ", ".join(plural(size, sort) for sort, size in sizes.items())
    lines = [f"with {named}, before the step:"]
    for thread, number in sorted(before.places.items()):
        lines.append(f"  {thread} stands at {place_text(instance, thread, number)}")
    lines += [
        f"  {point_text(instance, point)} = {value_text(value)}"
        for point, value in _told(instance, before)
    ]
    texts = [] if step is None else [remark.text for remark in step.remarks if remark.text]
    statements = "; ".join(texts) or taken.move.step
    lines.append(f"{taken.move.thread}: {statements}")
    if taken.state is None:
        lines.append("  ends in a fault: " + ", ".join(taken.faults))
        return tuple(lines)
    lines.append("after it:")
    after = taken.state.values
    for point, value in _told(instance, taken.state):
        if before.values.get(point) != after[point] or point not in before.values:
            lines.append(f"  {point_text(instance, point)} = {value_text(value)}")
    return tuple(lines)


def _told(instance: Instance, state: State) -> list[tuple[Point, Value]]:
    """The points with a value, in the order of the declarations."""
    found: list[tuple[Point, Value]] = []
    for variable in instance.model.variables:
        found.extend(
            (point, state.values[point])
            for point in instance.points(variable)
            if point in state.values
        )
    return found
