"""SARIF 2.1.0 (OASIS Standard, 2020), for code scanning and editors.

Every verdict is a result. A violation is of the kind `fail`, at the level `error`, or `note` where
an `expect` line announces it; what is proved is `pass`, what is inconclusive `open`. Diagnostics
are results, too, of the rule that is their code. Only a run that did what was asked is called
successful: internal errors, interrupts, sizes without a system, rejected specifications and limits
that were reached clear `executionSuccessful` and leave a notification.

Section numbers are of the standard.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from frontend.model import Property
from frontend.source.codes import CODES
from frontend.source.diagnostics import Diagnostic
from proofs.answers.verdict import Violated
from verifier.protocol.exits import Exit
from verifier.protocol.results import PropertyReport
from verifier.report.formats.cases import INTERRUPTED, NOTHING, remarks, vacuous_of
from verifier.report.formats.sarif_flows import Flows, code_flow, location, said, uri_of
from verifier.report.formats.sentences import grounds, message, variant_trouble
from verifier.report.json_report import scope_json
from verifier.report.json_text import Json, pretty
from verifier.report.summary import last_line
from verifier.verify.smallest_run import shown_trace
from verifier.verify.spec_report import (
    Outcome,
    SpecReport,
    VariantReport,
    exit_of_all,
    expected,
    outcome,
)

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
FINGERPRINT = "buddyproofVerdict/v1"


def text(reports: Sequence[SpecReport], version: str) -> str:
    """The reports as one SARIF log with one run.

    Args:
        reports: each an artifact of the run.
        version: of this program.
    """
    status = exit_of_all(reports)
    successful = status in (Exit.OK, Exit.UNEXPECTED)
    invocation: dict[str, Json] = {
        "exitCode": int(status),
        "exitCodeDescription": last_line(reports),
        "executionSuccessful": successful,
        "toolExecutionNotifications": list(_notifications(reports)),
    }
    return _log(reports, version, invocation)


def diagnostics_text(
    reports: Sequence[SpecReport], version: str, status: int, words: str, *, strict: bool
) -> str:
    """The diagnostics alone as one SARIF log with one run, of which nothing was to be verified.

    Args:
        reports: without verdicts.
        version: of this program.
        status: what the program ends with.
        words: what that means.
        strict: whether warnings count as errors.
    """
    unread = [report for report in reports if report.sha256 is None]
    invocation: dict[str, Json] = {
        "exitCode": status,
        "exitCodeDescription": words,
        "executionSuccessful": not unread,
        "toolExecutionNotifications": [
            _notification(report, "error", report.diagnostics[0].message) for report in unread
        ],
    }
    return _log(reports, version, invocation, "error" if strict else "warning")


def _log(
    reports: Sequence[SpecReport],
    version: str,
    invocation: dict[str, Json],
    warning: str = "warning",
) -> str:
    rules = _Rules()
    results: list[Json] = []
    for report in reports:
        results += _results(report, rules, warning, len(results))
    run: dict[str, Json] = {
        "tool": {"driver": {"name": "buddyproof", "version": version, "rules": rules.listed}},
        "invocations": [invocation],
        "artifacts": [_artifact(report) for report in reports],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    log: dict[str, Json] = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return pretty(log)


class _Rules:
    """The rules of the run, each once, in the order in which results speak of them.

    Two specifications may give different properties the same name: the index tells them apart
    (section 3.27.6), so a rule is identified by all that it says.
    """

    def __init__(self) -> None:
        self.listed: list[Json] = []
        self._numbers: dict[str, int] = {}

    def reference(self, rule: dict[str, Json]) -> dict[str, Json]:
        """What a result says of its rule."""
        key = json.dumps(rule)
        if key not in self._numbers:
            self._numbers[key] = len(self.listed)
            self.listed.append(rule)
        return {"ruleId": rule["id"], "ruleIndex": self._numbers[key]}


def _property_rule(spec: str, item: Property) -> dict[str, Json]:
    """A built-in property is the same in every specification; others are the specification's."""
    name = item.name if item.built_in else f"{spec}/{item.name}"
    return {
        "id": name,
        "shortDescription": said(f"{item.kind.value} {item.name}"),
        "fullDescription": said(item.text or item.name),
        "defaultConfiguration": {"level": "error"},
        "properties": {"kind": item.kind.value, "builtIn": item.built_in},
    }


def _code_rule(diagnostic: Diagnostic) -> dict[str, Json]:
    level = "error" if diagnostic.is_error else "warning"
    rule: dict[str, Json] = {"id": diagnostic.code, "defaultConfiguration": {"level": level}}
    if diagnostic.code in CODES:
        found = CODES[diagnostic.code]
        rule |= {
            "shortDescription": said(found.title),
            "fullDescription": said(found.paragraph),
            "help": said(found.example, lines=True),
        }
    return rule


def _artifact(report: SpecReport) -> dict[str, Json]:
    found: dict[str, Json] = {
        "location": {"uri": uri_of(report.path)},
        "roles": ["analysisTarget"],
        "encoding": "utf-8",
    }
    if report.sha256 is not None:
        found["hashes"] = {"sha-256": report.sha256}
    rests = [f"{label}: {words}" for label, words in grounds(report)]
    if rests:
        found["properties"] = {"restsOn": rests}
    return found


