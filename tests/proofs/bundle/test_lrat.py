from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

import dratify
import pytest

from proofs.bundle import check, lrat
from proofs.bundle.cnf import clauses, read_graph
from proofs.solvers.satisfiability import Refuted, Satisfied, Undecided, solve
from tests.support.proofs.graphs import (
    multiplication_commutes,
    of_clauses,
    pigeonhole,
    random_formula,
    random_graph,
)

Formula = Sequence[tuple[int, ...]]


def variables(formula: Formula) -> int:
    return max(abs(literal) for clause in formula for literal in clause)


def dimacs(formula: Formula) -> str:
    lines = [f"p cnf {variables(formula)} {len(formula)}"]
    return "\n".join([*lines, *(" ".join(map(str, (*clause, 0))) for clause in formula)])


def proved(formula: Formula, drup: Iterable[str]) -> tuple[lrat.Step, ...]:
    """The steps, accepted by the bundle's checker and by one that others wrote."""
    steps = lrat.refutation(variables(formula), formula, drup)
    lines = [line.rstrip("\n") for line in lrat.text(steps)]
    assert check.check_proof("x.lrat", lines, list(formula)) == len(steps)
    text = "\n".join(" ".join(map(str, (*step.literals, 0))) for step in steps)
    assert dratify.check_proof(dratify.parse_dimacs(dimacs(formula)), text).ok
    return steps


def solved(formula: Formula) -> tuple[lrat.Step, ...]:
    answer = solve(formula)
    assert isinstance(answer, Refuted)
    return proved(formula, answer.proof)


def brute_force(formula: Formula) -> bool:
    return any(
        all(any(bits[abs(x) - 1] == (x > 0) for x in clause) for clause in formula)
        for bits in product((False, True), repeat=variables(formula))
    )


@pytest.mark.parametrize("seed", range(60))
def test_small_formulas_are_decided_as_by_brute_force(seed: int) -> None:
    formula = random_formula(seed, 8, 38 + seed % 10)
    answer = solve(formula)
    assert isinstance(answer, Satisfied) == brute_force(formula)
    if isinstance(answer, Satisfied):
        assert all(any((abs(x) in answer.true) == (x > 0) for x in c) for c in formula)
    else:
        solved(formula)


@pytest.mark.parametrize("seed", range(60))
def test_random_graphs_are_refuted_or_have_a_true_output(seed: int) -> None:
    graph = read_graph(random_graph(seed))
    formula = list(clauses(graph))
    answer = solve(formula)
    seen = graph.largest, list(graph.inputs), list(graph.outputs), list(graph.gates), [""], [""]
    true = [
        bits
        for bits in product((0, 1), repeat=len(graph.inputs))
        if check.evaluate(seen, list(bits)) == [1]
    ]
    if isinstance(answer, Satisfied):
        assert tuple(int(x >> 1 in answer.true) for x in graph.inputs) in true
    else:
        assert not true
        solved(formula)


@pytest.mark.parametrize("seed", range(8))
def test_unsatisfiable_formulas_as_graphs_are_refuted(seed: int) -> None:
    graph = read_graph(of_clauses(30, random_formula(seed, 30, 220)))
    assert solved(list(clauses(graph)))[-1].literals == ()


@pytest.mark.parametrize("holes", [2, 3, 4, 5])
def test_pigeonhole_formulas_are_refuted(holes: int) -> None:
    solved(pigeonhole(holes)[1])
    solved(list(clauses(read_graph(of_clauses(*pigeonhole(holes))))))


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_multiplication_is_proved_to_commute(width: int) -> None:
    solved(list(clauses(read_graph(multiplication_commutes(width)))))


def test_propagation_alone_is_one_step() -> None:
    formula = [(1,), (-1, 2), (-2, 3), (4, 5), (-3, -2)]
    assert proved(formula, ()) == (lrat.Step(6, (), (1, 2, 3, 5)),)


def test_an_empty_clause_is_its_own_refutation() -> None:
    assert lrat.refutation(1, [(1,), ()], ()) == (lrat.Step(3, (), (2,)),)


def test_steps_that_nothing_depends_on_are_left_out() -> None:
    formula = [(1, 2), (1, -2), (-1, 2), (-1, -2), (3, 4), (3, -4)]
    steps = proved(formula, ["3 0", "1 0", "0"])
    assert [step.literals for step in steps] == [(1,), ()]


