from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from tests.support.verifier.reports import odd_reports, reports
from tests.verifier.report.test_schema import schema
from verifier.protocol.bounds import Asked
from verifier.protocol.results import PropertyReport
from verifier.report.formats.jsonl import Stream, text
from verifier.report.json_report import document
from verifier.verify.spec_report import SpecReport, VariantReport, exit_of, exit_of_all

TYPES = ("diagnostic", "variant", "result")


def validator(definition: str) -> Draft202012Validator:
    """Of one definition of the published schema."""
    return Draft202012Validator(
        {"$ref": f"#/$defs/{definition}", "$defs": schema()["$defs"]},
    )


VALIDATORS = {kind: validator(kind) for kind in TYPES}


def lines(found: list[SpecReport]) -> list[dict[str, Any]]:
    """Every line, valid by the published schema but for its type and its specification."""
    document = text(found, "1.2.3")
    assert document.isascii()
    read: list[dict[str, Any]] = [json.loads(line) for line in document.split("\n")[:-1]]
    for line in read[1:-1]:
        kind = "diagnostic" if line["type"] == "warning" else line["type"]
        if kind in TYPES:
            plain = {key: value for key, value in line.items() if key not in ("type", "spec")}
            VALIDATORS[kind].validate(plain)
    return read


@pytest.mark.parametrize("name", reports())
def test_the_lines_are_those_of_the_json_document(name: str) -> None:
    found = reports()[name]
    whole: dict[str, Any] = json.loads(json.dumps(document(found, "1.2.3", several=True)))
    read = lines(found)
    assert read[0] == {
        "type": "run",
        "schema_version": whole["schema_version"],
        "program": whole["program"],
        "memory_model": whole["memory_model"],
    }
    assert read[-1] == {"type": "end", "exit_status": exit_of_all(found)}
    wanted = []
    for report, spec in zip(found, whole["specs"], strict=True):
        about = {"spec": report.path}
        for key in ("diagnostics", "warnings"):
            wanted += [{**item, **about, "type": key.removesuffix("s")} for item in spec[key]]
        results = iter(spec["results"])
        for variant, value in zip(report.variants, spec["variants"], strict=True):
            own = [next(results) for _ in variant.settled]
            wanted += [{**item, **about, "type": "result"} for item in own]
            wanted.append({**value, **about, "type": "variant"})
        head = {**spec["spec"], "not_modelled": spec["not_modelled"], "type": "spec", **about}
        del head["path"]
        ended = {"interrupted": bool(report.interrupted), "exit_status": exit_of(report)}
        wanted.append({**head, **ended})
    assert read[1:-1] == wanted


def test_traces_are_inside() -> None:
    found = [line for line in lines(reports()["not as expected"]) if line["type"] == "result"]
    (lost,) = (line for line in found if line["property"] == "none_lost")
    assert lost["spec"] == "tests/corpus/refuted/lost_update.alloc"
    assert [step["thread"] for step in lost["trace"]["steps"]] == ["cpu0", "cpu1", "cpu1", "cpu0"]


@given(odd_reports())
def test_no_text_ends_a_line_or_is_refused(found: list[SpecReport]) -> None:
    read = lines(found)
    json.dumps(read, ensure_ascii=False).encode("utf-8")  # no half of a surrogate pair
    assert [line["type"] for line in read].count("spec") == len(found)
    assert read[-1]["exit_status"] == exit_of_all(found)


# --- while the work goes on ----------------------------------------------------------------


class Printed:
    """Takes lines, until it is told that nobody reads them any more."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.gone = False

    def __call__(self, text: str) -> None:
        if self.gone:
            raise BrokenPipeError
        assert text.endswith("\n")
        self.lines.append(json.loads(text))

    def types(self) -> list[str]:
        return [line["type"] for line in self.lines]


def parts(report: SpecReport) -> tuple[SpecReport, VariantReport, dict[str, PropertyReport]]:
    """A specification before the work, its one variant, and its verdicts."""
    (variant,) = report.variants
    before = replace(report, variants=())
    return before, variant, {item.name: item for item in variant.settled}


def only(variant: VariantReport, settled: PropertyReport) -> VariantReport:
    """What is known of a variant when one verdict is new."""
    return replace(variant, asked=ASKED, properties=(settled,))


ASKED = Asked({"cpu": 2}, {"cpu": 2})


def test_a_violation_is_a_result_at_once_and_a_proof_is_news_until_all_is_known() -> None:
    (report,) = reports()["not as expected"]
    before, variant, verdicts = parts(report)
    printed = Printed()
    stream = Stream(printed, "1")
    stream.opened(before)
    assert printed.types() == ["run"]
    stream.learnt(before, only(variant, verdicts["none_lost"]))
    stream.learnt(before, only(variant, verdicts["range"]))
    assert printed.types() == ["run", "result", "settled"]
    early = printed.lines[1]
    assert (early["property"], early["verdict"], early["expected"]) == (
        "none_lost",
        "refuted",
        False,
    )
    assert printed.lines[2] == {
        "type": "settled",
        "spec": report.path,
        "variant": "main",
        "property": "range",
        "verdict": "proved",
        "scope": {"cpu": 2},
        "steps": None,
        "expected": True,
    }
    stream.finished(before, variant)
    names = [line["property"] for line in printed.lines if line["type"] == "result"]
    assert sorted(names) == sorted(verdicts)  # each once
    assert printed.types()[-1] == "variant"
    stream.closed(report)
    stream.end([report])
    assert printed.types()[-2:] == ["spec", "end"]
    assert not stream.lost


def test_a_verdict_that_has_changed_is_printed_again() -> None:
    (report,) = reports()["not as expected"]
    before, variant, verdicts = parts(report)
    lost = verdicts["none_lost"]
    printed = Printed()
    stream = Stream(printed, "1")
    stream.learnt(before, only(variant, replace(lost, shortest=not lost.shortest, seconds=9.0)))
    stream.learnt(before, only(variant, replace(lost, shortest=not lost.shortest, seconds=8.0)))
    assert printed.types() == ["run", "result"]  # other seconds are no news
    stream.finished(before, variant)
    found = [line for line in printed.lines if line.get("property") == "none_lost"]
    assert [line["shortest"] for line in found] == [not lost.shortest, lost.shortest]


def test_a_reader_that_is_gone_is_told_of_at_the_end_and_not_in_the_middle_of_the_work() -> None:
    (report,) = reports()["as expected"]
    before, variant, _ = parts(report)
    printed = Printed()
    stream = Stream(printed, "1")
    printed.gone = True
    stream.opened(before)
    stream.finished(before, variant)
    assert stream.lost
    with pytest.raises(BrokenPipeError):
        stream.end([report])
