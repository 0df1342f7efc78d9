"""A second opinion on properties of small instances: every reachable state, by the interpreter.

Shares no code with the engines. What it is told of a slice it does not believe: it checks by
itself that nothing which is kept depends on what is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from frontend.model import (
    Assert,
    Assign,
    Assumption,
    Bulk,
    Check,
    Let,
    Model,
    Property,
    Read,
    Require,
    Step,
    Temporary,
    Value,
    walk,
)
from proofs.answers.places import step_text
from proofs.answers.trace import Move, Point, Run, State, Taken
from proofs.interpreter.constants import Unsettled, solutions, start_values
from proofs.interpreter.evaluate import Scope, TooLarge, Undefined, Unset, holds
from proofs.interpreter.execute import Impossible, enabled, execute
from proofs.interpreter.instance import Instance, is_listed, variable_text
from proofs.runs.orbits import Orbits
from proofs.runs.replay import violates

MOST_STATES = 200_000
"""How many states are visited by default."""


@dataclass(frozen=True, slots=True)
class Exhausted:
    """No run violates any of the properties (of a `reachable`: no run reaches it).

    Args:
        states: how many states were visited: projected on the slice, one of each orbit.
    """

    states: int


@dataclass(frozen=True, slots=True)
class Violation:
    """This run violates a property with its last step (of a `reachable`: reaches it), and no
    shorter run violates any of those asked about.

    Args:
        property: its name.
        run: complete; `proofs.runs.replay` takes it.
    """

    property: str
    run: Run


@dataclass(frozen=True, slots=True)
class GaveUp:
    """No opinion.

    Args:
        reason: one line.
        states: how many states had been visited.
    """

    reason: str
    states: int


def exhaust(
    model: Model,
    bounds: Mapping[str, int],
    names: Iterable[str],
    variables: frozenset[str] | None = None,
    *,
    limit: int = MOST_STATES,
    cancelled: Callable[[], bool] = lambda: False,
    symmetry: bool = True,
) -> Exhausted | Violation | GaveUp:
    """Visits every reachable state of an instance, breadth first, until one violates a property.

    Args:
        model: the whole model.
        bounds: sort -> number of objects, for every sort.
        names: the properties.
        variables: states that agree on these count as one state; None: all variables.
        limit: how many states may be visited.
        cancelled: asked before each state is left.
        symmetry: whether states that differ only in the names of objects count as one.

    Raises:
        KeyError: the model has no such property or variable.
        ValueError: a sort has no bound.
    """
    properties = tuple(model.property(name) for name in names)
    kept = frozenset(variable.name for variable in model.variables)
    if variables is not None:
        for name in sorted(variables):
            model.variable(name)
        leak = unclosed(model, properties, variables)
        if leak is not None:
            return GaveUp(f"the slice is not closed: {leak}", 0)
        kept = variables
    search = _Search(Instance(model, bounds), properties, kept, symmetry)
    try:
        return search.run(limit, cancelled)
    except (Impossible, Undefined, Unset, Unsettled, ValueError) as problem:
        return GaveUp(str(problem), search.states)


# --- slices --------------------------------------------------------------------------------


def unclosed(model: Model, properties: Iterable[Property], variables: frozenset[str]) -> str | None:
    """Where what remains of a model on these variables depends on others; None: nowhere.

    What remains are the conditions that decide whether a step is taken or ends the run, the
    properties, and the right sides and indices of what is written to the variables. Locations
    always remain, and a pick depends on nothing. Assumptions may relate both: the search asks for
    starts of the whole.
    """
    names = {item.name for item in properties}
    for item in model.properties:
        if item.name in names and (found := _foreign(item.expression, variables, set())):
            return f"the property {item.name} reads {found}"
    for thread in model.threads:
        for step in thread.steps:
            if found := _leak(step, names, variables):
                return f"the step {step_text(model, step)} {found}"
    return None


def _foreign(node: object, variables: frozenset[str], tainted: set[str]) -> str | None:
    """A variable that is left out, or a temporary that depends on one, that is read in a node."""
    for part in walk(node):
        if isinstance(part, Read) and part.variable not in variables:
            return variable_text(part.variable)
        if isinstance(part, Temporary) and part.name in tainted:
            return variable_text(part.name)
    return None


def _leak(step: Step, names: set[str], variables: frozenset[str]) -> str | None:
    """How the part of a step that remains depends on what is left out."""
    tainted: set[str] = set()
    for instruction in step.body:
        found: str | None = None
        match instruction:
            case Let(temporary=temporary, value=value):
                if _foreign(value, variables, tainted):
                    tainted.add(temporary.name)
            case Require() | Check():
                if found := _foreign(instruction, variables, tainted):
                    return f"needs {found}"
            case Assert(name=name):
                if name in names and (found := _foreign(instruction, variables, tainted)):
                    return f"asserts about {found}"
            case Assign(variable=variable):
                if variable in variables:
                    found = _foreign(instruction, variables, tainted)
            case Bulk(where=where, writes=writes):
                remaining = [write for write in writes if write.variable in variables]
                parts = [where, *remaining] if remaining else []
                found = next(filter(None, (_foreign(p, variables, tainted) for p in parts)), None)
            case _:
                continue  # a pick: any value of the type
        if found:
            return f"writes what depends on {found}"
    return None


# --- starts --------------------------------------------------------------------------------


def starts(instance: Instance, kept: frozenset[str]) -> Iterator[State]:
    """For every way to start the variables that are kept, one whole start that agrees with it.

    Raises:
        Unsettled: they cannot be listed.
    """
    places = {thread: instance.model.thread(thread.sort).entry for thread in instance.threads()}
    free = [
        point
        for variable in instance.model.variables
        if variable.name in kept and variable.thread is None and variable.initial is None
        for point in instance.points(variable)
    ]
    for point in free:
        kind = instance.model.variable(point[0]).type
        if not is_listed(kind):
            raise Unsettled(f"{point[0]} may start with any of infinitely many integers")
    for values in _choices(instance, State(start_values(instance), places), tuple(free)):
        whole = next(solutions(instance, values), None)
        if whole is not None:
            yield State(whole, places)


def _choices(
    instance: Instance, known: State, free: tuple[Point, ...]
) -> Iterator[dict[Point, Value]]:
    """Values of the free points that no assumption excludes, as far as it reads no others.

    The next point to get a value is the one that an assumption asks for next.
    """
    following = _next_point(instance, known, frozenset(free))
    if following is False:
        return
    if following is True:
        ranges = [instance.values(instance.model.variable(name).type) for name, _ in free]
        for values in product(*ranges):
            yield dict(zip(free, values, strict=True))
        return
    rest = tuple(point for point in free if point != following)
    for value in instance.values(instance.model.variable(following[0]).type):
        state = State({**known.values, following: value}, known.places)
        for others in _choices(instance, state, rest):
            yield {following: value, **others}


def _next_point(instance: Instance, known: State, free: frozenset[Point]) -> Point | bool:
    """The free point that an assumption asks for; False where one is violated, else True."""
    asked: Point | bool = True
    scope = Scope.of(instance, known)
    for assumption in instance.model.assumptions:
        point = _asks(assumption, scope)
        if point is False:
            return False
        if asked is True and point in free:
            asked = point
    return asked


def _asks(assumption: Assumption, scope: Scope) -> Point | bool:
    """The point whose value decides next about an assumption, or whether it holds."""
    try:
        return holds(assumption.condition, scope)
    except Unset as unset:
        return unset.point
    except TooLarge:
        raise
    except Undefined:
        return False  # a conjunct to the left says that this one is defined


# --- the search ----------------------------------------------------------------------------


@dataclass(slots=True)
class _Search:
    """The states that were visited: where each comes from, by number."""

    instance: Instance
    properties: tuple[Property, ...]
    kept: frozenset[str]
    symmetry: bool
    _seen: set[tuple[int, ...]] = field(default_factory=set)
    _came: list[tuple[int, Move] | None] = field(default_factory=list)
    _initial: dict[int, State] = field(default_factory=dict)

    @property
    def states(self) -> int:
        """How many states were visited."""
        return len(self._came)

    def run(self, limit: int, cancelled: Callable[[], bool]) -> Exhausted | Violation | GaveUp:
        """See `exhaust`."""
        orbits = Orbits(self.instance, self.kept, symmetry=self.symmetry)
        layer: list[tuple[int, State]] = []
        for state in starts(self.instance, self.kept):
            if cancelled():
                return GaveUp("cancelled", self.states)
            if self._known(orbits, state):
                continue
            if self.states == limit:
                return GaveUp(f"state limit of {limit}", self.states)
            number = self._add(None)
            self._initial[number] = state
            if (name := self._violated(state, None)) is not None:
                return Violation(name, self._path(number, None))
            layer.append((number, state))
        if not layer:
            return GaveUp("no start satisfies the assumptions", 0)
        while True:
            after: list[tuple[int, State]] = []
            for number, state in layer:
                if cancelled():
                    return GaveUp("cancelled", self.states)
                for move in enabled(self.instance, state):
                    taken = execute(self.instance, state, move)
                    fresh = taken.state is not None and not self._known(orbits, taken.state)
                    if (name := self._violated(taken.state if fresh else None, taken)) is not None:
                        return Violation(name, self._path(number, taken.move))
                    if taken.state is None or not fresh:
                        continue
                    if self.states == limit:
                        return GaveUp(f"state limit of {limit}", self.states)
                    after.append((self._add((number, taken.move)), taken.state))
            if not after:
                return Exhausted(self.states)
            layer = after

    def _known(self, orbits: Orbits, state: State) -> bool:
        """Whether a state, or one of its orbit, was visited before; notes that it is now."""
        key = orbits.key(state)
        if key in self._seen:
            return True
        self._seen.add(key)
        return False

    def _add(self, came: tuple[int, Move] | None) -> int:
        self._came.append(came)
        return len(self._came) - 1

    def _violated(self, state: State | None, last: Taken | None) -> str | None:
        """The property that a state violates, or the step that led to it; a state that is known
        violates none."""
        for item in self.properties:
            if violates(self.instance, item, state, last):
                return item.name
        return None

    def _path(self, number: int, last: Move | None) -> Run:
        """The run that leads to a state, and one step on."""
        moves = [] if last is None else [last]
        while (came := self._came[number]) is not None:
            number, move = came
            moves.append(move)
        initial = self._initial[number].values
        return Run(dict(self.instance.bounds), dict(initial), tuple(reversed(moves)))
