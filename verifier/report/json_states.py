"""States in JSON: places, points and values as the language names them."""

from __future__ import annotations

from collections.abc import Mapping

from frontend.model import Object, Value
from proofs.answers.trace import Point, State
from proofs.interpreter.instance import Instance
from proofs.render.names import point_text as local_text
from proofs.render.names import set_of
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
    variable = instance.variable(point[0])
    if variable is None or variable.thread is None:
        return point_text(point)
    own = local_text(instance, point)
    return f"{_index(point[1][-1])} in {own}" if set_of(instance, point) else own


def point_text(point: Point) -> str:
    """A shared point: `page.list[page0]`; a variable without index is its name."""
    name, index = point
    return f"{name}[{', '.join(_index(value) for value in index)}]" if index else name


def _index(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def value_json(value: Value) -> bool | int | str | None:
    """A value; an object by its name."""
    return str(value) if isinstance(value, Object) else value
