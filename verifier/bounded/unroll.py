"""Runs of a system as terms: where they start, and one transition after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from frontend.model import Assumption, IntType, Model, Property, PropertyKind, Read, Variable, walk
from verifier.bounded.encode import Encoder, Frame, Scope
from verifier.bounded.smt import Outcome, Session
from verifier.bounded.system import Place
from verifier.bounded.terms import Term, Truth, constant
from verifier.bounded.transition import Stepper, Transition


@dataclass(frozen=True, slots=True)
class Start:
    """A first frame and the conditions that make it one."""

    frame: Frame
    conditions: tuple[Truth, ...]


def initial(encoder: Encoder) -> Start:
    """The states that a run starts in, but for the assumptions."""
    system = encoder.system
    values: dict[Place, Term] = {}
    conditions: list[Truth] = []
    for variable in system.model.variables:
        for place in system.places[variable.name]:
            if variable.initial is not None:
                values[place] = encoder.evaluate(variable.initial, Scope(Frame({}, ())))
            elif variable.thread is not None:  # no value yet
                values[place] = encoder.nothing(variable.type)
            else:
                values[place], inside = encoder.fresh(_name(place), variable.type)
                conditions.append(inside)
    standing = tuple({system.kinds[thread.sort].entry: True} for thread in system.threads())
    return Start(Frame(values, standing), tuple(conditions))


def arbitrary(encoder: Encoder) -> Start:
    """Every well-typed state: threads stand anywhere, locals without a value have the code 0.

    What is assumed of constants alone holds in it, since they never change.
    """
    system, algebra = encoder.system, encoder.algebra
    values: dict[Place, Term] = {}
    conditions: list[Truth] = []
    for variable in system.model.variables:
        for place in system.places[variable.name]:
            if variable.constant and variable.initial is not None:
                values[place] = encoder.evaluate(variable.initial, Scope(Frame({}, ())))
            else:
                values[place], inside = encoder.fresh(_name(place), variable.type)
                conditions.append(inside)
    standing: list[dict[int, Truth]] = []
    for number, thread in enumerate(system.threads()):
        kind = system.kinds[thread.sort]
        count = len(kind.locations)
        position, inside = algebra.unknown(f"location.{number}", 0, count - 1, False)
        conditions.append(inside)
        standing.append(
            {location: algebra.equal(position, constant(location)) for location in range(count)}
        )
        for variable in system.model.variables:
            if variable.thread == thread.sort:
                dead = algebra.any(
                    standing[number][location.number]
                    for location in kind.locations
                    if variable.name not in location.live
                )
                nothing = encoder.nothing(variable.type)
                conditions += [
                    algebra.implies(dead, encoder.same(values[place], nothing))
                    for place in system.places[variable.name]
                    if place[1][0] == thread.index
                ]
    frame = Frame(values, tuple(standing))
    conditions += [
        encoder.truth(item.condition, Scope(frame))
        for item in system.model.assumptions
        if _rigid(system.model, item)
    ]
    return Start(frame, tuple(conditions))


def assumed(encoder: Encoder, frame: Frame) -> Iterator[Truth]:
    """What the assumptions say of a first state."""
    for item in encoder.system.model.assumptions:
        yield encoder.truth(item.condition, Scope(frame))


def _rigid(model: Model, assumption: Assumption) -> bool:
    return all(
        model.variable(part.variable).constant
        for part in walk(assumption.condition)
        if isinstance(part, Read)
    )


def _name(place: Place) -> str:
    return f"{place[0]}{list(place[1])}"


def contradiction(session: Session, encoder: Encoder, start: Start) -> tuple[str, ...]:
    """Names of assumptions that no start satisfies together, as few as dropping one by one
    leaves; none when they can be satisfied, or when the solver cannot tell.

    Raises:
        Stopped: the time was up.
    """
    solver = session.solver(encoder.whole)
    solver.add(start.conditions)
    conditions = {
        item.name: encoder.truth(item.condition, Scope(start.frame))
        for item in encoder.system.model.assumptions
    }
    if solver.check(conditions.values()) is not Outcome.UNSAT:
        return ()
    needed = list(conditions)
    for name in list(needed):
        fewer = [item for item in needed if item != name]
        if solver.check(conditions[item] for item in fewer) is Outcome.UNSAT:
            needed = fewer
    return tuple(needed)


def unlimited(variable: Variable) -> bool:
    """Whether a variable holds integers without a limit on some side."""
    domain = variable.type
    return isinstance(domain, IntType) and (domain.low is None or domain.high is None)


def fails_in(encoder: Encoder, asked: Property, frame: Frame) -> Truth:
    """Whether a state violates a property of states (reaches it, for `reachable`)."""
    assert asked.expression is not None, "asserts and faults are violated by steps"
    holds = encoder.truth(asked.expression, Scope(frame))
    return holds if asked.kind is PropertyKind.REACHABLE else encoder.algebra.negation(holds)


def of_states(asked: Property) -> bool:
    """Whether a property is about states; else it is about steps."""
    match asked.kind:
        case PropertyKind.INVARIANT | PropertyKind.LEMMA | PropertyKind.REACHABLE:
            return True
        case PropertyKind.ASSERT | PropertyKind.FAULT:
            return False


def different(encoder: Encoder, left: Frame, right: Frame) -> Truth:
    """Whether two states with canonical locals differ."""
    algebra = encoder.algebra
    apart = [
        algebra.negation(encoder.same(left.values[place], right.values[place]))
        for variable in encoder.system.model.variables
        if not variable.constant
        for place in encoder.system.places[variable.name]
    ]
    for first, second in zip(left.standing, right.standing, strict=True):
        for location in sorted(first.keys() | second.keys()):
            same = algebra.iff(first.get(location, False), second.get(location, False))
            apart.append(algebra.negation(same))
    return algebra.any(apart)


class Unrolling:
    """Runs from one start.

    Args:
        start: the first frame.
        stepper: builds the transitions.
    """

    def __init__(self, start: Frame, stepper: Stepper) -> None:
        self.frames = [start]
        self.transitions: list[Transition] = []
        self.stepper = stepper

    def extend(self) -> Transition:
        """One more transition. Raises TooWide."""
        depth = len(self.transitions)
        transition = self.stepper.transition(self.frames[-1], f"@{depth}")
        self.transitions.append(transition)
        self.frames.append(transition.after)
        return transition

    def scope(self, number: int) -> Scope:
        """Where an expression about the state of a frame is evaluated."""
        return Scope(self.frames[number])
