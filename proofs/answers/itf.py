"""Traces in the Informal Trace Format (Apalache's ADR 015), and back.

A state gives each variable of the model its value: a plain one, or a map from its index. Besides,
`at` says where each thread stands and `taken` which step led here. Integers are `#bigint`,
as the format wants; objects are strings such as `page0`, none and nobody is `none`.

What is read back is a claim like any engine's: `proofs.runs.replay` decides what it is worth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from frontend.model import (
    BoolType,
    EnumType,
    IntType,
    LockType,
    Model,
    Object,
    Pick,
    ReferenceType,
    Step,
    Thread,
    Type,
    Value,
    Variable,
)
from proofs.answers.trace import Move, Point, Run, State, Taken, Trace

Json = bool | int | float | str | None | Sequence["Json"] | Mapping[str, "Json"]

FORMAT = "https://apalache-mc.org/docs/adr/015adr-trace.html"
AT = "at"
TAKEN = "taken"
NONE = "none"


class Malformed(Exception):
    """A value is no trace of this model in this format.

    Args:
        reason: in one line.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Claimed:
    """What an ITF trace says.

    Args:
        variant: the variant that it is of.
        property: what its end decides.
        run: the start and the steps.
        states: by number, 0 is the start; None after a fault.
    """

    variant: str
    property: str
    run: Run
    states: tuple[State | None, ...]


# --- writing -------------------------------------------------------------------------------


def to_itf(model: Model, trace: Trace) -> dict[str, Json]:
    """A trace as a JSON value.

    Args:
        model: the model that it is of.
        trace: what was replayed.
    """
    names = [variable.name for variable in model.variables]
    states = [_state(model, trace.initial, None, 0)]
    before = trace.initial
    for number, taken in enumerate(trace.steps, 1):
        states.append(_state(model, taken.state or before, taken, number))
        before = taken.state or before
    return {
        "#meta": {
            "format": "ITF",
            "format-description": FORMAT,
            "variant": trace.variant,
            "property": trace.property,
            "bounds": dict(trace.bounds),
        },
        "params": [],
        "vars": [*names, AT, TAKEN],
        "states": states,
    }


def _state(model: Model, state: State, taken: Taken | None, number: int) -> dict[str, Json]:
    values: dict[str, list[tuple[tuple[Value, ...], Value]]] = {}
    for (name, index), value in state.values.items():
        values.setdefault(name, []).append((index, value))
    found: dict[str, Json] = {"#meta": _about(model, taken, number)}
    for variable in model.variables:
        entries = values.get(variable.name, [])
        found[variable.name] = _variable(variable, entries)
    places = sorted(state.places.items())
    found[AT] = {
        "#map": [
            [str(thread), model.thread(thread.sort).locations[place].name]
            for thread, place in places
        ]
    }
    found[TAKEN] = _taken(taken)
    return found


def _about(model: Model, taken: Taken | None, number: int) -> dict[str, Json]:
    about: dict[str, Json] = {"index": number}
    if taken is not None:
        step = _step_of(model.thread(taken.move.thread.sort), taken.move.step)
        about["line"] = model.source.position(step.span.start)[0]
        about["statements"] = [remark.text for remark in step.remarks]
        if taken.faults:
            about["faults"] = list(taken.faults)
        if taken.failed:
            about["failed"] = list(taken.failed)
    return about


def _step_of(thread: Thread, name: str) -> Step:
    return next(step for step in thread.steps if step.name == name)


def _variable(variable: Variable, entries: list[tuple[tuple[Value, ...], Value]]) -> Json:
    if not variable.index:
        return _value(entries[0][1]) if entries else NONE
    ordered = sorted(entries, key=lambda entry: [_order(value) for value in entry[0]])
    return {"#map": [[_key(index), _value(value)] for index, value in ordered]}


def _order(value: Value) -> tuple[str, int, str]:
    if isinstance(value, Object):
        return (value.sort, value.index, "")
    return ("", int(value), "") if isinstance(value, int) else ("", 0, str(value))


def _key(index: tuple[Value, ...]) -> Json:
    return _value(index[0]) if len(index) == 1 else {"#tup": [_value(item) for item in index]}


def _value(value: Value) -> Json:
    match value:
        case None:
            return NONE
        case bool() | str():
            return value
        case int():
            return {"#bigint": str(value)}
        case Object():
            return str(value)


def _taken(taken: Taken | None) -> Json:
    if taken is None:
        return {"thread": NONE, "step": NONE, "picks": {"#map": []}}
    picks: list[Json] = [[name, _value(value)] for name, value in taken.move.picks]
    return {
        "thread": str(taken.move.thread),
        "step": taken.move.step,
        "picks": {"#map": picks},
    }


# --- reading -------------------------------------------------------------------------------


