"""States in JSON: places, points and values as the language names them."""

from __future__ import annotations

from collections.abc import Mapping

from frontend.model import Object, Value
from frontend.notation.constants import index_text, value_text
from proofs.answers.trace import Point, State
from proofs.interpreter.instance import Instance
from proofs.render.names import point_text, set_of
from verifier.report.json_text import Json


def places_json(instance: Instance, state: State) -> dict[str, Json]:
    """Thread -> where it stands, as the language names it."""
    return {
        str(thread): instance.place_name(thread.sort, place)
        for thread, place in sorted(state.places.items())
    }


def values_json(instance: Instance, values: Mapping[Point, Value]) -> dict[str, Json]:
    """Point -> value, in the order of the names."""
    named = {name_json(instance, point): value_json(value) for point, value in values.items()}
    return dict(sorted(named.items()))


def name_json(instance: Instance, point: Point) -> str:
    """A shared point as `page.list[page0]`, a local as `cpu0.free_one_page.mt`."""
    name, index = point
    variable = instance.variable(name)
    if variable is None or variable.thread is None:
        return name + index_text(index)
    own = point_text(instance, point)
    return f"{value_text(index[-1])} in {own}" if set_of(instance, point) else own


def value_json(value: Value) -> bool | int | str | None:
    """A value; an object by its name."""
    return str(value) if isinstance(value, Object) else value
