"""A bundle: its own checker's work done again, its log rechecked, and all the rest made anew from
the log and compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from frontend.load import load
from frontend.source.spans import Source
from proofs.bundle import check
from proofs.bundle.from_log import LOG
from proofs.bundle.rebuild import differences
from proofs.log.document import parse, split
from proofs.recheck.clock import OutOfTime, within
from proofs.recheck.findings import Options, Report, Standing
from proofs.recheck.whole_log import recheck

CHECKED = "that the circuits in the bundle are those of the log, by the program that made them"


def recheck_bundle(folder: Path, options: Options) -> Report:
    """Rechecks a bundle. The checker is that of this program, not the one in the bundle.

    Args:
        folder: of the bundle.
        options: how.
    """
    report = Report()
    options.progress("checking the files of the bundle")
    manifest: dict[str, Any] = {}
    content = ""
    try:
        manifest, _, wrong = within(options.until, lambda: check.verify(folder))
        content = "" if wrong else "\n".join([*check.read_lines(folder, LOG), ""])
    except OutOfTime:
        report.add(Standing.UNCONFIRMED, "the time was up before the bundle had been checked")
        return report
    except check.Wrong as problem:
        wrong = [str(problem)]
    for text in wrong:
        report.add(Standing.FAILED, text)
    if wrong:
        return report
    proofs, runs = len(manifest["obligations"]), len(manifest["traces"])
    text = f"{proofs} proofs of obligations step by step, {runs} runs on circuits"
    report.add(Standing.VERIFIED, f"the bundle: {len(manifest['files'])} files, {text}")
    for item in manifest["unproved"]:
        text = check.escaped(f"{item['name']} ({item['claim']}) has no proof in the bundle")
        report.add(Standing.UNCONFIRMED, text)
    found = recheck(content, options)
    report.findings += found.findings
    report.solvers.update(found.solvers)
    if not report.of(Standing.FAILED):
        options.progress("making the bundle anew")
        _compare(folder, manifest, content, options, report)
    return report


def _compare(
    folder: Path, manifest: dict[str, object], content: str, options: Options, report: Report
) -> None:
    def work() -> list[str]:
        log = parse(split(content)[1])
        given = log.specification
        loaded = load(Source(given.name, given.text.removeprefix("\ufeff")))
        models = {model.variant: model for model in loaded.models}
        return differences(folder, manifest, log, content, models)

    try:
        found = within(options.until, work)
    except OutOfTime:
        report.add(Standing.UNCONFIRMED, "the time was up before the bundle had been made anew")
        return
    for text in found:
        report.add(Standing.FAILED, f"the bundle: {text}")
    if not found:
        report.add(
            Standing.VERIFIED, "the bundle: made anew from its log, it has the same circuits"
        )
        report.add(Standing.TRUSTED, CHECKED)
