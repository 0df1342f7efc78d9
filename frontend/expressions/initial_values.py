"""Initial values: what a declaration says a variable holds at the start, at every index."""

from __future__ import annotations

from dataclasses import replace

from frontend.expressions.elaborator import Elaborator
from frontend.formulas.lowered import RecordValue, Scalar, SetValue, Value
from frontend.formulas.shapes import describe, within
from frontend.model import FALSE, TRUE, Constant, IntType, Type
from frontend.names.problems import Problems
from frontend.names.scopes import Mode, Scope
from frontend.names.symbols import FieldSymbol
from frontend.source.spans import Span


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
            if not isinstance(expression, Constant):
                own.problems.report("E209", "an initial value is a constant", span)
            elif _fits(expression, declared.type, own.problems, span):
                own.symbols.variables[variable] = replace(declared, initial=expression)
        case SetValue(element=element, member=member, needed=needed):
            inside = member(own.names.binder("element", element))
            if needed == TRUE and isinstance(inside, Constant) and inside in (TRUE, FALSE):
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
