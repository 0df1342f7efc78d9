from __future__ import annotations

import pytest

from frontend.model import (
    BOOL,
    INT,
    NAT,
    Assert,
    Assign,
    Bound,
    Bulk,
    Check,
    Instruction,
    IntType,
    Let,
    Model,
    Object,
    Pick,
    ReferenceType,
    Require,
    Temporary,
    Value,
    Write,
)
from frontend.source.spans import NOWHERE
from proofs.answers.trace import Move, State
from proofs.interpreter.execute import Impossible, enabled, execute, initial_state, outcome_of
from proofs.interpreter.instance import Instance
from tests.support.proofs.models import (
    CPU,
    ME,
    PAGE,
    P,
    T,
    binary,
    conjoin,
    free_path,
    literal,
    model,
    place,
    read,
    step,
    variable,
)
from tests.support.proofs.runs import (
    BLOCK0,
    CPU0,
    CPU1,
    PAGE0,
    PAGE1,
    PAGE2,
    SMALL,
    move,
    stranding,
)

X = variable("x", INT, initial=0)
Y = variable("y", INT, initial=0)
SMALL_NUMBER = variable("small", IntType(0, 3), initial=0)
ORDER = variable("page.order", INT, PAGE, initial=0)
NEXT = variable("page.next", ReferenceType("page", optional=True), PAGE, initial=None)
SEEN = variable("tlb", BOOL, PAGE, CPU, initial=False)
LOCAL = variable("cpu/f.n", INT, CPU, thread="cpu")
PAGES = (PAGE0, PAGE1, PAGE2)
MASK = variable("cpu/f.mask", BOOL, CPU, PAGE, thread="cpu")


def run(*body: Instruction, start: dict[str, Value] | None = None) -> State:
    """The state after one step with that body, with 3 pages and 2 cpus."""
    outcome = one(*body, start=start)
    assert outcome is not None
    return outcome


def one(*body: Instruction, start: dict[str, Value] | None = None) -> State | None:
    instance = Instance(system(*body), {"page": 3, "cpu": 2})
    state = initial_state(instance, {})
    values = dict(state.values)
    for name, value in (start or {}).items():
        values[name, ()] = value
    return execute(instance, State(values, state.places), move(CPU0, "only")).state


def system(*body: Instruction) -> Model:
    return model(
        (X, Y, SMALL_NUMBER, ORDER, NEXT, SEEN, LOCAL, MASK),
        steps=(step("only", 0, 1, *body),),
        sorts=("page", "cpu"),
    )


def test_instructions_see_what_the_earlier_ones_left() -> None:
    state = run(
        Assign("x", (), literal(5)),
        Assign("y", (), binary("+", read(X), literal(1))),
        Assign("x", (), literal(7)),
    )
    assert (state.values["x", ()], state.values["y", ()]) == (7, 6)


def test_let_keeps_the_value_of_its_moment() -> None:
    old = Temporary("old", INT)
    state = run(
        Let(old, read(X)), Assign("x", (), read(Y)), Assign("y", (), old), start={"x": 1, "y": 2}
    )
    assert (state.values["x", ()], state.values["y", ()]) == (2, 1)


def test_a_bulk_update_writes_at_once() -> None:
    q = Bound("q", PAGE)
    swap = Bulk(
        (q,),
        literal(True),
        (
            Write(ORDER.name, (q,), binary("+", read(ORDER, q), literal(1))),
            Write(NEXT.name, (q,), literal(None, NEXT.type)),
        ),
    )
    numbers = [Assign(ORDER.name, (literal(p, PAGE),), literal(p.index * 10)) for p in PAGES]
    state = run(*numbers, swap)
    assert [state.values[ORDER.name, (page,)] for page in PAGES] == [1, 11, 21]


def test_a_bulk_update_reads_the_state_before_it() -> None:
    # Every page takes over the order of its successor: a rotation, only right when simultaneous.
    q = Bound("q", PAGE)
    succ = {PAGE0: PAGE1, PAGE1: PAGE2, PAGE2: PAGE0}
    links = [Assign(NEXT.name, (literal(p, PAGE),), literal(n, NEXT.type)) for p, n in succ.items()]
    numbers = [Assign(ORDER.name, (literal(p, PAGE),), literal(p.index)) for p in PAGES]
    rotate = Bulk((q,), literal(True), (Write(ORDER.name, (q,), read(ORDER, read(NEXT, q))),))
    state = run(*links, *numbers, rotate)
    assert [state.values[ORDER.name, (page,)] for page in PAGES] == [1, 2, 0]


