"""The review as JSON values; `proofs/schema/review.json` describes them."""

from __future__ import annotations

from collections.abc import Sequence

from frontend.model import Model
from verifier.patch.review.records import Finding, HunkReview, Procedure, Review
from verifier.protocol.exits import Exit
from verifier.report.json_report import document as verify_document
from verifier.report.json_text import Json
from verifier.verify.spec_report import SpecReport

SCHEMA_VERSION = 1


def document(
    review: Review,
    path: str,
    sha256: str,
    models: Sequence[Model],
    report: SpecReport | None,
    version: str,
    status: Exit,
) -> dict[str, Json]:
    """The one object that `review --format json` prints.

    Args:
        review: the mapping.
        path: the specification, as the user named it.
        sha256: of its bytes.
        models: the variant before, where there is one, and the variant after.
        report: their verdicts; None when none were asked for.
        version: of this program.
        status: what the program ends with.
    """
    verified = verify_document([report], version, several=False) if report is not None else None
    return {
        "schema_version": SCHEMA_VERSION,
        "program": {"name": "buddyproof", "version": version},
        "spec": {"path": path, "sha256": sha256, "name": models[0].name},
        "before": models[0].variant if len(models) > 1 else None,
        "after": models[-1].variant,
        "patch": {
            "path": review.patch.path,
            "sha256": review.patch.sha256,
            "subjects": list(review.patch.subjects),
            "notes": list(review.patch.notes),
            "files": [
                {
                    "path": item.path,
                    "old_path": item.old_path,
                    "what": item.what,
                    "binary": item.binary,
                    "mode": item.mode or None,
                }
                for item in review.patch.files
            ],
        },
        "hunks": [_hunk(review, item) for item in review.hunks],
        "warnings": list(review.warnings),
        "unchanged_procedures": [_procedure(item) for item in review.untouched],
        "not_modelled": list(
            dict.fromkeys(text for model in models for text in model.not_modelled)
        ),
        "verification": verified,
        "exit_status": int(status),
    }


def _hunk(review: Review, item: HunkReview) -> dict[str, Json]:
    hunk = item.hunk
    return {
        "number": hunk.number,
        "file": review.patch.files[hunk.file].path,
        "old": {"start": hunk.old_start, "lines": hunk.old_length},
        "new": {"start": hunk.new_start, "lines": hunk.new_length},
        "heading": hunk.heading,
        "repairs": list(hunk.repairs),
        "modelled": item.modelled,
        "parts": [_finding(finding) for finding in item.findings],
    }


def _finding(finding: Finding) -> dict[str, Json]:
    part = finding.part
    return {
        "place": part.place.kind,
        "name": part.place.name or None,
        "known_by": part.place.source or None,
        "content": part.content,
        "condition": part.option or None,
        "stub": bool(part.stub),
        "added": sum(1 for line in part.lines if line.kind == "+"),
        "removed": sum(1 for line in part.lines if line.kind == "-"),
        "procedures": [_procedure(item) for item in finding.procedures],
        "inferred": finding.inferred or None,
        "reason": finding.reason or None,
    }


def _procedure(item: Procedure) -> dict[str, Json]:
    return {
        "name": item.name,
        "line": item.line,
        "models": [str(one) for one in item.functions],
        "condition": item.condition or None,
        "flags": sorted(item.flags),
        "steps": [
            {
                "text": one.text,
                "line": one.line,
                "condition": one.condition,
                "flags": sorted(one.flags),
            }
            for one in item.flagged
        ],
    }
