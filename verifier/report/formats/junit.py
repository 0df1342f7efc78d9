"""JUnit XML, which every CI server reads.

A `testsuite` for each variant of each specification, a `testcase` for each property. A verdict that
is not as expected is a `failure` with the run as its content. An inconclusive one is an `error` of
the type `inconclusive`, not `skipped`: servers show skipped tests in green. What could not be tried
is an `error` of a case that stands for the variant or the specification; only a specification that
has nothing of what was asked for is `skipped`.

All text is ASCII: other characters are references, what XML 1.0 cannot have is an escape.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from junitparser import Attr, Error, Failure, IntAttr, JUnitXml, Skipped, TestCase, TestSuite

from frontend.source.rendering import escaped
from verifier.report.formats.cases import Case, Entry, Status, diagnostic_text, entry
from verifier.report.formats.sentences import grounds
from verifier.verify.spec_report import SpecReport


class Located(TestCase):
    """A test case that says where it is declared, as many readers show it."""

    file = Attr()
    line = IntAttr()


def text(reports: Sequence[SpecReport], version: str) -> str:
    """The reports as one XML document.

    Args:
        reports: in the order of the suites.
        version: of this program, a property of every suite.
    """
    whole = JUnitXml("buddyproof")
    for report in reports:
        for suite in _suites(entry(report), version):
            # `add_testsuite` would merge suites that look alike.
            whole.append(suite)  # type: ignore[no-untyped-call]
    whole.update_statistics()  # type: ignore[no-untyped-call]
    buffer = io.BytesIO()
    whole.write(buffer, pretty=True)
    return buffer.getvalue().decode("utf-8").encode("ascii", "xmlcharrefreplace").decode("ascii")


def _suites(found: Entry, version: str) -> Iterator[TestSuite]:
    if found.troubles or found.report.warnings:
        yield _suite(found, "", list(found.troubles), version)
    for suite in found.suites:
        troubles = [suite.trouble] if suite.trouble is not None else []
        yield _suite(found, suite.name, [*troubles, *suite.cases], version)


def _suite(found: Entry, variant: str, cases: list[Case], version: str) -> TestSuite:
    report = found.report
    made = TestSuite(_line(f"{report.path} {variant}".strip()))
    made.add_property("buddyproof", _line(version))
    made.add_property("spec", _line(report.path))
    if report.sha256 is not None:
        made.add_property("sha256", report.sha256)
    if variant:
        made.add_property("variant", _line(variant))
        for label, words in grounds(report):
            made.add_property(_line(label), _line(words))
    else:
        for warning in report.warnings:
            made.add_property("warning", _line(diagnostic_text(report, warning)))
    prefix = f"{report.name}.{variant}" if variant else report.name
    made.add_testcases([_case(report, prefix, case) for case in cases])
    return made


def _case(report: SpecReport, prefix: str, case: Case) -> TestCase:
    made = Located(_line(case.name), _line(prefix), round(case.seconds, 3))
    made.file = _line(report.path)
    if case.line is not None:
        made.line = case.line
    message = _line(case.message)
    if case.status is Status.PASSED:
        made.system_out = message
        return made
    if case.status is Status.SKIPPED:
        made.result = Skipped(message, _line(case.kind))
        return made
    found = (Failure if case.status is Status.FAILED else Error)(message, _line(case.kind))
    found.text = "\n".join(_line(line) for line in case.detail or (case.message,))
    made.result = found
    return made


def _line(value: str) -> str:
    """Text on one line that XML 1.0 can carry.

    What is not printable is escaped; of the rest only noncharacters are refused by XML, and Python
    calls those not printable, too.
    """
    return escaped(value)
