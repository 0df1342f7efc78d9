"""`reached N` and `violated N` are true at the sizes that stand beside them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest
from hypothesis import assume, given

from frontend.load import load
from frontend.model import Model, PropertyKind
from frontend.source.diagnostics import Rejected
from frontend.source.spans import Source
from tests.differential.specs import specifications
from tests.differential.test_agreement import examples
from tests.support.verifier.fakes import fakes, make_model, make_property, run_of, safe
from tests.support.verifier.naive import TooLarge, search
from tests.verdicts import settle_properties
from verifier.protocol.bounds import Asked, asked
from verifier.protocol.deadline import Deadline
from verifier.protocol.results import PropertyReport
from verifier.protocol.task import Answer, Task, Undecided, Unsafe
from verifier.verify.portfolio import Strategy
from verifier.verify.registry import Registry, standard
from verifier.verify.smallest_run import at_larger, length, shown_trace
from verifier.verify.spec_report import Outcome, VariantReport, cell, outcome

CORPUS = Path(__file__).parents[2] / "corpus"
MOST_STATES = 1500
LARGE = ("counter_drifts_below", "lock_cycle_of_three")
"""Files of the corpus that the plain search would take too long for."""

SOONER_WITH_TWO = """
spec sooner_with_two;
int n = 0;
bool hit = false;
thread t {
	loop {
		int v = add_return(n, 1);
		if (v == 2)
			hit = true;
		int w = n;
		w = n;
	}
}
reachable two: hit;
invariant unhit: !hit;
bound t = 2;
expect main violates unhit;
"""

SOME_SIZES = """
spec some_sizes;
bool g = false;
thread cpu { g = true; }
reachable with_two: g && count(cpu c: true) == 2;
reachable with_three: g && count(cpu c: true) == 3;
reachable with_four: g && count(cpu c: true) == 4;
bound cpu = 2..3;
"""


def settled(
    model: Model, sizes: Asked, *, engine: str | None = None, registry: Registry | None = None
) -> tuple[PropertyReport, ...]:
    names = tuple(item.name for item in model.properties)
    options = Strategy(engine=engine)
    return settle_properties(
        model, names, sizes, options, registry or standard(), Deadline(), lambda _: None
    )


def cells(text: str) -> dict[str, str]:
    (model,) = load(Source("some.alloc", text)).models
    settlement = settled(model, asked(model, {}))
    report = VariantReport(model, asked(model, {}), settlement)
    return {item.name: cell(report, item) for item in settlement}


def sizes_of(sizes: Asked) -> list[dict[str, int]]:
    names = list(sizes.high)
    choices = product(*(range(sizes.low[name], sizes.high[name] + 1) for name in names))
    return [dict(zip(names, choice, strict=True)) for choice in choices]


def hold_against_a_plain_search(model: Model, sizes: Asked) -> None:
    """Every verdict, at every size that it speaks of."""
    found: dict[tuple[tuple[str, int], ...], Mapping[str, tuple[int, int]]] = {}

    def depth(name: str, bounds: Mapping[str, int]) -> int | None:
        key = tuple(sorted(bounds.items()))
        if key not in found:
            found[key] = search(model, bounds, MOST_STATES).best
        return found[key][name][0] if name in found[key] else None

    settlement = settled(model, sizes)
    for item in settlement:
        shown = length(item, sizes)
        trace = shown_trace(item)
        if trace is None:
            assert outcome(item.status) is not Outcome.UNKNOWN
            assert all(depth(item.name, bounds) is None for bounds in sizes_of(sizes)), item.name
            continue
        assert shown is not None
        assert shown.shortest
        assert depth(item.name, trace.bounds) == shown.steps == len(trace.steps)
        assert sizes.includes(item.bounds)
        if item.shortest:
            assert depth(item.name, item.bounds) == shown.steps
        if not shown.sizes:
            assert depth(item.name, sizes.high) == shown.steps


@examples(15)
@given(specifications())
def test_lengths_are_those_of_a_plain_search_on_random_specifications(text: str) -> None:
    try:
        (model,) = load(Source("random.alloc", text)).models
    except Rejected:
        assume(False)
    high = {sort: size for sort, _, size in model.bounds}
    try:
        hold_against_a_plain_search(model, Asked(high, high))
        hold_against_a_plain_search(model, Asked(dict.fromkeys(high, 1), high))
    except TooLarge:
        assume(False)


@pytest.mark.parametrize(
    "path",
    sorted((CORPUS / "refuted").glob("*.alloc")),
    ids=lambda path: path.stem,
)
def test_lengths_are_those_of_a_plain_search_on_the_corpus(path: Path) -> None:
    for model in load(Source(path.name, path.read_text())).models:
        try:
            hold_against_a_plain_search(model, asked(model, {}))
        except TooLarge:
            assert path.stem in LARGE, "say so if it has to be"


# --- the sizes that a length is for --------------------------------------------------------


def test_a_shorter_run_at_the_asked_sizes_is_the_one_that_is_shown() -> None:
    found = cells(SOONER_WITH_TWO)
    assert found["two"] == "reached 3"
    assert found["unhit"] == "violated 3"


def test_a_run_at_fewer_objects_is_told_where_it_is_longer() -> None:
    (model,) = load(Source("some.alloc", SOONER_WITH_TWO)).models
    settlement = settled(model, asked(model, {}))
    unhit = next(item for item in settlement if item.name == "unhit")
    trace = shown_trace(unhit)
    assert trace is not None
    assert trace.bounds == {"t": 2}
    assert at_larger(unhit) == "with 1 t it takes 5 steps"


def limited(run: int, small: int) -> PropertyReport:
    """A violation of `run` steps with one cpu where the search at the asked sizes ends early."""

    def rule(task: Task, _name: str) -> Answer:
        if task.bounds["cpu"] == 1:
            return Unsafe(run_of(run, task.bounds), shortest=True)
        return Undecided("state limit", small)

    (answer,) = settled(make_model(["inv"]), both(2), registry=fakes(rule).registry())
    return answer


def both(size: int) -> Asked:
    sizes = {"cpu": size, "page": size}
    return Asked(sizes, sizes)


@pytest.mark.parametrize(
    ("small", "text"),
    [(4, "violated 5"), (3, "violated 5 (1 cpu, 1 page)"), (-1, "violated 5 (1 cpu, 1 page)")],
)
def test_sizes_are_named_unless_no_shorter_run_is_known_to_exist_at_the_asked_ones(
    small: int, text: str
) -> None:
    answer = limited(5, small)
    report = VariantReport(make_model(["inv"]), both(2), (answer,))
    assert cell(report, answer) == text
    shorter = "" if small == 4 else "; a shorter one may do so, too"
    assert at_larger(answer) == f"the same run violates it at 2 cpus, 2 pages{shorter}"


def test_a_run_that_is_perhaps_not_the_shortest_is_called_that() -> None:
    def ic3(task: Task, _name: str) -> Answer:
        return Unsafe(run_of(9, task.bounds), shortest=False)

    registry = fakes(ic3=ic3).registry()
    settlement = settled(make_model(["inv"]), both(2), engine="ic3", registry=registry)
    report = VariantReport(make_model(["inv"]), both(2), settlement)
    assert cell(report, settlement[0]) == "violated within 9"


# --- ranges of sizes -----------------------------------------------------------------------


def test_what_is_reached_at_one_asked_size_is_reached() -> None:
    found = cells(SOME_SIZES)
    assert found["with_two"] == "reached 1 (2 cpus)"
    assert found["with_three"] == "reached 1 (3 cpus)"
    assert found["with_four"] == "never reached"


def test_what_no_size_reaches_is_unknown_where_one_was_not_settled() -> None:
    def rule(task: Task, _name: str) -> Answer:
        return Undecided("state limit", 2) if task.bounds["cpu"] == 2 else safe(task.bounds)

    seen = make_property("seen", PropertyKind.REACHABLE)
    model = make_model([seen], bounds=(("cpu", 2, 3), ("page", 1, 1)))
    (answer,) = settled(model, asked(model, {}), registry=fakes(rule).registry())
    assert outcome(answer.status) is Outcome.UNKNOWN


def test_a_size_that_one_engine_alone_settles_counts_too() -> None:
    (model,) = load(Source("some.alloc", SOME_SIZES)).models
    settlement = settled(model, asked(model, {}), engine="bmc")
    found = {item.name: item for item in settlement}
    assert outcome(found["with_two"].status) is Outcome.PROVED
    assert found["with_two"].bounds == {"cpu": 2}
    assert outcome(found["with_three"].status) is Outcome.PROVED
