"""Expressions, types and single statements as text of one line.

Brackets are as few as the grammar allows, but for `&&` inside `||`, which kernel compilers warn
about.
"""

from __future__ import annotations

from collections.abc import Iterable

from frontend.syntax import tree as syntax
from frontend.syntax.precedence import (
    COMPARISON,
    CONDITIONAL,
    IMPLICATION,
    LEVELS,
    POSTFIX,
    RIGHT_ASSOCIATIVE,
    UNARY,
)


def expression(node: syntax.Expression) -> str:
    """An expression in one line."""
    return _text(node, IMPLICATION, last=True)


def statement(node: syntax.Statement) -> str:
    """A statement in one line without its semicolon; of a compound one only the head."""
    match node:
        case syntax.Block():
            return "{ ... }"
        case syntax.LocalDeclaration(type=type_, name=name, initial=initial):
            value = "" if initial is None else f" = {expression(initial)}"
            return f"{type_name(type_)} {name.text}{value}"
        case syntax.Assignment(target=target, operator=operator, value=value):
            return f"{expression(target)} {operator} {expression(value)}"
        case syntax.Increment(target=target, operator=operator):
            return f"{expression(target)}{operator}"
        case syntax.CallStatement(call=call):
            return expression(call)
        case syntax.If(condition=condition):
            return f"if ({expression(condition)})"
        case syntax.While(condition=condition):
            return f"while ({expression(condition)})"
        case syntax.Loop():
            return "loop"
        case syntax.Break():
            return "break"
        case syntax.Continue():
            return "continue"
        case syntax.Goto(label=label):
            return f"goto {label.text}"
        case syntax.Label(name=name):
            return f"{name.text}:"
        case syntax.Return(value=value):
            return "return" if value is None else f"return {expression(value)}"
        case syntax.Choose():
            return "choose"
        case syntax.Await(condition=condition):
            return f"await {expression(condition)}"
        case syntax.Update(body=body):
            inner = " ".join(f"{statement(part)};" for part in body)
            return f"{update_head(node)} {{ {inner} }}" if inner else f"{update_head(node)} {{ }}"
        case syntax.ForEach(binder=binder, where=where):
            return f"for each {type_name(binder.type)} {binder.name.text}{_where(where)}"
        case syntax.Atomic():
            return "atomic"
        case syntax.Assert(name=name, text=text, condition=condition):
            words = "" if text is None else f' "{text.text}"'
            return f"assert {name.text}{words}: {expression(condition)}"
        case syntax.WhenStatement(flag=flag):
            return f"when ({expression(flag)})"


def update_head(node: syntax.Update) -> str:
    """`update page q where F`."""
    return f"update {type_name(node.binder.type)} {node.binder.name.text}{_where(node.where)}"


def type_name(node: syntax.TypeName) -> str:
    """A type as written."""
    match node:
        case syntax.NamedType(name=name, optional=optional):
            return name.text + ("?" if optional else "")
        case syntax.BoolTypeName():
            return "bool"
        case syntax.IntTypeName(low=None, high=None):
            return "int"
        case syntax.IntTypeName(low=0, high=None):
            return "nat"
        case syntax.IntTypeName(low=low, high=high):
            return f"int {low}..{high}"
        case syntax.SetTypeName(element=element):
            return f"set of {element.text}"
        case syntax.LockTypeName():
            return "spinlock"


def _where(condition: syntax.Expression | None) -> str:
    return "" if condition is None else f" where {expression(condition)}"


def _text(node: syntax.Expression, level: int, *, last: bool) -> str:
    """An expression where operators that bind at `level` or tighter may stand.

    Args:
        last: nothing follows before the enclosing bracket, so a quantifier's body may run on.
    """
    own = _level(node)
    runs_on = isinstance(node, syntax.Quantifier) and node.kind != "count"
    if own < level or (runs_on and not last):
        return f"({_inner(node, last=True)})"
    return _inner(node, last=last)


