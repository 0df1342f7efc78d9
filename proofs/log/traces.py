"""Traces in a log: the Informal Trace Format, of the shared variables that the run changes.

What a run leaves alone is said once, under `fixed` of the trace's `#meta`; locals are left out. So
a trace in a log is still one in that format, of a part of the variables; the rest follows from the
steps.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from frontend.model import Model
from proofs.answers.itf import AT, TAKEN, Claimed, Json, Malformed, from_itf, to_itf
from proofs.answers.trace import Trace
from proofs.log.contents import MOST_OBJECTS, Log
from proofs.runs.replay import replay

META = "#meta"
FIXED = "fixed"
NO_VALUE: Json = {"#map": []}
KEPT = ("index", "faults", "failed")
"""What is said of a state besides its values; the rest can be told from the specification."""


def written(model: Model, trace: Trace) -> dict[str, Json]:
    """A trace as a JSON value.

    Args:
        model: the model that it is of.
        trace: what was replayed.
    """
    whole = to_itf(model, trace)
    states = [dict(_object(state)) for state in _items(whole["states"])]
    shared = [item.name for item in model.variables if item.thread is None]
    changed = [name for name in shared if any(state[name] != states[0][name] for state in states)]
    fixed = {name: states[0][name] for name in shared if name not in changed}
    return {
        META: {**_object(whole[META]), FIXED: fixed},
        "params": [],
        "vars": [*changed, AT, TAKEN],
        "states": [
            {
                META: {key: value for key, value in _object(state[META]).items() if key in KEPT},
                **{name: state[name] for name in (*changed, AT, TAKEN)},
            }
            for state in states
        ],
    }


def read(model: Model, value: Mapping[str, Json]) -> Claimed:
    """What a trace in a log says of a model.

    Args:
        model: the model that it should be of.
        value: as a log has it.

    Raises:
        Malformed: it is not of this format, or names what the model does not have.
    """
    about = _object(value.get(META))
    sizes_of(model, value)
    common: dict[str, Json] = {
        variable.name: NO_VALUE for variable in model.variables if variable.thread is not None
    }
    common |= _object(about.get(FIXED))
    states = [{**common, **_object(state)} for state in _items(value.get("states"))]
    return from_itf(model, {**value, "states": states})


def sizes_of(model: Model, value: Mapping[str, Json]) -> dict[str, int]:
    """The sizes that a trace in a log says it is of.

    Raises:
        Malformed: they are none, or of other sorts.
    """
    found: dict[str, int] = {}
    for sort, size in _object(_object(value.get(META)).get("bounds")).items():
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise Malformed(f"the size of {sort} is none")
        if size > MOST_OBJECTS:
            raise Malformed(f"{sort}: more than {MOST_OBJECTS} objects")
        found[sort] = size
    if set(found) != {sort.name for sort in model.sorts}:
        raise Malformed("its sizes are of other sorts")
    return found


def variant_of(value: Mapping[str, Json]) -> str:
    """The variant that a trace in a log says it is of.

    Raises:
        Malformed: it says none.
    """
    name = _object(value.get(META)).get("variant")
    if not isinstance(name, str):
        raise Malformed("it does not say which variant it is of")
    return name


def plain(value: Mapping[str, Json]) -> dict[str, Json]:
    """A trace as a reader of the log has it."""
    found: dict[str, Json] = json.loads(json.dumps(value))
    return found


def replayed(log: Log, models: Mapping[str, Model]) -> dict[tuple[str, str], Trace]:
    """The runs of a log by variant and property, each replayed from what the log says.

    Raises:
        Mismatch: one is not what it claims to be.
        Malformed: likewise.
    """
    found: dict[tuple[str, str], Trace] = {}
    for variant in log.variants:
        model = models[variant.name]
        claims = [read(model, plain(value)) for value in variant.traces]
        for entry in variant.entries:
            if entry.evidence == "trace":
                run = claims[entry.number].run
                found[variant.name, entry.property] = replay(model, run, entry.property)
    return found


def _object(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise Malformed("something in it is no object")
    return value


def _items(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise Malformed("its states are no list")
    return value