def test_deleted_clauses_come_back_on_the_way_back() -> None:
    formula = [(1, 2, 3), (1, 2, -3), (1, -2, 3), (1, -2, -3), (-1, 4), (-1, -4)]
    drup = ["1 2 0", "d 1 2 3 0", "d 2 1 -3 0", "d 7 7 0", "1 0", "d 1 2 0", "0"]
    steps = proved(formula, drup)
    assert [step.literals for step in steps] == [(1, 2), (1,), ()]


def test_what_holds_anyway_is_a_step_only_if_it_is_needed_twice() -> None:
    formula = [(1,), (-1, 2), (-2, 3, 4, 5), (-2, 3, 4, -5), (-2, 3, -4, 5), (-2, 3, -4, -5)]
    formula += [(-3, 6), (-3, -6)]
    steps = proved(formula, ["3 4 0", "3 0", "0"])
    assert [step.literals for step in steps] == [(2,), (3, 4), (3,), ()]
    once = [(1,), (-1, 2), (-2, 4, 5), (4, -5), (-4, 5), (-4, -5)]
    assert [step.literals for step in proved(once, ["4 0", "0"])] == [(4,), ()]


def test_a_deleted_clause_proves_nothing() -> None:
    formula = [(1, 2, 3), (1, 2, -3), (1, -2), (-1, 4), (-1, -4)]
    with pytest.raises(lrat.NotImplied, match="does not follow"):
        lrat.refutation(4, formula, ["d 1 2 3 0", "1 2 0", "0"])


def test_a_deletion_does_not_take_a_reason_away() -> None:
    formula = [(1,), (-1, 2), (-2, 3, 4), (-2, 3, -4), (-3, 4), (-3, -4)]
    solvers_view = ["2 0", "d -1 2 0", "3 0", "0"]
    assert proved(formula, solvers_view)[-1].literals == ()


def test_tautologies_and_repeated_literals_do_no_harm() -> None:
    formula = [(1, -1), (2, 2), (-2, 3, 3), (-3, -3, -2)]
    assert proved(formula, ["1 -1 0", "d 1 -1 0", "0"]) == (lrat.Step(5, (), (2, 3, 4)),)


def test_a_clause_that_holds_already_needs_a_single_hint() -> None:
    formula = [(1,), (2, 3), (2, -3), (-2, 4, 5), (-2, 4, -5), (-4, 5), (-4, -5)]
    proved(formula, ["1 2 0", "2 0", "4 0", "0"])


def test_what_a_clause_assumes_is_not_derived_again() -> None:
    formula = [(1,), (-1, 2), (-2, 3, 4), (-2, 3, -4), (-3, 5), (-3, -5)]
    first = proved(formula, ["-1 3 0", "0"])[0]
    assert (set(first.literals), first.hints) == ({-1, 3}, (2, 3, 4))


@pytest.mark.parametrize("drup", [["1 2 0"], [], ["5 0", "-5 0"], ["0"]])
def test_what_does_not_follow_is_refused(drup: list[str]) -> None:
    with pytest.raises(lrat.NotImplied):
        lrat.refutation(5, [(1, 2), (-1, 2), (3, 4, 5)], drup)


def test_derived_clauses_are_deleted_after_their_last_use() -> None:
    steps = solved(pigeonhole(4)[1])
    lines, last, given = list(lrat.text(steps)), steps[-1].hints, steps[0].number - 1
    assert any(line.split()[1] == "d" for line in lines)
    alive: set[int] = set()
    for line in lines:
        words = line.split()
        numbers = [int(word) for word in words if word != "d"]
        if words[1] == "d":
            assert alive.issuperset(numbers[1:-1])
            alive.difference_update(numbers[1:-1])
        else:
            alive.add(numbers[0])
    # What the last step uses is left, and that step.
    assert alive == {number for number in (*last, int(lines[-1].split()[0])) if number > given}
    assert lines[-1].split()[1] == "0"


def test_a_limit_is_no_answer() -> None:
    answer = solve(pigeonhole(7)[1], conflicts=20)
    assert answer == Undecided("no answer within 20 conflicts")
    with pytest.raises(ValueError, match="limit of 0"):
        solve([(1,)], conflicts=0)


def test_the_same_question_has_the_same_answer() -> None:
    formula = pigeonhole(5)[1]
    assert solve(formula) == solve(formula)


def test_the_order_of_the_formula_is_the_numbering() -> None:
    formula = [(1,), (-1,)]
    assert [step.hints for step in proved(formula, ())] == [(1, 2)]
