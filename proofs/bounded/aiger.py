"""And-inverter graphs as text: the ASCII format `aag` of AIGER 1.9, combinational part.

Biere, Heljanko, Wieringa: "AIGER 1.9 and beyond", FMV report 11/2, JKU Linz, 2011. Inputs are
numbered first, then gates, each after what it reads; only what the outputs depend on is written.
The same circuit gives the same text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from proofs.bounded.aig import Graph


def write(graph: Graph, outputs: Mapping[str, int], comments: Sequence[str] = ()) -> str:
    """A circuit as text.

    Args:
        graph: the circuit.
        outputs: name -> literal, in the order in which they are to be written.
        comments: lines of the comment section.

    Raises:
        ValueError: a name or a comment has a line break, or a name is empty.
    """
    cone = graph.cone(outputs.values())
    names = {literal >> 1: name for name, literal in graph.inputs.items()}
    inputs = [variable for variable in cone if graph.gates[variable] is None]
    gates = [variable for variable in cone if graph.gates[variable] is not None]
    for text in (*outputs, *(names[variable] for variable in inputs)):
        if not text or "\n" in text or "\r" in text:
            raise ValueError(f"{text!r} cannot name a signal")
    if any("\n" in line or "\r" in line for line in comments):
        raise ValueError("a comment is one line")
    new = {0: 0}
    new.update((variable, 2 * number) for number, variable in enumerate((*inputs, *gates), 1))

    def renamed(literal: int) -> int:
        return new[literal >> 1] | (literal & 1)

    lines = [f"aag {len(cone)} {len(inputs)} 0 {len(outputs)} {len(gates)}"]
    lines += [str(new[variable]) for variable in inputs]
    lines += [str(renamed(literal)) for literal in outputs.values()]
    for variable in gates:
        gate = graph.gates[variable]
        if gate is not None:
            left, right = sorted(map(renamed, gate), reverse=True)
            lines.append(f"{new[variable]} {left} {right}")
    lines += [f"i{number} {names[variable]}" for number, variable in enumerate(inputs)]
    lines += [f"o{number} {name}" for number, name in enumerate(outputs)]
    if comments:
        lines += ["c", *comments]
    return "\n".join(lines) + "\n"
