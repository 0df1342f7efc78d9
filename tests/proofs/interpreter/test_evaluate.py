from __future__ import annotations

import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontend.model import (
    INT,
    LOCK,
    At,
    Bound,
    Conditional,
    Constant,
    Expression,
    Held,
    HeldBy,
    IntType,
    Model,
    Negative,
    Not,
    Object,
    Operator,
    Read,
    ReferenceType,
    Self,
    Temporary,
    Value,
    WaitCycle,
    WaitEdge,
)
from proofs.answers.trace import State
from proofs.interpreter.evaluate import (
    Scope,
    TooLarge,
    Undefined,
    Unset,
    calculate,
    evaluate,
    holds,
)
from proofs.interpreter.instance import Instance
from tests.support.proofs.models import (
    BLOCK_OF,
    CPU,
    FREE,
    KIND,
    ME,
    PAGE,
    binary,
    count,
    exists,
    forall,
    free_path,
    literal,
    model,
    read,
    variable,
)
from tests.support.proofs.runs import CPU0, CPU1, PAGE0, PAGE1, PAGE2

COUNTER = variable("counter", INT, initial=0)
NEXT = variable("page.next", ReferenceType("page", optional=True), PAGE, initial=None)
LOCKS = variable("page.lock", LOCK, PAGE, initial=None)
WAITS = variable("cpu.wanted", PAGE, CPU, initial=PAGE0)


def small() -> Model:
    return model((COUNTER, NEXT, LOCKS, WAITS), sorts=("page", "cpu"))


def over(values: dict[tuple[str, tuple[Value, ...]], Value], places: int = 0) -> Scope:
    instance = Instance(small(), {"page": 3, "cpu": 3})
    complete: dict[tuple[str, tuple[Value, ...]], Value] = {
        (COUNTER.name, ()): 0,
        **{(NEXT.name, (page,)): None for page in instance.objects("page")},
        **{(LOCKS.name, (page,)): None for page in instance.objects("page")},
        **{(WAITS.name, (cpu,)): PAGE0 for cpu in instance.objects("cpu")},
        **values,
    }
    state = State(complete, dict.fromkeys(instance.threads(), places))
    return Scope.of(instance, state, CPU0)


def value(expression: Expression) -> Value:
    return evaluate(expression, over({}))


numbers = st.integers(-(2**31) + 1, 2**31 - 1)


@given(numbers, numbers.filter(bool))
def test_division_truncates_as_c_does(left: int, right: int) -> None:
    # What C11 6.5.5 requires: (a / b) * b + a % b == a, and truncation towards zero.
    quotient = value(binary("/", literal(left), literal(right)))
    rest = value(binary("%", literal(left), literal(right)))
    assert isinstance(quotient, int)
    assert isinstance(rest, int)
    assert quotient * right + rest == left
    assert abs(rest) < abs(right)
    assert rest == 0 or (rest < 0) == (left < 0)


def test_division_of_negative_numbers_is_not_pythons() -> None:
    assert value(binary("/", literal(-7), literal(2))) == -3
    assert value(binary("%", literal(-7), literal(2))) == -1
    assert value(binary("%", literal(7), literal(-2))) == 1


@given(numbers, numbers)
def test_bit_operators_agree_with_machine_words(left: int, right: int) -> None:
    for operator in (Operator.BAND, Operator.BOR, Operator.BXOR):
        ours = calculate(operator, left, right)
        unsigned = calculate(operator, left & 0xFFFFFFFF, right & 0xFFFFFFFF)
        assert ours == ctypes.c_int32(int(unsigned)).value


@given(numbers, st.integers(0, 20))
def test_shifts_multiply_and_divide_towards_minus_infinity(number: int, places: int) -> None:
    assert value(binary("<<", literal(number), literal(places))) == number * 2**places
    assert value(binary(">>", literal(number), literal(places))) == number // 2**places


@given(numbers, numbers)
def test_comparisons_and_arithmetic_are_pythons(left: int, right: int) -> None:
    a, b = literal(left), literal(right)
    assert value(binary("<", a, b)) == (left < right)
    assert value(binary("<=", a, b)) == (left <= right)
    assert value(binary(">", a, b)) == (left > right)
    assert value(binary(">=", a, b)) == (left >= right)
    assert value(binary("==", a, b)) == (left == right)
    assert value(binary("!=", a, b)) == (left != right)
    assert value(binary("-", a, b)) == left - right
    assert value(binary("*", a, b)) == left * right
    assert value(Negative(a, INT)) == -left


