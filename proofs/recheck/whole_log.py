"""A log from its first line to its last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest

from frontend.load import load
from frontend.model import Model, PropertyKind
from frontend.source.diagnostics import Rejected
from frontend.source.spans import Source
from proofs.answers.trace import Trace
from proofs.log.asked_sizes import asked_sizes
from proofs.log.contents import BadLog, Entry, Invocation, Log, VariantLog
from proofs.log.document import block_lines, parse, split
from proofs.log.forms import normal, odd
from proofs.log.paste import paste
from proofs.recheck.clock import OutOfTime, within
from proofs.recheck.findings import PATIENCE, Options, Report, Standing
from proofs.recheck.proofs import judge_proofs
from proofs.recheck.runs import judge_runs
from proofs.recheck.sizes import Sizes, asked_systems
from proofs.recheck.vacuity import judge_vacuity
from proofs.render.names import ascii_only

VERDICTS = ("proved", "refuted", "unknown")
TRUSTED = (
    "the parser and checker (frontend/), which say what the specification means",
    "this rechecker (proofs/), and the solvers it asked",
)


AFTER_FAILURE = 5.0
"""Seconds for the rest of a log that is known not to hold."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A log that makes sense.

    Args:
        log: what it says.
        models: by variant; made from the specification in it.
        proofs: by variant: the verdicts that no run shows.
    """

    log: Log
    models: Mapping[str, Model]
    proofs: Mapping[str, Sequence[Entry]]


def recheck(content: str, options: Options) -> Report:
    """Rechecks a proof log: what is cheap first, so that little time goes into one that was edited.

    Args:
        content: of its file.
        options: how.
    """
    report = Report()
    try:
        known = within(options.soon(PATIENCE), lambda: _read(content, options, report))
    except OutOfTime:
        report.add(Standing.UNCONFIRMED, "the time was up before the log had been read")
        return report
    if known is None:
        return report
    if report.of(Standing.FAILED):
        options = options.by(AFTER_FAILURE)
    sizes: dict[str, list[Sizes]] = {}
    for variant in known.log.variants:
        name, model = variant.name, known.models[variant.name]
        if name not in known.proofs:
            continue
        options.progress(f"{name}: looking for initial states")
        found = asked_systems(model, variant, options, report)
        if found:
            sizes[name] = found
            judge_proofs(model, variant, known.proofs[name], found, options, report)
    options.progress("looking for what never happens")
    try:
        within(
            options.soon(PATIENCE),
            lambda: judge_vacuity(known.log, known.models, sizes, report, options.stopped),
        )
    except OutOfTime:
        report.add(Standing.TRUSTED, "that nothing else is vacuous: the time was up")
    for text in _trusted(known.log):
        report.add(Standing.TRUSTED, text)
    return report


def _read(content: str, options: Options, report: Report) -> _Read | None:
    """What can be told without a search or a solver; None when that makes no sense."""
    try:
        block, body, intact = split(content)
        log = parse(body)
    except BadLog as bad:
        report.add(Standing.FAILED, bad.reason)
        return None
    if intact:
        report.add(Standing.VERIFIED, "the file is complete, as the digest on its last line shows")
    else:
        text = "the digest on the last line does not fit: the file was edited or damaged"
        report.add(Standing.FAILED, text)
    strange = list(odd(log))
    for text in strange:
        report.add(Standing.FAILED, text)
    if options.specification is not None:
        _same_text(*options.specification, log.specification.text, report)
    models = _models(log, report)
    if models is None:
        return None
    traces: dict[tuple[str, str], Trace] = {}
    proofs: dict[str, Sequence[Entry]] = {}
    for variant in log.variants:
        model = models[variant.name]
        options.progress(f"{variant.name}: replaying")
        kinds = _verdicts(log, model, variant, report)
        if kinds is not None:
            runs, proofs[variant.name] = kinds
            for name, trace in judge_runs(model, variant, runs, report).items():
                traces[variant.name, name] = trace
    if not strange:
        _paste(log, models, traces, block, report)
    return _Read(log, models, proofs)


def _trusted(log: Log) -> Iterator[str]:
    yield from TRUSTED
    if any(odd(log)):
        return  # what it says of itself is no version, and that was said
    solvers = ", ".join(f"{name} {version}" for name, version in log.solvers.items())
    yield f"that buddyproof {log.program} wrote it{f', with {solvers}' if solvers else ''}"
    yield f"that the specification's file is called {ascii_only(log.specification.name)}"


# --- the specification ---------------------------------------------------------------------


def _models(log: Log, report: Report) -> dict[str, Model] | None:
    """The variants of the specification, when it is what the log says it is."""
    given = log.specification
    digest = sha256(given.text.encode()).hexdigest()
    if digest != given.sha256:
        report.add(Standing.FAILED, "the specification's text does not have the SHA-256 it names")
    else:
        report.add(Standing.VERIFIED, f"the specification's SHA-256 is {digest}")
    try:
        loaded = load(Source(given.name, given.text.removeprefix("\ufeff")))
    except Rejected as rejected:
        first = rejected.diagnostics[0]
        text = f"the specification is no longer one: {first.code}: {first.message}"
        report.add(Standing.FAILED, text)
        return None
    models = {model.variant: model for model in loaded.models}
    for text in _nowhere(log.invocation, models):
        report.add(Standing.FAILED, text)
    if log.invocation != normal(log.invocation, loaded.models):
        report.add(Standing.FAILED, "what was asked is not said as this program says it")
    named = [variant.name for variant in log.variants]
    expected = [name for name, model in models.items() if _is_asked(log.invocation, model)]
    if named == expected and named:
        return models
    listed = ", ".join(expected) or "(there is none)"
    text = f"it should speak of the variants {listed}, not of {', '.join(named) or 'none'}"
    report.add(Standing.FAILED, text)
    return models if len(set(named) & set(models)) == len(named) else None


def _same_text(path: str, content: bytes, text: str, report: Report) -> None:
    """Whether a log is about the text of a file, to the byte."""
    name = ascii_only(path)
    given = text.encode()
    if content == given:
        report.add(Standing.VERIFIED, f"the specification is that of {name}, to the byte")
        return
    pairs = zip_longest(content.split(b"\n"), given.split(b"\n"))
    line = next(number for number, (left, right) in enumerate(pairs, 1) if left != right)
    text = f"the specification is not that of {name}: they differ from line {line} on"
    report.add(Standing.FAILED, text)


def _nowhere(asked: Invocation, models: Mapping[str, Model]) -> Iterator[str]:
    """What is asked about that the specification does not have."""
    properties = {item.name for model in models.values() for item in model.properties}
    sorts = {item.name for model in models.values() for item in model.sorts}
    for noun, names, known in (
        ("variant", asked.variants, set(models)),
        ("property", asked.properties, properties),
        ("sort", tuple(asked.bounds or ()), sorts),
    ):
        for name in names:
            if name not in known:
                yield f"it is about the {noun} {name}, which the specification does not have"


def _is_asked(asked: Invocation, model: Model) -> bool:
    if asked.variants and model.variant not in asked.variants:
        return False
    return not asked.properties or any(x.name in asked.properties for x in model.properties)


# --- a variant -----------------------------------------------------------------------------


def _verdicts(
    log: Log, model: Model, variant: VariantLog, report: Report
) -> tuple[list[Entry], list[Entry]] | None:
    """The verdicts that runs show, and the others; None when they are about the wrong sizes."""
    if dict(variant.bounds) != asked_sizes(model, log.invocation.bounds or {}):
        text = f"{variant.name}: the sizes asked about are not those of the specification"
        report.add(Standing.FAILED, text)
        return None
    if not _are_asked(variant):
        text = f"{variant.name}: sizes without a system are named that nobody asked about"
        report.add(Standing.FAILED, text)
        return None
    known = {item.name: item for item in model.properties}
    _complete(log, list(known), variant, report)
    runs: list[Entry] = []
    proofs: list[Entry] = []
    for entry in variant.entries:
        subject = f"{variant.name}, {entry.property}"
        if entry.property not in known:
            report.add(Standing.FAILED, f"{subject}: there is no such property")
            continue
        if entry.verdict not in VERDICTS:
            report.add(Standing.FAILED, f"{subject}: {entry.verdict[:40]!r} is no verdict")
            continue
        reachable = known[entry.property].kind is PropertyKind.REACHABLE
        by_run = (entry.verdict, reachable) in (("refuted", False), ("proved", True))
        if not _is_about(variant, entry, by_run=by_run):
            report.add(Standing.FAILED, f"{subject}: the verdict is about other sizes")
            continue
        if entry.verdict == "unknown" and entry.evidence:
            report.add(Standing.FAILED, f"{subject}: unknown, and yet there is evidence")
        elif entry.verdict == "unknown":
            text = f"{subject}: the log says that it is unknown ({entry.reason})"
            report.add(Standing.UNCONFIRMED, text)
        else:
            (runs if by_run else proofs).append(entry)
    _superfluous(variant, report)
    return runs, proofs


def _is_about(variant: VariantLog, entry: Entry, *, by_run: bool) -> bool:
    """Whether a verdict is about the largest of the asked sizes that have a system (a run: about
    any of the asked ones) or, as no run can be, about every size."""
    if entry.scope is None:
        return not by_run
    if set(entry.scope) != set(variant.bounds):
        return False
    if not by_run:
        return dict(entry.scope) == variant.largest()
    return all(low <= entry.scope[sort] <= high for sort, (low, high) in variant.bounds.items())


def _are_asked(variant: VariantLog) -> bool:
    """Whether the sizes that are said to have no system are asked ones, in order, each once."""
    keys = [
        (-sum(one.values()), tuple(one.get(sort, 0) for sort in variant.bounds))
        for one in variant.missing
    ]
    return keys == sorted(set(keys)) and all(
        set(one) == set(variant.bounds)
        and all(low <= one[sort] <= high for sort, (low, high) in variant.bounds.items())
        for one in variant.missing
    )


def _complete(log: Log, names: list[str], variant: VariantLog, report: Report) -> None:
    """Nothing may be left out: a verdict that nobody likes, above all."""
    asked = log.invocation.properties
    expected = [name for name in names if not asked or name in asked]
    given = [entry.property for entry in variant.entries]
    if given == expected:
        return
    before = len(report.findings)
    for name in expected:
        if name not in given:
            report.add(Standing.FAILED, f"{variant.name}, {name}: the verdict is missing")
    for name in given:
        if name in names and name not in expected:
            report.add(Standing.FAILED, f"{variant.name}, {name}: nobody asked about it")
    if len(set(given)) < len(given):
        report.add(Standing.FAILED, f"{variant.name}: a property has two verdicts")
    if len(report.findings) == before and set(given) == set(expected):
        report.add(Standing.FAILED, f"{variant.name}: the verdicts are not in order")


def _superfluous(variant: VariantLog, report: Report) -> None:
    """Evidence without a verdict is what is left of a verdict that was taken away."""
    for evidence, noun, count in (
        ("trace", "trace", len(variant.traces)),
        ("lemmas", "list of lemmas", len(variant.lemmas)),
    ):
        used = {entry.number for entry in variant.entries if entry.evidence == evidence}
        for number in range(count):
            if number not in used:
                text = f"{variant.name}: {noun} {number + 1} belongs to no verdict"
                report.add(Standing.FAILED, text)


# --- the paste block -----------------------------------------------------------------------


def _paste(
    log: Log,
    models: Mapping[str, Model],
    traces: Mapping[tuple[str, str], Trace],
    block: list[str],
    report: Report,
) -> None:
    if report.of(Standing.FAILED) and any(
        entry.evidence == "trace" and (variant.name, entry.property) not in traces
        for variant in log.variants
        for entry in variant.entries
    ):
        return  # a run is missing, and that was said
    if any(
        entry.property not in {item.name for item in models[variant.name].properties}
        for variant in log.variants
        for entry in variant.entries
    ):
        return  # likewise
    expected = block_lines(paste(log, models, traces))
    for number, (said, found) in enumerate(zip(block, expected, strict=False), 1):
        if said != found:
            text = f"line {number} of the paste block does not say what the machine part says"
            report.add(Standing.FAILED, text)
            return
    if len(block) != len(expected):
        report.add(Standing.FAILED, "the paste block is longer or shorter than the machine part")
    else:
        report.add(Standing.VERIFIED, "the paste block says what the machine part says")
