"""Has solvers discharge the obligations of invariants, and judges their answers together."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from frontend.model import Model
from proofs.answers.invariant import Claim, Duty, Invariant
from proofs.recheck.clock import OutOfTime, within
from proofs.recheck.findings import Options, Report, Standing
from proofs.render.names import plural
from proofs.solvers.query import Query

QUANTIFIED = ("z3", "cvc5")
BOUNDED = ("z3", "bitwuzla")
MOST_AGAIN = 100
"""How many claims are asked again without the hints, which takes long."""

MOST = 8
"""How many claims of one invariant are named that do not hold."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The obligations of an invariant.

    Args:
        queries: what solvers are asked.
        rest: how many claims need no question: a step writes nothing of what they are about, or
            nobody stands where they are about after it.
        solvers: that must confirm them.
        how: a remark on the argument, or "".
    """

    queries: Sequence[Query]
    rest: int
    solvers: tuple[str, ...]
    how: str = ""


Answers = dict[Claim, dict[str, tuple[str, str]]]


def asked(model: Model, invariant: Invariant, options: Options) -> Asked:
    """Makes the obligations of an invariant, from the model alone.

    Raises:
        Unsupported: some obligation cannot be written for all sizes.
        Unencodable: some obligation cannot be written at these sizes.
    """
    if invariant.bounds is None:
        from proofs.every_size import expected, obligations

        made = tuple(obligations(model, invariant))
        written = sum(claim.duty is not Duty.ALONE for query in made for claim in query.claims)
        rest = len(expected(model, invariant)) - written
        return Asked(made, rest, tuple(options.solvers) or QUANTIFIED)
    from proofs.bounded.numbers import Unencodable
    from proofs.bounded.obligations import groups, query
    from proofs.bounded.ranges import has_unlimited

    # A number without an end may stay within no range: then integers, if the operators allow.
    whole = has_unlimited(model, invariant)
    try:
        owed = tuple(groups(model, invariant, whole=whole))
    except Unencodable:
        if not whole:
            raise
        whole = False
        owed = tuple(groups(model, invariant))
    made = tuple(query(group) for group in owed if group.owed)
    rest = sum(len(group.plain) for group in owed)
    solvers = tuple(options.solvers) or (QUANTIFIED if whole else BOUNDED)
    how = ""
    if invariant.depth:
        how = f" of an induction over {plural(invariant.depth, 'step')}"
        how += " on which no state repeats" if invariant.simple_paths else ""
    return Asked(made, rest, solvers, how)


def confirm(
    model: Model, invariant: Invariant, subject: str, options: Options, report: Report
) -> bool:
    """Rechecks an invariant; whether every claim was confirmed by every solver.

    Args:
        model: made from the text that the invariant is about.
        invariant: the claim.
        subject: what it is called in findings.
        options: how.
        report: takes the findings.
    """
    from proofs.bounded.numbers import Unencodable
    from proofs.every_size import Unsupported

    options.progress(f"{subject}: writing the obligations")
    try:
        made = within(options.until, lambda: asked(model, invariant, options))
    except OutOfTime:
        text = f"{subject}: the time was up before the obligations were written"
        report.add(Standing.UNCONFIRMED, text)
        return False
    except (Unencodable, Unsupported) as problem:
        report.add(Standing.UNCONFIRMED, f"{subject}: cannot be written for solvers: {problem}")
        return False
    answers = _answers(made.queries, made.solvers, subject, options, report)
    claims = [claim for query in made.queries for claim in query.claims]
    doubtful = [claim for claim in claims if not _sure(claim, answers)]
    if invariant.bounds is None:
        doubtful = _covered(model, invariant, doubtful)
    if doubtful and invariant.bounds is None and len(doubtful) <= MOST_AGAIN:
        again = _again(model, invariant, doubtful)
        answers |= _answers(again, made.solvers, subject, options, report)
        claims = [
            claim for claim in claims if claim.duty is not Duty.ALONE or _sure(claim, answers)
        ]
        claims = list(dict.fromkeys((*claims, *doubtful)))
    return judge(claims, answers, made, subject, report)


def _covered(model: Model, invariant: Invariant, claims: Sequence[Claim]) -> list[Claim]:
    """The claims that some stand for, each by itself."""
    from proofs.every_size import covered

    steps = {(step.thread, step.name): step for kind in model.threads for step in kind.steps}
    found: list[Claim] = []
    for claim in claims:
        if claim.duty is Duty.ALONE:
            found += covered(steps[claim.thread, claim.step], invariant)
        else:
            found.append(claim)
    return found


def _again(model: Model, invariant: Invariant, claims: Sequence[Claim]) -> tuple[Query, ...]:
    """The obligations of some claims, all lemmas assumed: premises are only a hint."""
    from proofs.every_size import obligations

    return tuple(obligations(model, replace(invariant, premises={}, otherwise=None), claims))


def _answers(
    queries: Sequence[Query],
    solvers: Sequence[str],
    subject: str,
    options: Options,
    report: Report,
) -> Answers:
    from proofs.solvers.asking import discharge, version

    for solver in solvers:
        if solver not in report.solvers:
            report.solvers[solver] = version(solver)
    total = sum(len(query.claims) for query in queries) * len(solvers)
    answers: Answers = {}
    found = discharge(
        queries,
        solvers,
        workers=options.workers,
        effort=options.effort,
        seconds=min(options.seconds, max(options.until - time.monotonic(), 1.0)),
        cancelled=options.stopped,
    )
    for done, item in enumerate(found, 1):
        answers.setdefault(item.claim, {})[item.solver] = (item.answer, item.reason)
        options.progress(f"{subject}: {done} of {total} answers")
    return answers


def _sure(claim: Claim, answers: Answers) -> bool:
    said = answers.get(claim, {})
    return bool(said) and all(answer == "unsat" for answer, _ in said.values())


def judge(
    claims: Sequence[Claim], answers: Answers, made: Asked, subject: str, report: Report
) -> bool:
    """Puts the answers of all solvers together: all must say unsat."""
    from proofs.bounded.ranges import RangeClaim

    failed = 0
    confirmed = 0
    for claim in claims:
        said = {
            solver: answers.get(claim, {}).get(solver, ("unknown", "no answer"))
            for solver in made.solvers
        }
        kinds = {answer for answer, _ in said.values()}
        text = f"{subject}: {claim}: {_said(said)}"
        if kinds == {"unsat"}:
            confirmed += 1
        elif {"sat", "unsat"} <= kinds:
            report.add(Standing.CONTRADICTION, text)
        elif "sat" not in kinds or (isinstance(claim, RangeClaim) and claim.variable):
            # Nobody says that it is wrong; or it is our own guess at a range that is.
            report.add(Standing.UNCONFIRMED, text)
        else:
            failed += 1
            if failed <= MOST:
                report.add(Standing.FAILED, text)
    if failed > MOST:
        report.add(Standing.FAILED, f"{subject}: and {failed - MOST} more claims")
    if confirmed == len(claims):
        text = f"{subject}: {confirmed} obligations{made.how}, each unsat by "
        text += " and ".join(made.solvers)
        if made.rest:
            text += f"; {made.rest} more hold by their shape, or because of these"
        report.add(Standing.VERIFIED, text)
    return confirmed == len(claims)


def _said(said: Mapping[str, tuple[str, str]]) -> str:
    texts = []
    for solver, (answer, reason) in said.items():
        note = f" ({reason})" if reason and answer == "unknown" else ""
        texts.append(f"{solver} says {answer}{note}")
    return ", ".join(texts)
