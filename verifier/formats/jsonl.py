"""JSON Lines: one object a line, so that a filter needs no whole document.

The first line is of type `run`, the last of type `end`. Between them comes, for each specification,
a line of type `spec`, one for each `diagnostic`, `warning` and `variant`, and one for each `result`
with the fields of `results` in `--format json` (`proofs/schema/verify.json`). All but the first
and the last name the specification by its path in the field `spec`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from verifier.json_report import document
from verifier.json_text import Json, line
from verifier.report import SpecReport

LISTS = {
    "diagnostics": "diagnostic",
    "warnings": "warning",
    "variants": "variant",
    "results": "result",
}
"""The lists of a specification's object -> the type of the lines with their items."""


def text(reports: Sequence[SpecReport], version: str) -> str:
    """The reports as lines.

    Args:
        reports: what there is to say.
        version: of this program.
    """
    return "".join(map(line, _lines(reports, version)))


def _lines(reports: Sequence[SpecReport], version: str) -> Iterator[dict[str, Json]]:
    whole = document(reports, version, several=True)
    heads = {key: value for key, value in whole.items() if key not in ("specs", "exit_status")}
    yield {"type": "run", **heads}
    for report, spec in zip(reports, _objects(whole["specs"]), strict=True):
        about = _objects([spec["spec"]])[0]
        yield {
            "type": "spec",
            "spec": report.path,
            "name": about["name"],
            "sha256": about["sha256"],
            "not_modelled": spec["not_modelled"],
            "interrupted": report.interrupted,
            "exit_status": spec["exit_status"],
        }
        for key, kind in LISTS.items():
            for item in _objects(spec[key]):
                yield {"type": kind, "spec": report.path, **item}
    yield {"type": "end", "exit_status": whole["exit_status"]}


def _objects(value: Json) -> list[Mapping[str, Json]]:
    """The items of a list of objects.

    Raises:
        TypeError: it is none.
    """
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError(f"{type(value).__name__} is no list")
    found: list[Mapping[str, Json]] = []
    for item in value:
        if not isinstance(item, Mapping):
            raise TypeError(f"{type(item).__name__} is no object")
        found.append(item)
    return found
