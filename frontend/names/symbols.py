"""The names of a specification: sorts, enums, records, fields, globals, procedures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import cast

from frontend.formulas.lowered import leaf_count, leaves
from frontend.formulas.shapes import WRONG, RecordShape, SetShape, Shape, describe, index_limits
from frontend.model import (
    BOOL,
    LOCK,
    Constant,
    EnumType,
    IntType,
    LockType,
    ReferenceType,
    Sort,
    Type,
    Variable,
)
from frontend.names.budget import MOST_PARTS_OF_A_RECORD, TooLarge
from frontend.names.problems import Problems
from frontend.source.spans import Span
from frontend.syntax import tree as syntax

Claim = Callable[[syntax.Name], bool]
"""Takes a name of the one name space; False after a report that it is taken."""


@dataclass(frozen=True, slots=True)
class FieldSymbol:
    """A field of a struct or single, or a global.

    Args:
        variable: the model variable or the stem of its parts: `page.list`.
        owner: the sort whose objects have it, or None (single, global).
        indices: further index types, as declared.
    """

    name: str
    variable: str
    owner: str | None
    indices: tuple[Type, ...]
    shape: Shape
    constant: bool
    ghost: bool
    declaration: syntax.FieldDeclaration


@dataclass(slots=True)
class Symbols:
    """Everything that has a name at the top level of one variant."""

    problems: Problems
    flags: dict[str, bool] = field(default_factory=dict)
    sorts: dict[str, Sort] = field(default_factory=dict)
    enums: dict[str, EnumType] = field(default_factory=dict)
    members: dict[str, EnumType] = field(default_factory=dict)
    typedefs: dict[str, Shape] = field(default_factory=dict)
    records: dict[str, RecordShape] = field(default_factory=dict)
    fields: dict[str, dict[str, FieldSymbol]] = field(default_factory=dict)
    singles: dict[str, Span] = field(default_factory=dict)
    globals: dict[str, FieldSymbol] = field(default_factory=dict)
    procedures: dict[str, syntax.ProcedureDeclaration] = field(default_factory=dict)
    defines: dict[str, syntax.DefineDeclaration] = field(default_factory=dict)
    threads: dict[str, syntax.ThreadDeclaration] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)

    def all_fields(self) -> Iterable[FieldSymbol]:
        """Fields and globals in order of declaration."""
        for group in self.fields.values():
            yield from group.values()
        yield from self.globals.values()

    def shape(self, name: syntax.TypeName) -> Shape:
        """The shape that a type's text stands for; WRONG after a report."""
        match name:
            case syntax.BoolTypeName():
                return BOOL
            case syntax.LockTypeName():
                return LOCK
            case syntax.IntTypeName(low=low, high=high):
                if low is not None and high is not None and low > high:
                    self.problems.report(
                        "E210", f"the range {low}..{high} has no values", name.span
                    )
                    return WRONG
                return IntType(low, high)
            case syntax.SetTypeName(element=element):
                inner = self._named(element, optional=False)
                if inner == WRONG:
                    return WRONG
                if not index_limits(inner):
                    self.problems.report(
                        "E212",
                        f"a set is over objects, an enum or a range, not over `{describe(inner)}`",
                        element.span,
                    )
                    return WRONG
                return SetShape(cast("Type", inner))
            case syntax.NamedType(name=inner_name, optional=optional):
                return self._named(inner_name, optional=optional)

    def _named(self, name: syntax.Name, *, optional: bool) -> Shape:
        if name.text in self.sorts:
            return ReferenceType(name.text, optional)
        other = (
            self.enums.get(name.text) or self.typedefs.get(name.text) or self.records.get(name.text)
        )
        if name.text == "bool":
            other = BOOL
        if other is None:
            known = [*self.sorts, *self.enums, *self.typedefs, *self.records, "bool", "int", "nat"]
            self.problems.report(
                "E103", f"`{name.text}` is no type", name.span, near=(name.text, known)
            )
            return WRONG
        if optional:
            self.problems.report(
                "E219", f"only references can be `none`: `{name.text}` is no struct", name.span
            )
            return WRONG
        return other

    def index_types(self, names: Iterable[syntax.TypeName]) -> tuple[Type, ...] | None:
        """The types that a field is indexed by, or None after a report."""
        types: list[Type] = []
        for name in names:
            shape = self.shape(name)
            if shape == WRONG:
                return None
            if not index_limits(shape):
                self.problems.report(
                    "E208",
                    f"a field is indexed by objects, enums or ranges, not by `{describe(shape)}`",
                    name.span,
                )
                return None
            types.append(cast("Type", shape))
        return tuple(types)


