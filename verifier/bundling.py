"""From a report to a bundle that can be checked without this program."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from proofs.bundle.assemble import Assembled, Evidence, assemble
from proofs.render_names import plural
from proofs.trace import Trace
from verifier.bounded import certified
from verifier.bounded import invariants as bounded_invariants
from verifier.report import SpecReport, VariantReport
from verifier.second_opinion import invariants

MOST_NAMED = 5
"""How many obligations are named that have no proof."""


def bundle(report: SpecReport, log: str, folder: Path) -> Iterator[str]:
    """Writes the bundle of a specification that was verified; what it holds, as lines.

    Args:
        report: what was found.
        log: its proof log, which goes along.
        folder: must not exist, or be empty.

    Raises:
        click.UsageError: it is not empty, or cannot be written.
    """
    files = {"log.txt": log}
    searched = [text for variant in report.variants for text in _searched(variant)]
    if searched:
        head = "What was settled without lemmas, and has no circuits here:\n\n"
        files["LEFT-OUT.txt"] = head + "".join(f"{text}\n" for text in searched)
    try:
        made = assemble(
            folder,
            [_evidence(variant) for variant in report.variants],
            files,
            min(2, os.cpu_count() or 1),
        )
    except OSError as error:
        reason = "the folder is not empty" if isinstance(error, FileExistsError) else error.strerror
        raise click.UsageError(f"{folder}: {reason or error}") from error
    yield from _lines(made, folder)
    yield from (f"  left out: {text}" for text in searched)


def _searched(variant: VariantReport) -> Iterator[str]:
    """What is proved by no lemmas and shown by no run, a line each."""
    shown = bounded_invariants(variant.settled)
    for name, found in certified(variant.settled):
        if name not in shown:
            yield f"{variant.model.variant}, {name}: {found.engine}: {found.method}"


def _evidence(variant: VariantReport) -> Evidence:
    settlement = variant.settlement
    bounds = dict(settlement.asked.high) if settlement is not None else {}
    traces: list[Trace] = []
    for settled in variant.settled:
        smallest = settled.smallest
        runs = (smallest.trace if smallest is not None else None, settled.trace)
        traces += [run for run in runs if run is not None and run not in traces]
    return Evidence(variant.model, bounds, tuple(invariants(variant.settled)), tuple(traces))


def _lines(made: Assembled, folder: Path) -> Iterator[str]:
    report = made.report
    proofs = plural(report.steps, "LRAT step")
    yield f"{folder}: {plural(len(report.proved), 'obligation')} proved ({proofs})"
    yield f"  {plural(report.files, 'file')}, {report.size >> 20} MiB, SHA-256 of the manifest:"
    yield f"  {report.digest}"
    if made.scripts:
        yield f"  {plural(made.scripts, 'script')} of SMT-LIB for every size"
    for text in made.left_out:
        yield f"  left out: {text}"
    for name, reason in list(report.unproved.items())[:MOST_NAMED]:
        yield f"  NOT PROVED: {name}: {reason}"
    if len(report.unproved) > MOST_NAMED:
        yield f"  and {len(report.unproved) - MOST_NAMED} more that are not proved"
    if report.vacuous:
        yield f"  {plural(len(report.vacuous), 'obligation')} about steps that cannot be taken"
    yield f"check it with: python3 -I -S {folder / 'check.py'}"
