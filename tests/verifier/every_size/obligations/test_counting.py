from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random

import pytest

from frontend.model import (
    BOOL,
    INT,
    Assign,
    Bound,
    Bulk,
    Conditional,
    Constant,
    EnumType,
    Expression,
    Instruction,
    Model,
    Not,
    Pick,
    Quantified,
    QuantifierKind,
    Read,
    Step,
    Temporary,
    Write,
)
from proofs.answers.trace import State
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.execute import enabled, execute
from proofs.interpreter.instance import Instance
from tests.support.verifier.building import Program, binary, model, number, reference, variable
from verifier.every_size.obligations.verification_conditions import Holds, VerificationConditions

PAGE, BLOCK = reference("page"), reference("block")
LIST = EnumType("list", ("A", "B"))
VARIABLES = (
    variable("free", BOOL, index=(PAGE,), free=True),
    variable("list", LIST, index=(PAGE,), free=True),
    variable("block", BLOCK, index=(PAGE,), constant=True),
    variable("held", BOOL, index=(BLOCK,), free=True),
    variable("n", INT, free=True),
    variable("m", INT, free=True),
    variable("p", PAGE, free=True),
    variable("q", PAGE, free=True),
    variable("b", BLOCK, free=True),
)
X = Bound("x", PAGE)
P, Q, B = Read("p", (), PAGE), Read("q", (), PAGE), Read("b", (), BLOCK)
N, M = Read("n", (), INT), Read("m", (), INT)


def free(page: Expression) -> Expression:
    return Read("free", (page,), BOOL)


def listed(page: Expression) -> Expression:
    return Read("list", (page,), LIST)


def block(page: Expression) -> Expression:
    return Read("block", (page,), BLOCK)


def member(name: str) -> Expression:
    return Constant(name, LIST)


def both(left: Expression, right: Expression) -> Expression:
    return binary("&&", left, right)


def count(body: Expression) -> Expression:
    return Quantified(QuantifierKind.COUNT, (X,), body, INT)


def system(*body: Instruction) -> tuple[Model, Step]:
    program = Program("cpu", 2)
    program.step(0, 1, *body)
    made = model(VARIABLES, [program], [], sorts=("page", "block"), enums=(LIST,))
    return made, made.threads[0].steps[0]


def proved(body: tuple[Instruction, ...], before: Expression, after: Expression) -> bool:
    made, step = system(*body)
    return isinstance(VerificationConditions(made).consecution([before], step, after), Holds)


# --- what must be proved -------------------------------------------------------------------

FREE_A = both(free(X), binary("==", listed(X), member("A")))
IN_B = both(free(X), binary("==", block(X), B))


def one_if(condition: Expression) -> Expression:
    return Conditional(condition, number(1), number(0), INT)


def move(target: str) -> Bulk:
    write = Write("list", (X,), member(target))
    return Bulk((X,), both(binary("==", block(X), B), free(X)), (write,))


def test_one_object_more() -> None:
    body = (
        Assign("n", (), binary("+", N, one_if(Not(free(P))))),
        Assign("free", (P,), Constant(True, BOOL)),
    )
    counted = binary("==", N, count(free(X)))
    assert proved(body, counted, counted)


def test_one_object_less_than_is_true_is_not_proved() -> None:
    body = (
        Assign("n", (), binary("+", N, number(1))),
        Assign("free", (P,), Constant(True, BOOL)),
    )
    counted = binary("==", N, count(free(X)))
    assert not proved(body, counted, counted)


def test_two_objects_that_may_coincide() -> None:
    def body(second: Expression) -> tuple[Instruction, ...]:
        return (
            Assign("n", (), binary("+", N, one_if(Not(free(P))))),
            Assign("free", (P,), Constant(True, BOOL)),
            Assign("n", (), binary("+", N, second)),
            Assign("free", (Q,), Constant(True, BOOL)),
        )

    counted = binary("==", N, count(free(X)))
    assert proved(body(one_if(Not(free(Q)))), counted, counted)
    start = both(counted, both(Not(free(P)), Not(free(Q))))
    assert not proved(body(number(1)), start, counted)
    assert proved(body(number(1)), both(start, binary("!=", P, Q)), counted)


def test_a_bulk_update_moves_whole_regions() -> None:
    body = (move("B"), Assign("n", (), binary("-", N, count(IN_B))))
    counted = binary("==", N, count(FREE_A))
    all_a = Quantified(
        QuantifierKind.FORALL,
        (Bound("y", PAGE),),
        binary(
            "=>",
            both(free(Bound("y", PAGE)), binary("==", block(Bound("y", PAGE)), B)),
            binary("==", listed(Bound("y", PAGE)), member("A")),
        ),
        BOOL,
    )
    assert proved(body, both(counted, all_a), counted)
    assert not proved(body, counted, counted)


def test_a_body_that_follows_a_reference() -> None:
    """Which pages lie in a held block changes for every page of the block."""
    inside = Read("held", (block(X),), BOOL)
    body = (
        Assign("n", (), binary("+", N, count(binary("==", block(X), B)))),
        Assign("held", (B,), Constant(True, BOOL)),
    )
    counted = binary("==", N, count(inside))
    assert proved(body, both(counted, Not(Read("held", (B,), BOOL))), counted)
    assert not proved(body, counted, counted)


