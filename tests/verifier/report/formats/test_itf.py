from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import itf_py
import pytest
from hypothesis import given

from proofs.answers.itf import from_itf
from tests.support.verifier.fakes import make_model, violated_from
from tests.support.verifier.reports import odd_reports, reports
from tests.verifier.report.test_report import spec_report, variant_report
from verifier.report.formats.itf import LONGEST, SUFFIX, files
from verifier.verify.smallest_run import shown_trace
from verifier.verify.spec_report import SpecReport

SAFE = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)*")


def read(found: list[SpecReport]) -> dict[str, Any]:
    """Each file by itf-py; names are safe and differ in more than case."""
    made = files(found)
    assert len({name.lower() for name in made}) == len(made)
    for name, content in made.items():
        assert name.endswith(SUFFIX)
        assert SAFE.fullmatch(name.removesuffix(SUFFIX))
        assert len(name) <= LONGEST + 20
        assert content.isascii()
    return {name: itf_py.trace_from_json(json.loads(text)) for name, text in made.items()}


@pytest.mark.parametrize("name", reports())
def test_there_is_a_file_for_each_run_that_is_shown(name: str) -> None:
    found = reports()[name]
    shown = [
        shown_trace(settled)
        for report in found
        for variant in report.variants
        for settled in variant.settled
    ]
    traces = [trace for trace in shown if trace is not None]
    made = read(found)
    assert len(made) == len(traces)
    for read_back, trace in zip(made.values(), traces, strict=True):
        assert len(read_back.states) == len(trace.steps) + 1
        assert read_back.meta["property"] == trace.property


def test_the_states_are_those_of_the_run() -> None:
    (report,) = reports()["as expected"]
    made = read([report])
    assert list(made) == ["lost_update.main.none_lost.itf.json"]
    (trace,) = made.values()
    assert [(state.values["counter"], state.values["added"]) for state in trace.states] == [
        (0, 0), (0, 0), (0, 0), (1, 1), (1, 2),
    ]  # fmt: skip
    claimed = from_itf(report.variants[0].model, json.loads(next(iter(files([report]).values()))))
    settled = next(item for item in report.variants[0].settled if item.name == "none_lost")
    shown = shown_trace(settled)
    assert shown is not None
    assert claimed.run.moves == tuple(step.move for step in shown.steps)


def test_runs_of_one_name_go_to_files_of_their_own() -> None:
    model = make_model(["bad", "Bad", "b\u00e4d", "b\u00f6d", "x" * 400, "x" * 401])
    report = spec_report(variant_report(model, violated_from(2)))
    assert [name.removesuffix(SUFFIX)[:16] for name in files([report, report])] == [
        "demo.main.bad", "demo.main.Bad-2", "demo.main.b_d", "demo.main.b_d-2", "demo.main.xxxxxx",
        "demo.main.xxxxxx", "demo.main.bad-3", "demo.main.Bad-4", "demo.main.b_d-3",
        "demo.main.b_d-4", "demo.main.xxxxxx", "demo.main.xxxxxx",
    ]  # fmt: skip
    assert len(read([report, report])) == 12


def test_no_name_leaves_the_folder() -> None:
    model = replace(make_model(["../../etc/passwd"], variant=".."), name="/")
    report = spec_report(variant_report(model, violated_from(2)))
    assert list(files([report])) == ["_._._etc_passwd.itf.json"]


@given(odd_reports())
def test_any_name_is_turned_into_a_safe_one(found: list[SpecReport]) -> None:
    read(found)
