"""A solver's model back into the spec's own values."""

from __future__ import annotations

import z3

from frontend.model import Pick, Type, Value
from proofs.answers.trace import Move, Run
from verifier.bounded.system import System
from verifier.bounded.terms import Number, Term, Truth
from verifier.bounded.unroll import Unrolling


def decode(system: System, unrolling: Unrolling, model: z3.ModelRef, depth: int) -> Run:
    """The run of `depth` steps that a model describes, from its start on.

    What the model leaves open gets the value 0: the first object, the first member, false.
    """
    start = unrolling.frames[0]
    initial = {
        system.point(place): _value(system, model, start.values[place], variable.type)
        for variable in system.model.variables
        if variable.thread is None
        for place in system.places[variable.name]
    }
    moves = tuple(_move(system, unrolling, model, number) for number in range(depth))
    return Run(dict(system.bounds), initial, moves)


def _move(system: System, unrolling: Unrolling, model: z3.ModelRef, number: int) -> Move:
    transition = unrolling.transitions[number]
    thread = next(
        thread
        for thread, moves in zip(system.threads(), transition.moves, strict=True)
        if _holds(model, moves)
    )
    effect = next(effect for effect in transition.effects if _holds(model, effect.taken))
    picks = tuple(
        (name, _value(system, model, effect.picks[name], domain))
        for name, domain in (
            (item.temporary.name, item.temporary.type)
            for item in effect.step.body
            if isinstance(item, Pick)
        )
    )
    return Move(thread, effect.step.name, picks)


def _holds(model: z3.ModelRef, truth: Truth) -> bool:
    if isinstance(truth, bool):
        return truth
    return z3.is_true(model.eval(truth, model_completion=True))


def _value(system: System, model: z3.ModelRef, term: Term, domain: Type) -> Value:
    if not isinstance(term, Number):
        return _holds(model, term)
    return system.value(_integer(model, term), domain)


def _integer(model: z3.ModelRef, number: Number) -> int:
    if isinstance(number.term, int):
        return number.term
    found = model.eval(number.term, model_completion=True)
    if isinstance(found, z3.BitVecNumRef):
        negative = number.low is not None and number.low < 0
        return found.as_signed_long() if negative else found.as_long()
    assert isinstance(found, z3.IntNumRef), "a completed model gives a numeral"
    return found.as_long()