def test_at_most_one_means_equal() -> None:
    one = binary("<=", count(free(X)), number(1))
    two_free = both(free(P), free(Q))
    assert proved((), both(one, two_free), binary("==", P, Q))
    two = binary("<=", count(free(X)), number(2))
    assert not proved((), both(two, two_free), binary("==", P, Q))


def test_more_than_none_means_some() -> None:
    some = Quantified(QuantifierKind.EXISTS, (X,), free(X), BOOL)
    assert proved((), binary(">", count(free(X)), number(0)), some)
    assert proved((), some, binary(">", count(free(X)), number(0)))
    assert not proved((), some, binary(">", count(free(X)), number(1)))


def test_a_part_counts_no_more_than_the_whole() -> None:
    body = (Assign("n", (), count(FREE_A)), Assign("m", (), count(free(X))))
    everything = Constant(True, BOOL)
    assert proved(body, everything, binary("<=", N, M))
    assert not proved(body, everything, binary("<", N, M))


def test_a_lemma_that_counts_for_every_block() -> None:
    some, page = Bound("c", BLOCK), Temporary("new", PAGE)
    per_block = Quantified(
        QuantifierKind.FORALL,
        (some,),
        binary("<=", count(both(free(X), binary("==", block(X), some))), number(3)),
        BOOL,
    )
    off = (Pick(page), Assign("free", (page,), Constant(False, BOOL)))
    on = (Pick(page), Assign("free", (page,), Constant(True, BOOL)))
    assert proved(off, per_block, per_block)
    assert not proved(on, per_block, per_block)


# --- what must not be proved: against enumeration ------------------------------------------


class Dice:
    """Random bodies, updates and lemmas."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def page(self) -> Expression:
        return self.random.choice([P, Q])

    def body(self, depth: int, x: Expression) -> Expression:
        if depth > 0 and self.random.random() < 0.6:
            left, right = self.body(depth - 1, x), self.body(depth - 1, x)
            return self.random.choice(
                [both(left, right), binary("||", left, right), Not(left), binary("==", left, right)]
            )
        return self.random.choice(
            [
                free(x),
                binary("==", listed(x), member(self.random.choice("AB"))),
                binary("==", block(x), B),
                binary("==", x, self.page()),
                Read("held", (block(x),), BOOL),
                binary("==", listed(self.page()), member("A")),
            ]
        )

    def update(self) -> Instruction:
        truth = Constant(self.random.random() < 0.5, BOOL)
        kind = self.random.randrange(5)
        if kind == 0:
            return Assign("free", (self.page(),), truth)
        if kind == 1:
            return Assign("held", (block(self.page()),), truth)
        if kind == 2:
            return Assign("list", (self.page(),), member(self.random.choice("AB")))
        if kind == 3:
            return Assign("n", (), binary("+", N, self.amount()))
        return Bulk((X,), self.body(1, X), (Write("free", (X,), self.body(1, X)),))

    def amount(self) -> Expression:
        kind = self.random.randrange(3)
        if kind == 0:
            return number(self.random.choice([-1, 1]))
        if kind == 1:
            return one_if(self.body(1, self.page()))
        return count(self.body(2, X))

    def lemma(self) -> Expression:
        counted = count(self.body(2, X))
        return binary(
            self.random.choice(["==", "<=", ">="]),
            N if self.random.random() < 0.5 else number(1),
            counted,
        )


def states(instance: Instance, random: Random) -> Iterator[State]:
    """All states but for the values of n, which are around those of counts."""
    points = [
        point
        for item in VARIABLES
        if item.name not in ("n", "m")
        for point in instance.points(item)
    ]
    types = {item.name: item.type for item in VARIABLES}
    domains = [instance.values(types[name]) for name, _ in points]
    every = list(product(*domains))
    for values in every if len(every) < 40 else random.sample(every, 40):
        for n in range(-1, 4):
            pairs = dict(zip(points, values, strict=True))
            yield State({**pairs, ("n", ()): n, ("m", ()): 0}, dict.fromkeys(instance.threads(), 0))


@pytest.mark.parametrize("seed", range(50))
def test_nothing_is_proved_that_a_small_system_violates(seed: int) -> None:
    dice = Dice(seed)
    made, step = system(*(dice.update() for _ in range(dice.random.randint(1, 3))))
    before, after = dice.lemma(), dice.lemma()
    prover = VerificationConditions(made)
    claims = [
        (hypotheses, goal)
        for hypotheses, goal in (([before], before), ([before, after], after), ([before], after))
        if isinstance(prover.consecution(hypotheses, step, goal), Holds)
    ]
    if not claims:
        return
    for pages, blocks in ((1, 1), (2, 1), (2, 2), (3, 2)):
        instance = Instance(made, {"cpu": 1, "page": pages, "block": blocks})
        for state in states(instance, dice.random):
            here = Scope.of(instance, state)
            for hypotheses, goal in claims:
                if not all(holds(item, here) for item in hypotheses):
                    continue
                for item in enabled(instance, state):
                    new = execute(instance, state, item).state
                    assert new is not None
                    assert holds(goal, Scope.of(instance, new)), (hypotheses, goal)
