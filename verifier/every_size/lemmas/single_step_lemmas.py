"""The proof of the model's own steps, one by one, from lemmas found between critical sections.

A lemma F that holds whenever no thread is in the middle of a section becomes several formulas:
`!held(lock) => F`; F where a thread stands at an inner location; and for each location in the
middle, `forall c: c at m => wp(rest of the section, F)`, a weakest precondition (Dijkstra 1975)
along the steps from there to where the middle ends. What is proved here are initiation and
consecution of all these for each single step, and that the properties follow: nobody need
trust how the lemmas were found, or that sections may be taken together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from frontend.formulas import building as formulas
from frontend.formulas.building import both, conjunction, disjunction, implication, negation
from frontend.model import TRUE, At, Expression, Held, HeldBy, Model, Step, Thread
from verifier.analysis.folding import distinct, size
from verifier.every_size.lemmas.critical_sections import Sections, someone
from verifier.every_size.obligations.precondition import Precondition
from verifier.every_size.obligations.universe import Beyond

LOCKS = -1
"""The source of lemmas about who holds a lock."""

FOUND = -2
"""The source of lemmas that were found for one place in the middle."""


LARGEST = 6_000
"""How many nodes what must hold at a place may have before it is of no use."""

Needed = Callable[[Step, Expression, bool], Expression]
"""What must hold before a step so that something holds after it; True: the middle ends there."""

Here = Callable[[Thread, int], Expression]


@dataclass(frozen=True, slots=True)
class Lemma:
    """A formula that every reachable state satisfies.

    Args:
        formula: closed.
        source: which found lemma or property it stands for, `LOCKS` or `FOUND`.
        sort: of the thread that stands in the middle of a section; "" where it speaks of none.
        places: where that thread stands.
        body: what is said of that thread, over `Self`.
    """

    formula: Expression
    source: int
    sort: str = ""
    places: frozenset[int] = frozenset()
    body: Expression = TRUE


def between(model: Model, sections: Sections, formula: Expression, source: int) -> Iterator[Lemma]:
    """A lemma that holds where no thread is in the middle of a section."""
    if sections.lock is None:
        yield Lemma(formula, source)
        return
    yield Lemma(implication(negation(Held(sections.lock)), formula), source)
    for thread in model.threads:
        inner = sections.inner[thread.sort]
        if inner:
            one = someone(thread)
            here: Expression = At(one, inner)
            if inner - sections.certain[thread.sort]:
                here = both(here, HeldBy(sections.lock, one))
            yield Lemma(formulas.forall((one,), implication(here, formula)), source)


def middle(
    model: Model, sections: Sections, formula: Expression, source: int, *, always: bool
) -> Iterator[Lemma]:
    """For each location in the middle of a section, that the rest of it leads to a lemma.

    Args:
        always: whether the lemma holds in the middle of sections too: then what is needed is
            that each step of the rest keeps it.
    """

    def needed(step: Step, after: Expression, done: bool) -> Expression:
        precondition = Precondition(model, step)
        if not always:
            return precondition.of(formula if done else after)
        kept = precondition.of(formula) if precondition.touches(formula) else TRUE
        return both(kept, TRUE if done else precondition.of(after))

    return _backwards(model, sections, needed, source)


def enabled(model: Model, sections: Sections, source: int) -> Iterator[Lemma]:
    """For each location in the middle of a section, that the rest of it never waits."""

    def needed(step: Step, after: Expression, done: bool) -> Expression:
        return TRUE if done else Precondition(model, step).of(after)

    def here(thread: Thread, place: int) -> Expression:
        waits = [step.waits for step in thread.steps if step.source == place and not step.fresh]
        return disjunction(waits) if waits else TRUE

    return _backwards(model, sections, needed, source, here)


def unfailing(model: Model, sections: Sections, name: str, source: int) -> Iterator[Lemma]:
    """For each location in the middle of a section, that the rest of it fails no `Check` or
    `Assert` of that name."""

    def needed(step: Step, after: Expression, done: bool) -> Expression:
        return Precondition(model, step, (name,)).of(TRUE if done else after)

    return _backwards(model, sections, needed, source)


def _backwards(
    model: Model, sections: Sections, needed: Needed, source: int, here: Here | None = None
) -> Iterator[Lemma]:
    """Lemmas about places in the middle from what each step needs before it. Raises Beyond."""
    for thread in model.threads:
        known = _before(thread, sections.middle[thread.sort], needed, here)
        one = someone(thread)
        places: dict[Expression, list[int]] = {}
        for place, body in sorted(known.items()):
            places.setdefault(body, []).append(place)
        for found, together in places.items():
            if found != TRUE:
                body = formulas.with_thread(found, one)
                said = implication(At(one, frozenset(together)), body)
                whole = distinct(formulas.forall((one,), said))
                yield Lemma(whole, source, thread.sort, frozenset(together), found)


def _before(
    thread: Thread, inside: frozenset[int], needed: Needed, here: Here | None
) -> dict[int, Expression]:
    """What must hold at each place, over `Self`. Steps inside make no circle."""
    known: dict[int, Expression] = {}

    def at(place: int) -> Expression:
        if place not in known:
            parts = [here(thread, place)] if here is not None else []
            for step in thread.steps:
                if step.source == place:
                    ends = step.target not in inside
                    parts.append(needed(step, TRUE if ends else at(step.target), ends))
            known[place] = conjunction(parts)
            if size(known[place]) > LARGEST:
                raise Beyond("a weakest precondition that grows too large")
        return known[place]

    for place in sorted(inside):
        at(place)
    return known
