"""Integer operators in SMT-LIB are those of the interpreter, for all small values."""

from __future__ import annotations

from itertools import product

import pytest

from frontend.model import IntType, Operator
from proofs.answers.invariant import Claim, Duty
from proofs.every_size.arithmetic import UNKNOWN, operation
from proofs.every_size.printing import declaration, functions, written
from proofs.every_size.terms import (
    BOOL,
    INT,
    Term,
    apply,
    both,
    conjunction,
    equal,
    implies,
    negate,
    number,
    truth,
)
from proofs.interpreter.evaluate import Undefined, calculate
from proofs.solvers.query import Query
from tests.support.proofs.solving import cvc5_answers, z3_answers

SMALL = IntType(-4, 3)
ARITHMETIC = [item for item in Operator if item.value not in ("&&", "||", "=>", "==", "!=")]


def defined(operator: Operator, left: int, right: int) -> int | bool | None:
    try:
        return calculate(operator, left, right)
    except Undefined:
        return None


def is_value(found: Term, wanted: int | bool) -> Term:
    expected = truth(bool(wanted)) if found.sort == BOOL else number(int(wanted))
    return equal(found, expected)


def query(goal: Term) -> Query:
    declared = [declaration(name, *shape) for name, shape in functions((goal,)).items()]
    lines = ["(set-logic ALL)", *declared, "(push 1)", f"(assert {written(negate(goal))})"]
    claim = Claim(Duty.FOLLOWS, property="operator")
    return Query("operator", (claim,), "\n".join((*lines, "(check-sat)", "(pop 1)")))


@pytest.mark.parametrize("operator", ARITHMETIC, ids=lambda item: item.name)
def test_on_two_unknown_sides(operator: Operator) -> None:
    left, right = apply("left", INT), apply("right", INT)
    found = operation(operator, left, right, SMALL, SMALL)
    cases = []
    for a, b in product(range(-4, 4), repeat=2):
        wanted = defined(operator, a, b)
        if wanted is not None:
            here = both(equal(left, number(a)), equal(right, number(b)))
            cases.append(implies(here, is_value(found, wanted)))
    assert set(z3_answers(query(conjunction(cases))).values()) == {"unsat"}


@pytest.mark.parametrize("operator", ARITHMETIC, ids=lambda item: item.name)
def test_on_a_constant_right_side(operator: Operator) -> None:
    left = apply("left", INT)
    cases = []
    for b in (-3, -1, 1, 2, 3, 7):
        found = operation(operator, left, number(b), IntType(None, None), IntType(b, b))
        for a in range(-9, 10):
            wanted = defined(operator, a, b)
            if wanted is not None and not any(
                name.startswith("bits") for name in functions((found,))
            ):
                cases.append(implies(equal(left, number(a)), is_value(found, wanted)))
    assert cases or operator in UNKNOWN
    goal = conjunction(cases)
    assert set(z3_answers(query(goal)).values()) == {"unsat"}
    assert set(cvc5_answers(query(goal)).values()) == {"unsat"}


def test_bits_of_unlimited_integers_are_unknown_and_not_wrong() -> None:
    found = operation(
        Operator.BOR, apply("left", INT), apply("right", INT), IntType(None, None), SMALL
    )
    assert functions((found,)).keys() >= {"bits.or"}
