"""The block of a proof log that goes into a mail.

Plain ASCII, no tabs, no line over 70 columns (two more are put before each), so that mail tools
take no line for a tag, a diff, a scissors line or a command to a bot. It says nothing that the
machine part does not say: `recheck` writes it anew and compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from frontend.model import Model, PropertyKind
from proofs.answers.places import legend_text
from proofs.answers.trace import Trace
from proofs.log.asked_sizes import described
from proofs.log.contents import Entry, Log, Paths, VariantLog
from proofs.log.table import tables
from proofs.render.columns import closing, columns, summary
from proofs.render.names import ascii_only, packed, plural, tamed, wrapped

WIDTH = 70
LONGEST_FACT = 3 * WIDTH
"""Characters; longer ones are counted and not shown."""

_TAG = re.compile(r"^(\s*[A-Za-z][\w-]*:) +(?=\S)")
_TAGS = re.compile(
    r"\s*([\w-]+-by|fixes|link|closes|cc|to|from|date|subject|message-id|change-id|base-commit"
    r"|references|in-reply-to|patchwork|obsoletes|supersedes):",
    re.IGNORECASE,
)
"""What a tool that collects tags from mails might take, wherever on the line it begins."""

Traces = Mapping[tuple[str, str], Trace]


def paste(log: Log, models: Mapping[str, Model], traces: Traces) -> list[str]:
    """The lines of the block, without the two spaces before each.

    Args:
        log: what it is about.
        models: variant -> model, made from the text in the log.
        traces: variant and property -> the run that decides it, replayed.
    """
    name = next(iter(models.values())).name
    found = wrapped(f"spec {name}, checked by buddyproof", WIDTH)
    found += wrapped(f"SHA-256 {log.specification.sha256}", WIDTH)
    found += wrapped(f"sizes: {_sizes(log.variants)}", WIDTH)
    found += [line for text in _missing(log.variants) for line in wrapped(text, WIDTH)]
    found += [line for text in _left_out(log, models) for line in wrapped(text, WIDTH)]
    for part in (
        tables(log.variants, models, traces, WIDTH),
        _vacuous(log.variants),
        _unknown(log.variants),
        _refutations(log, models, traces),
        _reasons(log.variants, models),
        _ground(log, models),
    ):
        lines = list(part)
        if lines:
            found += ["", *lines]
    return [_defused(part) for line in found for part in _cut(line)]


def _cut(line: str) -> Iterator[str]:
    """A line that a name makes too long for a mail, in parts."""
    while len(line) > WIDTH:
        yield line[:WIDTH]
        line = f"    {line[WIDTH:]}"
    yield line


def _defused(line: str) -> str:
    """A line of the author's words that a mail tool would take for a tag is none any more."""
    return _TAG.sub(r"\1", line) if _TAGS.match(line) or "@" in line else line


def _quoted(text: str, indent: int) -> Iterator[str]:
    """Words that nothing in the log proves, with a bar before each line: they are somebody's."""
    margin = f"{' ' * indent}| "
    for line in wrapped(tamed(text), WIDTH - len(margin)):
        yield f"{margin}{line}"


def _sizes(variants: Sequence[VariantLog]) -> str:
    texts: dict[str, list[str]] = {}
    for variant in variants:
        parts = [
            plural(high, sort) if low == high else f"{low}..{plural(high, sort)}"
            for sort, (low, high) in variant.bounds.items()
        ]
        texts.setdefault(", ".join(parts) or "the one size there is", []).append(variant.name)
    every = any(entry.scope is None for item in variants for entry in item.entries)
    note = '; "for all": every size' if every else "; other sizes were not checked"
    if len(texts) == 1:
        return next(iter(texts)) + note
    return "; ".join(f"{', '.join(names)}: {text}" for text, names in texts.items()) + note


def _missing(variants: Sequence[VariantLog]) -> Iterator[str]:
    """The asked sizes that verdicts do not speak of: there is no system of them."""
    texts: dict[str, list[str]] = {}
    for variant in variants:
        sizes = " or with ".join(described(one) for one in variant.missing)
        if sizes:
            texts.setdefault(f"no system with {sizes}", []).append(variant.name)
        if variant.unsure:
            text = "not known whether there is a system of each of these sizes"
            texts.setdefault(text, []).append(variant.name)
    for text, names in texts.items():
        yield text if len(names) == len(variants) else f"{', '.join(names)}: {text}"


