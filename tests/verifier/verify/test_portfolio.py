from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest

from frontend.model import Model, PropertyKind
from proofs.answers.verdict import NoSystem, Proved, Reached, Unknown, Unreachable, Violated
from tests.support.verifier.fakes import (
    Fakes,
    always_safe,
    fakes,
    make_model,
    make_property,
    run_of,
    safe,
    undecided,
    violated_from,
)
from tests.verdicts import settle_properties
from verifier.protocol.bounds import Asked, asked
from verifier.protocol.deadline import Deadline
from verifier.protocol.results import InternalError, PropertyReport
from verifier.protocol.task import Answer, Contradiction, Progress, Task, Undecided, Unsafe
from verifier.verify.consistency import Consistency
from verifier.verify.portfolio import Strategy, Work
from verifier.verify.small_sizes import Effort
from verifier.verify.smallest_run import at_larger, needs


def settled(
    model: Model,
    parts: Fakes,
    *,
    engine: str | None = None,
    sizes: Asked | None = None,
    stop: Deadline | None = None,
    effort: Effort | None = None,
    heard: list[Progress] | None = None,
    reduction: bool = True,
) -> tuple[PropertyReport, ...]:
    return settle_properties(
        model,
        tuple(item.name for item in model.properties),
        sizes or asked(model, {}),
        Strategy(engine, effort=effort or Effort(), reduction=reduction),
        parts.registry(),
        stop or Deadline(),
        (heard if heard is not None else []).append,
    )


def only(settlement: tuple[PropertyReport, ...]) -> PropertyReport:
    (answer,) = settlement
    return answer


# --- small instances -----------------------------------------------------------------------


def test_a_violation_at_small_sizes_is_the_answer_at_the_asked_ones_when_it_extends() -> None:
    parts = fakes(violated_from(5, cpu=2))
    answer = only(
        settled(
            make_model(["inv"]), parts, sizes=Asked({"cpu": 4, "page": 4}, {"cpu": 4, "page": 4})
        )
    )
    assert isinstance(answer.status, Violated)
    assert answer.trace is not None
    assert answer.trace.bounds == answer.bounds == {"cpu": 4, "page": 4}
    assert answer.smallest is not None
    assert answer.smallest.trace.bounds == {"cpu": 2, "page": 1}
    assert answer.smallest.shortest
    assert answer.shortest  # a search there found none that is shorter
    assert needs(answer) == "needs 2 cpus, 1 page; none with 1 cpu"
    assert at_larger(answer) == "the same run violates it at 4 cpus, 4 pages"


def test_what_does_not_extend_is_searched_at_the_asked_sizes() -> None:
    parts = fakes(violated_from(5, cpu=1))
    parts.extends = False
    answer = only(settled(make_model(["inv"]), parts))
    assert isinstance(answer.status, Violated)
    assert answer.shortest
    assert parts.engines["explore"].asked[-1][0] == {"cpu": 2, "page": 2}
    assert answer.smallest is not None
    assert not answer.smallest.extends
    assert at_larger(answer) == (
        "with 1 cpu, 1 page a run of 5 steps violates it, which is no violation at 2 cpus, 2 pages"
    )


def test_a_violation_that_does_not_extend_leaves_a_proof_possible() -> None:
    def rule(task: Task, _name: str) -> Answer:
        if task.bounds["cpu"] == 1:
            return Unsafe(run_of(1, task.bounds), shortest=True)
        return safe(task.bounds)

    parts = fakes(rule)
    parts.extends = False
    answer = only(settled(make_model(["inv"]), parts))
    assert isinstance(answer.status, Proved)


def test_needs_is_not_said_where_fewer_objects_were_not_settled() -> None:
    def rule(task: Task, name: str) -> Answer:
        if task.bounds == {"cpu": 1, "page": 2}:
            return Undecided("state limit")
        return violated_from(5, cpu=2, page=2)(task, name)

    answer = only(settled(make_model(["inv"]), fakes(rule)))
    assert needs(answer) == "found with 2 cpus, 2 pages; none with 1 page"


def test_sizes_without_a_system_count_as_settled_and_are_asked_about_once() -> None:
    def rule(task: Task, name: str) -> Answer:
        if task.bounds["page"] == 1:
            return Contradiction(("pairs",))
        return violated_from(5, cpu=2)(task, name)

    parts = fakes(rule)
    answer = only(settled(make_model(["inv"]), parts))
    assert needs(answer) == "needs 2 cpus, 2 pages; none with 1 cpu or 1 page"


