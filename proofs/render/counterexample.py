"""A counterexample to induction as text: a state, one step, and what the step changed."""

from __future__ import annotations

from collections.abc import Mapping

from frontend.model import Model, Object, Value
from proofs.answers.places import place_statement
from proofs.answers.trace import Point, State, Taken
from proofs.interpreter.instance import Instance
from proofs.render.names import fact_text, place_text, plural


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
        lines.append(f"  {thread} stands at {_place(instance, thread, number)}")
    lines += [f"  {fact_text(instance, point, value)}" for point, value in _told(instance, before)]
    if step is None:
        lines.append(f"{taken.move.thread}: the critical section from there, as a whole")
    else:
        statements = "; ".join(remark.text for remark in step.remarks if remark.text)
        place = place_text(instance, taken.move.thread, step.source)
        lines.append(f"{taken.move.thread}: {statements or f'the step from {place}'}")
    if taken.state is None:
        lines.append("  ends in a fault: " + ", ".join(taken.faults))
        return tuple(lines)
    lines.append("after it:")
    after = taken.state.values
    for point, value in _told(instance, taken.state):
        if before.values.get(point) != after[point] or point not in before.values:
            lines.append(f"  {fact_text(instance, point, value)}")
    return tuple(lines)


def _place(instance: Instance, thread: Object, number: int) -> str:
    """`free_one_page.3, "mt = p.block.mt" (line 12)`."""
    kind = instance.model.thread(thread.sort)
    name = place_text(instance, thread, number)
    return (
        name if number == kind.end else f"{name}, {place_statement(instance.model, kind, number)}"
    )


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
