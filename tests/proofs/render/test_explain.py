from __future__ import annotations

import pytest

from frontend.model import INT, Bound, Expression, Not
from proofs.interpreter.evaluate import Scope
from proofs.interpreter.execute import initial_state
from proofs.interpreter.instance import Instance
from proofs.render.explain import explain
from tests.support.proofs.models import (
    PAGE,
    binary,
    count,
    exists,
    forall,
    literal,
    model,
    read,
    variable,
)
from tests.support.proofs.runs import PAGE0, PAGE1

A, B = variable("a", INT, initial=1), variable("b", INT, initial=2)
ORDER = variable("page.order", INT, PAGE, initial=0)
P = Bound("p", PAGE)
TRUE_A = binary("==", read(A), literal(1))
FALSE_B = binary("==", read(B), literal(1))


def facts(formula: Expression) -> list[str]:
    instance = Instance(model((A, B, ORDER), sorts=("page", "cpu")), {"page": 2, "cpu": 1})
    return explain(formula, Scope.of(instance, initial_state(instance, {}))).facts


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (binary("&&", TRUE_A, FALSE_B), ["b = 2"]),
        (binary("&&", FALSE_B, TRUE_A), ["b = 2"]),
        (binary("&&", TRUE_A, TRUE_A), ["a = 1"]),
        (binary("||", TRUE_A, FALSE_B), ["a = 1"]),
        (binary("||", FALSE_B, TRUE_A), ["a = 1"]),
        (binary("||", FALSE_B, Not(TRUE_A)), ["b = 2", "a = 1"]),
        (binary("=>", TRUE_A, FALSE_B), ["a = 1", "b = 2"]),
        (binary("=>", FALSE_B, TRUE_A), ["b = 2"]),
    ],
)
def test_only_the_sides_that_decide_are_told(formula: Expression, expected: list[str]) -> None:
    assert facts(formula) == expected


def test_the_first_binding_that_decides_is_the_witness() -> None:
    instance = Instance(model((A, ORDER), sorts=("page", "cpu")), {"page": 2, "cpu": 1})
    state = initial_state(instance, {})
    late = binary("==", P, literal(PAGE1, PAGE))
    scope = Scope.of(instance, state)
    both = binary("&&", late, binary("==", read(ORDER, P), literal(0)))
    found = explain(exists([P], both), scope)
    assert found.witness == {"p": PAGE1}
    assert found.facts == ["page1.order = 0"]
    assert explain(forall([P], late), scope).witness == {"p": PAGE0}
    assert explain(forall([P], literal(True)), scope).witness == {}


def test_counts_name_what_they_counted() -> None:
    none = count([P], binary(">", read(ORDER, P), literal(0)))
    every = count([P], literal(True))
    assert facts(binary("==", read(A), none)) == ["a = 1", "count = 0"]
    assert facts(binary("<", every, read(A))) == ["count = 2 (page0, page1)", "a = 1"]
