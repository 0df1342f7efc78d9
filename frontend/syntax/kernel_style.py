"""A whole specification as lines, in kernel style: tabs, braces, labels one tab out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from frontend.syntax import phrases
from frontend.syntax import tree as syntax

_ADJACENT = (
    syntax.FlagDeclaration,
    syntax.VariantDeclaration,
    syntax.TypeDefinition,
    syntax.FieldDeclaration,
    syntax.ExpectDeclaration,
)
"""Kinds of declaration that stand without a blank line between two of one kind."""


def specification(node: syntax.Specification) -> str:
    """The canonical text of a file."""
    return "".join(f"{line}\n" for line in _declarations(node.declarations, 0))


def _declarations(nodes: Sequence[syntax.Declaration], depth: int) -> list[str]:
    lines: list[str] = []
    before: syntax.Declaration | None = None
    for node in nodes:
        if before is not None and not (type(before) is type(node) and isinstance(node, _ADJACENT)):
            lines.append("")
        lines.extend(_declaration(node, depth))
        before = node
    return lines


def _declaration(node: syntax.Declaration, depth: int) -> list[str]:
    tabs = "\t" * depth
    match node:
        case syntax.SpecName(name=name):
            return [f"{tabs}spec {name.text};"]
        case syntax.NotModelled(texts=texts):
            return [f"{tabs}not modelled {_texts(texts)};"]
        case syntax.FlagDeclaration(kind=kind, name=name, text=text):
            return [f"{tabs}{kind} {name.text}{_documentation(text)};"]
        case syntax.VariantDeclaration(name=name, bases=bases, flags=flags):
            terms = [base.text for base in bases]
            if flags or not bases:
                terms.append(f"{{ {_names(flags)} }}" if flags else "{}")
            return [f"{tabs}variant {name.text} = {' + '.join(terms)};"]
        case syntax.EnumDeclaration(name=name, members=members):
            return [f"{tabs}enum {name.text} {{ {_names(members)} }}"]
        case syntax.TypeDefinition(type=type_, name=name):
            return [f"{tabs}typedef {phrases.type_name(type_)} {name.text};"]
        case syntax.FieldDeclaration():
            return [tabs + _field(node)]
        case syntax.RecordDeclaration(name=name, fields=fields):
            return _braced(f"{tabs}record {name.text}", _fields(fields, depth + 1), depth)
        case syntax.StructDeclaration(name=name, fields=fields):
            return _braced(f"{tabs}struct {name.text}", _fields(fields, depth + 1), depth)
        case syntax.SingleDeclaration(name=name, fields=fields):
            return _braced(f"{tabs}single {name.text}", _fields(fields, depth + 1), depth)
        case syntax.DefineDeclaration(name=name, parameters=parameters, type=type_, body=body):
            head = f"define {name.text}({_parameters(parameters)}): {phrases.type_name(type_)}"
            return [f"{tabs}{head} = {phrases.expression(body)};"]
        case syntax.AssumeDeclaration(name=name, text=text, condition=condition):
            head = f"{tabs}assume {name.text}{_documentation(text)}:"
            return [head, f"{tabs}\t{phrases.expression(condition)};"]
        case syntax.ThreadDeclaration(name=name, body=body):
            return _braced(f"{tabs}thread {name.text}", _items(body.statements, depth + 1), depth)
        case syntax.ProcedureDeclaration():
            return _procedure(node, depth)
        case syntax.BoundDeclaration(items=items):
            return [f"{tabs}bound {', '.join(_bound(item) for item in items)};"]
        case syntax.PropertyDeclaration(kind=kind, name=name, text=text, condition=condition):
            head = f"{tabs}{kind} {name.text}{_documentation(text)}:"
            return [head, f"{tabs}\t{phrases.expression(condition)};"]
        case syntax.ExpectDeclaration(variant=variant, names=names):
            return [f"{tabs}expect {variant.text} violates {_names(names)};"]
        case syntax.WhenDeclaration(flag=flag, then=then, otherwise=otherwise):
            return _when(
                flag,
                _declarations(then, depth + 1),
                _declarations(otherwise, depth + 1) if otherwise else None,
                depth,
            )


def _procedure(node: syntax.ProcedureDeclaration, depth: int) -> list[str]:
    tabs = "\t" * depth
    result = "" if node.type is None else f": {phrases.type_name(node.type)}"
    lines = [f"{tabs}proc {node.name.text}({_parameters(node.parameters)}){result}"]
    if node.models:
        lines.append(f"{tabs}\tmodels {_texts(node.models)}")
    return [*lines, f"{tabs}{{", *_items(node.body.statements, depth + 1), f"{tabs}}}"]


def _fields(nodes: Iterable[syntax.FieldItem], depth: int) -> list[str]:
    lines: list[str] = []
    for node in nodes:
        match node:
            case syntax.FieldDeclaration():
                lines.append("\t" * depth + _field(node))
            case syntax.WhenFields(flag=flag, then=then, otherwise=otherwise):
                other = _fields(otherwise, depth + 1) if otherwise else None
                lines.extend(_when(flag, _fields(then, depth + 1), other, depth))
    return lines


def _field(node: syntax.FieldDeclaration) -> str:
    qualifiers = ("const " if node.constant else "") + ("ghost " if node.ghost else "")
    indices = f"[{', '.join(map(_index, node.indices))}]" if node.indices else ""
    initial = "" if node.initial is None else f" = {phrases.expression(node.initial)}"
    return f"{qualifiers}{phrases.type_name(node.type)} {node.name.text}{indices}{initial};"


def _index(node: syntax.TypeName) -> str:
    """An index type: of a range the ends are enough."""
    match node:
        case syntax.IntTypeName(low=int(low), high=int(high)):
            return f"{low}..{high}"
        case _:
            return phrases.type_name(node)


# --- statements


def _items(nodes: Iterable[syntax.Statement], depth: int) -> list[str]:
    return [line for node in nodes for line in _statement(node, depth)]


def _statement(node: syntax.Statement, depth: int) -> list[str]:
    tabs = "\t" * depth
    head = tabs + phrases.statement(node)
    match node:
        case syntax.Block(statements=statements):
            return _braced(tabs, _items(statements, depth + 1), depth)
        case syntax.Label():
            return ["\t" * (depth - 1) + phrases.statement(node)]
        case syntax.If(then=then, otherwise=otherwise):
            return _if(head, then, otherwise, depth)
        case syntax.While(body=body) | syntax.ForEach(body=body):
            return _body(head, body, depth)
        case syntax.Loop(body=body):
            if isinstance(body, (syntax.Choose, syntax.Atomic)):
                first, *rest = _statement(body, depth)
                return [f"{head} {first.lstrip()}", *rest]
            return _body(head, body, depth)
        case syntax.Choose(branches=branches):
            return _choose(branches, depth)
        case syntax.Update(body=statements):
            inner = _items(statements, depth + 1)
            return _braced(tabs + phrases.update_head(node), inner, depth)
        case syntax.Atomic(body=body):
            return _body(head, body, depth)
        case syntax.WhenStatement(flag=flag, then=then, otherwise=otherwise):
            other = _items(otherwise, depth + 1) if otherwise else None
            return _when(flag, _items(then, depth + 1), other, depth)
        case _:
            return [f"{head};"]


def _body(head: str, body: syntax.Statement, depth: int) -> list[str]:
    """A head and what it governs: a block in its braces, else one statement below."""
    if isinstance(body, syntax.Block):
        return _braced(head, _items(body.statements, depth + 1), depth)
    return [head, *_statement(body, depth + 1)]


def _if(
    head: str, then: syntax.Statement, otherwise: syntax.Statement | None, depth: int
) -> list[str]:
    lines = _body(head, then, depth)
    if otherwise is None:
        return lines
    tabs = "\t" * depth
    if not isinstance(then, syntax.Block) and _takes_else(then):
        # Only `when` gets here from a parsed tree: an `if` would have taken the `else` itself.
        lines.append(f"{tabs}\telse {{ }}")
    joined = isinstance(then, syntax.Block)
    start = f"{lines.pop()} else" if joined else f"{tabs}else"
    if isinstance(otherwise, syntax.If):
        first, *rest = _statement(otherwise, depth)
        return [*lines, f"{start} {first.lstrip()}", *rest]
    return [*lines, *_body(start, otherwise, depth)]


def _takes_else(node: syntax.Statement) -> bool:
    """Whether an `else` behind a statement would be read as its own."""
    match node:
        case syntax.If(otherwise=None):
            return True
        case syntax.If(otherwise=last) if last is not None:
            return _takes_else(last)
        case syntax.WhenStatement(otherwise=otherwise):
            return not otherwise
        case syntax.While(body=body) | syntax.ForEach(body=body) | syntax.Loop(body=body):
            return _takes_else(body)
        case _:
            return False


def _choose(branches: Sequence[syntax.Branch], depth: int) -> list[str]:
    tabs = "\t" * depth
    lines: list[str] = []
    for branch in branches:
        start = f"{lines.pop()} or" if lines else f"{tabs}choose"
        flag = "" if branch.flag is None else f" when ({phrases.expression(branch.flag)})"
        lines.extend([f"{start}{flag} {{", *_items(branch.body.statements, depth + 1), f"{tabs}}}"])
    return lines


def _when(
    flag: syntax.Expression, then: list[str], otherwise: list[str] | None, depth: int
) -> list[str]:
    """`when (F) { } else { }` around lines."""
    tabs = "\t" * depth
    lines = [f"{tabs}when ({phrases.expression(flag)}) {{", *then]
    if otherwise is not None:
        lines.extend([f"{tabs}}} else {{", *otherwise])
    return [*lines, f"{tabs}}}"]


def _braced(head: str, lines: list[str], depth: int) -> list[str]:
    start = f"{head} {{" if head.strip() else f"{head}{{"
    return [start, *lines, "\t" * depth + "}"]


# --- small parts


def _names(nodes: Iterable[syntax.Name]) -> str:
    return ", ".join(node.text for node in nodes)


def _texts(nodes: Iterable[syntax.Text]) -> str:
    return ", ".join(f'"{node.text}"' for node in nodes)


def _documentation(text: syntax.Text | None) -> str:
    return "" if text is None else f' "{text.text}"'


def _parameters(nodes: Iterable[syntax.Parameter]) -> str:
    return ", ".join(f"{phrases.type_name(node.type)} {node.name.text}" for node in nodes)


def _bound(item: syntax.BoundItem) -> str:
    limits = str(item.low) if item.low == item.high else f"{item.low}..{item.high}"
    return f"{item.name.text} = {limits}"