def test_a_bulk_update_over_two_binders_writes_where_its_condition_holds() -> None:
    q, c = Bound("q", PAGE), Bound("c", CPU)
    where = conjoin(binary("!=", q, literal(PAGE1, PAGE)), binary("==", c, ME))
    state = run(Bulk((q, c), where, (Write(SEEN.name, (q, c), literal(True)),)))
    found = {index for (name, index), value in state.values.items() if name == "tlb" and value}
    assert found == {(PAGE0, CPU0), (PAGE2, CPU0)}


def test_a_bulk_update_that_contradicts_itself_is_impossible() -> None:
    q = Bound("q", PAGE)
    different = Assign(ORDER.name, (literal(PAGE1, PAGE),), literal(1))
    with pytest.raises(Impossible, match="twice"):
        run(different, Bulk((q,), literal(True), (Write("x", (), read(ORDER, q)),)))
    assert run(Bulk((q,), literal(True), (Write("x", (), read(ORDER, q)),))).values["x", ()] == 0


def test_a_failed_check_ends_the_step_and_the_run() -> None:
    body = (
        Assign("x", (), literal(1)),
        Check("underflow", binary(">", read(Y), literal(0)), NOWHERE, "y > 0"),
        Assert("late", literal(False), NOWHERE),
    )
    instance = Instance(system(*body), {"page": 1, "cpu": 1})
    taken = execute(instance, initial_state(instance, {}), move(CPU0, "only"))
    assert taken.state is None
    assert taken.faults == ("underflow",)
    assert taken.failed == ()


def test_execution_goes_on_after_a_failed_assert() -> None:
    body = (
        Assert("even", binary("==", read(X), literal(1)), NOWHERE),
        Assign("x", (), literal(1)),
        Assert("odd", binary("==", read(X), literal(1)), NOWHERE),
    )
    instance = Instance(system(*body), {"page": 1, "cpu": 1})
    start = initial_state(instance, {})
    taken = execute(instance, start, move(CPU0, "only"))
    assert taken.failed == ("even",)
    assert taken.state is not None
    assert taken.state.values["x", ()] == 1
    failure = outcome_of(instance, start, move(CPU0, "only")).failures[0]
    assert failure.scope.values["x", ()] == 0, "the failure keeps the values of its moment"


def test_a_step_waits_while_what_it_requires_does_not_hold() -> None:
    body = (Assign("x", (), literal(1)), Require(binary("==", read(X), literal(0))))
    with pytest.raises(Impossible, match="waits"):
        run(*body)


def test_a_value_that_does_not_fit_is_impossible_not_silent() -> None:
    with pytest.raises(Impossible, match="cannot hold"):
        run(Assign("small", (), literal(4)))
    assert run(Assign("small", (), literal(3))).values["small", ()] == 3


def test_missing_picks_are_searched_and_reported() -> None:
    picked = Temporary("picked", PAGE)
    body = (
        Pick(picked),
        Require(binary("!=", picked, literal(PAGE0, PAGE))),
        Assign(ORDER.name, (picked,), literal(9)),
    )
    instance = Instance(system(*body), {"page": 3, "cpu": 1})
    taken = execute(instance, initial_state(instance, {}), move(CPU0, "only"))
    assert taken.move == move(CPU0, "only", picked=PAGE1)
    assert taken.state is not None
    assert taken.state.values[ORDER.name, (PAGE1,)] == 9


def test_a_searched_pick_avoids_faults_where_it_can() -> None:
    flag = Temporary("flag", BOOL)
    body = (Pick(flag), Check("range", flag, NOWHERE, "flag"))
    instance = Instance(system(*body), {"page": 1, "cpu": 1})
    start = initial_state(instance, {})
    assert execute(instance, start, move(CPU0, "only")).move.picks == (("flag", True),)
    assert execute(instance, start, move(CPU0, "only", flag=False)).faults == ("range",)


def test_given_picks_must_be_values_of_their_type_and_known() -> None:
    instance = Instance(free_path(), SMALL)
    start = initial_state(instance, {})
    with pytest.raises(Impossible, match="cannot pick"):
        execute(instance, start, move(CPU0, "take", freed=PAGE2))
    with pytest.raises(Impossible, match="picks no"):
        execute(instance, start, move(CPU0, "take", other=PAGE0))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (move(Object("cpu", 7), "take"), "no thread"),
        (move(PAGE0, "take"), "no thread"),
        (move(CPU0, "nonsense"), "no step"),
        (move(CPU0, "unlock"), "stands at at0"),
    ],
)
def test_moves_that_do_not_exist_say_why(wrong: Move, reason: str) -> None:
    instance = Instance(free_path(), SMALL)
    with pytest.raises(Impossible, match=reason):
        execute(instance, initial_state(instance, {}), wrong)


