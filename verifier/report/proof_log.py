"""From a report to a proof log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from frontend.model import Model
from frontend.notation.reading import Reader, Unwritable
from proofs.answers.invariant import Invariant
from proofs.answers.trace import Trace
from proofs.answers.verdict import (
    Certificate,
    EverySize,
    NoSystem,
    Proved,
    Reached,
    Unknown,
    Unreachable,
    Violated,
)
from proofs.log import premises
from proofs.log.contents import (
    Entry,
    Invocation,
    Lemmas,
    Log,
    Paths,
    Specification,
    Vacuous,
    VariantLog,
)
from proofs.log.forms import fitting, line
from proofs.log.traces import plain, read, written
from proofs.runs.extend import extend
from verifier.protocol.engine_names import EXPLORE, REDUCE
from verifier.protocol.results import PropertyReport
from verifier.verify.bounded_invariants import invariants as bounded_invariants
from verifier.verify.spec_report import SpecReport, VariantReport, outcome


def proof_log(
    report: SpecReport, invocation: Invocation, program: str, solvers: Mapping[str, str]
) -> Log:
    """The log of a specification that was verified.

    Args:
        report: what was found; of a specification that was not rejected.
        invocation: what was asked.
        program: the version of this program.
        solvers: name -> version of those that were used.

    Raises:
        ValueError: nothing was verified: the specification was rejected, or an error ended it.
    """
    if report.source is None or report.sha256 is None or not report.variants:
        raise ValueError("nothing was verified")
    name = fitting(report.path.rpartition("/")[2])
    given = Specification(name, report.sha256, _exact(report.source.text, report.sha256))
    variants = tuple(_Writer(variant).written() for variant in report.variants)
    return Log(program, invocation, solvers, given, variants)


def _exact(text: str, digest: str) -> str:
    """The text with the byte order mark that reading it took away, where there was one."""
    marked = f"\ufeff{text}"
    return marked if sha256(marked.encode()).hexdigest() == digest else text


@dataclass(slots=True)
class _Writer:
    """One variant; a trace or an invariant that several verdicts share is written once."""

    report: VariantReport
    traces: list[Trace] = field(default_factory=list)
    invariants: list[Invariant] = field(default_factory=list)
    bounded_ones: Mapping[str, Invariant] = field(default_factory=dict)
    lemmas: list[Lemmas] = field(default_factory=list)
    reader: Reader | None = None

    @property
    def model(self) -> Model:
        return self.report.model

    def written(self) -> VariantLog:
        settled = self.report.settled
        if self.report.error is not None:
            raise ValueError(f"{self.model.variant}: {self.report.error}")
        if self.report.no_system is not None:
            raise ValueError(f"{self.model.variant}: no state satisfies the assumptions")
        self.bounded_ones = bounded_invariants(settled)
        entries = tuple(map(self.entry, settled))
        low, high = self.report.asked.low, self.report.asked.high
        return VariantLog(
            self.model.variant,
            {sort: (low[sort], high[sort]) for sort in high},
            entries,
            tuple(self.lemmas),
            tuple(written(self.model, trace) for trace in self.traces),
            tuple(dict.fromkeys(Vacuous(one.cause.value, one.name) for one in self.report.vacuous)),
            tuple(dict(one.bounds) for one in self.report.missing),
            self.report.unsure,
        )

    def entry(self, settled: PropertyReport) -> Entry:
        scope = dict(settled.bounds)
        name, verdict = settled.name, outcome(settled.status).value
        match settled.status:
            case Unknown(reason=reason):
                return Entry(name, verdict, scope, "", reason=line(reason))
            case Violated(trace=trace) | Reached(trace=trace):
                number = self.trace(self.smaller(settled, trace))
                return Entry(name, verdict, scope, "trace", number, shortest=settled.shortest)
            case Proved(every_size=EverySize() as proof):
                method = "each single step keeps lemmas, at every size"
                return self.lemmas_entry(name, verdict, None, proof.invariant, method, proof.lemmas)
            case Proved(certificate=found) | Unreachable(certificate=found):
                return self.bounded(settled, found)
            case NoSystem():
                raise ValueError(f"{name}: no state satisfies the assumptions")

    def smaller(self, settled: PropertyReport, trace: Trace) -> Trace:
        """The run at fewer objects that a trace extends by idle ones, where there is one: a recheck
        extends it in the same way."""
        known = settled.smallest
        if known is None or not known.extends or known.trace.bounds == trace.bounds:
            return trace
        moves = tuple(taken.move for taken in known.trace.steps)
        if moves != tuple(taken.move for taken in trace.steps):
            return trace
        claimed = read(self.model, plain(written(self.model, known.trace)))
        extended = extend(self.model, claimed.run, settled.name, trace.bounds)
        return trace if extended is None else known.trace

    def bounded(self, settled: PropertyReport, certificate: Certificate) -> Entry:
        """A proof at the asked sizes."""
        name, verdict, scope = settled.name, outcome(settled.status).value, dict(settled.bounds)
        method = line(f"{certificate.engine}: {certificate.method}")
        found = self.bounded_ones.get(name)
        if found is not None:
            return self.lemmas_entry(name, verdict, scope, found, method, ())
        if certificate.engine in (EXPLORE, REDUCE) and certificate.states is not None:
            variables = tuple(sorted(certificate.variables))
            return Entry(name, verdict, scope, "search", variables=variables)
        return Entry(name, verdict, scope, "", method=method)

    def lemmas_entry(
        self,
        name: str,
        verdict: str,
        scope: Mapping[str, int] | None,
        found: Invariant,
        method: str,
        facts: Sequence[str],
    ) -> Entry:
        """A verdict that an invariant proves."""
        try:
            number = self.invariant(found, facts)
        except Unwritable:
            method += "; a lemma cannot be written in the language"
            return Entry(name, verdict, scope, "", method=method)
        return Entry(name, verdict, scope, "lemmas", number)

    def trace(self, trace: Trace) -> int:
        """The number of a trace; one run may decide several properties."""
        for number, known in enumerate(self.traces):
            if _run(known) == _run(trace):
                return number
        self.traces.append(trace)
        return len(self.traces) - 1

    def invariant(self, given: Invariant, facts: Sequence[str]) -> int:
        """The number of an invariant; what it says to a reader is collected over properties."""
        for number, known in enumerate(self.invariants):
            if known is given or _same(known, given):
                item = self.lemmas[number]
                more = tuple(dict.fromkeys((*item.facts, *facts)))
                self.lemmas[number] = replace(item, facts=more)
                return number
        if self.reader is None:
            self.reader = Reader(self.model)
        made = Lemmas(
            tuple(map(self.reader.text, given.lemmas)),
            tuple(dict.fromkeys(facts)),
            given.bounds,
            premises.written(given),
            _numbered(given.otherwise),
            Paths(given.depth, given.simple_paths, given.properties) if given.depth else None,
        )
        self.invariants.append(given)
        self.lemmas.append(made)
        return len(self.lemmas) - 1


def _same(left: Invariant, right: Invariant) -> bool:
    """Whether two invariants differ at most in what follows from them."""
    return (
        left.lemmas == right.lemmas
        and left.bounds == right.bounds
        and left.depth == right.depth == 0
        and not left.premises
        and not right.premises
        and left.otherwise == right.otherwise
    )


def _run(trace: Trace) -> tuple[object, ...]:
    return trace.bounds, trace.initial, tuple(taken.move for taken in trace.steps)


def _numbered(numbers: Sequence[int] | None) -> tuple[int, ...] | None:
    return None if numbers is None else tuple(number + 1 for number in numbers)
