"""The last lines of a trace: what is violated, and by which values."""

from __future__ import annotations

import re

from frontend.expressions.flag_text import claim_text
from frontend.model import (
    Assert,
    Bound,
    Held,
    LockType,
    Model,
    Object,
    Property,
    PropertyKind,
    Temporary,
    Value,
    walk,
)
from frontend.notation.constants import value_text
from proofs.answers.places import first_statements, legend, place_line, steps_from
from proofs.answers.trace import Point, State, Taken, Trace
from proofs.interpreter.evaluate import Scope, Undefined, Unset, evaluate, holds, point_of
from proofs.interpreter.execute import outcome_of
from proofs.interpreter.instance import Instance
from proofs.render.explain import Explanation, explain
from proofs.render.names import (
    author_names,
    objects_in,
    packed,
    point_text,
    tamed,
    wrapped,
)

QUOTED = 200
"""How many characters of a formula are quoted where the author wrote no sentence."""

_PIECE = re.compile(r"""(?P<comment>/\*.*?\*/|//[^\n]*)|"[^"\n]*"|[^;"/]+|.""", re.DOTALL)
"""Of a text that was parsed: each comment in it is closed, outside of strings."""

_WORD = re.compile(r"[A-Za-z_]\w*")
_FLAG = re.compile(r"\b(?:patch|config)\s+([A-Za-z_]\w*)")

THREADS = 8
"""How many threads' positions are given at most."""


def ending(instance: Instance, trace: Trace, width: int) -> tuple[list[str], set[Object]]:
    """The lines that start with `=> `, and the objects that witness the violation."""
    prop = instance.model.property(trace.property)
    last = trace.steps[-1] if trace.steps else None
    headline = f"=> {prop.name} {_verb(prop)}{_sentence(instance.model, prop)}"
    details, objects = _details(instance, prop, trace, last)
    lines = wrapped(headline, width, indent=3)
    for detail in details:
        lines += packed(detail.split(", "), ",", width, indent=5, first="   ")
    places = legend(instance.model, [] if prop.text else [headline])
    said = " ".join(details)
    told = [f"{name} = {text}" for name, text in places.items() if f"{name} (line" not in said]
    if told:
        lines += packed(told, ";", width, indent=5, first="   places: ")
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
    """What the property says, as a continuation of the line: in quotes where it is a sentence,
    which tells what should hold and not what happened; else the formula as written."""
    if prop.text and prop.kind is PropertyKind.REACHABLE:
        return f": {tamed(prop.text)}"
    if prop.text:
        subject = "the rule" if prop.kind is PropertyKind.FAULT else "it"
        return f'; {subject} says: "{tamed(prop.text)}"'
    if prop.built_in or prop.kind is PropertyKind.FAULT:
        return ""
    written: list[str] = []
    for piece in _PIECE.finditer(model.source.text, prop.span.start):  # the span: its name
        if piece.group() == ";":
            break
        written.append(" " if piece["comment"] else piece.group())
    quoted = " ".join("".join(written).partition(":")[2].split())
    if set(_WORD.findall(quoted)).intersection(_FLAG.findall(model.source.text)):
        quoted = claim_text(model.source, prop.span, model.flags) or quoted
    if not quoted:
        return ""
    return f": {quoted}" if len(quoted) <= QUOTED else f": {quoted[:QUOTED]}..."


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
    plain = author_names(explanation.witness)
    values = map(value_text, explanation.witness.values())
    names = ", ".join(f"{name} = {value}" for name, value in zip(plain, values, strict=True))
    facts = ", ".join(explanation.facts)
    line = ": ".join(part for part in (names, facts) if part)
    return ([line] if line else []), objects


def _positions(instance: Instance, state: State) -> list[str]:
    """What each thread is about, and who holds the locks that nobody waits for."""
    busy, quiet = [], []
    waited_for: set[Point] = set()
    for thread in sorted(state.places):
        kind = instance.model.thread(thread.sort)
        location = kind.locations[state.places[thread]]
        locks = _locks(instance, state, thread)
        if location.number == kind.end:
            quiet.append(f"{thread} is finished")
        elif location.head and not locks:
            quiet.append(f"{thread} is idle")
        else:
            busy.append(_position(instance, state, thread, locks))
            waited_for.update(locks if len(busy) <= THREADS else ())
    lines = [*busy, *quiet]
    if len(lines) > THREADS:
        lines = [*lines[:THREADS], f"and {len(lines) - THREADS} more threads"]
    for variable in instance.model.variables:
        if isinstance(variable.type, LockType):
            for point in instance.points(variable):
                owner = state.values.get(point)
                if owner is not None and point not in waited_for:
                    lines.append(f"{value_text(owner)} holds {point_text(instance, point)}")
    return lines


def _position(instance: Instance, state: State, thread: Object, locks: dict[Point, Value]) -> str:
    """`cpu0 waits at spin_lock(zone.lock) (line 12), held by cpu1`."""
    kind, number = instance.model.thread(thread.sort), state.places[thread]
    starts: dict[str, None] = {}
    for text, line in first_statements(instance.model, kind, number):
        if len(locks) == 1 and text.startswith("spin_lock("):
            text = f"spin_lock({point_text(instance, next(iter(locks)))})"
        starts[f"{text} (line {line})"] = None
    where = " or ".join(starts) or f"line {place_line(instance.model, kind, number)}"
    verb = "waits at" if _is_blocked(instance, state, thread) else "stands at"
    parts = [f"{thread} {verb} {where}"]
    for point, owner in locks.items():
        name = point_text(instance, point)
        is_named = len(starts) == len(locks) == 1 and f"({name})" in where
        parts.append(f"{'' if is_named else f'{name} is '}held by {value_text(owner)}")
    return ", ".join(parts)


def _is_blocked(instance: Instance, state: State, thread: Object) -> bool:
    """Whether a thread can do nothing until another one has moved."""
    steps = steps_from(instance.model.thread(thread.sort), state.places[thread])
    try:
        return bool(steps) and not any(
            holds(step.waits, Scope.of(instance, state, thread)) for step in steps
        )
    except (Unset, Undefined):  # a fault is no waiting
        return False


def _locks(instance: Instance, state: State, thread: Object) -> dict[Point, Value]:
    """The held locks that a blocked thread waits for, with their owners."""
    found: dict[Point, Value] = {}
    if not _is_blocked(instance, state, thread):
        return found
    scope = Scope.of(instance, state, thread)
    for step in steps_from(instance.model.thread(thread.sort), state.places[thread]):
        for part in walk(step.waits):
            if not isinstance(part, Held):
                continue
            if any(isinstance(inner, Bound | Temporary) for inner in walk(part.lock)):
                continue  # one lock of many
            try:
                owner = evaluate(part.lock, scope)
            except (Unset, Undefined):  # guarded by what stands left of it
                continue
            if owner is not None:
                found[point_of(part.lock, scope)] = owner
    return found
