"""The table of verdicts in a paste block: a row for each property, a column for each variant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from frontend.model import Model, PropertyKind
from proofs.answers.trace import Trace
from proofs.log.asked_sizes import apart
from proofs.log.contents import Entry, VariantLog
from proofs.render.names import ascii_only, packed

MOST_COLUMNS = 4
"""Variants side by side; more make several tables."""

GOOD = ("proved for all", "proved")
ABSENT = "-"
"""In the place of a verdict: the variant does not have the property."""


def tables(
    variants: Sequence[VariantLog],
    models: Mapping[str, Model],
    traces: Mapping[tuple[str, str], Trace],
    width: int,
) -> Iterator[str]:
    """The verdicts on all variants.

    Args:
        variants: what the log says.
        models: by variant.
        traces: variant and property -> the run that decides it.
        width: columns of text.
    """
    start = 0
    while start < len(variants):
        # As many columns as there is room for, one at least.
        number = min(MOST_COLUMNS, len(variants) - start)
        while True:
            table = _Table(variants[start : start + number], models, traces)
            if table.width <= width or number == 1:
                break
            number -= 1
        if start:
            yield ""
        yield from table.lines(width)
        start += number


class _Table:
    def __init__(
        self,
        variants: Sequence[VariantLog],
        models: Mapping[str, Model],
        traces: Mapping[tuple[str, str], Trace],
    ) -> None:
        self.names = [ascii_only(variant.name) for variant in variants]
        self.grid: dict[str, list[str]] = {}
        built_in: set[str] = set()
        for position, variant in enumerate(variants):
            for entry in variant.entries:
                item = models[variant.name].property(entry.property)
                row = self.grid.setdefault(entry.property, [ABSENT] * len(variants))
                trace = traces.get((variant.name, entry.property))
                reachable = item.kind is PropertyKind.REACHABLE
                row[position] = _cell(entry, trace, variant.bounds, reachable=reachable)
                if any(one.name == entry.property for one in variant.vacuous):
                    row[position] += ", vacuous"
                if item.built_in:
                    built_in.add(entry.property)
        self.quiet = [
            name
            for name, row in self.grid.items()
            if name in built_in and len(set(row)) == 1 and row[0] in GOOD
        ]
        self.shown = [name for name in self.grid if name not in self.quiet]
        self.first = max((len(name) for name in self.shown), default=0)
        self.widths = [
            max(len(name), *(len(self.grid[row][column]) for row in self.shown), 1)
            for column, name in enumerate(self.names)
        ]

    @property
    def width(self) -> int:
        return self.first + sum(width + 2 for width in self.widths)

    def lines(self, width: int) -> Iterator[str]:
        if self.shown and self.width <= width:
            yield self._row("", self.names)
            for name in self.shown:
                yield self._row(name, self.grid[name])
        elif self.shown:
            (variant,) = self.names
            items = [f"{name} {self.grid[name][0]}" for name in self.shown]
            yield from packed([f"{variant}:", *items], ",", width)
        if self.quiet:
            for words in GOOD:
                names = [name for name in self.quiet if self.grid[name][0] == words]
                if names:
                    yield from packed(names, ",", width, 2, f"built in, {words}: ")

    def _row(self, name: str, texts: Sequence[str]) -> str:
        parts = [text.ljust(width) for text, width in zip(texts, self.widths, strict=True)]
        return "  ".join([name.ljust(self.first), *parts]).rstrip()


def _cell(
    entry: Entry,
    trace: Trace | None,
    asked: Mapping[str, tuple[int, int]],
    *,
    reachable: bool,
) -> str:
    length = _length(entry, trace, asked) if trace is not None else ""
    match entry.verdict:
        case "proved":
            if reachable:
                return f"reached{length}"
            return GOOD[0] if entry.scope is None else GOOD[1]
        case "refuted":
            return "never reached" if reachable else f"violated{length}"
        case _:
            return "unknown"


def _length(entry: Entry, trace: Trace, asked: Mapping[str, tuple[int, int]]) -> str:
    """` 23`, ` 23 (1 page)` where no run of that length is known to be the shortest at the sizes of
    the verdict, or these are not all that was asked for."""
    bounds = entry.scope if entry.shortest and entry.scope is not None else trace.bounds
    same = entry.scope is not None and dict(trace.bounds) == dict(entry.scope)
    within = "within " if same and not entry.shortest else ""
    sizes = apart(bounds, asked)
    return f" {within}{len(trace.steps)}" + (f" ({sizes})" if sizes else "")
