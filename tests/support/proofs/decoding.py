"""States from bits, for the tests."""

from __future__ import annotations

from collections.abc import Mapping

from frontend.model import Object, Value, Variable
from proofs.answers.trace import Point, State
from proofs.bounded.slots import Slot
from proofs.bounded.state_bits import Layout
from proofs.interpreter.instance import shown


def decode(slot: Slot, bits: Mapping[str, bool]) -> Value:
    """The value of some bits.

    Raises:
        ValueError: they are the code of no value.
        KeyError: one is missing.
    """
    names = slot.bit_names()
    code = sum(bits[name] << bit for bit, name in enumerate(names))
    if isinstance(slot.values, range):
        number = code - (bits[names[-1]] << len(names))
        if number not in slot.values:
            raise ValueError(f"{slot.name} cannot hold {number}")
        return number
    if code >= len(slot.values):
        raise ValueError(f"{slot.name} cannot have the code {code}")
    return slot.values[code]


def decode_state(layout: Layout, bits: Mapping[str, bool]) -> State:
    """The state of some bits, without the locals that are dead where their threads stand.

    Raises:
        ValueError: some bits are the code of no value.
        KeyError: a bit is missing.
    """
    places: dict[Object, int] = {}
    for thread in layout.instance.threads():
        place = decode(layout.place_slot(thread), bits)
        if not isinstance(place, int):
            raise ValueError(f"{thread} stands nowhere")
        places[thread] = place
    values: dict[Point, Value] = {
        point: decode(layout.slot(point), bits)
        for variable in layout.variables.values()
        for point in layout.instance.points(variable)
        if not is_dead(layout, variable, point, places)
    }
    return State(values, places)


def is_dead(layout: Layout, variable: Variable, point: Point, places: Mapping[Object, int]) -> bool:
    """Whether a point belongs to a local that has no value where its thread stands."""
    if variable.thread is None:
        return False
    thread = point[1][0]
    if not isinstance(thread, Object):
        raise ValueError(f"{shown(point)} belongs to no thread")
    locations = layout.threads[thread.sort].locations
    return variable.name not in locations[places[thread]].live
