"""The table of verdicts that fills while the work goes on, for whoever watches on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from frontend.model import Model, Property
from frontend.source.rendering import escaped
from proofs.answers.verdict import Violated
from proofs.render.names import plural
from verifier.cli.progress import Display
from verifier.report.text_blocks import Block, Cell, Line, Style
from verifier.report.text_blocks import Table as Cells
from verifier.report.text_report import cell_of
from verifier.verify.spec_report import SpecReport, VariantReport

OPEN = Cell("...", Style.DIM)
"""What is not settled yet."""

ABSENT = Cell("-", Style.DIM)
"""What a variant has not, or was not asked about."""


class Table:
    """A follower that shows the specification at hand, and counts verdicts over all.

    Args:
        display: where to.
        total: how many verdicts are asked for, in all specifications together.
        files: how many specifications there are.
    """

    lost = False

    def __init__(self, display: Display, total: int, files: int) -> None:
        self._display = display
        self._total = total
        self._files = files
        self._file = 0
        self._closed = 0
        self._title = ""
        self._properties: dict[str, Property] = {}
        self._columns: dict[str, dict[str, Cell]] = {}
        self._final: dict[str, set[str]] = {}

    def opened(self, report: SpecReport, asked: Sequence[tuple[Model, Sequence[str]]]) -> None:
        """Shows a table with nothing in it."""
        self._file += 1
        self._properties = {name: model.property(name) for model, names in asked for name in names}
        self._columns = {model.variant: dict.fromkeys(names, OPEN) for model, names in asked}
        self._final = {model.variant: set() for model, _ in asked}
        self._title = f"{asked[0][0].name} ({escaped(report.path)})" if asked else ""
        self._show()

    def learnt(self, report: SpecReport, variant: VariantReport) -> None:
        """Fills in what is known by now."""
        del report
        cells = self._columns[variant.model.variant]
        for settled in variant.settled:
            cells[settled.name] = cell_of(variant, settled.name)
            if isinstance(settled.status, Violated):
                self._final[variant.model.variant].add(settled.name)
        self._show()

    def finished(self, report: SpecReport, variant: VariantReport) -> None:
        """Fills in what is known at last, which may be that there is no verdict."""
        del report
        cells = self._columns[variant.model.variant]
        for name in cells:
            cells[name] = cell_of(variant, name)
        self._final[variant.model.variant].update(cells)
        self._show()

    def closed(self, report: SpecReport) -> None:
        """Counts its verdicts."""
        del report
        self._closed += sum(map(len, self._columns.values()))
        self._columns, self._final = {}, {}

    def _show(self) -> None:
        cells = [cell for column in self._columns.values() for cell in column.values()]
        known = self._closed + sum(cell is not OPEN for cell in cells)
        final = self._closed + sum(len(names) for names in self._final.values())
        files = f", file {self._file} of {self._files}" if self._files > 1 else ""
        self._display.tally(
            f"{known} of {plural(self._total, 'verdict')} known, {final} final{files}"
        )
        self._display.table(tuple(self._blocks()))

    def _blocks(self) -> Iterator[Block]:
        if not self._columns:
            return
        yield Line(self._title, Style.HEADING)
        yield Line()
        rows = []
        quiet: list[Cell] = []
        for item in sorted(self._properties.values(), key=lambda one: one.built_in):
            cells = tuple(column.get(item.name, ABSENT) for column in self._columns.values())
            if item.built_in and all(cell.style in (Style.GOOD, Style.DIM) for cell in cells):
                quiet += [cell for cell in cells if cell is not ABSENT]
            else:
                rows.append((item.name, cells))
        if rows:
            yield Cells(tuple(self._columns), tuple(rows))
        if quiet:
            done = sum(cell is not OPEN for cell in quiet)
            yield Line(f"built-in: {done} of {len(quiet)} settled, none violated", indent=2)