def test_a_size_without_a_system_is_skipped_for_every_group() -> None:
    def rule(task: Task, _name: str) -> Answer:
        return Contradiction(("pairs",)) if task.bounds["cpu"] == 1 else safe(task.bounds)

    parts = fakes(rule)

    parts.apart = True
    settled(make_model(["one", "two"]), parts)
    at_one = [names for bounds, names in parts.engines["explore"].asked if bounds["cpu"] == 1]
    assert at_one == [("one",), ("one",)]


def test_the_walk_ends_at_its_effort() -> None:
    parts = fakes(always_safe)
    model = make_model(["inv"], bounds=(("cpu", 50, 50), ("page", 50, 50)))
    answer = only(settled(model, parts, effort=Effort(sizes=7)))
    assert len(parts.engines["explore"].asked) == 8
    assert isinstance(answer.status, Proved)
    assert answer.status.certificate.bounds == {"cpu": 50, "page": 50}


def test_what_met_a_limit_is_not_tried_at_larger_small_sizes() -> None:
    parts = fakes(undecided)
    settled(make_model(["inv"], bounds=(("cpu", 3, 3), ("page", 3, 3))), parts)
    asked_at = [tuple(bounds.values()) for bounds, _ in parts.engines["explore"].asked]
    # One small size, then the asked one: at first with few states, after induction with many.
    assert asked_at == [(1, 1), (3, 3), (3, 3)]


def test_properties_that_depend_on_the_same_share_a_search() -> None:
    parts = fakes(always_safe)
    settled(make_model(["one", "two"]), parts)
    assert {names for _, names in parts.engines["explore"].asked} == {("one", "two")}


def test_reachable_is_proved_by_a_run_and_refuted_by_a_search() -> None:
    seen = make_property("seen", PropertyKind.REACHABLE)
    reached = only(settled(make_model([seen]), fakes(violated_from(3, cpu=2))))
    assert isinstance(reached.status, Reached)
    assert reached.trace is not None
    assert len(reached.trace.steps) == 3
    assert reached.smallest is None
    never = only(settled(make_model([seen]), fakes(always_safe)))
    assert isinstance(never.status, Unreachable)
    assert never.trace is None


# --- the asked sizes -----------------------------------------------------------------------


def test_where_exploration_meets_its_limit_the_others_go_on_in_order() -> None:
    def induction(task: Task, name: str) -> Answer:
        return safe(task.bounds, "kinduction", None) if name == "easy" else undecided(task, name)

    def bmc(task: Task, _name: str) -> Answer:
        return Unsafe(run_of(9, task.bounds), shortest=True)

    parts = fakes(undecided, induction, bmc)
    answers = {item.name: item for item in settled(make_model(["easy", "hard"]), parts)}
    assert isinstance(answers["easy"].status, Proved)
    assert answers["easy"].status.certificate.engine == "kinduction"
    assert isinstance(answers["hard"].status, Violated)
    assert answers["hard"].status.engine == "bmc"
    assert parts.engines["bmc"].asked == [({"cpu": 2, "page": 2}, ("hard",))]
    assert parts.reordered == 1
    assert needs(answers["hard"]) == "found with 2 cpus, 2 pages"


def test_without_reduction_no_engine_leaves_interleavings_out() -> None:
    for reduction, times in ((True, 1), (False, 0)):
        parts = fakes()
        settled(make_model(["inv"]), parts, reduction=reduction)
        assert len(parts.engines["reduce"].asked) == times


def test_unknown_says_every_reason_and_the_deepest_search() -> None:
    parts = fakes(
        lambda _task, _name: Undecided("state limit", 4),
        lambda _task, _name: Undecided("no k up to 8", 8),
        lambda _task, _name: Undecided("depth limit", 6),
    )
    answer = only(settled(make_model(["inv"]), parts))
    assert answer.status == Unknown(
        "explore: state limit; kinduction: no k up to 8; reduce: limit for inv at 4; "
        "ic3: limit for inv at 4; bmc: depth limit",
        8,
    )


@pytest.mark.parametrize("engine", ["explore", "kinduction", "bmc"])
def test_a_forced_engine_is_asked_alone_and_at_the_asked_sizes_only(engine: str) -> None:
    parts = fakes(undecided, undecided, undecided)
    settled(make_model(["inv"]), parts, engine=engine)
    assert {name: made.asked for name, made in parts.engines.items() if made.asked} == {
        engine: [({"cpu": 2, "page": 2}, ("inv",))]
    }


