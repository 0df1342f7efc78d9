"""Of the runs that differ in an order or a name only, a bounded search need try one.

Take all shortest runs that violate a property. The set is closed under

* exchanging two neighbouring independent steps of different threads. Neither disables or
  influences the other, and what follows sees the same state. For a property that the last *step*
  violates this step stays the last one; for a property of *states* any two may be exchanged,
  since only the last state counts. A fault never moves: a run has one as its last step only.
* permuting the objects of a sort everywhere at once. A model names no object, the start is the
  same for all, assumptions and properties are closed formulas, and no order is defined on
  objects; `symmetric` checks what can be checked of that.

Of this set take a run whose sequence of thread numbers is lexicographically least. In it no step
is followed by an independent one of a thread with a lower number (exchanging them gives a lesser
sequence), and a thread moves for the first time only after the thread of its sort with the next
lower number has (else exchanging their names gives a lesser one). Permuting the objects of the
other sorts leaves that sequence alone; so number them in the order in which the first pick of a
step first gives them. Constraints that this one run satisfies never raise the shortest length.
Requiring them frame by frame is "peephole" partial order reduction (Wang, Yang, Kahlon, Gupta,
TACAS 2008), here with symmetry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from frontend.model import Constant, Model, Object, Operator, Pick, ReferenceType, walk
from verifier.analysis.independence import Footprint, footprints, independent
from verifier.bounded.encode import Encoder
from verifier.bounded.terms import Number, Term, Truth, constant, identity
from verifier.bounded.transition import Effect, Transition


def symmetric(model: Model) -> bool:
    """Whether no object is named anywhere."""
    steps = [step for thread in model.threads for step in thread.steps]
    roots: list[object] = [instruction for step in steps for instruction in step.body]
    roots += [item.condition for item in model.assumptions]
    roots += [item.expression for item in model.properties]
    roots += [item.initial for item in model.variables]
    return not any(
        isinstance(part, Constant) and isinstance(part.value, Object)
        for root in roots
        for part in walk(root)
    )


class Ordering:
    """The constraints, one frame after the other.

    Args:
        encoder: of the system.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._symmetric = symmetric(encoder.system.model)
        self._footprints = footprints(encoder.system.model)
        self._moved: list[Truth] = [False] * encoder.system.thread_count
        self._picked: dict[str, Number] = {
            sort: constant(0)
            for sort, bound in encoder.system.bounds.items()
            if bound > 1 and sort not in encoder.system.kinds
        }

    def names(self, transition: Transition) -> Iterator[Truth]:
        """Names of threads and objects, up to and with this transition."""
        if self._symmetric:
            yield from self._threads(transition)
            for sort in self._picked:
                yield from self._objects(sort, transition)

    def _threads(self, transition: Transition) -> Iterator[Truth]:
        algebra, system = self._encoder.algebra, self._encoder.system
        for sort, offset in system.offsets.items():
            for number in range(offset + 1, offset + system.bounds[sort]):
                yield algebra.implies(transition.moves[number], self._moved[number - 1])
        self._moved = [
            algebra.any(pair) for pair in zip(self._moved, transition.moves, strict=True)
        ]

    def _objects(self, sort: str, transition: Transition) -> Iterator[Truth]:
        algebra = self._encoder.algebra
        used: dict[tuple[str, int], tuple[Number, list[Truth]]] = {}
        plain = ReferenceType(sort, optional=False)
        for effect in transition.effects:
            pick = _first(effect, plain)
            if pick is not None:
                used.setdefault(identity(pick), (pick, []))[1].append(effect.taken)
        before = self._picked[sort]
        after = before
        for pick, conditions in used.values():
            here = algebra.any(conditions)
            yield algebra.implies(here, algebra.negation(algebra.less(before, pick)))
            new = algebra.all((here, algebra.equal(pick, before)))
            one_more = algebra.arithmetic(Operator.ADD, before, constant(1))
            after = algebra.ite(new, one_more, after)
        self._picked[sort] = algebra.within(after, 0, self._encoder.system.bounds[sort])

    def steps(self, first: Transition, second: Transition) -> Iterator[Truth]:
        """The order of two neighbouring steps."""
        algebra = self._encoder.algebra
        falling = algebra.any(
            algebra.all((first.moves[high], second.moves[low]))
            for high in range(len(first.moves))
            for low in range(high)
        )
        earlier, later = self._classes(first), self._classes(second)
        for left, taken in earlier.items():
            exchangeable = [other for right, other in later.items() if independent(left, right)]
            yield algebra.negation(algebra.all((falling, taken, algebra.any(exchangeable))))

    def _classes(self, transition: Transition) -> Mapping[Footprint, Truth]:
        classes: dict[Footprint, list[Truth]] = {}
        for effect in transition.effects:
            step = effect.step
            footprint = self._footprints[step.thread, step.name]
            classes.setdefault(footprint, []).append(effect.taken)
        algebra = self._encoder.algebra
        return {footprint: algebra.any(taken) for footprint, taken in classes.items()}


def _first(effect: Effect, domain: ReferenceType) -> Number | None:
    for instruction in effect.step.body:
        match instruction:
            case Pick(temporary=temporary) if temporary.type == domain:
                term: Term = effect.picks[temporary.name]
                return term if isinstance(term, Number) else None
            case _:
                pass
    return None
