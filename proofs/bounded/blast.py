"""Words to gates: every bit of every term as a literal of an and-inverter graph.

The textbook circuits (Kroening, Strichman: "Decision Procedures", 2nd edition, chapter 6):
ripple-carry addition, shift-and-add multiplication, restoring division, a barrel shifter.
"""

from __future__ import annotations

from collections.abc import Sequence

from proofs.bounded.aig import FALSE, TRUE, Graph
from proofs.bounded.words import BOOLEAN, Operation, Term, walk

Bits = tuple[int, ...]
"""Literals, the lowest bit first; a truth value is one literal."""


class Blaster:
    """Adds terms to a graph; a term that was added before costs nothing.

    Args:
        graph: where the gates go. The bits of the word `w` are the inputs `w.0`, `w.1` and so
            on, the lowest first; a truth value `b` is the input `b`.
    """

    __slots__ = ("_bits", "graph")

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._bits: dict[int, Bits] = {}

    def literal(self, term: Term) -> int:
        """The literal of a truth value."""
        return self.bits(term)[0]

    def bits(self, term: Term) -> Bits:
        """The literals of a term, the lowest bit first."""
        known = self._bits.get(term.number)
        if known is not None:
            return known
        pending = [term]
        while pending:
            item = pending[-1]
            missing = [a for a in item.arguments if a.number not in self._bits]
            if missing:
                pending.extend(reversed(missing))
                continue
            pending.pop()
            if item.number not in self._bits:
                arguments = [self._bits[argument.number] for argument in item.arguments]
                self._bits[item.number] = self._made(item, arguments)
        return self._bits[term.number]

    def _made(self, term: Term, arguments: list[Bits]) -> Bits:
        graph = self.graph
        match term.operation:
            case Operation.CONSTANT:
                return tuple(term.value >> bit & 1 for bit in range(max(term.width, 1)))
            case Operation.VARIABLE:
                return tuple(graph.input(name) for name in bit_names(term.name, term.width))
            case Operation.NOT:
                return (arguments[0][0] ^ 1,)
            case Operation.AND:
                return (graph.all([argument[0] for argument in arguments]),)
            case Operation.CHOOSE:
                condition = arguments[0][0]
                pairs = zip(arguments[1], arguments[2], strict=True)
                return tuple(graph.choose(condition, then, other) for then, other in pairs)
            case Operation.EQUAL:
                pairs = zip(*arguments, strict=True)
                return (graph.all([graph.equal(one, two) for one, two in pairs]),)
            case Operation.EXTEND:
                missing = term.width - len(arguments[0])
                return arguments[0] + arguments[0][-1:] * missing
            case Operation.CUT:
                return arguments[0][: term.width]
            case _:
                return self._calculated(term.operation, *arguments)

    def _calculated(self, operation: Operation, left: Bits, right: Bits) -> Bits:
        graph = self.graph
        match operation:
            case Operation.BELOW:
                return (_below(graph, left, right),)
            case Operation.LESS:
                # A sign bit counts downwards, so its order is the other way round.
                left, right = (*left[:-1], right[-1]), (*right[:-1], left[-1])
                return (_below(graph, left, right),)
            case Operation.ADD:
                return _sum(graph, left, right, FALSE)
            case Operation.SUBTRACT:
                return _difference(graph, left, right)
            case Operation.MULTIPLY:
                return _product(graph, left, right)
            case Operation.QUOTIENT | Operation.REMAINDER:
                return _divided(graph, left, right, quotient=operation is Operation.QUOTIENT)
            case Operation.BIT_AND:
                return tuple(graph.both(a, b) for a, b in zip(left, right, strict=True))
            case Operation.BIT_OR:
                return tuple(graph.either(a, b) for a, b in zip(left, right, strict=True))
            case Operation.BIT_XOR:
                return tuple(graph.differ(a, b) for a, b in zip(left, right, strict=True))
            case Operation.SHIFT_LEFT:
                return _shifted(graph, left[::-1], right, FALSE)[::-1]
            case Operation.SHIFT_RIGHT:
                return _shifted(graph, left, right, left[-1])
            case _:
                raise ValueError(f"{operation.value} is no operator on two words")


def bit_names(name: str, width: int) -> tuple[str, ...]:
    """The inputs that stand for a variable, the lowest bit first."""
    return (name,) if width == BOOLEAN else tuple(f"{name}.{bit}" for bit in range(width))


def inputs_of(roots: Sequence[Term]) -> list[Term]:
    """The variables that terms depend on, in order of creation."""
    return [term for term in walk(roots) if term.operation is Operation.VARIABLE]


def _sum(graph: Graph, left: Bits, right: Bits, carry: int) -> Bits:
    """`left + right + carry`, without the last carry."""
    result: list[int] = []
    for one, two in zip(left, right, strict=True):
        differ = graph.differ(one, two)
        result.append(graph.differ(differ, carry))
        carry = graph.either(graph.both(one, two), graph.both(differ, carry))
    return tuple(result)


def _difference(graph: Graph, left: Bits, right: Bits) -> Bits:
    return _sum(graph, left, tuple(bit ^ 1 for bit in right), TRUE)


def _below(graph: Graph, left: Bits, right: Bits) -> int:
    """Whether `left < right` as unsigned numbers."""
    answer = FALSE
    for one, two in zip(left, right, strict=True):
        answer = graph.choose(graph.differ(one, two), two, answer)
    return answer


def _chosen(graph: Graph, condition: int, then: Bits, otherwise: Bits) -> Bits:
    return tuple(graph.choose(condition, a, b) for a, b in zip(then, otherwise, strict=True))


def _product(graph: Graph, left: Bits, right: Bits) -> Bits:
    width = len(left)
    total: Bits = (FALSE,) * width
    for place, bit in enumerate(right):
        row = (FALSE,) * place + tuple(graph.both(bit, other) for other in left[: width - place])
        total = _sum(graph, total, row, FALSE)
    return total


def _divided(graph: Graph, left: Bits, right: Bits, *, quotient: bool) -> Bits:
    """Truncating signed division by way of the sizes, as SMT-LIB defines bvsdiv and bvsrem."""
    zero: Bits = (FALSE,) * len(left)

    def signed(sign: int, bits: Bits) -> Bits:
        return _chosen(graph, sign, _difference(graph, zero, bits), bits)

    found, rest = _unsigned(graph, signed(left[-1], left), signed(right[-1], right))
    if quotient:
        return signed(graph.differ(left[-1], right[-1]), found)
    return signed(left[-1], rest)


def _unsigned(graph: Graph, left: Bits, right: Bits) -> tuple[Bits, Bits]:
    """Restoring division: quotient and rest. By zero: all ones, and the dividend."""
    divisor = (*right, FALSE)
    rest: Bits = (FALSE,) * len(divisor)
    quotient: list[int] = []
    for bit in reversed(left):
        rest = (bit, *rest[:-1])
        fits = _below(graph, rest, divisor) ^ 1
        rest = _chosen(graph, fits, _difference(graph, rest, divisor), rest)
        quotient.append(fits)
    return tuple(reversed(quotient)), rest[:-1]


def _shifted(graph: Graph, bits: Bits, amount: Bits, fill: int) -> Bits:
    """Shifted towards the lowest bit by an unsigned amount."""
    width = len(bits)
    for place, bit in enumerate(amount):
        by = min(1 << min(place, width.bit_length()), width)
        bits = _chosen(graph, bit, bits[by:] + (fill,) * by, bits)
    return bits
