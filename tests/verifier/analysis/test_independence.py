from __future__ import annotations

import pytest

from frontend.model import (
    BOOL,
    FALSE,
    INT,
    TRUE,
    Assign,
    At,
    Bound,
    Bulk,
    Constant,
    Expression,
    Instruction,
    Object,
    Quantified,
    QuantifierKind,
    Read,
    Require,
    Write,
)
from tests.support.verifier.building import (
    Program,
    binary,
    invariant,
    model,
    number,
    reference,
    variable,
)
from verifier.analysis.independence import footprints, independent
from verifier.bounded.ordering import symmetric

CPU, PAGE = reference("cpu"), reference("page")
ME = Program("cpu", 1).me
A, B = Read("a", (), INT), Read("b", (), INT)
Q, C = Bound("q", PAGE), Bound("c", CPU)


def set_to(variable_name: str, value: Expression, *index: Expression) -> Assign:
    return Assign(variable_name, index, value)


def anywhere(*locations: int) -> Require:
    somebody = Quantified(QuantifierKind.EXISTS, (C,), At(C, frozenset(locations)), BOOL)
    return Require(somebody)


CASES: list[tuple[str, list[Instruction], list[Instruction], bool]] = [
    ("two variables", [set_to("a", number(1))], [set_to("b", number(1))], True),
    ("one variable written twice", [set_to("a", number(1))], [set_to("a", number(1))], False),
    ("a right side", [set_to("a", number(1))], [set_to("b", A)], False),
    ("a guard", [set_to("a", number(1))], [Require(binary("<", A, number(1)))], False),
    ("two readers", [set_to("b", A)], [Require(binary("<", A, number(1)))], True),
    ("constants", [set_to("a", Read("size", (), INT))], [set_to("b", Read("size", (), INT))], True),
    ("own elements", [set_to("cpu.n", A, ME)], [set_to("cpu.n", A, ME)], True),
    (
        "another's element",
        [set_to("cpu.n", A, ME)],
        [Require(binary("<", Read("cpu.n", (Constant(Object("cpu", 0), CPU),), INT), A))],
        False,
    ),
    (
        "a bulk update",
        [Bulk((Q,), TRUE, (Write("page.f", (Q,), TRUE),))],
        [Require(Read("page.f", (Constant(Object("page", 0), PAGE),), BOOL))],
        False,
    ),
    ("who stands at the source", [set_to("a", number(1))], [anywhere(0)], False),
    ("who stands elsewhere", [set_to("a", number(1))], [anywhere(3)], True),
]


@pytest.mark.parametrize(
    ("left", "right", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_steps_are_independent_unless_one_writes_what_the_other_touches(
    left: list[Instruction], right: list[Instruction], expected: bool
) -> None:
    program = Program("cpu", 4)
    program.step(0, 1, *left)
    program.step(1, 2, *right)
    built = model(
        [
            variable("a", INT, 0),
            variable("b", INT, 0),
            variable("size", INT, constant=True),
            variable("cpu.n", INT, 0, (CPU,)),
            variable("page.f", BOOL, False, (PAGE,)),
        ],
        [program],
        [invariant("true", TRUE)],
        sorts=["page"],
    )
    first, second = footprints(built).values()
    assert independent(first, second) is expected
    assert independent(second, first) is expected


def test_a_model_that_names_an_object_is_not_symmetric() -> None:
    def built(start: Expression) -> bool:
        program = Program("cpu", 2)
        program.step(0, 1, set_to("a", number(1)))
        return symmetric(model([variable("a", INT, 0)], [program], [invariant("p", start)]))

    assert built(FALSE)
    assert not built(binary("==", Constant(Object("cpu", 0), CPU), Constant(Object("cpu", 0), CPU)))
