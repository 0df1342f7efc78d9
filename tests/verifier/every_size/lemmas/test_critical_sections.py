from __future__ import annotations

from frontend.load import load
from frontend.model import Model
from frontend.source.spans import Source
from tests.support.verifier.inductive import failures
from verifier.analysis.lock_facts import lock_lemmas
from verifier.every_size.lemmas.critical_sections import sections
from verifier.every_size.lemmas.single_step_lemmas import middle
from verifier.every_size.obligations.verification_conditions import VerificationConditions


def spec(body: str) -> Model:
    (model,) = load(
        Source(
            "test.alloc",
            f"""spec section;
            struct page {{ bool free = false; }}
            single zone {{ spinlock lock; int number = 0; }}
            thread cpu {{ page p;
                spin_lock(zone.lock);
                p = any(page q: !q.free);
                {body}
                spin_unlock(zone.lock);
            }}
            invariant counted: !held(zone.lock) => zone.number == count(page q: q.free);""",
        )
    ).models
    return model


def lemmas(model: Model) -> tuple[object, ...]:
    counted = model.property("counted").expression
    assert counted is not None
    rest = middle(model, sections(model), counted, 0, always=False)
    found = [counted, *(item.formula for item in rest), *lock_lemmas(model)]
    return tuple(failures(VerificationConditions(model), found, found))


def test_the_rest_of_a_section_completes_an_invariant() -> None:
    assert lemmas(spec("p.free = true; zone.number++;")) == ()


def test_a_section_that_breaks_the_invariant_is_not_completed() -> None:
    assert lemmas(spec("p.free = true; zone.number--;")) != ()


def test_a_loop_inside_a_section_is_cut() -> None:
    plain = sections(spec("p.free = true; zone.number++;"))
    cut = sections(spec("while (zone.number > 0) { zone.number--; }"))
    assert not plain.inner["cpu"]
    assert cut.inner["cpu"]
