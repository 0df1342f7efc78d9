"""What can go wrong in an expression: `none` followed, division by zero, an index out of range.

In code each becomes a `Check` before the instruction, so that the run ends there. In a
property a formula that is not defined does not hold, at the innermost quantifier around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from frontend.formulas import building as formulas
from frontend.formulas.shapes import within
from frontend.model import (
    BOOL,
    TRUE,
    At,
    Binary,
    Bound,
    Conditional,
    Constant,
    Expression,
    Held,
    HeldBy,
    IntType,
    Negative,
    Not,
    Operator,
    Quantified,
    Read,
    ReferenceType,
    Self,
    Temporary,
    Type,
    Variable,
    WaitCycle,
    walk,
)

READABLE = "readable"
"""Not a fault of code: a local that is read from outside where it has no value, or that a
statement would give one which is a fault."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition without which an expression has no value, and the fault it would be."""

    fault: str
    condition: Expression


def held_name(variable: str) -> str:
    """The temporary that tells whether a local has a value."""
    return f"{variable} has a value"


@dataclass(frozen=True, slots=True)
class Definedness:
    """Knows what each variable needs of its index.

    Args:
        variables: by name; locals included.
        assigned: local -> the locations of its thread where it has a value; what a property
            may read. Empty in code, where `flow/data_flow.py` has settled that.
        held: locals that have a value only where the temporary of their `held_name` is true.
    """

    variables: Mapping[str, Variable]
    assigned: Mapping[str, frozenset[int]]
    inside: bool = True
    held: frozenset[str] = frozenset()

    def requirements(self, node: Expression) -> Iterator[Requirement]:
        """What must hold for the expression to have a value, in order of evaluation."""
        match node:
            case formulas.Holds(of=of):
                yield from self.requirements(of)
                yield Requirement(READABLE, of)
            case formulas.Demand(of=of, kind=kind):
                yield from self.requirements(of)
                yield from fits(of, kind)
            case formulas.Guarded(condition=condition, then=then):
                yield from self.requirements(condition)
                yield from self.requirements(then)
            case Constant() | Bound() | Temporary() | Self() | WaitCycle():
                return
            case Not(operand=operand) | Negative(operand=operand):
                yield from self.requirements(operand)
            case Binary(operator=Operator.AND | Operator.IMPLIES, left=left, right=right):
                yield from self.requirements(left)
                yield from self._under(left, right)
            case Binary(operator=Operator.OR, left=left, right=right):
                yield from self.requirements(left)
                yield from self._under(formulas.negation(left), right)
            case Binary(operator=operator, left=left, right=right):
                yield from self.requirements(left)
                yield from self.requirements(right)
                yield from _arithmetic(operator, right)
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                yield from self.requirements(condition)
                yield from self._under(condition, then)
                yield from self._under(formulas.negation(condition), otherwise)
            case Quantified(binders=binders, body=body):
                inside = self.inside or isinstance(node, formulas.Each)
                for item in self.requirements(body) if inside else ():
                    yield Requirement(item.fault, for_all(binders, item.condition))
            case Read():
                yield from self.index(node.variable, node.arguments)
            case At(thread=thread):
                yield from self.requirements(thread)
                yield from _followed(thread)
            case HeldBy(lock=lock, thread=thread):
                yield from self.requirements(lock)
                yield from self.requirements(thread)
                yield from _followed(thread)
            case Held(lock=lock):
                yield from self.requirements(lock)

    def index(self, variable: str, arguments: tuple[Expression, ...]) -> Iterator[Requirement]:
        """What must hold for a variable to have a value, or be assigned, at an index."""
        declared = self.variables[variable]
        for argument, expected in zip(arguments, declared.index, strict=True):
            yield from self.requirements(argument)
            yield from fits(argument, expected, fault="range")
        places = self.assigned.get(variable)
        if places is not None:
            yield Requirement(READABLE, At(arguments[0], places))
        if variable in self.held:
            yield Requirement(READABLE, Temporary(held_name(variable), BOOL))

    def _under(self, condition: Expression, node: Expression) -> Iterator[Requirement]:
        for item in self.requirements(node):
            match condition, item.condition:
                case Not(operand=At(thread=one, locations=here)), At(thread=other) as there if (
                    one == other
                ):
                    places = replace(there, locations=there.locations | here)
                    yield replace(item, condition=places)
                    continue
            known = _follows(condition, item.condition)
            needed = TRUE if known else formulas.implication(condition, item.condition)
            if needed != TRUE:
                yield Requirement(item.fault, needed)

    def settled(self, node: Expression) -> Expression:
        """A property's formula with its definedness as conjuncts, left of what needs it."""
        inner = formulas.rewrite(node, self._inner, evaluated=True)
        outside = replace(self, inside=False)
        needed = dict.fromkeys(item.condition for item in outside.requirements(inner))
        return formulas.folded(formulas.conjunction((*needed, inner)))

    def _inner(self, node: Expression) -> Expression | None:
        if isinstance(node, formulas.Each):
            inner = formulas.rewrite(node.body, self._inner, evaluated=True)
            return replace(node, body=inner)
        if isinstance(node, Quantified):
            return replace(node, body=self.settled(node.body))
        return None


