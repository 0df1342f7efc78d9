"""The comparison as JSON values; `proofs/schema/compare.json` describes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from frontend.names.variants import Flag
from frontend.source.diagnostics import Diagnostic
from frontend.source.spans import Source
from verifier.patch.compare.comparison import Comparison, Dropped
from verifier.patch.compare.sides import sides
from verifier.report.json_report import document as verdicts
from verifier.report.json_text import Json
from verifier.verify.spec_report import SpecReport

SCHEMA_VERSION = 1


def document(comparison: Comparison, version: str) -> dict[str, Json]:
    """The one object that `compare --format json` prints.

    Args:
        version: of this program.
    """
    changes, necessity = comparison.changes, comparison.necessity
    found = sides(comparison)
    return {
        "schema_version": SCHEMA_VERSION,
        "program": {"name": "buddyproof", "version": version},
        "before": changes.before.name,
        "after": changes.after.name,
        "added": _flags(changes.added),
        "removed": _flags(changes.removed),
        "configured": [
            {**flag, "variant": changes.after.name if on else changes.before.name}
            for flag, on in zip(
                _flags(changes.configured),
                (flag.name in changes.after.flags for flag in changes.configured),
                strict=True,
            )
        ],
        "broken": [failure.property.name for failure in found.broken],
        "only_before": list(found.only_before),
        "only_after": list(found.only_after),
        "restated": list(found.restated),
        "verify": verdicts([comparison.report], version, several=False),
        "necessity": [_dropped(comparison, item, version) for item in necessity.single],
        "joint": [_dropped(comparison, item, version) for item in necessity.joint],
        "pairs_not_tried": necessity.untried,
        "exit_status": int(comparison.status),
    }


def _flags(flags: Sequence[Flag]) -> list[dict[str, Json]]:
    return [{"name": flag.name, "text": flag.text} for flag in flags]


def _dropped(comparison: Comparison, item: Dropped, version: str) -> dict[str, Json]:
    results = _results(comparison.report, item, version)
    empty = item.report.no_system if item.report is not None else None
    return {
        "flags": list(item.flags),
        "variant": item.title,
        "same_as": item.same_as,
        "need": item.need.value,
        "broken": [results[failure.property.name] for failure in item.broken],
        "failing": [results[failure.property.name] for failure in item.failing],
        "holding": [results[settled.name] for settled in item.holding],
        "unstated": list(item.unstated),
        "restated": list(item.restated),
        "undecided": [{"property": name or None, "reason": reason} for name, reason in item.open],
        "diagnostics": [_diagnostic(comparison.changes.source, each) for each in item.errors],
        "no_system": list(empty.names) if empty is not None else None,
        "companions": list(item.companions),
        "error": item.report.error if item.report is not None else None,
    }


def _results(report: SpecReport, item: Dropped, version: str) -> dict[str, Json]:
    """Property -> its verdict without some flags, as `verify` writes it."""
    if item.report is None:
        return {}
    whole = verdicts([replace(report, variants=(item.report,))], version, several=False)
    results = whole["results"]
    assert isinstance(results, Sequence), "of one specification"
    found = zip(item.report.settled, results, strict=True)
    return {settled.name: result for settled, result in found}


def _diagnostic(source: Source, diagnostic: Diagnostic) -> dict[str, Json]:
    line, column = source.position(diagnostic.span.start)
    return {
        "code": diagnostic.code,
        "message": diagnostic.message,
        "line": line,
        "column": column,
        "fix": diagnostic.fix,
    }
