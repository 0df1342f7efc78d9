"""Finds starts of a system: values of free points that satisfy the assumptions.

A backtracking search that is led by the formulas. Each assumption is taken apart into instances
of its outermost `forall`s. An instance is evaluated on what has a value so far and stops at the
first point that has none: it *watches* that point. Giving the point a value evaluates the
instances that watch it, and no others, as with watched literals (Moskewicz et al., Chaff, DAC
2001). The next point to get a value is the one that the first open instance watches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, product

from frontend.model import (
    Binary,
    Constant,
    Expression,
    IntType,
    Object,
    Operator,
    Quantified,
    QuantifierKind,
    Thread,
    Value,
    walk,
)
from proofs.answers.trace import Point
from proofs.interpreter.evaluate import Scope, TooLarge, Undefined, Unset, holds
from proofs.interpreter.instance import SAMPLE, Instance, is_listed

BUDGET = 100_000
"""How many values are tried by default."""

INSTANCES = 20_000
"""Into how many instances a quantifier is taken apart at most; binders beyond stay inside."""


class Unsettled(Exception):
    """The search stopped at a limit: more solutions may exist."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One instance of an assumption."""

    condition: Expression
    scope: Scope


@dataclass(slots=True)
class _Search:
    """Who watches what. A leaf without a watch is satisfied."""

    values: dict[Point, Value]
    leaves: tuple[_Leaf, ...]
    watched: list[Point | None] = field(default_factory=list)
    watchers: dict[Point, list[int]] = field(default_factory=dict)

    def start(self) -> bool:
        """Evaluates every leaf; False when one is violated already."""
        for number, leaf in enumerate(self.leaves):
            self.watched.append(None)
            if not self._judge(number, leaf):
                return False
        return True

    def _judge(self, number: int, leaf: _Leaf) -> bool:
        try:
            verdict = holds(leaf.condition, leaf.scope)
        except Unset as unset:
            self.watched[number] = unset.point
            self.watchers.setdefault(unset.point, []).append(number)
            return True
        except TooLarge as large:
            raise Unsettled(str(large)) from large
        except Undefined:
            # Conjuncts to the left say that this one is defined: one of them is violated.
            verdict = False
        self.watched[number] = None
        return verdict

    def assign(self, point: Point, value: Value) -> bool:
        """Gives a point a value, or leaves all as it was when that violates a leaf."""
        self.values[point] = value
        waiting = self.watchers.pop(point, [])
        for position, number in enumerate(waiting):
            if not self._judge(number, self.leaves[number]):
                self._revert(point, waiting, position)
                return False
        self.watchers[point] = waiting
        return True

    def retract(self, point: Point) -> None:
        """Takes the value of the point assigned last away again."""
        waiting = self.watchers.pop(point)
        self._revert(point, waiting, len(waiting))

    def _revert(self, point: Point, waiting: list[int], moved: int) -> None:
        for number in reversed(waiting[:moved]):
            other = self.watched[number]
            if other is not None:
                self.watchers[other].pop()
            self.watched[number] = point
        for number in waiting[moved:]:
            self.watched[number] = point
        self.watchers[point] = waiting
        del self.values[point]


@dataclass(slots=True)
class _Choice:
    """A point, the values not tried yet, and from which leaf on leaves may be open."""

    point: Point
    rest: Iterator[Value]
    first: int
    chosen: bool = False


