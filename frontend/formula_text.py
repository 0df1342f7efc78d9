"""Model expressions as text in the specification language, for people to read.

Binders get short names; `c at f.label` names a place by its label, or by the name of its location
where it has none (`c at f.3`); a clause reads as an implication.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

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
    Location,
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
    Value,
    Variable,
    WaitCycle,
)
from frontend.precedence import COMPARISON, CONDITIONAL, IMPLICATION, LEVELS, POSTFIX, UNARY

MADE_UP = frozenset({"x", "n", "index"})
"""Names that passes give binders, which mean nothing to a reader."""

OPPOSITE = {
    Operator.EQ: Operator.NE,
    Operator.NE: Operator.EQ,
    Operator.LT: Operator.GE,
    Operator.GE: Operator.LT,
    Operator.GT: Operator.LE,
    Operator.LE: Operator.GT,
}

Names = Mapping[str, str]


def formula_text(model: Model, formula: Expression) -> str:
    """An expression over a model on one line."""
    return _Writer(model).text(formula, {}, 0)


class _Writer:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.variables = {item.name: item for item in model.variables}
        self.taken = {item.name for item in model.sorts} | {item.name for item in model.variables}
        self.taken |= {member for item in model.enums for member in item.members}

    def text(self, node: Expression, names: Names, level: int) -> str:
        """The text, in brackets where it binds less tightly than `level`."""
        match node:
            case Constant(value=value):
                return _value_text(value)
            case Read(variable=name, arguments=arguments):
                return self._read(self.variables[name], arguments, names)
            case Bound(name=name):
                return names.get(name, name)
            case Temporary(name=name):
                return name
            case Self():
                return "self"
            case Not(operand=operand):
                return self._negation(operand, names, level)
            case Negative(operand=operand):
                return _bracketed(f"-{self.text(operand, names, UNARY)}", UNARY, level)
            case Binary(operator=Operator.OR):
                return self._clause(node, names, level)
            case Binary(operator=operator, left=left, right=right):
                return self._binary(operator, left, right, names, level)
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                parts = [self.text(part, names, CONDITIONAL + 1) for part in (condition, then)]
                last = self.text(otherwise, names, CONDITIONAL)
                return _bracketed(f"{parts[0]} ? {parts[1]} : {last}", CONDITIONAL, level)
            case Quantified():
                return self._quantified(node, names, level)
            case At(thread=thread, locations=locations):
                return self._at(thread, locations, names, level)
            case HeldBy(lock=lock, thread=thread):
                return f"held_by({self.text(lock, names, 0)}, {self.text(thread, names, 0)})"
            case Held(lock=lock):
                return f"held({self.text(lock, names, 0)})"
            case WaitCycle():
                return "lock_cycle"

    def _binary(
        self, operator: Operator, left: Expression, right: Expression, names: Names, level: int
    ) -> str:
        own = LEVELS[operator.value]
        right_first = own == IMPLICATION
        one = self.text(left, names, own + 1 if right_first else own)
        other = self.text(right, names, own if right_first else own + 1)
        if operator is Operator.AND:
            other = self.text(right, names, own)
        return _bracketed(f"{one} {operator.value} {other}", own, level)

    def _negation(self, operand: Expression, names: Names, level: int) -> str:
        match operand:
            case Not(operand=inner):
                return self.text(inner, names, level)
            case Binary(operator=operator, left=left, right=right) if operator in OPPOSITE:
                opposite = OPPOSITE[operator]
                kind = left.type
                if isinstance(kind, EnumType) and len(kind.members) == 2:
                    other = _other_member(kind, right)
                    if other is not None and opposite is Operator.NE:
                        return self._binary(Operator.EQ, left, other, names, level)
                return self._binary(opposite, left, right, names, level)
            case _:
                return _bracketed(f"!{self.text(operand, names, UNARY)}", UNARY, level)

    def _clause(self, node: Expression, names: Names, level: int) -> str:
        """`!a || !b || c` as `a && b => c`."""
        literals = list(_sides(node, Operator.OR))
        premises = [item.operand for item in literals if isinstance(item, Not)]
        rest = [item for item in literals if not isinstance(item, Not)]
        if not premises or len(literals) == len(rest):
            own = LEVELS["||"]
            text = " || ".join(self.text(item, names, own + 1) for item in literals)
            return _bracketed(text, own, level)
        if rest:
            above = LEVELS["||"] + (1 if len(rest) > 1 else 0)
            last = " || ".join(self.text(item, names, above) for item in rest)
        else:
            last = self._negation(premises.pop(), names, IMPLICATION)
        above = LEVELS["&&"] if len(premises) > 1 else IMPLICATION + 1
        first = " && ".join(self.text(item, names, above) for item in premises)
        return _bracketed(f"{first} => {last}", IMPLICATION, level)

    def _quantified(self, node: Quantified, names: Names, level: int) -> str:
        inner = dict(names)
        declared: list[str] = []
        for binder in node.binders:
            inner[binder.name] = self._fresh(binder, inner.values())
            declared.append(f"{_type_text(binder.type)} {inner[binder.name]}")
        head = f"{', '.join(declared)}: {self.text(node.body, inner, 0)}"
        if node.kind is QuantifierKind.COUNT:
            return f"count({head})"
        return _bracketed(f"{node.kind.value} {head}", 0, level)

    def _fresh(self, binder: Bound, used: Iterable[str]) -> str:
        """A name for a binder: the author's, or the first letter of its sort."""
        taken = self.taken | set(used)
        found = re.match(r"[A-Za-z_]\w*", binder.name)
        name = found.group() if found else ""
        kind = binder.type
        sort = kind.sort if isinstance(kind, ReferenceType) else ""
        if sort and (not name or name in MADE_UP or name == sort):
            name = sort[0].lower()
        name = name or "i"
        if name not in taken:
            return name
        letters = [chr(code) for code in range(ord(name[0]) + 1, ord("z") + 1)]
        numbered = (f"{name}{number}" for number in range(2, len(taken) + 3))
        return next(item for item in (*letters, *numbered) if item not in taken)

    def _read(self, variable: Variable, arguments: tuple[Expression, ...], names: Names) -> str:
        rest = list(arguments)
        name = variable.name
        if variable.thread is not None:
            name = f"{self.text(rest.pop(0), names, POSTFIX)}.{name.partition('/')[2]}"
        elif variable.index:
            kind = variable.index[0]
            if isinstance(kind, ReferenceType) and name.startswith(f"{kind.sort}."):
                field = name.removeprefix(f"{kind.sort}.")
                name = f"{self.text(rest.pop(0), names, POSTFIX)}.{field}"
        if not rest:
            return name
        return f"{name}[{', '.join(self.text(item, names, 0) for item in rest)}]"

    def _at(self, thread: Expression, locations: frozenset[int], names: Names, level: int) -> str:
        who = self.text(thread, names, COMPARISON + 1)
        assert isinstance(thread.type, ReferenceType), "a thread stands somewhere"
        known = self.model.thread(thread.type.sort).locations
        own = LEVELS["||"]
        if not locations:
            return "false"
        for procedure in sorted({name for place in known for name in place.procedures}):
            if locations == {place.number for place in known if procedure in place.procedures}:
                return _bracketed(f"{who} in {procedure}", COMPARISON, level)
        if 2 * len(locations) > len(known):
            others = frozenset(range(len(known))) - locations
            if not others:
                return "true"
            inner = self._at(thread, others, names, UNARY)
            return _bracketed(f"!{inner}", UNARY, level)
        texts = dict.fromkeys(place_text(known, number) for number in sorted(locations))
        text = " || ".join(f"{who} at {item}" for item in texts)
        return _bracketed(text, COMPARISON if len(texts) == 1 else own, level)