def collect(
    declarations: Sequence[syntax.Declaration], set_flags: frozenset[str], problems: Problems
) -> Symbols:
    """The symbols of a variant's text (its `when`s resolved); reports what clashes."""
    symbols = Symbols(problems)
    taken: dict[str, Span] = {}

    def claim(name: syntax.Name) -> bool:
        if name.text in taken:
            problems.report(
                "E101",
                f"`{name.text}` is declared twice",
                name.span,
                notes=[("first declared here", taken[name.text])],
            )
            return False
        taken[name.text] = name.span
        return True

    for item in declarations:
        match item:
            case syntax.FlagDeclaration(name=name):
                if claim(name):
                    symbols.flags[name.text] = name.text in set_flags
            case syntax.EnumDeclaration(name=name, members=members):
                if claim(name):
                    enum = EnumType(name.text, tuple(member.text for member in members))
                    symbols.enums[name.text] = enum
                    for member in members:
                        if claim(member):
                            symbols.members[member.text] = enum
            case syntax.StructDeclaration(name=name):
                if claim(name):
                    symbols.sorts[name.text] = Sort(name.text, False, name.span)
                    symbols.fields[name.text] = {}
            case syntax.SingleDeclaration(name=name):
                if claim(name):
                    symbols.singles[name.text] = name.span
                    symbols.fields[name.text] = {}
            case syntax.ProcedureDeclaration(name=name):
                if claim(name):
                    symbols.procedures[name.text] = item
            case syntax.DefineDeclaration(name=name):
                if claim(name):
                    symbols.defines[name.text] = item
            case _:
                pass
    for item in declarations:
        # `struct cpu { ... }` may add fields to the thread of the same name.
        if isinstance(item, syntax.ThreadDeclaration):
            name = item.name
            if name.text in symbols.threads:
                problems.report("E101", f"thread `{name.text}` is declared twice", name.span)
            elif name.text in symbols.sorts or claim(name):
                symbols.sorts[name.text] = Sort(name.text, True, name.span)
                symbols.threads[name.text] = item
                symbols.fields.setdefault(name.text, {})
    _types(symbols, declarations, claim)
    _fields(symbols, declarations, claim)
    _variables(symbols)
    return symbols


def _types(symbols: Symbols, declarations: Iterable[syntax.Declaration], claim: Claim) -> None:
    for item in declarations:
        match item:
            case syntax.TypeDefinition(type=kind, name=name):
                if claim(name):
                    symbols.typedefs[name.text] = symbols.shape(kind)
            case syntax.RecordDeclaration(name=name, fields=entries):
                if claim(name):
                    parts: dict[str, Shape] = {}
                    for entry in entries:
                        assert isinstance(entry, syntax.FieldDeclaration)
                        parts[entry.name.text] = _record_part(symbols, entry, parts)
                    shape = RecordShape(name.text, tuple(parts.items()))
                    if leaf_count(shape) > MOST_PARTS_OF_A_RECORD:
                        raise TooLarge(
                            f"a record of more than {MOST_PARTS_OF_A_RECORD} parts, those of its "
                            "parts included",
                            name.span,
                            "leave out what the race does not need",
                        )
                    symbols.records[name.text] = shape
            case _:
                pass


def _record_part(
    symbols: Symbols, entry: syntax.FieldDeclaration, parts: dict[str, Shape]
) -> Shape:
    if entry.name.text in parts:
        symbols.problems.report(
            "E101", f"part `{entry.name.text}` is declared twice", entry.name.span
        )
    shape = symbols.shape(entry.type)
    unfit = isinstance(shape, LockType | SetShape) or entry.indices or entry.constant or entry.ghost
    if unfit or entry.initial is not None:
        symbols.problems.report(
            "E218",
            "a part of a record is a plain value: no lock, set, index, `const` or initial value",
            entry.span,
        )
        return WRONG
    return shape


def _fields(symbols: Symbols, declarations: Iterable[syntax.Declaration], claim: Claim) -> None:
    for item in declarations:
        match item:
            case syntax.StructDeclaration(name=name, fields=entries):
                _members(symbols, name.text, name.text, entries)
            case syntax.SingleDeclaration(name=name, fields=entries):
                _members(symbols, name.text, None, entries)
            case syntax.FieldDeclaration(name=name):
                if claim(name):
                    symbol = _field(symbols, name.text, None, item)
                    if symbol is not None:
                        symbols.globals[name.text] = symbol
            case _:
                pass


def _members(
    symbols: Symbols, holder: str, owner: str | None, entries: Iterable[syntax.FieldItem]
) -> None:
    group = symbols.fields.get(holder)
    if group is None:  # the holder's own name clashed
        return
    for entry in entries:
        assert isinstance(entry, syntax.FieldDeclaration), "`when` is resolved before"
        if entry.name.text in group:
            symbols.problems.report(
                "E101",
                f"field `{holder}.{entry.name.text}` is declared twice",
                entry.name.span,
                notes=[("first declared here", group[entry.name.text].declaration.name.span)],
            )
            continue
        symbol = _field(symbols, f"{holder}.{entry.name.text}", owner, entry)
        if symbol is not None:
            group[entry.name.text] = symbol


def _field(
    symbols: Symbols, variable: str, owner: str | None, entry: syntax.FieldDeclaration
) -> FieldSymbol | None:
    indices = symbols.index_types(entry.indices)
    shape = symbols.shape(entry.type)
    if isinstance(shape, LockType) and (entry.constant or entry.ghost or entry.initial is not None):
        symbols.problems.report(
            "E213",
            "a spinlock is free at the start: no `const`, `ghost` or initial value",
            entry.span,
        )
    if indices is None:
        indices, shape = (), WRONG
    return FieldSymbol(
        entry.name.text, variable, owner, indices, shape, entry.constant, entry.ghost, entry
    )


def _variables(symbols: Symbols) -> None:
    """Model variables without initial values (`initial.py` adds them)."""
    for symbol in symbols.all_fields():
        first = () if symbol.owner is None else (ReferenceType(symbol.owner, False),)
        symbols.problems.budget.variables(leaf_count(symbol.shape), symbol.declaration.name.span)
        for name, extra, kind in leaves(symbol.variable, symbol.shape):
            whole = None if name == symbol.variable and not extra else symbol.variable
            rest = name.removeprefix(symbol.variable)
            symbols.variables[name] = Variable(
                name=name,
                index=(*first, *symbol.indices, *extra),
                type=kind,
                constant=symbol.constant,
                ghost=symbol.ghost,
                initial=Constant(None, LOCK) if isinstance(kind, LockType) else None,
                thread=None,
                display=symbol.name + rest,
                whole=whole,
                span=symbol.declaration.span,
            )
