"""Text into closed formulas over the state of a checked model: what `formula_text` writes.

A lemma in a proof log is text, and what is checked is what a reviewer reads. The reader is the
front end's own parser and type checker over names that the model has (no `define`, no flag, no
typedef: no text of the tool needs them). It differs from the reading of a `lemma` declaration in
that it adds nothing: a lemma is a formula over total functions and contains the definedness that
its prover put there, so a second layer would make it another formula. Hence bit operations on
integers without limits are taken, too. Two kinds of names exist only here: `page0`, an object of
an instance, and `lock_cycle`, the circle of waiting threads of the property of that name.

What is read is in normal form (`normal_form` lists the rewrites). For a formula f and its text t,
what is read from t is the normal form of f, up to the names of binders and the types of integers
 (those of literals are the tightest, those of results follow); and the text of what was
read is t again. `Reader.text` writes a formula only if that is so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from frontend.expressions.elaborator import Elaborator
from frontend.formulas.alpha_equivalence import alike
from frontend.formulas.lowered import Scalar, Value
from frontend.model import Constant, Expression, Model, ReferenceType, WaitCycle, walk
from frontend.names.problems import Problems
from frontend.names.scopes import Mode, Names, Scope
from frontend.names.top_names import object_of, top_names
from frontend.notation.model_symbols import symbols_of, view_of_thread
from frontend.notation.writing import Writer
from frontend.source.diagnostics import Diagnostic, Rejected
from frontend.source.spans import Source
from frontend.syntax import tree as syntax
from frontend.syntax.parser import parse

_NUMBERED = re.compile(r"\b[A-Za-z_][A-Za-z_0-9]*[0-9]\b")
_BEFORE, _BEHIND = "lemma it: ", "\n;"
"""A formula is read as the lemma of a specification without anything else."""


class Unreadable(Exception):
    """A text that is no closed formula over the model.

    Args:
        message: what is wrong, without a full stop.
        column: where in the text, from 1.
    """

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"column {column}: {message}")
        self.message = message
        self.column = column


class Unwritable(Exception):
    """A formula that no text of the language stands for: it is not over the model's own names."""


class Reader:
    """Reads formulas over one model; its tables are made once."""

    def __init__(self, model: Model) -> None:
        self._writer = Writer(model)
        self._symbols = symbols_of(model)
        self._views = {item.sort: view_of_thread(item, model) for item in model.threads}
        self._top = top_names(model)
        cycles = (
            part
            for item in model.properties
            if item.expression is not None
            for part in walk(item.expression)
            if isinstance(part, WaitCycle)
        )
        cycle = next(cycles, None)
        self._own: dict[str, Value] = {}
        if cycle is not None:
            self._own[self._writer.cycle] = Scalar(cycle)

    def read(self, text: str) -> Expression:
        """The formula that a text stands for, in normal form.

        Raises:
            Unreadable: bad syntax, an unknown name, a wrong type.
        """
        source = Source("lemma", f"{_BEFORE}{text}{_BEHIND}")
        try:
            first, *others = parse(source).declarations
        except Rejected as rejected:
            raise _unreadable(rejected.diagnostics[0], text) from None
        if others or not isinstance(first, syntax.PropertyDeclaration):
            end = (others[0] if others else first).span.start
            raise Unreadable("the formula ends before this", _column(end, text))
        problems = self._symbols.problems = Problems(source)
        values = {**self._own, **self._objects(text)}
        scope = Scope(Mode.LEMMA, values, threads=self._views)
        formula = Elaborator(self._symbols, Names()).condition(first.condition, scope)
        if problems.failed:
            raise _unreadable(Rejected(source, problems.found).diagnostics[0], text)
        return self._writer.normalizer.of(formula)

    def text(self, formula: Expression) -> str:
        """The text of a closed formula, read back to be sure that it means the formula.

        Raises:
            Unwritable: it does not: the formula has a name that is not the model's, or a
                construct that no text has.
        """
        text = self._writer.text(formula)
        try:
            again = self.read(text)
        except Unreadable as error:
            raise Unwritable(f"`{text}`: {error}") from None
        if not alike(again, self._writer.normalizer.of(formula)):
            raise Unwritable(f"`{text}` means another formula")
        return text

    def _objects(self, text: str) -> Mapping[str, Value]:
        found: dict[str, Value] = {}
        for name in _NUMBERED.findall(text):
            thing = object_of(name, self._symbols.sorts)
            if thing is not None and name not in self._top:
                kind = ReferenceType(thing.sort, optional=False)
                found[name] = Scalar(Constant(thing, kind))
        return found


def _unreadable(diagnostic: Diagnostic, text: str) -> Unreadable:
    fix = f"; {diagnostic.fix}" if diagnostic.fix else ""
    return Unreadable(f"{diagnostic.message}{fix}", _column(diagnostic.span.start, text))


def _column(position: int, text: str) -> int:
    return min(max(position - len(_BEFORE), 0), len(text)) + 1