def test_every_size_of_a_range_must_hold() -> None:
    def rule(task: Task, _name: str) -> Answer:
        if task.bounds["cpu"] == 2:
            return Unsafe(run_of(4, task.bounds), shortest=True)
        return safe(task.bounds)

    parts = fakes(rule)
    parts.extends = False
    model = make_model(["inv"], bounds=(("cpu", 2, 3), ("page", 1, 1)))
    answer = only(settled(model, parts))
    assert isinstance(answer.status, Violated)
    assert answer.bounds == {"cpu": 2, "page": 1}
    forced = only(settled(model, parts, engine="explore"))
    assert isinstance(forced.status, Violated)
    assert forced.bounds == {"cpu": 2, "page": 1}


def test_a_range_with_an_unsettled_size_is_unknown() -> None:
    def rule(task: Task, _name: str) -> Answer:
        return Undecided("state limit", 2) if task.bounds["cpu"] == 2 else safe(task.bounds)

    model = make_model(["inv"], bounds=(("cpu", 2, 3), ("page", 1, 1)))
    answer = only(settled(model, fakes(rule), engine="explore"))
    assert answer.status == Unknown("not settled at 2 cpus, 1 page: explore: state limit", 2)


# --- no system -----------------------------------------------------------------------------


def test_sizes_that_no_system_has_are_said_to_be_that() -> None:
    parts = fakes(lambda _task, _name: Contradiction(("pairs",)))
    answer = only(settled(make_model(["inv"]), parts))
    sizes = {"cpu": 2, "page": 2}
    assert answer.status == NoSystem(sizes, ("pairs",), low=sizes)


def test_a_start_that_the_interpreter_does_not_find_is_asked_about() -> None:
    def bmc(task: Task, _name: str) -> Answer:
        assert task.limits.depth == 0
        assert task.model.assumptions
        return Contradiction(("pairs",))

    parts = fakes(always_safe, undecided, bmc)
    parts.dropped = True
    parts.start = False
    assert isinstance(only(settled(make_model(["inv"]), parts)).status, NoSystem)


# --- evidence ------------------------------------------------------------------------------


def test_a_run_of_a_slice_that_does_not_replay_is_looked_for_on_the_whole_model() -> None:
    def rule(task: Task, _name: str) -> Answer:
        whole = bool(task.model.assumptions)
        return Unsafe(run_of(7 if whole else 5, task.bounds), shortest=True)

    parts = fakes(rule)
    parts.dropped = True
    parts.bad = lambda _model, run: len(run.moves) == 5
    answer = only(settled(make_model(["inv"]), parts))
    assert answer.trace is not None
    assert len(answer.trace.steps) == 7


def test_a_run_of_the_whole_model_that_does_not_replay_is_an_internal_error() -> None:
    parts = fakes(violated_from(5, cpu=1))
    parts.bad = lambda _model, _run: True
    with pytest.raises(InternalError, match=r"explore .* inv .* step 1: cannot be taken"):
        settled(make_model(["inv"]), parts)


def test_engines_that_contradict_each_other_are_an_internal_error() -> None:
    def explore(_task: Task, _name: str) -> Answer:
        return Undecided("state limit", 30)

    parts = fakes(explore, undecided, violated_from(5, cpu=1))
    with pytest.raises(InternalError, match="bmc found a run of 5 steps for inv, and explore says"):
        settled(make_model(["inv"]), parts)


def test_a_run_shorter_than_one_said_to_be_the_shortest_is_an_internal_error() -> None:
    known = Consistency("inv")
    known.clean({"cpu": 2}, 7, "explore")
    with pytest.raises(InternalError, match=r"bmc found a run of 5 .* explore says .* up to 7"):
        known.shown({"cpu": 2}, 5, "bmc")


def test_an_engine_that_forgets_a_property_is_an_internal_error() -> None:
    parts = fakes(always_safe)
    parts.engines["explore"].forgets = True
    with pytest.raises(InternalError, match="does not answer for inv"):
        settled(make_model(["inv"]), parts)


# --- limits --------------------------------------------------------------------------------


def test_what_was_settled_when_the_time_is_up_is_kept() -> None:
    stop = Deadline()

    def rule(task: Task, name: str) -> Answer:
        if name == "early":
            return Unsafe(run_of(2, task.bounds), shortest=True)
        stop.interrupt()
        return Undecided("interrupted")

    answers = {
        item.name: item.status
        for item in settled(make_model(["early", "late"]), fakes(rule), stop=stop)
    }
    assert isinstance(answers["early"], Violated)
    assert answers["late"] == Unknown("interrupted", -1)


