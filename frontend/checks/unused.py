"""What is declared and never used, and `define`s that nothing exercises yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

from frontend.expressions.elaborator import Elaborator
from frontend.expressions.operators import body_of_define
from frontend.formulas.lowered import value_at
from frontend.names.problems import Problems
from frontend.names.scopes import Mode, Scope, ThreadView
from frontend.syntax import tree as syntax


def unused_flags(tree: syntax.Specification, problems: Problems) -> None:
    """Warns of patches and configs that no `when` asks for."""
    used: set[str] = set()
    for item in tree.declarations:
        _conditions(item, used)
    for item in tree.declarations:
        if isinstance(item, syntax.FlagDeclaration) and item.name.text not in used:
            problems.report(
                "W403", f"nothing depends on {item.kind} `{item.name.text}`", item.name.span
            )


def _conditions(node: object, used: set[str]) -> None:
    if isinstance(node, tuple):
        for item in node:
            _conditions(item, used)
    elif is_dataclass(node):
        for entry in fields(node):
            value = getattr(node, entry.name)
            if isinstance(node, syntax.Reference) and isinstance(value, syntax.Name):
                used.add(value.text)
            _conditions(value, used)


def check_defines(own: Elaborator, threads: Mapping[str, ThreadView]) -> None:
    """Checks the body of each `define` once by itself, used or not."""
    for define in own.symbols.defines.values():
        if define.name.text in own.recursive:
            continue
        scope = Scope(Mode.PROPERTY, threads=threads)
        for parameter in define.parameters:
            shape = own.symbols.shape(parameter.type)
            stand_in = value_at(f"?{parameter.name.text}", (), shape)
            scope = scope.with_value(parameter.name.text, stand_in)
        body_of_define(own, define, scope)