def _left_out(log: Log, models: Mapping[str, Model]) -> Iterator[str]:
    """What was not asked about: a reader should know that there is more."""
    asked = log.invocation
    if asked.properties:
        known = (item.name for model in models.values() for item in model.properties)
        rest = [name for name in dict.fromkeys(known) if name not in asked.properties]
        if rest:
            yield f"not asked about: the properties {', '.join(rest)}"
    shown = {variant.name for variant in log.variants}
    others = [name for name in models if name not in shown]
    if others:
        yield f"not asked about: the variants {', '.join(others)}"


def _unknown(variants: Sequence[VariantLog]) -> Iterator[str]:
    by_reason: dict[tuple[str, str], list[str]] = {}
    for variant in variants:
        for entry in variant.entries:
            if entry.verdict == "unknown":
                by_reason.setdefault((variant.name, entry.reason), []).append(entry.property)
    for (name, reason), properties in by_reason.items():
        yield from wrapped(f"{name}, {', '.join(properties)}: unknown:", WIDTH)
        yield from _quoted(reason, 2)


def _vacuous(variants: Sequence[VariantLog]) -> Iterator[str]:
    """What the verdicts do not speak of although it seems so."""
    for variant in variants:
        for item in variant.vacuous:
            yield from wrapped(f"VACUOUS: {variant.name}: {item.said()}", WIDTH)


# --- violations ----------------------------------------------------------------------------


def _refutations(log: Log, models: Mapping[str, Model], traces: Traces) -> Iterator[str]:
    """What is violated; where several variants show the same, they are named together."""
    told: dict[tuple[str, ...], list[str]] = {}
    shown: dict[tuple[str, ...], tuple[Entry, Trace]] = {}
    for variant in log.variants:
        for entry in variant.entries:
            if entry.verdict != "refuted" or entry.evidence != "trace":
                continue
            trace = traces[variant.name, entry.property]
            lines = columns(models[variant.name], trace, WIDTH, compact=log.invocation.compact)
            key = (entry.property, _larger(entry, trace), summary(trace, ["-"]), *lines)
            told.setdefault(key, []).append(variant.name)
            shown.setdefault(key, (entry, trace))
    printed: list[tuple[Trace, str]] = []
    for key, (entry, trace) in shown.items():
        names = told[key]
        if printed:
            yield ""
        yield from wrapped(summary(trace, names), WIDTH)
        if larger := _larger(entry, trace):
            yield from wrapped(f"and so it does with {larger}", WIDTH)
        known = next((where for other, where in printed if _same(other, trace)), None)
        printed.append((trace, f"{', '.join(names)}, {entry.property}"))
        if known is not None:
            yield from wrapped(f"by the run shown above for {known}", WIDTH)
            yield ""
            yield from closing(models[trace.variant], trace, WIDTH)
            continue
        yield ""
        yield from key[3:]


def _larger(entry: Entry, trace: Trace) -> str:
    """Sizes besides those of the run that it stands for, too."""
    sizes = entry.scope or {}
    if dict(sizes) == dict(trace.bounds):
        return ""
    return ", ".join(plural(size, sort) for sort, size in sizes.items())


def _same(left: Trace, right: Trace) -> bool:
    moves = [item.move for item in left.steps] == [item.move for item in right.steps]
    return (
        moves
        and left.variant == right.variant
        and left.bounds == right.bounds
        and left.initial == right.initial
    )


# --- proofs --------------------------------------------------------------------------------


def _reasons(variants: Sequence[VariantLog], models: Mapping[str, Model]) -> Iterator[str]:
    """What lemmas say; a fact that holds in several variants is said once."""
    told: dict[str, list[str]] = {}
    longer: dict[str, int] = {}
    for variant in variants:
        for fact in dict.fromkeys(fact for item in variant.lemmas for fact in item.facts):
            if len(fact) > LONGEST_FACT:
                longer[variant.name] = longer.get(variant.name, 0) + 1
            else:
                told.setdefault(fact, []).append(variant.name)
    groups: dict[tuple[str, ...], list[str]] = {}
    for fact, names in told.items():
        groups.setdefault(tuple(names), []).append(fact)
    if not groups:
        return
    yield "What proofs rest on: between critical sections"
    for variants_of, facts in groups.items():
        yield from wrapped(f"{', '.join(variants_of)}:", WIDTH)
        for fact in facts:
            yield from wrapped(fact, WIDTH, 6, "  * ")
        if places := legend_text(models[variants_of[0]], facts):
            yield from packed(places, ";", WIDTH, 6, "  places: ")
    if longer:
        counts = ", ".join(f"{number} in {name}" for name, number in longer.items())
        yield from wrapped(f"and longer ones, in the log: {counts}", WIDTH)