def test_ctrl_c_within_an_engine_ends_the_work_like_the_flag() -> None:
    def rule(_task: Task, _name: str) -> Answer:
        raise KeyboardInterrupt

    stop = Deadline()
    parts = fakes(rule)
    answer = only(settled(make_model(["inv"]), parts, stop=stop))
    assert answer.status == Unknown("interrupted", -1)
    assert stop.interrupted
    assert len(parts.engines["explore"].asked) == 1


def test_the_deadline_is_shared_and_named() -> None:
    now = 0.0

    def clock() -> float:
        return now

    def rule(_task: Task, _name: str) -> Answer:
        nonlocal now
        now += 3
        return Undecided("out of time")

    stop = Deadline(5, clock)
    answer = only(settled(make_model(["inv"]), fakes(rule, rule, rule, rule, rule), stop=stop))
    assert answer.status == Unknown("time limit of 5 s", -1)
    assert answer.seconds == 6


def test_an_engine_is_held_to_its_share_of_the_time() -> None:
    now = 0.0
    left: list[tuple[str, float]] = []

    def watch(engine: str) -> object:
        def rule(task: Task, _name: str) -> Answer:
            nonlocal now
            start = now
            while not task.limits.expired():
                now += 1
            left.append((engine, now - start))
            return Undecided("out of time")

        return rule

    parts = fakes(watch("explore"), watch("kinduction"), watch("bmc"), watch("ic3"))  # type: ignore[arg-type]  # rules
    settled(make_model(["inv"]), parts, stop=Deadline(100, lambda: now), effort=Effort(sizes=0))
    assert left == [
        ("explore", 30),
        ("kinduction", 14),
        ("explore", 28),
        ("kinduction", 9),
        ("ic3", 10),
        ("bmc", 9),
    ]


def test_the_listener_hears_of_what_is_settled() -> None:
    heard: list[Progress] = []
    settled(make_model(["one", "two"]), fakes(always_safe), heard=heard)
    assert Progress("portfolio", "settled", 2) in heard
    assert Progress("explore", "states", 1) in heard


def test_parts_of_the_time_add_up_and_ctrl_c_is_for_all_of_them() -> None:
    now = 0.0
    whole = Deadline(60, lambda: now)
    first = whole.part(1 / 3)
    assert first.remaining() == 20
    now = 20.0
    assert first.expired()
    assert not whole.expired()
    assert first.reason() == "time limit of 60 s"
    second = whole.part(1 / 2)
    assert second.remaining() == 20
    second.interrupt()
    assert whole.interrupted
    assert first.reason() == "interrupted"
    assert math.isinf(Deadline().part(0.5).remaining())


def test_a_forced_engine_shares_the_time_among_the_groups() -> None:
    now = 0.0
    starts: list[float] = []

    def rule(task: Task, _name: str) -> Answer:
        nonlocal now
        starts.append(now)
        while not task.limits.expired():
            now += 1
        return Undecided("out of time")

    parts = fakes(bmc=rule)
    parts.apart = True
    settled(make_model(["one", "two"]), parts, engine="bmc", stop=Deadline(80, lambda: now))
    assert starts == [0, 40]


def test_a_run_at_a_smaller_asked_size_does_not_show_that_the_largest_exists() -> None:
    def bmc(task: Task, _name: str) -> Answer:
        return Contradiction(("pairs",)) if task.bounds["cpu"] == 3 else safe(task.bounds)

    def explore(task: Task, _name: str) -> Answer:
        return Unsafe(run_of(2, task.bounds), shortest=True)

    parts = fakes(explore, undecided, bmc)
    parts.extends = False
    parts.start = False
    model = make_model(["inv"], bounds=(("cpu", 2, 3), ("page", 1, 1)))
    work = Work(model, ("inv",), asked(model, {}), Strategy(), parts.registry(), Deadline(), print)
    work.begin()
    answer = only(work.finish())
    assert [(dict(one.bounds), one.names) for one in work.systems.missing] == [
        ({"cpu": 3, "page": 1}, ("pairs",))
    ]
    assert answer.bounds == {"cpu": 2, "page": 1}
    assert isinstance(answer.status, Violated)


def test_no_start_is_looked_for_when_the_time_is_up() -> None:
    def has_start(_model: Model, _bounds: Mapping[str, int]) -> bool:
        raise AssertionError("this may take for ever")

    stop = Deadline()
    stop.interrupt()
    model, registry = make_model(["inv"]), replace(fakes().registry(), has_start=has_start)
    work = Work(model, ("inv",), asked(model, {}), Strategy(), registry, stop, print)
    work.begin()
    assert only(work.finish()).status == Unknown("interrupted", -1)
    assert work.systems.unsure
