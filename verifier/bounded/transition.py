"""One step of the system as a function of the state and of inputs.

The inputs say which thread moves, which alternative of its `choose` it takes and what its picks
give. Steps read the moving thread's locals through that choice, so a step is encoded once and not
once per thread; what all steps write to one point is merged into one term.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from frontend.model import Assert, Assign, Bulk, Check, Let, Pick, Require, Step
from verifier.bounded.encode import Encoder, Frame, Scope
from verifier.bounded.execution import Execution, Written, exclusive
from verifier.bounded.inputs import Inputs
from verifier.bounded.system import Place
from verifier.bounded.terms import Number, Term, Truth, constant, identity


@dataclass(frozen=True, slots=True)
class Effect:
    """What one step does when it is taken.

    Args:
        taken: whether the inputs choose this step and it can be taken.
        picks: temporary -> input.
        faults: kind -> whether a `Check` of the kind fails.
        failed: name -> whether an `Assert` of the name fails.
        writes: exclusive of each other for each point.
    """

    step: Step
    taken: Truth
    picks: Mapping[str, Term]
    faults: Mapping[str, Truth]
    failed: Mapping[str, Truth]
    writes: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class Transition:
    """All that can happen in one frame.

    Args:
        moves: thread number -> whether it is the one that moves.
        effects: of every step that some thread may take here.
        valid: whether a step is taken.
        faulty: whether the step ends the run.
        definitions: what ties the inputs and the next frame to this one.
        after: the next frame, meant where `valid` and not `faulty`.
        choices: the inputs: with the state they decide everything else.
    """

    moves: tuple[Truth, ...]
    effects: tuple[Effect, ...]
    valid: Truth
    faulty: Truth
    definitions: tuple[Truth, ...]
    after: Frame
    choices: tuple[Term, ...]

    def fails(self, encoder: Encoder, name: str) -> Truth:
        """Whether the step violates a built-in fault or an assert of this name."""
        return encoder.algebra.any(
            encoder.algebra.all((effect.taken, failing[name]))
            for effect in self.effects
            for failing in (effect.faults, effect.failed)
            if name in failing
        )


class Stepper:
    """Builds transitions.

    Args:
        encoder: of the system.
        poll: called often; raises to stop.
        canonical: whether locals without a value are set to the code 0; else they keep the
            value they had, which is less work and which nothing reads.
    """

    def __init__(self, encoder: Encoder, poll: Callable[[], None], *, canonical: bool) -> None:
        self.encoder = encoder
        self._poll = poll
        self.canonical = canonical
        self._locals: dict[str, tuple[str, ...]] = {
            sort: tuple(item.name for item in encoder.system.model.variables if item.thread == sort)
            for sort in encoder.system.kinds
        }

    def transition(self, frame: Frame, suffix: str) -> Transition:
        """The step out of a frame.

        Args:
            frame: the state before.
            suffix: makes the names of inputs and of the next frame's terms unique.
        """
        inputs = Inputs(self.encoder, frame, suffix)
        effects = []
        for sort, thread in self.encoder.system.kinds.items():
            for step in thread.steps:
                guard = inputs.guard(sort, step)
                if guard is not False:
                    self._poll()
                    effect = self._effect(frame, inputs, step, guard)
                    if effect.taken is not False:
                        taken = inputs.define(f"take.{sort}.{step.name}", effect.taken)
                        effects.append(replace(effect, taken=taken))
        algebra = self.encoder.algebra
        faulty = algebra.any(
            algebra.all((effect.taken, failing))
            for effect in effects
            for failing in effect.faults.values()
        )
        after = self._after(frame, inputs, effects)
        return Transition(
            inputs.moves,
            tuple(effects),
            algebra.any(effect.taken for effect in effects),
            faulty,
            tuple(inputs.definitions),
            after,
            tuple(inputs.choices),
        )

    def _effect(self, frame: Frame, inputs: Inputs, step: Step, guard: Truth) -> Effect:
        algebra = self.encoder.algebra
        execution = Execution(self.encoder, Scope(frame, {}, inputs.selves))
        taken: list[Truth] = [guard]
        alive: Truth = True
        picks: dict[str, Term] = {}
        faults: dict[str, Truth] = {}
        failed: dict[str, Truth] = {}
        for instruction in step.body:
            match instruction:
                case Pick(temporary=temporary):
                    picks[temporary.name] = inputs.pick(temporary.type, len(picks))
                    execution.name(temporary.name, picks[temporary.name])
                case Let(temporary=temporary, value=value):
                    execution.name(temporary.name, execution.value(value))
                case Require(condition=condition):
                    taken.append(algebra.implies(alive, execution.truth(condition)))
                case Check(fault=kind, condition=condition):
                    holds = execution.truth(condition)
                    fails = algebra.all((alive, algebra.negation(holds)))
                    if fails is not False:
                        faults[kind] = algebra.any((faults.get(kind, False), fails))
                        alive = algebra.all((alive, holds))
                case Assert(name=name, condition=condition):
                    holds = execution.truth(condition)
                    fails = algebra.all((alive, algebra.negation(holds)))
                    if fails is not False:
                        failed[name] = algebra.any((failed.get(name, False), fails))
                case Assign() | Bulk():
                    execution.write(instruction)
        writes = self._lasting(execution.written, step, inputs.selves[step.thread])
        return Effect(step, algebra.all(taken), picks, faults, failed, writes)

    def _lasting(
        self, written: Iterable[Written], step: Step, number: Number
    ) -> tuple[Written, ...]:
        """The writes without those to locals that lose their value with this step."""
        system = self.encoder.system
        target = system.kinds[step.thread].locations[step.target]
        dead = {name for name in self._locals[step.thread] if name not in target.live}
        lasting = [item for item in written if item[0][0] not in dead]
        if self.canonical:
            lasting += [
                (
                    place,
                    self.encoder.algebra.equal(number, constant(place[1][0])),
                    self.encoder.nothing(system.variables[name].type),
                )
                for name in sorted(dead)
                for place in system.places[name]
            ]
        return exclusive(self.encoder, lasting)

    def _after(self, frame: Frame, inputs: Inputs, effects: Iterable[Effect]) -> Frame:
        encoder, algebra = self.encoder, self.encoder.algebra
        groups: dict[Place, dict[tuple[str, int], tuple[Term, list[Truth]]]] = {}
        for effect in effects:
            for place, condition, value in effect.writes:
                group = groups.setdefault(place, {})
                _, conditions = group.setdefault(identity(value), (value, []))
                conditions.append(algebra.all((effect.taken, condition)))
        values = dict(frame.values)
        for place, group in sorted(groups.items()):
            merged = values[place]
            for value, conditions in group.values():
                merged = encoder.choose(algebra.any(conditions), value, merged)
            values[place] = inputs.next(place, frame.values[place], merged)
        return Frame(values, self._standing(frame, inputs, effects))

    def _standing(
        self, frame: Frame, inputs: Inputs, effects: Iterable[Effect]
    ) -> tuple[dict[int, Truth], ...]:
        algebra, system = self.encoder.algebra, self.encoder.system
        arrivals: dict[str, dict[int, list[Truth]]] = {sort: {} for sort in system.kinds}
        for effect in effects:
            step = effect.step
            arrivals[step.thread].setdefault(step.target, []).append(effect.taken)
        result = []
        for number, thread in enumerate(system.threads()):
            standing: dict[int, Truth] = {}
            before = frame.standing[number]
            here = arrivals[thread.sort]
            for location in sorted(before.keys() | here.keys()):
                arrived = algebra.any(here.get(location, ()))
                stays = before.get(location, False)
                stands = algebra.choose(inputs.moves[number], arrived, stays)
                if stands is not False:
                    standing[location] = inputs.place(number, location, stays, stands)
            result.append(standing)
        return tuple(result)
