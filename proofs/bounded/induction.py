"""Induction over paths at bounds, as terms: what an invariant with a `depth` k owes.

The lemmas and the properties are proved together (Sheeran, Singh, Stalmarck, FMCAD 2000):

* For each number of steps below k: after so many steps from a start they hold, and the last of
  these steps violates none. Each length has obligations of its own, so a run that ends early, for
  want of a step or in a fault, owes as much as it is long.
* After any k steps they hold, and the last step violates none, if they hold in the k states
  before and the k - 1 steps between these violate none.

Suppose that something is violated; take a shortest run that violates anything, of n steps. By the
first kind n is at least k, so the last k steps of the run are such a path; the second kind says
that nothing is violated. A shortest such run repeats no state, and so paths may be taken to repeat
none (`Invariant.simple_paths`): of equal states the later one has all that follows the first. Dead
locals do not count there, unless a lemma or a property reads them: no step does.

A path is a state of inputs and, for each step, a choice of step, thread and picks. The states after
it are terms over these, so no value is cut to its range on the way; that values stay within their
ranges is proved like a lemma.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from frontend.model import Object
from proofs.answers.duties import is_of_states
from proofs.answers.invariant import Duty
from proofs.answers.trace import Point
from proofs.bounded.formulas import Scope, formula
from proofs.bounded.owed import Duties, Group
from proofs.bounded.ranges import RangeClaim, variables_of
from proofs.bounded.slots import Slot
from proofs.bounded.state_bits import Symbols
from proofs.bounded.steps import effect
from proofs.bounded.symbolic_values import Choice
from proofs.bounded.words import Term


@dataclass(frozen=True, slots=True)
class PathClaim(RangeClaim):
    """That something holds at the end of paths, or that their last step does not violate it.

    The duty is START, of runs of that length, or KEPT, of paths on which everything holds. It is
    about a lemma, a property or the range of a variable.

    Args:
        steps: how long the paths are.
    """

    steps: int = 0

    def __str__(self) -> str:
        what = self.property or f"lemma {self.lemma + 1}"
        if self.variable:
            what = f"{self.variable} within its range"
        if self.duty is Duty.START:
            return f"{what} in every run, at step {self.steps}"
        return f"{what} after any {self.steps} steps on which all holds"


@dataclass(frozen=True, slots=True)
class _Move:
    """Any one step of any thread.

    Args:
        completes: one is taken and ends in a state.
        violations: property -> it is taken and violates it.
        after: the state then.
    """

    completes: Term
    violations: dict[str, Term]
    after: Symbols


class Induction(Duties):
    """The obligations of an induction over paths; see `Duties`."""

    def groups(self) -> Iterator[Group]:
        """Runs of each length below k, and the paths of k steps."""
        depth = self.invariant.depth
        states, moves = [self._initial()], list[_Move]()
        scope = Scope.of(self.layout, states[0])
        path = [formula(item.condition, scope) for item in self.model.assumptions]
        for steps in range(depth):
            if steps:
                moves.append(self._moved(states[-1], f"{steps}:"))
                states.append(moves[-1].after)
            name = f"start{steps:02}"
            yield self._claimed(name, Duty.START, path, states[-1], moves[-1:], steps)
            path += [moves[-1].completes] if steps else []
        yield self._kept(depth)

    def _kept(self, depth: int) -> Group:
        words = self.layout.words
        states, path = [self._before], list[Term]()
        for steps in range(1, depth):
            path += self._holding(states[-1])
            move = self._moved(states[-1], f"{steps}:")
            path.append(move.completes)
            path += [words.negation(term) for term in move.violations.values()]
            path += self._new(states, move.after)
            states.append(move.after)
        path += self._holding(states[-1])
        last = self._moved(states[-1], f"{depth}:")
        new = self._new(states, last.after)
        return self._claimed("step", Duty.KEPT, path, last.after, [last], depth, new)

    def _claimed(
        self,
        name: str,
        duty: Duty,
        path: Sequence[Term],
        state: Symbols,
        moves: Sequence[_Move],
        steps: int,
        new: Sequence[Term] = (),
    ) -> Group:
        """The claims about the state and the step, if any, at the end of a path.

        Args:
            path: what holds up to that step.
            moves: that step, or nothing.
            new: what may be assumed of a state that it leads to.
        """
        words = self.layout.words
        there = [*path, *(move.completes for move in moves), *new]
        claims: list[tuple[PathClaim, Term]] = []
        for lemma, prop, variable, holds in self._facts_of(state):
            claim = PathClaim(duty, lemma, prop, "", "", variable, steps)
            claims.append((claim, self._bad(there, holds)))
        for move in moves:
            for prop, violated in move.violations.items():
                claim = PathClaim(duty, -1, prop, "", "", "", steps)
                claims.append((claim, self._bad(path, words.negation(violated))))
        possible = [*path, *(words.any((m.completes, *m.violations.values())) for m in moves)]
        return self._group(name, claims, [], self._within(possible, self._facts))

    # --- states -----------------------------------------------------------------------------

    def _facts_of(self, state: Symbols) -> Iterator[tuple[int, str, str, Term]]:
        """What is claimed of every state: number of a lemma, name of a property or of a variable,
        and that it holds."""
        for variable, fits in self._fitting(state, self._before).items():
            yield -1, "", variable, fits
        scope = Scope.of(self.layout, state)
        for number, lemma in enumerate(self.invariant.lemmas):
            yield number, "", "", formula(lemma, scope)
        for name in self.invariant.properties:
            expression = self.model.property(name).expression
            if expression is not None:
                yield -1, name, "", formula(expression, scope)

    def _holding(self, state: Symbols) -> list[Term]:
        return [holds for *_, holds in self._facts_of(state)]

    def _new(self, before: Sequence[Symbols], state: Symbols) -> list[Term]:
        """That a state is none of those before, where that may be assumed."""
        if not self.invariant.simple_paths:
            return []
        return [self._differ(one, state) for one in before]

    def _differ(self, one: Symbols, other: Symbols) -> Term:
        words, meanings = self.layout.words, self.layout.meanings
        found = [
            words.negation(meanings.equal(place, other.places[thread]))
            for thread, place in one.places.items()
        ]
        for point, meaning in one.values.items():
            if meaning is not other.values[point]:
                same = meanings.equal(meaning, other.values[point])
                found.append(words.both(self._live(point, one), words.negation(same)))
        return words.any(found)

    def _live(self, point: Point, state: Symbols) -> Term:
        """Whether a point has a value that something may read. If not, its thread stands elsewhere
        than where it has one, which is a difference already."""
        variable = self.layout.variables[point[0]]
        if variable.thread is None:
            return self.layout.words.true
        thread = point[1][0]
        if not isinstance(thread, Object):
            raise TypeError(f"{point[0]} belongs to no thread")
        if variable.name in self._spoken_of():
            return self.layout.words.true
        locations = self.layout.threads[variable.thread].locations
        cases = state.places[thread].cases
        live = (item.number for item in locations if variable.name in item.live)
        return self.layout.words.any([cases[place] for place in live if place in cases])

    def _spoken_of(self) -> frozenset[str]:
        """The variables that lemmas and properties read: where they are dead, too, perhaps, when
        it is a stranger who wrote them."""
        given = [self.model.property(name).expression for name in self.invariant.properties]
        read = (variables_of(item) for item in (*self.invariant.lemmas, *given) if item is not None)
        return frozenset().union(*read)

    # --- steps ------------------------------------------------------------------------------

    def _moved(self, state: Symbols, front: str) -> _Move:
        """Any step that can be taken in a state.

        Args:
            state: before it.
            front: what the names of its choices begin with.
        """
        layout, words = self.layout, self.layout.words
        steps = [step for thread in self.model.threads for step in thread.steps]
        choice = Choice({0: words.true}, complete=True)
        if len(steps) > 1:
            choice = layout.choice(Slot(f"{front}choice(step)", tuple(range(len(steps)))))
        completes: list[Term] = []
        violations: dict[str, list[Term]] = {
            name: [] for name in self.invariant.properties if not is_of_states(self.model, name)
        }
        after = Symbols(dict(state.values), dict(state.places))
        for number, step in enumerate(steps):
            when = choice.cases[number]
            done = effect(layout, state, step, self.kept, f"{front}{number}:")
            completes.append(words.both(when, done.completes))
            for name, term in done.violations.items():
                if name in violations:
                    violations[name].append(words.both(when, term))
            for point, meaning in done.after.values.items():
                if meaning is not state.values[point]:
                    after.values[point] = layout.meanings.choose(when, meaning, after.values[point])
            for thread, place in done.after.places.items():
                if place is not state.places[thread]:
                    old = after.places[thread]
                    after.places[thread] = layout.meanings.choose(when, place, old)
        return _Move(
            words.any(completes),
            {name: words.any(terms) for name, terms in violations.items()},
            after,
        )