BROKEN = binary("==", binary("/", literal(1), literal(0)), literal(1))


@pytest.mark.parametrize(
    ("operator", "left", "expected"),
    [("&&", False, False), ("||", True, True), ("=>", False, True)],
)
def test_the_right_side_is_not_evaluated_where_the_left_decides(
    operator: str, left: bool, expected: bool
) -> None:
    assert value(binary(operator, literal(left), BROKEN)) is expected
    with pytest.raises(Undefined):
        value(binary(operator, literal(not left), BROKEN))


def test_only_the_chosen_branch_of_a_conditional_is_evaluated() -> None:
    assert value(Conditional(literal(True), literal(3), BROKEN, INT)) == 3
    assert value(Conditional(literal(False), BROKEN, literal(4), INT)) == 4


def test_long_chains_are_evaluated_in_order_and_do_not_fill_the_stack() -> None:
    long: Expression = literal(True)
    for _ in range(5_000):
        long = binary("&&", long, literal(True))
    assert value(long) is True
    assert value(binary("&&", binary("&&", long, literal(False)), BROKEN)) is False
    with pytest.raises(Undefined):
        value(binary("&&", binary("&&", long, BROKEN), literal(False)))


@pytest.mark.parametrize(("left", "right"), [(False, False), (False, True), (True, True)])
def test_implication(left: bool, right: bool) -> None:
    assert value(binary("=>", literal(left), literal(right))) is True
    assert value(binary("=>", literal(True), literal(False))) is False


def test_a_shift_by_a_negative_number_means_nothing() -> None:
    with pytest.raises(Undefined, match="shift"):
        value(binary("<<", literal(1), literal(-1)))


def test_reading_through_none_means_nothing() -> None:
    behind = read(NEXT, read(NEXT, literal(PAGE0, PAGE)))
    with pytest.raises(Undefined):
        value(behind)
    chain = over({(NEXT.name, (PAGE0,)): PAGE1, (NEXT.name, (PAGE1,)): PAGE2})
    assert evaluate(behind, chain) == PAGE2


def test_a_point_without_value_is_named() -> None:
    instance = Instance(small(), {"page": 1, "cpu": 1})
    scope = Scope.of(instance, State({}, {CPU0: 0}))
    with pytest.raises(Unset, match="counter") as caught:
        evaluate(read(COUNTER), scope)
    assert caught.value.point == (COUNTER.name, ())


def test_counts_run_over_all_tuples_of_the_binders() -> None:
    p, q = Bound("p", PAGE), Bound("q", PAGE)
    assert value(count([p, q], binary("!=", p, q))) == 6
    assert value(count([p, q], binary("==", p, q))) == 3
    small_number = Bound("n", IntType(2, 5))
    assert value(count([small_number], binary("<", small_number, literal(4)))) == 2


def test_quantifiers_nest_and_see_outer_binders() -> None:
    p, q = Bound("p", PAGE), Bound("q", PAGE)
    assert value(forall([p], exists([q], binary("!=", p, q)))) is True
    assert value(exists([p], forall([q], binary("==", p, q)))) is False


def test_binders_of_optional_references_skip_none() -> None:
    p = Bound("p", ReferenceType("page", optional=True))
    assert value(count([p], literal(True))) == 3


def test_places_and_owners_of_threads() -> None:
    lock = Read(LOCKS.name, (literal(PAGE1, PAGE),), LOCK)
    scope = over({(LOCKS.name, (PAGE1,)): CPU1}, places=1)
    assert evaluate(At(ME, frozenset({1, 4})), scope) is True
    assert evaluate(At(ME, frozenset({0})), scope) is False
    assert evaluate(Held(lock), scope) is True
    assert evaluate(HeldBy(lock, literal(CPU1, CPU)), scope) is True
    assert evaluate(HeldBy(lock, ME), scope) is False
    assert evaluate(Held(lock), over({})) is False
    assert evaluate(Not(HeldBy(lock, ME)), over({})) is True


