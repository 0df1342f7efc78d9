"""Initial values: what a declaration says a variable holds at the start, at every index."""

from __future__ import annotations

from dataclasses import replace

from frontend.expressions import Elaborator
from frontend.model import Binary, Constant, Expression, IntType, Operator, Type
from frontend.problems import Problems
from frontend.scopes import Mode, Scope
from frontend.shapes import describe, within
from frontend.source import Span
from frontend.symbols import FieldSymbol
from frontend.values import RecordValue, Scalar, SetValue, Value


def set_initial_values(own: Elaborator) -> None:
    """Completes the variables of the symbol table; reports what is not constant."""
    for symbol in own.symbols.all_fields():
        node = symbol.declaration.initial
        if node is None:
            continue
        value = own.value(node, Scope(Mode.CONSTANT), symbol.shape)
        if own.agrees(value, symbol.shape, node.span):
            _give(own, symbol, symbol.variable, value, node.span)


def _give(own: Elaborator, symbol: FieldSymbol, variable: str, value: Value, span: Span) -> None:
    match value:
        case Scalar(expression=expression):
            declared = own.symbols.variables[variable]
            constant = constant_of(expression)
            if constant is None:
                own.problems.report("E209", "an initial value is a constant", span)
            elif _fits(constant, declared.type, own.problems, span):
                own.symbols.variables[variable] = replace(declared, initial=constant)
        case SetValue(element=element, member=member):
            inside = member(own.names.binder("element", element))
            if isinstance(inside, Constant):
                declared = own.symbols.variables[variable]
                own.symbols.variables[variable] = replace(declared, initial=inside)
            else:
                own.problems.report(
                    "E209", "a set starts out as `empty` or `all ...`; else use `assume`", span
                )
        case RecordValue(parts=parts):
            for name, part in parts.items():
                _give(own, symbol, f"{variable}.{name}", part, span)
        case _:
            pass


def constant_of(node: Expression) -> Constant | None:
    """The value of an expression that depends on nothing, or None."""
    match node:
        case Constant():
            return node
        case Binary(operator=operator, left=left, right=right, type=IntType()):
            one, other = constant_of(left), constant_of(right)
            if one is None or other is None:
                return None
            a, b = one.value, other.value
            if not isinstance(a, int) or not isinstance(b, int):
                return None
            match operator:
                case Operator.ADD:
                    result = a + b
                case Operator.SUB:
                    result = a - b
                case Operator.MUL:
                    result = a * b
                case Operator.SHL if 0 <= b <= 64:
                    result = a << b
                case _:
                    return None
            return Constant(result, IntType(result, result))
        case _:
            return None


def _fits(constant: Constant, declared: Type, problems: Problems, span: Span) -> bool:
    if not isinstance(declared, IntType) or not isinstance(constant.type, IntType):
        if constant.value is None and getattr(declared, "optional", True) is False:
            problems.report("E205", f"`{describe(declared)}` cannot be `none`", span)
            return False
        return True
    if within(constant.type, declared):
        return True
    problems.report("E209", f"{constant.value} is not in `{describe(declared)}`", span)
    return False
