"""Rechecks the proofs of a variant: lemmas by solvers, searches by searching again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from frontend.model import Expression, Model, Property, PropertyKind
from frontend.source.spans import NOWHERE
from proofs.answers.invariant import Claim, Duty, Invariant, inverted
from proofs.log.asked_sizes import described
from proofs.log.contents import BadLog, Entry, VariantLog
from proofs.log.lemmas import formulas, invariant
from proofs.recheck.claims import confirm
from proofs.recheck.clock import OutOfTime, within
from proofs.recheck.findings import PATIENCE, Options, Report, Standing
from proofs.recheck.sizes import Sizes, too_large
from proofs.runs.exploration import MOST_STATES, Exhausted, GaveUp, Violation, exhaust
from proofs.solvers.asking import NotInstalled

FEW_STATES = 20_000
"""How far to search for a violation of what has no evidence."""

UNKNOWN = -1
"""How many states a search visited that was ended from outside, or not begun."""


def judge_proofs(
    model: Model,
    variant: VariantLog,
    entries: Sequence[Entry],
    sizes: Sequence[Sizes],
    options: Options,
    report: Report,
) -> None:
    """Rechecks what a log says to hold of all runs, at each of the asked sizes.

    Args:
        model: made from the specification in the log.
        variant: what the log says.
        entries: the verdicts to recheck: proofs, and of each `reachable` that nothing reaches it.
        sizes: the asked ones that have a system, as far as is known; at least one.
        options: how.
        report: takes the findings.
    """
    by_lemmas: dict[int, list[str]] = {}
    searches: dict[tuple[str, ...], list[str]] = {}
    every = [_Search(model, variant.name, one, options, report) for one in sizes]
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
                for search in every if entry.scope is not None else every[:1]:
                    _without(search, entry)
            case _:
                text = f"{subject}: {entry.verdict} by {entry.evidence[:40]!r}: that cannot be"
                report.add(Standing.FAILED, text)
    for variables, names in searches.items():
        for search in every:
            search.run(names, variables)
    for number, names in by_lemmas.items():
        _by_lemmas(variant, number, names, every)


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
    variant: VariantLog, number: int, names: Sequence[str], every: Sequence[_Search]
) -> None:
    first = every[0]
    model, report = first.model, first.report
    given = variant.lemmas[number]
    try:
        lemmas = formulas(model, given.lemmas, "lemma")
        facts = formulas(model, given.facts, "fact")
        found = invariant(model, given, lemmas, names)
    except BadLog as bad:
        report.add(Standing.FAILED, f"{variant.name}, {bad.reason}")
        return
    where = "every size" if found.bounds is None else "these sizes"
    things = "property" if len(names) == 1 else "properties"
    subject = f"{variant.name}, {len(names)} {things} at {where}"
    _confirm(*_with_facts(inverted(model), found, facts), subject, first.options, report)
    for search in every if found.bounds is not None else ():
        if search.sizes != found.bounds:
            _elsewhere(search, found)


def _confirm(
    model: Model, found: Invariant, subject: str, options: Options, report: Report
) -> bool:
    try:
        return confirm(model, found, subject, options, report)
    except NotInstalled as missing:
        report.add(Standing.UNCONFIRMED, f"{subject}: {missing}")
        return False


def _elsewhere(search: _Search, found: Invariant) -> None:
    """Rechecks at other sizes what lemmas prove at the largest ones: by searching, or by the same
    lemmas, which may do there, too."""
    subject = search.subject(found.properties)
    answer = search.find(found.properties, None, FEW_STATES)
    match answer:
        case Violation():
            search.violated(answer)
        case Exhausted(states=states):
            search.report.add(Standing.VERIFIED, f"{subject}: searched, {states} states")
        case GaveUp():
            attempt = Report()
            there = replace(found, bounds=dict(search.sizes))
            model = inverted(search.model)
            if _confirm(model, there, subject, search.options, attempt):
                search.report.findings += attempt.findings
            else:
                text = f"{subject}: the log has evidence for other sizes only"
                search.report.add(Standing.UNCONFIRMED, text)
            search.report.solvers.update(attempt.solvers)


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
    """Visits every state at some of the asked sizes again."""

    model: Model
    variant: str
    sizes: Sizes
    options: Options
    report: Report

    def subject(self, names: Sequence[str]) -> str:
        """How findings begin."""
        return f"{self.variant}, {', '.join(names)}, with {described(self.sizes)}"

    def run(self, names: Sequence[str], variables: tuple[str, ...]) -> None:
        """Rechecks properties that one search settled."""
        subject = self.subject(names)
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

        def work() -> Exhausted | Violation | GaveUp:
            stopped = self.options.stopped
            return exhaust(self.model, self.sizes, names, variables, limit=limit, cancelled=stopped)

        if too_large(self.model, self.sizes):
            return GaveUp("it is too large to look at", UNKNOWN)
        try:
            return within(self.options.soon(PATIENCE), work)
        except OutOfTime:
            return GaveUp("the time was up", UNKNOWN)

    def violated(self, found: Violation) -> None:
        """Says that a property does not hold."""
        steps = len(found.run.moves)
        subject = self.subject((found.property,))
        text = f"{subject}: it does not hold: a run of {steps} steps shows it"
        self.report.add(Standing.FAILED, text)


def _without(search: _Search, entry: Entry) -> None:
    """A verdict without evidence: nothing speaks for it, but a search may speak against it."""
    subject = search.subject((entry.property,))
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
