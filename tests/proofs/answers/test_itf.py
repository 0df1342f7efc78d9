"""Traces in the Informal Trace Format: a foreign library reads them, and we read them back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import itf_py
import pytest

from frontend.model import Object, Value
from proofs.answers.itf import Malformed, from_itf, to_itf
from proofs.answers.trace import Trace
from proofs.runs.replay import replay
from tests.support.proofs.models import free_path
from tests.support.proofs.runs import BLOCK0, CPU0, PAGE0, stranding


def a_trace() -> Trace:
    return replay(free_path(), stranding(), "no_stranded_page")


def as_json(trace: Trace) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(json.dumps(to_itf(free_path(), trace)))
    return value


def test_what_is_written_is_read_back_as_the_run_and_the_states_it_came_from() -> None:
    trace = a_trace()
    claimed = from_itf(free_path(), as_json(trace))
    assert claimed.property == "no_stranded_page"
    assert claimed.run.moves == tuple(taken.move for taken in trace.steps)
    assert claimed.states == (trace.initial, *(taken.state for taken in trace.steps))
    assert replay(free_path(), claimed.run, claimed.property) == trace


def test_the_library_of_the_format_reads_it() -> None:
    trace = a_trace()
    read = itf_py.trace_from_json(as_json(trace))
    assert len(read.states) == len(trace.steps) + 1
    last, state = read.states[-1].values, trace.steps[-1].state
    assert state is not None
    for (name, index), value in state.values.items():
        found = last[name]
        for key in index[:1]:
            found = found[str(key)]
        assert found == plain(value), name
    assert last["taken"].thread == str(trace.steps[-1].move.thread)
    assert set(read.vars) == set(last)


def plain(value: Value) -> object:
    return "none" if value is None else str(value) if isinstance(value, Object) else value


def change(value: dict[str, Any], edit: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    edit(value)
    return value


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda v: v.pop("states"), "no 'states'"),
        (lambda v: v["states"].clear(), "no state"),
        (lambda v: v["#meta"]["bounds"].pop("cpu"), "no bound for cpu"),
        (lambda v: v["#meta"]["bounds"].update(cpu=0), "no number of objects"),
        (lambda v: v["states"][1]["taken"].update(thread="cpu7"), "no thread cpu7"),
        (lambda v: v["states"][1]["taken"].update(step="nowhere"), "no step nowhere"),
        (lambda v: v["states"][0]["at"]["#map"][0].__setitem__(1, "nowhere"), "no location"),
        (lambda v: v["states"][0].pop("at"), "no 'at'"),
        (lambda v: v["states"][0]["page.list"]["#map"][0].__setitem__(1, "PURPLE"), "not a value"),
    ],
)
def test_what_is_no_trace_of_the_model_is_refused_with_a_reason(
    edit: Callable[[dict[str, Any]], object], reason: str
) -> None:
    with pytest.raises(Malformed, match=reason):
        from_itf(free_path(), change(as_json(a_trace()), edit))


def test_objects_of_another_sort_are_no_values() -> None:
    value = as_json(a_trace())
    text = json.dumps(value).replace(f'"{PAGE0}"', f'"{BLOCK0}"')
    with pytest.raises(Malformed):
        from_itf(free_path(), json.loads(text))
    assert CPU0 != PAGE0