def _level(node: syntax.Expression) -> int:
    match node:
        case syntax.Binary(operator=operator):
            return LEVELS[operator]
        case syntax.Conditional():
            return CONDITIONAL
        case syntax.At():
            return COMPARISON
        case syntax.Unary():
            return UNARY
        case syntax.Quantifier(kind="forall" | "exists"):
            return UNARY
        case _:
            return POSTFIX


def _inner(node: syntax.Expression, *, last: bool) -> str:
    match node:
        case syntax.Number(value=value):
            return str(value)
        case syntax.Boolean(value=value):
            return "true" if value else "false"
        case syntax.NoneLiteral():
            return "none"
        case syntax.SelfReference():
            return "self"
        case syntax.Reference(name=name):
            return name.text
        case syntax.Field(base=base, name=name):
            return f"{_text(base, POSTFIX, last=False)}.{name.text}"
        case syntax.Index(base=base, indices=indices):
            return f"{_text(base, POSTFIX, last=False)}[{_list(indices)}]"
        case syntax.Unary(operator=operator, operand=operand):
            text = _text(operand, UNARY, last=last)
            return f"-({text})" if operator == "-" and text.startswith("-") else operator + text
        case syntax.Binary():
            return _binary(node, last=last)
        case syntax.Conditional(condition=condition, then=then, otherwise=otherwise):
            test = _text(condition, CONDITIONAL + 1, last=False)
            return f"{test} ? {expression(then)} : {_text(otherwise, CONDITIONAL, last=last)}"
        case syntax.Quantifier(kind="count", binders=binders, body=body):
            return f"count({_binders(binders)}: {expression(body)})"
        case syntax.Quantifier(kind=kind, binders=binders, body=body):
            return f"{kind} {_binders(binders)}: {expression(body)}"
        case syntax.Any(type=type_, name=None):
            return f"any({type_name(type_)})"
        case syntax.Any(type=type_, name=binder, condition=condition):
            assert binder is not None, "the case above"
            where = "true" if condition is None else expression(condition)
            return f"any({type_name(type_)} {binder.text}: {where})"
        case syntax.Call(name=name, arguments=arguments):
            return f"{name.text}({_list(arguments)})"
        case syntax.At(thread=thread, path=path):
            label = ".".join(name.text for name in path)
            return f"{_text(thread, COMPARISON, last=False)} at {label}"
        case syntax.SetLiteral(elements=elements):
            return f"{{{_list(elements)}}}"
        case syntax.AllSet(element=element):
            return f"all {element.text}"
        case syntax.EmptySet():
            return "empty"
        case syntax.RecordLiteral(name=name, parts=parts):
            written = ", ".join(f".{part.name.text} = {expression(part.value)}" for part in parts)
            return f"{name.text}{{ {written} }}"


def _binary(node: syntax.Binary, *, last: bool) -> str:
    level = LEVELS[node.operator]
    left_level, right_level = level, level + 1
    if level in RIGHT_ASSOCIATIVE:
        left_level, right_level = level + 1, level
    left = _text(node.left, left_level, last=False)
    right = _text(node.right, right_level, last=last)
    if node.operator == "||":
        left = _bracketed(node.left, left)
        right = _bracketed(node.right, right)
    return f"{left} {node.operator} {right}"


def _bracketed(side: syntax.Expression, text: str) -> str:
    """`&&` below `||` in brackets, as kernel compilers want it."""
    mixed = isinstance(side, syntax.Binary) and side.operator == "&&"
    return f"({expression(side)})" if mixed else text


def _list(nodes: Iterable[syntax.Expression]) -> str:
    return ", ".join(expression(node) for node in nodes)


def _binders(binders: Iterable[syntax.Binder]) -> str:
    """`page p, q, cpu c`: a type is written once for those behind it."""
    written: list[str] = []
    before = ""
    for binder in binders:
        type_ = type_name(binder.type)
        written.append(binder.name.text if type_ == before else f"{type_} {binder.name.text}")
        before = type_
    return ", ".join(written)
