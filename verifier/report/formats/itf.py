"""Traces as files in the Informal Trace Format, one for each run that a report shows."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable

from proofs.answers.itf import to_itf
from verifier.verify.smallest_run import shown_trace
from verifier.verify.spec_report import SpecReport

SUFFIX = ".itf.json"
LONGEST = 200
"""Characters of a file's name before the suffix: file systems take 255 bytes."""

_ODD = re.compile(r"[^A-Za-z0-9_-]+")


def files(reports: Iterable[SpecReport]) -> dict[str, str]:
    """`SPEC.VARIANT.PROPERTY.itf.json` -> its text, for each violation and each `reachable` that
    is reached; the run is the one that text reports show.

    Names are letters, digits, `_` and `-`, whatever the specification calls things; where two
    would be the same, even to a file system that ignores case, the later one ends in a number.

    Args:
        reports: in the order in which names are given.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for report in reports:
        for variant in report.variants:
            for settled in variant.settled:
                trace = shown_trace(settled)
                if trace is None:
                    continue
                name = _free((report.name, variant.model.variant, settled.name), taken)
                taken.add(name.lower())
                found[name + SUFFIX] = json.dumps(to_itf(variant.model, trace), indent=1) + "\n"
    return found


def _free(parts: Iterable[str], taken: Container[str]) -> str:
    """A name of these parts that is not taken yet."""
    name = ".".join(_ODD.sub("_", part) or "_" for part in parts)[:LONGEST]
    number, found = 1, name
    while found.lower() in taken:
        number += 1
        found = f"{name}-{number}"
    return found
