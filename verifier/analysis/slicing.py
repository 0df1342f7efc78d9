"""The cone of influence: the part of a model that some of its properties can depend on.

Sound both ways, because projecting a state onto the kept variables turns every run of the whole
model into a run of the slice, and every run of the slice comes from one:

* Kept are all variables in a condition that decides whether a step can be taken or ends the run
  (`Require`, waits, every `Check`: a fault of any kind ends a run), in an asked property or
  an asked `Assert`, and then, up to a fixpoint, whatever the right sides and indices of writes to
  kept variables read, through temporaries. So a step can be taken from a state exactly when its
  slice can be taken from the projection, with the same values of the picks that both have; it
  faults in one exactly when it does in the other, and the projections of the successors agree.
  A pick that no kept instruction uses restricts nothing, and no type is empty. Control locations
  are kept, so `At` means the same.
* An assumption that shares a variable with the cone is kept with all its variables. The others
  speak of other variables only: initial states of the whole are the pairs of an initial state
  of the slice and a solution of those. *Provided they have one*: a whole model whose dropped
  assumptions contradict each other has no runs. Then "safe" is still true, and a run of the slice
  does not replay, so no false verdict is shown.

Step names stay, so a run of the slice names a run of the whole; `proofs` fills in the initial
values and the picks that are missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from frontend.model import (
    Assert,
    Assign,
    Assumption,
    Bulk,
    Check,
    Expression,
    Instruction,
    Let,
    Model,
    Pick,
    Read,
    Remark,
    Require,
    Step,
    Temporary,
    Thread,
    walk,
)


def slice_model(model: Model, properties: Iterable[str]) -> Model:
    """The part of `model` that can influence these properties; `model` itself if that is all.

    Args:
        model: the whole model.
        properties: names of the properties to keep; the slice has no others.

    Raises:
        KeyError: the model has no property of such a name.
    """
    asked = frozenset(properties)
    for name in sorted(asked):
        model.property(name)
    kept = influencing(model, asked)
    result = replace(
        model,
        variables=tuple(item for item in model.variables if item.name in kept),
        threads=tuple(_thread(thread, kept, asked) for thread in model.threads),
        assumptions=tuple(item for item in model.assumptions if _relevant(item, kept)),
        properties=tuple(item for item in model.properties if item.name in asked),
        violates=model.violates & asked,
    )
    return model if result == model else result


def influencing(model: Model, asked: frozenset[str]) -> frozenset[str]:
    """Names of the variables that can influence the properties of these names."""
    kept: set[str] = set()
    for item in model.properties:
        if item.name in asked and item.expression is not None:
            kept |= _variables(item.expression)
    steps = [step for thread in model.threads for step in thread.steps]
    for step in steps:
        kept |= _variables(step.waits)
    while True:
        before = len(kept)
        for step in steps:
            for instruction in _body(step, kept, asked):
                kept |= _variables(instruction)
        for assumption in model.assumptions:
            if _relevant(assumption, kept):
                kept |= _variables(assumption.condition)
        if len(kept) == before:
            return frozenset(kept)


def _variables(node: object) -> set[str]:
    """Names of the variables that an expression or an instruction reads."""
    return {part.variable for part in walk(node) if isinstance(part, Read)}


def _temporaries(node: object) -> Iterator[str]:
    return (part.name for part in walk(node) if isinstance(part, Temporary))


def _relevant(assumption: Assumption, kept: Iterable[str]) -> bool:
    mentioned = _variables(assumption.condition)
    return not mentioned or not mentioned.isdisjoint(kept)


def _body(step: Step, kept: Iterable[str], asked: frozenset[str]) -> tuple[Instruction, ...]:
    """The instructions of a step that matter when these variables and properties do."""
    result: list[Instruction] = []
    used: set[str] = set()
    for instruction in reversed(step.body):
        remains = _instruction(instruction, kept, asked, used)
        if remains is not None:
            used.update(_temporaries(remains))
            result.append(remains)
    return tuple(reversed(result))


def _instruction(
    instruction: Instruction, kept: Iterable[str], asked: frozenset[str], used: set[str]
) -> Instruction | None:
    """What remains of an instruction when the temporaries that are `used` after it matter."""
    match instruction:
        case Require() | Check():
            return instruction
        case Assert(name=name):
            return instruction if name in asked else None
        case Pick(temporary=temporary) | Let(temporary=temporary):
            return instruction if temporary.name in used else None
        case Assign(variable=variable):
            return instruction if variable in kept else None
        case Bulk(writes=writes):
            remaining = tuple(write for write in writes if write.variable in kept)
            if len(remaining) == len(writes):
                return instruction
            return replace(instruction, writes=remaining) if remaining else None


def _thread(thread: Thread, kept: frozenset[str], asked: frozenset[str]) -> Thread:
    return replace(
        thread,
        locations=tuple(
            replace(location, live=location.live & kept) for location in thread.locations
        ),
        steps=tuple(
            replace(
                step,
                body=_body(step, kept, asked),
                remarks=tuple(_remark(remark, kept) for remark in step.remarks),
            )
            for step in thread.steps
        ),
    )


def _remark(remark: Remark, kept: frozenset[str]) -> Remark:
    value: Expression | None = remark.value
    if value is None or _variables(value) <= kept:
        return remark
    return replace(remark, value=None)
