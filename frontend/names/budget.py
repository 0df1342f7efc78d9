"""How large what a specification unfolds to may get, before anything is unfolded.

A page of text can stand for more statements, variables or values than any machine holds: procedures
and `define`s are inlined, a record is a variable a part, an array one an index. Each pass counts
here what it makes, and the first that goes beyond a limit is reported where it stands (E015, E016).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass

from frontend.formulas.lowered import Scalar, Value
from frontend.model import BoolType, EnumType, IntType, LockType, ReferenceType, Type, Variable
from frontend.source.spans import Span
from frontend.syntax import tree as syntax

MOST_STATEMENTS = 3_000
"""Statements and calls of all threads of a variant together, procedures inlined."""

MOST_CALLS = 100
"""Calls inside of each other."""

MOST_PROCEDURES = 1_000
"""Procedures and `define`s together."""

MOST_EXPANSIONS = 20_000
"""Uses of `define`s in a variant, those inside of others counted each time."""

MOST_PARTS = 50_000
"""Operands and operators of one expression, `define`s replaced by what they stand for."""

MOST_PARTS_OF_A_RECORD = 200
"""Scalars of one record, those of records inside it included."""

MOST_VARIABLES = 2_000
"""Variables and locals of a variant, a record counted by its parts."""

MOST_SCALARS = 200_000
"""Variables of an instance: one for each index."""

MOST_VALUES = 10_000
"""Values of a type that a quantifier, a choice or a loop goes through."""

MOST_OBJECTS = 1_000
"""Objects of a sort: far beyond what any engine settles, and not yet so many that merely setting up
the system takes minutes."""

MOST_VARIANTS = 200
"""Variants of a specification."""

MOST_STEPS = 20_000
"""Atomic steps of all threads of a variant together."""


class TooLarge(Exception):
    """What a specification unfolds to is out of reach.

    Args:
        code: of the diagnostic.
        message: in one line.
        span: what would be unfolded next.
        fix: what to do about it.
    """

    def __init__(self, message: str, span: Span, fix: str, code: str = "E015") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.span = span
        self.fix = fix


class Budget:
    """What one variant has used up so far."""

    def __init__(self) -> None:
        self._statements = 0
        self._expansions = 0
        self._variables = 0
        self._steps = 0
        self._bodies: dict[int, tuple[syntax.Block, int]] = {}
        self._sizes: dict[int, tuple[object, int]] = {}

    def call(self, body: syntax.Block, depth: int, span: Span) -> None:
        """Takes a body that is about to be inlined, inside so many others. Raises TooLarge."""
        if depth >= MOST_CALLS:
            raise TooLarge(
                f"more than {MOST_CALLS} calls inside of each other", span, "inline some by hand"
            )
        if id(body) not in self._bodies:
            self._bodies[id(body)] = body, _statements(body)
        self._statements += self._bodies[id(body)][1]
        if self._statements > MOST_STATEMENTS:
            raise TooLarge(
                f"with all calls inlined there are more than {MOST_STATEMENTS} statements",
                span,
                "model one call, or loop over it",
            )

    def expansion(self, span: Span) -> None:
        """Takes one use of a `define`. Raises TooLarge."""
        self._expansions += 1
        if self._expansions > MOST_EXPANSIONS:
            raise TooLarge(
                f"`define`s are used more than {MOST_EXPANSIONS} times, those inside of others "
                "counted each time",
                span,
                "say it with fewer of them",
            )

    def variables(self, count: int, span: Span) -> None:
        """Takes variables or locals. Raises TooLarge."""
        self._variables += count
        if self._variables > MOST_VARIABLES:
            raise TooLarge(
                f"with records taken apart there are more than {MOST_VARIABLES} variables",
                span,
                "leave out what the race does not need",
            )

    def steps(self, count: int, span: Span) -> None:
        """Takes atomic steps. Raises TooLarge."""
        self._steps += count
        if self._steps > MOST_STEPS:
            raise TooLarge(
                f"there are more than {MOST_STEPS} steps, each way through local tests being one",
                span,
                "leave out what the race does not need",
            )

    def gone_through(self, kind: Type, span: Span) -> Type:
        """Takes a type that a quantifier, a choice or a loop goes through. Raises TooLarge."""
        count = values_of(kind, {})
        if count > MOST_VALUES:
            raise TooLarge(
                f"{count} values to go through: more than {MOST_VALUES} are out of reach",
                span,
                "a smaller range shows the same races",
                "E016",
            )
        return kind

    def sized(self, value: Value, span: Span) -> Value:
        """Looks at what an expression has become. Raises TooLarge."""
        if isinstance(value, Scalar) and self._size(value.expression) > MOST_PARTS:
            raise TooLarge(
                f"with `define`s replaced this has more than {MOST_PARTS} parts",
                span,
                "name parts of it with local variables",
            )
        return value

    def _size(self, node: object) -> int:
        """How many parts it would have as a tree. Parts may be shared, so each is looked at once;
        it is kept with its size, so that its identity stays its own."""
        waiting = [node]
        while waiting:
            item = waiting[-1]
            if id(item) in self._sizes:
                waiting.pop()
                continue
            below = _parts(item)
            unknown = [part for part in below if id(part) not in self._sizes]
            if unknown:
                waiting += unknown
                continue
            size = 1 + sum(self._sizes[id(part)][1] for part in below)
            self._sizes[id(item)] = item, size
            waiting.pop()
        return self._sizes[id(node)][1]


def _statements(body: syntax.Node) -> int:
    """How many statements stand in a body, itself included, at whatever depth."""
    count, waiting = 0, [body]
    while waiting:
        node = waiting.pop()
        count += isinstance(node, syntax.Statement)
        for entry in fields(node):
            value = getattr(node, entry.name)
            items = value if isinstance(value, tuple) else (value,)
            waiting += [item for item in items if isinstance(item, syntax.Node)]
    return count


def _parts(node: object) -> list[object]:
    if not is_dataclass(node):
        return list(node) if isinstance(node, tuple) else []
    values = (getattr(node, entry.name) for entry in fields(node))
    return [value for value in values if isinstance(value, tuple) or is_dataclass(value)]


def scalars(variables: Iterable[Variable], sizes: Mapping[str, int]) -> tuple[int, Variable | None]:
    """How many variables an instance has, and the variable that most of them belong to.

    Args:
        sizes: sort -> number of objects; a sort without one has one.
    """
    total, most, largest = 0, 0, None
    for variable in variables:
        count = math.prod(values_of(kind, sizes) for kind in variable.index)
        total += count
        if count > most:
            most, largest = count, variable
    return total, largest


def values_of(kind: Type, sizes: Mapping[str, int]) -> int:
    """How many values an index type has."""
    match kind:
        case BoolType():
            return 2
        case EnumType(members=members):
            return len(members)
        case IntType(low=low, high=high):
            return 1 if low is None or high is None else high - low + 1
        case ReferenceType(sort=sort, optional=optional):
            return sizes.get(sort, 1) + optional
        case LockType():
            return 1
