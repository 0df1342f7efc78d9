"""Holds a bundle against what its log gives: the same circuits, runs and texts, made anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from frontend.model import Model
from proofs.answers.itf import Malformed
from proofs.bundle import check
from proofs.bundle.assemble import contents
from proofs.bundle.from_log import evidence, files
from proofs.bundle.writer import plain_files
from proofs.log.contents import BadLog, Log
from proofs.runs.replay import Mismatch

MOST = 8
"""How many differences are named."""

Entry = Mapping[str, Any]


def differences(
    folder: Path,
    manifest: Entry,
    log: Log,
    content: str,
    models: Mapping[str, Model],
) -> list[str]:
    """What is not as the log gives it; none when bundle and log are one.

    Args:
        folder: of a bundle that the checker has no objection to.
        manifest: of it.
        log: in it.
        content: the same as text.
        models: variant -> model, made from the text in the log.
    """
    try:
        found = list(_differences(folder, manifest, log, content, models))
    except (BadLog, Malformed, Mismatch) as problem:
        found = [f"no bundle can be made of the log: {problem}"]
    except check.Wrong as wrong:
        found = [str(wrong)]
    more = len(found) - MOST
    return [*found[:MOST], f"and {more} more differences"] if more > 0 else found


def _differences(
    folder: Path,
    manifest: Entry,
    log: Log,
    content: str,
    models: Mapping[str, Model],
) -> Iterator[str]:
    made = contents(evidence(log, models), files(log, content))
    plain = plain_files(made.system, made.traces, made.extra)
    listed = {entry["path"] for entry in manifest["files"]}
    if manifest["system"] != plain.system or manifest["traces"] != list(plain.traces):
        yield "manifest.json: system or traces are not those of the log"
    for path, data in plain.contents.items():
        if path not in listed or check.read_bytes(folder, path) != data:
            yield f"{path} is not as the log gives it"
    known: set[str] = set(plain.contents)
    proved: dict[str, Entry] = {entry["name"]: entry for entry in manifest["obligations"]}
    open_ones: dict[str, Entry] = {entry["name"]: entry for entry in manifest["unproved"]}
    for obligation in made.obligations:
        entry = proved.pop(obligation.name, None)
        if entry is None:
            entry = open_ones.pop(obligation.name, None)
            if entry is None or entry["claim"] != obligation.claim:
                yield f"the obligation {obligation.name} of the log is missing"
            continue
        texts = {"graph": obligation.bad}
        if entry["possible"] is not None:
            texts["possible"] = obligation.possible or ""
        same = entry["claim"] == obligation.claim and all(
            check.read_bytes(folder, entry[key]) == text.encode() for key, text in texts.items()
        )
        if not same:
            yield f"the obligation {obligation.name} is another one than the log gives"
        keys = ("graph", "cnf", "proof", "possible", "model")
        known |= {entry[key] for key in keys if entry[key] is not None}
    for name in (*proved, *open_ones):
        yield check.escaped(f"the obligation {name} is none of the log")
    for path in sorted(listed - known):
        yield f"{path} is nothing that the log gives"
