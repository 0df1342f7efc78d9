"""One variant of a specification: what its declarations say, with `when` resolved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from itertools import product
from typing import Any, NamedTuple

from frontend.syntax import tree as syntax


class TooLarge(Exception):
    """More than is worth looking at here."""


class Obj(NamedTuple):
    """An object: of a `struct` or a thread."""

    sort: str
    number: int


class Rec(NamedTuple):
    """A value of a record; its parts in the order of their declaration."""

    record: str
    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Bool:
    """`bool`."""


@dataclass(frozen=True)
class Int:
    """`int`, `nat`, `int LOW..HIGH`."""

    low: int | None
    high: int | None


@dataclass(frozen=True)
class Enum:
    """An enum."""

    name: str


@dataclass(frozen=True)
class Ref:
    """`page` or `page?`."""

    sort: str
    optional: bool


@dataclass(frozen=True)
class Record:
    """A record."""

    name: str


@dataclass(frozen=True)
class SetOf:
    """`set of cpu`."""

    element: Type


@dataclass(frozen=True)
class Lock:
    """`spinlock`."""


Type = Bool | Int | Enum | Ref | Record | SetOf | Lock


@dataclass(frozen=True)
class Variable:
    """A global, or a field of a struct or single: what is stored."""

    owner: str
    name: str
    type: Type
    index: tuple[Type, ...]
    initial: syntax.Expression | None
    constant: bool
    ghost: bool

    @property
    def shared(self) -> bool:
        """As in "Free or not": neither `const` nor `ghost`."""
        return not self.constant and not self.ghost


Slot = tuple[str, str, tuple[Any, ...]]
"""Owner, name and indices (an object's own field has the object first)."""


def variants(tree: syntax.Specification) -> dict[str, frozenset[str]]:
    """Variant -> the flags that are set in it."""
    found: dict[str, frozenset[str]] = {}
    for item in tree.declarations:
        if isinstance(item, syntax.VariantDeclaration):
            flags = {flag.text for flag in item.flags}
            for base in item.bases:
                flags |= found[base.text]
            found[item.name.text] = frozenset(flags)
    return found or {"main": frozenset()}


def flag_value(condition: syntax.Expression, flags: frozenset[str]) -> bool:
    """What a condition of `when` comes to."""
    match condition:
        case syntax.Reference(name=name):
            return name.text in flags
        case syntax.Boolean(value=value):
            return value
        case syntax.Unary(operator="!", operand=operand):
            return not flag_value(operand, flags)
        case syntax.Binary(operator="&&", left=left, right=right):
            return flag_value(left, flags) and flag_value(right, flags)
        case syntax.Binary(operator="||", left=left, right=right):
            return flag_value(left, flags) or flag_value(right, flags)
        case _:
            pass
    raise AssertionError(condition)


WHENS = (syntax.WhenStatement, syntax.WhenDeclaration, syntax.WhenFields)


def resolved(node: Any, flags: frozenset[str]) -> Any:
    """A part of the tree without its `when`s."""
    if isinstance(node, tuple):
        kept: list[Any] = []
        for item in node:
            if isinstance(item, WHENS):
                chosen = item.then if flag_value(item.flag, flags) else item.otherwise
                kept += resolved(chosen, flags)
            elif isinstance(item, syntax.Branch) and item.flag is not None:
                if flag_value(item.flag, flags):
                    kept.append(replace(item, flag=None, body=resolved(item.body, flags)))
            else:
                kept.append(resolved(item, flags))
        return tuple(kept)
    if isinstance(node, syntax.WhenStatement):
        # The one statement of an `if` or a loop.
        chosen = node.then if flag_value(node.flag, flags) else node.otherwise
        return syntax.Block(node.span, resolved(chosen, flags))
    if is_dataclass(node) and not isinstance(node, type) and isinstance(node, syntax.Node):
        changes = {
            part.name: resolved(getattr(node, part.name), flags)
            for part in fields(node)
            if part.name != "span"
        }
        return replace(node, **changes)
    return node


@dataclass
class World:
    """The declarations of one variant, and the sizes of its sorts."""

    flags: frozenset[str]
    flag_names: frozenset[str]
    declarations: tuple[Any, ...]
    bounds: Mapping[str, int]
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    typedefs: dict[str, syntax.TypeName] = field(default_factory=dict)
    records: dict[str, dict[str, Type]] = field(default_factory=dict)
    sorts: dict[str, int] = field(default_factory=dict)
    singles: set[str] = field(default_factory=set)
    variables: dict[tuple[str, str], Variable] = field(default_factory=dict)
    defines: dict[str, syntax.DefineDeclaration] = field(default_factory=dict)
    procedures: dict[str, syntax.ProcedureDeclaration] = field(default_factory=dict)
    threads: dict[str, syntax.ThreadDeclaration] = field(default_factory=dict)
    assumptions: list[syntax.AssumeDeclaration] = field(default_factory=list)
    properties: list[syntax.PropertyDeclaration] = field(default_factory=list)

    def of_kind(self, kind: type[Any]) -> Iterator[Any]:
        """The declarations of one class."""
        return (item for item in self.declarations if isinstance(item, kind))

    def type(self, name: syntax.TypeName) -> Type:
        """What a type's name stands for."""
        match name:
            case syntax.BoolTypeName():
                return Bool()
            case syntax.IntTypeName(low=low, high=high):
                return Int(low, high)
            case syntax.LockTypeName():
                return Lock()
            case syntax.SetTypeName(element=element):
                return SetOf(self.named(element.text))
            case syntax.NamedType(name=inner, optional=optional):
                found = self.named(inner.text)
                if optional:
                    assert isinstance(found, Ref)
                    return Ref(found.sort, True)
                return found

    def named(self, name: str) -> Type:
        """What a single word stands for as a type."""
        if name in self.enums:
            return Enum(name)
        if name in self.records:
            return Record(name)
        if name in self.sorts:
            return Ref(name, False)
        return self.type(self.typedefs[name])

    def values(self, kind: Type) -> list[Any]:
        """Every value of a type."""
        match kind:
            case Bool():
                return [False, True]
            case Int(low=int() as low, high=int() as high):
                return list(range(low, high + 1))
            case Enum(name=name):
                return list(self.enums[name])
            case Ref(sort=sort, optional=optional):
                objects: list[Any] = [Obj(sort, number) for number in range(self.sorts[sort])]
                return [None, *objects] if optional else objects
            case Record(name=name):
                parts = (self.values(part) for part in self.records[name].values())
                return [Rec(name, combination) for combination in product(*parts)]
            case SetOf(element=element):
                sets = [frozenset[Any]()]
                for value in self.values(element):
                    sets += [known | {value} for known in sets]
                return sets
            case Lock():
                return [None]
            case _:
                pass
        raise TooLarge(f"{kind} has no end")

    def slots(self) -> dict[Slot, Variable]:
        """All that is stored, apart from the locals."""
        found: dict[Slot, Variable] = {}
        for variable in self.variables.values():
            own = [Ref(variable.owner, False)] if variable.owner in self.sorts else []
            indices = [self.values(kind) for kind in (*own, *variable.index)]
            for combination in product(*indices):
                found[variable.owner, variable.name, combination] = variable
        return found

    def part_type(self, kind: Type, path: Iterable[str]) -> Type | None:
        """The type of a part of a record; None: the path leads through a reference."""
        for name in path:
            if not isinstance(kind, Record):
                return None
            kind = self.records[kind.name][name]
        return kind

    def leaves(self, kind: Type) -> list[tuple[str, ...]]:
        """The paths to the parts of a record that are no records; of another type only ()."""
        if not isinstance(kind, Record):
            return [()]
        return [
            (name, *rest)
            for name, part in self.records[kind.name].items()
            for rest in self.leaves(part)
        ]


def world(
    tree: syntax.Specification, variant: str, bounds: Mapping[str, int] | None = None
) -> World:
    """The declarations of one variant; sorts that `bounds` does not name as the file says."""
    flags = variants(tree)[variant]
    names = {
        item.name.text for item in tree.declarations if isinstance(item, syntax.FlagDeclaration)
    }
    made = World(flags, frozenset(names), resolved(tree.declarations, flags), bounds or {})
    sizes = {
        item.name.text: item.high
        for declaration in made.of_kind(syntax.BoundDeclaration)
        for item in declaration.items
    }
    for declaration in made.of_kind(syntax.EnumDeclaration):
        made.enums[declaration.name.text] = tuple(item.text for item in declaration.members)
        made.members |= {item.text: declaration.name.text for item in declaration.members}
    for declaration in made.of_kind(syntax.TypeDefinition):
        made.typedefs[declaration.name.text] = declaration.type
    for kind in (syntax.StructDeclaration, syntax.ThreadDeclaration):
        for declaration in made.of_kind(kind):
            name = declaration.name.text
            made.sorts[name] = made.bounds.get(name, sizes.get(name, 1))
    made.records = {item.name.text: {} for item in made.of_kind(syntax.RecordDeclaration)}
    for declaration in made.of_kind(syntax.RecordDeclaration):
        made.records[declaration.name.text].update(
            {part.name.text: made.type(part.type) for part in declaration.fields}
        )
    made.singles = {item.name.text for item in made.of_kind(syntax.SingleDeclaration)}
    for declaration in made.of_kind(syntax.FieldDeclaration):
        _store(made, "", declaration)
    for owner in (syntax.StructDeclaration, syntax.SingleDeclaration):
        for declaration in made.of_kind(owner):
            for part in declaration.fields:
                _store(made, declaration.name.text, part)
    made.defines = {item.name.text: item for item in made.of_kind(syntax.DefineDeclaration)}
    made.procedures = {item.name.text: item for item in made.of_kind(syntax.ProcedureDeclaration)}
    made.threads = {item.name.text: item for item in made.of_kind(syntax.ThreadDeclaration)}
    made.assumptions = list(made.of_kind(syntax.AssumeDeclaration))
    made.properties = list(made.of_kind(syntax.PropertyDeclaration))
    return made


def _store(made: World, owner: str, item: syntax.FieldDeclaration) -> None:
    made.variables[owner, item.name.text] = Variable(
        owner,
        item.name.text,
        made.type(item.type),
        tuple(made.type(index) for index in item.indices),
        item.initial,
        item.constant,
        item.ghost,
    )
