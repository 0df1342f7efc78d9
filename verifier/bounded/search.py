"""Search for violations by runs of growing length: the base of both bounded engines.

Every length is looked at before the next, so what is found first is shortest. What is ruled out
is asserted, as are the orders and names that `ordering` allows. Runs end early by themselves:
nothing is asked of what comes after the last step.
"""

from __future__ import annotations

from collections.abc import Sequence

from frontend.model import Property
from proofs.answers.trace import Run
from verifier.bounded.decode import decode
from verifier.bounded.encode import Encoder
from verifier.bounded.ordering import Ordering
from verifier.bounded.smt import Outcome, Session
from verifier.bounded.system import System
from verifier.bounded.terms import Truth
from verifier.bounded.transition import Stepper
from verifier.bounded.unroll import (
    Unrolling,
    assumed,
    contradiction,
    fails_in,
    initial,
    of_states,
    unlimited,
)
from verifier.protocol.task import Unanswered


class GaveUp(Unanswered):
    """The solver could not decide a query."""

    reason = "the solver gave up"


class Search:
    """The runs from the start, one step longer with each `advance`.

    Args:
        session: owns the solver.
        system: the instance.
        properties: those asked about.
        ordered: whether to leave out runs that differ in an order or a name only.
    """

    def __init__(
        self, session: Session, system: System, properties: Sequence[Property], ordered: bool
    ) -> None:
        # Bits fit every number that grows from a known start; one that may start anywhere
        # without limit has no width.
        whole = any(
            unlimited(item) and item.initial is None and item.thread is None
            for item in system.model.variables
        )
        self._encoder = Encoder(system, session.algebra, whole)
        self._session = session
        self._solver = session.solver(whole)
        self._start = initial(self._encoder)
        self._unrolling = Unrolling(
            self._start.frame, Stepper(self._encoder, session.poll, canonical=False)
        )
        self._ordering = Ordering(self._encoder) if ordered else None
        self._open = list(properties)
        self.found: dict[str, Run] = {}
        self.depth = -1
        self.exhausted = False

    def contradiction(self) -> tuple[str, ...]:
        """Names of contradictory assumptions, none when there is a start. Raises Stopped."""
        return contradiction(self._session, self._encoder, self._start)

    def drop(self, name: str) -> None:
        """Asks no more about this property."""
        self._open = [item for item in self._open if item.name != name]

    def advance(self) -> None:
        """Looks at runs of one more step; the first time, at the start.

        `found` gains, for each property newly violated, a run whose last step or state does it.
        Afterwards `depth` is the length, and `exhausted` tells whether no run is longer.

        Raises:
            Stopped: the time was up; `depth` is still that of the advance before.
            GaveUp: the solver has no answer.
            TooWide: a number got too wide.
        """
        depth = self.depth + 1
        self.exhausted = True  # until a query shows that there are runs of this length
        if depth == 0:
            self._solver.add(self._start.conditions)
            self._solver.add(assumed(self._encoder, self._start.frame))
        else:
            self._extend()
            last = self._unrolling.transitions[-1]
            for item in self._open:
                if not of_states(item):
                    self._ask(item, last.fails(self._encoder, item.name), depth)
            if depth > 1 and self._ordering is not None:
                self._solver.add(self._ordering.steps(*self._unrolling.transitions[-2:]))
            self._solver.add([self._encoder.algebra.negation(last.faulty)])
        frame = self._unrolling.frames[-1]
        for item in self._open:
            if of_states(item):
                self._ask(item, fails_in(self._encoder, item, frame), depth)
        if self.exhausted:
            self.exhausted = self._solver.check() is Outcome.UNSAT
        self.depth = depth
        self._open = [item for item in self._open if item.name not in self.found]

    def _extend(self) -> None:
        transition = self._unrolling.extend()
        self._solver.add(transition.definitions)
        self._solver.add([transition.valid])
        if self._ordering is not None:
            self._solver.add(self._ordering.names(transition))

    def _ask(self, asked: Property, violated: Truth, depth: int) -> None:
        if violated is False:
            return
        match self._solver.check([violated]):
            case Outcome.SAT:
                model = self._solver.model()
                run = decode(self._encoder.system, self._unrolling, model, depth)
                self.found[asked.name] = run
                self.exhausted = False
            case Outcome.UNSAT:
                if self._solver.core():
                    self.exhausted = False
                    self._solver.add([self._encoder.algebra.negation(violated)])
            case Outcome.UNKNOWN:
                raise GaveUp
