from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.bounded.aig import FALSE, TRUE, Graph
from proofs.bounded.aiger import write
from proofs.bundle.cnf import read_graph
from tests.support.proofs.evaluating import evaluate
from tests.support.proofs.systems import assignments

NAMES = ["a", "b", "c"]


def random_graph(data: st.DataObject) -> tuple[Graph, list[int]]:
    graph = Graph()
    literals = [FALSE, *(graph.input(name) for name in NAMES)]
    for _ in range(data.draw(st.integers(0, 12))):
        sides = [
            literal ^ data.draw(st.integers(0, 1))
            for literal in data.draw(st.lists(st.sampled_from(literals), min_size=3, max_size=3))
        ]
        made = data.draw(
            st.sampled_from(
                [
                    graph.both(*sides[:2]),
                    graph.either(*sides[:2]),
                    graph.equal(*sides[:2]),
                    graph.choose(*sides),
                    graph.all(sides),
                ]
            )
        )
        literals.append(made)
    return graph, literals


def test_every_gate_computes_its_function() -> None:
    graph = Graph()
    a, b, c = (graph.input(name) for name in NAMES)
    outputs = [
        graph.both(a, b),
        graph.either(a, b),
        graph.equal(a, b),
        graph.differ(a, b),
        graph.choose(a, b, c),
        graph.choose(a, b, b ^ 1),
        graph.all([a, b, c]),
    ]
    for x, y, z in product((False, True), repeat=3):
        expected = [x and y, x or y, x == y, x != y, y if x else z, x == y, x and y and z]
        assert evaluate(graph, {"a": x, "b": y, "c": z}, outputs) == expected
        assert evaluate(graph, {a: x, b: y, c: z}, outputs) == expected


def test_constants_and_repetitions_make_no_gate() -> None:
    graph = Graph()
    a, b = graph.input("a"), graph.input("b")
    assert graph.both(a, TRUE) == a
    assert graph.both(FALSE, a) == FALSE
    assert graph.both(a, a ^ 1) == FALSE
    assert graph.either(a, a) == a
    first = graph.both(a, b)
    size = len(graph.gates)
    assert graph.both(b, a) == first
    assert len(graph.gates) == size
    assert graph.input("a") == a


def test_an_input_without_a_value_is_an_error() -> None:
    graph = Graph()
    with pytest.raises(KeyError):
        evaluate(graph, {}, [graph.input("a")])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_circuit_survives_being_written_and_read(data: st.DataObject) -> None:
    graph, literals = random_graph(data)
    outputs = {f"out {number}": literal for number, literal in enumerate(literals)}
    cone = graph.cone(literals)
    inputs = {name: literal for name, literal in graph.inputs.items() if literal >> 1 in cone}
    written = read_graph(write(graph, outputs, ["a comment", ""]))
    copy = Graph()
    known = {0: FALSE} | {
        literal >> 1: copy.input(name) for name, literal in zip(inputs, written.inputs, strict=True)
    }
    for gate, *sides in written.gates:
        known[gate >> 1] = copy.both(*(known[side >> 1] ^ (side & 1) for side in sides))
    found = [known[literal >> 1] ^ (literal & 1) for literal in written.outputs]
    for values in assignments(NAMES):
        assert evaluate(copy, values, found) == evaluate(graph, values, literals)


def test_the_text_has_the_format_of_aiger() -> None:
    graph = Graph()
    graph.input("unused")
    a, b = graph.input("x.0"), graph.input("x.1")
    text = write(graph, {"bad": graph.either(a, b), "never": FALSE}, ["why"])
    assert text == ("aag 3 2 0 2 1\n2\n4\n7\n0\n6 5 3\ni0 x.0\ni1 x.1\no0 bad\no1 never\nc\nwhy\n")


def test_a_name_with_a_line_break_is_refused() -> None:
    graph = Graph()
    with pytest.raises(ValueError, match="cannot name"):
        write(graph, {"a\nb": graph.input("a")})
    with pytest.raises(ValueError, match="one line"):
        write(graph, {"a": graph.input("a")}, ["one\ntwo"])
