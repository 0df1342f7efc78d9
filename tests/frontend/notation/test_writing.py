"""Model expressions as text."""

from __future__ import annotations

import pytest

from frontend.formulas.building import disjunction, exists, forall, implication, negation
from frontend.load import load
from frontend.model import (
    BOOL,
    At,
    Binary,
    Bound,
    Constant,
    Expression,
    Held,
    Model,
    Object,
    Operator,
    Read,
    ReferenceType,
)
from frontend.notation.constants import index_text
from frontend.notation.writing import formula_text
from frontend.source.spans import Source

TEXT = """
spec s;
enum colour { RED, GREEN }
struct page { bool free = true; colour list = RED; page? next = none; bool seen[colour] = false; }
single zone { spinlock lock; nat free = 0; }
thread cpu {
	page p;
	loop {
		p = any(page);
		take(p);
	}
}
proc take(page p) {
	spin_lock(zone.lock);
	p.free = false;
last:
	spin_unlock(zone.lock);
}
"""

PROPERTIES = (
    "!held(zone.lock) => zone.free == count(page p: p.free && p.list != GREEN)",
    "forall page p: p.free => (exists page q: q.free && q != p)",
    "forall page p: p.free || p.list == GREEN => p.next == none",
    "forall page p, page q: p.free && q.free => p == q || p.list == q.list",
    "forall cpu c: c at take.last => held_by(zone.lock, c) && !c.take.p.free",
    "forall cpu c: c in take => c.p == c.take.p",
    "forall page p: !p.seen[RED]",
    "zone.free - (zone.free - 1) * 2 < 3",
    "(zone.free > 1 => zone.free > 2) => zone.free > 3",
    "forall page p: p.free ? p.list == RED : p.next != none",
)


def model_of(formula: str = "true") -> Model:
    (model,) = load(Source("s.alloc", f"{TEXT}invariant it: {formula};\n")).models
    return model


def stated(model: Model) -> Expression:
    expression = model.property("it").expression
    assert expression is not None
    return expression


@pytest.mark.parametrize("formula", PROPERTIES)
def test_the_text_of_a_property_means_the_property(formula: str) -> None:
    model = model_of(formula)
    text = formula_text(model, stated(model))
    again = model_of(text)
    assert formula_text(again, stated(again)) == text


@pytest.mark.parametrize("formula", [text for text in PROPERTIES[:8] if "take.p.free" not in text])
def test_plain_properties_are_printed_as_they_were_written(formula: str) -> None:
    model = model_of(formula)
    assert formula_text(model, stated(model)) == formula


PAGE = ReferenceType("page", optional=False)
CPU = ReferenceType("cpu", optional=False)


def field(name: str, thing: Bound) -> Read:
    return Read(f"page.{name}", (thing,), BOOL)


def test_a_clause_reads_as_an_implication() -> None:
    one = Bound("x~page", PAGE)
    clause = disjunction((negation(field("free", one)), field("seen", one)))
    text = formula_text(model_of(), forall((one,), clause))
    assert text == "forall page p: p.free => p.seen"


def test_a_clause_of_denials_denies_the_last() -> None:
    one = Bound("x~page", PAGE)
    clause = disjunction((negation(field("free", one)), negation(field("seen", one))))
    text = formula_text(model_of(), forall((one,), clause))
    assert text == "forall page p: p.free => !p.seen"


def test_the_other_of_two_members_is_named() -> None:
    model = model_of()
    one = Bound("x~page", PAGE)
    kind = model.enums[0]
    equal = Binary(Operator.EQ, Read("page.list", (one,), kind), Constant("RED", kind), BOOL)
    assert formula_text(model, forall((one,), negation(equal))) == "forall page p: p.list == GREEN"


def test_a_place_without_label_is_named_by_its_location() -> None:
    model = model_of()
    one = Bound("cpu!in", CPU)
    places = model.thread("cpu").locations
    number = next(place.number for place in places if place.name == "take.2")
    lock = Read("zone.lock", (), model.variable("zone.lock").type)
    formula = forall((one,), implication(At(one, frozenset({number})), Held(lock)))
    assert formula_text(model, formula) == "forall cpu c: c at take.2 => held(zone.lock)"


def test_names_of_nested_binders_differ() -> None:
    one, other = Bound("x~page", PAGE), Bound("y~page", PAGE)
    same = Binary(Operator.EQ, one, other, BOOL)
    text = formula_text(model_of(), forall((one,), exists((other,), same)))
    assert text == "forall page p: exists page y: p == y"


def test_an_index_is_written_as_in_specifications() -> None:
    assert index_text(()) == ""
    assert index_text((Object("cpu", 1), True, 3, "RED", None)) == "[cpu1, true, 3, RED, none]"
