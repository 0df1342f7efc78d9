"""What the verdicts of a specification rest on: sizes, engines, assumptions, what is left out."""

from __future__ import annotations

from frontend.model import Model
from proofs.answers.verdict import Certificate, NoSystem, Proved, Unreachable, Violated
from verifier.protocol.bounds import describe, describe_asked
from verifier.protocol.engine_names import EXPLORE
from verifier.report.text_every_size import instances_text, proofs
from verifier.verify.spec_report import MEMORY_MODEL, SpecReport, VariantReport, first_faults

MOST_SIZES = 8
"""How many sizes without a system are named."""

MOST_DOUBTS = 4
"""How many proofs are named that no second opinion confirmed."""


def sizes_of(report: SpecReport) -> str:
    """The asked sizes, of each variant where they differ; "" when nothing was asked."""
    sizes = {
        variant.model.variant: describe_asked(variant.asked)
        for variant in report.variants
        if variant.error is None
    }
    if len(set(sizes.values())) <= 1:
        return next(iter(sizes.values()), "")
    return "; ".join(f"{name}: {text}" for name, text in sizes.items())


def rests_on(report: SpecReport) -> list[tuple[str, str]]:
    """Pairs of a label and a sentence; none where there is no verdict."""
    variants = [variant for variant in report.variants if variant.settled]
    if not variants:
        return []
    everywhere = [proof for item in variants for proof in proofs(item.settled).values()]
    others = "`proved for all`: every size" if everywhere else "other sizes were not checked"
    found = [("sizes", f"{sizes_of(report)}; {others}")]
    found.extend(_missing(variants))
    if everywhere:
        explored = instances_text(everywhere)
        text = f"lemmas found at {explored}" if explored else "lemmas"
        found.append(("every size", f"{text}; z3 shows that each single step keeps them"))
    found.extend(_proofs(variants))
    found.extend(_second_opinions(variants))
    refuted = (Violated, Unreachable)
    if any(isinstance(item.status, refuted) for variant in variants for item in variant.settled):
        found.append(("violations", "each replayed step by step by an independent interpreter"))
    found.append(("memory", MEMORY_MODEL))
    found.extend(_coverage(variants))
    found.extend(_unlocked(variants))
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


def contradiction(model: Model, empty: NoSystem) -> str:
    """`assume pairs (line 4) cannot hold there`."""
    lines = {
        item.name: model.source.position(item.span.start)[0]
        for item in model.assumptions
        if item.name in empty.names
    }
    names = ", ".join(
        f"{name} (line {lines[name]})" if name in lines else name for name in empty.names
    )
    together = "cannot hold there" if len(empty.names) == 1 else "cannot hold there together"
    return f"assume {names or 'the constants'} {together}"


def _missing(variants: list[VariantReport]) -> list[tuple[str, str]]:
    """The asked sizes of which nothing is said, since they have no system."""
    said = []
    for variant in variants:
        by_reason: dict[str, list[str]] = {}
        for empty in variant.missing:
            reason = contradiction(variant.model, empty)
            by_reason.setdefault(reason, []).append(describe(empty.bounds))
        for reason, sizes in by_reason.items():
            left = len(sizes) - MOST_SIZES
            more = f", and {left} more" if left > 0 else ""
            listed = " or ".join(f"with {text}" for text in sizes[:MOST_SIZES])
            said.append((variant, f"none {listed}{more}: {reason}; nothing is said of that"))
        if variant.unsure:
            said.append((variant, "not known whether there is one of each of the asked sizes"))
    return _by_text("no system", said, len(variants))


def _proofs(variants: list[VariantReport]) -> list[tuple[str, str]]:
    """By what the proofs were made; variants that agree share a line."""
    said = []
    for variant in variants:
        certificates = [
            item.status.certificate for item in variant.settled if isinstance(item.status, Proved)
        ]
        if certificates:
            said.append((variant, _methods(certificates)))
    return _by_text("proofs", said, 0)


def _coverage(variants: list[VariantReport]) -> list[tuple[str, str]]:
    """What never happens, and what may be vacuous."""
    from verifier.inspection.vacuity.sentences import coverage, distant, partly, unsure

    said = []
    for variant in variants:
        if variant.inspection is not None and variant.vacuity is None:
            said.append((variant, "not looked at: the time was up"))
        if variant.vacuity is not None:
            said.append((variant, coverage(variant.model, variant.vacuity)))
            said += [
                (variant, unsure(item)) for item in variant.vacuity.vacuous if not item.certain
            ]
            said += [(variant, partly(item)) for item in variant.vacuity.partly]
            said += [(variant, distant(item)) for item in variant.vacuity.distant]
    return _by_text("coverage", said, len(variants))


def _unlocked(variants: list[VariantReport]) -> list[tuple[str, str]]:
    """Accesses without the lock that guards the variable elsewhere."""
    from verifier.inspection.lock_discipline.sentences import lines

    said = [(variant, text) for variant in variants for text in lines(variant.races)]
    return _by_text("unlocked", said, len(variants))


def _by_text(label: str, said: list[tuple[VariantReport, str]], of: int) -> list[tuple[str, str]]:
    """Sentences, each once, after the names of the variants that it is said of unless that is
    all of them."""
    texts: dict[str, list[str]] = {}
    for variant, text in said:
        texts.setdefault(text, []).append(variant.model.variant)
    found = [
        text if len(names) == of else f"{', '.join(names)}: {text}" for text, names in texts.items()
    ]
    return [("" if position else label, text) for position, text in enumerate(found)]


def _second_opinions(variants: list[VariantReport]) -> list[tuple[str, str]]:
    """What a second look at the proofs came to; a short sentence where all is well."""
    if all(variant.opinion is None for variant in variants):
        return [("not rechecked", "all proofs (--no-recheck)")]
    opinions = [(item.model.variant, item.opinion) for item in variants if item.opinion]
    doubts = [f"{name}: {text}" for name, found in opinions for text in found.doubts]
    skipped = [f"{name}: {text}" for name, found in opinions for text in found.skipped]
    found: list[tuple[str, str]] = []
    if any(item.confirmed for _, item in opinions):
        every = "the other proofs were" if doubts or skipped else "each proof was"
        text = "by an encoder or an interpreter that shares no code with the prover"
        found.append(("rechecked", f"{every} confirmed, {text}"))
    for label, texts in (("NOT CONFIRMED", doubts), ("not rechecked", skipped)):
        left = len(texts) - MOST_DOUBTS
        more = [f"and {left} more"] if left > 0 else []
        found += [(label, text) for text in (*texts[:MOST_DOUBTS], *more)]
    return found


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
