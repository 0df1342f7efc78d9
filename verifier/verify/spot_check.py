"""Random runs of the interpreter at the asked sizes: every lemma of a proof has to hold on them.

A proof for every size is an argument about uninterpreted sorts; this looks at the very instance
that was asked about, with an interpreter that shares nothing with the prover. It proves nothing;
it finds a lemma that is false where people look first.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from frontend.model import Expression, Model, Object, Pick
from proofs.answers.trace import Move, State
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.execute import Impossible, execute, initial_state
from proofs.interpreter.instance import Instance
from verifier.protocol.bounds import Bounds
from verifier.protocol.results import InternalError

STEPS = 60
"""Steps of the run, at most."""

ATTEMPTS = 20
"""Moves that are tried for a step, at most: most cannot be taken."""

SECONDS = 1.0
"""Wall time, at most: large instances get a shorter run."""


def spot_check(model: Model, bounds: Bounds, formulas: Sequence[Expression], seed: int) -> int:
    """Evaluates formulas on the states of one random run.

    Returns:
        How many states were looked at.

    Raises:
        InternalError: a formula that was proved is false in a reachable state.
    """
    source = random.Random(seed)
    instance = Instance(model, bounds)
    end = time.monotonic() + SECONDS
    try:
        state = initial_state(instance, {})
    except Impossible:
        return 0  # no start was found in time, or there is none
    seen = 0
    for _ in range(STEPS):
        scope = Scope.of(instance, state)
        for formula in formulas:
            if not holds(formula, scope):
                raise InternalError(
                    f"a lemma that was proved for every size of {model.name} ({model.variant}) "
                    f"is false after {seen} random steps"
                )
            if time.monotonic() >= end:
                return seen
        seen += 1
        following = _step(instance, state, source)
        if following is None:
            break
        state = following
    return seen


def _step(instance: Instance, state: State, source: random.Random) -> State | None:
    threads = sorted(state.places)
    for _ in range(ATTEMPTS):
        thread = source.choice(threads)
        move = _move(instance, state, thread, source)
        if move is None:
            continue
        try:
            taken = execute(instance, state, move)
        except Impossible:
            continue
        if taken.state is not None:
            return taken.state
    return None


def _move(instance: Instance, state: State, thread: Object, source: random.Random) -> Move | None:
    steps = [
        step
        for step in instance.model.thread(thread.sort).steps
        if step.source == state.places[thread]
    ]
    if not steps:
        return None
    step = source.choice(steps)
    picks = tuple(
        (item.temporary.name, source.choice(list(instance.values(item.temporary.type))))
        for item in step.body
        if isinstance(item, Pick)
    )
    return Move(thread, step.name, picks)