def circle(wanted: list[Object], owners: list[Object | None]) -> bool:
    """Thread i waits for the lock of `wanted[i]`; the lock of page j is owned by `owners[j]`."""
    edge = WaitEdge("cpu", 1, Read(LOCKS.name, (read(WAITS, ME),), LOCK))
    cpus = [Object("cpu", index) for index in range(3)]
    pages = [PAGE0, PAGE1, PAGE2]
    scope = over(
        {
            **{(WAITS.name, (cpu,)): page for cpu, page in zip(cpus, wanted, strict=True)},
            **{(LOCKS.name, (page,)): cpu for page, cpu in zip(pages, owners, strict=True)},
        },
        places=1,
    )
    return holds(WaitCycle((edge,)), scope)


def test_a_circle_of_waiting_threads_is_found() -> None:
    cpu2 = Object("cpu", 2)
    assert circle([PAGE1, PAGE0, PAGE2], [CPU0, CPU1, None])
    assert circle([PAGE1, PAGE2, PAGE0], [CPU0, CPU1, cpu2])
    assert circle([PAGE1, PAGE2, PAGE1], [None, CPU1, cpu2])  # a tail into a circle


def test_a_chain_of_waiting_threads_is_no_circle() -> None:
    assert not circle([PAGE1, PAGE2, PAGE2], [CPU0, CPU1, None])
    assert not circle([PAGE0, PAGE0, PAGE0], [CPU0, None, None])  # its own lock: a relock


def test_threads_elsewhere_do_not_wait() -> None:
    edge = WaitEdge("cpu", 2, Read(LOCKS.name, (read(WAITS, ME),), LOCK))
    scope = over({(LOCKS.name, (PAGE0,)): CPU1}, places=1)
    assert not holds(WaitCycle((edge,)), scope)


def test_self_and_temporaries_stand_for_what_they_are_given() -> None:
    scope = over({})
    assert evaluate(Self(CPU), scope) == CPU0
    named = Scope(scope.instance, scope.values, scope.places, None, {}, {"t": 7})
    assert evaluate(Temporary("t", INT), named) == 7
    with pytest.raises(Undefined):
        evaluate(Self(CPU), named)


def test_a_thread_outside_the_instance_means_nothing() -> None:
    with pytest.raises(Undefined):
        value(At(Constant(Object("cpu", 9), CPU), frozenset({0})))


def test_types_list_their_values_and_know_them() -> None:
    instance = Instance(free_path(), {"page": 2, "pageblock": 1, "cpu": 1})
    optional = ReferenceType("page", optional=True)
    assert list(instance.values(optional)) == [None, PAGE0, PAGE1]
    assert list(instance.values(IntType(-1, 1))) == [-1, 0, 1]
    assert list(instance.values(LOCK)) == [None, CPU0]
    assert not instance.contains(PAGE, None)
    assert not instance.contains(PAGE, PAGE2)
    assert not instance.contains(INT, True)
    assert not instance.contains(KIND.type, "CMA")
    assert not instance.contains(IntType(0, 3), 4)
    assert list(instance.candidates(INT))[:5] == [0, 1, -1, 2, -2]
    assert next(instance.candidates(IntType(1000, None))) == 1000
    assert next(instance.candidates(IntType(None, -5))) == -5
    assert instance.is_point((FREE.name, (PAGE1,)))
    assert not instance.is_point((FREE.name, ()))
    assert not instance.is_point((BLOCK_OF.name, (CPU0,)))
    with pytest.raises(ValueError, match="listed"):
        instance.values(INT)


def test_an_instance_needs_a_size_for_each_sort() -> None:
    with pytest.raises(ValueError, match="pageblock"):
        Instance(free_path(), {"page": 2, "cpu": 1})


def test_a_number_that_would_eat_the_machine_is_none() -> None:
    large = 1 << 4000
    assert calculate(Operator.MUL, large, 1 << 90) == 1 << 4090
    assert calculate(Operator.SHL, 0, 1 << 80) == 0
    assert calculate(Operator.SHR, large, 1 << 80) == 0
    for operator, left, right in (
        (Operator.MUL, large, large),
        (Operator.MUL, -large, large),
        (Operator.SHL, 1, 1 << 80),
    ):
        with pytest.raises(TooLarge):
            calculate(operator, left, right)