def solutions(
    instance: Instance, pinned: Mapping[Point, Value], budget: int = BUDGET
) -> Iterator[dict[Point, Value]]:
    """Complete values of all variables but locals that agree with `pinned` and satisfy the
    assumptions; points that no assumption asks for get the first value of their type.

    Args:
        instance: the system.
        pinned: values that are given; initial constants may be left out. Not checked for type.
        budget: how many values may be tried.

    Raises:
        Unsettled: after the last solution found, when more could exist: the budget is spent, or
            an integer without an end was guessed.
    """
    values = {**start_values(instance), **pinned}
    places = {thread: kind.entry for thread, kind in _kinds(instance)}
    base = Scope(instance, values, places, None, {}, {})
    leaves = tuple(
        leaf
        for assumption in instance.model.assumptions
        for leaf in _leaves(assumption.condition, base)
    )
    search = _Search(values, leaves)
    if not search.start():
        return
    guessed = False
    stack: list[_Choice] = []
    first = 0
    while True:
        while first < len(leaves) and search.watched[first] is None:
            first += 1
        if first == len(leaves):
            yield _complete(instance, values)
        else:
            point = search.watched[first]
            assert point is not None, "an open leaf watches a point"
            stack.append(_Choice(point, _values(instance, point), first))
            guessed |= not is_listed(instance.model.variable(point[0]).type)
        # Give the innermost choice that has a value left its next one.
        while stack:
            choice = stack[-1]
            if choice.chosen:
                search.retract(choice.point)
                choice.chosen = False
            for value in choice.rest:
                budget -= 1
                if budget < 0:
                    raise Unsettled("too many values tried for the constants")
                if search.assign(choice.point, value):
                    choice.chosen = True
                    break
            if choice.chosen:
                first = choice.first
                break
            stack.pop()
        else:
            break
    if guessed:
        raise Unsettled("an integer without an end was guessed")


def start_values(instance: Instance) -> dict[Point, Value]:
    """The points that the model gives a value at the start."""
    return {
        point: variable.initial.value
        for variable in instance.model.variables
        if variable.initial is not None and variable.thread is None
        for point in instance.points(variable)
    }


def _kinds(instance: Instance) -> Iterator[tuple[Object, Thread]]:
    for thread in instance.threads():
        yield thread, instance.model.thread(thread.sort)


def _leaves(condition: Expression, scope: Scope, size: int = 1) -> Iterator[_Leaf]:
    match condition:
        case Binary(operator=Operator.AND, left=left, right=right):
            yield from _leaves(left, scope, size)
            yield from _leaves(right, scope, size)
        case Quantified(kind=QuantifierKind.FORALL, binders=binders, body=body):
            ranges = [scope.instance.range_of(binder.type) for binder in binders]
            taken = 0
            while taken < len(ranges) and size * len(ranges[taken]) <= INSTANCES:
                size *= len(ranges[taken])
                taken += 1
            if taken == 0:
                yield _Leaf(condition, scope)
                return
            inner = body
            if taken < len(binders):
                inner = replace(condition, binders=binders[taken:])
            names = [binder.name for binder in binders[:taken]]
            for values in product(*ranges[:taken]):
                bound = {**scope.bound, **dict(zip(names, values, strict=True))}
                yield from _leaves(inner, replace(scope, bound=bound), size)
        case _:
            yield _Leaf(condition, scope)


def _values(instance: Instance, point: Point) -> Iterator[Value]:
    """The values to try: of integers a few, then those near numbers that the assumptions
    mention, then the rest."""
    kind = instance.model.variable(point[0]).type
    rest = instance.candidates(kind)
    if isinstance(kind, IntType):
        few = tuple(islice(rest, SAMPLE))
        yield from few
        near = {number + offset for number in _numbers(instance) for offset in (-1, 0, 1)}
        near = {number for number in near if instance.contains(kind, number)} - set(few)
        yield from sorted(near)
        rest = (value for value in rest if value not in near)
    yield from rest


def _numbers(instance: Instance) -> Iterator[int]:
    """The numbers that the assumptions mention."""
    for assumption in instance.model.assumptions:
        for part in walk(assumption.condition):
            if isinstance(part, Constant) and isinstance(part.type, IntType):
                assert isinstance(part.value, int), "an integer's literal"
                yield part.value


def _complete(instance: Instance, values: Mapping[Point, Value]) -> dict[Point, Value]:
    complete: dict[Point, Value] = {}
    for variable in instance.model.variables:
        if variable.thread is None:
            default = next(instance.candidates(variable.type))
            for point in instance.points(variable):
                complete[point] = values.get(point, default)
    return complete
