"""Weakest preconditions of steps, from expression to expression.

`weakest_precondition` turns a formula over the state after a step into one over the state before
it (Dijkstra 1975): instructions are taken from the last to the first, a read of what an
instruction writes becomes a conditional on the index, a bulk update included, because the point
that is written determines the binders of a bulk update. No frame condition is ever needed, and
lemmas in the middle of a critical section come out of the same function, applied along the rest
of the section.

Values of locals that die with the step are kept: a formula that reads them where they have no
value means nothing to begin with, and no step reads them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from frontend.formulas import building as formulas
from frontend.model import (
    FALSE,
    TRUE,
    Assert,
    Assign,
    At,
    Bound,
    Bulk,
    Check,
    Conditional,
    Constant,
    Expression,
    Held,
    HeldBy,
    IntType,
    Let,
    Model,
    Pick,
    Quantified,
    Read,
    ReferenceType,
    Require,
    Self,
    Step,
    Temporary,
    Type,
    WaitCycle,
    Write,
    walk,
    writes,
)
from frontend.model import QuantifierKind as Kind
from verifier.analysis.folding import (
    at_least,
    choose,
    equality,
    fill,
    folded,
    free,
    instantiate,
    quantified,
    rebuild,
    unused,
)
from verifier.every_size.obligations.universe import Beyond


@dataclass(frozen=True, slots=True)
class Precondition:
    """The parts of a weakest precondition; see `weakest_precondition`."""

    model: Model
    step: Step
    violations: Collection[str] = ()

    def of(self, formula: Expression) -> Expression:
        """The weakest precondition, over `Self`; binders may shadow."""
        result = self.moved(folded(formula))
        for instruction in reversed(self.step.body):
            match instruction:
                case Pick(temporary=temporary):
                    result = _all_picks(temporary.name, temporary.type, result)
                case Let(temporary=temporary, value=value):
                    result = fill(result, {temporary.name: folded(value)})
                case Require(condition=condition):
                    result = formulas.implication(folded(condition), result)
                case Check(fault=name, condition=condition):
                    known = folded(condition)
                    if name in self.violations:
                        result = formulas.both(known, result)
                    else:
                        result = formulas.implication(known, result)
                case Assert(name=name, condition=condition):
                    if name in self.violations:
                        result = formulas.both(folded(condition), result)
                case Assign() | Bulk():
                    result = _before(instruction, self.model, result)
        return result

    def written(self) -> frozenset[str]:
        """The variables that the step can change."""
        return frozenset(write.variable for item in self.step.body for write in writes(item))

    def touches(self, formula: Expression) -> bool:
        """Whether the step can change the formula's value at all."""
        written = self.written()
        for node in walk(formula):
            if isinstance(node, Read) and node.variable in written:
                return True
            if isinstance(node, At) and self._moves(node):
                return True
            if isinstance(node, WaitCycle):
                return True
        return False

    def _moves(self, node: At) -> bool:
        kind = node.thread.type
        if not isinstance(kind, ReferenceType) or kind.sort != self.step.thread:
            return False
        return (self.step.source in node.locations) != (self.step.target in node.locations)

    def moved(self, node: Expression) -> Expression:
        """The formula with the thread's arrival at the step's target undone."""
        match node:
            case At(thread=thread, locations=locations):
                inner = self.moved(thread)
                kind = thread.type
                if not isinstance(kind, ReferenceType) or kind.sort != self.step.thread:
                    return replace(node, thread=inner)
                arrived = self.step.target in locations
                if isinstance(inner, Self):
                    return TRUE if arrived else FALSE
                if not self._moves(node):
                    return replace(node, thread=inner)
                same = equality(inner, Self(ReferenceType(self.step.thread, optional=False)))
                there = replace(node, thread=inner)
                return choose(same, TRUE if arrived else FALSE, there)
            case WaitCycle():
                raise Beyond("a circle of waiting threads")
            case _:
                return rebuild(node, self.moved)


def _all_picks(name: str, kind: Type, result: Expression) -> Expression:
    if not any(isinstance(node, Temporary) and node.name == name for node in walk(result)):
        return result
    taken = {b.name for node in walk(result) if isinstance(node, Quantified) for b in node.binders}
    binder = Bound(unused(name, frozenset(taken)), kind)
    if isinstance(kind, ReferenceType):
        binder = replace(binder, type=ReferenceType(kind.sort, optional=False))
    every = formulas.forall((binder,), fill(result, {name: binder}))
    if isinstance(kind, ReferenceType) and kind.optional:
        every = formulas.both(every, fill(result, {name: Constant(None, kind)}))
    return every


