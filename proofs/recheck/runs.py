"""Replays the runs in a log, and holds them against the states that it gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

from frontend.model import Model
from proofs.answers.itf import Claimed, Json, Malformed
from proofs.answers.trace import Trace
from proofs.log.contents import Entry, VariantLog
from proofs.log.traces import read, sizes_of, variant_of, written
from proofs.recheck.findings import Report, Standing
from proofs.recheck.sizes import too_large
from proofs.runs.extend import extend
from proofs.runs.replay import Mismatch, replay

SHORTEST = "that no shorter run does the same, where the log says so"


def judge_runs(
    model: Model, variant: VariantLog, entries: Iterable[Entry], report: Report
) -> dict[str, Trace]:
    """The replayed run of each property whose verdict a run shows.

    Args:
        model: made from the specification in the log.
        variant: what the log says.
        entries: the verdicts that need a run.
        report: takes the findings.
    """
    claims = [_replayed(model, variant, number, report) for number in range(len(variant.traces))]
    found: dict[str, Trace] = {}
    for entry in entries:
        subject = f"{variant.name}, {entry.property}"
        if entry.evidence != "trace":
            text = f"{subject}: {entry.verdict}, but there is no run that shows it"
            report.add(Standing.FAILED, text)
        elif not 0 <= entry.number < len(claims):
            text = f"{subject}: {entry.verdict}, but there is no such trace"
            report.add(Standing.FAILED, text)
        elif (claimed := claims[entry.number]) is not None:
            trace = _shown(model, claimed, entry, subject, report)
            if trace is not None:
                found[entry.property] = trace
                if entry.shortest:
                    report.add(Standing.TRUSTED, SHORTEST)
    if found:
        number = len(found)
        text = f"{variant.name}: {number} verdict{'s' * (number > 1)} by runs, replayed"
        report.add(Standing.VERIFIED, text)
    return found


def _replayed(model: Model, variant: VariantLog, number: int, report: Report) -> Claimed | None:
    """What a trace says, when it is a run of the model with these states and nothing else."""
    subject = f"{variant.name}, trace {number + 1}"
    given = variant.traces[number]
    try:
        other = variant_of(given)
        if other != variant.name:
            raise Malformed(f"it is one of the variant {other}")
        sizes = sizes_of(model, given)
        if too_large(model, sizes):
            report.add(Standing.UNCONFIRMED, f"{subject}: it is too large to look at")
            return None
        claimed = read(model, given)
        trace = replay(model, claimed.run, claimed.property)
    except Malformed as malformed:
        report.add(Standing.FAILED, f"{subject} is not one of this model: {malformed.reason}")
        return None
    except Mismatch as mismatch:
        report.add(Standing.FAILED, f"{subject} cannot be replayed: {mismatch}")
        return None
    expected = written(model, trace)
    for place, (said, found) in enumerate(zip_longest(_states(given), _states(expected))):
        if said != found:
            after = "the step before it leads to" if place else "such a run starts with"
            report.add(Standing.FAILED, f"{subject}: state {place} is not what {after}")
            return None
    if expected != given:
        report.add(Standing.FAILED, f"{subject} says more or less than its run does")
        return None
    return claimed


def _states(trace: Mapping[str, Json]) -> Sequence[Json]:
    states = trace["states"]
    return states if isinstance(states, list) else ()


def _shown(
    model: Model, claimed: Claimed, entry: Entry, subject: str, report: Report
) -> Trace | None:
    """The run of an entry, when it decides the property at the sizes of the verdict."""
    name = f"its trace {entry.number + 1}"
    try:
        trace = replay(model, claimed.run, entry.property)
    except Mismatch as mismatch:
        text = f"{subject}: {name} is one of {claimed.property}, not of it: {mismatch}"
        report.add(Standing.FAILED, text)
        return None
    sizes = entry.scope
    if sizes is None or any(sizes[sort] < size for sort, size in trace.bounds.items()):
        report.add(Standing.FAILED, f"{subject}: {name} is of other sizes than the verdict")
        return None
    same = dict(sizes) == dict(trace.bounds)
    if too_large(model, sizes):
        report.add(Standing.UNCONFIRMED, f"{subject}: its sizes are too large to look at")
        return trace
    if not same and extend(model, claimed.run, entry.property, sizes) is None:
        text = f"{subject}: {name} is no such run at the sizes of the verdict"
        report.add(Standing.FAILED, text)
        return None
    return trace
