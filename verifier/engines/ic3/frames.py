"""The questions that IC3 asks: one copy of the step relation, frames switched on by literals.

Two solvers keep all that was learnt: one speaks of single states, the other of a state and a step
out of it. Frame k holds every state that runs of up to k steps reach, and perhaps more: what is
blocked at a level is blocked in all frames up to it, and a literal a level switches those on
(Een, Mishchenko, Brayton, FMCAD 2011, "delta encoding"). Each literal over the state, before or
after, has a name of its own in each solver, so that unsatisfiable cores speak of literals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import z3

from frontend.model import Expression, Property
from verifier.bounded.encode import Encoder, Frame, Scope
from verifier.bounded.houdini import greatest
from verifier.bounded.search import GaveUp
from verifier.bounded.smt import Outcome, Session, Solver
from verifier.bounded.terms import Truth
from verifier.bounded.transition import Stepper
from verifier.bounded.unroll import Unrolling, arbitrary, assumed, fails_in, initial, of_states
from verifier.engines.ic3.literals import Cube, Literal, Vocabulary, cube, equals, evaluate


class Questions:
    """A solver with named literals, switches and levels.

    Args:
        solver: what it asks.
        encoder: of the system.
        terms: how a literal of a side (0: before, 1: after) becomes a term.
    """

    def __init__(
        self, solver: Solver, encoder: Encoder, terms: Callable[[int, Literal], Truth]
    ) -> None:
        self.solver = solver
        self._algebra = encoder.algebra
        self._terms = terms
        self._named: dict[tuple[int, Literal], z3.BoolRef] = {}
        self._literals: dict[int, Literal] = {}
        self._negated: dict[int, Truth] = {}
        self._levels: list[z3.BoolRef] = []
        self._switches = 0
        self._core: list[z3.BoolRef] = []
        self.model: z3.ModelRef | None = None

    def switch(self, condition: Truth) -> z3.BoolRef:
        """A name that, while assumed, makes a condition hold."""
        self._switches += 1
        name = self._algebra.boolean(f"switch {self._switches}")
        self.solver.add([self._algebra.implies(name, condition)])
        return name

    def name(self, side: int, literal: Literal) -> z3.BoolRef:
        """The name of a literal."""
        key = side, literal
        if key not in self._named:
            name = self._algebra.boolean(f"literal {side} {tuple(map(int, literal))}")
            self.solver.add([self._algebra.iff(name, self._terms(side, literal))])
            self._named[key] = name
            self._literals[name.get_id()] = literal
            self._negated[name.get_id()] = self._algebra.negation(name)
        return self._named[key]

    def names(self, side: int, conjunction: Cube) -> list[Truth]:
        """The names of the literals of a cube."""
        return [self.name(side, item) for item in conjunction]

    def outside(self, side: int, conjunction: Cube) -> Truth:
        """That a state is not in a cube."""
        names = (self.name(side, item) for item in conjunction)
        return self._algebra.any(self._negated[item.get_id()] for item in names)

    def block(self, conjunction: Cube, level: int | None) -> None:
        """No state of frames up to a level (None: of any run) is in a cube."""
        outside = self.outside(0, conjunction)
        if level is not None:
            outside = self._algebra.implies(self._level(level), outside)
        self.solver.add([outside])

    def frame(self, level: int, top: int) -> list[Truth]:
        """What is assumed to be in a frame from 1 on."""
        return [self._level(item) for item in range(level, top + 1)]

    def _level(self, level: int) -> z3.BoolRef:
        while len(self._levels) <= level:
            self._levels.append(self._algebra.boolean(f"level {len(self._levels)}"))
        return self._levels[level]

    def possible(self, assumptions: Iterable[Truth]) -> bool:
        """Whether they can hold together. Raises GaveUp or Stopped."""
        match self.solver.check(assumptions):
            case Outcome.SAT:
                return True
            case Outcome.UNSAT:
                self._core = self.solver.core()
                return False
            case Outcome.UNKNOWN:
                raise GaveUp

    def core(self) -> Cube:
        """The literals, of any side, behind the last answer that something is not possible."""
        found = (self._literals.get(item.get_id()) for item in self._core)
        return cube(item for item in found if item is not None)

    def together(
        self, condition: Truth, assumptions: Sequence[Truth], *, example: bool = False
    ) -> bool:
        """Whether assumptions can hold with a condition, which is then forgotten.

        Args:
            example: whether `model` is wanted if they can; it costs more than the answer.
        """
        switch = self.switch(condition)
        possible = self.possible([switch, *assumptions])
        if possible and example:
            self.model = self.solver.model()
        self.solver.add([self._algebra.negation(switch)])
        return possible


class Frames:
    """Over-approximations of what is reached, and what is asked of them.

    Args:
        session: owns the solvers.
        encoder: of the system.
        asked: the properties.
        facts: invariants of the system; frames begin with them.
        predicates: what literals may speak of besides the values of variables.

    Raises:
        TooWide: a number has no width.
    """

    def __init__(
        self,
        session: Session,
        encoder: Encoder,
        asked: Iterable[Property],
        facts: Sequence[Expression],
        predicates: Sequence[Expression] = (),
    ) -> None:
        self._encoder = encoder
        start = arbitrary(encoder)
        self.before = start.frame
        unrolling = Unrolling(start.frame, Stepper(encoder, session.poll, canonical=True))
        self._transition = unrolling.extend()
        frames = unrolling.frames
        self.vocabulary = Vocabulary(encoder, start.frame, predicates)

        def term(side: int, literal: Literal) -> Truth:
            return self.vocabulary.term(frames[side], literal)

        self.states = Questions(session.solver(encoder.whole), encoder, term)
        self.steps = Questions(session.solver(encoder.whole), encoder, term)
        self.states.solver.add(start.conditions)
        self.steps.solver.add(start.conditions)
        self.assume(facts)
        self.steps.solver.add(self._transition.definitions)
        algebra = encoder.algebra
        self._moves = algebra.all(
            (self._transition.valid, algebra.negation(self._transition.faulty))
        )
        self._move = self.steps.switch(self._moves)
        first = algebra.all(_starts(encoder, start.frame))
        self._initial = {id(item): item.switch(first) for item in (self.states, self.steps)}
        self._asked = {item.name: item for item in asked}
        self._bad = {
            name: fails_in(encoder, item, start.frame)
            if of_states(item)
            else self._transition.fails(encoder, name)
            for name, item in self._asked.items()
        }
        self._violates = {name: self._about(name).switch(bad) for name, bad in self._bad.items()}
        self.blocked: list[list[Cube]] = [[], []]
        self.always: list[Cube] = []
        self._never: dict[Literal, bool] = {}

    def assume(self, facts: Iterable[Expression]) -> None:
        """From now on, states are those in which these invariants of the system hold."""
        given = [self._encoder.truth(item, Scope(self.before)) for item in facts]
        self.states.solver.add(given)
        self.steps.solver.add(given)

    @property
    def top(self) -> int:
        """The last frame."""
        return len(self.blocked) - 1

    def open(self) -> None:
        """One more frame: all states, but for what always holds."""
        self.blocked.append([])

    def _about(self, name: str) -> Questions:
        return self.states if of_states(self._asked[name]) else self.steps

    def _frame(self, questions: Questions, level: int | None) -> list[Truth]:
        if level is None:
            return []
        if level == 0:
            return [self._initial[id(questions)]]
        return questions.frame(level, self.top)

    # --- questions -------------------------------------------------------------------------

    def any_state(self) -> bool:
        """Whether there is a state, and one to start in."""
        return self.states.possible([]) and self.states.possible(self._frame(self.states, 0))

    def violation(self, name: str, level: int | None) -> Cube | None:
        """States that violate a property (or from which a step does), some of them in a
        frame (None: what always holds); None when the frame has no such state."""
        about = self._about(name)
        if not about.possible([*self._frame(about, level), self._violates[name]]):
            return None
        model = about.solver.model()
        goal = self._encoder.algebra.negation(self._bad[name])
        return self._lifted(about, model, goal)

    def _lifted(self, about: Questions, model: z3.ModelRef, missed: Truth) -> Cube:
        """A cube around the state of a model, all of whose states do what it does.

        Args:
            missed: that a state, with the model's inputs, does not.
        """
        state = self.vocabulary.state(self.before, model)
        inputs: list[Truth] = []
        if about is self.steps:
            inputs = [
                equals(self._encoder, item, evaluate(model, item))
                for item in self._transition.choices
            ]
        # Without the exact values of numbers first: how far they are from each other tells more.
        loose = cube(item for item in state if not self.vocabulary.exact(item))
        for given in (loose, state) if loose != state else (state,):
            if not about.together(missed, [*inputs, *about.names(0, given)]):
                return about.core()
        return state

    def starts(self, conjunction: Cube) -> bool:
        """Whether a run can start in a cube."""
        if len(conjunction) > 1 and any(self._never_first(item) for item in conjunction):
            return False
        return self.states.possible(
            [*self._frame(self.states, 0), *self.states.names(0, conjunction)]
        )

    def _never_first(self, literal: Literal) -> bool:
        if literal not in self._never:
            self._never[literal] = not self.starts((literal,))
        return self._never[literal]

    def kept_out(self, conjunction: Cube) -> Cube:
        """Which literals of a cube already keep runs from starting in it."""
        for item in conjunction:
            if self._never_first(item):
                return (item,)
        assert not self.starts(conjunction), "no run can start there"
        return self.states.core()

    def within(self, conjunction: Cube, level: int) -> bool:
        """Whether a state of a cube is in a frame."""
        return self.states.possible(
            [*self._frame(self.states, level), *self.states.names(0, conjunction)]
        )

    def enters(self, conjunction: Cube, level: int, *, example: bool = False) -> Cube | None:
        """Whether a step leads from a frame, but from outside a cube, into the cube.

        Returns:
            The literals of the cube that already forbid it; None when there is such a step,
            then `origin` tells from where if an example was asked for.
        """
        outside = self.steps.outside(0, conjunction)
        after = self.steps.names(1, conjunction)
        assumed = [self._move, *self._frame(self.steps, level), *after]
        if self.steps.together(outside, assumed, example=example):
            return None
        return self.steps.core()

    def stays_blocked(self, conjunction: Cube, level: int) -> bool:
        """Whether no step leads from a frame into a cube that is blocked in it."""
        after = self.steps.names(1, conjunction)
        return not self.steps.possible([self._move, *self._frame(self.steps, level), *after])

    def origin(self, conjunction: Cube) -> Cube:
        """States from each of which a step leads into a cube; asked right after `enters`."""
        model = self.steps.model
        assert model is not None, "an example was asked for"
        algebra = self._encoder.algebra
        missed = algebra.any((algebra.negation(self._moves), self.steps.outside(1, conjunction)))
        return self._lifted(self.steps, model, missed)

    # --- learning --------------------------------------------------------------------------

    def block(self, conjunction: Cube, level: int) -> None:
        """Rules a cube out of all frames up to a level."""
        for number in range(1, level + 1):
            self.blocked[number] = [
                item
                for item in self.blocked[number]
                if not self.vocabulary.implies(item, conjunction)
            ]
        self.blocked[level].append(conjunction)
        self.states.block(conjunction, level)
        self.steps.block(conjunction, level)

    def settle(self, level: int) -> None:
        """Rules out for good what is blocked in a frame that is inductive."""
        self._settle([item for items in self.blocked[level:] for item in items])

    def settle_inductive(self) -> None:
        """Rules out for good the most of the last frame that is inductive (Houdini)."""
        blocked = self.blocked[self.top]
        switches = {item: self.steps.switch(self.steps.outside(0, item)) for item in blocked}

        def kept(left: list[Cube]) -> list[Cube]:
            assumed = [self._move, *(switches[item] for item in left)]
            return [
                item
                for item in left
                if not self.steps.possible([*assumed, *self.steps.names(1, item)])
            ]

        inductive = greatest(blocked, kept)
        self.steps.solver.add(self._encoder.algebra.negation(item) for item in switches.values())
        self._settle(inductive)

    def _settle(self, conjunctions: Iterable[Cube]) -> None:
        for item in conjunctions:
            self.always.append(item)
            self.states.block(item, None)
            self.steps.block(item, None)
        settled = set(self.always)
        self.blocked = [[item for item in items if item not in settled] for items in self.blocked]


def _starts(encoder: Encoder, frame: Frame) -> list[Truth]:
    """The conditions under which a run starts in an arbitrary state."""
    first = initial(encoder).frame
    conditions = [encoder.same(frame.values[place], value) for place, value in first.values.items()]
    for here, entry in zip(frame.standing, first.standing, strict=True):
        conditions += [here.get(location, False) for location in entry]
    return [*conditions, *assumed(encoder, frame)]
