"""The last lines of a trace: what is violated, and by which values."""

from __future__ import annotations

from frontend.model import Assert, LockType, Model, Object, Property, PropertyKind
from proofs.evaluate import Scope, Undefined, Unset
from proofs.execute import outcome_of
from proofs.explain import Explanation, explain
from proofs.render_names import objects_in, packed, place_text, point_text, value_text, wrapped
from proofs.trace import State, Taken, Trace
from proofs.values import Instance

QUOTED = 200
"""How many characters of a formula are quoted where the author wrote no sentence."""

THREADS = 8
"""How many threads' positions are given at most."""


def ending(instance: Instance, trace: Trace, width: int) -> tuple[list[str], set[Object]]:
    """The lines that start with `=> `, and the objects that witness the violation."""
    prop = instance.model.property(trace.property)
    last = trace.steps[-1] if trace.steps else None
    text = _sentence(instance.model, prop)
    headline = f"=> {prop.name} {_verb(prop)}{': ' if text else ''}{text}"
    details, objects = _details(instance, prop, trace, last)
    lines = wrapped(headline, width, indent=3)
    for detail in details:
        lines += packed(detail.split(", "), ",", width, indent=5, first="   ")
    return lines, objects


def _verb(prop: Property) -> str:
    match prop.kind:
        case PropertyKind.REACHABLE:
            return "is reached"
        case PropertyKind.FAULT:
            return "fault"
        case PropertyKind.INVARIANT | PropertyKind.LEMMA | PropertyKind.ASSERT:
            return "is violated"


def _sentence(model: Model, prop: Property) -> str:
    """The author's sentence, else the formula as written."""
    if prop.text or prop.built_in or prop.kind is PropertyKind.FAULT:
        return prop.text
    written = model.source.text[prop.span.start : prop.span.end]
    quoted = " ".join(written.partition(":")[2].split()).rstrip(";")
    return quoted if len(quoted) <= QUOTED else f"{quoted[:QUOTED]}..."


def _details(
    instance: Instance, prop: Property, trace: Trace, last: Taken | None
) -> tuple[list[str], set[Object]]:
    before = trace.initial
    for taken in trace.steps[:-1]:
        before = taken.state or before
    match prop.kind:
        case PropertyKind.ASSERT | PropertyKind.FAULT:
            return _failed(instance, prop, before, last)
        case PropertyKind.INVARIANT | PropertyKind.LEMMA | PropertyKind.REACHABLE:
            state = before if last is None else last.state
            if state is None or prop.expression is None:
                return [], set()
            if prop.built_in:
                return _positions(instance, state), set()
            return _facts(explain(prop.expression, Scope.of(instance, state)))


def _failed(
    instance: Instance, prop: Property, before: State, last: Taken | None
) -> tuple[list[str], set[Object]]:
    """The instruction that failed in the last step, and the values that it saw."""
    if last is None:
        return [], set()
    for failure in outcome_of(instance, before, last.move).failures:
        found = failure.instruction
        name = found.name if isinstance(found, Assert) else found.fault
        if name == prop.name:
            try:
                lines, objects = _facts(explain(found.condition, failure.scope))
            except (Unset, Undefined):  # a check may speak of what only it makes safe
                lines, objects = [], set()
            statement = [] if isinstance(found, Assert) else [found.text.rstrip("; ")]
            return [f"{last.move.thread}: {line}" for line in [*statement, *lines]], objects
    return [], set()


def _facts(explanation: Explanation) -> tuple[list[str], set[Object]]:
    objects = objects_in(tuple(explanation.witness.values()))
    plain = [name.partition("~")[0] for name in explanation.witness]  # ~N tells binders apart
    if len(set(plain)) < len(plain):
        plain = list(explanation.witness)
    values = map(value_text, explanation.witness.values())
    names = ", ".join(f"{name} = {value}" for name, value in zip(plain, values, strict=True))
    facts = ", ".join(explanation.facts)
    line = ": ".join(part for part in (names, facts) if part)
    return ([line] if line else []), objects


def _positions(instance: Instance, state: State) -> list[str]:
    """Where the threads stand that are not idle, and who holds which lock."""
    lines = []
    for thread, number in sorted(state.places.items()):
        location = instance.model.thread(thread.sort).locations[number]
        if not location.head:
            lines.append(f"{thread} stands at {place_text(instance, thread, number)}")
    if len(lines) > THREADS:
        lines = [*lines[:THREADS], f"and {len(lines) - THREADS} more threads"]
    for variable in instance.model.variables:
        if isinstance(variable.type, LockType):
            for point in instance.points(variable):
                owner = state.values.get(point)
                if owner is not None:
                    lines.append(f"{value_text(owner)} holds {point_text(instance, point)}")
    return lines
