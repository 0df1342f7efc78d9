"""The values of circuits, for the tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from proofs.bounded.aig import Graph


def evaluate(
    graph: Graph, inputs: Mapping[str, bool] | Mapping[int, bool], outputs: Sequence[int]
) -> list[bool]:
    """The values of some literals.

    Args:
        graph: the circuit.
        inputs: the value of every input in the cone of the outputs, by name or by literal.
        outputs: literals.

    Raises:
        KeyError: an input that matters has no value.
    """
    given: dict[int, bool] = {}
    for key, value in inputs.items():
        literal = graph.inputs.get(key) if isinstance(key, str) else key
        if literal is not None:
            given[literal >> 1] = value ^ bool(literal & 1)
    values: dict[int, bool] = {0: False}
    for variable in graph.cone(outputs):
        gate = graph.gates[variable]
        if gate is None:
            values[variable] = given[variable]
        else:
            left, right = gate
            values[variable] = (values[left >> 1] ^ bool(left & 1)) and (
                values[right >> 1] ^ bool(right & 1)
            )
    return [values[literal >> 1] ^ bool(literal & 1) for literal in outputs]
