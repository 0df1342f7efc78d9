"""What provers write comes back from its text: the same formula, the same values."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pytest

from frontend.formulas.alpha_equivalence import alike
from frontend.formulas.building import forall, implication
from frontend.load import load
from frontend.model import (
    BOOL,
    At,
    Bound,
    Constant,
    Expression,
    Model,
    Not,
    ReferenceType,
    WaitCycle,
)
from frontend.notation.reading import Reader
from frontend.notation.writing import Writer, formula_text
from frontend.source.reading import read
from frontend.source.spans import Source
from proofs.interpreter.evaluate import Scope, Undefined, Unset, evaluate
from proofs.interpreter.instance import Instance
from tests.support.frontend.formula_texts import read_formula, read_formulas
from tests.support.frontend.hard_names import HARD, C, hard_model, stated
from tests.support.verifier.preconditions import weakest_precondition
from tests.support.verifier.random_models import Maker
from tests.support.verifier.random_states import random_state
from verifier.analysis.lock_facts import lock_lemmas, without_cycle
from verifier.every_size.obligations.universe import Beyond

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def hard() -> Model:
    return hard_model()


def spec(name: str, variant: str) -> Model:
    models = load(read(str(ROOT / "spec" / name))).models
    return next(model for model in models if model.variant == variant)


CASES = [
    (name, model.variant)
    for name in ("free_path.alloc", "pcp_free_path.alloc")
    for model in load(read(str(ROOT / "spec" / name))).models
]


def lemmas(model: Model) -> list[Expression]:
    """What a proof of the model's properties may contain."""
    found = [*stated(model), *lock_lemmas(model)]
    for formula in stated(model):
        for thread in model.threads:
            one = Bound(f"{thread.sort}!in", ReferenceType(thread.sort, optional=False))
            for step in thread.steps:
                try:
                    before = weakest_precondition(model, step, formula, thread=one)
                except Beyond:
                    continue
                found.append(forall((one,), implication(At(one, frozenset({step.source})), before)))
    claims = (item.operand for item in stated(model) if isinstance(item, Not))
    found.extend(without_cycle(model, item) for item in claims if isinstance(item, WaitCycle))
    return found


@pytest.mark.parametrize(("name", "variant"), CASES)
def test_lemmas_of_the_kernel_specifications_come_back(name: str, variant: str) -> None:
    model = spec(name, variant)
    reader, writer = Reader(model), Writer(model)
    found = lemmas(model)
    assert len(found) > 50
    for formula in found[::3]:
        text = writer.text(formula)
        again = reader.read(text)
        assert alike(again, writer.normalizer.of(formula))
        assert writer.text(again) == text


def test_lemmas_of_a_model_with_every_construct_come_back(hard: Model) -> None:
    reader = Reader(hard)
    found = lemmas(hard)
    assert any(isinstance(part, Not) for part in found), "lock_cycle is among them"
    texts = [reader.text(formula) for formula in found]
    assert [formula_text(hard, item) for item in read_formulas(hard, texts[::9])] == texts[::9]
    assert len(texts) > 100


def test_reading_is_fast() -> None:
    model = spec("free_path.alloc", "v4")
    longest = max((formula_text(model, item) for item in lemmas(model)), key=len)
    texts = [longest] * (100_000 // len(longest))
    start = time.process_time()
    read_formulas(model, texts)
    assert time.process_time() - start < 3, "a third of a second, on a machine that is not busy"


@pytest.mark.parametrize(("name", "variant"), [CASES[-1], ("free_path.alloc", "v4")])
def test_printed_lemmas_can_be_pasted_into_the_specification(name: str, variant: str) -> None:
    model = spec(name, variant)
    source = (ROOT / "spec" / name).read_text(encoding="utf-8")
    texts = [formula_text(model, item) for item in lock_lemmas(model)]
    source += "".join(f"\nlemma pasted_{n}: {text};" for n, text in enumerate(texts))
    models = load(Source("pasted.alloc", source), only=[variant]).models
    for n, text in enumerate(texts):
        pasted = models[0].property(f"pasted_{n}").expression
        assert pasted is not None
        assert formula_text(model, pasted) == text


def test_an_author_names_places_and_locals_as_the_tool_does(hard: Model) -> None:
    places = hard.thread("cpu").locations
    number = next(place.number for place in places if place.name == "outer/work.done")
    texts = ("c at outer.work.done", "c.k.2 == 2", "boss.p.flag")
    lemmas_ = "".join(f"\nlemma it{n}: forall cpu c: {text};" for n, text in enumerate(texts))
    (model,) = load(Source("s.alloc", HARD + lemmas_)).models
    assert model.property("it0").expression == forall((C,), At(C, frozenset({number})))
    text = formula_text(model, stated(model)[1])
    assert text.endswith("&& c.k.2 == 2"), "behind where it has a value"
    assert stated(model)[2] != forall((C,), Constant(True, BOOL))


def test_definedness_is_not_added_a_second_time() -> None:
    text = "forall page p: p.next.flag"
    (declared,) = load(Source("s.alloc", f"{HARD}\nlemma it: {text};")).models
    once = declared.property("it").expression
    assert once is not None
    written = formula_text(declared, once)
    assert written == "forall page p: p.next != none && p.next.flag"
    assert formula_text(declared, read_formula(declared, written)) == written
    assert formula_text(declared, read_formula(declared, text)) == text


# --- random formulas ---------------------------------------------------------------------------


def value(formula: Expression, scope: Scope) -> object:
    """What a formula is worth; where it has no value, that."""
    try:
        return evaluate(formula, scope)
    except (Undefined, Unset):
        return None


@pytest.mark.parametrize("start", range(0, 80, 20))
def test_random_formulas_come_back_with_the_same_values(start: int) -> None:
    told = 0
    for seed in range(start, start + 20):
        maker = Maker(seed)
        try:
            model = maker.model()
            formulas = [*stated(model), *(maker.closed(5) for _ in range(15))]
        except LookupError:
            continue
        random = Random(seed)
        instance = Instance(model, {"cpu": 2, "task": 1, "page": 2})
        states = [random_state(instance, random) for _ in range(6)]
        reader = Reader(model)
        for formula in formulas:
            text = reader.text(formula)
            again = reader.read(text)
            assert formula_text(model, again) == text
            for state in states:
                scope = Scope.of(instance, state)
                before = value(formula, scope)
                if before is not None:
                    assert value(again, scope) is before
                    told += 1
    assert told > 100