def _ground(log: Log, models: Mapping[str, Model]) -> Iterator[str]:
    yield "What this rests on:"
    for text in _methods(log.variants):
        yield from wrapped(text, WIDTH, 6, "  * ")
    for variant in log.variants:
        yield from _bare(variant.name, variant.entries)
    for text in _faults(log.variants, models):
        yield from wrapped(text, WIDTH, 6, "  * ")
    entries = [entry for variant in log.variants for entry in variant.entries]
    if any(entry.evidence == "trace" for entry in entries):
        yield from wrapped("runs: each replayed by an interpreter", WIDTH, 6, "  * ")
    yield from wrapped("memory model: sequential consistency", WIDTH, 6, "  * ")
    shown = [models[variant.name] for variant in log.variants]
    assumed = dict.fromkeys(item.name for model in shown for item in model.assumptions)
    if assumed:
        yield from packed(list(assumed), ",", WIDTH, 6, "  * assumed: ")
    left_out = dict.fromkeys(text for model in shown for text in model.not_modelled)
    if left_out:
        yield "  * not modelled, in the author's words:"
        for text in left_out:
            yield from _quoted(text, 4)
    yield "  * which file and which programs, in the author's words:"
    programs = {"buddyproof": log.program, **log.solvers}
    said = ", ".join(f"{name} {version}" for name, version in programs.items())
    yield from _quoted(f"{ascii_only(log.specification.name)}, {said}", 4)
    yield "To check all of this again: buddyproof recheck FILE"


def _methods(variants: Sequence[VariantLog]) -> Iterator[str]:
    """How proofs were made, in words that what `recheck` does bears out."""
    lemmas: dict[str, list[str]] = {"proved for all": [], "proved": []}
    searched: list[str] = []
    for variant in variants:
        for kind, every in (("proved for all", True), ("proved", False)):
            count = sum(
                len(item.lemmas)
                for item in variant.lemmas
                if (item.bounds is None) is every and item.paths is None
            )
            if count:
                lemmas[kind].append(f"{variant.name} {count}")
        if any(entry.evidence == "search" for entry in variant.entries):
            searched.append(variant.name)
    for kind, counts in lemmas.items():
        if counts:
            yield f"{kind}: lemmas that every step keeps, single steps ({', '.join(counts)})"
    for variant in variants:
        for number, item in enumerate(variant.lemmas):
            if item.paths is not None:
                users = sum(x.evidence == "lemmas" and x.number == number for x in variant.entries)
                said = f"{plural(users, 'verdict')} on {variant.name}"
                yield f"proved by induction over {_path_text(item.paths)} ({said})"
    if searched:
        yield f"proved by search: every state visited ({', '.join(searched)})"


def _path_text(paths: Paths) -> str:
    simple = ", no state twice on one" if paths.simple else ""
    return f"paths of {plural(paths.depth, 'step')}{simple}"


def _bare(name: str, entries: Iterable[Entry]) -> Iterator[str]:
    by_method: dict[str, list[str]] = {}
    for entry in entries:
        if entry.verdict != "unknown" and entry.evidence == "":
            by_method.setdefault(entry.method, []).append(entry.property)
    for method, names in by_method.items():
        text = f"{name}: {', '.join(names)}: no evidence in the log"
        yield from wrapped(f"{text}{', but a method:' if method else ''}", WIDTH, 6, "  * ")
        yield from _quoted(method, 6) if method else ()


def _faults(variants: Sequence[VariantLog], models: Mapping[str, Model]) -> Iterator[str]:
    """Faults that happen: all else is then said of less than all runs."""
    for variant in variants:
        model = models[variant.name]
        names = [
            entry.property
            for entry in variant.entries
            if entry.verdict == "refuted"
            and model.property(entry.property).kind is PropertyKind.FAULT
        ]
        if names:
            text = f"{variant.name}: a run ends at its first {' or '.join(names)} fault"
            yield f"{text}; all else speaks of runs up to there"
