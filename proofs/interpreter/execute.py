"""Executes steps on concrete states: instruction by instruction, in order, nothing assumed.

Where a step picks a value that the caller does not know (an engine that looks at a slice of the
model drops such picks), every value of the type is tried in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from frontend.model import (
    Assert,
    Assign,
    Bulk,
    Check,
    Let,
    Model,
    Object,
    Pick,
    Require,
    Step,
    Value,
)
from frontend.names.place_names import place_texts
from proofs.answers.places import step_text
from proofs.answers.trace import Move, Point, State, Taken
from proofs.interpreter.constants import Unsettled, solutions, start_values
from proofs.interpreter.evaluate import Scope, Undefined, Unset, bindings, evaluate, holds
from proofs.interpreter.instance import Instance, shown


class Impossible(Exception):
    """There is no such start, or the step cannot be taken.

    Args:
        reason: one line.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Failure:
    """An instruction that found a violation, with the values it found.

    Args:
        number: which instruction of the step's body it is.
    """

    instruction: Check | Assert
    scope: Scope
    number: int


@dataclass(frozen=True, slots=True)
class Written:
    """What one instruction wrote.

    Args:
        number: which instruction of the step's body it was.
    """

    variables: tuple[str, ...]
    points: tuple[tuple[Point, Value], ...]
    number: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step with its picks leads to.

    Args:
        picks: all of them, in order.
        state: the state after it; None after a fault.
        failures: the violations found, in order.
        written: what was written, in order.
    """

    picks: tuple[tuple[str, Value], ...]
    state: State | None
    failures: tuple[Failure, ...]
    written: tuple[Written, ...]


@dataclass(slots=True)
class _Progress:
    """A step being executed."""

    values: dict[Point, Value]
    temporaries: dict[str, Value]
    picks: tuple[tuple[str, Value], ...] = ()
    failures: tuple[Failure, ...] = ()
    written: tuple[Written, ...] = ()

    def copy(self) -> _Progress:
        return replace(self, values=dict(self.values), temporaries=dict(self.temporaries))

    def pick(self, name: str, value: Value) -> None:
        self.temporaries[name] = value
        self.picks = (*self.picks, (name, value))


# --- starts --------------------------------------------------------------------------------


def initial_state(instance: Instance, values: Mapping[Point, Value]) -> State:
    """The start of a run, complete: points that are left out get values that the model allows,
    the first that the search of `proofs.interpreter.constants` finds.

    Args:
        instance: the system.
        values: what is known of the shared variables.

    Raises:
        Impossible: a value is none of its type, differs from the model's initial value, or an
            assumption (which is named) cannot be satisfied.
    """
    fixed = start_values(instance)
    for point, value in values.items():
        variable = instance.variable(point[0])
        if variable is None or variable.thread is not None or not instance.is_point(point):
            raise Impossible(f"there is no shared {shown(point)}")
        if not instance.contains(variable.type, value):
            raise Impossible(f"{shown(point)} cannot hold {value}")
        if point in fixed and fixed[point] != value:
            raise Impossible(f"{shown(point)} starts with {fixed[point]}, not {value}")
    _refute(instance, {**fixed, **values})
    try:
        complete = next(solutions(instance, values), None)
    except Unsettled as unsettled:
        raise Impossible(f"no start found: {unsettled}") from unsettled
    if complete is None:
        names = ", ".join(assumption.name for assumption in instance.model.assumptions)
        raise Impossible(f"no start satisfies the assumptions {names}")
    _refute(instance, complete)
    return State(complete, _entries(instance))


def _entries(instance: Instance) -> dict[Object, int]:
    return {thread: instance.model.thread(thread.sort).entry for thread in instance.threads()}


def _refute(instance: Instance, values: Mapping[Point, Value]) -> None:
    """Raises Impossible when an assumption is false already."""
    scope = Scope.of(instance, State(values, _entries(instance)))
    for assumption in instance.model.assumptions:
        try:
            satisfied = holds(assumption.condition, scope)
        except Unset:
            continue
        except Undefined as undefined:
            raise Impossible(f"the assumption {assumption.name}: {undefined}") from undefined
        if not satisfied:
            raise Impossible(f"the assumption {assumption.name} does not hold")


# --- steps ---------------------------------------------------------------------------------


def execute(instance: Instance, state: State, move: Move) -> Taken:
    """Takes a step.

    Picks that the move does not give are searched for; outcomes without a fault come first.

    Raises:
        Impossible: there is no such step, or it cannot be taken in this state.
    """
    outcome = outcome_of(instance, state, move)
    faults = tuple(
        f.instruction.fault for f in outcome.failures if isinstance(f.instruction, Check)
    )
    failed = tuple(
        f.instruction.name for f in outcome.failures if isinstance(f.instruction, Assert)
    )
    complete = Move(move.thread, move.step, outcome.picks)
    return Taken(complete, outcome.state, faults, tuple(dict.fromkeys(failed)))


def outcome_of(instance: Instance, state: State, move: Move) -> Outcome:
    """As `execute`, with the instructions that found violations.

    Raises:
        Impossible: there is no such step, or it cannot be taken in this state.
    """
    step = _step(instance, move)
    place = state.places[move.thread]
    if place != step.source:
        raise Impossible(f"{move.thread} stands at {_place(instance.model, move.thread, place)}")
    known = {i.temporary.name for i in step.body if isinstance(i, Pick)}
    given = dict(move.picks)
    if not given.keys() <= known:
        raise Impossible(f"{step_text(instance.model, step)} picks no {min(given.keys() - known)}")
    fallback: Outcome | None = None
    for outcome in _outcomes(instance, state, move.thread, step, given):
        if outcome.state is not None:
            return outcome
        fallback = fallback or outcome
    if fallback is None:
        raise Impossible(f"{step_text(instance.model, step)} waits: what it requires does not hold")
    return fallback


def enabled(instance: Instance, state: State) -> list[Move]:
    """Every move that can be taken, in the order of threads, steps and picked values.

    Raises:
        Impossible: a step reads what has no value or writes what its variable cannot hold.
        ValueError: a step picks an integer of a type without an end.
    """
    moves: list[Move] = []
    for thread in instance.threads():
        for step in instance.model.thread(thread.sort).steps:
            if step.source != state.places[thread]:
                continue
            for instruction in step.body:
                if isinstance(instruction, Pick):
                    instance.values(instruction.temporary.type)
            outcomes = _outcomes(instance, state, thread, step, {})
            moves.extend(Move(thread, step.name, outcome.picks) for outcome in outcomes)
    return moves


def _step(instance: Instance, move: Move) -> Step:
    if instance.kind(move.thread) is None:
        raise Impossible(f"there is no thread {move.thread}")
    step = instance.step(move.thread, move.step)
    if step is None:
        raise Impossible(f"there is no step {move.step} of {move.thread.sort}")
    return step


def _place(model: Model, thread: Object, number: int) -> str:
    return place_texts(model.thread(thread.sort).locations)[number]


def _outcomes(
    instance: Instance, state: State, thread: Object, step: Step, given: Mapping[str, Value]
) -> Iterator[Outcome]:
    """The ways to take a step that agree with the given picks."""
    start = _Progress(dict(state.values), {})
    try:
        for progress in _run(instance, state, thread, step, given, start, 0):
            after: State | None = None
            if not any(isinstance(f.instruction, Check) for f in progress.failures):
                _drop(instance, thread, step, progress.values)
                after = State(progress.values, {**state.places, thread: step.target})
            yield Outcome(progress.picks, after, progress.failures, progress.written)
    except (Unset, Undefined) as problem:
        raise Impossible(f"{step_text(instance.model, step)}: {problem}") from problem


def _run(
    instance: Instance,
    state: State,
    thread: Object,
    step: Step,
    given: Mapping[str, Value],
    progress: _Progress,
    first: int,
) -> Iterator[_Progress]:
    """Executes the instructions from number `first` on; changes `progress`."""
    scope = Scope(instance, progress.values, state.places, thread, {}, progress.temporaries)
    for number in range(first, len(step.body)):
        match step.body[number]:
            case Pick(temporary=temporary):
                if temporary.name not in given:
                    for value in instance.candidates(temporary.type):
                        branch = progress.copy()
                        branch.pick(temporary.name, value)
                        yield from _run(instance, state, thread, step, given, branch, number + 1)
                    return
                value = given[temporary.name]
                if not instance.contains(temporary.type, value):
                    raise Impossible(f"{step_text(instance.model, step)} cannot pick {value}")
                progress.pick(temporary.name, value)
            case Let(temporary=temporary, value=expression):
                progress.temporaries[temporary.name] = evaluate(expression, scope)
            case Require(condition=condition):
                if not holds(condition, scope):
                    return
            case Check() as check:
                if not holds(check.condition, scope):
                    progress.failures += (Failure(check, _frozen(scope), number),)
                    yield progress
                    return
            case Assert() as assertion:
                if not holds(assertion.condition, scope):
                    progress.failures += (Failure(assertion, _frozen(scope), number),)
            case Assign(variable=variable, arguments=arguments, value=expression):
                index = tuple([evaluate(argument, scope) for argument in arguments])
                value = evaluate(expression, scope)
                _store(instance, step, progress, (variable, index), value)
                stored = (((variable, index), value),)
                progress.written += (Written((variable,), stored, number),)
            case Bulk() as bulk:
                update = _bulk(bulk, scope, step)
                for point, value in update.items():
                    _store(instance, step, progress, point, value)
                names = tuple(write.variable for write in bulk.writes)
                progress.written += (Written(names, tuple(update.items()), number),)
    yield progress


def _frozen(scope: Scope) -> Scope:
    return replace(scope, values=dict(scope.values), temporaries=dict(scope.temporaries))


def _bulk(bulk: Bulk, scope: Scope, step: Step) -> dict[Point, Value]:
    """What a bulk update writes, all of it read from the state before it."""
    written: dict[Point, Value] = {}
    for inner in bindings(bulk.binders, scope):
        if not holds(bulk.where, inner):
            continue
        for write in bulk.writes:
            index = tuple([evaluate(argument, inner) for argument in write.arguments])
            point = write.variable, index
            value = evaluate(write.value, inner)
            if written.setdefault(point, value) != value:
                name = step_text(scope.instance.model, step)
                raise Impossible(f"{name} writes {shown(point)} twice at once")
    return written


def _store(instance: Instance, step: Step, progress: _Progress, point: Point, value: Value) -> None:
    variable = instance.variable(point[0])
    wrong = ""
    if variable is None or not instance.is_point(point):
        wrong = f"{shown(point)}, which is not there"
    elif not instance.contains(variable.type, value):
        wrong = f"{value} to {shown(point)}, which cannot hold it"
    elif variable.constant:
        wrong = f"the constant {shown(point)}"
    if wrong:
        raise Impossible(f"{step_text(instance.model, step)} writes {wrong}")
    progress.values[point] = value


def _drop(instance: Instance, thread: Object, step: Step, values: dict[Point, Value]) -> None:
    """Takes the values of locals away that are dead where a step arrives."""
    live = instance.model.thread(thread.sort).locations[step.target].live
    for variable in instance.model.variables:
        if variable.thread == thread.sort and variable.name not in live:
            for point in instance.points_of(variable, thread):
                values.pop(point, None)
