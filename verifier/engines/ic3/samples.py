"""Some states that are reached, so that nothing is learnt that rules one of them out.

What is blocked at a low level is often blocked only because few steps do not lead there; such
clauses are dropped again, level after level. Random walks of the interpreter in `proofs` get
further. A clause that holds at none but the states of a walk may still be wrong, and one that a
walk contradicts is worth nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from proofs.answers.trace import State
from proofs.interpreter.evaluate import Scope, evaluate
from proofs.interpreter.execute import Impossible, enabled, execute, initial_state
from proofs.interpreter.instance import Instance
from verifier.bounded.system import System
from verifier.engines.ic3.literals import Component, Cube, Literal, Vocabulary, holds

WALKS = 10
STEPS = 80


class Samples:
    """States that are reached.

    Args:
        system: the instance.
        vocabulary: its components.
        seed: of the random walks.
        poll: called often; raises to stop.
    """

    def __init__(
        self, system: System, vocabulary: Vocabulary, seed: int, poll: Callable[[], None]
    ) -> None:
        instance = Instance(system.model, system.bounds)
        self._states = tuple(
            dict.fromkeys(
                tuple(_code(instance, system, item, state) for item in vocabulary.components)
                for state in _walks(system, seed, poll)
            )
        )
        self._holding: dict[Literal, int] = {}

    def inside(self, conjunction: Cube) -> bool:
        """Whether one of the states is in a cube."""
        left = (1 << len(self._states)) - 1
        for literal in conjunction:
            left &= self._where(literal)
            if not left:
                return False
        return bool(left)

    def _where(self, literal: Literal) -> int:
        """The states in which a literal holds, a bit for each."""
        if literal not in self._holding:
            self._holding[literal] = sum(
                1 << number
                for number, state in enumerate(self._states)
                if holds(literal, state[literal.component])
            )
        return self._holding[literal]


def _walks(system: System, seed: int, poll: Callable[[], None]) -> Iterator[State]:
    dice = random.Random(seed)
    instance = Instance(system.model, system.bounds)
    try:
        start = initial_state(instance, {})
        for _ in range(WALKS):
            state = start
            for _ in range(STEPS):
                poll()
                moves = enabled(instance, state)
                if not moves:
                    break
                after = execute(instance, state, dice.choice(moves)).state
                if after is None:
                    break
                state = after
                yield state
    except (Impossible, ValueError):  # picks without an end, or no start that is found
        return


def _code(instance: Instance, system: System, component: Component, state: State) -> int:
    if isinstance(component.place, int):
        return state.places[system.threads()[component.place]]
    if not isinstance(component.place, tuple):
        value = evaluate(component.place, Scope.of(instance, state))
        assert isinstance(value, int), "predicates are truth values and numbers"
        return int(value)
    domain = component.domain
    assert domain is not None, "only locations have no type"
    point = system.point(component.place)
    if point in state.values:
        return system.code(state.values[point], domain)
    low, high = system.interval(domain)  # as `Encoder.nothing`
    code = 0 if low is None else max(0, low)
    return code if high is None else min(code, high)
