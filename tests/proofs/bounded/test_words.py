from __future__ import annotations

from random import Random

import pytest

from frontend.model import Operator
from proofs.bounded.aig import Graph
from proofs.bounded.blast import Blaster, bit_names
from proofs.bounded.numbers import Number, Numbers, Unencodable, width_of
from proofs.bounded.smt_text import Script
from proofs.bounded.words import BOOLEAN, Operation, Term, Words
from proofs.interpreter.evaluate import calculate
from tests.support.proofs.evaluating import evaluate
from tests.support.proofs.models import ARITHMETIC
from tests.support.proofs.systems import z3

BINARY = [
    Operation.ADD,
    Operation.SUBTRACT,
    Operation.MULTIPLY,
    Operation.QUOTIENT,
    Operation.REMAINDER,
    Operation.BIT_AND,
    Operation.BIT_OR,
    Operation.BIT_XOR,
    Operation.SHIFT_LEFT,
    Operation.SHIFT_RIGHT,
]
ORDER = [Operator.LT, Operator.LE, Operator.GT, Operator.GE]


def bits(name: str, value: int, width: int) -> dict[str, bool]:
    return {bit: bool(value >> place & 1) for place, bit in enumerate(bit_names(name, width))}


def gates(term: Term, values: dict[str, bool]) -> int:
    """The value of a term by gates, unsigned."""
    blaster = Blaster(Graph())
    found = evaluate(blaster.graph, values, blaster.bits(term))
    return sum(bit << place for place, bit in enumerate(found))


@pytest.mark.parametrize("width", [1, 3])
def test_gates_and_z3_agree_on_every_operator_and_every_word(width: int) -> None:
    words = Words()
    x, y = words.variable("x", width), words.variable("y", width)
    terms = [words.combine(operation, x, y) for operation in BINARY]
    terms += [words.resized(terms[0], width + 2), words.resized(terms[2], max(width - 1, 1))]
    terms += [words.compare(operation, x, y) for operation in (Operation.BELOW, Operation.LESS)]
    terms += [words.equal(x, y), words.choose(words.equal(x, y), terms[2], terms[3])]
    script = Script(terms)
    symbols = {name: z3.BitVec(name, width) for name in ("x", "y")}
    lines = [line for line in script.lines if not line.startswith("(declare")]
    for term in terms:
        sort = "Bool" if term.width == BOOLEAN else f"(_ BitVec {term.width})"
        text = f"(declare-const r {sort})(assert (= r {script.text(term)}))"
        (parsed,) = z3.parse_smt2_string("\n".join([*lines, text]), decls=symbols)
        result = z3.Bool("r") if term.width == BOOLEAN else z3.BitVec("r", term.width)
        right = next(child for child in parsed.children() if not z3.eq(child, result))
        for one in range(1 << width):
            for two in range(1 << width):
                pairs = [(symbols["x"], one), (symbols["y"], two)]
                swapped = [(word, z3.BitVecVal(value, width)) for word, value in pairs]
                value = z3.simplify(z3.substitute(right, *swapped))
                expected = value.as_long() if term.width else int(z3.is_true(value))
                inputs = {**bits("x", one, width), **bits("y", two, width)}
                assert gates(term, inputs) == expected, (term.operation, one, two)


def by_gates(number: Number, values: dict[str, bool]) -> int:
    found = gates(number.term, values)
    return found - (found >> (number.term.width - 1) << number.term.width)


@pytest.mark.parametrize("seed", range(12))
def test_numbers_compute_what_integers_do(seed: int) -> None:
    random = Random(seed)
    numbers = Numbers(Words())
    low, other = random.randint(-9, 6), random.randint(-5, 6)
    left = numbers.variable("x", low, low + random.randint(0, 9))
    right = numbers.variable("y", other, other + random.randint(0, 5))
    for one in range(left.low, left.high + 1):
        for two in range(right.low, right.high + 1):
            inputs = {**bits("x", one, left.term.width), **bits("y", two, right.term.width)}
            for operator in ARITHMETIC:
                divides = operator in (Operator.DIV, Operator.MOD)
                shifts = operator in (Operator.SHL, Operator.SHR)
                if (divides and two == 0) or (shifts and two < 0):
                    continue
                result = numbers.calculate(operator, left, right)
                expected = calculate(operator, one, two)
                assert by_gates(result, inputs) == expected, (operator, one, two)
                assert result.low <= expected <= result.high
            less = numbers.less(left, right)
            assert gates(less, inputs) == int(one < two)
            assert gates(numbers.equal(left, right), inputs) == int(one == two)
            assert by_gates(numbers.negative(left), inputs) == -one


def test_operators_on_literals_are_literals() -> None:
    numbers = Numbers(Words())
    for operator in ARITHMETIC:
        for one, two in ((-7, 2), (7, 2), (5, 1), (0, 3)):
            result = numbers.calculate(operator, numbers.constant(one), numbers.constant(two))
            assert by_gates(result, {}) == calculate(operator, one, two)


@pytest.mark.parametrize("high", [0, 3, 4, 7])
@pytest.mark.parametrize("low", [-8, -4, -3, 0])
def test_whether_a_word_is_in_range_is_told_for_every_word(low: int, high: int) -> None:
    numbers = Numbers(Words())
    number = numbers.variable("x", -3, 6)  # four bits: other values can stand in them
    inside = numbers.inside(number, low, high)
    for value in range(-8, 8):
        assert gates(inside, bits("x", value, 4)) == int(low <= value <= high)


def test_counts_count() -> None:
    words = Words()
    numbers = Numbers(words)
    truths = [words.variable(name, BOOLEAN) for name in "abcde"]
    count = numbers.count(truths)
    for mask in range(32):
        values = {name: bool(mask >> place & 1) for place, name in enumerate("abcde")}
        assert by_gates(count, values) == mask.bit_count()


def test_a_shift_without_an_end_is_refused() -> None:
    numbers = Numbers(Words())
    far = numbers.variable("y", 0, 1 << 20)
    with pytest.raises(Unencodable, match="shift"):
        numbers.calculate(Operator.SHL, numbers.constant(1), far)
    assert width_of(-8, 7) == 4
    with pytest.raises(Unencodable, match="bits"):
        width_of(0, 1 << 600)


def test_plain_truth_values_fold() -> None:
    words = Words()
    a, b = words.variable("a", BOOLEAN), words.variable("b", BOOLEAN)
    no = words.negation(a)
    assert words.all([a, b, no]) is words.false
    assert words.any([a, no]) is words.true
    assert words.equal(a, no) is words.false
    assert words.choose(a, words.true, b) is words.any([a, b])
    assert words.choose(no, b, a) is words.choose(a, a, b)
    assert words.equal(no, words.negation(b)) is words.equal(b, a)
