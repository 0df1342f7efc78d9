"""A log from its first line to its last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256

from frontend.diagnostics import Rejected
from frontend.load import load
from frontend.model import Model, PropertyKind
from frontend.source import Source
from proofs.bounds import asked_sizes
from proofs.log.document import block_lines, parse, split
from proofs.log.paste import paste
from proofs.log.values import BadLog, Entry, Invocation, Log, VariantLog
from proofs.recheck.proofs import judge_proofs
from proofs.recheck.runs import judge_runs
from proofs.recheck.values import Options, Report, Standing
from proofs.trace import Trace

SCOPES = ("both", "bounded", "all")
VERDICTS = ("proved", "refuted", "unknown")
TRUSTED = (
    "the parser and checker (frontend/), which say what the specification means",
    "this rechecker (proofs/), and the solvers it asked",
)


def recheck(content: str, options: Options) -> Report:
    """Rechecks a proof log.

    Args:
        content: of its file.
        options: how.
    """
    report = Report()
    try:
        block, body, intact = split(content)
        log = parse(body)
    except BadLog as bad:
        report.add(Standing.FAILED, bad.reason)
        return report
    if intact:
        report.add(Standing.VERIFIED, "the file is complete, as the digest on its last line shows")
    else:
        text = "the digest on the last line does not fit: the file was edited or damaged"
        report.add(Standing.FAILED, text)
    models = _models(log, report)
    if models is None:
        return report
    traces: dict[tuple[str, str], Trace] = {}
    for variant in log.variants:
        model = models[variant.name]
        options.progress(f"{variant.name}: replaying")
        for name, trace in _variant(log, model, variant, options, report).items():
            traces[variant.name, name] = trace
    _paste(log, models, traces, block, report)
    for text in _trusted(log):
        report.add(Standing.TRUSTED, text)
    return report


def _trusted(log: Log) -> Iterator[str]:
    yield from TRUSTED
    solvers = ", ".join(f"{name} {version}" for name, version in log.solvers.items())
    yield f"that buddyproof {log.program} wrote it{f', with {solvers}' if solvers else ''}"


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
    named = [variant.name for variant in log.variants]
    expected = [name for name, model in models.items() if _is_asked(log.invocation, model)]
    if named == expected and named:
        return models
    listed = ", ".join(expected) or "(there is none)"
    text = f"it should speak of the variants {listed}, not of {', '.join(named) or 'none'}"
    report.add(Standing.FAILED, text)
    return models if len(set(named) & set(models)) == len(named) else None


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
    if asked.scope not in SCOPES:
        yield f"it does not say whether it is about these sizes or all: {asked.scope[:40]!r}"


def _is_asked(asked: Invocation, model: Model) -> bool:
    if asked.variants and model.variant not in asked.variants:
        return False
    return not asked.properties or any(x.name in asked.properties for x in model.properties)


# --- a variant -----------------------------------------------------------------------------


def _variant(
    log: Log, model: Model, variant: VariantLog, options: Options, report: Report
) -> dict[str, Trace]:
    """Rechecks every verdict on a variant; the runs that were replayed, by property."""
    if dict(variant.bounds) != asked_sizes(model, log.invocation.bounds or {}):
        text = f"{variant.name}: the sizes asked about are not those of the specification"
        report.add(Standing.FAILED, text)
        return {}
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
    found = judge_runs(model, variant, runs, report)
    judge_proofs(model, variant, proofs, options, report)
    return found


def _is_about(variant: VariantLog, entry: Entry, *, by_run: bool) -> bool:
    """Whether a verdict is about the largest of the asked sizes (a run: about any of them) or, as
    no run can be, about every size."""
    if entry.scope is None:
        return not by_run
    if set(entry.scope) != set(variant.bounds):
        return False
    return all(
        (low if by_run else high) <= entry.scope[sort] <= high
        for sort, (low, high) in variant.bounds.items()
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
