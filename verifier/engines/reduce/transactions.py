"""The transactions of threads: steps that other threads need not be interleaved with.

Take any run, and cut it after the step that violates a property, if one does. Each thread that is
AFTER the decisive step of its transaction can complete it: a step can always be taken, none
faults, they come to an end, and moving left they stand directly behind the decisive step. Each
thread that is still BEFORE it can have the steps since it was outside moved right to the end of
the run, and dropped. What is left is a run of complete transactions, and moving right and left
makes each of them contiguous. So a search that lets a thread in the middle of a transaction, and
only that one, take steps, reaches the same states in which no thread is in the middle; and it takes
every step that violates an assertion or faults, because steps keep what they violate when they
move (`pairs.py`).

A property of states must not see the difference. Completing must not repair it: a step from a place
AFTER leads from states that violate the property to such states. Dropping must not, either: a
step to a place BEFORE leads from states that satisfy it to such states. Both are proved, for every
size, like a step of an induction. So an invariant that is guarded by the lock being free, or that
the section does not touch, hides the section; a label that a property asks for stays in sight.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from frontend.formulas import building as formulas
from frontend.model import (
    At,
    Bound,
    Check,
    Constant,
    Expression,
    Property,
    PropertyKind,
    ReferenceType,
    Step,
    Thread,
    WaitCycle,
    walk,
)
from verifier.analysis.folding import distinct, fill
from verifier.engines.reduce.effects import Effect
from verifier.engines.reduce.pairs import Movers, Moves, Pair, Side, StepName
from verifier.engines.reduce.phases import Phase, Rules, phases
from verifier.every_size.obligations.universe import Beyond
from verifier.every_size.obligations.verification_conditions import Holds


@dataclass(frozen=True, slots=True)
class Transactions:
    """Which places are in the middle of a transaction, and why that is so.

    Args:
        phases: thread's sort -> location -> phase.
        properties: names of the properties that do not see the difference.
        pairs: what was proved of the steps that have to move.
    """

    phases: Mapping[str, Mapping[int, Phase]]
    properties: tuple[str, ...]
    pairs: tuple[Pair, ...]

    def hidden(self) -> Mapping[str, frozenset[int]]:
        """Thread's sort -> locations where no other thread has to be interleaved."""
        return {
            sort: frozenset(place for place, phase in known.items() if phase is not Phase.OUTSIDE)
            for sort, known in self.phases.items()
        }

    def size(self) -> int:
        """How many locations are hidden."""
        return sum(map(len, self.hidden().values()))


class Finder:
    """Finds transactions; remembers what was proved on the way.

    Args:
        movers: of the model.
    """

    def __init__(self, movers: Movers) -> None:
        self.movers = movers
        self.model = movers.model
        self._safe: dict[StepName, bool] = {}
        self._proceeding: dict[tuple[str, int], bool] = {}
        self._blind: dict[tuple[str, StepName, Side], bool] = {}

    def transactions(self, names: Iterable[str]) -> Transactions:
        """The transactions that properties do not see.

        Raises:
            KeyError: the model has no property of such a name.
            smt.Stopped: a limit was met.
        """
        asked = [self.model.property(name) for name in names]

        def undone(step: Step) -> bool:
            return self._moves(step, Side.RIGHT) and self._unseen(asked, step, Side.RIGHT)

        def completed(step: Step) -> bool:
            left = self._unfailing(step) and self._moves(step, Side.LEFT)
            return left and self._unseen(asked, step, Side.LEFT)

        rules = Rules(undone, completed, self._proceeds)
        found = {thread.sort: phases(thread, rules) for thread in self.model.threads}
        pairs: list[Pair] = []
        for thread in self.model.threads:
            for step in thread.steps:
                pairs += self._pairs(step, found[thread.sort])
        return Transactions(found, tuple(item.name for item in asked), tuple(pairs))

    def _pairs(self, step: Step, known: Mapping[int, Phase]) -> Iterator[Pair]:
        sides = []
        if known[step.target] is Phase.BEFORE:
            sides.append(Side.RIGHT)
        if known[step.source] is Phase.AFTER:
            sides.append(Side.LEFT)
        for side in sides:
            verdict = self.movers.verdict(step, side)
            if isinstance(verdict, Moves):
                yield from verdict.pairs

    # --- what is asked of steps ------------------------------------------------------------

    def _moves(self, step: Step, side: Side) -> bool:
        return isinstance(self.movers.verdict(step, side), Moves)

    def _unfailing(self, step: Step) -> bool:
        """Whether no `Check` of the step can fail."""
        key = step.thread, step.name
        if key not in self._safe:
            faults = dict.fromkeys(item.fault for item in step.body if isinstance(item, Check))
            prover, facts = self.movers.prover, self.movers.facts
            self._safe[key] = all(
                isinstance(prover.step_safe(facts, step, fault), Holds) for fault in faults
            )
        return self._safe[key]

    def _proceeds(self, thread: Thread, place: int) -> bool:
        """Whether a thread that stands at a place can always take a step that does not fault."""
        key = thread.sort, place
        if key not in self._proceeding:
            self._proceeding[key] = self._can_proceed(thread, place)
        return self._proceeding[key]

    def _can_proceed(self, thread: Thread, place: int) -> bool:
        try:
            effects = [
                Effect(self.model, step, "first") for step in thread.steps if step.source == place
            ]
        except Beyond:
            return False
        if not effects:
            return False
        can = formulas.disjunction(map(_some_pick, effects))
        here = At(effects[0].thread, frozenset({place}))
        claim = distinct(formulas.implication(here, can))
        return isinstance(self.movers.prover.safety(self.movers.facts, claim), Holds)

    def _unseen(self, asked: Sequence[Property], step: Step, side: Side) -> bool:
        """Whether properties do not see that a step was dropped (right) or completed (left)."""
        return all(self._not_seen(item, step, side) for item in asked)

    def _not_seen(self, item: Property, step: Step, side: Side) -> bool:
        key = item.name, (step.thread, step.name), side
        if key not in self._blind:
            self._blind[key] = self._keeps(item, step, side)
        return self._blind[key]

    def _keeps(self, item: Property, step: Step, side: Side) -> bool:
        if item.expression is None:
            return True
        if any(isinstance(node, WaitCycle) for node in walk(item.expression)):
            # What `VerificationConditions` assumes of circles is more than that there is none.
            return False
        # Dropping must not make a violation vanish, nor what is to be reached; completing neither.
        wanted = item.kind is PropertyKind.REACHABLE
        kept = item.expression
        if wanted == (side is Side.RIGHT):
            kept = formulas.negation(kept)
        prover, facts = self.movers.prover, self.movers.facts
        return isinstance(prover.consecution((*facts, kept), step, kept), Holds)


def _some_pick(effect: Effect) -> Expression:
    """That some picks let the step be taken to its end."""
    result = effect.done
    for pick in effect.picks:
        kind = pick.type
        if isinstance(kind, ReferenceType) and kind.optional:
            one = Bound(pick.name, ReferenceType(kind.sort, optional=False))
            nothing = fill(result, {pick.name: Constant(None, kind)})
            some = formulas.exists((one,), fill(result, {pick.name: one}))
            result = formulas.either(some, nothing)
        else:
            one = Bound(pick.name, kind)
            result = formulas.exists((one,), fill(result, {pick.name: one}))
    return result
