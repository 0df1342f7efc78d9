"""The syntax tree: one frozen class per construct, each with the span it was read from.

Nothing here knows what a name means. `docs/language.md` describes each construct.
"""

from __future__ import annotations

from dataclasses import dataclass

from frontend.source.spans import Span


@dataclass(frozen=True, slots=True)
class Node:
    """What every construct has: where it stands."""

    span: Span


@dataclass(frozen=True, slots=True)
class Name(Node):
    """An identifier as written."""

    text: str


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A quoted string, without its quotes."""

    text: str


# --- types ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NamedType(Node):
    """`page`, `page?`, `migratetype`, `qval`: a declared name, perhaps optional."""

    name: Name
    optional: bool


@dataclass(frozen=True, slots=True)
class BoolTypeName(Node):
    """`bool`."""


@dataclass(frozen=True, slots=True)
class IntTypeName(Node):
    """`int` (both ends None), `nat` (low 0, high None), `int lo..hi`, or `lo..hi` as an index."""

    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class SetTypeName(Node):
    """`set of cpu`."""

    element: Name


@dataclass(frozen=True, slots=True)
class LockTypeName(Node):
    """`spinlock`."""


TypeName = NamedType | BoolTypeName | IntTypeName | SetTypeName | LockTypeName


# --- expressions ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number(Node):
    """`3`, `0x10`."""

    value: int


@dataclass(frozen=True, slots=True)
class Boolean(Node):
    """`true`, `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class NoneLiteral(Node):
    """`none`."""


@dataclass(frozen=True, slots=True)
class SelfReference(Node):
    """`self`: the thread that runs."""


@dataclass(frozen=True, slots=True)
class Reference(Node):
    """A bare name: a local, a global, a single, an enum member, a flag, a binder, a procedure."""

    name: Name


@dataclass(frozen=True, slots=True)
class Field(Node):
    """`base.name`."""

    base: Expression
    name: Name


@dataclass(frozen=True, slots=True)
class Index(Node):
    """`base[i, j]`."""

    base: Expression
    indices: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`!` or `-`."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Any two-sided operator as written: `=> || && | ^ & == != < <= > >= in << >> + - * / %`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """`condition ? then : otherwise`."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Binder(Node):
    """`page p` in a quantifier, `any`, `update` or `for each`."""

    type: TypeName
    name: Name


@dataclass(frozen=True, slots=True)
class Quantifier(Node):
    """`forall`, `exists` (body to the enclosing bracket) or `count(...)`."""

    kind: str
    binders: tuple[Binder, ...]
    body: Expression


@dataclass(frozen=True, slots=True)
class Any(Node):
    """`any(page q: F)`, `any(page)`, `any(bool)`, `any(int 0..3)`; without F, name is None."""

    type: TypeName
    name: Name | None
    condition: Expression | None


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`f(a, b)`: a procedure, a `define`, an atomic operation, `held`, `held_by`."""

    name: Name
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class At(Node):
    """`c at f.label` or `c at label`."""

    thread: Expression
    path: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class SetLiteral(Node):
    """`{a, b}`."""

    elements: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AllSet(Node):
    """`all cpu`."""

    element: Name


@dataclass(frozen=True, slots=True)
class EmptySet(Node):
    """`empty`."""


@dataclass(frozen=True, slots=True)
class RecordPart(Node):
    """`.locked = true` inside a record literal."""

    name: Name
    value: Expression


@dataclass(frozen=True, slots=True)
class RecordLiteral(Node):
    """`qval{ .locked = true, .tail = none }`."""

    name: Name
    parts: tuple[RecordPart, ...]


Expression = (
    Number
    | Boolean
    | NoneLiteral
    | SelfReference
    | Reference
    | Field
    | Index
    | Unary
    | Binary
    | Conditional
    | Quantifier
    | Any
    | Call
    | At
    | SetLiteral
    | AllSet
    | EmptySet
    | RecordLiteral
)


# --- statements ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block(Node):
    """`{ ... }`: a scope."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class LocalDeclaration(Node):
    """`migratetype mt = F;`."""

    type: TypeName
    name: Name
    initial: Expression | None


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    """`target = value;` and `+=`, `-=` (operator as written)."""

    target: Expression
    operator: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Increment(Node):
    """`target++;` or `target--;` (operator `++` or `--`)."""

    target: Expression
    operator: str


@dataclass(frozen=True, slots=True)
class CallStatement(Node):
    """`f(a, b);`, result (if any) unused."""

    call: Call


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if (condition) then else otherwise`."""

    condition: Expression
    then: Statement
    otherwise: Statement | None


@dataclass(frozen=True, slots=True)
class While(Node):
    """`while (condition) body`."""

    condition: Expression
    body: Statement


@dataclass(frozen=True, slots=True)
class Loop(Node):
    """`loop STATEMENT`: for ever."""

    body: Statement


@dataclass(frozen=True, slots=True)
class Break(Node):
    """`break;`."""


@dataclass(frozen=True, slots=True)
class Continue(Node):
    """`continue;`."""


@dataclass(frozen=True, slots=True)
class Goto(Node):
    """`goto label;`."""

    label: Name


@dataclass(frozen=True, slots=True)
class Label(Node):
    """`label:` in front of a statement or at the end of a block."""

    name: Name


@dataclass(frozen=True, slots=True)
class Return(Node):
    """`return;` or `return value;`."""

    value: Expression | None


@dataclass(frozen=True, slots=True)
class Branch(Node):
    """One branch of `choose`; `flag` is F of `when (F) { ... }`, or None."""

    flag: Expression | None
    body: Block


@dataclass(frozen=True, slots=True)
class Choose(Node):
    """`choose { } or { } or when (flag) { }`."""

    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Await(Node):
    """`await condition;`."""

    condition: Expression


@dataclass(frozen=True, slots=True)
class Update(Node):
    """`update page q where F { q.f = ...; }`."""

    binder: Binder
    where: Expression | None
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class ForEach(Node):
    """`for each cpu c where F STATEMENT`."""

    binder: Binder
    where: Expression | None
    body: Statement


@dataclass(frozen=True, slots=True)
class Atomic(Node):
    """`atomic { ... }`."""

    body: Block


@dataclass(frozen=True, slots=True)
class Assert(Node):
    """`assert NAME "text": condition;`."""

    name: Name
    text: Text | None
    condition: Expression


@dataclass(frozen=True, slots=True)
class WhenStatement(Node):
    """`when (F) ... else ...`; `then` and `otherwise` open no scope."""

    flag: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


Statement = (
    Block
    | LocalDeclaration
    | Assignment
    | Increment
    | CallStatement
    | If
    | While
    | Loop
    | Break
    | Continue
    | Goto
    | Label
    | Return
    | Choose
    | Await
    | Update
    | ForEach
    | Atomic
    | Assert
    | WhenStatement
)


# --- declarations --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpecName(Node):
    """`spec NAME;`."""

    name: Name


@dataclass(frozen=True, slots=True)
class NotModelled(Node):
    """`not modelled "...", "...";`."""

    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class FlagDeclaration(Node):
    """`patch NAME "...";` or `config NAME "...";`."""

    kind: str
    name: Name
    text: Text | None


@dataclass(frozen=True, slots=True)
class VariantDeclaration(Node):
    """`variant v4 = v3 + { flag };`: the sum of earlier variants and flags."""

    name: Name
    bases: tuple[Name, ...]
    flags: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class EnumDeclaration(Node):
    """`enum migratetype { MOVABLE, ISOLATE }`."""

    name: Name
    members: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class TypeDefinition(Node):
    """`typedef int 0..3 order;`."""

    type: TypeName
    name: Name


@dataclass(frozen=True, slots=True)
class FieldDeclaration(Node):
    """A field of a struct, single or record, or a global: `const ghost T name[I, J] = F;`."""

    type: TypeName
    name: Name
    indices: tuple[TypeName, ...]
    initial: Expression | None
    constant: bool
    ghost: bool


@dataclass(frozen=True, slots=True)
class WhenFields(Node):
    """`when (F) fields else fields` inside a struct, single or record."""

    flag: Expression
    then: tuple[FieldItem, ...]
    otherwise: tuple[FieldItem, ...]


FieldItem = FieldDeclaration | WhenFields


@dataclass(frozen=True, slots=True)
class RecordDeclaration(Node):
    """`record qval { bool locked; cpu? tail; }`."""

    name: Name
    fields: tuple[FieldItem, ...]


@dataclass(frozen=True, slots=True)
class StructDeclaration(Node):
    """`struct page { ... }`."""

    name: Name
    fields: tuple[FieldItem, ...]


@dataclass(frozen=True, slots=True)
class SingleDeclaration(Node):
    """`single zone { ... }`."""

    name: Name
    fields: tuple[FieldItem, ...]


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """`page p` between the brackets of a procedure or a `define`."""

    type: TypeName
    name: Name


@dataclass(frozen=True, slots=True)
class DefineDeclaration(Node):
    """`define movable(page p): bool = F;`."""

    name: Name
    parameters: tuple[Parameter, ...]
    type: TypeName
    body: Expression


@dataclass(frozen=True, slots=True)
class AssumeDeclaration(Node):
    """`assume NAME "text": condition;`."""

    name: Name
    text: Text | None
    condition: Expression


@dataclass(frozen=True, slots=True)
class ThreadDeclaration(Node):
    """`thread cpu { ... }`."""

    name: Name
    body: Block


@dataclass(frozen=True, slots=True)
class ProcedureDeclaration(Node):
    """`proc f(page p): bool models "file.c:function" { ... }`."""

    name: Name
    parameters: tuple[Parameter, ...]
    type: TypeName | None
    models: tuple[Text, ...]
    body: Block


@dataclass(frozen=True, slots=True)
class BoundItem(Node):
    """`cpu = 2..3` (or `cpu = 2`: low equals high)."""

    name: Name
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class BoundDeclaration(Node):
    """`bound cpu = 2..3, page = 4;`."""

    items: tuple[BoundItem, ...]


@dataclass(frozen=True, slots=True)
class PropertyDeclaration(Node):
    """`invariant`, `reachable` or `lemma` (kind as written)."""

    kind: str
    name: Name
    text: Text | None
    condition: Expression


@dataclass(frozen=True, slots=True)
class ExpectDeclaration(Node):
    """`expect VARIANT violates NAMES;`."""

    variant: Name
    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class WhenDeclaration(Node):
    """`when (flag) ... else ...` around declarations."""

    flag: Expression
    then: tuple[Declaration, ...]
    otherwise: tuple[Declaration, ...]


Declaration = (
    SpecName
    | NotModelled
    | FlagDeclaration
    | VariantDeclaration
    | EnumDeclaration
    | TypeDefinition
    | FieldDeclaration
    | RecordDeclaration
    | StructDeclaration
    | SingleDeclaration
    | DefineDeclaration
    | AssumeDeclaration
    | ThreadDeclaration
    | ProcedureDeclaration
    | BoundDeclaration
    | PropertyDeclaration
    | ExpectDeclaration
    | WhenDeclaration
)


@dataclass(frozen=True, slots=True)
class Specification(Node):
    """A whole file."""

    declarations: tuple[Declaration, ...]
