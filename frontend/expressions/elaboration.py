"""What the operators need of the elaborator that calls them, so that neither imports the other."""

from __future__ import annotations

from typing import Protocol

from frontend.formulas.lowered import Value
from frontend.formulas.shapes import WRONG, Shape
from frontend.model import Expression
from frontend.names.problems import Problems
from frontend.names.scopes import Names, Scope
from frontend.names.symbols import Symbols
from frontend.source.spans import Span
from frontend.syntax import tree as syntax


class Elaboration(Protocol):
    """The elaboration of one variant's expressions; `frontend.expressions.elaborator` is the one
    there is."""

    @property
    def symbols(self) -> Symbols:
        """What is declared."""
        ...

    @property
    def names(self) -> Names:
        """Gives binders and temporaries their names."""
        ...

    @property
    def recursive(self) -> frozenset[str]:
        """Procedures and `define`s that cannot be inlined."""
        ...

    @property
    def problems(self) -> Problems:
        """Where mistakes go."""
        ...

    def value(self, node: syntax.Expression, scope: Scope, wanted: Shape = WRONG) -> Value:
        """What an expression stands for; `Wrong` after a report."""
        ...

    def scalar(self, node: syntax.Expression, scope: Scope, wanted: Shape) -> Expression | None:
        """A model expression that agrees with a shape, or None after a report."""
        ...

    def condition(self, node: syntax.Expression, scope: Scope) -> Expression:
        """A formula; TRUE after a report."""
        ...

    def pair(
        self, left: syntax.Expression, right: syntax.Expression, scope: Scope, wanted: Shape
    ) -> tuple[Value, Value]:
        """Two expressions of one shape; either may give `none` and `empty` their type."""
        ...

    def agrees(self, value: Value, wanted: Shape, span: Span) -> bool:
        """Whether a value can be used where a shape is wanted; reports when not."""
        ...

    def misplaced(self, message: str, span: Span) -> Value:
        """Reports something that has no meaning where it stands."""
        ...

    def untyped(self, word: str, span: Span) -> Value:
        """Reports a literal whose type nothing around it tells."""
        ...
