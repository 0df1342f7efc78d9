"""Rechecks the proofs of a variant: lemmas by solvers, searches by searching again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from frontend.formula_reading import Reader, Unreadable, Unwritable
from frontend.model import Expression, Model, Property, PropertyKind
from frontend.source import NOWHERE
from proofs.exhaust import MOST_STATES, Exhausted, GaveUp, Violation, exhaust
from proofs.invariant import Claim, Duty, Invariant, inverted
from proofs.log import premises
from proofs.log.values import BadLog, Entry, Lemmas, VariantLog
from proofs.recheck.claims import confirm
from proofs.recheck.values import Options, Report, Standing
from proofs.solvers import NotInstalled

FEW_STATES = 20_000
"""How far to search for a violation of what has no evidence."""


def judge_proofs(
    model: Model,
    variant: VariantLog,
    entries: Sequence[Entry],
    options: Options,
    report: Report,
) -> None:
    """Rechecks what a log says to hold of all runs.

    Args:
        model: made from the specification in the log.
        variant: what the log says.
        entries: the verdicts to recheck: proofs, and of each `reachable` that nothing reaches it.
        options: how.
        report: takes the findings.
    """
    by_lemmas: dict[int, list[str]] = {}
    searches: dict[tuple[str, ...], list[str]] = {}
    sizes = {sort: high for sort, (_, high) in variant.bounds.items()}
    for entry in entries:
        subject = f"{variant.name}, {entry.property}"
        match entry.evidence:
            case "lemmas":
                if _fits(entry, variant, subject, report):
                    by_lemmas.setdefault(entry.number, []).append(entry.property)
            case "search" if entry.scope is None:
                report.add(Standing.FAILED, f"{subject}: no search settles every size")
            case "search":
                searches.setdefault(entry.variables, []).append(entry.property)
            case "":
                _without(_Search(model, variant.name, sizes, options, report), entry)
            case _:
                text = f"{subject}: {entry.verdict} by {entry.evidence[:40]!r}: that cannot be"
                report.add(Standing.FAILED, text)
    search = _Search(model, variant.name, sizes, options, report)
    for variables, names in searches.items():
        search.run(names, variables)
    for number, names in by_lemmas.items():
        _by_lemmas(model, variant, number, names, options, report)


def _fits(entry: Entry, variant: VariantLog, subject: str, report: Report) -> bool:
    """Whether an entry names lemmas about the sizes that it needs."""
    if not 0 <= entry.number < len(variant.lemmas):
        report.add(Standing.FAILED, f"{subject}: proved, but the lemmas are not there")
        return False
    bounds = variant.lemmas[entry.number].bounds
    if bounds is not None and (entry.scope is None or dict(entry.scope) != dict(bounds)):
        report.add(Standing.FAILED, f"{subject}: its lemmas are about other sizes than the verdict")
        return False
    return True


# --- lemmas --------------------------------------------------------------------------------


def _by_lemmas(
    model: Model,
    variant: VariantLog,
    number: int,
    names: Sequence[str],
    options: Options,
    report: Report,
) -> None:
    given = variant.lemmas[number]
    lemmas = _formulas(model, given.lemmas, f"{variant.name}, lemma", report)
    facts = _formulas(model, given.facts, f"{variant.name}, fact", report)
    if lemmas is None or facts is None:
        return
    try:
        invariant = _invariant(model, given, lemmas, names)
    except BadLog as bad:
        report.add(Standing.FAILED, f"{variant.name}: {bad.reason}")
        return
    where = "every size" if invariant.bounds is None else "these sizes"
    things = "property" if len(names) == 1 else "properties"
    subject = f"{variant.name}, {len(names)} {things} at {where}"
    try:
        confirm(*_with_facts(inverted(model), invariant, facts), subject, options, report)
    except NotInstalled as missing:
        report.add(Standing.UNCONFIRMED, f"{subject}: {missing}")


def _formulas(
    model: Model, texts: Sequence[str], subject: str, report: Report
) -> tuple[Expression, ...] | None:
    """The formulas that texts stand for, when each is written in the one way that it can be: a
    comment in it, say, would be read by people only."""
    reader = Reader(model)
    found: list[Expression] = []
    for number, text in enumerate(texts, 1):
        try:
            found.append(reader.read(text))
            exact = reader.text(found[-1]) == text
        except Unreadable as unreadable:
            report.add(Standing.FAILED, f"{subject} {number}, {unreadable}")
            return None
        except Unwritable as unwritable:
            report.add(Standing.FAILED, f"{subject} {number}: {unwritable}")
            return None
        if not exact:
            report.add(Standing.FAILED, f"{subject} {number} is not written as formulas are")
            return None
    return tuple(found)


def _invariant(
    model: Model, given: Lemmas, lemmas: tuple[Expression, ...], names: Sequence[str]
) -> Invariant:
    """What a log says of lemmas, as an invariant.

    Raises:
        BadLog: a number of a lemma is wrong, or an induction over paths is about what it cannot be.
    """
    if given.paths is not None:
        names_known = {item.name for item in model.properties}
        together = tuple(dict.fromkeys((*names, *given.paths.properties)))
        if given.bounds is None or not names_known.issuperset(together):
            raise BadLog("an induction over paths is about no sizes, or an unknown property")
        return Invariant(
            lemmas,
            together,
            given.bounds,
            depth=given.paths.depth,
            simple_paths=given.paths.simple,
        )
    otherwise = None
    if given.otherwise is not None:
        otherwise = tuple(item - 1 for item in given.otherwise)
        if not all(0 <= item < len(lemmas) for item in otherwise):
            raise BadLog("the premises name a lemma that is not there")
    known = premises.read(given.premises, otherwise or (), len(lemmas))
    return Invariant(lemmas, tuple(names), given.bounds, known, otherwise)


def _with_facts(
    model: Model, invariant: Invariant, facts: Sequence[Expression]
) -> tuple[Model, Invariant]:
    """The facts that the paste block gives, as properties that follow from all lemmas together."""
    names = [f"fact {number}" for number in range(1, len(facts) + 1)]
    added = [
        Property(name, PropertyKind.INVARIANT, "", fact, built_in=False, span=NOWHERE)
        for name, fact in zip(names, facts, strict=True)
    ]
    everything = tuple(range(len(invariant.lemmas)))
    known = {Claim(Duty.FOLLOWS, property=name): everything for name in names}
    return replace(model, properties=(*model.properties, *added)), replace(
        invariant,
        properties=(*invariant.properties, *names),
        premises={**invariant.premises, **known},
    )


# --- searches ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Search:
    """Visits every state at the asked sizes again."""

    model: Model
    variant: str
    sizes: Mapping[str, int]
    options: Options
    report: Report

    def run(self, names: Sequence[str], variables: tuple[str, ...]) -> None:
        """Rechecks properties that one search settled."""
        subject = f"{self.variant}, {', '.join(names)}"
        self.options.progress(f"{subject}: searching again")
        unknown = set(variables) - {item.name for item in self.model.variables}
        if unknown:
            text = f"{subject}: the search is about variables that are not there"
            self.report.add(Standing.FAILED, text)
            return
        found = self.find(names, frozenset(variables), MOST_STATES)
        if isinstance(found, GaveUp) and not found.states:
            found = self.find(names, None, MOST_STATES)  # more states, and no slice to believe in
        match found:
            case Exhausted(states=states):
                text = f"{subject}: searched again, {states} states"
                self.report.add(Standing.VERIFIED, text)
            case Violation() as violation:
                self.violated(violation)
                rest = [name for name in names if name != violation.property]
                if rest:
                    self.run(rest, variables)
            case GaveUp(reason=reason):
                text = f"{subject}: searched again in vain: {reason}"
                self.report.add(Standing.UNCONFIRMED, text)

    def find(
        self, names: Sequence[str], variables: frozenset[str] | None, limit: int
    ) -> Exhausted | Violation | GaveUp:
        """What the interpreter finds."""
        cancelled = self.options.cancelled
        return exhaust(self.model, self.sizes, names, variables, limit=limit, cancelled=cancelled)

    def violated(self, found: Violation) -> None:
        """Says that a property does not hold."""
        steps = len(found.run.moves)
        text = (
            f"{self.variant}, {found.property}: it does not hold: a run of {steps} steps shows it"
        )
        self.report.add(Standing.FAILED, text)


def _without(search: _Search, entry: Entry) -> None:
    """A verdict without evidence: nothing speaks for it, but a search may speak against it."""
    subject = f"{search.variant}, {entry.property}"
    search.options.progress(f"{subject}: searching")
    found = search.find((entry.property,), None, FEW_STATES)
    match found:
        case Violation():
            search.violated(found)
        case Exhausted(states=states) if entry.scope is not None:
            search.report.add(Standing.VERIFIED, f"{subject}: searched, {states} states")
        case _:
            text = f"{subject}: the log holds no evidence ({entry.method or 'none is named'})"
            search.report.add(Standing.UNCONFIRMED, text)
