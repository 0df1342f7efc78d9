"""And-inverter graphs in ASCII AIGER, and their clauses by Tseitin's transformation.

The clauses are a fixed function of the graph, so that a reader can make them anew and compare:

* variable v of the graph is variable v of the clauses; the constant, the graph's variable 0, is
  variable M + 1 (M: the graph's largest variable), so AIGER's literal 0 becomes M + 1;
* each gate `g = x & y`, in the order of the file, gives `-g x`, `-g y` and `g -x -y`;
* then `-(M + 1)`, which says that the constant is false;
* then the output alone: the clauses have a model exactly when some input makes the output true.

Nothing is simplified, so a clause may repeat a literal or contain one with its negation.

Sources: Biere, "The AIGER And-Inverter Graph (AIG) Format" (2007); Tseitin, "On the complexity of
derivation in propositional calculus" (1968).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Clause = tuple[int, ...]
"""Literals as in DIMACS: v or -v."""


class Malformed(ValueError):
    """A text is not a graph of the kind that this package reads.

    Args:
        line: where, from 1.
        reason: what is wrong, one line.
    """

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Graph:
    """A combinational and-inverter graph; literals are AIGER's (2v, and 2v + 1 for "not v").

    Args:
        largest: the largest variable.
        inputs: literals of the inputs.
        outputs: literals of the outputs.
        gates: (gate, left, right), each after the gates that it reads.
    """

    largest: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    gates: tuple[tuple[int, int, int], ...]

    @property
    def constant(self) -> int:
        """The variable of the clauses that stands for AIGER's variable 0."""
        return self.largest + 1

    def literal(self, literal: int) -> int:
        """An AIGER literal as a literal of the clauses."""
        variable = literal >> 1 or self.largest + 1
        return -variable if literal & 1 else variable


def read_graph(text: str) -> Graph:
    """A graph from ASCII AIGER: no latches, each gate after the gates that it reads.

    Raises:
        Malformed: the text is something else.
    """
    lines = text.split("\n")
    if lines.pop():
        raise Malformed(len(lines) + 1, "the last line is not ended")
    header = lines[0].split(" ") if lines else []
    if len(header) != 6 or header[0] != "aag":
        raise Malformed(1, "expected 'aag M I L O A'")
    largest, inputs, latches, outputs, gates = _numbers(lines[0][4:], 5, 1)
    if latches:
        raise Malformed(1, "latches are not supported")
    if largest > inputs + gates or len(lines) < 1 + inputs + outputs + gates:
        raise Malformed(1, "more variables or lines announced than there are")
    limit = 2 * largest + 1
    defined = bytearray(largest + 1)
    defined[0] = 1
    input_literals: list[int] = []
    for position in range(1, 1 + inputs):
        (literal,) = _numbers(lines[position], 1, position + 1)
        _define(defined, literal, limit, position + 1)
        input_literals.append(literal)
    first_gate = 1 + inputs + outputs
    output_lines = lines[1 + inputs : first_gate]
    gate_list: list[tuple[int, int, int]] = []
    for position in range(first_gate, first_gate + gates):
        gate, left, right = _numbers(lines[position], 3, position + 1)
        if not (left <= limit and right <= limit and defined[left >> 1] and defined[right >> 1]):
            raise Malformed(position + 1, "a gate reads what is not defined before it")
        _define(defined, gate, limit, position + 1)
        gate_list.append((gate, left, right))
    output_literals: list[int] = []
    for number, line in enumerate(output_lines, 2 + inputs):
        (literal,) = _numbers(line, 1, number)
        if literal > limit or not defined[literal >> 1]:
            raise Malformed(number, "the output is not defined")
        output_literals.append(literal)
    _check_symbols(lines[first_gate + gates :], first_gate + gates + 1, inputs, outputs)
    return Graph(largest, tuple(input_literals), tuple(output_literals), tuple(gate_list))


def _numbers(line: str, count: int, number: int) -> list[int]:
    words = line.split(" ")
    if len(words) != count or "" in words or not line.replace(" ", "").isdecimal():
        raise Malformed(number, f"expected {count} number{'s' * (count > 1)}")
    return list(map(int, words))


def _define(defined: bytearray, literal: int, limit: int, number: int) -> None:
    if literal & 1 or not 2 <= literal <= limit:
        raise Malformed(number, f"{literal} cannot be defined")
    if defined[literal >> 1]:
        raise Malformed(number, f"{literal} is defined twice")
    defined[literal >> 1] = 1


def _check_symbols(lines: Sequence[str], first: int, inputs: int, outputs: int) -> None:
    """That the lines from number `first` on are a symbol table, up to the comments."""
    limits = {"i": inputs, "o": outputs}
    for number, line in enumerate(lines, first):
        if line == "c":
            break
        place, space, name = line.partition(" ")
        kind, index = place[:1], place[1:]
        known = kind in limits and index.isdecimal() and int(index) < limits[kind]
        if not (known and space and name):
            raise Malformed(number, "expected a symbol such as 'i0 name'")


def clauses(graph: Graph) -> Iterator[Clause]:
    """The clauses of a graph with one output, numbered from 1 in this order by LRAT.

    Raises:
        ValueError: the graph has no output or several.
    """
    if len(graph.outputs) != 1:
        raise ValueError(f"expected one output, not {len(graph.outputs)}")
    literal = graph.literal
    for gate, left, right in graph.gates:
        variable, first, second = gate >> 1, literal(left), literal(right)
        yield (-variable, first)
        yield (-variable, second)
        yield (variable, -first, -second)
    yield (-graph.constant,)
    yield (literal(graph.outputs[0]),)


def dimacs(graph: Graph) -> str:
    """The clauses in DIMACS format, one a line.

    Raises:
        ValueError: the graph has no output or several.
    """
    lines = [f"p cnf {graph.constant} {3 * len(graph.gates) + 2}\n"]
    lines += [" ".join(map(str, clause)) + " 0\n" for clause in clauses(graph)]
    return "".join(lines)
