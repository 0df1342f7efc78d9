"""Gives every expression its meaning: names resolved, types checked, sets and records taken apart.

One pass from `syntax` to model expressions. A mistake is reported once; what contains it becomes
`Wrong`, with which everything agrees.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from frontend.expressions import operators, sets
from frontend.expressions.locations import local_of
from frontend.formulas.lowered import (
    Place,
    RecordValue,
    Scalar,
    Value,
    Wrong,
    choice,
    shape_of,
    value_at,
)
from frontend.formulas.shapes import (
    WRONG,
    RecordShape,
    SetShape,
    Shape,
    WrongShape,
    agree,
    describe,
)
from frontend.model import BOOL, FALSE, TRUE, Constant, Expression, IntType, ReferenceType
from frontend.names.problems import Problems
from frontend.names.scopes import Mode, Names, Scope
from frontend.names.symbols import FieldSymbol, Symbols
from frontend.source.spans import Span
from frontend.syntax import tree as syntax


@dataclass(frozen=True, slots=True)
class Elaborator:
    """Turns the expressions of one variant into model expressions.

    Args:
        names: gives binders and temporaries their names.
        recursive: procedures and `define`s that cannot be inlined.
    """

    symbols: Symbols
    names: Names
    recursive: frozenset[str] = frozenset()

    @property
    def problems(self) -> Problems:
        """Where mistakes go."""
        return self.symbols.problems

    # --- entry points ----------------------------------------------------------------------

    def scalar(self, node: syntax.Expression, scope: Scope, wanted: Shape) -> Expression | None:
        """A model expression that agrees with a shape, or None after a report."""
        value = self.value(node, scope, wanted)
        if not self.agrees(value, wanted, node.span):
            return None
        return value.expression if isinstance(value, Scalar) else None

    def condition(self, node: syntax.Expression, scope: Scope) -> Expression:
        """A formula; TRUE after a report."""
        expression = self.scalar(node, scope, BOOL)
        return TRUE if expression is None else expression

    def agrees(self, value: Value, wanted: Shape, span: Span) -> bool:
        """Whether a value can be used where a shape is wanted; reports when not."""
        shape = shape_of(value)
        if isinstance(shape, WrongShape) or isinstance(wanted, WrongShape):
            return False
        if agree(shape, wanted):
            return True
        self.problems.report(
            "E201", f"this is `{describe(shape)}`, but `{describe(wanted)}` is needed here", span
        )
        return False

    # --- dispatch --------------------------------------------------------------------------

    def value(self, node: syntax.Expression, scope: Scope, wanted: Shape = WRONG) -> Value:
        """What an expression stands for; `Wrong` after a report.

        Args:
            wanted: gives `none`, `empty` and set literals their type; WRONG when nothing does.
        """
        match node:
            case syntax.Number(value=number):
                return Scalar(Constant(number, IntType(number, number)))
            case syntax.Boolean(value=truth):
                return Scalar(TRUE if truth else FALSE)
            case syntax.NoneLiteral():
                if isinstance(wanted, ReferenceType):
                    return Scalar(Constant(None, ReferenceType(wanted.sort, optional=True)))
                return self.untyped("none", node.span)
            case syntax.SelfReference():
                if scope.thread is None:
                    return self.misplaced("`self` stands for the thread that runs", node.span)
                return Scalar(scope.thread)
            case syntax.Reference() | syntax.Field() | syntax.Index():
                place = self.place(node, scope)
                return self.read(place, node.span) if isinstance(place, Place) else place
            case syntax.Unary():
                return operators.unary(self, node, scope)
            case syntax.Binary():
                return operators.binary(self, node, scope, wanted)
            case syntax.Conditional(condition=condition, then=then, otherwise=otherwise):
                test = self.condition(condition, scope)
                one, other = self.pair(then, otherwise, scope, wanted)
                if not self.agrees(other, shape_of(one), otherwise.span):
                    return Wrong()
                if test in (TRUE, FALSE) and scope.mode is not Mode.LEMMA:
                    return one if test == TRUE else other
                return choice(test, one, other)
            case syntax.Quantifier():
                return operators.quantifier(self, node, scope)
            case syntax.Call():
                return operators.call(self, node, scope)
            case syntax.At():
                return operators.at(self, node, scope)
            case syntax.SetLiteral():
                return sets.set_literal(self, node, scope, wanted)
            case syntax.AllSet(element=element):
                shape = self.symbols.shape(syntax.SetTypeName(element.span, element))
                if isinstance(shape, SetShape):
                    return sets.every(shape.element)
                return Wrong()
            case syntax.EmptySet():
                if isinstance(wanted, SetShape):
                    return sets.nothing(wanted.element)
                return self.untyped("empty", node.span)
            case syntax.RecordLiteral():
                return operators.record_literal(self, node, scope)
            case syntax.Any():
                self.problems.report(
                    "E310",
                    "`any` is a whole right-hand side: assign it to a local first",
                    node.span,
                )
                return Wrong()

    # --- places ----------------------------------------------------------------------------

    def place(self, node: syntax.Expression, scope: Scope) -> Place | Value:
        """A place where the expression is one, else its value."""
        match node:
            case syntax.Reference(name=name):
                return self._name(name, scope)
            case syntax.Field(base=base, name=name):
                return self._field(base, name, scope)
            case syntax.Index():
                return self._index(node, scope)
            case _:
                return self.value(node, scope)

    def read(self, place: Place, span: Span) -> Value:
        """The value of a place."""
        if place.pending:
            kinds = ", ".join(describe(kind) for kind in place.pending)
            self.problems.report(
                "E207", f"`{place.variable}` is indexed: write `[{kinds}]` after it", span
            )
            return Wrong()
        return value_at(place.variable, place.arguments, place.shape)

    def _name(self, name: syntax.Name, scope: Scope) -> Place | Value:
        text = name.text
        if text in scope.values:
            return scope.values[text]
        if text in scope.places:
            return scope.places[text]
        if text in self.symbols.globals:
            return self._field_place(self.symbols.globals[text], ())
        if text in self.symbols.members:
            enum = self.symbols.members[text]
            return Scalar(Constant(text, enum))
        if text in self.symbols.flags:
            return Scalar(TRUE if self.symbols.flags[text] else FALSE)
        if text in self.symbols.singles:
            self.problems.report(
                "E214", f"`{text}` is the object itself: name a field of it", name.span
            )
            return Wrong()
        other = self._what_else(text)
        if other:
            self.problems.report("E214", f"`{text}` is {other}, not a value", name.span)
            return Wrong()
        known = [
            *scope.names(),
            *self.symbols.globals,
            *self.symbols.members,
            *self.symbols.singles,
            *self.symbols.flags,
        ]
        self.problems.report(
            "E102", f"nothing is called `{text}` here", name.span, near=(text, known)
        )
        return Wrong()

    def _what_else(self, text: str) -> str:
        kinds: tuple[tuple[Iterable[str], str], ...] = (
            (self.symbols.procedures, "a procedure"),
            (self.symbols.defines, "a `define` and needs its arguments"),
            (self.symbols.sorts, "a type"),
            (self.symbols.enums, "a type"),
            (self.symbols.typedefs, "a type"),
            (self.symbols.records, "a type"),
        )
        return next((kind for names, kind in kinds if text in names), "")

    def _field(self, base: syntax.Expression, name: syntax.Name, scope: Scope) -> Place | Value:
        if isinstance(base, syntax.Reference):
            holder = base.name.text
            if holder in self.symbols.singles and holder not in scope.names():
                return self._member(holder, name, ())
        inside = self._local(base, name, scope)
        if inside is not None:
            return inside
        holder_value = self.place(base, scope)
        if isinstance(holder_value, Place):
            if isinstance(holder_value.shape, RecordShape):
                return self._part(holder_value, name)
            holder_value = self.read(holder_value, base.span)
        match holder_value:
            case Scalar(expression=expression) if isinstance(expression.type, ReferenceType):
                local = self._of_body(expression, name, scope)
                if local is not None:
                    return local
                return self._member(expression.type.sort, name, (expression,))
            case RecordValue(parts=parts) if name.text in parts:
                return parts[name.text]
            case RecordValue(shape=shape, parts=parts):
                self._no_field(shape.name, name, parts)
            case Wrong():
                pass
            case _:
                self.problems.report(
                    "E215",
                    f"`{describe(shape_of(holder_value))}` has no fields",
                    base.span.to(name.span),
                )
        return Wrong()

    def _part(self, place: Place, name: syntax.Name) -> Place | Value:
        assert isinstance(place.shape, RecordShape)
        for part, shape in place.shape.parts:
            if part == name.text:
                return Place(
                    f"{place.variable}.{part}",
                    place.arguments,
                    shape,
                    place.local,
                    place.constant,
                    place.ghost,
                )
        self._no_field(place.shape.name, name, (part for part, _ in place.shape.parts))
        return Wrong()

    def _member(
        self, holder: str, name: syntax.Name, arguments: tuple[Expression, ...]
    ) -> Place | Value:
        fields = self.symbols.fields.get(holder, {})
        symbol = fields.get(name.text)
        if symbol is None:
            self._no_field(holder, name, fields)
            return Wrong()
        return self._field_place(symbol, arguments)

    def _no_field(self, holder: str, name: syntax.Name, known: Iterable[str]) -> None:
        self.problems.report(
            "E104", f"`{holder}` has no field `{name.text}`", name.span, near=(name.text, known)
        )

    def _field_place(self, symbol: FieldSymbol, arguments: tuple[Expression, ...]) -> Place | Value:
        if isinstance(symbol.shape, WrongShape):
            return Wrong()
        return Place(
            symbol.variable,
            arguments,
            symbol.shape,
            constant=symbol.constant,
            ghost=symbol.ghost,
            pending=symbol.indices,
        )

    def _local(self, base: syntax.Expression, name: syntax.Name, scope: Scope) -> Value | None:
        """`c.f.x`, `c.f.x.2` and `c.x.2` in a property: a local seen from outside its thread."""
        if not scope.threads:
            return None
        ordinal = None
        if name.text.isdigit() and isinstance(base, syntax.Field):
            ordinal, name, base = int(name.text), base.name, base.base
        procedure = ""
        if isinstance(base, syntax.Field) and base.name.text in self.symbols.procedures:
            procedure, base = base.name.text, base.base
        elif ordinal is None:
            return None
        if isinstance(base, syntax.Reference):
            holder = base.name.text
            if holder in self.symbols.singles and holder not in scope.names():
                return None
        thread = self.value(base, scope)
        if not isinstance(thread, Scalar) or not isinstance(thread.expression.type, ReferenceType):
            return None
        view = scope.threads.get(thread.expression.type.sort)
        if view is None or (ordinal is None and self._leads_to(view.sort, procedure, name.text)):
            return None
        return local_of(self.problems, view, thread.expression, procedure, name, ordinal)

    def _leads_to(self, sort: str, field: str, name: str) -> bool:
        """Whether a sort has a field that has a field or part of a name."""
        symbol = self.symbols.fields.get(sort, {}).get(field)
        match symbol.shape if symbol is not None and not symbol.indices else WRONG:
            case ReferenceType(sort=other):
                return name in self.symbols.fields.get(other, {})
            case RecordShape(parts=parts):
                return name in dict(parts)
            case _:
                return False

    def _of_body(self, thread: Expression, name: syntax.Name, scope: Scope) -> Value | None:
        """`c.x` in a property, where x is no field."""
        assert isinstance(thread.type, ReferenceType), "it has fields"
        view = scope.threads.get(thread.type.sort)
        if view is None or name.text in self.symbols.fields.get(view.sort, {}):
            return None
        return local_of(self.problems, view, thread, "", name, None)

    def _index(self, node: syntax.Index, scope: Scope) -> Place | Value:
        place = self.place(node.base, scope)
        if isinstance(place, Wrong):
            return place
        if not isinstance(place, Place) or not place.pending:
            self.problems.report("E207", "this is not indexed", node.base.span)
            return Wrong()
        if len(node.indices) != len(place.pending):
            self.problems.report(
                "E207",
                f"`{place.variable}` takes {len(place.pending)} here, not {len(node.indices)}",
                node.span,
            )
            return Wrong()
        found = [
            self.scalar(index, scope, kind)
            for index, kind in zip(node.indices, place.pending, strict=True)
        ]
        arguments = [argument for argument in found if argument is not None]
        if len(arguments) < len(found):
            return Wrong()
        return replace(place, arguments=(*place.arguments, *arguments), pending=())

    # --- shared with operators -------------------------------------------------------------

    def pair(
        self, left: syntax.Expression, right: syntax.Expression, scope: Scope, wanted: Shape
    ) -> tuple[Value, Value]:
        """Two expressions of one shape; either may give `none` and `empty` their type."""
        if sets.is_loose(left) and not sets.is_loose(right):
            other = self.value(right, scope, wanted)
            return self.value(left, scope, shape_of(other)), other
        one = self.value(left, scope, wanted)
        hint = shape_of(one)
        return one, self.value(right, scope, wanted if isinstance(hint, WrongShape) else hint)

    def misplaced(self, message: str, span: Span) -> Value:
        """Reports something that has no meaning where it stands."""
        self.problems.report("E115", f"{message}: it has no meaning here", span)
        return Wrong()

    def untyped(self, word: str, span: Span) -> Value:
        """Reports a literal whose type nothing around it tells."""
        self.problems.report("E205", f"nothing here tells the type of `{word}`", span)
        return Wrong()
