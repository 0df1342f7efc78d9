"""What is evaluated for an expression, whatever the state: "Free or not" on the language page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from frontend import syntax
from tests.second.expressions import SELF, UNKNOWN, Bound, Names, kind_of, variable_of
from tests.second.values import DECIDES, OPERATORS, Fault
from tests.second.world import Ref, World


def constant(world: World, names: Names, node: syntax.Expression) -> Any:
    """The value of an expression of literals and flags for which nothing is read, or UNKNOWN.

    A `define` is the expression that it names.
    """
    match node:
        case syntax.EmptySet():
            return frozenset()
        case syntax.AllSet(element=element):
            kind = world.named(element.text)
            return UNKNOWN if isinstance(kind, Ref) else frozenset(world.values(kind))
        case syntax.SetLiteral(elements=elements):
            values = [constant(world, names, item) for item in elements]
            return UNKNOWN if UNKNOWN in values else frozenset(values)
        case syntax.Call(name=name, arguments=arguments) if name.text in world.defines:
            found = world.defines[name.text]
            return constant(world, _given(world, names, found, arguments), found.body)
        case syntax.Number(value=value) | syntax.Boolean(value=value):
            return value
        case syntax.Reference(name=name):
            if name.text in names:
                found = names[name.text]
                return found.value if isinstance(found, Bound) else UNKNOWN
            if ("", name.text) in world.variables:
                return UNKNOWN
            if name.text in world.flag_names:
                return name.text in world.flags
            return name.text if name.text in world.members else UNKNOWN
        case syntax.Unary(operator=operator, operand=operand):
            value = constant(world, names, operand)
            if value is UNKNOWN:
                return UNKNOWN
            return not value if operator == "!" else -value
        case syntax.Conditional(condition=condition, then=then, otherwise=otherwise):
            chosen = constant(world, names, condition)
            if chosen is UNKNOWN:
                return UNKNOWN
            return constant(world, names, then if chosen else otherwise)
        case syntax.Binary(operator=operator, left=left, right=right):
            first = constant(world, names, left)
            if first is UNKNOWN:
                return UNKNOWN
            if operator in DECIDES and bool(first) == DECIDES[operator]:
                return operator == "=>" or first
            second = constant(world, names, right)
            if second is UNKNOWN or operator in DECIDES or operator not in OPERATORS:
                return second
            try:
                return OPERATORS[operator](first, second)
            except (Fault, ValueError):
                return UNKNOWN
        case syntax.Quantifier(kind="forall" | "exists", binders=binders, body=body):
            own = {item.name.text: Bound(world.type(item.type)) for item in binders}
            return constant(world, {**names, **own}, body)
        case _:
            pass
    return UNKNOWN


def decided(world: World, names: Names, node: syntax.Expression) -> Any:
    """The value of a condition that constants decide, on either side, or UNKNOWN."""
    match node:
        case syntax.Unary(operator="!", operand=operand):
            value = decided(world, names, operand)
            return UNKNOWN if value is UNKNOWN else not value
        case syntax.Binary(operator="&&" | "||" | "=>" as operator, left=left, right=right):
            first, second = decided(world, names, left), decided(world, names, right)
            if operator == "=>":
                operator, first = "||", UNKNOWN if first is UNKNOWN else not first
            ends = operator == "||"
            if first is ends or second is ends:
                return ends
            return UNKNOWN if UNKNOWN in (first, second) else not ends
        case syntax.Quantifier(kind="forall" | "exists", binders=binders, body=body):
            own = {item.name.text: Bound(world.type(item.type)) for item in binders}
            return decided(world, {**names, **own}, body)
        case syntax.Conditional(condition=condition, then=then, otherwise=otherwise):
            chosen = decided(world, names, condition)
            if chosen is UNKNOWN:
                return UNKNOWN
            return decided(world, names, then if chosen else otherwise)
        case syntax.Call(name=name, arguments=arguments) if name.text in world.defines:
            found = world.defines[name.text]
            return decided(world, _given(world, names, found, arguments), found.body)
        case _:
            return constant(world, names, node)


def reads_shared(world: World, names: Names, node: syntax.Expression) -> bool:
    """Whether anything shared is evaluated for it."""
    return any(_reads(world, names, node))


def _reads(world: World, names: Names, node: syntax.Expression) -> Iterable[bool]:
    match node:
        case syntax.Reference():
            variable = variable_of(world, names, node)
            yield variable is not None and variable.shared
        case syntax.Field(base=base, name=name):
            kind = kind_of(world, names, base)
            if isinstance(kind, Ref) or _is_single(world, names, base):
                owner = kind.sort if isinstance(kind, Ref) else base.name.text  # type: ignore[union-attr]
                yield world.variables[owner, name.text].shared
            if not _is_single(world, names, base):
                yield from _reads(world, names, base)
        case syntax.Index(base=base, indices=indices):
            yield from _reads(world, names, base)
            for index in indices:
                yield from _reads(world, names, index)
        case syntax.Unary(operand=operand):
            yield from _reads(world, names, operand)
        case syntax.Binary(operator=operator, left=left, right=right):
            yield from _reads(world, names, left)
            decided = constant(world, names, left)
            if operator not in DECIDES or decided is UNKNOWN or decided != DECIDES[operator]:
                yield from _reads(world, names, right)
        case syntax.Conditional(condition=condition, then=then, otherwise=otherwise):
            chosen = constant(world, names, condition)
            yield from _reads(world, names, condition)
            if chosen is UNKNOWN or chosen:
                yield from _reads(world, names, then)
            if chosen is UNKNOWN or not chosen:
                yield from _reads(world, names, otherwise)
        case syntax.Quantifier(binders=binders, body=body):
            own = {item.name.text: Bound(world.type(item.type)) for item in binders}
            yield from _reads(world, {**names, **own}, body)
        case syntax.Any(name=name, condition=condition, type=kind_name):
            if name is not None and condition is not None:
                own = {name.text: Bound(world.type(kind_name))}
                yield from _reads(world, {**names, **own}, condition)
        case syntax.Call(name=name, arguments=arguments):
            for argument in arguments:
                yield from _reads(world, names, argument)
            if name.text in world.defines:
                found = world.defines[name.text]
                yield from _reads(world, _given(world, names, found, arguments), found.body)
        case syntax.SetLiteral(elements=elements):
            for element in elements:
                yield from _reads(world, names, element)
        case syntax.RecordLiteral(parts=parts):
            for part in parts:
                yield from _reads(world, names, part.value)
        case _:
            pass
    yield False


def _given(
    world: World,
    names: Names,
    found: syntax.DefineDeclaration,
    arguments: tuple[syntax.Expression, ...],
) -> Names:
    given = {
        parameter.name.text: Bound(world.type(parameter.type), constant(world, names, argument))
        for parameter, argument in zip(found.parameters, arguments, strict=True)
    }
    return {**({SELF: names[SELF]} if SELF in names else {}), **given}


def _is_single(world: World, names: Names, node: syntax.Expression) -> bool:
    if not isinstance(node, syntax.Reference) or node.name.text in names:
        return False
    return node.name.text in world.singles and ("", node.name.text) not in world.variables
