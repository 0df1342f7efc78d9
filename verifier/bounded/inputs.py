"""The choices of one frame, and names for what is worked out in it.

A name for each term keeps formulas shallow and lets solvers learn about the terms that matter.
"""

from __future__ import annotations

from frontend.model import Step, Type
from verifier.bounded.encode import Encoder, Frame
from verifier.bounded.system import Place
from verifier.bounded.terms import Number, Term, Truth, constant, identity


class Inputs:
    """What is chosen in a frame.

    Args:
        encoder: of the system.
        frame: the state in which the choice is made.
        suffix: makes names unique.
    """

    def __init__(self, encoder: Encoder, frame: Frame, suffix: str) -> None:
        self._encoder = encoder
        self._suffix = suffix
        self._picks: dict[tuple[Type, int], Term] = {}
        self.definitions: list[Truth] = []
        self.choices: list[Term] = []
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
                location: self.define(f"at.{sort}.{location}", algebra.any(conditions))
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
        if count <= 1:
            return constant(0)
        number, inside = self._encoder.algebra.unknown(f"{name}{self._suffix}", 0, count - 1, False)
        self.definitions.append(inside)
        self.choices.append(number)
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
            self.choices.append(value)
            self._picks[domain, ordinal] = value
        return self._picks[domain, ordinal]

    def next(self, place: Place, before: Term, after: Term) -> Term:
        """A name for a point's new value, unless it has one."""
        if identity(before) == identity(after):
            return before
        name = f"{place[0]}{list(place[1])}{self._suffix}'"
        if not isinstance(after, Number):
            return self.define(name, after)
        if isinstance(after.term, int):
            return after
        term, _ = self._encoder.algebra.unknown(name, after.low, after.high, after.whole)
        self.definitions.append(self._encoder.algebra.equal(term, after))
        return term

    def place(self, thread: int, location: int, before: Truth, after: Truth) -> Truth:
        """A name for whether a thread stands somewhere next, unless it has one."""
        if identity(before) == identity(after):
            return before
        return self.define(f"stands.{thread}.{location}{self._suffix}'", after)

    def define(self, name: str, value: Truth) -> Truth:
        """A name for a truth value of this frame."""
        if isinstance(value, bool):
            return value
        term = self._encoder.algebra.boolean(f"{name}{self._suffix}")
        self.definitions.append(self._encoder.algebra.iff(term, value))
        return term
