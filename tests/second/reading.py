"""What is evaluated for an expression, whatever the state: "Free or not" on the language page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from frontend.syntax import tree as syntax
from tests.second.expressions import SELF, UNKNOWN, Bound, Names, Scope, kind_of, variable_of
from tests.second.values import DECIDES, Fault
from tests.second.world import Ref, World


def constant(world: World, names: Names, node: syntax.Expression) -> Any:
    """The value of a constant, or UNKNOWN; what is a fault has no value and is no constant."""
    if not _is_constant(world, names, node):
        return UNKNOWN
    try:
        return Scope(world, {}, names).value(node)
    except Fault:
        return UNKNOWN


def _is_constant(world: World, names: Names, node: syntax.Expression) -> bool:
    """Whether an expression is made of literals, flags and enum members alone, where it is
    evaluated. A `define` is the expression that it names; what it is given counts, too."""

    def made(*parts: syntax.Expression) -> bool:
        return all(_is_constant(world, names, part) for part in parts)

    match node:
        case (
            syntax.EmptySet()
            | syntax.AllSet()
            | syntax.NoneLiteral()
            | syntax.Number()
            | syntax.Boolean()
        ):
            return True
        case syntax.SetLiteral(elements=elements):
            return made(*elements)
        case syntax.RecordLiteral(parts=parts):
            return made(*(part.value for part in parts))
        case syntax.Field(base=base):
            return not _is_single(world, names, base) and made(base)
        case syntax.Call(name=name, arguments=arguments) if name.text in world.defines:
            define = world.defines[name.text]
            inner = _given(world, names, define, arguments)
            return made(*arguments) and _is_constant(world, inner, define.body)
        case syntax.Reference(name=name):
            found = names.get(name.text)
            if found is not None:
                return isinstance(found, Bound) and found.value is not UNKNOWN
            is_global = ("", name.text) in world.variables or _is_single(world, names, node)
            return not is_global and (name.text in world.flag_names | world.members.keys())
        case syntax.Unary(operand=operand):
            return made(operand)
        case syntax.Conditional(condition=condition, then=then, otherwise=otherwise):
            chosen = constant(world, names, condition)
            return chosen is not UNKNOWN and made(then if chosen else otherwise)
        case syntax.Binary(operator=operator, left=left, right=right) if operator in DECIDES:
            first = constant(world, names, left)
            return first is not UNKNOWN and (first == DECIDES[operator] or made(right))
        case syntax.Binary(left=left, right=right):
            return made(left, right)
        case syntax.Quantifier(kind="forall" | "exists", binders=binders, body=body):
            own = {item.name.text: Bound(world.type(item.type)) for item in binders}
            return _is_constant(world, {**names, **own}, body)
        case _:
            pass
    return False


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
    given = {}
    for parameter, argument in zip(found.parameters, arguments, strict=True):
        kind = world.type(parameter.type)
        value = constant(world, names, argument)
        try:
            if value is not UNKNOWN:
                value = Scope(world, {}, names).entering(kind, argument)
        except Fault:
            value = UNKNOWN
        given[parameter.name.text] = Bound(kind, value)
    return {**({SELF: names[SELF]} if SELF in names else {}), **given}


def _is_single(world: World, names: Names, node: syntax.Expression) -> bool:
    if not isinstance(node, syntax.Reference) or node.name.text in names:
        return False
    return node.name.text in world.singles and ("", node.name.text) not in world.variables
