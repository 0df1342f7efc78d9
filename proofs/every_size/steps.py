"""A step, executed on terms: what must hold for it to be taken, what it may violate, and the
state after it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from frontend.model import (
    Assert,
    Assign,
    Bound,
    Bulk,
    Check,
    IntType,
    Let,
    Pick,
    Require,
    Step,
    Write,
)
from proofs.every_size.arithmetic import ranged, within
from proofs.every_size.signature import Components, Unsupported
from proofs.every_size.states import Assigned, Before, Moved, State, Update, Updated
from proofs.every_size.terms import Term, apply, both, conjunction, equal, fresh, negate, quantify
from proofs.every_size.translate import Names, Translator


@dataclass(frozen=True, slots=True)
class Violation:
    """One `Check` or `Assert` and how it fails.

    Args:
        property: the fault, or the assertion's name.
        conditions: what holds when it fails, in order: what came before it let the step go on
            to here, and its own condition does not hold.
    """

    property: str
    conditions: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Execution:
    """A step of an arbitrary thread.

    Args:
        thread: the constant that stands for it.
        picks: constants for what it picks.
        guards: what holds whenever it is taken to its end.
        after: the state it leads to.
        violations: each way to fail, in order.
    """

    thread: Term
    picks: tuple[Term, ...]
    guards: tuple[Term, ...]
    after: State
    violations: tuple[Violation, ...]


def executed(translator: Translator, step: Step) -> Execution:
    """Executes a step's body in order.

    An assertion that fails is a violation if the step can be taken with these picks, or ends in a
    fault. Either way what is required between it and the next `Check` holds too.
    """
    signature = translator.signature
    thread = apply("step.self", signature.sort(step.thread))
    before = Before(signature, thread, step.source)
    names = Names(before, thread)
    guards: list[Term] = []
    picks: list[Term] = []
    failing: list[tuple[str, list[Term]]] = []
    open_asserts: list[list[Term]] = []
    for instruction in step.body:
        match instruction:
            case Pick(temporary=temporary):
                value = tuple(
                    apply(f"pick.{len(picks) + 1}.{temporary.name}{mark}", sort)
                    for mark, sort in _marked(signature.sorts(temporary.type))
                )
                picks += value
                if isinstance(temporary.type, IntType):
                    low, high = temporary.type.low, temporary.type.high
                    guards.append(ranged(value[0], low, high))
                names = _with(names, temporary.name, value)
            case Let(temporary=temporary, value=expression):
                value = translator.converted(expression, temporary.type, names)
                names = _with(names, temporary.name, value)
            case Require(condition=condition):
                required = translator.truth(condition, names)
                guards.append(required)
                for conditions in open_asserts:
                    conditions.append(required)
            case Check(fault=fault, condition=condition):
                holds = translator.truth(condition, names)
                failing.append((fault, [*guards, negate(holds)]))
                guards.append(holds)
                open_asserts = []
            case Assert(name=name, condition=condition):
                conditions = [*guards, negate(translator.truth(condition, names))]
                failing.append((name, conditions))
                open_asserts.append(conditions)
            case Assign(variable=variable, arguments=arguments, value=expression):
                index = translator.index(variable, arguments, names)
                kind = signature.variables[variable].type
                value = translator.converted(expression, kind, names)
                names = replace(names, state=Assigned(names.state, variable, index, value))
            case Bulk():
                names = replace(names, state=_updated(translator, instruction, names))
    after = Moved(names.state, thread, step.source, step.target)
    violations = tuple(Violation(name, tuple(conditions)) for name, conditions in failing)
    return Execution(thread, tuple(picks), tuple(guards), after, violations)


def _marked(sorts: tuple[str, ...]) -> list[tuple[str, str]]:
    """A mark for each component, so that their symbols differ; none for the last."""
    return [("?" * (len(sorts) - 1 - place), sort) for place, sort in enumerate(sorts)]


def _with(names: Names, temporary: str, value: Components) -> Names:
    return replace(names, temporaries={**names.temporaries, temporary: value})


def _updated(translator: Translator, bulk: Bulk, names: Names) -> State:
    before = state = names.state
    for write in bulk.writes:
        state = Updated(state, before, write.variable, _update(translator, bulk, write, names))
    return state


def _update(translator: Translator, bulk: Bulk, write: Write, names: Names) -> Update:
    """Each binder of the write stands plainly in its index: the point that is written says what
    it is bound to. Other binders only repeat the write."""
    signature = translator.signature
    spots: dict[str, int] = {}
    for spot, argument in enumerate(write.arguments):
        if isinstance(argument, Bound):
            spots.setdefault(argument.name, spot)
    own = {binder.name for binder in bulk.binders}
    missing = tuple(binder for binder in bulk.binders if binder.name not in spots)
    kind = signature.variables[write.variable].type

    def update(index: tuple[Term, ...]) -> tuple[Term, Components]:
        bound = dict(names.bound)
        bound.update({name: (index[spot],) for name, spot in spots.items() if name in own})
        free = {binder.name: fresh(signature.sorts(binder.type)[0]) for binder in missing}
        bound.update({name: (term,) for name, term in free.items()})
        inner = replace(names, bound=bound)
        written = translator.index(write.variable, write.arguments, inner)
        here = conjunction(map(equal, written, index))
        here = both(here, translator.truth(bulk.where, inner))
        values = (bound[binder.name][0] for binder in bulk.binders)
        here = both(here, within(values, (binder.type for binder in bulk.binders)))
        value = translator.converted(write.value, kind, inner)
        if any(term in part.free for term in free.values() for part in value):
            raise Unsupported(f"an update of {write.variable} whose value its index does not tell")
        return quantify("exists", tuple(free.values()), here), value

    return update
