"""What the verdicts of a specification rest on: sizes, engines, assumptions, what is left out."""

from __future__ import annotations

from proofs.verdict import Certificate, Proved, Refuted
from verifier.bounds import describe_asked
from verifier.report import MEMORY_MODEL, SpecReport, VariantReport, first_faults
from verifier.text_all_sizes import instances_text
from verifier.tools import EXPLORE


def sizes_of(report: SpecReport) -> str:
    """The asked sizes, of each variant where they differ; "" when nothing was asked."""
    sizes = {
        variant.model.variant: describe_asked(variant.settlement.asked)
        for variant in report.variants
        if variant.settlement is not None
    }
    if len(set(sizes.values())) <= 1:
        return next(iter(sizes.values()), "")
    return "; ".join(f"{name}: {text}" for name, text in sizes.items())


def rests_on(report: SpecReport) -> list[tuple[str, str]]:
    """Pairs of a label and a sentence; none where there is no verdict."""
    variants = [variant for variant in report.variants if variant.settled]
    if not variants:
        return []
    answers = [item.for_all for variant in variants for item in variant.settled if item.for_all]
    everywhere = [answer for answer in answers if answer.proved]
    others = "`proved for all`: every size" if everywhere else "nothing is said of others"
    found = [("sizes", f"{sizes_of(report)}; {others}")]
    if everywhere:
        explored = instances_text(everywhere)
        text = f"lemmas found at {explored}" if explored else "lemmas"
        found.append(("every size", f"{text}; z3 shows that each single step keeps them"))
    found.extend(_proofs(variants))
    if any(isinstance(item.verdict, Refuted) for variant in variants for item in variant.settled):
        found.append(("violations", "each replayed step by step, by an interpreter of its own"))
    found.append(("memory", MEMORY_MODEL))
    for variant in variants:
        if faults := first_faults(variant):
            text = (
                f"{variant.model.variant}: runs end at the first violation of {', '.join(faults)}"
            )
            found.append(("faults", f"{text}; all else speaks of runs up to it"))
    assumptions = {
        item.name: variant.model.source.position(item.span.start)[0]
        for variant in variants
        for item in variant.model.assumptions
    }
    if assumptions:
        names = ", ".join(f"{name} (line {line})" for name, line in assumptions.items())
        found.append(("assumptions", names))
    left_out = dict.fromkeys(text for item in variants for text in item.model.not_modelled)
    if left_out:
        found.append(("not modelled", "; ".join(left_out)))
    return found


def _proofs(variants: list[VariantReport]) -> list[tuple[str, str]]:
    """By what the proofs were made; variants that agree share a line."""
    texts: dict[str, list[str]] = {}
    for variant in variants:
        certificates = [
            item.verdict.certificate
            for item in variant.settled
            if isinstance(item.verdict, Proved) and item.verdict.witness is None
        ]
        if certificates:
            texts.setdefault(_methods(certificates), []).append(variant.model.variant)
    lines = [f"{', '.join(names)}: {text}" for text, names in texts.items()]
    return [("" if position else "proofs", line) for position, line in enumerate(lines)]


def _methods(certificates: list[Certificate]) -> str:
    explored = [item.states for item in certificates if item.engine == EXPLORE and item.states]
    texts = []
    if explored:
        texts.append(f"{EXPLORE} visited every state, {max(explored)} at most in a slice")
    texts.extend(
        f"{item.engine}: {item.method}"
        for item in certificates
        if not (item.engine == EXPLORE and item.states)
    )
    return "; ".join(dict.fromkeys(texts))
