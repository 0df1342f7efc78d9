"""Expressions: their value, the place that they name, and what is evaluated for them."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Protocol

from frontend.syntax import tree as syntax
from tests.second.values import (
    DECIDES,
    OPERATORS,
    UNSET,
    Fault,
    entered,
    is_partial,
    part_of,
    with_part,
)
from tests.second.world import Enum, Obj, Rec, Record, Ref, SetOf, Slot, Type, Variable, World

UNKNOWN = object()
"""The value of what is no constant."""

SELF = "self"
"""The name under which code knows the thread that runs."""


@dataclass(eq=False)
class Local:
    """A local of one call of a procedure (of the body: of ""), or a hidden one.

    Args:
        position: where its name stands in the text; -1: it is hidden.
    """

    name: str
    type: Any
    frame: Any
    position: int


@dataclass(frozen=True)
class Bound:
    """A name in a quantifier, or a parameter of a `define`.

    Args:
        value: where it is evaluated; elsewhere UNKNOWN, unless a constant was passed.
    """

    type: Type | None
    value: Any = UNKNOWN


Names = Mapping[str, Any]
"""What stands for a Local or a Bound."""


class Whereabouts(Protocol):
    """What properties ask of threads."""

    def at(self, thread: Obj, path: tuple[str, ...]) -> bool:
        """`c at f.label`."""

    def inside(self, thread: Obj, procedure: str) -> bool:
        """`c in f`."""

    def local(self, thread: Obj, procedure: str, name: str, number: int | None) -> Any:
        """`c.f.x`; raises Fault where it has no value."""

    def kind(self, sort: str, procedure: str, name: str) -> Type | None:
        """The type of the locals of a name; None: there is none."""


@dataclass(frozen=True)
class Path:
    """Where something is stored.

    Args:
        root: a Slot or a Local.
        parts: of a record.
    """

    root: Slot | Local
    type: Type
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scope:
    """Evaluates expressions in one state.

    Args:
        me: the thread that runs; None in properties.
        where: None in code.
    """

    world: World
    shared: MutableMapping[Slot, Any]
    names: Names
    locals: MutableMapping[Local, Any] = field(default_factory=dict)
    me: Obj | None = None
    where: Whereabouts | None = None

    def bound(self, names: Mapping[str, Bound]) -> Scope:
        """The scope within a quantifier."""
        return replace(self, names={**self.names, **names})

    # --- places ----------------------------------------------------------------------------

    def path(self, node: syntax.Expression) -> Path | None:
        """The place that an expression names; None where it is a mere value."""
        match node:
            case syntax.Reference(name=name):
                found = self.names.get(name.text)
                if isinstance(found, Local):
                    return Path(found, found.type)
                variable = None if found else self.world.variables.get(("", name.text))
                return None if variable is None else Path(("", name.text, ()), variable.type)
            case syntax.Index(base=base, indices=indices):
                return self._indexed(base, indices)
            case syntax.Field(base=base, name=name):
                return self._field(base, name.text)
            case _:
                pass
        return None

    def _indexed(self, base: syntax.Expression, indices: tuple[syntax.Expression, ...]) -> Path:
        path = self.path(base)
        assert path is not None
        assert isinstance(path.root, tuple)
        variable = self.world.variables[path.root[0], path.root[1]]
        values = [
            entered(self.world, kind, self.value(item, kind))
            for kind, item in zip(variable.index, indices, strict=True)
        ]
        return Path((*path.root[:2], (*path.root[2], *values)), variable.type)

    def _field(self, base: syntax.Expression, name: str) -> Path | None:
        if (single := self.single(base)) is not None:
            return Path((single, name, ()), self.world.variables[single, name].type)
        kind = self.kind(base)
        if isinstance(kind, Ref):
            if (kind.sort, name) not in self.world.variables:
                return None
            base_value = self.value(base)
            if base_value is None:
                raise Fault("none")
            variable = self.world.variables[kind.sort, name]
            return Path((kind.sort, name, (base_value,)), variable.type)
        inner = self.path(base)
        if inner is None or not isinstance(inner.type, Record):
            return None
        kind = self.world.records[inner.type.name][name]
        return Path(inner.root, kind, (*inner.parts, name))

    def single(self, node: syntax.Expression) -> str | None:
        """The `single` that a bare name stands for."""
        if isinstance(node, syntax.Reference) and node.name.text not in self.names:
            return node.name.text if node.name.text in self.world.singles else None
        return None

    def load(self, path: Path) -> Any:
        """What is stored at a place."""
        if isinstance(path.root, Local):
            value = self.locals.get(path.root, UNSET)
        else:
            value = self.shared[path.root]
        return part_of(self.world, value, path.parts)

    def store(self, path: Path, value: Any) -> None:
        """Puts a value where it enters its type."""
        entered(self.world, path.type, value)
        if isinstance(path.root, Local):
            whole = self.locals.get(path.root, UNSET)
            if path.parts and whole is UNSET:
                whole = self.blank(path.root.type)
            self.locals[path.root] = with_part(self.world, whole, path.parts, value)
        else:
            whole = self.shared[path.root]
            self.shared[path.root] = with_part(self.world, whole, path.parts, value)

    def blank(self, kind: Type) -> Any:
        """A record without any part assigned."""
        if not isinstance(kind, Record):
            return UNSET
        parts = self.world.records[kind.name].values()
        return Rec(kind.name, tuple(self.blank(part) for part in parts))

    # --- types -----------------------------------------------------------------------------

    def kind(self, node: syntax.Expression) -> Type | None:
        """The type of an expression, where something depends on it."""
        return kind_of(self.world, self.names, node, self.where)

    # --- values ----------------------------------------------------------------------------

    def value(self, node: syntax.Expression, wanted: Type | None = None) -> Any:
        """Evaluates; raises Fault where there is no value.

        Args:
            wanted: the type around it: the one of a literal of a set.
        """
        match node:
            case syntax.Number(value=value) | syntax.Boolean(value=value):
                return value
            case syntax.NoneLiteral():
                return None
            case syntax.EmptySet():
                return frozenset()
            case syntax.AllSet(element=element):
                return frozenset(self.world.values(self.world.named(element.text)))
            case syntax.SetLiteral(elements=elements):
                inner = wanted.element if isinstance(wanted, SetOf) else None
                return frozenset(
                    self.value(item) if inner is None else self.entering(inner, item)
                    for item in elements
                )
            case syntax.RecordLiteral(name=name, parts=parts):
                kinds = self.world.records[name.text]
                made = {
                    part.name.text: self.entering(kinds[part.name.text], part.value)
                    for part in parts
                }
                return Rec(name.text, tuple(made[part] for part in kinds))
            case syntax.SelfReference():
                return self.me
            case syntax.Unary(operator=operator, operand=operand):
                value = self.value(operand)
                return not value if operator == "!" else -value
            case syntax.Conditional(condition=condition, then=then, otherwise=otherwise):
                return self.value(then if self.value(condition) else otherwise, wanted)
            case syntax.Binary():
                return self._binary(node, wanted)
            case syntax.Quantifier():
                return self._quantifier(node)
            case syntax.At(thread=thread, path=path):
                assert self.where is not None
                return self.where.at(self.thread(thread), tuple(item.text for item in path))
            case syntax.Call():
                return self._call(node)
            case syntax.Reference() | syntax.Index() | syntax.Field():
                return self._stored(node)
            case _:
                pass
        raise AssertionError(node)

    def entering(self, kind: Type, node: syntax.Expression) -> Any:
        """The value of an expression, which enters a type."""
        return entered(self.world, kind, self.value(node, kind))

    def thread(self, node: syntax.Expression) -> Obj:
        """A thread that a property speaks of."""
        found = self.value(node)
        if found is None:
            raise Fault("none")
        assert isinstance(found, Obj)
        return found

    def _binary(self, node: syntax.Binary, wanted: Type | None) -> Any:
        operator, left, right = node.operator, node.left, node.right
        if operator in DECIDES:
            decided = bool(self.value(left))
            if decided == DECIDES[operator]:
                return decided if operator != "=>" else True
            return bool(self.value(right))
        if operator == "in":
            if isinstance(right, syntax.Reference) and self._is_procedure(right.name.text):
                assert self.where is not None
                return self.where.inside(self.thread(left), right.name.text)
            element = self.kind(left)  # tells only of which sort the elements of braces are
            braces = SetOf(Ref(element.sort, False)) if isinstance(element, Ref) else None
            value, kind = self.value(left), self.kind(right)
            collection = self.value(right, kind or braces)
            if isinstance(kind, SetOf) and self._is_stored(right):
                entered(self.world, kind.element, value)
            return value in collection
        kind = self.kind(left) or self.kind(right) or wanted
        first, second = self.value(left, kind), self.value(right, kind)
        if operator in ("<<", ">>") and second < 0:
            raise Fault("range")
        return OPERATORS[operator](first, second)

    def _is_stored(self, node: syntax.Expression) -> bool:
        """Whether a set, or a part of it, comes out of a variable."""
        match node:
            case syntax.Binary(left=left, right=right):
                return self._is_stored(left) or self._is_stored(right)
            case syntax.Conditional(then=then, otherwise=otherwise):
                return self._is_stored(then) or self._is_stored(otherwise)
            case _:
                return isinstance(node, syntax.Reference | syntax.Field | syntax.Index)

    def _is_procedure(self, name: str) -> bool:
        known = name in self.names or ("", name) in self.world.variables
        return name in self.world.procedures and not known

    def _quantifier(self, node: syntax.Quantifier) -> Any:
        kinds = [self.world.type(item.type) for item in node.binders]
        answers = []
        for combination in product(*(self.world.values(kind) for kind in kinds)):
            inner = self.bound(
                {
                    item.name.text: Bound(kind, value)
                    for item, kind, value in zip(node.binders, kinds, combination, strict=True)
                }
            )
            # In a property what has no value does not hold; in code it is a fault.
            answers.append(inner.holds(node.body) if self.where else bool(inner.value(node.body)))
        match node.kind:
            case "forall":
                return all(answers)
            case "exists":
                return any(answers)
            case _:
                pass
        return sum(answers)

    def holds(self, node: syntax.Expression) -> bool:
        """Whether a formula of a property holds."""
        try:
            return bool(self.value(node))
        except Fault:
            return False

    def _call(self, node: syntax.Call) -> Any:
        name = node.name.text
        if name in ("held", "held_by"):
            path = self.path(node.arguments[0])
            assert path is not None
            owner = self.load(path)
            if name == "held":
                return owner is not None
            return self.value(node.arguments[1]) == owner and owner is not None
        found = self.world.defines[name]
        given = {}
        for parameter, argument in zip(found.parameters, node.arguments, strict=True):
            kind = self.world.type(parameter.type)
            given[parameter.name.text] = Bound(kind, self.entering(kind, argument))
        own = {SELF: self.names[SELF]} if SELF in self.names else {}
        inner = replace(self, names={**own, **given})
        return inner.entering(self.world.type(found.type), found.body)

    def _stored(self, node: syntax.Reference | syntax.Index | syntax.Field) -> Any:
        value = self._found(node)
        if is_partial(value):
            raise Fault(UNSET)
        return value

    def _found(self, node: syntax.Reference | syntax.Index | syntax.Field) -> Any:
        """What is stored; parts of a local may be unset."""
        if isinstance(node, syntax.Reference):
            name = node.name.text
            found = self.names.get(name)
            if isinstance(found, Bound):
                return found.value
            if found is None and ("", name) not in self.world.variables:
                return name if name in self.world.members else name in self.world.flags
        if isinstance(node, syntax.Field) and self.where is not None:
            asked = self._local_asked(node)
            if asked is not None:
                return asked[0]
        path = self.path(node)
        if path is not None:
            return self.load(path)
        assert isinstance(node, syntax.Field)
        base = node.base
        known = isinstance(base, syntax.Field) and not isinstance(self.kind(base), Ref)
        value = self._found(base) if known else self.value(base)  # type: ignore[arg-type]
        return part_of(self.world, value, (node.name.text,))

    def _local_asked(self, node: syntax.Field) -> tuple[Any] | None:
        """`c.x`, `c.f.x`, and with a number: the value, in a tuple; None: it is no such thing."""
        assert self.where is not None
        asked = local_asked(self.world, self.names, node, self.where)
        if asked is None:
            return None
        thread, procedure, name, number = asked
        return (self.where.local(self.thread(thread), procedure, name, number),)


def local_asked(
    world: World, names: Names, node: syntax.Field, where: Whereabouts
) -> tuple[syntax.Expression, str, str, int | None] | None:
    """Which local `c.x`, `c.f.x`, `c.x.1` or `c.f.x.1` asks for: the thread, the procedure, the
    name, the number; None: it is the field of something."""
    rest, base = [node.name.text], node.base
    while True:
        thread = kind_of(world, names, base, where)
        if isinstance(thread, Ref) and thread.sort in world.threads:
            break
        if not isinstance(base, syntax.Field) or len(rest) == 3:
            return None
        rest.insert(0, base.name.text)
        base = base.base
    number = int(rest.pop()) if len(rest) > 1 and rest[-1].isdigit() else None
    if number is None and _means_field(world, thread.sort, rest):
        return None
    procedure = rest[0] if len(rest) == 2 else ""
    if len(rest) > 2 or where.kind(thread.sort, procedure, rest[-1]) is None:
        return None
    return base, procedure, rest[-1], number


def _means_field(world: World, sort: str, rest: list[str]) -> bool:
    """Whether a thread has a field that is meant by one name, or by a name and what it has."""
    field = world.variables.get((sort, rest[0]))
    if field is None or len(rest) == 1:
        return field is not None
    match field.type:
        case Ref(sort=other):
            return not field.index and (other, rest[1]) in world.variables
        case Record(name=name):
            return not field.index and rest[1] in world.records[name]
        case _:
            pass
    return False


def kind_of(
    world: World, names: Names, node: syntax.Expression, where: Whereabouts | None = None
) -> Type | None:
    """The type of what is stored or declared; None for what tells none.

    Args:
        where: in properties.
    """
    match node:
        case syntax.SelfReference():
            return kind_at(names, SELF)
        case syntax.Reference(name=name):
            if name.text in names:
                return kind_at(names, name.text)
            variable = world.variables.get(("", name.text))
            if variable is not None:
                return variable.type
            return Enum(world.members[name.text]) if name.text in world.members else None
        case syntax.Index(base=base):
            return kind_of(world, names, base, where)
        case syntax.Field(base=base, name=name):
            if isinstance(base, syntax.Reference) and base.name.text not in names:
                single = world.variables.get((base.name.text, name.text))
                if single is not None and base.name.text in world.singles:
                    return single.type
            asked = None if where is None else local_asked(world, names, node, where)
            if asked is not None and where is not None:
                thread = kind_of(world, names, asked[0], where)
                return where.kind(thread.sort, asked[1], asked[2]) if thread else None  # type: ignore[union-attr]
            inner = kind_of(world, names, base, where)
            if isinstance(inner, Record):
                return world.records[inner.name].get(name.text)
            if isinstance(inner, Ref):
                owned = world.variables.get((inner.sort, name.text))
                return None if owned is None else owned.type
            return None
        case syntax.AllSet(element=element):
            return SetOf(world.named(element.text))
        case syntax.RecordLiteral(name=name):
            return Record(name.text)
        case syntax.Call(name=name) if name.text in world.defines:
            return world.type(world.defines[name.text].type)
        case syntax.Conditional(then=then, otherwise=otherwise):
            return kind_of(world, names, then, where) or kind_of(world, names, otherwise, where)
        case syntax.Binary(operator="+" | "-" | "|" | "&", left=left, right=right):
            found = kind_of(world, names, left, where) or kind_of(world, names, right, where)
            return found if isinstance(found, SetOf) else None
        case _:
            pass
    return None


def kind_at(names: Names, name: str) -> Type | None:
    """The type of a local or of what a quantifier binds."""
    found: Type | None = names[name].type
    return found


def variable_of(world: World, names: Names, node: syntax.Expression) -> Variable | None:
    """The global or field that an expression reads or writes last, records' parts aside."""
    match node:
        case syntax.Reference(name=name):
            return None if name.text in names else world.variables.get(("", name.text))
        case syntax.Index(base=base):
            return variable_of(world, names, base)
        case syntax.Field(base=base, name=name):
            if isinstance(base, syntax.Reference) and base.name.text not in names:
                single = world.variables.get((base.name.text, name.text))
                if base.name.text in world.singles:
                    return single
            inner = kind_of(world, names, base)
            if isinstance(inner, Ref):
                return world.variables.get((inner.sort, name.text))
            return variable_of(world, names, base)
        case _:
            pass
    return None