def place_text(known: tuple[Location, ...], number: int) -> str:
    """A location as `at` names it: by a label that stands there alone, else by its name, without
    the calls that lead there where that is enough."""
    place = known[number]
    for procedure, label in sorted(place.labels):
        if sum((procedure, label) in other.labels for other in known) == 1:
            return f"{procedure}.{label}" if procedure else label
    short = place.name.rpartition("/")[2]
    alone = sum(other.name.rpartition("/")[2] == short for other in known) == 1
    return short if alone else place.name


def _sides(node: Expression, operator: Operator) -> Iterable[Expression]:
    if isinstance(node, Binary) and node.operator is operator:
        yield from _sides(node.left, operator)
        yield from _sides(node.right, operator)
    else:
        yield node


def _other_member(kind: EnumType, value: Expression) -> Constant | None:
    """The other member of an enum of two."""
    if not isinstance(value, Constant) or value.value not in kind.members:
        return None
    one, two = kind.members
    return Constant(two if value.value == one else one, kind)


def _bracketed(text: str, own: int, level: int) -> str:
    return f"({text})" if own < level else text


def _value_text(value: Value) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def _type_text(kind: Type) -> str:
    match kind:
        case ReferenceType(sort=sort):
            return sort
        case EnumType(name=name):
            return name
        case IntType(low=int(low), high=int(high)):
            return f"int {low}..{high}"
        case IntType():
            return "int"
        case _:
            return "bool"
