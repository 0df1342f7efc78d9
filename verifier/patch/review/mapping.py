"""What a specification says it models: procedures, C functions, and the code that flags add.

Read from the syntax tree, before variants are chosen: only there both sides of a `when` exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from frontend.names.variants import flag_names
from frontend.source.spans import Source
from frontend.syntax import tree as syntax
from frontend.syntax.printer import expression, statement
from verifier.patch.review.records import FieldPlace, FlaggedStatement, Function, Mapping, Procedure

_SILENT = (syntax.Block, syntax.Atomic, syntax.WhenStatement, syntax.Label)

_Found = tuple[syntax.Statement, tuple[str, ...], frozenset[str]]
"""A statement, the conditions around it, and the flags that they name."""


def mapping_of(source: Source, tree: syntax.Specification) -> Mapping:
    """The procedures and threads of a specification, with what its flags touch."""
    flags = flag_names(tree)
    procedures: list[Procedure] = []
    fields: list[FieldPlace] = []
    sentences: list[tuple[str, str]] = []
    for item, around, named in _declarations(tree.declarations, (), frozenset(), flags):
        match item:
            case syntax.ProcedureDeclaration() | syntax.ThreadDeclaration():
                procedures.append(_procedure(source, item, around, named, flags))
            case (
                syntax.StructDeclaration(name=name, fields=inside)
                | syntax.SingleDeclaration(name=name, fields=inside)
                | syntax.RecordDeclaration(name=name, fields=inside)
            ):
                fields += _fields(source, name.text, inside)
            case syntax.FlagDeclaration(kind="patch", name=name, text=text):
                sentences.append((name.text, text.text if text is not None else ""))
            case _:
                pass
    return Mapping(tuple(procedures), tuple(sentences), tuple(fields))


def function_of(text: str) -> Function:
    """`file.c:function` as its parts."""
    file, _, name = text.rpartition(":")
    return Function(file.strip().removeprefix("./"), name.strip().removesuffix("()"))


def plain(text: str) -> str:
    """A statement without white space and with `->` as `.`: what C and the language share."""
    text = re.sub(r"\s+", "", text).replace("->", ".")
    return text.removesuffix(";")


def _declarations(
    items: Sequence[syntax.Declaration],
    around: tuple[str, ...],
    named: frozenset[str],
    flags: frozenset[str],
) -> Iterator[tuple[syntax.Declaration, tuple[str, ...], frozenset[str]]]:
    for item in items:
        if isinstance(item, syntax.WhenDeclaration):
            inside = named | _flags_in(item.flag, flags)
            yield from _declarations(item.then, (*around, _when(item.flag)), inside, flags)
            yield from _declarations(item.otherwise, (*around, _unless(item.flag)), inside, flags)
        else:
            yield item, around, named


def _procedure(
    source: Source,
    item: syntax.ProcedureDeclaration | syntax.ThreadDeclaration,
    around: tuple[str, ...],
    named: frozenset[str],
    flags: frozenset[str],
) -> Procedure:
    models = item.models if isinstance(item, syntax.ProcedureDeclaration) else ()
    flagged: list[FlaggedStatement] = []
    statements: list[tuple[str, int]] = []
    for node, conditions, inside in _statements(item.body, around, named, flags):
        line, text = source.position(node.span.start)[0], statement(node)
        own = _flags_in_head(node, flags)
        mentioned = tuple(f"mentions {flag}" for flag in sorted(own - inside))
        if conditions or own:
            told = " and ".join((*conditions, *mentioned)) or f"mentions {', '.join(sorted(own))}"
            flagged.append(FlaggedStatement(text, line, told, inside | own))
        statements.append((plain(text), line))
    return Procedure(
        item.name.text,
        source.position(item.span.start)[0],
        tuple(function_of(text.text) for text in models),
        " and ".join(around),
        tuple(flagged),
        tuple(statements),
        item.span,
    )


def _statements(
    node: object, around: tuple[str, ...], named: frozenset[str], flags: frozenset[str]
) -> Iterator[_Found]:
    """Every statement that does something, with the `when`s around it, in order of the text."""
    match node:
        case tuple():
            for item in node:
                yield from _statements(item, around, named, flags)
        case syntax.WhenStatement(flag=flag, then=then, otherwise=otherwise):
            inside = named | _flags_in(flag, flags)
            yield from _statements(then, (*around, _when(flag)), inside, flags)
            yield from _statements(otherwise, (*around, _unless(flag)), inside, flags)
        case syntax.Branch(flag=None, body=body):
            yield from _statements(body, around, named, flags)
        case syntax.Branch(flag=flag, body=body) if flag is not None:
            inside = named | _flags_in(flag, flags)
            yield from _statements(body, (*around, _when(flag)), inside, flags)
        case _ if isinstance(node, syntax.Statement):
            if not isinstance(node, _SILENT):
                yield node, around, named
            for name in ("statements", "then", "otherwise", "body", "branches"):
                yield from _statements(getattr(node, name, ()), around, named, flags)
        case _:
            pass


def _fields(source: Source, owner: str, items: object) -> Iterator[FieldPlace]:
    match items:
        case tuple():
            for item in items:
                yield from _fields(source, owner, item)
        case syntax.FieldDeclaration(name=name):
            yield FieldPlace(owner, name.text, source.position(name.span.start)[0])
        case syntax.WhenFields(then=then, otherwise=otherwise):
            yield from _fields(source, owner, (*then, *otherwise))
        case _:
            pass


def _flags_in(node: object, flags: frozenset[str]) -> frozenset[str]:
    """The flags that an expression names."""
    return frozenset(name for name in _names(node) if name in flags)


def _flags_in_head(node: syntax.Statement, flags: frozenset[str]) -> frozenset[str]:
    """The flags in the expressions of a statement itself, not in the statements inside it."""
    return frozenset(
        name
        for part in node.__dataclass_fields__
        if not _holds_statements(getattr(node, part))
        for name in _names(getattr(node, part))
        if name in flags
    )


def _holds_statements(value: object) -> bool:
    items = value if isinstance(value, tuple) else (value,)
    return any(isinstance(item, (syntax.Statement, syntax.Branch)) for item in items)


def _names(node: object) -> Iterator[str]:
    pending = [node]
    while pending:
        item = pending.pop()
        if isinstance(item, tuple):
            pending.extend(item)
        elif isinstance(item, syntax.Reference):
            yield item.name.text
        elif isinstance(item, syntax.Node):
            pending.extend(getattr(item, name) for name in item.__dataclass_fields__)


def _when(flag: syntax.Expression) -> str:
    return f"when ({expression(flag)})"


def _unless(flag: syntax.Expression) -> str:
    return f"without ({expression(flag)})"
