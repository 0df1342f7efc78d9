from __future__ import annotations

from itertools import islice, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontend.model import INT, Bound, Expression, IntType, Model, Object, ReferenceType, Value
from proofs.answers.trace import Point, State
from proofs.interpreter.constants import Unsettled, solutions
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.instance import Instance
from tests.support.proofs.models import (
    BUDDIES,
    PAGE,
    binary,
    conjoin,
    exists,
    forall,
    free_path,
    literal,
    model,
    read,
    variable,
)

NEXT = variable("page.next", PAGE, PAGE, constant=True)
RANK = variable("page.rank", IntType(0, 3), PAGE, constant=True)
HEAD = variable("head", ReferenceType("page", optional=True))
P, Q = Bound("p", PAGE), Bound("q", PAGE)


def pages(assumption: Expression) -> Model:
    return model((NEXT, RANK, HEAD), assumptions=(("a", assumption),), sorts=("page", "cpu"))


FORMULAS = (
    forall([P], binary("!=", read(NEXT, P), P)),
    forall([P, Q], binary("=>", binary("!=", P, Q), binary("!=", read(RANK, P), read(RANK, Q)))),
    forall([P], binary("<", read(RANK, P), binary("+", read(RANK, read(NEXT, P)), literal(2)))),
    forall([P], exists([Q], binary("==", read(NEXT, Q), P))),
    conjoin(
        binary("!=", read(HEAD), literal(None, HEAD.type)),
        binary("==", read(RANK, read(HEAD)), literal(2)),
        forall([P], binary("<=", read(RANK, P), literal(2))),
    ),
    binary(
        "=>",
        exists([P], binary("==", read(NEXT, P), P)),
        forall([Q], binary("==", read(NEXT, Q), Q)),
    ),
)


@settings(max_examples=40, deadline=None)
@given(st.sets(st.sampled_from(range(len(FORMULAS))), min_size=1, max_size=3))
def test_the_search_finds_a_solution_exactly_where_enumeration_does(chosen: set[int]) -> None:
    formula = conjoin(*(FORMULAS[number] for number in sorted(chosen)))
    instance = Instance(pages(formula), {"page": 2, "cpu": 1})
    points = [point for v in instance.model.variables for point in instance.points(v)]
    kinds = {v.name: instance.values(v.type) for v in instance.model.variables}
    expected = set()
    for choice in product(*(kinds[name] for name, _ in points)):
        values = dict(zip(points, choice, strict=True))
        if holds(formula, Scope.of(instance, State(values, {}))):
            expected.add(tuple(values.items()))
    found = list(solutions(instance, {}))
    assert bool(found) == bool(expected)
    for values in found:
        assert tuple((point, values[point]) for point in points) in expected


def test_pinned_values_stay() -> None:
    instance = Instance(pages(FORMULAS[0]), {"page": 3, "cpu": 1})
    pinned: dict[Point, Value] = {(NEXT.name, (Object("page", 1),)): Object("page", 2)}
    for values in solutions(instance, pinned):
        assert values[NEXT.name, (Object("page", 1),)] == Object("page", 2)


def test_the_first_solution_is_always_the_same() -> None:
    instance = Instance(pages(FORMULAS[1]), {"page": 4, "cpu": 1})
    first = [next(solutions(instance, {})) for _ in range(2)]
    assert first[0] == first[1]
    assert [first[0][RANK.name, (page,)] for page in instance.objects("page")] == [0, 1, 2, 3]


def test_pigeons_do_not_fit() -> None:
    instance = Instance(pages(FORMULAS[1]), {"page": 5, "cpu": 1})
    assert list(solutions(instance, {})) == []


@pytest.mark.parametrize("number", [3, 5])
def test_pages_in_pairs_are_even_in_number(number: int) -> None:
    instance = Instance(free_path(), {"page": number, "pageblock": 2, "cpu": 1})
    assert list(solutions(instance, {})) == []


def test_sixty_four_pages_are_paired_at_once() -> None:
    instance = Instance(free_path(), {"page": 64, "pageblock": 64, "cpu": 64})
    values = next(solutions(instance, {}, budget=10_000))
    assert holds(BUDDIES, Scope.of(instance, State(values, {})))


def test_different_numbers_for_many_pages_are_found_without_trying_all_pairs() -> None:
    number = variable("page.pfn", IntType(0, 63), PAGE, constant=True)
    unequal = binary("!=", read(number, P), read(number, Q))
    formula = forall([P, Q], binary("=>", binary("!=", P, Q), unequal))
    instance = Instance(
        model((number,), assumptions=(("a", formula),), sorts=("page", "cpu")),
        {"page": 40, "cpu": 1},
    )
    values = next(solutions(instance, {}, budget=2_000))
    assert len(set(values.values())) == 40


def test_what_the_search_gives_up_on_is_not_called_impossible() -> None:
    total = variable("total", INT)
    odd = binary("==", binary("*", read(total), literal(2)), literal(7))
    with pytest.raises(Unsettled, match="guessed"):
        list(solutions(Instance(model((total,), assumptions=(("odd", odd),)), {"cpu": 1}), {}))
    instance = Instance(free_path(), {"page": 33, "pageblock": 2, "cpu": 1})
    with pytest.raises(Unsettled, match="too many"):
        list(solutions(instance, {}, budget=1_000))


def test_a_number_that_an_assumption_mentions_is_tried_early() -> None:
    total = variable("total", IntType(0, 10**9))
    million = binary("==", read(total), literal(10**6))
    instance = Instance(model((total,), assumptions=(("million", million),)), {"cpu": 1})
    assert next(solutions(instance, {}, budget=1_000)) == {("total", ()): 10**6}


def test_points_that_no_assumption_mentions_get_their_first_value() -> None:
    instance = Instance(pages(literal(True)), {"page": 2, "cpu": 1})
    found = list(islice(solutions(instance, {}), 2))
    assert len(found) == 1
    assert found[0][HEAD.name, ()] is None
    assert found[0][RANK.name, (Object("page", 1),)] == 0
