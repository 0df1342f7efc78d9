from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from tap.line import Line, Result  # type: ignore[import-untyped]
from tap.parser import Parser  # type: ignore[import-untyped]

from tests.support.verifier.reports import PASSES, odd_reports, reports
from verifier.protocol.exits import Exit
from verifier.report.formats.ktap import text
from verifier.verify.spec_report import SpecReport, exit_of_all, expected

RESULT = re.compile(
    r"(?P<word>ok|not ok) (?P<number>[1-9][0-9]*)(?: (?P<name>[^#]*[^# ]))?"
    r"(?: # (?P<directive>SKIP|TODO|XFAIL|TIMEOUT|ERROR)(?: (?P<data>[^#]*))?)?"
)
"""A result line of ktap.rst; of its optional data, only what follows a directive."""


@dataclass
class Node:
    """A test with its result, the diagnostic lines before that, and the tests below it."""

    name: str
    ok: bool
    directive: str | None
    data: str
    remarks: list[str] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)


class Malformed(Exception):
    pass


def parsed(document: str) -> list[Node]:
    """What KTAP version 1 allows and no more: even what it calls unknown lines is refused."""
    assert document.endswith("\n")
    lines = document[:-1].split("\n")
    tests, rest = block(lines, 0, "")
    if rest != len(lines):
        raise Malformed(f"line {rest + 1} belongs to nothing: {lines[rest]!r}")
    return tests


def block(lines: list[str], start: int, indent: str) -> tuple[list[Node], int]:
    if lines[start] != f"{indent}KTAP version 1":
        raise Malformed(f"no version line: {lines[start]!r}")
    plan = re.fullmatch(rf"{indent}1\.\.(\d+)", lines[start + 1])
    if plan is None:
        raise Malformed(f"no plan: {lines[start + 1]!r}")
    found: list[Node] = []
    children: list[Node] = []
    remarks: list[str] = []
    at = start + 2
    while at < len(lines) and len(found) < int(plan[1]):
        line = lines[at]
        if line == f"{indent}  KTAP version 1":
            if children:
                raise Malformed("two blocks below one test")
            children, at = block(lines, at, f"{indent}  ")
            continue
        at += 1
        line = line.removeprefix(indent)
        if line.startswith("# ") or line == "#":
            remarks.append(line[2:])
            continue
        match = RESULT.fullmatch(line)
        if match is None:
            raise Malformed(f"neither result nor diagnostic: {line!r}")
        if int(match["number"]) != len(found) + 1:
            raise Malformed(f"out of order: {line!r}")
        node = Node(
            match["name"] or "", match["word"] == "ok", match["directive"], match["data"] or ""
        )
        found.append(node)
        node.children, node.remarks = children, remarks
        children, remarks = [], []
    if children or remarks or len(found) != int(plan[1]):
        raise Malformed(f"{len(found)} tests of {plan[1]}")
    return found, at


def checked(document: str) -> list[Node]:
    """Parsed strictly; a test with a failure below it is a failure; tap.py sees the same."""
    assert document.isascii()
    tests = parsed(document)
    pending = list(tests)
    while pending:
        test = pending.pop()
        if any(not child.ok for child in test.children):
            assert not test.ok
        assert not any(remark.startswith("Subtest:") for remark in test.remarks)
        pending += test.children
    agreed(document.splitlines(), tests, 0)
    return tests


def agreed(lines: list[str], tests: list[Node], depth: int) -> None:
    """tap.py knows no nested tests: it reads each depth by itself, and must see those results."""
    indent = "  " * depth
    level = [line.removeprefix(indent) for line in lines if line.startswith(indent)]
    read: list[Line] = list(Parser().parse_text("\n".join(level)))
    results = [item for item in read if isinstance(item, Result)]
    assert len(results) == len(tests)
    for result, test in zip(results, tests, strict=True):
        assert (result.ok, result.description) == (test.ok, test.name)
        assert result.skip == (test.directive == "SKIP")
        assert not result.todo
    below = [child for test in tests for child in test.children]
    if below:
        agreed(lines, below, depth + 1)


@pytest.mark.parametrize("name", reports())
def test_every_report_is_strict_ktap_and_passes_only_where_the_status_is_0(name: str) -> None:
    found = reports()[name]
    tests = checked(text(found, "1"))
    assert len(tests) == len(found)
    assert all(test.ok for test in tests) == (exit_of_all(found) is Exit.OK) == (name in PASSES)


def test_each_property_is_ok_exactly_when_its_verdict_is_expected() -> None:
    found = reports()["all of them"]
    for report, test in zip(found, checked(text(found, "1")), strict=True):
        assert test.name == report.path
        for variant, below in zip(report.variants, test.children, strict=True):
            assert below.name == variant.model.variant
            verdicts = {item.name: expected(variant.model, item) for item in variant.settled}
            assert {child.name: child.ok for child in below.children} == {
                name: bool(verdict) for name, verdict in verdicts.items()
            }


def test_an_inconclusive_verdict_is_an_error_and_no_skip() -> None:
    (test,) = checked(text(reports()["inconclusive"], "1"))
    (variant,) = test.children
    (case,) = variant.children
    assert (case.ok, case.directive) == (False, "ERROR")
    assert case.data.startswith("inconclusive: ")
    assert (variant.ok, test.ok) == (False, False)


def test_a_violation_that_is_expected_is_ok_and_said() -> None:
    (test,) = checked(text(reports()["as expected"], "1"))
    case = next(item for item in test.children[0].children if item.name == "none_lost")
    assert (case.ok, case.remarks) == (True, ["none_lost: violated in 4 steps, as expected"])


def test_a_violation_that_is_not_expected_shows_its_run() -> None:
    (test,) = checked(text(reports()["not as expected"], "1"))
    case = next(item for item in test.children[0].children if item.name == "none_lost")
    assert not case.ok
    assert case.remarks[0] == "none_lost: violated in 4 steps, and should hold"
    shown = "\n".join(case.remarks)
    assert "main violates none_lost in 4 steps (2 cpus)" in shown
    assert "counter = 1, added = 2" in shown


def test_what_the_verdicts_rest_on_is_said() -> None:
    (test,) = checked(text(reports()["a fault"], "1"))
    assert "memory: sequential consistency" in test.remarks
    assert any("all else speaks of runs up to it" in remark for remark in test.remarks)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("rejected", r"rejected: E102: nothing is called `y` here; did you mean `x`?"),
        ("interrupted", "interrupted: "),
        ("nothing asked", "has nothing of what was asked for"),
    ],
)
def test_what_happens_to_a_specification_is_in_its_result(name: str, data: str) -> None:
    (test,) = checked(text(reports()[name], "1"))
    assert test.directive == ("SKIP" if name == "nothing asked" else "ERROR")
    assert test.data.startswith(data)


@pytest.mark.parametrize(
    ("name", "data"),
    [("no such system", "demo.alloc:2: main: no such system"), ("internal error", "internal err")],
)
def test_what_happens_to_a_variant_is_in_its_result(name: str, data: str) -> None:
    (test,) = checked(text(reports()[name], "1"))
    assert test.children[0].directive == "ERROR"
    assert test.children[0].data.startswith(data)
    assert not test.ok


@given(odd_reports())
def test_no_text_breaks_a_line_or_passes_for_a_directive(found: list[SpecReport]) -> None:
    tests = checked(text(found, "1"))
    assert len(tests) == len(found)
    for report, test in zip(found, tests, strict=True):
        assert len(test.children) == len(report.variants)
    assert all(test.ok for test in tests) == (exit_of_all(found) is Exit.OK)
