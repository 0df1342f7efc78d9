"""A comparison in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from frontend.model import Property, PropertyKind
from frontend.source.spans import Source
from proofs.render.names import plural
from verifier.patch.compare.comparison import Comparison, Dropped, Failure, Need
from verifier.protocol.exits import Exit
from verifier.report.summary import INTERNAL_ERROR
from verifier.report.summary import last_line as verdicts_line
from verifier.report.text_report import no_such_system
from verifier.verify.spec_report import exit_of

ERRORS = 2
"""So many of the mistakes that keep a flag from being dropped are told."""

MANY = 4
"""So many properties are named at most where the same is said of all."""


def listed(names: Sequence[str], word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f" {word} ".join(text for text in (", ".join(names[:-1]), *names[-1:]) if text)


def some(names: Sequence[str]) -> str:
    """The same, and only how many others there are where there are many."""
    if len(names) <= MANY:
        return listed(names)
    return listed([*names[: MANY - 1], f"{len(names) - MANY + 1} more"])


def title(failure: Failure) -> str:
    """The property's name; a lemma is said to be one."""
    lemma = failure.property.kind is PropertyKind.LEMMA
    return f"lemma {failure.property.name}" if lemma else failure.property.name


def fails(failure: Failure) -> str:
    """`isolation fails, in 10 steps`."""
    if failure.trace is None:
        return f"{title(failure)} is never reached"
    words = failure.length.words if failure.length is not None else ""
    comma = "," if failure.trace.steps else ""
    return f"{title(failure)} fails{comma} {words}"


def holds(item: Property) -> str:
    """What fails on the other side does here: it `holds`, or `is reached`."""
    return "is reached" if item.kind is PropertyKind.REACHABLE else "holds"


def hold(failures: Sequence[Failure]) -> str:
    """`isolation and accounting hold, drained is reached`: what fails on the other side."""
    reached = [item for item in failures if item.property.kind is PropertyKind.REACHABLE]
    others = [item for item in failures if item not in reached]
    parts = []
    if others:
        verb = "holds" if len(others) == 1 else "hold"
        parts.append(f"{listed([title(item) for item in others])} {verb}")
    if reached:
        verb = "is" if len(reached) == 1 else "are"
        parts.append(f"{listed([title(item) for item in reached])} {verb} reached")
    return ", ".join(parts)


def why_undecided(item: Dropped) -> Iterator[str]:
    """What is not known without some flags, by reason."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in item.open:
        by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        about = some([name for name in names if name])
        yield f"{about}: {reason}" if about else reason


def why_not_droppable(item: Dropped, source: Source) -> Iterator[str]:
    """`E102: nothing is called x (line 12)`, or which assumptions cannot hold."""
    for error in item.errors[:ERRORS]:
        line = source.position(error.span.start)[0]
        yield f"{error.code}: {error.message} (line {line})"
    if len(item.errors) > ERRORS:
        yield f"and {plural(len(item.errors) - ERRORS, 'more mistake')}"
    report = item.report
    if report is not None and report.no_system is not None:
        yield no_such_system(report.model, report.no_system)


def undecided(comparison: Comparison) -> Iterator[str]:
    """One line for each set of flags of which it is not known whether anything needs it."""
    necessity = comparison.necessity
    for item in (*necessity.single, *necessity.joint):
        if item.need is Need.UNDECIDED:
            reasons = "; ".join(why_undecided(item))
            yield f"{comparison.report.name}, {item.title}: undecided ({reasons})"


WORDS = {
    Need.BREAKS: "breaking a property",
    Need.NEEDED: "needed",
    Need.NOT_NEEDED: "not needed by any property",
    Need.UNDECIDED: "undecided",
    Need.NOT_DROPPABLE: "not to be dropped alone",
    Need.NOTHING_TO_COMPARE: "with nothing to compare",
}


def flags_line(comparison: Comparison) -> str:
    """What the flags are for, in a line: `3 patch flags: each needed`; "" where none is added."""
    single = comparison.necessity.single
    counts = [(need, sum(item.need is need for item in single)) for need in Need]
    present = [(need, count) for need, count in counts if count]
    head = plural(len(single), "patch flag")
    match present:
        case []:
            return ""
        case [(need, 1)]:
            return f"{head}: {WORDS[need]}"
        case [(need, _)]:
            return f"{head}: each {WORDS[need]}"
        case _:
            return f"{head}: {', '.join(f'{count} {WORDS[need]}' for need, count in present)}"


def last_line(comparison: Comparison) -> str:
    """The verdict of the whole, in a line."""
    verdicts = verdicts_line([comparison.report])
    if comparison.status is exit_of(comparison.report):
        return verdicts
    if comparison.status is Exit.INTERNAL:
        return INTERNAL_ERROR
    return f"inconclusive: what patch flags are for; {verdicts}"
