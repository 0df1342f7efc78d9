"""What `check --format json` prints; `proofs/schema/check.json` describes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from frontend.model import Model
from verifier.protocol.exits import Exit, worst
from verifier.report.json_report import diagnostic_json
from verifier.report.json_text import Json
from verifier.verify.spec_report import SpecReport

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one specification.

    Args:
        report: without verdicts.
        models: its variants; none of a rejected one.
        status: what it calls for.
    """

    report: SpecReport
    models: Sequence[Model]
    status: Exit


def document(found: Sequence[Checked], version: str) -> dict[str, Json]:
    """The one object on all specifications.

    Args:
        found: in the order of the command line.
        version: of this program.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "program": {"name": "buddyproof", "version": version},
        "specs": [_spec(item) for item in found],
        "exit_status": int(worst(item.status for item in found)),
    }


def _spec(item: Checked) -> dict[str, Json]:
    report = item.report
    return {
        "spec": {
            "path": report.path,
            "sha256": report.sha256,
            "name": item.models[0].name if item.models else None,
        },
        "diagnostics": [diagnostic_json(report, one) for one in report.diagnostics],
        "warnings": [diagnostic_json(report, one) for one in report.warnings],
        "variants": [model.variant for model in item.models],
        "exit_status": int(item.status),
    }