def for_all(binders: tuple[Bound, ...], condition: Expression) -> Expression:
    """A requirement for all values of those binders that it mentions; sorts are never empty."""
    mentioned = tuple(binder for binder in binders if binder in set(walk(condition)))
    return formulas.forall(mentioned, condition) if mentioned else condition


def _arithmetic(operator: Operator, right: Expression) -> Iterator[Requirement]:
    kind = right.type
    if operator in (Operator.DIV, Operator.MOD):
        zero = Constant(0, IntType(0, 0))
        if isinstance(right, Constant) and right.value != 0:
            return
        if isinstance(kind, IntType) and kind.low is not None and kind.low > 0:
            return
        yield Requirement("divide", Binary(Operator.NE, right, zero, BOOL))
    elif operator in (Operator.SHL, Operator.SHR):
        yield from fits(right, IntType(0, None), fault="range")


def _followed(reference: Expression) -> Iterator[Requirement]:
    kind = reference.type
    if isinstance(kind, ReferenceType) and kind.optional:
        nothing = Constant(None, kind)
        yield Requirement("none", Binary(Operator.NE, reference, nothing, BOOL))


def fits(value: Expression, expected: Type, *, fault: str | None = None) -> Iterator[Requirement]:
    """What must hold for a value to be one of a type that its own type exceeds.

    Args:
        fault: for integers; by default `underflow` for a `nat`, `range` otherwise.
    """
    match value.type, expected:
        case ReferenceType(optional=True), ReferenceType(optional=False):
            yield from _followed(value)
        case IntType() as kind, IntType(low=low, high=high):
            if within(kind, expected):
                return
            name = fault or ("underflow" if (low, high) == (0, None) else "range")
            conditions = []
            if low is not None and (kind.low is None or kind.low < low):
                limit = Constant(low, IntType(low, low))
                conditions.append(Binary(Operator.GE, value, limit, BOOL))
            if high is not None and (kind.high is None or kind.high > high):
                limit = Constant(high, IntType(high, high))
                conditions.append(Binary(Operator.LE, value, limit, BOOL))
            yield Requirement(name, formulas.conjunction(conditions))
        case _:
            return


def belongs(value: Expression, expected: Type) -> bool:
    """Whether a value surely is one of a type, whatever it is."""
    return next(fits(value, expected), None) is None


def _follows(condition: Expression, needed: Expression) -> bool:
    """Whether a thread's place, told by a conjunct on the left, makes a local readable."""
    if condition == needed:
        return True
    if isinstance(condition, Binary) and condition.operator is Operator.AND:
        return _follows(condition.left, needed) or _follows(condition.right, needed)
    return (
        isinstance(condition, At)
        and isinstance(needed, At)
        and condition.thread == needed.thread
        and condition.locations <= needed.locations
    )
