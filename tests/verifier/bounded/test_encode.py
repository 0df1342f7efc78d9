"""The z3 encoding against the interpreter of `proofs`, which shares no code with it."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from frontend.model import INT, Model, Object, Operator, Value
from proofs.answers.trace import Move, Point, State
from proofs.interpreter.evaluate import calculate
from proofs.interpreter.execute import enabled, execute
from proofs.interpreter.instance import Instance
from tests.support.proofs.models import ARITHMETIC
from tests.support.verifier.building import Program, invariant, model, number, variable
from tests.support.verifier.naive import starts
from tests.support.verifier.random_models import random_model
from verifier.bounded.encode import Encoder, Frame
from verifier.bounded.intervals import TooWide, width
from verifier.bounded.smt import Outcome, Session, Solver
from verifier.bounded.system import System
from verifier.bounded.terms import Number, Truth, constant
from verifier.bounded.transition import Stepper, Transition
from verifier.bounded.unroll import arbitrary
from verifier.protocol.task import Limits

INTERVALS = [(-5, 4), (0, 6), (-3, -1), (2, 9)]
PAIRS = [((-5, 4), (-3, 3)), ((0, 6), (0, 4)), ((-3, -1), (2, 5)), ((2, 6), (-4, -1))]


def session() -> Session:
    return Session(0, Limits())


# --- numbers -------------------------------------------------------------------------------


def excluded(operator: Operator, right: int) -> bool:
    match operator:
        case Operator.DIV | Operator.MOD:
            return right == 0
        case Operator.SHL | Operator.SHR:
            return right < 0
        case _:
            return False


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("operator", ARITHMETIC)
def test_arithmetic_is_that_of_the_interpreter(operator: Operator, whole: bool) -> None:
    for first, second in PAIRS:
        smt = session()
        algebra = smt.algebra
        left, left_inside = algebra.unknown("left", *first, whole)
        right, right_inside = algebra.unknown("right", *second, whole)
        result = algebra.arithmetic(operator, left, right)
        wrong: list[Truth] = []
        for a, b in product(range(first[0], first[1] + 1), range(second[0], second[1] + 1)):
            if excluded(operator, b):
                continue
            here = (
                algebra.equal(left, constant(a, whole)),
                algebra.equal(right, constant(b, whole)),
            )
            expected = calculate(operator, a, b)
            assert result.low is not None
            assert result.high is not None
            assert result.low <= expected <= result.high
            same = algebra.equal(result, constant(expected, whole))
            wrong.append(algebra.all((*here, algebra.negation(same))))
            folded = algebra.arithmetic(operator, constant(a, whole), constant(b, whole))
            assert folded.term == expected
        solver = smt.solver(whole)
        solver.add([left_inside, right_inside, algebra.any(wrong)])
        assert solver.check() is Outcome.UNSAT, (first, second)


@pytest.mark.parametrize("whole", [False, True])
def test_comparisons_look_through_different_widths(whole: bool) -> None:
    for first, second in PAIRS:
        smt = session()
        algebra = smt.algebra
        left, left_inside = algebra.unknown("left", *first, whole)
        right, right_inside = algebra.unknown("right", *second, whole)
        wrong: list[Truth] = []
        for a, b in product(range(first[0], first[1] + 1), range(second[0], second[1] + 1)):
            here = algebra.all(
                (algebra.equal(left, constant(a, whole)), algebra.equal(right, constant(b, whole)))
            )
            for answer, expected in (
                (algebra.less(left, right), a < b),
                (algebra.equal(left, right), a == b),
            ):
                wrong.append(algebra.all((here, algebra.iff(answer, not expected))))
            chosen = algebra.ite(algebra.less(left, right), left, right)
            least = algebra.equal(chosen, constant(min(a, b), whole))
            wrong.append(algebra.all((here, algebra.negation(least))))
        solver = smt.solver(whole)
        solver.add([left_inside, right_inside, algebra.any(wrong)])
        assert solver.check() is Outcome.UNSAT, (first, second)


@pytest.mark.parametrize(("low", "high"), INTERVALS)
def test_an_unknown_takes_exactly_the_values_of_its_interval(low: int, high: int) -> None:
    smt = session()
    solver = smt.solver(whole=False)
    unknown, inside = smt.algebra.unknown("n", low, high, False)
    wide = smt.algebra.arithmetic(Operator.SUB, unknown, constant(0))
    solver.add([inside])
    for value in range(low, high + 1):
        assert solver.check([smt.algebra.equal(wide, constant(value))]) is Outcome.SAT
    solver.add(
        smt.algebra.negation(smt.algebra.equal(unknown, constant(value)))
        for value in range(low, high + 1)
    )
    assert solver.check() is Outcome.UNSAT


def test_a_count_is_as_wide_as_it_needs_to_be() -> None:
    smt = session()
    algebra = smt.algebra
    items: list[Truth] = [True, *(algebra.boolean(f"b{index}") for index in range(5)), False]
    total = algebra.total(items, whole=False)
    assert (total.low, total.high) == (1, 6)
    solver = smt.solver(whole=False)
    for value in range(8):
        expected = Outcome.SAT if 1 <= value <= 6 else Outcome.UNSAT
        assert solver.check([algebra.equal(total, constant(value))]) is expected


def test_a_number_without_end_is_given_up_and_not_wrapped() -> None:
    algebra = session().algebra
    assert width(0, 255) == 8
    value, _ = algebra.unknown("n", 0, 127, False)
    for _ in range(5):
        value = algebra.arithmetic(Operator.MUL, value, value)
    assert value.high == 127**32
    with pytest.raises(TooWide):
        algebra.arithmetic(Operator.MUL, value, value)


# --- steps ---------------------------------------------------------------------------------


class Compared:
    """One transition out of any state, to be asked about single ones."""

    def __init__(self, built: Model, bounds: dict[str, int]) -> None:
        smt = session()
        self.system = System(built, bounds)
        self.encoder = Encoder(self.system, smt.algebra, whole=False)
        self.solver: Solver = smt.solver(whole=False)
        start = arbitrary(self.encoder)
        self.before: Frame = start.frame
        self.transition: Transition = Stepper(self.encoder, smt.poll, canonical=True).transition(
            start.frame, "@0"
        )
        self.solver.add(start.conditions)
        self.solver.add(self.transition.definitions)

    def is_state(self, frame: Frame, state: State) -> Truth:
        values: dict[Point, Value] = dict(state.values)
        threads = self.system.threads()
        conditions: list[Truth] = [
            frame.standing[number].get(state.places[thread], False)
            for number, thread in enumerate(threads)
        ]
        for item in self.system.model.variables:
            for place in self.system.places[item.name]:
                point = self.system.point(place)
                code = self.system.code(values[point], item.type) if point in values else 0
                known = self.encoder.known(code, item.type)
                conditions.append(self.encoder.same(frame.values[place], known))
        return self.encoder.algebra.all(conditions)

    def is_move(self, move: Move) -> Truth:
        algebra = self.encoder.algebra
        number = self.system.threads().index(move.thread)
        effects = [
            item
            for item in self.transition.effects
            if (item.step.thread, item.step.name) == (move.thread.sort, move.step)
        ]
        if not effects:
            return False
        (effect,) = effects
        conditions: list[Truth] = [self.transition.moves[number], effect.taken]
        kinds = {
            part.temporary.name: part.temporary.type
            for part in effect.step.body
            if hasattr(part, "temporary") and part.temporary.name in effect.picks
        }
        for name, value in move.picks:
            code = self.system.code(value, kinds[name])
            known = self.encoder.known(code, kinds[name])
            conditions.append(self.encoder.same(effect.picks[name], known))
        return algebra.all(conditions)

    def agree(self, instance: Instance, state: State) -> list[State]:
        """Asserts that both take the same steps; returns the states after them."""
        algebra, solver = self.encoder.algebra, self.solver
        here = self.is_state(self.before, state)
        moves = enabled(instance, state)
        for move in moves:
            if not any(
                item.step.name == move.step and item.step.thread == move.thread.sort
                for item in self.transition.effects
            ):
                raise AssertionError(f"{move} is missing")
        others = [algebra.negation(self.is_move(move)) for move in moves]
        assert solver.check([here, self.transition.valid, *others]) is Outcome.UNSAT
        after = []
        for move in moves:
            taken = execute(instance, state, move)
            assert solver.check([here, self.is_move(move)]) is Outcome.SAT, move
            verdicts = [
                algebra.iff(self.transition.fails(self.encoder, name), name in names)
                for name, names in self._judged(taken.faults, taken.failed)
            ]
            if taken.state is not None:
                verdicts.append(self.is_state(self.transition.after, taken.state))
                after.append(taken.state)
            wrong = algebra.negation(algebra.all(verdicts))
            assert solver.check([here, self.is_move(move), wrong]) is Outcome.UNSAT, move
        return after

    def _judged(
        self, faults: tuple[str, ...], failed: tuple[str, ...]
    ) -> list[tuple[str, tuple[str, ...]]]:
        names = {
            name for effect in self.transition.effects for name in (*effect.faults, *effect.failed)
        }
        return [(name, (*faults, *failed)) for name in sorted(names)]


@pytest.mark.parametrize("seed", [0, 1, 4, 5, 6, 8, 11, 12])
def test_steps_lead_where_the_interpreter_says(seed: int) -> None:
    built = random_model(seed)
    assert built is not None
    bounds = {"cpu": 1 + seed % 2, "task": 1, "page": 1 + seed // 2 % 2}
    instance = Instance(built, bounds)
    compared = Compared(built, bounds)
    random = Random(seed)
    first = list(starts(instance))
    for _ in range(2):
        if not first:
            break
        state = random.choice(first)
        for _ in range(4):
            after = compared.agree(instance, state)
            if not after:
                break
            state = random.choice(after)


def test_the_threads_of_a_system_have_numbers_across_kinds() -> None:
    one, other = Program("cpu", 1), Program("task", 1)
    built = model(
        [variable("n", INT, 0)], [one, other], [invariant("yes", number(1))], sorts=["page"]
    )
    system = System(built, {"cpu": 2, "task": 1, "page": 3})
    assert system.threads() == (Object("cpu", 0), Object("cpu", 1), Object("task", 0))
    assert system.offsets == {"cpu": 0, "task": 2}


def test_constants_are_known_without_a_solver() -> None:
    algebra = session().algebra
    assert algebra.all([True, True]) is True
    assert algebra.any([False, algebra.boolean("x"), True]) is True
    assert algebra.less(Number(3, 3, 3), Number(5, 5, 5)) is True
    unknown, _ = algebra.unknown("n", 0, 3, False)
    assert algebra.less(unknown, constant(4)) is True
    assert algebra.equal(unknown, constant(9)) is False
