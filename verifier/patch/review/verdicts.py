"""The verdicts in a reply: a table, the shortest trace of what is wrong, what a proof rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from frontend.model import Model
from proofs.answers.places import legend_text
from proofs.answers.trace import Trace
from proofs.answers.verdict import Proved, Reached, Unknown, Violated
from proofs.render.columns import columns, summary
from proofs.render.names import ascii_only, packed, plural, wrapped
from verifier.protocol.results import PropertyReport
from verifier.report.basis import rests_on, sizes_of
from verifier.report.summary import surprises
from verifier.report.text_every_size import proofs
from verifier.verify.smallest_run import shown_trace
from verifier.verify.spec_report import (
    MEMORY_MODEL,
    Outcome,
    SpecReport,
    VariantReport,
    cell,
    expected,
    outcome,
)

SAID_ELSEWHERE = ("sizes", "memory", "assumptions", "not modelled")
"""Labels of what verdicts rest on that a reply has sections of its own for."""


def verdict_lines(report: SpecReport, variants: Sequence[str], width: int) -> Iterator[str]:
    """Everything that was verified.

    Args:
        report: holds these variants.
        variants: the one before, where there is one, and the one after, last.
        width: columns.
    """
    chosen = _in_order(report, variants)
    yield from wrapped(f"Verdicts ({sizes_of(report) or 'no sizes'}):", width)
    yield from _table(chosen, width)
    unexpected = list(surprises([report]))
    if unexpected:
        yield ""
        yield "NOT as the specification expects:"
        for text in unexpected:
            yield from wrapped(text, width, 4, "* ")
    after = chosen[-1] if chosen and chosen[-1].model.variant == variants[-1] else None
    yield from _wrong(chosen, after, width)
    if after is not None:
        yield from _right(after, width)
    yield from _ground(report, width)


def uncovered(models: Sequence[Model], width: int) -> Iterator[str]:
    """What the specification leaves out or takes for granted."""
    left_out = dict.fromkeys(text for model in models for text in model.not_modelled)
    if left_out:
        yield from packed(list(left_out), ";", width, 4, "* left out by the specification: ")
    assumed = dict.fromkeys(item.name for model in models for item in model.assumptions)
    if assumed:
        yield from packed(list(assumed), ",", width, 4, "* assumed: ")
    yield from wrapped(f"memory model: {MEMORY_MODEL}, no weaker one", width, 4, "* ")


def _ground(report: SpecReport, width: int) -> Iterator[str]:
    """What the verdicts rest on, but for what the reply says elsewhere."""
    told, label = False, ""
    for own, text in rests_on(report):
        label = own or label
        if label in SAID_ELSEWHERE:
            continue
        if not told:
            yield ""
            yield "What the verdicts rest on:"
            told = True
        yield from wrapped(text, width, 4, f"* {own}: " if own else "    ")


def _in_order(report: SpecReport, variants: Sequence[str]) -> list[VariantReport]:
    found = {item.model.variant: item for item in report.variants}
    return [found[name] for name in dict.fromkeys(variants) if name in found]


# --- the table -----------------------------------------------------------------------------


def _table(variants: Sequence[VariantReport], width: int) -> Iterator[str]:
    rows: dict[str, list[str]] = {}
    quiet: set[str] = set()
    for position, variant in enumerate(variants):
        for settled in variant.settled:
            item = variant.model.property(settled.name)
            row = rows.setdefault(settled.name, ["-"] * len(variants))
            text = cell(variant, settled)
            row[position] = text if expected(variant.model, settled) is not False else text.upper()
            if item.built_in:
                quiet.add(settled.name)
    alike = ({"proved"}, {"proved for all"})
    plain = [name for name in rows if name in quiet and set(rows[name]) in alike]
    shown = {name: row for name, row in rows.items() if name not in plain}
    heads = [ascii_only(variant.model.variant) for variant in variants]
    names = max((len(name) for name in shown), default=0)
    widths = [max(map(len, column)) for column in zip(heads, *shown.values(), strict=True)]
    if shown and 2 + names + sum(size + 2 for size in widths) <= width:
        yield _row("", heads, names, widths)
        for name, row in shown.items():
            yield _row(name, row, names, widths)
    else:
        for position, head in enumerate(heads):
            items = [f"{name} {row[position]}" for name, row in shown.items()]
            if items:
                yield from wrapped(f"{head}: {', '.join(items)}", width, 4, "  ")
    for words in ("proved for all", "proved"):
        names_of = [name for name in plain if rows[name][0] == words]
        if names_of:
            yield from packed(names_of, ",", width, 4, f"  built in, {words}: ")


def _row(name: str, texts: Sequence[str], first: int, widths: Sequence[int]) -> str:
    cells = (f"{text:<{size}}" for text, size in zip(texts, widths, strict=True))
    return "  ".join((f"  {name:<{first}}", *cells)).rstrip()


# --- what is wrong -------------------------------------------------------------------------


def _wrong(
    variants: Sequence[VariantReport], after: VariantReport | None, width: int
) -> Iterator[str]:
    """For each variant the shortest run of what it violates, of what the later one cures, if any;
    where two have the same, it is shown once."""
    runs: dict[tuple[str, ...], list[str]] = {}
    shown: dict[tuple[str, ...], tuple[Trace, list[str]]] = {}
    for variant in variants:
        cured = _proved_names(after if variant is not after else None)
        order = sorted(
            _violations(variant), key=lambda item: (item[0].name not in cured, len(item[1].steps))
        )
        if not order:
            continue
        settled, trace = order[0]
        note = [] if _is_shortest(settled, trace) else ["  (not known to be the shortest run)"]
        key = (summary(trace, ["-"]), *note, "", *columns(variant.model, trace, width))
        name = ascii_only(variant.model.variant)
        runs.setdefault(key, []).append(name)
        also = shown.setdefault(key, (trace, []))[1]
        rest = [f"{item.name} ({plural(len(run.steps), 'step')})" for item, run in order[1:]]
        if rest:
            also += ["", *packed(rest, ",", width, 2, f"{name} also violates ")]
    for key, (trace, also) in shown.items():
        yield ""
        yield from wrapped(f"{summary(trace, runs[key])}:", width)
        yield from (*key[1:], *also)


def _violations(variant: VariantReport) -> list[tuple[PropertyReport, Trace]]:
    return [
        (settled, trace)
        for settled in variant.settled
        if isinstance(settled.status, Violated) and (trace := shown_trace(settled)) is not None
    ]


def _is_shortest(settled: PropertyReport, trace: Trace) -> bool:
    if settled.smallest is not None and trace is settled.smallest.trace:
        return settled.smallest.shortest
    return settled.shortest


def _proved_names(variant: VariantReport | None) -> set[str]:
    if variant is None:
        return set()
    return {item.name for item in variant.settled if outcome(item.status) is Outcome.PROVED}


# --- what is right -------------------------------------------------------------------------


def _right(variant: VariantReport, width: int) -> Iterator[str]:
    """What the proofs of a variant are."""
    name = ascii_only(variant.model.variant)
    everywhere = proofs(variant.settled)
    if everywhere:
        lemmas = dict.fromkeys(text for proof in everywhere.values() for text in proof.complete)
        facts = dict.fromkeys(text for proof in everywhere.values() for text in proof.lemmas)
        yield ""
        yield from wrapped(f"{name}, proved for every size: {', '.join(everywhere)}", width)
        end = "; between critical sections they say:" if facts else ""
        number = plural(len(lemmas), "lemma")
        text = f"from {number} that every single step keeps, as z3 shows{end}"
        yield from wrapped(text, width, 2, "  ")
        for text in facts:
            yield from wrapped(text, width, 6, "  * ")
        if places := legend_text(variant.model, facts):
            yield from packed(places, ";", width, 6, "  places: ")
    by_method: dict[str, list[str]] = {}
    for item in variant.settled:
        match item.status:
            case Reached():
                by_method.setdefault("reached by a run", []).append(item.name)
            case Proved(every_size=None):
                by_method.setdefault("proved at these sizes only", []).append(item.name)
            case _:
                pass
    for method, names in by_method.items():
        yield ""
        yield from wrapped(f"{name}, {method}: {', '.join(names)}", width)
    unknown = [item for item in variant.settled if isinstance(item.status, Unknown)]
    if unknown:
        yield ""
        names = [item.name for item in unknown]
        yield from wrapped(f"{name}, NOT settled: {', '.join(names)}", width)
