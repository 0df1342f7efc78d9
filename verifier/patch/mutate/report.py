"""What is said of a specification's mutants, as blocks of text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from frontend.source.spans import Source
from proofs.render.names import plural
from verifier.patch.mutate.baseline import Baseline
from verifier.patch.mutate.mutant import Mutant
from verifier.patch.mutate.outcome import COUNTED, Outcome, Reach, Verdict
from verifier.protocol.bounds import Asked, describe, describe_asked
from verifier.protocol.exits import Exit, of_signal, worst
from verifier.report.text_blocks import Block, Line, Style

STATUSES = {
    Verdict.SURVIVED: Exit.UNEXPECTED,
    Verdict.INCONCLUSIVE: Exit.INCONCLUSIVE,
    Verdict.OPEN: Exit.INCONCLUSIVE,
}
"""The exit status that a verdict calls for; of the others, none."""

MEANINGS = {
    Reach.FEWER: "it reaches fewer states: dead weight, or a `reachable` is missing",
    Reach.MORE: "it reaches more states: dead weight, or an invariant is missing",
    Reach.SAME: "it reaches the same states by other ways: dead weight, or a property is missing",
    Reach.OTHER: "it reaches other states: dead weight, or a property is missing",
}


@dataclass(frozen=True, slots=True)
class VariantMutants:
    """One variant.

    Args:
        name: the variant's.
        sizes: what was asked for.
        known: what holds of the original.
        mutants: in source order.
        outcomes: of each mutant, in the same order.
    """

    name: str
    sizes: Asked
    known: Baseline
    mutants: tuple[Mutant, ...]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class MutationReport:
    """One specification.

    Args:
        name: the specification's.
        path: as the user named it.
        sha256: of the file's bytes; None when they could not be read.
        source: its text.
        variants: those that were asked about, in order of declaration.
        interrupted: the number of the signal that ended the work; 0 where none did.
        stopped: why the time was up, or "".
    """

    name: str
    path: str
    sha256: str | None
    source: Source
    variants: tuple[VariantMutants, ...]
    interrupted: int = 0
    stopped: str = ""


def exit_of(report: MutationReport) -> Exit:
    """0: all mutants are killed or change nothing; 1: some survive; 3: of some it is not known."""
    found = [of_signal(report.interrupted)]
    for variant in report.variants:
        if variant.known.empty:
            found.append(Exit.WRONG_INPUT)
        elif not variant.known.held or variant.known.unknown:
            found.append(Exit.INCONCLUSIVE)
        found += [STATUSES[one.verdict] for one in variant.outcomes if one.verdict in STATUSES]
    return worst(found)


def blocks(report: MutationReport, *, quiet: bool) -> Iterator[Block]:
    """The report; `quiet` leaves out what is killed or changes nothing."""
    for variant in report.variants:
        yield from _variant(report, variant, quiet=quiet)
    status = exit_of(report)
    yield Line(last_line(report), Style.GOOD if status is Exit.OK else Style.BAD)


def _variant(report: MutationReport, variant: VariantMutants, *, quiet: bool) -> Iterator[Block]:
    yield Line(f"{report.name} {variant.name} ({report.path})", Style.HEADING)
    yield Line()
    yield from map(_indented, notes(variant))
    yield Line()
    if not quiet:
        yield from _list(report, variant, Verdict.KILLED, "Killed")
        yield from _list(report, variant, Verdict.EQUIVALENT, "Nothing changes")
    yield from _list(report, variant, Verdict.SURVIVED, "Survivors")
    yield from _list(report, variant, Verdict.INCONCLUSIVE, "Inconclusive")
    waiting = [one for one in variant.outcomes if one.verdict is Verdict.OPEN]
    if waiting:
        why = report.stopped or next((one.reason for one in waiting if one.reason), "stopped")
        yield Line(f"Not looked at ({why}): {plural(len(waiting), 'mutant')}", Style.UNSURE)
        yield Line()


def _indented(text: str) -> Line:
    return Line(text, indent=2)


def notes(variant: VariantMutants) -> Iterator[str]:
    """How many mutants there are, and which properties could notice."""
    known = variant.known
    if known.empty:
        yield f"no such system with {describe_asked(variant.sizes)}"
        return
    verdicts = Counter(one.verdict for one in variant.outcomes)
    counted = sum(verdicts[verdict] for verdict in COUNTED)
    yield (
        f"{plural(counted, 'mutant')} at {describe_asked(variant.sizes)}: "
        f"{verdicts[Verdict.KILLED]} killed, {verdicts[Verdict.EQUIVALENT]} change nothing, "
        f"{verdicts[Verdict.SURVIVED]} survive, {verdicts[Verdict.INCONCLUSIVE]} inconclusive"
    )
    rejected = Counter(one.reason for one in variant.outcomes if one.verdict is Verdict.REJECTED)
    codes = ", ".join(f"{code}: {count}" for code, count in sorted(rejected.items()))
    yield (
        f"not counted: {sum(rejected.values())} rejected by the front end"
        f"{f' ({codes})' if codes else ''}, {verdicts[Verdict.UNCHANGED]} the same model"
    )
    if known.violated:
        yield f"not asked, for they do not hold, or are never reached: {', '.join(known.violated)}"
    if known.unknown:
        yield f"not asked, for they are not settled: {', '.join(known.unknown)} ({known.reason})"
    if not known.held and not known.unknown:
        yield "no property holds: none could notice anything"


def _list(
    report: MutationReport, variant: VariantMutants, verdict: Verdict, title: str
) -> Iterator[Line]:
    chosen = [
        (mutant, outcome)
        for mutant, outcome in zip(variant.mutants, variant.outcomes, strict=True)
        if outcome.verdict is verdict
    ]
    if not chosen:
        return
    yield Line(f"{title}:", Style.HEADING)
    style = Style.BAD if verdict in STATUSES else Style.PLAIN
    for mutant, outcome in chosen:
        line = report.source.position(mutant.start)[0]
        yield Line(f"line {line}, {mutant.kind.value}:", style, indent=2)
        yield Line(f"- {mutant.before}", Style.DIM, indent=6)
        if mutant.after:
            yield Line(f"+ {mutant.after}", Style.DIM, indent=6)
        yield Line(verdict_text(variant, outcome), indent=4)
    yield Line()


def verdict_text(variant: VariantMutants, outcome: Outcome) -> str:
    """What became of a mutant, and what that means."""
    at = describe(outcome.bounds) if outcome.bounds is not None else ""
    match outcome.verdict:
        case Verdict.KILLED:
            return f"killed: {_broken(outcome)} ({at}){_torn(outcome)}"
        case Verdict.EQUIVALENT:
            return f"changes nothing that other threads see at {at}: dead weight there"
        case Verdict.SURVIVED:
            where = "for every size" if outcome.everywhere else f"at {_asked(variant)}"
            meaning = "dead weight, or a property is missing"
            if outcome.reach is not None:
                meaning = f"at {at} {MEANINGS[outcome.reach]}"
            return f"every property still holds {where}; {meaning}"
        case Verdict.INCONCLUSIVE:
            names = _open(variant.known, outcome.names)
            return f"not refuted within limits: {outcome.reason}{names}"
        case Verdict.REJECTED:
            return f"rejected by the front end ({outcome.reason})"
        case Verdict.UNCHANGED:
            return "the same model"
        case Verdict.OPEN:
            return "not looked at"


def _asked(variant: VariantMutants) -> str:
    return describe_asked(variant.sizes)


def _broken(outcome: Outcome) -> str:
    first, *others = outcome.names
    if outcome.steps is None:
        return f"no run reaches {', '.join(outcome.names)}"
    when = plural(outcome.steps, "step")
    text = f"{first} at the start" if outcome.steps == 0 else f"{first} in {when}"
    return f"{text}, and {', '.join(others)}" if others else text


def _torn(outcome: Outcome) -> str:
    return "; each statement is one step here, and some are torn" if outcome.torn else ""


def _open(known: Baseline, names: Sequence[str]) -> str:
    if not names or set(names) == set(known.held):
        return ""
    return f"; open: {', '.join(names)}"


def last_line(report: MutationReport) -> str:
    """The verdict of the whole."""
    if any(variant.known.empty for variant in report.variants):
        return "no such system"
    verdicts = Counter(_verdicts(report.variants))
    counted = sum(verdicts[verdict] for verdict in COUNTED)
    survivors = verdicts[Verdict.SURVIVED]
    unsure = verdicts[Verdict.INCONCLUSIVE] + verdicts[Verdict.OPEN]
    parts = [f"{verdicts[Verdict.KILLED]} of {plural(counted, 'mutant')} killed"]
    if verdicts[Verdict.EQUIVALENT]:
        parts.append(f"{verdicts[Verdict.EQUIVALENT]} change nothing")
    if survivors:
        parts.append(f"{survivors} {'survives' if survivors == 1 else 'survive'}")
    if unsure:
        parts.append(f"{unsure} not settled")
    return ", ".join(parts)


def _verdicts(variants: Iterable[VariantMutants]) -> Iterator[Verdict]:
    for variant in variants:
        for one in variant.outcomes:
            yield one.verdict
