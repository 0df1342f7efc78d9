"""JSON Lines: one object a line, each printed as soon as it is known, so that a filter needs no
whole document and nothing that was settled is lost, whatever ends the run.

The first line is of type `run`, the last of type `end`. Between them comes, for each specification,
a line for each `diagnostic` and `warning`; then, for each variant, a line of type `result` for each
verdict, with the fields of `results` in `--format json` (`proofs/schema/verify.json`), and one of
type `variant` that closes it; at last a line of type `spec` that closes the specification. While
the work goes on, a line of type `settled` tells of a verdict that may still become a better one, or
turn out to say nothing. All but the first and the last line name the specification by its path in
the field `spec`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from frontend.model import Model
from proofs.answers.verdict import Violated
from verifier.protocol.results import PropertyReport
from verifier.report.json_report import (
    diagnostic_json,
    head_json,
    result_json,
    scope_json,
    spec_json,
    variant_json,
)
from verifier.report.json_text import Json, line
from verifier.verify.spec_report import (
    SpecReport,
    VariantReport,
    exit_of_all,
    expected,
    outcome,
    steps,
)


def text(reports: Sequence[SpecReport], version: str) -> str:
    """The reports as the lines that are printed when all is known.

    Args:
        reports: what there is to say.
        version: of this program.
    """
    lines: list[str] = []
    stream = Stream(lines.append, version)
    for report in reports:
        stream.opened(report)
        for variant in report.variants:
            stream.finished(report, variant)
        stream.closed(report)
    stream.end(reports)
    return "".join(lines)


class Stream:
    """Prints lines while the work goes on.

    Args:
        write: prints a line at once.
        version: of this program.
    """

    def __init__(self, write: Callable[[str], object], version: str) -> None:
        self._write = write
        self._problem: OSError | None = None
        self._printed: dict[tuple[str, str], Json] = {}
        self._print("run", None, head_json(version))

    def opened(self, report: SpecReport, asked: Sequence[tuple[Model, Sequence[str]]] = ()) -> None:
        """The diagnostics of a specification."""
        del asked
        for kind, items in (("diagnostic", report.diagnostics), ("warning", report.warnings)):
            for item in items:
                self._print(kind, report, diagnostic_json(report, item))

    def learnt(self, report: SpecReport, variant: VariantReport) -> None:
        """A run that violates a property was replayed and stands: that is a result. All else is
        still to be looked at from other sides.
        """
        for settled in variant.settled:
            if isinstance(settled.status, Violated):
                self._result(report, variant, settled)
            else:
                self._print("settled", report, _in_short(variant, settled))

    def finished(self, report: SpecReport, variant: VariantReport) -> None:
        """The results of a variant that are not printed yet, and what closes it."""
        for settled in variant.settled:
            self._result(report, variant, settled)
        self._print("variant", report, variant_json(variant))

    def closed(self, report: SpecReport) -> None:
        """What closes a specification."""
        self._printed.clear()
        self._print("spec", report, spec_json(report))

    def end(self, reports: Sequence[SpecReport]) -> None:
        """All is known.

        Raises:
            OSError: some line could not be printed; BrokenPipeError where the reader was gone.
        """
        self._print("end", None, {"exit_status": int(exit_of_all(reports))})
        if self._problem is not None:
            raise self._problem

    @property
    def lost(self) -> bool:
        """Whether nobody gets what is printed: there is no use in going on."""
        return self._problem is not None

    def _result(self, report: SpecReport, variant: VariantReport, settled: PropertyReport) -> None:
        """Prints a verdict, once unless more than its time has changed."""
        key = (variant.model.variant, settled.name)
        value = result_json(variant, settled)
        timeless = {**value, "seconds": None}
        if self._printed.get(key) != timeless:
            self._printed[key] = timeless
            self._print("result", report, value)

    def _print(self, kind: str, report: SpecReport | None, fields: Mapping[str, Json]) -> None:
        """Prints a line. The work is not the place for an error in printing: `end` is."""
        if self._problem is None:
            about = {} if report is None else {"spec": report.path}
            try:
                self._write(line({"type": kind, **about, **fields}))
            except OSError as problem:
                self._problem = problem


def _in_short(variant: VariantReport, settled: PropertyReport) -> dict[str, Json]:
    return {
        "variant": variant.model.variant,
        "property": settled.name,
        "verdict": outcome(settled.status).value,
        "scope": scope_json(settled),
        "steps": steps(settled),
        "expected": expected(variant.model, settled),
    }
