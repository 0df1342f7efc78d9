"""From a proof log to a bundle that can be checked without this program."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from frontend.model import Model
from proofs.bundle.assemble import Assembled, assemble
from proofs.bundle.from_log import evidence, files, left_out
from proofs.log.contents import Log
from proofs.render.names import plural
from verifier.report.targets import NotWritten

MOST_NAMED = 5
"""How many obligations are named that have no proof."""


def bundle(log: Log, content: str, models: Mapping[str, Model], folder: Path) -> Iterator[str]:
    """Writes the bundle of a log; what it holds, as lines.

    Args:
        log: what was found.
        content: the log as text, which goes along.
        models: variant -> model, made from the text in the log.
        folder: must not exist, or be empty.

    Raises:
        NotWritten: it is not empty, or cannot be written.
    """
    workers = min(2, os.cpu_count() or 1)
    try:
        made = assemble(folder, evidence(log, models), files(log, content), workers)
    except OSError as error:
        raise NotWritten(folder, error) from error
    yield from _lines(made, folder)
    yield from (f"  left out: {text}" for text in left_out(log))


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
