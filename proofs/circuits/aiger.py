"""And-inverter graphs as text: the ASCII format `aag` of AIGER 1.9, combinational part.

Biere, Heljanko, Wieringa: "AIGER 1.9 and beyond", FMV report 11/2, JKU Linz, 2011. Inputs are
numbered first, then gates, each after what it reads; only what the outputs depend on is written.
The same circuit gives the same text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from proofs.circuits.aig import Graph


class Malformed(Exception):
    """A text is no circuit in this format; the message has the line's number."""


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


def read(text: str) -> tuple[Graph, dict[str, int]]:
    """A circuit from text: the graph, and output name -> literal in order.

    Gates may stand in any order as long as none depends on itself. Inputs and outputs without a
    symbol are called `i0`, `o0` and so on.

    Raises:
        Malformed: the text is no combinational circuit in this format.
    """
    lines = text.split("\n")
    header = lines[0].split(" ")
    if len(header) != 6 or header[0] != "aag" or not all(part.isdigit() for part in header[1:]):
        raise Malformed("line 1: no `aag M I L O A`")
    most, inputs, latches, outputs, ands = map(int, header[1:])
    if latches:
        raise Malformed("line 1: a circuit with latches is no combinational one")
    if len(lines) < 1 + inputs + outputs + ands:
        raise Malformed("the text ends too early")

    def numbers(line: int, count: int) -> list[int]:
        fields = lines[line].split(" ")
        if len(fields) != count or not all(field.isdigit() for field in fields):
            raise Malformed(f"line {line + 1}: {count} literals were expected")
        found = [int(field) for field in fields]
        if any(literal > 2 * most + 1 for literal in found):
            raise Malformed(f"line {line + 1}: a literal is above the maximum")
        return found

    in_literals = [numbers(1 + number, 1)[0] for number in range(inputs)]
    first = 1 + inputs
    out_literals = [numbers(first + number, 1)[0] for number in range(outputs)]
    first += outputs
    gates: dict[int, tuple[int, int]] = {}
    for number in range(ands):
        target, left, right = numbers(first + number, 3)
        if target & 1 or target == 0 or target >> 1 in gates:
            raise Malformed(f"line {first + number + 1}: {target} cannot be defined here")
        gates[target >> 1] = left, right
    symbols = _symbols(lines, first + ands, inputs, outputs)
    graph = Graph()
    meaning = {0: 0}
    for number, literal in enumerate(in_literals):
        name = symbols.get(f"i{number}", f"i{number}")
        if literal & 1 or literal >> 1 in meaning or literal >> 1 in gates or name in graph.inputs:
            raise Malformed(f"line {2 + number}: {literal} cannot be an input")
        meaning[literal >> 1] = graph.input(name)
    _connect(graph, gates, meaning)
    found: dict[str, int] = {}
    for number, literal in enumerate(out_literals):
        name = symbols.get(f"o{number}", f"o{number}")
        if literal >> 1 not in meaning or name in found:
            raise Malformed(f"line {2 + inputs + number}: output {name} is undefined or twice")
        found[name] = meaning[literal >> 1] ^ (literal & 1)
    return graph, found


def _symbols(lines: list[str], first: int, inputs: int, outputs: int) -> dict[str, str]:
    """The symbol table: `i0` or `o0` -> name."""
    limits = {"i": inputs, "o": outputs}
    found: dict[str, str] = {}
    for number in range(first, len(lines)):
        line = lines[number]
        if line == "c" or (line == "" and number == len(lines) - 1):
            break
        key, _, name = line.partition(" ")
        valid = key[:1] in limits and key[1:].isdigit() and int(key[1:]) < limits[key[:1]]
        if not valid or not name or key in found:
            raise Malformed(f"line {number + 1}: no symbol")
        found[key] = name
    return found


def _connect(graph: Graph, gates: dict[int, tuple[int, int]], meaning: dict[int, int]) -> None:
    """Builds the gates, each after what it reads; extends `meaning` (variable -> literal)."""
    for start in gates:
        pending = [start]
        open_: set[int] = set()
        while pending:
            variable = pending[-1]
            if variable in meaning:
                pending.pop()
                continue
            if variable not in gates:
                raise Malformed(f"variable {variable} is not defined")
            left, right = gates[variable]
            missing = [side >> 1 for side in (left, right) if side >> 1 not in meaning]
            if not missing:
                sides = (meaning[side >> 1] ^ (side & 1) for side in (left, right))
                meaning[variable] = graph.both(*sides)
                pending.pop()
            elif variable in open_:
                raise Malformed(f"variable {variable} depends on itself")
            else:
                open_.add(variable)
                pending += missing
