"""The exhaustive search of the interpreter agrees with the engines, and refuses what it cannot
answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings

from frontend.load import load
from frontend.model import Model, PropertyKind
from frontend.source.spans import Source
from proofs.runs.exploration import Exhausted, GaveUp, Violation, exhaust, unclosed
from proofs.runs.replay import replay
from tests.differential.specs import specifications
from tests.support.verifier.naive import TooLarge, search
from verifier.analysis.slicing import influencing
from verifier.engines.explore import Explore
from verifier.protocol.task import Limits, Safe, Task, Unsafe

CORPUS = Path(__file__).parents[2] / "corpus"
FILES = sorted([*(CORPUS / "proved").glob("*.alloc"), *(CORPUS / "refuted").glob("*.alloc")])
SMALL = 400


def models(text: str) -> tuple[Model, ...]:
    return load(Source("example.alloc", text)).models


def sizes(model: Model) -> dict[str, int]:
    return {sort: high for sort, _, high in model.bounds}


def replayed(model: Model, answer: Violation) -> int:
    """The length of a run that a violation claims, executed again."""
    return len(replay(model, answer.run, answer.property).steps)


COUNTING = """spec counting;
int 0..2 n = 0;
int drift = 0;
bool seen = false;
const bool wide;
thread cpu {
	int 0..1 x;
	loop {
		x = any(int 0..1);
		atomic { await n < 2; n = n + 1; drift = drift + 1; }
		atomic { seen = drift > 100; n = 0; drift = drift + x; }
	}
}
invariant bounded: n <= 2;
invariant small: n < 2;
invariant drifts: drift >= 0;
invariant unseen: !seen;
reachable full: n == 2;
reachable over: n > 2;
bound cpu = 2;
"""


def counting() -> Model:
    (model,) = models(COUNTING)
    return model


KEPT = frozenset({"n", "cpu/x"})
BOUNDS = {"cpu": 2}


def test_a_slice_is_exhausted_where_the_whole_has_no_end() -> None:
    assert isinstance(exhaust(counting(), BOUNDS, ["bounded"], KEPT), Exhausted)
    answer = exhaust(counting(), BOUNDS, ["bounded"], limit=300)
    assert answer == GaveUp("state limit of 300", 300)


def test_what_is_reached_at_last_is_a_run_of_the_whole() -> None:
    model = counting()
    answer = exhaust(model, BOUNDS, ["bounded", "full", "over"], KEPT)
    assert isinstance(answer, Violation)
    assert answer.property == "full"
    assert replayed(model, answer) == search_depth(model, "full")


def search_depth(model: Model, name: str) -> int:
    found = explored(model, BOUNDS, name, 5_000)
    assert isinstance(found, Unsafe)
    return len(found.run.moves)


def explored(model: Model, bounds: Mapping[str, int], name: str, states: int) -> object:
    task = Task(model, bounds, (name,), Limits(states=states))
    return Explore().run(task, lambda _: None)[name]


def test_a_reachable_that_nothing_reaches_is_exhausted() -> None:
    assert isinstance(exhaust(counting(), BOUNDS, ["over"], KEPT), Exhausted)


@pytest.mark.parametrize(
    ("name", "kept", "why"),
    [
        ("drifts", {"n", "cpu/x"}, "the property drifts reads drift"),
        ("bounded", {"cpu/x"}, "the property bounded reads n"),
        ("unseen", {"n", "seen", "cpu/x"}, "writes what depends on drift"),
        ("drifts", {"n", "drift"}, "writes what depends on cpu.x"),
    ],
)
def test_a_slice_that_depends_on_more_is_refused(name: str, kept: set[str], why: str) -> None:
    answer = exhaust(counting(), BOUNDS, [name], frozenset(kept))
    assert isinstance(answer, GaveUp)
    assert answer.reason.startswith("the slice is not closed: ")
    assert answer.reason.endswith(why)
    assert answer.states == 0


UPDATE = "atomic { update page p where p.n == hidden { p.free = false; } }"

LEAKS = """spec leaks;
struct page { int 0..1 n = 0; bool free = true; }
int 0..1 hidden = 0;
bool shown = false;
page first;
thread cpu {
	int 0..1 x;
	loop {
		STATEMENT
		hidden = any(int 0..1);
	}
}
invariant never: !shown;
bound cpu = 1, page = 2;
"""


@pytest.mark.parametrize(
    ("statement", "needs"),
    [
        ("atomic { await hidden == 0; shown = false; }", "hidden"),
        ("if (hidden == 1)\nshown = true;", "hidden"),
        ("atomic { x = hidden; if (x == 1) shown = true; }", "hidden"),
        ("atomic { x = hidden; shown = x == 1; }", "hidden"),
        ("assert fine: hidden == 0;\nshown = true;", ""),
        ("atomic { hidden = 1 / (hidden + 1); }", ""),
        ("x = 1 / hidden;", "hidden"),
        (UPDATE, "hidden"),
        ("first.n = 1;", ""),
        ("atomic { if (first.free) shown = true; }", "first"),
    ],
)
def test_conditions_faults_and_values_leak(statement: str, needs: str) -> None:
    (model,) = models(LEAKS.replace("STATEMENT", statement))
    properties = [model.property("never")]
    everything = frozenset(item.name for item in model.variables)
    assert unclosed(model, properties, everything) is None
    found = unclosed(model, properties, everything - {needs or "hidden"})
    if needs:
        assert found is not None
        assert found.endswith(needs)
    else:
        assert found is None


def test_a_written_place_and_a_bulk_update_leak_into_what_is_kept() -> None:
    (model,) = models(
        LEAKS.replace("STATEMENT", UPDATE) + "invariant all: forall page p: p.free;\n"
    )
    asked = [model.property("all")]
    found = unclosed(model, asked, frozenset({"page.free", "page.n"}))
    assert found is not None
    assert found.endswith("writes what depends on hidden")
    (model,) = models(
        LEAKS.replace("STATEMENT", "atomic { first.free = false; }")
        + "invariant all: forall page p: p.free;\n"
    )
    found = unclosed(model, [model.property("all")], frozenset({"page.free"}))
    assert found is not None
    assert found.endswith("writes what depends on first")


def test_an_assert_that_is_not_asked_about_may_read_anything() -> None:
    (model,) = models(LEAKS.replace("STATEMENT", "assert fine: hidden == 0;\nshown = false;"))
    kept = frozenset({"shown"})
    assert unclosed(model, [model.property("never")], kept) is None
    assert isinstance(exhaust(model, {"cpu": 1, "page": 2}, ["never"], kept), Exhausted)
    found = unclosed(model, [model.property("never"), model.property("fine")], kept)
    assert found is not None
    assert "asserts about hidden" in found
    answer = exhaust(model, {"cpu": 1, "page": 2}, ["fine"])
    assert isinstance(answer, Violation)
    assert replayed(model, answer) > 0


STARTS = """spec starts;
struct page { const page twin; const bool odd; const int 0..2 size; }
const bool strict;
assume pairs: forall page p: p.twin.twin == p;
assume sized: strict => forall page p: p.size > 0 && p.odd;
thread cpu {
	bool done = true;
}
reachable loose: !strict && exists page p: p.size == 2 && !p.odd;
reachable strictly: strict && forall page p: p.size == 2;
reachable crossed: exists page p: p.twin != p;
reachable none_at_all: strict && exists page p: p.size == 0;
bound cpu = 1, page = 2;
"""


@pytest.mark.parametrize("symmetry", [False, True])
def test_every_start_is_tried_and_no_other(symmetry: bool) -> None:
    (model,) = models(STARTS)
    bounds = sizes(model)
    for name in ("loose", "strictly", "crossed"):
        answer = exhaust(model, bounds, [name], symmetry=symmetry)
        assert isinstance(answer, Violation), name
        assert replayed(model, answer) == 0
    answer = exhaust(model, bounds, ["none_at_all"], symmetry=symmetry)
    assert isinstance(answer, Exhausted)
    if not symmetry:
        assert answer.states == search(model, bounds).states


def test_a_slice_of_constants_starts_as_the_whole_may() -> None:
    (model,) = models(STARTS)
    answer = exhaust(model, sizes(model), ["none_at_all"], frozenset({"strict", "page.size"}))
    assert isinstance(answer, Exhausted)


def test_integers_without_an_end_at_the_start_are_given_up() -> None:
    (model,) = models(
        "spec endless; const nat n; thread cpu { bool done = true; } "
        "invariant one: n >= 0; bound cpu = 1;"
    )
    answer = exhaust(model, {"cpu": 1}, ["one"])
    assert isinstance(answer, GaveUp)
    assert "infinitely many" in answer.reason


def test_a_system_without_a_start_is_given_up() -> None:
    (model,) = models(STARTS.replace("p.twin.twin == p", "p.twin.twin == p && p.twin != p"))
    answer = exhaust(model, {"cpu": 1, "page": 1}, ["crossed"])
    assert answer == GaveUp("no start satisfies the assumptions", 0)


def test_cancelling_is_heeded() -> None:
    assert exhaust(counting(), BOUNDS, ["bounded"], cancelled=lambda: True) == GaveUp(
        "cancelled", 0
    )


def test_the_property_and_the_variables_must_be_there() -> None:
    with pytest.raises(KeyError):
        exhaust(counting(), BOUNDS, ["missing"])
    with pytest.raises(KeyError):
        exhaust(counting(), BOUNDS, ["bounded"], frozenset({"missing"}))
    with pytest.raises(ValueError, match="no bound"):
        exhaust(counting(), {}, ["bounded"])


def compare(model: Model, bounds: Mapping[str, int], *, most: int) -> bool:
    """Asks about every property alone; whether the model was small enough for that."""
    try:
        truth = search(model, bounds, most)
    except (TooLarge, ValueError):
        return False
    for item in model.properties:
        depth = truth.best.get(item.name, (None, None))[0]
        for symmetry in (False, True):
            answer = exhaust(model, bounds, [item.name], limit=10 * most, symmetry=symmetry)
            match answer:
                case Violation(property=name):
                    assert name == item.name
                    assert replayed(model, answer) == depth
                case Exhausted(states=states):
                    assert depth is None, item.name
                    assert states <= truth.states
                    assert symmetry or states == truth.states
                case _:
                    pytest.fail(f"{item.name}: {answer}")
        kept = influencing(model, frozenset({item.name}))
        sliced = exhaust(model, bounds, [item.name], kept, limit=10 * most)
        if isinstance(sliced, Violation):
            assert replayed(model, sliced) == depth
        else:
            assert isinstance(sliced, Exhausted), sliced
            assert depth is None
    return True


@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    max_examples=10,
)
@given(specifications())
def test_random_specifications_have_the_states_that_a_plain_search_finds(text: str) -> None:
    (model,) = models(text)
    assume(compare(model, sizes(model), most=SMALL))


def test_the_corpus_is_judged_as_the_explorer_judges_it() -> None:
    agreed = 0
    for path in FILES:
        for model in models(path.read_text()):
            bounds = {sort: low for sort, low, _ in model.bounds}
            names = [item.name for item in model.properties]
            answer = exhaust(model, bounds, names, limit=SMALL)
            if isinstance(answer, GaveUp):
                continue
            agreed += 1
            task = Task(model, bounds, tuple(names), Limits(states=20 * SMALL))
            truth = Explore().run(task, lambda _: None)
            unsafe = {
                name: len(found.run.moves)
                for name, found in truth.items()
                if isinstance(found, Unsafe)
            }
            if isinstance(answer, Violation):
                assert replayed(model, answer) == unsafe[answer.property] == min(unsafe.values())
            else:
                assert all(isinstance(found, Safe) for found in truth.values()), path.stem
    assert agreed > 20


def test_a_model_that_names_an_object_is_searched_without_symmetry() -> None:
    (model,) = models(STARTS)
    from frontend.model import BOOL, Binary, Constant, Object, Operator, Read

    first = Object("page", 0)
    read = Read("page.odd", (Constant(first, model.variable("page.twin").type),), BOOL)
    claim = replace(
        model.property("crossed"),
        name="odd",
        kind=PropertyKind.INVARIANT,
        expression=Binary(Operator.OR, read, read, BOOL),
    )
    named = replace(model, properties=(claim,))
    answers = [exhaust(named, sizes(model), ["odd"], symmetry=way) for way in (False, True)]
    assert answers[0] == answers[1]
