from __future__ import annotations

from pathlib import Path

import pytest

from frontend.load import load
from frontend.model import Model, PropertyKind
from frontend.source.spans import Source
from tests.support.verifier.free_path_lemmas import with_lemmas
from tests.support.verifier.inductive import failures, stated, unsafe
from verifier.analysis.lock_facts import lock_lemmas
from verifier.every_size.obligations.verification_conditions import Holds, VerificationConditions

REFUTED = Path(__file__).parents[2] / "corpus" / "refuted"
INVARIANT, LEMMA = PropertyKind.INVARIANT, PropertyKind.LEMMA


def models(path: Path) -> tuple[Model, ...]:
    return load(Source(path.name, path.read_text(encoding="utf-8"))).models


@pytest.mark.parametrize("name", ["no_stranded_page", "accounting"])
def test_what_v3_violates_is_not_proved(name: str) -> None:
    model = with_lemmas("v3")
    prover = VerificationConditions(model)
    violated = model.property(name).expression
    assert violated is not None
    lemmas = [*stated(model, LEMMA).values(), *lock_lemmas(model), violated]
    assert next(failures(prover, lemmas, lemmas), None) is not None
    assert next(failures(prover, [violated], [violated]), None) is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("zone.nr_free_pages++;             /*", "zone.nr_free_pages--;             /*"),
        ("|| (recheck_cached && mt == ISOLATE)", ""),
        ("goto skip_counting;", "goto done;"),
        ("p.PageBuddy = false;", "p.PageBuddy = true;"),
        ("q.block == b && q.PageBuddy)", "q.PageBuddy)"),
        ("move_freepages_block(b, ISOLATE);", "move_freepages_block(b, MOVABLE);"),
        ("any(pageblock q: !q.claimed)", "any(pageblock q: true)"),
        ("p = any(page q: q.in_use);", "p = any(page q: true);"),
    ],
)
def test_a_mutation_of_v4_is_not_proved(old: str, new: str) -> None:
    model = with_lemmas("v4", ((old, new),))
    prover = VerificationConditions(model)
    proved = [*stated(model, INVARIANT, LEMMA).values(), *lock_lemmas(model)]
    assert next(failures(prover, proved, proved), None) is not None


@pytest.mark.parametrize("path", sorted(REFUTED.glob("*.alloc")), ids=lambda path: str(path.stem))
def test_no_violated_property_of_the_corpus_is_proved(path: Path) -> None:
    for model in models(path):
        prover = VerificationConditions(model)
        true = [
            formula
            for name, formula in stated(model, INVARIANT, LEMMA).items()
            if name not in model.violates
        ]
        true += lock_lemmas(model)
        for name in sorted(model.violates):
            item = model.property(name)
            match item.kind:
                case PropertyKind.INVARIANT | PropertyKind.LEMMA:
                    assert item.expression is not None
                    for others in (true, []):
                        together = [*others, item.expression]
                        assert next(failures(prover, together, [item.expression]), None), name
                    assert not isinstance(prover.safety(true, item.expression), Holds), name
                case PropertyKind.ASSERT | PropertyKind.FAULT:
                    assert next(unsafe(prover, true, name), None), name
                case PropertyKind.REACHABLE:
                    pass
