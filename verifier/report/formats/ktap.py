"""KTAP version 1, the kernel's test format (Documentation/dev-tools/ktap.rst).

A test for each specification, below it one for each variant, below that one for each property.
`ok` means as the specification expects: a violation that its `expect` line announces is `ok`, and a
line before it says so. Everything else that was tried is `not ok`: kernel tools count a SKIP as
harmless, so an inconclusive verdict and whatever could not be tried is `not ok` with the directive
ERROR. Only a specification that has nothing of what was asked for is a SKIP.

All text is ASCII; what would end a line or start a directive is written as an escape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from frontend.source.rendering import escaped
from verifier.report.formats.cases import Case, Entry, Status, Suite, diagnostic_text, entry
from verifier.report.formats.sentences import grounds
from verifier.verify.spec_report import SpecReport

VERSION = "KTAP version 1"
INDENT = "  "


def text(reports: Sequence[SpecReport], version: str) -> str:
    """The reports as one KTAP document.

    Args:
        reports: in the order of the tests.
        version: of this program, said in a diagnostic line.
    """
    lines = [VERSION, f"1..{len(reports)}", _remark(f"buddyproof {version}")]
    for number, report in enumerate(reports, 1):
        lines += _specification(number, entry(report))
    return "".join(f"{line}\n" for line in lines)


def _specification(number: int, found: Entry) -> Iterator[str]:
    if found.suites:
        yield from _indented(_head(len(found.suites)))
        for position, suite in enumerate(found.suites, 1):
            yield from _indented(_variant(position, suite))
    path = found.report.path
    for warning in found.report.warnings:
        yield _remark(diagnostic_text(found.report, warning))
    for label, words in grounds(found.report):
        yield _remark(f"{label}: {words}")
    for position, trouble in enumerate(found.troubles):
        if position:  # the first is in the result line
            yield _remark(f"{path}: {trouble.message}")
        yield from _remarks(path, trouble)
    worst = next(iter(found.troubles), None)
    passed = all(_suite_passed(suite) for suite in found.suites)
    yield _result(number, path, worst, passed=passed)


def _variant(number: int, suite: Suite) -> Iterator[str]:
    if suite.cases:
        yield from _indented(_head(len(suite.cases)))
        for position, case in enumerate(suite.cases, 1):
            yield from _indented(_property(position, case))
    yield _result(number, suite.name, suite.trouble, passed=_suite_passed(suite))


def _property(number: int, case: Case) -> Iterator[str]:
    if case.status is not Status.INCONCLUSIVE:  # whose message is in the result line
        yield _remark(f"{case.name}: {case.message}")
    yield from _remarks(case.name, case)
    trouble = case if case.status is Status.INCONCLUSIVE else None
    yield _result(number, case.name, trouble, passed=_passed(case))


def _head(count: int) -> list[str]:
    return [VERSION, f"1..{count}"]


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"{INDENT}{line}" for line in lines)


def _passed(case: Case) -> bool:
    return case.status in (Status.PASSED, Status.SKIPPED)


def _suite_passed(suite: Suite) -> bool:
    """A test fails when one below it does."""
    whole = suite.trouble is None or _passed(suite.trouble)
    return whole and all(_passed(case) for case in suite.cases)


def _result(number: int, name: str, trouble: Case | None, *, passed: bool) -> str:
    if trouble is None:
        return f"{'ok' if passed else 'not ok'} {number} {_plain(name)}"
    skipped = trouble.status is Status.SKIPPED and passed
    word, directive = ("ok", "SKIP") if skipped else ("not ok", "ERROR")
    return f"{word} {number} {_plain(name)} # {directive} {_plain(trouble.message)}"


def _remarks(name: str, case: Case) -> Iterator[str]:
    """The detail of a case, indented below its name."""
    if case.detail:
        yield _remark(f"{name}:")
    for line in case.detail:
        yield _remark(f"  {line}")


def _remark(line: str) -> str:
    shown = _ascii(line).rstrip()
    if shown.startswith("Subtest:"):  # readers of KUnit take that for the name of a test
        shown = f" {shown}"
    return f"# {shown}".rstrip()


def _plain(value: str) -> str:
    """Words of a result line: no `#`, which would begin a directive, and never nothing at all."""
    return " ".join(_ascii(value).replace("#", r"\x23").split()) or "-"


def _ascii(value: str) -> str:
    return escaped(value).encode("ascii", "backslashreplace").decode("ascii")