def test_locals_lose_their_value_where_they_are_dead() -> None:
    instance = Instance(free_path(), SMALL)
    state = initial_state(instance, {})
    for name in ("take", "read", "lock", "put"):
        after = execute(instance, state, move(CPU0, name)).state
        assert after is not None
        state = after
    assert state.values[P.name, (CPU0,)] == PAGE0
    assert state.values[T.name, (CPU0,)] == "MOVABLE"
    last = execute(instance, state, move(CPU0, "unlock")).state
    assert last is not None
    assert not {(P.name, (CPU0,)), (T.name, (CPU0,))} & last.values.keys()
    assert last.places == {CPU0: 0, CPU1: 0}


def test_indexed_locals_of_other_threads_stay() -> None:
    locations = (place(0), place(1, MASK), place(2))
    q = Bound("q", PAGE)
    steps = (
        step("fill", 0, 1, Bulk((q,), literal(True), (Write(MASK.name, (ME, q), literal(True)),))),
        step("drop", 1, 2),
    )
    instance = Instance(
        model((MASK,), steps=steps, locations=locations, sorts=("page", "cpu")),
        {"page": 2, "cpu": 2},
    )
    state: State | None = initial_state(instance, {})
    for taken in (move(CPU0, "fill"), move(CPU1, "fill"), move(CPU0, "drop")):
        assert state is not None
        state = execute(instance, state, taken).state
    assert state is not None
    assert set(state.values) == {(MASK.name, (CPU1, PAGE0)), (MASK.name, (CPU1, PAGE1))}


def test_reading_a_local_without_value_is_impossible() -> None:
    with pytest.raises(Impossible, match="has no value"):
        run(Assign("x", (), read(LOCAL, ME)))


def test_enabled_lists_every_move_with_its_picks() -> None:
    instance = Instance(free_path(), SMALL)
    state = initial_state(instance, {})
    assert enabled(instance, state) == [
        move(CPU0, "take", freed=PAGE0),
        move(CPU0, "take", freed=PAGE1),
        move(CPU0, "isolate.lock"),
        move(CPU1, "take", freed=PAGE0),
        move(CPU1, "take", freed=PAGE1),
        move(CPU1, "isolate.lock"),
    ]
    locked = execute(instance, state, move(CPU1, "isolate.lock")).state
    assert locked is not None
    assert [m.step for m in enabled(instance, locked) if m.thread == CPU0] == ["take", "take"]
    assert [m.picks for m in enabled(instance, locked) if m.thread == CPU1] == [
        (("block", BLOCK0),)
    ]


def test_every_move_that_is_enabled_can_be_taken() -> None:
    instance = Instance(free_path(), SMALL)
    state = initial_state(instance, {})
    for claimed in stranding().moves:
        moves = enabled(instance, state)
        assert claimed.step in {m.step for m in moves if m.thread == claimed.thread}
        for candidate in moves:
            assert execute(instance, state, candidate).move == candidate
        after = execute(instance, state, claimed).state
        assert after is not None
        state = after


def test_a_start_completes_what_a_slice_left_out() -> None:
    instance = Instance(free_path(), SMALL)
    state = initial_state(instance, {})
    assert state.values["page.buddy", (PAGE0,)] == PAGE1
    assert state.values["page.buddy", (PAGE1,)] == PAGE0
    assert state.values["zone.nr_free_pages", ()] == 0
    assert state == initial_state(instance, state.values)


def test_a_start_must_agree_with_types_initial_values_and_assumptions() -> None:
    instance = Instance(free_path(), SMALL)
    with pytest.raises(Impossible, match="cannot hold"):
        initial_state(instance, {("zone.nr_free_pages", ()): "MOVABLE"})
    with pytest.raises(Impossible, match="starts with 0, not 3"):
        initial_state(instance, {("zone.nr_free_pages", ()): 3})
    with pytest.raises(Impossible, match="no shared"):
        initial_state(instance, {("cpu.p", (CPU0,)): PAGE0})
    with pytest.raises(Impossible, match="no_straddling_buddies does not hold"):
        initial_state(instance, {("page.buddy", (PAGE0,)): PAGE0})


def test_a_start_that_no_values_satisfy_names_the_assumptions() -> None:
    instance = Instance(free_path(), {"page": 3, "pageblock": 1, "cpu": 1})
    with pytest.raises(Impossible, match="no_straddling_buddies"):
        initial_state(instance, {})


def test_integers_without_end_start_small() -> None:
    size = variable("size", NAT, constant=True)
    free = variable("free", INT)
    big = binary(">", read(size), literal(1000))
    instance = Instance(model((size, free), assumptions=(("big", big),)), {"cpu": 1})
    state = initial_state(instance, {})
    assert state.values == {("size", ()): 1001, ("free", ()): 0}
