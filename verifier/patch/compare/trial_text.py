"""What each patch flag is for, as blocks of text."""

from __future__ import annotations

from collections.abc import Iterator

from frontend.source.spans import Source
from proofs.render.names import plural
from verifier.patch.compare.comparison import Comparison, Dropped, Failure, Need
from verifier.patch.compare.sentences import (
    fails,
    hold,
    holds,
    listed,
    title,
    why_not_droppable,
    why_undecided,
)
from verifier.protocol.bounds import describe_asked
from verifier.report.text_blocks import Block, Cell, Line, Style, Table
from verifier.report.text_runs import Runs, sizes_lines

# --- the overview --------------------------------------------------------------------------


def overview(comparison: Comparison) -> Iterator[Block]:
    """A row for each added flag: what the newer variant without it comes to."""
    single = comparison.necessity.single
    if not single:
        return
    named = any(item.same_as is not None for item in single)
    columns = ("without it", "which is") if named else ("without it",)
    rows = [
        (item.flags[0], (_short(item), Cell(item.same_as or ""))[: len(columns)]) for item in single
    ]
    yield Table(columns, tuple(rows))
    yield Line()


def _short(item: Dropped) -> Cell:
    match item.need:
        case Need.BREAKS:
            needed = f"; {_needed(item)}" if item.failing else ""
            return Cell(f"breaks: {hold(item.broken)}{needed}", Style.BAD)
        case Need.NEEDED:
            return Cell(_needed(item), Style.GOOD)
        case Need.NOT_NEEDED:
            return Cell("no property needs it", Style.CALM)
        case Need.UNDECIDED:
            return Cell("undecided", Style.UNSURE)
        case Need.NOT_DROPPABLE:
            return Cell("cannot be dropped alone", Style.CALM)
        case Need.NOTHING_TO_COMPARE:
            return Cell("nothing to compare", Style.CALM)


def _needed(item: Dropped) -> str:
    failure = item.failing[0]
    words = "is never reached" if failure.trace is None else "violated"
    length = f" {failure.length.brief}" if failure.length is not None else ""
    return f"needed: {title(failure)} {words}{length}"


# --- each flag -----------------------------------------------------------------------------


def single_blocks(comparison: Comparison, runs: Runs) -> Iterator[Line]:
    """Each added flag: what fails without it, and how."""
    for item in comparison.necessity.single:
        yield from _dropped(comparison, item, runs)
        yield Line()


def joint_blocks(comparison: Comparison, runs: Runs) -> Iterator[Line]:
    """What is needed only together, or not even together."""
    necessity = comparison.necessity
    for item in necessity.joint:
        if item.need is not Need.NOT_NEEDED:
            yield from _dropped(comparison, item, runs)
            yield Line()
    spare = [item for item in necessity.joint if item.need is Need.NOT_NEEDED]
    for item in spare:
        yield Line(f"{listed(item.flags)}: not needed together either", Style.HEADING)
        yield from _all_holds(comparison, item)
    if necessity.untried:
        pairs = plural(necessity.untried, "more pair")
        yield Line(f"{pairs} of flags that nothing needs alone: not tried", Style.UNSURE)
    if spare or necessity.untried:
        yield Line()


