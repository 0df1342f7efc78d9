"""States and moves of traces as bits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from frontend.model import IntType, Model, Pick, Step, Type
from proofs.answers.trace import Move, State
from proofs.bounded.state_bits import Layout
from proofs.interpreter.instance import is_listed, shown


def encode_state(layout: Layout, state: State) -> dict[str, bool]:
    """The bits of a state by name. Dead locals get the first value of their type.

    Raises:
        ValueError: a value does not fit its bits, or a shared variable has none.
    """
    bits: dict[str, bool] = {}
    for variable in layout.variables.values():
        for point in layout.instance.points(variable):
            slot = layout.slot(point)
            if point not in state.values and variable.thread is None:
                raise ValueError(f"{shown(point)} has no value")
            bits.update(slot.encode(state.values.get(point, slot.values[0])))
    for thread, place in state.places.items():
        bits.update(layout.place_slot(thread).encode(place))
    return bits


def encode_move(layout: Layout, move: Move) -> dict[str, bool]:
    """The bits of the choices of a move.

    Raises:
        ValueError: there is no such thread or step, or a pick is missing or no value of its type.
    """
    step = layout.instance.step(move.thread, move.step)
    if step is None:
        raise ValueError(f"{move.thread} has no step {move.step}")
    bits = layout.chooser_slot(move.thread.sort).encode(move.thread)
    given = dict(move.picks)
    for name, kind in picks_of(step):
        if name not in given:
            raise ValueError(f"{move.step} picks {name}, which is not given")
        bits.update(layout.pick_slot(name, kind).encode(given[name]))
    return bits


def picks_of(step: Step) -> Iterator[tuple[str, Type]]:
    """What a step picks: the names and the types of the temporaries."""
    for instruction in step.body:
        if isinstance(instruction, Pick):
            yield instruction.temporary.name, instruction.temporary.type


def ranges_of(model: Model, states: Iterable[State]) -> dict[str, tuple[int, int]]:
    """Ranges that hold the values of integers without an end in some states."""
    reach = {
        variable.name: 0
        for variable in model.variables
        if isinstance(variable.type, IntType) and not is_listed(variable.type)
    }
    for state in states:
        for (name, _), value in state.values.items():
            if name in reach and isinstance(value, int):
                reach[name] = max(reach[name], value if value >= 0 else ~value)
    powers = {name: 1 << most.bit_length() for name, most in reach.items()}
    return {name: (-power, power - 1) for name, power in powers.items()}
