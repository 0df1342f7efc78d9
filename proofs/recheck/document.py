"""What rechecks found, as the JSON document that `proofs/schema/recheck.json` describes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata

from proofs.answers.itf import Json
from proofs.recheck.findings import Report, Standing

SCHEMA_VERSION = 1

FIELDS = {
    Standing.VERIFIED: "verified",
    Standing.TRUSTED: "taken_on_trust",
    Standing.VACUOUS: "vacuous",
    Standing.UNCONFIRMED: "not_confirmed",
    Standing.FAILED: "failed",
    Standing.CONTRADICTION: "contradictions",
}
"""What became of a part of the evidence -> the list of sentences on it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file.

    Args:
        path: as the user named it.
        status: what it calls for, as an exit status.
        problem: why it was not looked at, or "".
        report: what was found in it; None where it was not looked at.
    """

    path: str
    status: int
    problem: str
    report: Report | None = None


def document(found: Sequence[Outcome], status: int) -> dict[str, Json]:
    """The one object on all files.

    Args:
        found: in the order of the command line.
        status: what the program ends with.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "program": {"name": "buddyproof", "version": metadata.version("buddyproof")},
        "files": [_file(outcome) for outcome in found],
        "exit_status": status,
    }


def _file(outcome: Outcome) -> dict[str, Json]:
    report = outcome.report or Report()
    texts = {field: report.of(standing) for standing, field in FIELDS.items()}
    return {
        # Halves of surrogate pairs stand for bytes that are no text: readers of JSON refuse them.
        "path": outcome.path.encode("utf-8", "backslashreplace").decode("utf-8"),
        "problem": outcome.problem or None,
        **texts,
        "solvers": dict(sorted(report.solvers.items())),
        "exit_status": outcome.status,
    }
