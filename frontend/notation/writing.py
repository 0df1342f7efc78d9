"""Model expressions as text in the specification language.

People read it, and `formula_reading` reads it back: the text is that of the formula's normal form
(`normal_form`), each local and each place has a name that means it alone (`local_names`,
`place_names`), and binders get short names that hide nothing. What a text cannot say is left to
the reader to notice: `formula_reading.Reader.text` refuses it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from frontend.formulas.normal_form import Normalizer, procedure_of
from frontend.model import (
    At,
    Binary,
    Bound,
    Conditional,
    Constant,
    EnumType,
    Expression,
    Held,
    HeldBy,
    IntType,
    Model,
    Negative,
    Not,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    ReferenceType,
    Self,
    Temporary,
    Type,
    Variable,
    WaitCycle,
)
from frontend.names.local_names import local_names
from frontend.names.place_names import place_texts
from frontend.names.top_names import cycle_name, object_of, top_names
from frontend.notation.constants import value_text
from frontend.syntax.lexer import WORDS
from frontend.syntax.precedence import COMPARISON, CONDITIONAL, IMPLICATION, LEVELS, POSTFIX, UNARY

MADE_UP = frozenset({"x", "n", "index"})
"""Names that passes give binders, which mean nothing to a reader."""

Names = Mapping[str, str]


def formula_text(model: Model, formula: Expression) -> str:
    """An expression over a model on one line."""
    return Writer(model).text(formula)


class Writer:
    """Writes formulas over one model; its tables are made once."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.variables = {item.name: item for item in model.variables}
        self.normalizer = Normalizer({item.sort: item for item in model.threads})
        self.places = {item.sort: place_texts(item.locations) for item in model.threads}
        self.locals = local_names(model.variables)
        self.alike = Counter(
            (stem.partition("/")[0], item.procedure, item.name)
            for stem, item in self.locals.items()
        )
        self.sorts = frozenset(item.name for item in model.sorts)
        self.fields = frozenset(item.whole or item.name for item in model.variables)
        self.taken = top_names(model) | WORDS
        self.cycle = cycle_name(model)

    def text(self, formula: Expression) -> str:
        """The formula's normal form on one line."""
        return self._text(self.normalizer.of(formula), {}, 0)

    def _text(self, node: Expression, names: Names, level: int) -> str:
        """The text, in brackets where it binds less tightly than `level`."""
        match node:
            case Constant(value=value):
                return value_text(value)
            case Read(variable=name, arguments=arguments):
                return self._read(self.variables[name], arguments, names, level)
            case Bound(name=name):
                return names.get(name, name)
            case Temporary(name=name):
                return name
            case Self():
                return "self"
            case Not(operand=operand):
                return _bracketed(f"!{self._text(operand, names, UNARY)}", UNARY, level)
            case Negative(operand=operand):
                inner = self._text(operand, names, UNARY)
                inner = f"({inner})" if inner.startswith("-") else inner
                return _bracketed(f"-{inner}", UNARY, level)
            case Binary(operator=operator, left=left, right=right):
                return self._binary(operator, left, right, names, level)
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                parts = [self._text(part, names, CONDITIONAL + 1) for part in (condition, then)]
                last = self._text(otherwise, names, CONDITIONAL)
                return _bracketed(f"{parts[0]} ? {parts[1]} : {last}", CONDITIONAL, level)
            case Quantified():
                return self._quantified(node, names, level)
            case At(thread=thread, locations=locations):
                return self._at(thread, locations, names, level)
            case HeldBy(lock=lock, thread=thread):
                return f"held_by({self._text(lock, names, 0)}, {self._text(thread, names, 0)})"
            case Held(lock=lock):
                return f"held({self._text(lock, names, 0)})"
            case WaitCycle():
                return self.cycle

    def _binary(
        self, operator: Operator, left: Expression, right: Expression, names: Names, level: int
    ) -> str:
        own = LEVELS[operator.value]
        right_first = own == IMPLICATION
        one = self._text(left, names, own + 1 if right_first else own)
        other = self._text(right, names, own if right_first else own + 1)
        return _bracketed(f"{one} {operator.value} {other}", own, level)

    def _quantified(self, node: Quantified, names: Names, level: int) -> str:
        inner = dict(names)
        declared: list[str] = []
        for binder in node.binders:
            inner[binder.name] = self._fresh(binder, inner.values())
            declared.append(f"{_type_text(binder.type)} {inner[binder.name]}")
        head = f"{', '.join(declared)}: {self._text(node.body, inner, 0)}"
        if node.kind is QuantifierKind.COUNT:
            return f"count({head})"
        return _bracketed(f"{node.kind.value} {head}", 0, level)

    def _fresh(self, binder: Bound, used: Iterable[str]) -> str:
        """A name for a binder: the author's, or the first letter of its sort."""
        taken = self.taken | set(used)
        found = re.match(r"[A-Za-z_][A-Za-z_0-9]*", binder.name)
        name = found.group() if found else ""
        kind = binder.type
        sort = kind.sort if isinstance(kind, ReferenceType) else ""
        if sort and (not name or name in MADE_UP or name == sort):
            name = sort[0].lower()
        name = name or "i"
        letters = {chr(code) for code in range(ord(name[0]) + 1, ord("z") + 1)} - MADE_UP
        numbered = (f"{name}{number}" for number in range(2, 2 * len(taken) + 4))
        return next(
            item
            for item in (name, *sorted(filter(str.isalpha, letters)), *numbered)
            if item not in taken and object_of(item, self.sorts) is None
        )

    def _read(
        self, variable: Variable, arguments: tuple[Expression, ...], names: Names, level: int
    ) -> str:
        rest = list(arguments)
        stem = variable.whole or variable.name
        part = variable.name.removeprefix(stem)
        # A set is the variable of its elements' truth values: the last index is the element.
        element = rest.pop() if variable.whole == variable.name else None
        if variable.thread is not None:
            thread = self._text(rest.pop(0), names, POSTFIX)
            text = f"{thread}.{self._local(variable.thread, stem)}"
        elif variable.index and self._owner(variable) is not None:
            text = f"{self._text(rest.pop(0), names, POSTFIX)}.{stem.partition('.')[2]}"
        else:
            text = stem
        if rest:
            text += f"[{', '.join(self._text(item, names, 0) for item in rest)}]"
        text += part
        if element is None:
            return text
        return _bracketed(
            f"{self._text(element, names, COMPARISON + 1)} in {text}", COMPARISON, level
        )

    def _owner(self, variable: Variable) -> str | None:
        """The sort whose objects have a field."""
        kind = variable.index[0]
        if isinstance(kind, ReferenceType) and variable.name.startswith(f"{kind.sort}."):
            return kind.sort
        return None

    def _local(self, sort: str, stem: str) -> str:
        """A local as its thread has it, with its ordinal where the name alone is another's."""
        item = self.locals[stem]
        text = f"{item.procedure}.{item.name}" if item.procedure else item.name
        hidden = f"{sort}.{item.procedure or item.name}" in self.fields
        if hidden or item.ordinal > 1 or self.alike[sort, item.procedure, item.name] > 1:
            return f"{text}.{item.ordinal}"
        return text

    def _at(self, thread: Expression, locations: frozenset[int], names: Names, level: int) -> str:
        who = self._text(thread, names, COMPARISON + 1)
        assert isinstance(thread.type, ReferenceType), "a thread stands somewhere"
        procedure = procedure_of(self.model.thread(thread.type.sort).locations, locations)
        if procedure is not None:
            return _bracketed(f"{who} in {procedure}", COMPARISON, level)
        places = self.places[thread.type.sort]
        texts = [f"{who} at {places[number]}" for number in sorted(locations)]
        own = COMPARISON if len(texts) == 1 else LEVELS["||"]
        return _bracketed(" || ".join(texts), own, level)


def _bracketed(text: str, own: int, level: int) -> str:
    return f"({text})" if own < level else text


def _type_text(kind: Type) -> str:
    match kind:
        case ReferenceType(sort=sort):
            return sort
        case EnumType(name=name):
            return name
        case IntType(low=int(low), high=int(high)):
            return f"int {low}..{high}"
        case IntType(low=0):
            return "nat"
        case IntType():
            return "int"
        case _:
            return "bool"
