from __future__ import annotations

import pytest

from frontend.load import load
from frontend.model import Model
from frontend.source import Source
from tests.verifier.inductive import failures
from verifier.unbounded.locks import holdings, lock_lemmas
from verifier.unbounded.obligations import AllSizes
from verifier.unbounded.sections import section_lemmas
from verifier.unbounded.universe import Beyond


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
    thread = model.threads[0]
    inside = {place for place, known in holdings(model, thread).items() if known.surely}
    counted = model.property("counted").expression
    assert counted is not None
    found = [counted, *section_lemmas(model, thread, inside, counted), *lock_lemmas(model)]
    return tuple(failures(AllSizes(model), found, found))


def test_the_rest_of_a_section_completes_an_invariant() -> None:
    assert lemmas(spec("p.free = true; zone.number++;")) == ()


def test_a_section_that_breaks_the_invariant_is_not_completed() -> None:
    assert lemmas(spec("p.free = true; zone.number--;")) != ()


def test_a_loop_inside_a_section_is_beyond() -> None:
    model = spec("while (zone.number > 0) { zone.number--; }")
    with pytest.raises(Beyond):
        lemmas(model)