# --- assignments ---------------------------------------------------------------------------

Written = tuple[Expression, Expression]
"""A condition under which a point was written, and the value."""


def _before(instruction: Assign | Bulk, model: Model, formula: Expression) -> Expression:
    """The formula over the state after an assignment, over the state before it."""
    parts = writes(instruction)
    names = {write.variable for write in parts}

    def values(lock: Read) -> list[Written]:
        return [
            _bulk(instruction, write, model, lock.arguments)
            if isinstance(instruction, Bulk) and isinstance(write, Write)
            else _point(write, lock.arguments)
            for write in parts
            if write.variable == lock.variable
        ]

    def go(node: Expression) -> Expression:
        match node:
            case Read(variable=name, arguments=arguments) if name in names:
                point = replace(node, arguments=tuple(map(go, arguments)))
                result: Expression = point
                for condition, value in values(point):
                    result = choose(condition, value, result)
                return result
            case HeldBy(lock=lock, thread=thread) if lock.variable in names:
                point = replace(lock, arguments=tuple(map(go, lock.arguments)))
                inner = go(thread)
                result = HeldBy(point, inner)
                for condition, value in values(point):
                    result = choose(condition, _owned(value, inner), result)
                return result
            case Held(lock=lock) if lock.variable in names:
                point = replace(lock, arguments=tuple(map(go, lock.arguments)))
                result = Held(point)
                for condition, value in values(point):
                    result = choose(condition, _owned(value, None), result)
                return result
            case _:
                return rebuild(node, go)

    return go(formula)


def _owned(value: Expression, thread: Expression | None) -> Expression:
    """Whether an owner that is written to a lock is a thread, or anyone."""
    match value:
        case Constant(value=None):
            return FALSE
        case Read():
            return Held(value) if thread is None else HeldBy(value, thread)
        case Self():
            if thread is None:
                return TRUE
            kind = thread.type
            if not isinstance(kind, ReferenceType) or kind.sort != _sort(value):
                return FALSE
            return equality(thread, value)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return choose(condition, _owned(then, thread), _owned(otherwise, thread))
        case _:
            raise Beyond("an owner of a lock that is computed")


def _sort(thread: Self) -> str:
    assert isinstance(thread.type, ReferenceType), "a thread"
    return thread.type.sort


def _point(write: Assign | Write, arguments: tuple[Expression, ...]) -> Written:
    pairs = zip(arguments, write.arguments, strict=True)
    same = formulas.conjunction(equality(left, folded(right)) for left, right in pairs)
    return same, folded(write.value)


def _bulk(bulk: Bulk, write: Write, model: Model, arguments: tuple[Expression, ...]) -> Written:
    binders = {binder.name: binder for binder in bulk.binders}
    given: dict[str, Expression] = {}
    fitting: list[Expression] = []
    domains = model.variable(write.variable).index
    for argument, place, domain in zip(arguments, write.arguments, domains, strict=True):
        if isinstance(place, Bound) and place.name in binders and place.name not in given:
            given[place.name] = argument
            fitting += _inside(argument, domain, binders[place.name].type)
    rest = tuple(binder for binder in bulk.binders if binder.name not in given)
    if rest and any(item.name in free(write.value) for item in rest):
        raise Beyond("an update that writes one place more than once")
    for argument, place in zip(arguments, write.arguments, strict=True):
        if not (isinstance(place, Bound) and given.get(place.name) is argument):
            fitting.append(equality(argument, instantiate(folded(place), given)))
    where: Expression = instantiate(folded(bulk.where), given)
    if rest:
        inner = Quantified(Kind.EXISTS, rest, folded(bulk.where), TRUE.type)
        where = instantiate(quantified(inner, rest, inner.body), given)
    condition = formulas.both(formulas.conjunction(fitting), where)
    return condition, instantiate(folded(write.value), given)


def _inside(argument: Expression, domain: Type, binder: Type) -> list[Expression]:
    """That an index lies where a binder of a narrower type ranges."""
    if not isinstance(domain, IntType) or not isinstance(binder, IntType) or domain == binder:
        return []
    found: list[Expression] = []
    if binder.low is not None and (domain.low is None or domain.low < binder.low):
        found.append(at_least(argument, binder.low))
    if binder.high is not None and (domain.high is None or domain.high > binder.high):
        found.append(formulas.negation(at_least(argument, binder.high + 1)))
    return found
