"""Why what is proved of a variant holds, in a few lines: the scope of the proofs, their lemmas."""

from __future__ import annotations

from collections.abc import Iterator

from proofs.answers.verdict import Proved, Reached
from proofs.render.names import plural
from verifier.patch.compare.comparison import Comparison, Need
from verifier.protocol.bounds import describe
from verifier.protocol.results import PropertyReport
from verifier.report.text_blocks import Line, Style
from verifier.verify.spec_report import SpecReport, VariantReport


def why_it_holds(report: SpecReport, variant: VariantReport) -> Iterator[Line]:
    """What is proved of a variant, by how it is proved."""
    name = variant.model.variant
    proved = [item for item in variant.settled if isinstance(item.status, Proved | Reached)]
    if not proved:
        return
    whole = len(proved) == len(variant.settled) and not variant.vacuous
    heading = f"Why {name} holds" if whole else f"What is proved of {name}, and how"
    yield Line(heading, Style.HEADING)
    groups: dict[str, list[str]] = {}
    with_lemmas = [item for item in proved if _lemmas(item)]
    count = len({lemma for item in with_lemmas for lemma in _lemmas(item)})
    for item in proved:
        groups.setdefault(_way(item, count), []).append(item.name)
    for way, names in groups.items():
        yield Line(f"{', '.join(names)}: {way}", indent=2)
    if with_lemmas:
        command = f"buddyproof verify {report.path} --variant {name}"
        yield Line(f"`{command}` prints the lemmas", Style.DIM, 2)
    reasons: dict[str, list[str]] = {}
    for item in proved:
        if item.attempt is not None and item.trace is None:
            reasons.setdefault(item.attempt.reason, []).append(item.name)
    for reason, names in reasons.items():
        yield Line(f"{', '.join(names)}: not proved at every size ({reason})", indent=2)
    yield Line()


def proved_by(comparison: Comparison) -> tuple[str, ...]:
    """What proved that flags are not needed, but for proofs of the two variants themselves."""
    necessity, report = comparison.necessity, comparison.report
    found: dict[str, None] = {}
    for dropped in (*necessity.single, *necessity.joint):
        if dropped.need is not Need.NOT_NEEDED or dropped.report in report.variants:
            continue
        for item in dropped.claims:
            if item.every_size is not None:
                found["lemmas at every size"] = None
            elif isinstance(item.status, Proved | Reached):
                found[item.status.certificate.engine] = None
    return tuple(found)


def _lemmas(item: PropertyReport) -> tuple[str, ...]:
    return item.every_size.lemmas if item.every_size is not None else ()


def _way(item: PropertyReport, lemmas: int) -> str:
    """How one property is proved.

    Args:
        lemmas: how many there are for all properties of the variant together.
    """
    proof = item.every_size
    if proof is not None:
        if proof.lemmas:
            return f"proved for all sizes, from {plural(lemmas, 'lemma')} that every step keeps"
        return "proved for all sizes: kept by every step, with who holds which lock where"
    if item.trace is not None:
        how = "in" if item.shortest else "within"
        return f"reached {how} {plural(len(item.trace.steps), 'step')} at {describe(item.bounds)}"
    match item.status:
        case Proved(certificate=found):
            return f"proved at {describe(found.bounds)}: {found.engine}, {found.method}"
        case _:
            raise AssertionError(item.name)  # only what is proved comes here
