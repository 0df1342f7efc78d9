"""Reports for other programs: one module a format, each with `text(reports, version)`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verifier.verify.spec_report import SpecReport

FORMATS = ("jsonl", "junit", "ktap", "sarif")
"""What `--format` takes besides `text` and `json`: the modules of this package."""


def text_in(layout: str, reports: Sequence[SpecReport], version: str) -> str:
    """The reports in a format, as the whole of what is printed.

    Args:
        layout: one of `FORMATS`.
        reports: what there is to say.
        version: of this program.

    Raises:
        KeyError: there is no such format.
    """
    if layout not in FORMATS:
        raise KeyError(layout)
    found: str = import_module(f"{__name__}.{layout}").text(reports, version)
    return found
