"""Canonical forms and initial states up to symmetry."""

from __future__ import annotations

from itertools import permutations, product
from random import Random

import pytest

from frontend.formulas.building import forall
from frontend.model import BOOL, TRUE, Assign, Bound, Constant, Model, Object, Read
from tests.support.proofs.models import free_path
from tests.support.verifier.building import Program, binary, invariant, model, reference, variable
from tests.support.verifier.random_models import random_model
from verifier.explicit.formulas import Formulas
from verifier.explicit.initial import solutions
from verifier.explicit.space import Space
from verifier.explicit.steps import State, Steps
from verifier.explicit.symmetry import Permutation, components, permuted
from verifier.explicit.vectors import Layout

PAGE = reference("page")


def space_of(whole: Model, bounds: dict[str, int]) -> Space:
    """The initial states only."""
    layout = Layout(whole, bounds)
    space = Space(layout, Steps(layout, Formulas(layout), {}, {}), symmetric=True)
    free = [sort for part in components(layout) for sort in part.sorts]
    for constants, state in solutions(layout, whole.assumptions, lambda: False, symmetric=free):
        space.start(constants, state)
    return space


def automorphisms(space: Space, constants: State) -> list[Permutation]:
    """By trying all permutations of all sorts."""
    layout = space.layout
    choices = [
        [(*images, -1) for images in permutations(range(size))] for size in layout.bounds.values()
    ]
    every = (
        Permutation(dict(zip(layout.bounds, images, strict=True))) for images in product(*choices)
    )
    return [item for item in every if permuted(layout, constants, item) == constants]


def test_eight_pages_in_pairs_start_in_as_many_ways_as_four_pairs_share_blocks() -> None:
    space = space_of(free_path(), {"cpu": 2, "page": 8, "pageblock": 4})
    assert len(space.states) == len(space.tables) == 5


def test_the_starts_without_symmetry_are_all_of_them() -> None:
    whole = free_path()
    layout = Layout(whole, {"cpu": 1, "page": 4, "pageblock": 2})
    starts = list(solutions(layout, whole.assumptions, lambda: False, symmetric=()))
    assert len(starts) == len(set(starts)) == 3 * 4


def test_every_arrangement_of_a_graph_is_started_once_up_to_symmetry() -> None:
    body = Program("cpu", 2)
    p, q = Bound("p", PAGE), Bound("q", PAGE)
    there, back = Read("near", (p, q), BOOL), Read("near", (q, p), BOOL)
    apart = Constant(False, BOOL)
    whole = model(
        [variable("near", BOOL, index=(PAGE, PAGE), constant=True)],
        [body],
        [invariant("any", TRUE)],
        sorts=["page"],
        assumptions=[
            ("undirected", forall((p, q), binary("==", there, back))),
            ("loopless", forall((p,), binary("==", Read("near", (p, p), BOOL), apart))),
        ],
    )
    graphs = [1, 2, 4, 11, 34]  # up to isomorphism, on 1, 2, ... vertices
    found = [len(space_of(whole, {"cpu": 1, "page": size}).tables) for size in range(1, 6)]
    assert found == graphs


@pytest.mark.parametrize("seed", [2, 7, 28, 36, 88, 99])
def test_equivalent_states_have_one_canonical_form_which_is_equivalent(seed: int) -> None:
    whole = random_model(seed)
    assert whole is not None, "this seed makes a model"
    space = space_of(whole, {"cpu": 2, "task": 2, "page": 3})
    for _ in range(3):
        space.advance(lambda: len(space.states) > 400)
    random = Random(seed)
    groups = [automorphisms(space, constants) for constants in space.tables]
    for state in random.sample(space.states, min(30, len(space.states))):
        group = [space.symmetry.action(item) for item in groups[state[0]]]
        orbit = {action(state) for action in group}
        assert len({space.canonical(item) for item in orbit}) == 1
        assert space.canonical(state) in orbit
        form, permutation = space.symmetry.canonical_by(state)
        assert form == space.canonical(state)
        assert space.symmetry.action(permutation)(state) == form
        assert space.symmetry.action(permutation.inverse())(form) == state


def test_objects_that_the_model_names_are_not_interchangeable() -> None:
    body = Program("cpu", 2)
    body.step(0, 1, Assign("page.seen", (Constant(Object("page", 0), PAGE),), TRUE))
    seen = variable("page.seen", BOOL, False, (PAGE,))
    whole = model([seen], [body], [invariant("any", TRUE)], sorts=["page"])
    assert [part.sorts for part in components(Layout(whole, {"cpu": 2, "page": 2}))] == [("cpu",)]
    assert components(Layout(whole, {"cpu": 1, "page": 2})) == []
