"""Words and integers as SMT-LIB 2.6 text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from proofs.bounded.words import BOOLEAN, INTEGER, Operation, Term, walk


class Script:
    """The text of some terms: declarations, definitions of what is used twice, references.

    Args:
        roots: every term that will be asserted.
    """

    __slots__ = ("_texts", "integers", "lines")

    lines: list[str]
    """The declarations and definitions, in order."""

    integers: bool
    """Whether there are integers among the terms."""

    def __init__(self, roots: Sequence[Term]) -> None:
        terms = list(walk(roots))
        uses: dict[int, int] = dict.fromkeys((term.number for term in terms), 0)
        for term in terms:
            for argument in term.arguments:
                uses[argument.number] += 1
        self._texts: dict[int, str] = {}
        self.lines = []
        self.integers = any(term.width == INTEGER for term in terms)
        for term in terms:
            text = _text(term, self._texts)
            if term.operation is Operation.VARIABLE:
                self.lines.append(f"(declare-const {text} {_sort(term)})")
            elif term.arguments and uses[term.number] > 1 and term.operation is not Operation.NOT:
                name = f"t{len(self.lines)}"
                self.lines.append(f"(define-fun {name} () {_sort(term)} {text})")
                text = name
            self._texts[term.number] = text

    def text(self, root: Term) -> str:
        """A root as text."""
        return self._texts[root.number]


def _sort(term: Term) -> str:
    if term.width == INTEGER:
        return "Int"
    return "Bool" if term.width == BOOLEAN else f"(_ BitVec {term.width})"


def _text(term: Term, known: Mapping[int, str]) -> str:
    arguments = " ".join(known[argument.number] for argument in term.arguments)
    match term.operation:
        case Operation.CONSTANT:
            if term.width == BOOLEAN:
                return "true" if term.value else "false"
            if term.width == INTEGER:
                return str(term.value) if term.value >= 0 else f"(- {-term.value})"
            return f"#b{term.value:0{term.width}b}"
        case Operation.VARIABLE:
            # Bars let a symbol be anything but bars and backslashes, which no name here has.
            return f"|{term.name}|"
        case Operation.EXTEND:
            return f"((_ sign_extend {term.width - term.arguments[0].width}) {arguments})"
        case Operation.CUT:
            return f"((_ extract {term.width - 1} 0) {arguments})"
        case operation:
            return f"({operation.value} {arguments})"
