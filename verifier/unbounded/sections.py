"""Lemmas for the middle of a critical section: weakest preconditions of its rest.

What holds whenever nobody is inside a section, such as an invariant `!held(lock) => F`, says
nothing of the states in between. At a location inside, the strongest useful thing to say is that
whatever the rest of the section does, the invariant holds when it is done. The section's own steps
keep that by construction; only steps of other threads are left to prove.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from frontend import formulas
from frontend.model import At, Bound, Expression, Model, ReferenceType, Thread
from verifier.unbounded.folding import distinct, folded, size
from verifier.unbounded.precondition import Precondition
from verifier.unbounded.universe import Beyond

LARGEST = 4_000
"""How many nodes a weakest precondition may have before it is of no use."""


def rests(
    model: Model, thread: Thread, places: Collection[int], formula: Expression
) -> Mapping[int, Expression]:
    """For each location of a section, over `Self`: what must hold there so that the formula
    holds when the thread has left the section.

    Args:
        model: a checked model.
        thread: the kind of thread whose section it is.
        places: the numbers of the section's locations.
        formula: closed.

    Raises:
        Beyond: the section has a loop, or a precondition grows too large.
    """
    found: dict[int, Expression] = {}
    goal = folded(formula)
    left = set(places)
    while left:
        ready = [
            place
            for place in sorted(left)
            if all(step.target not in left for step in thread.steps if step.source == place)
        ]
        if not ready:
            raise Beyond("a loop inside a section")
        for place in ready:
            needed: list[Expression] = []
            for step in thread.steps:
                if step.source == place:
                    after = found.get(step.target, goal)
                    needed.append(Precondition(model, step).of(after))
            found[place] = _small(formulas.conjunction(dict.fromkeys(needed)))
        left -= set(ready)
    return found


def section_lemmas(
    model: Model, thread: Thread, places: Collection[int], formula: Expression
) -> tuple[Expression, ...]:
    """`rests` as closed formulas, one for each location: whoever stands there, it holds.

    Raises:
        Beyond: as `rests`.
    """
    one = Bound(f"{thread.sort}!", ReferenceType(thread.sort, optional=False))
    return tuple(
        distinct(
            formulas.forall(
                (one,),
                formulas.implication(At(one, frozenset({place})), formulas.with_thread(rest, one)),
            )
        )
        for place, rest in sorted(rests(model, thread, places, formula).items())
    )


def _small(formula: Expression) -> Expression:
    if size(formula) > LARGEST:
        raise Beyond("the rest of a section does too much")
    return formula