# --- results -------------------------------------------------------------------------------


def _results(
    report: SpecReport, rules: _Rules, warning: str, number: int
) -> Iterator[dict[str, Json]]:
    """What there is to say of a specification; `number` results come before."""
    flows = Flows()
    for diagnostic in (*report.diagnostics, *report.warnings):
        level = "error" if diagnostic.is_error else warning
        yield {**_diagnostic(report, diagnostic, rules), "level": level}
        number += 1
    for variant in report.variants:
        for settled in variant.settled:
            yield _verdict(report, variant, settled, rules, flows, number)
            number += 1


def _diagnostic(report: SpecReport, diagnostic: Diagnostic, rules: _Rules) -> dict[str, Json]:
    fix = f"; {diagnostic.fix}" if diagnostic.fix is not None else ""
    related = [
        {**location(report.path, report.source, note.span), "message": said(note.message)}
        for note in diagnostic.notes
    ]
    return {
        **rules.reference(_code_rule(diagnostic)),
        "kind": "fail",
        "message": said(diagnostic.message + fix),
        "locations": [location(report.path, report.source, diagnostic.span)],
        **({"relatedLocations": related} if related else {}),
    }


def _verdict(
    report: SpecReport,
    variant: VariantReport,
    settled: PropertyReport,
    rules: _Rules,
    flows: Flows,
    number: int,
) -> dict[str, Json]:
    model = variant.model
    item = model.property(settled.name)
    kind, level = _kind(variant, settled)
    trace = shown_trace(settled)
    flow: dict[str, Json] = {}
    same: dict[str, Json] = {}
    words = f"{model.variant}: {item.name}: {message(variant, settled)}"
    if trace is not None and trace.steps and isinstance(settled.status, Violated):
        shown, first = flows.shown(model, trace, number)
        if shown == number:
            flow = {"codeFlows": [code_flow(report.path, model, trace)]}
        else:
            words += f"; the run is that of {first.variant}, {first.property}"
            same = {"runOfResult": shown}
    found: dict[str, Json] = {
        **rules.reference(_property_rule(model.name, item)),
        "kind": kind,
        "level": level,
        "message": said(words),
        "locations": [_place(report.path, variant, settled)],
        "partialFingerprints": {FINGERPRINT: f"{model.name}/{model.variant}/{item.name}"},
    }
    found |= flow
    found["properties"] = {
        "variant": model.variant,
        "verdict": outcome(settled.status).value,
        "expected": expected(model, settled),
        "scope": scope_json(settled),
        "seconds": round(settled.seconds, 3),
        **same,
    }
    return found


def _kind(variant: VariantReport, settled: PropertyReport) -> tuple[str, str]:
    """The kind and the level, which is `none` for all kinds but `fail` (section 3.27.10)."""
    match expected(variant.model, settled):
        case None:
            return "open", "none"
        case False:
            return "fail", "error"
        case True if vacuous_of(variant, settled.name):
            return "fail", "warning"
        case True:
            refuted = outcome(settled.status) is Outcome.REFUTED
            return ("fail", "note") if refuted else ("pass", "none")


def _place(path: str, variant: VariantReport, settled: PropertyReport) -> dict[str, Json]:
    """The property's declaration; of a built-in one that is violated, the step that does it."""
    model = variant.model
    item = model.property(settled.name)
    if not item.built_in:
        return location(path, model.source, item.span)
    trace = shown_trace(settled)
    if trace is None or not trace.steps or not isinstance(settled.status, Violated):
        return location(path, None, None)
    last = trace.steps[-1].move
    steps = model.thread(last.thread.sort).steps
    span = next(step.span for step in steps if step.name == last.step)
    return location(path, model.source, span)


# --- notifications -------------------------------------------------------------------------


def _notifications(reports: Sequence[SpecReport]) -> Iterator[Json]:
    """What keeps the run from having done what was asked."""
    for report in reports:
        if report.diagnostics:
            yield _notification(report, "error", "rejected: nothing was verified")
        if report.interrupted:
            yield _notification(report, "error", INTERRUPTED)
        if not (report.diagnostics or report.variants):
            yield _notification(report, "note", NOTHING)
        for variant in report.variants:
            trouble = variant_trouble(variant)
            if trouble is not None:
                yield _notification(report, "error", f"{variant.model.variant}: {trouble[1]}")
            for case in remarks(variant):
                words = f"{variant.model.variant}: {case.name}: {case.message}"
                yield _notification(report, "warning", words)
            for settled in variant.settled:
                if outcome(settled.status) is Outcome.UNKNOWN:
                    words = message(variant, settled)
                    what = f"{variant.model.variant}: {settled.name}: {words}"
                    yield _notification(report, "warning", what)


def _notification(report: SpecReport, level: str, words: str) -> dict[str, Json]:
    place = location(report.path, None, None)
    return {"level": level, "message": said(words), "locations": [place]}
