"""Procedures that no thread calls: checked all the same, as if a thread called each."""

from __future__ import annotations

from dataclasses import replace

from frontend.expressions.elaborator import Elaborator
from frontend.flow import graph
from frontend.flow.data_flow import analyse
from frontend.flow.enclosing import Around, Frame
from frontend.flow.graph import Context, End, Node, resolve
from frontend.flow.local_variables import Locals, leaf_names
from frontend.flow.statements import Builder
from frontend.formulas.lowered import Place
from frontend.model import Variable
from frontend.names.scopes import Mode, Scope
from frontend.syntax import tree as syntax


def _alone(
    builder: Builder, declaration: syntax.ProcedureDeclaration
) -> tuple[Node, frozenset[str]]:
    """A procedure that nothing calls, as if something did: its flow and its parameters."""
    body = declaration.body
    end = End(Context((), (), 0, frozenset(), None, body.span))
    frame = Frame((), (), None, end, {}, frozenset())
    scope = Scope(Mode.CODE, thread=builder.locals.itself)
    around = Around(frame, scope, frozenset(), end, looping=True)
    name = declaration.name.text
    result: Place | None = None
    if declaration.type is not None:
        shape = builder.own.symbols.shape(declaration.type)
        result = builder.locals.declare(name, "(result)", shape, declaration.type.span)
        around = replace(around, visible=around.visible | leaf_names(result))
    call = syntax.Call(declaration.name.span, declaration.name, ())
    around = builder.inside(declaration, call, result, end, around)
    given: frozenset[str] = frozenset()
    for parameter in declaration.parameters:
        shape = builder.own.symbols.shape(parameter.type)
        place = builder.locals.declare(name, parameter.name.text, shape, parameter.name.span)
        given |= leaf_names(place)
        around = replace(
            around,
            scope=around.scope.with_place(parameter.name.text, place),
            visible=around.visible | leaf_names(place),
        )
    entry = builder.body(declaration, around)
    builder.finish(entry)
    return entry, given


def unused_procedures(
    own: Elaborator, called: frozenset[str], sort: str
) -> tuple[list[graph.Place], dict[str, Variable]]:
    """Checks the procedures that no thread calls as if a thread called each; warns.

    Args:
        sort: the kind of thread that stands in for the caller.

    Returns:
        Where each begins, and their locals.
    """
    entries: list[graph.Place] = []
    variables: dict[str, Variable] = {}
    for name, declaration in own.symbols.procedures.items():
        if name in called or name in own.recursive:
            continue
        own.problems.report(
            "W402", f"no thread calls `{name}` in this variant", declaration.name.span
        )
        known = Locals(sort, own.problems.budget)
        builder = Builder(own, known)
        entry, given = _alone(builder, declaration)
        if not own.problems.failed:
            analyse(resolve(entry), known.variables, own.problems, given)
            entries.append(resolve(entry))
            variables |= known.variables
    return entries, variables
