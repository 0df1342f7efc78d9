"""From a proof log to what a bundle shows: a bundle is a function of its log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from frontend.model import Model
from proofs.answers.invariant import Invariant
from proofs.answers.trace import Trace
from proofs.bundle.assemble import Evidence
from proofs.log.contents import BadLog, Entry, Log, VariantLog
from proofs.log.lemmas import formulas, invariant
from proofs.log.traces import plain, read
from proofs.runs.extend import extend
from proofs.runs.replay import replay

LOG = "log.txt"
"""The log's name in a bundle."""

LEFT_OUT = "LEFT-OUT.txt"
"""Lists what a bundle has no circuits for; it is there when there is such a thing."""


def files(log: Log, content: str) -> dict[str, str]:
    """Path in the bundle -> text, of the files that no circuit is in.

    Args:
        log: what the log says.
        content: the log.
    """
    found = {LOG: content}
    lines = left_out(log)
    if lines:
        head = "What was settled without lemmas, and has no circuits here:\n\n"
        found[LEFT_OUT] = head + "".join(f"{line}\n" for line in lines)
    return found


def left_out(log: Log) -> list[str]:
    """The verdicts that neither lemmas nor a run show, a line each."""
    return [
        f"{variant.name}, {entry.property}: {_how(entry)}"
        for variant in log.variants
        for entry in variant.entries
        if entry.verdict != "unknown" and entry.evidence in ("search", "")
    ]


def _how(entry: Entry) -> str:
    if entry.evidence == "search":
        return "every state was visited"
    return entry.method or "no evidence in the log"


def evidence(log: Log, models: Mapping[str, Model]) -> list[Evidence]:
    """What a log gives evidence of, variant by variant.

    Args:
        log: one that a recheck has no objection to.
        models: variant -> model, made from the text in the log.

    Raises:
        BadLog: lemmas cannot be read.
        Mismatch: a run is not what it claims to be.
        Malformed: likewise.
    """
    return [
        Evidence(
            models[variant.name],
            variant.largest(),
            tuple(_invariants(models[variant.name], variant)),
            tuple(_traces(models[variant.name], variant)),
        )
        for variant in log.variants
    ]


def _invariants(model: Model, variant: VariantLog) -> Iterator[Invariant]:
    for number, given in enumerate(variant.lemmas):
        names = [
            entry.property
            for entry in variant.entries
            if entry.evidence == "lemmas" and entry.number == number
        ]
        if names:
            yield invariant(model, given, formulas(model, given.lemmas, "lemma"), names)


def _traces(model: Model, variant: VariantLog) -> Iterator[Trace]:
    """Each run for each property that it decides; at the sizes of the verdict, too."""
    claims = [read(model, plain(value)) for value in variant.traces]
    for entry in variant.entries:
        if entry.evidence != "trace":
            continue
        if not 0 <= entry.number < len(claims):
            raise BadLog(f"{variant.name}, {entry.property}: there is no such trace")
        run = claims[entry.number].run
        yield replay(model, run, entry.property)
        if entry.scope is not None and dict(entry.scope) != dict(run.bounds):
            larger = extend(model, run, entry.property, entry.scope)
            if larger is not None:
                yield replay(model, larger, entry.property)
