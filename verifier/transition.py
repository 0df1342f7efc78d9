"""One step of the system as a function of the state and of inputs.

The inputs say which thread moves, which alternative of its `choose` it takes and what its picks
give. Steps read the moving thread's locals through that choice, so a step is encoded once and not
once per thread; what all steps write to one point is merged into one term.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from frontend.model import (
    Assert,
    Assign,
    Bulk,
    Check,
    Expression,
    Let,
    LockType,
    Pick,
    Require,
    Step,
    Type,
)
from verifier.encode import Encoder, Frame, Scope
from verifier.system import Place
from verifier.terms import Number, Term, Truth, constant, identity

Written = tuple[Place, Truth, Term]
"""A point, when a step writes it, and what."""


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
    """

    moves: tuple[Truth, ...]
    effects: tuple[Effect, ...]
    valid: Truth
    faulty: Truth
    definitions: tuple[Truth, ...]
    after: Frame

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
        canonical: whether locals without a value are set to the code 0; else they keep the
            value they had, which is less work and which nothing reads.
    """

    def __init__(self, encoder: Encoder, canonical: bool) -> None:
        self.encoder = encoder
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
        inputs = _Inputs(self.encoder, frame, suffix)
        effects = []
        for sort, thread in self.encoder.system.kinds.items():
            for step in thread.steps:
                guard = inputs.guard(sort, step)
                if guard is not False:
                    effect = self._effect(frame, inputs, step, guard)
                    if effect.taken is not False:
                        effects.append(inputs.named(effect))
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
        )

    def _effect(self, frame: Frame, inputs: _Inputs, step: Step, guard: Truth) -> Effect:
        algebra = self.encoder.algebra
        execution = _Execution(self.encoder, Scope(frame, {}, inputs.selves))
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
                    self.encoder.known(0, system.variables[name].type),
                )
                for name in sorted(dead)
                for place in system.places[name]
            ]
        return _exclusive(self.encoder, lasting)

    def _after(self, frame: Frame, inputs: _Inputs, effects: Iterable[Effect]) -> Frame:
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
        self, frame: Frame, inputs: _Inputs, effects: Iterable[Effect]
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


class _Execution:
    """Executes instructions one after the other."""

    def __init__(self, encoder: Encoder, scope: Scope) -> None:
        self._encoder = encoder
        self._scope = scope
        self.written: list[Written] = []

    def name(self, name: str, value: Term) -> None:
        self._scope = self._scope.naming({name: value})

    def value(self, expression: Expression) -> Term:
        return self._encoder.evaluate(expression, self._scope)

    def truth(self, expression: Expression) -> Truth:
        return self._encoder.truth(expression, self._scope)

    def write(self, instruction: Assign | Bulk) -> None:
        writes: list[Written] = []
        match instruction:
            case Assign(variable=name, arguments=arguments, value=value):
                writes += self._points(self._scope, name, arguments, value, True)
            case Bulk(binders=binders, where=where, writes=parts):
                for names in self._encoder.assignments(binders):
                    scope = self._scope.naming(names)
                    condition = self._encoder.truth(where, scope)
                    if condition is not False:
                        for part in parts:
                            writes += self._points(
                                scope, part.variable, part.arguments, part.value, condition
                            )
        changed = dict(self._scope.changed)
        for place, condition, term in writes:
            before = changed.get(place, self._scope.frame.values[place])
            changed[place] = self._encoder.choose(condition, term, before)
        self._scope = replace(self._scope, changed=changed)
        self.written += writes

    def _points(
        self,
        scope: Scope,
        name: str,
        arguments: tuple[Expression, ...],
        value: Expression,
        guard: Truth,
    ) -> list[Written]:
        encoder = self._encoder
        variable = encoder.system.variables[name]
        if isinstance(variable.type, LockType):
            term: Term = encoder.owner(value, scope)
        else:
            term = encoder.evaluate(value, scope)
        if isinstance(term, Number):
            # A value outside fails the `Check` before this instruction: the run ends there.
            term = encoder.algebra.within(term, *encoder.system.interval(variable.type))
        indices = [encoder.evaluate(item, scope) for item in arguments]
        return [
            ((name, index), encoder.algebra.all((guard, condition)), term)
            for index, condition in encoder.cases(variable.index, indices)
        ]


class _Inputs:
    """The choices of one frame, and the terms that get a name in it."""

    def __init__(self, encoder: Encoder, frame: Frame, suffix: str) -> None:
        self._encoder = encoder
        self._suffix = suffix
        self._picks: dict[tuple[Type, int], Term] = {}
        self.definitions: list[Truth] = []
        system, algebra = encoder.system, encoder.algebra
        self.selves: dict[str, Number] = {
            sort: self._choice(f"self.{sort}", system.bounds[sort]) for sort in system.kinds
        }
        kind = self._choice("kind", len(system.kinds))
        moves: list[Truth] = []
        self._current: dict[str, dict[int, Truth]] = {}
        self._alternatives: dict[tuple[str, int], frozenset[int]] = {}
        for number, (sort, thread) in enumerate(system.kinds.items()):
            chosen = algebra.equal(kind, constant(number))
            current: dict[int, list[Truth]] = {}
            for index in range(system.bounds[sort]):
                mine = algebra.all((chosen, algebra.equal(self.selves[sort], constant(index))))
                for location, stands in frame.standing[len(moves)].items():
                    current.setdefault(location, []).append(algebra.all((mine, stands)))
                moves.append(mine)
            self._current[sort] = {
                location: self._define(f"at.{sort}.{location}", algebra.any(conditions))
                for location, conditions in sorted(current.items())
            }
            for step in thread.steps:
                here = (sort, step.source)
                known = self._alternatives.get(here, frozenset())
                self._alternatives[here] = known | {step.alternative}
        self.moves = tuple(moves)
        self._alternative = self._choice(
            "alternative", max((len(item) for item in self._alternatives.values()), default=1)
        )

    def _choice(self, name: str, count: int) -> Number:
        number, inside = self._encoder.algebra.unknown(f"{name}{self._suffix}", 0, count - 1, False)
        if count == 1:
            return constant(0)
        self.definitions.append(inside)
        return number

    def guard(self, sort: str, step: Step) -> Truth:
        """Whether the thread that moves stands where a step starts and takes its alternative."""
        here = self._current[sort].get(step.source, False)
        if here is False:
            return False
        ordered = sorted(self._alternatives[sort, step.source])
        if len(ordered) == 1:
            return here
        position = constant(ordered.index(step.alternative))
        algebra = self._encoder.algebra
        return algebra.all((here, algebra.equal(self._alternative, position)))

    def pick(self, domain: Type, ordinal: int) -> Term:
        """The input for a step's pick; steps share it, since one of them is taken."""
        if (domain, ordinal) not in self._picks:
            name = f"pick.{len(self._picks)}{self._suffix}"
            value, inside = self._encoder.fresh(name, domain)
            self.definitions.append(inside)
            self._picks[domain, ordinal] = value
        return self._picks[domain, ordinal]

    def named(self, effect: Effect) -> Effect:
        """The effect with a name for whether it is taken."""
        step = effect.step
        return replace(effect, taken=self._define(f"take.{step.thread}.{step.name}", effect.taken))

    def next(self, place: Place, before: Term, after: Term) -> Term:
        """A name for a point's new value, unless it has one."""
        if identity(before) == identity(after):
            return before
        name = f"{place[0]}{list(place[1])}{self._suffix}'"
        if not isinstance(after, Number):
            return self._define(name, after)
        if isinstance(after.term, int):
            return after
        term, _ = self._encoder.algebra.unknown(name, after.low, after.high, after.whole)
        self.definitions.append(self._encoder.algebra.equal(term, after))
        return term

    def place(self, thread: int, location: int, before: Truth, after: Truth) -> Truth:
        """A name for whether a thread stands somewhere next, unless it has one."""
        if identity(before) == identity(after):
            return before
        return self._define(f"stands.{thread}.{location}{self._suffix}'", after)

    def _define(self, name: str, value: Truth) -> Truth:
        if isinstance(value, bool):
            return value
        term = self._encoder.algebra.boolean(f"{name}{self._suffix}")
        self.definitions.append(self._encoder.algebra.iff(term, value))
        return term


def _exclusive(encoder: Encoder, written: Iterable[Written]) -> tuple[Written, ...]:
    """The writes with what a later one overwrites taken out of the earlier ones' conditions."""
    result: list[Written] = []
    later: dict[Place, list[Truth]] = {}
    algebra = encoder.algebra
    for place, condition, value in reversed(list(written)):
        over = later.setdefault(place, [])
        free = algebra.all((condition, algebra.negation(algebra.any(over))))
        over.append(condition)
        if free is not False:
            result.append((place, free, value))
    return tuple(reversed(result))
