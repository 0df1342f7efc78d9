"""What an assignment writes, and `update page q where F { q.f = ...; }`: every matching object at
once, in one step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from frontend.expressions.elaborator import Elaborator
from frontend.expressions.operators import binder_type
from frontend.flow.instructions import Writer, as_checks, scalar_parts, set_requirements
from frontend.formulas.building import implication
from frontend.formulas.definedness import Requirement, fits, for_all
from frontend.formulas.lowered import Place, RecordValue, Scalar, SetValue, Value, Wrong
from frontend.formulas.shapes import WrongShape
from frontend.model import TRUE, Bound, Bulk, Expression, Instruction, Write
from frontend.names.scopes import Scope
from frontend.syntax import tree as syntax


def target(own: Elaborator, node: syntax.Expression, scope: Scope) -> Place | None:
    """The place that an assignment writes, or None after a report."""
    place = own.place(node, scope)
    if not isinstance(place, Place):
        if not isinstance(place, Wrong):
            own.problems.report("E206", "this cannot be assigned to", node.span)
        return None
    if place.pending:
        own.read(place, node.span)
        return None
    if place.constant:
        own.problems.report("E206", "this is `const`: it never changes", node.span)
        return None
    if isinstance(place.shape, WrongShape):
        return None
    return place


def bulk_update(
    own: Elaborator, writer: Writer, node: syntax.Update, scope: Scope, text: str
) -> tuple[Instruction, ...]:
    """The instructions of a bulk update; () after a report."""
    kind = binder_type(own, node.binder.type)
    if kind is None:
        return ()
    binder = own.names.binder(node.binder.name.text, kind)
    inner = scope.with_value(node.binder.name.text, Scalar(binder))
    where = TRUE if node.where is None else own.condition(node.where, inner)
    known = writer.definedness()
    needed = [_for_all(binder, TRUE, item) for item in known.requirements(where)]
    found: list[Instruction] = []
    for statement in _flat(node.body):
        place, value = _write(own, statement, inner, binder)
        if place is None or isinstance(value, Wrong):
            continue
        binders: tuple[Bound, ...] = (binder,)
        writes: list[Write] = []
        for variable, arguments, part, extra in _points(own, writer, place, value):
            binders += extra
            writes.append(Write(variable, arguments, part))
            items = [*known.index(variable, arguments)]
            if isinstance(value, SetValue):
                element = known.variables[variable].index[-1]
                items += set_requirements(known, own.names, value, element)
            else:
                items += [*known.requirements(part), *fits(part, known.variables[variable].type)]
            needed += [_for_all(binder, where, item) for item in items]
        found.append(Bulk(binders, where, tuple(writes)))
    return (*as_checks(needed, node.span, text), *_at_once(found))


def _at_once(found: Iterable[Instruction]) -> tuple[Instruction, ...]:
    """One bulk update of all writes: their right sides read the state before any of them."""
    bulks = [item for item in found if isinstance(item, Bulk)]
    if len(bulks) < 2:
        return tuple(bulks)
    binders = tuple(dict.fromkeys(binder for bulk in bulks for binder in bulk.binders))
    writes = tuple(write for bulk in bulks for write in bulk.writes)
    return (Bulk(binders, bulks[0].where, writes),)


def _for_all(binder: Bound, where: Expression, item: Requirement) -> Requirement:
    return replace(item, condition=for_all((binder,), implication(where, item.condition)))


def _flat(statements: Iterable[syntax.Statement]) -> Iterable[syntax.Statement]:
    for statement in statements:
        if isinstance(statement, syntax.Block):
            yield from _flat(statement.statements)
        else:
            yield statement


def _write(
    own: Elaborator, node: syntax.Statement, scope: Scope, binder: Bound
) -> tuple[Place | None, Value]:
    if not isinstance(node, (syntax.Assignment, syntax.Increment)):
        own.problems.report("E308", "an `update` holds assignments only", node.span)
        return None, Wrong()
    place = own.place(node.target, scope)
    if isinstance(place, Place) and place.pending:
        own.read(place, node.target.span)
        return None, Wrong()
    if not isinstance(place, Place) or place.local or place.arguments[:1] != (binder,):
        if not isinstance(place, Wrong):
            own.problems.report(
                "E308", f"the left side is a field of `{binder.name}` itself", node.target.span
            )
        return None, Wrong()
    if place.constant:
        own.problems.report("E206", "this is `const`: it never changes", node.target.span)
        return None, Wrong()
    if isinstance(node, syntax.Assignment) and node.operator == "=":
        if isinstance(node.value, syntax.Any):
            own.problems.report("E308", "an `update` picks nothing", node.value.span)
            return None, Wrong()
        value = own.value(node.value, scope, place.shape)
        span = node.value.span
    else:
        one: syntax.Expression = syntax.Number(node.span, 1)
        right = node.value if isinstance(node, syntax.Assignment) else one
        combined = syntax.Binary(node.span, node.operator[0], node.target, right)
        value, span = own.value(combined, scope), node.span
    return (place, value) if own.agrees(value, place.shape, span) else (None, Wrong())


def _points(
    own: Elaborator, writer: Writer, place: Place, value: Value
) -> Iterable[tuple[str, tuple[Expression, ...], Expression, tuple[Bound, ...]]]:
    match value:
        case Scalar(expression=expression):
            yield place.variable, place.arguments, expression, ()
        case SetValue(member=member):
            element = writer.definedness().variables[place.variable].index[-1]
            one = own.names.binder("element", element)
            yield place.variable, (*place.arguments, one), member(one), (one,)
        case RecordValue():
            for variable, part in scalar_parts(place.variable, value):
                yield variable, place.arguments, part, ()
        case Wrong():
            return