def from_itf(model: Model, value: object) -> Claimed:
    """What a JSON value in this format says of a model.

    Args:
        model: the model that it should be of.
        value: as `json.loads` gives it.

    Raises:
        Malformed: it is not of this format, or names what the model does not have.
    """
    about = _mapping(_get(_mapping(value, "the trace"), "#meta"), "#meta")
    bounds: dict[str, int] = {}
    for sort, size in _mapping(_get(about, "bounds"), "bounds").items():
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise Malformed(f"{size!r} is no number of objects of {sort}")
        bounds[sort] = size
    for kind in model.sorts:
        if kind.name not in bounds:
            raise Malformed(f"there is no bound for {kind.name}")
    reader = _Reader(model, bounds)
    states = _list(_get(_mapping(value, "the trace"), "states"), "states")
    if not states:
        raise Malformed("there is no state")
    moves: list[Move] = []
    read: list[State | None] = []
    for number, item in enumerate(states):
        state = _mapping(item, f"state {number}")
        meta = _mapping(_get(state, "#meta"), f"#meta of state {number}")
        if number:
            moves.append(reader.move(_mapping(_get(state, TAKEN), TAKEN)))
        read.append(None if meta.get("faults") else reader.state(state))
    first = read[0]
    if first is None:
        raise Malformed("the start cannot be a fault")
    threads = {item.name for item in model.variables if item.thread is not None}
    initial = {point: item for point, item in first.values.items() if point[0] not in threads}
    return Claimed(
        _text(_get(about, "variant")),
        _text(_get(about, "property")),
        Run(bounds, initial, tuple(moves)),
        tuple(read),
    )


class _Reader:
    """Turns JSON values into the values that a model's types allow."""

    def __init__(self, model: Model, bounds: Mapping[str, int]) -> None:
        self.model = model
        self.objects = {
            sort.name: {
                str(Object(sort.name, number)): Object(sort.name, number)
                for number in range(bounds[sort.name])
            }
            for sort in model.sorts
        }
        self.places = {
            thread.sort: {place.name: place.number for place in thread.locations}
            for thread in model.threads
        }

    def state(self, state: Mapping[str, object]) -> State:
        values: dict[Point, Value] = {}
        for variable in self.model.variables:
            for index, given in self._points(variable, _get(state, variable.name)):
                values[variable.name, index] = self.value(given, variable.type)
        places: dict[Object, int] = {}
        for key, given in _pairs(_get(state, AT), AT):
            thread = self.thread(key)
            name = _text(given)
            if name not in self.places[thread.sort]:
                raise Malformed(f"{thread.sort} has no location {name}")
            places[thread] = self.places[thread.sort][name]
        return State(values, places)

    def _points(
        self, variable: Variable, given: object
    ) -> Iterator[tuple[tuple[Value, ...], object]]:
        if not variable.index:
            yield (), given
            return
        for key, value in _pairs(given, variable.name):
            parts: Sequence[object] = [key]
            if isinstance(key, Mapping) and "#tup" in key:
                parts = _list(key["#tup"], variable.name)
            if len(parts) != len(variable.index):
                raise Malformed(f"{variable.name} has {len(variable.index)} indices")
            pairs = zip(parts, variable.index, strict=True)
            yield tuple(self.value(part, kind) for part, kind in pairs), value

    def thread(self, given: object) -> Object:
        name = _text(given)
        for sort in self.places:
            if name in self.objects[sort]:
                return self.objects[sort][name]
        raise Malformed(f"there is no thread {name}")

    def move(self, taken: Mapping[str, object]) -> Move:
        thread = self.thread(_get(taken, "thread"))
        name = _text(_get(taken, "step"))
        step = next(
            (item for item in self.model.thread(thread.sort).steps if item.name == name), None
        )
        if step is None:
            raise Malformed(f"{thread.sort} has no step {name}")
        kinds = {
            item.temporary.name: item.temporary.type for item in step.body if isinstance(item, Pick)
        }
        picks: list[tuple[str, Value]] = []
        for key, given in _pairs(_get(taken, "picks"), "picks"):
            pick = _text(key)
            if pick not in kinds:
                raise Malformed(f"the step {name} has no pick {pick}")
            picks.append((pick, self.value(given, kinds[pick])))
        return Move(thread, name, tuple(picks))

    def value(self, given: object, kind: Type) -> Value:
        match kind:
            case BoolType():
                if isinstance(given, bool):
                    return given
            case IntType():
                if isinstance(given, Mapping) and isinstance(given.get("#bigint"), str):
                    try:
                        return int(given["#bigint"])
                    except ValueError:
                        pass
            case EnumType(members=members):
                if isinstance(given, str) and given in members:
                    return given
            case ReferenceType(sort=sort, optional=optional):
                if given == NONE and optional:
                    return None
                if isinstance(given, str) and given in self.objects[sort]:
                    return self.objects[sort][given]
            case LockType():
                return None if given == NONE else self.thread(given)
        raise Malformed(f"{str(given)[:40]!r} is not a value of its type")


def _get(value: Mapping[str, object], key: str) -> object:
    if key not in value:
        raise Malformed(f"there is no {key!r}")
    return value[key]


def _mapping(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Malformed(f"{what} is no object")
    return value


def _list(value: object, what: str) -> Sequence[object]:
    if not isinstance(value, list):
        raise Malformed(f"{what} is no list")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Malformed(f"{str(value)[:40]!r} is no text")
    return value


def _pairs(value: object, what: str) -> Iterator[tuple[object, object]]:
    for item in _list(_get(_mapping(value, what), "#map"), what):
        pair = _list(item, what)
        if len(pair) != 2:
            raise Malformed(f"an entry of {what} is no pair")
        yield pair[0], pair[1]
