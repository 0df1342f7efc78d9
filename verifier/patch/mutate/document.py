"""The report as JSON values; `proofs/schema/mutate.json` describes them.

Nothing here tells of time or processes: the same specification gives the same bytes.
"""

from __future__ import annotations

from collections import Counter

from verifier.patch.mutate.mutant import Mutant
from verifier.patch.mutate.outcome import Outcome, Verdict
from verifier.patch.mutate.report import MutationReport, VariantMutants, exit_of, verdict_text
from verifier.report.json_text import Json
from verifier.verify.spec_report import MEMORY_MODEL

SCHEMA_VERSION = 1


def document(report: MutationReport, version: str) -> dict[str, Json]:
    """The one object that `mutate --format json` prints.

    Args:
        version: of this program.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "program": {"name": "buddyproof", "version": version},
        "memory_model": MEMORY_MODEL,
        "spec": {"path": report.path, "sha256": report.sha256, "name": report.name},
        "variants": [_variant(report, variant) for variant in report.variants],
        "stopped": report.stopped or None,
        "exit_status": int(exit_of(report)),
    }


def _variant(report: MutationReport, variant: VariantMutants) -> dict[str, Json]:
    known = variant.known
    verdicts = Counter(one.verdict for one in variant.outcomes)
    return {
        "name": variant.name,
        "bounds": {
            sort: [variant.sizes.low[sort], high] for sort, high in variant.sizes.high.items()
        },
        "no_system": known.empty,
        "held": list(known.held),
        "violated": list(known.violated),
        "unsettled": list(known.unknown),
        "counts": {verdict.value: verdicts[verdict] for verdict in Verdict},
        "mutants": [
            _mutant(report, variant, mutant, outcome)
            for mutant, outcome in zip(variant.mutants, variant.outcomes, strict=True)
        ],
    }


def _mutant(
    report: MutationReport, variant: VariantMutants, mutant: Mutant, outcome: Outcome
) -> dict[str, Json]:
    line, column = report.source.position(mutant.start)
    return {
        "line": line,
        "column": column,
        "kind": mutant.kind.value,
        "before": mutant.before,
        "after": mutant.after or None,
        "verdict": outcome.verdict.value,
        "properties": list(outcome.names),
        "steps": outcome.steps,
        "bounds": dict(outcome.bounds) if outcome.bounds is not None else None,
        "scope": _scope(variant, outcome),
        "states": outcome.reach.value if outcome.reach is not None else None,
        "torn": outcome.torn,
        "reason": outcome.reason or None,
        "text": verdict_text(variant, outcome),
    }


def _scope(variant: VariantMutants, outcome: Outcome) -> Json:
    """Where all properties of a survivor are proved."""
    if outcome.verdict is not Verdict.SURVIVED:
        return None
    return "all" if outcome.everywhere else dict(variant.sizes.high)