def _dropped(comparison: Comparison, item: Dropped, runs: Runs) -> Iterator[Line]:
    flags = listed(item.flags)
    jointly = "" if len(item.flags) == 1 else " together"
    match item.need:
        case Need.BREAKS:
            names = listed([title(failure) for failure in item.broken])
            one = len(item.flags) == 1
            verb = "breaks" if one else "break"
            yield Line(f"{flags} {verb} {names}{jointly}", Style.BAD)
            for failure in item.broken:
                without = f"without, it {holds(failure.property)}"
                yield Line(f"with {_it(item)} {fails(failure)}; {without}", indent=2)
            yield from _remarks(comparison, item)
            if item.vacuous:
                yield _nothing(item)
            if item.failing:
                yield Line(f"needed, too: without {_it(item)} {fails(item.failing[0])}", indent=2)
                yield from _failures(item, runs)
        case Need.NEEDED:
            yield Line(f"needed{jointly}: without {flags} {fails(item.failing[0])}", Style.HEADING)
            yield from sizes_lines(item.failing[0].settled)
            yield from _remarks(comparison, item)
            yield from _failures(item, runs)
        case Need.NOT_NEEDED:
            yield Line(f"no property here needs {flags}", Style.HEADING)
            yield from _remarks(comparison, item)
            yield from _all_holds(comparison, item)
        case Need.UNDECIDED:
            yield Line(f"undecided whether anything needs {flags}", Style.UNSURE)
            yield from _remarks(comparison, item)
            yield from (Line(text, indent=2) for text in why_undecided(item))
        case Need.NOT_DROPPABLE:
            alone = "alone" if len(item.flags) == 1 else "together"
            yield Line(f"{flags}: cannot be dropped {alone}", Style.HEADING)
            yield from _not_droppable(comparison, item)
        case Need.NOTHING_TO_COMPARE:
            after = comparison.changes.after.name
            yield Line(f"nothing to compare without {flags}", Style.HEADING)
            yield from _remarks(comparison, item)
            if not (item.unstated or item.restated):
                yield Line(f"{after} proves nothing of what was asked for", indent=2)


def _remarks(comparison: Comparison, item: Dropped) -> Iterator[Line]:
    it = _it(item)
    for flag in comparison.changes.added:
        if flag.name in item.flags and flag.text:
            yield Line(f'{flag.name} is "{flag.text}"', indent=2)
    if item.same_as is not None:
        name = comparison.changes.after.name
        same = f"{name} without {it} is {item.same_as}"
        text = f"this is what {item.same_as} lacks: {same}" if item.need is Need.NEEDED else same
        yield Line(text, indent=2)
    for names, what in ((item.unstated, "stated"), (item.restated, "stated alike")):
        if names:
            verb = "is" if len(names) == 1 else "are"
            yield Line(f"{listed(names)} {verb} not {what} without {it}", Style.DIM, 2)


def _failures(item: Dropped, runs: Runs) -> Iterator[Line]:
    first, *others = item.failing
    for other in others:
        yield Line(_too(other), indent=2)
    if first.trace is not None and item.report is not None:
        yield from runs.show(item.report.model, first.trace)


def _it(item: Dropped) -> str:
    return "it" if len(item.flags) == 1 else "them"


def _too(failure: Failure) -> str:
    """`accounting fails, too, in 23 steps`."""
    words = fails(failure)
    verb = " fails" if failure.trace is not None else " is never reached"
    return words.replace(verb, f"{verb}, too", 1)


def _all_holds(comparison: Comparison, item: Dropped) -> Iterator[Line]:
    """What holds without some flags, and at which sizes that is known."""
    claims = item.claims
    reached = [each.name for each in item.holding if each not in claims]
    known = item.report is not None and item.report.error is None
    sizes = describe_asked(item.report.asked) if item.report and known else "unknown sizes"
    if item.report is not None and item.report.missing:
        sizes += f" ({len(item.report.missing)} of these sizes have no system)"
    parts = []
    if reached:
        verb = "is" if len(reached) == 1 else "are"
        parts.append(f"{listed(reached)} {verb} reached, too, at {sizes}")
    if claims:
        verb = "holds" if len(claims) == 1 else "hold"
        text = f"{plural(len(claims), 'property')} of {comparison.changes.after.name} {verb}, too"
        scope = "at every size" if item.every_size else f"at {sizes}; other sizes were not checked"
        parts.append(f"{text}, {scope}")
    yield Line(f"without {_it(item)} {'; '.join(parts)}", indent=2)
    if item.vacuous:
        yield _nothing(item)


def _nothing(item: Dropped) -> Line:
    verb = "says" if len(item.vacuous) == 1 else "say"
    return Line(f"but {listed(item.vacuous)} {verb} nothing then", Style.UNSURE, 2)


def _not_droppable(comparison: Comparison, item: Dropped) -> Iterator[Line]:
    source: Source = comparison.changes.source
    yield from (Line(text, indent=2) for text in why_not_droppable(item, source))
    if item.companions:
        yield Line(f"it can be dropped together with {listed(item.companions, 'or')}", indent=2)
