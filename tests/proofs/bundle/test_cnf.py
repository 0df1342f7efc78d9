from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
import z3

from proofs.bundle import check
from proofs.bundle.cnf import Graph, Malformed, clauses, dimacs, read_graph
from tests.support.proofs.graphs import Builder, random_graph


def as_check_sees(graph: Graph) -> check.Graph:
    none: list[str] = []
    outputs, gates = list(graph.outputs), list(graph.gates)
    return graph.largest, list(graph.inputs), outputs, gates, none, none


def as_z3(graph: Graph, context: z3.Context) -> tuple[list[z3.BoolRef], z3.BoolRef]:
    """Variables by number, and the output as a formula over those of the inputs."""
    names = [z3.Bool(f"v{number}", context) for number in range(graph.constant + 1)]
    values = [z3.BoolVal(False, context), *names[1:]]

    def value(literal: int) -> z3.BoolRef:
        return z3.Not(values[literal >> 1]) if literal & 1 else values[literal >> 1]

    for gate, left, right in graph.gates:
        values[gate >> 1] = z3.And(value(left), value(right))
    return names, value(graph.outputs[0])


@pytest.mark.parametrize("seed", range(30))
def test_the_models_of_the_clauses_are_the_inputs_that_make_the_output_true(seed: int) -> None:
    graph = read_graph(random_graph(seed, inputs=3, gates=12))
    context = z3.Context()
    names, output = as_z3(graph, context)
    by_clauses, by_formula = (z3.SolverFor("QF_FD", ctx=context) for _ in range(2))
    by_formula.add(output)
    for clause in clauses(graph):
        by_clauses.add(z3.Or(*(names[x] if x > 0 else z3.Not(names[-x]) for x in clause)))
    for bits in product((0, 1), repeat=3):
        inputs = [names[literal >> 1] for literal in graph.inputs]
        pins = [x if bit else z3.Not(x) for x, bit in zip(inputs, bits, strict=True)]
        expected = by_formula.check(*pins) == z3.sat
        assert (by_clauses.check(*pins) == z3.sat) == expected
        assert check.evaluate(as_check_sees(graph), list(bits)) == [expected]


@pytest.mark.parametrize("seed", range(20))
def test_the_checker_makes_the_same_clauses(seed: int) -> None:
    text = random_graph(seed)
    graph = read_graph(text)
    made = check.clauses_of(as_check_sees(graph), "x.aag")
    assert list(clauses(graph)) == made
    lines = dimacs(graph).splitlines()
    assert lines[0] == f"p cnf {graph.constant} {len(made)}"
    assert [tuple(map(int, line.split()[:-1])) for line in lines[1:]] == made


def test_numbering_is_as_documented() -> None:
    text = "aag 3 2 0 1 1\n2\n4\n7\n6 3 0\ni0 left\no0 bad\nc\nanything\n"
    graph = read_graph(text)
    assert dimacs(graph) == "p cnf 4 5\n-3 -1 0\n-3 4 0\n3 1 -4 0\n-4 0\n-3 0\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("aig 0 0 0 0 0\n", 1),
        ("aag 1 0 1 0 0\n2 3\n", 1),
        ("aag 9 1 0 0 0\n2\n", 1),
        ("aag 1 1 0 1 0\n2\n", 1),
        ("aag 1 1 0 1 0\n2\n2", 3),
        ("aag 1 1 0 1 0\n3\n2\n", 2),
        ("aag 2 2 0 0 0\n2\n2\n", 3),
        ("aag 1 1 0 1 0\n2\n4\n", 3),
        ("aag 1 1 0 1 0\n2\n-2\n", 3),
        ("aag 3 1 0 1 2\n2\n4\n4 6 2\n6 4 2\n", 4),
        ("aag 2 1 0 1 1\n2\n4\n4 4 2\n", 4),
        ("aag 2 1 0 1 1\n2\n4\n4 2\n", 4),
        ("aag 1 1 0 1 0\n2\n2\ni1 x\n", 4),
        ("aag 1 1 0 1 0\n2\n2\n\n\n", 4),
    ],
)
def test_other_texts_are_refused_with_their_line_by_both_readers(
    text: str, line: int, tmp_path: Path
) -> None:
    with pytest.raises(Malformed) as caught:
        read_graph(text)
    assert caught.value.line == line
    (tmp_path / "x.aag").write_text(text)
    with pytest.raises(check.Wrong, match=rf"^x\.aag:{line}: "):
        check.read_graph(tmp_path, "x.aag")


def test_a_graph_with_several_outputs_has_no_clauses() -> None:
    builder = Builder(["a"])
    graph = read_graph(builder.text({"x": 2, "y": 3}))
    with pytest.raises(ValueError, match="expected one output, not 2"):
        dimacs(graph)
