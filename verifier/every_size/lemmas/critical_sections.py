"""Critical sections of one lock, and the system in which each is a single transition.

What is found here only guides the search for lemmas (Lipton, "Reduction: a method of proving
properties of parallel programs", 1975): the proof that is reported is one of the model's own steps
(`single_step_lemmas.py`), so nothing hangs on whether this reduction is right.

A location is in the *middle* of a section when a thread surely holds the lock there; where a loop
goes round inside a section, or its ways are too many, a location is *inner* instead: lemmas are
looked for there as between sections. All other locations are *outer*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from frontend.flow.instructions import mapped
from frontend.formulas import building as formulas
from frontend.model import (
    Bound,
    Expression,
    Instruction,
    LockType,
    Model,
    Read,
    ReferenceType,
    Step,
    Temporary,
    Thread,
    walk,
)
from verifier.analysis.circles import heads
from verifier.analysis.lock_facts import Holding, holdings

MOST_WAYS = 48
"""Through one thread's sections; more, and a location where ways meet becomes inner."""


@dataclass(frozen=True, slots=True)
class Sections:
    """The sections of a model.

    Args:
        lock: whose; None where no section was worth taking together.
        middle: thread's sort -> locations.
        inner: thread's sort -> locations where the lock is, or may be, held and lemmas hold.
        certain: thread's sort -> the inner locations where the lock is surely held.
        steps: the transitions between locations that are not in the middle.
        prefixes: the ways from such a location to each one in the middle.
    """

    lock: Read | None
    middle: Mapping[str, frozenset[int]]
    inner: Mapping[str, frozenset[int]]
    certain: Mapping[str, frozenset[int]]
    steps: tuple[Step, ...]
    prefixes: tuple[Step, ...]

    def system(self, model: Model) -> Model:
        """The model whose steps are the transitions."""
        steps = (*self.steps, *self.prefixes)
        return replace(
            model,
            threads=tuple(
                replace(one, steps=tuple(step for step in steps if step.thread == one.sort))
                for one in model.threads
            ),
        )


def sections(model: Model) -> Sections:
    """The sections of the lock without an index that covers most locations."""
    known = {thread.sort: holdings(model, thread) for thread in model.threads}
    locks = [
        Read(item.name, (), item.type)
        for item in model.variables
        if isinstance(item.type, LockType) and not item.index
    ]
    best = max(locks, key=lambda lock: _covered(known, lock), default=None)
    if best is None or not _covered(known, best):
        return unmerged(model)
    middle: dict[str, frozenset[int]] = {}
    inner: dict[str, frozenset[int]] = {}
    certain: dict[str, frozenset[int]] = {}
    steps: list[Step] = []
    prefixes: list[Step] = []
    for thread in model.threads:
        holding = known[thread.sort]
        surely = frozenset(place for place, item in holding.items() if best in item.surely)
        maybe = frozenset(place for place, item in holding.items() if best.variable in item.perhaps)
        places, ways, partial = _cut(thread, surely)
        middle[thread.sort] = places
        inner[thread.sort] = (maybe | surely) - places
        certain[thread.sort] = surely - places
        steps += ways
        prefixes += partial
    return Sections(best, middle, inner, certain, tuple(steps), tuple(prefixes))


def unmerged(model: Model) -> Sections:
    """No sections: every step is a transition."""
    nowhere: dict[str, frozenset[int]] = {thread.sort: frozenset() for thread in model.threads}
    steps = tuple(step for thread in model.threads for step in thread.steps)
    return Sections(None, nowhere, nowhere, nowhere, steps, ())


def _covered(known: Mapping[str, Mapping[int, Holding]], lock: Read) -> int:
    return sum(lock in item.surely for places in known.values() for item in places.values())


def _cut(thread: Thread, surely: frozenset[int]) -> tuple[frozenset[int], list[Step], list[Step]]:
    """The middle locations, the transitions, and the ways into the middle."""
    middle = surely - set(heads(thread, surely))
    most = max(MOST_WAYS, len(thread.steps))  # without any middle there are as many as steps
    while True:
        try:
            ways: list[Step] = []
            partial: list[Step] = []
            for whole, step in _ways(thread, middle):
                (ways if whole else partial).append(step)
                if len(ways) > most:
                    raise OverflowError
        except OverflowError:
            entered = Counter(step.target for step in thread.steps if step.target in middle)
            middle -= {max(sorted(entered), key=lambda place: entered[place])}
        else:
            return middle, ways, partial


def _ways(thread: Thread, middle: frozenset[int]) -> Iterator[tuple[bool, Step]]:
    """The steps outside the middle and the sequences through it (True), and where those are
    on the way (False)."""
    pending = [step for step in reversed(thread.steps) if step.source not in middle]
    while pending:
        step = pending.pop()
        whole = step.target not in middle
        yield whole, step
        if not whole:
            after = [item for item in thread.steps if item.source == step.target]
            pending += [_together(step, item) for item in reversed(after)]


def _together(first: Step, second: Step) -> Step:
    taken = {part.name for item in first.body for part in walk(item) if isinstance(part, Temporary)}
    body = tuple(_renamed(item, frozenset(taken), first.name) for item in second.body)
    return replace(
        first,
        name=f"{first.name}; {second.name}",
        target=second.target,
        body=(*first.body, *body),
        remarks=(*first.remarks, *second.remarks),
    )


def _renamed(item: Instruction, taken: frozenset[str], name: str) -> Instruction:
    """An instruction whose temporaries are not the ones that are taken."""

    def change(node: Expression) -> Expression | None:
        if not isinstance(node, Temporary):
            return None
        return replace(node, name=f"{node.name} {name}") if node.name in taken else node

    if not any(isinstance(part, Temporary) and part.name in taken for part in walk(item)):
        return item
    (renamed,) = mapped((item,), lambda node: formulas.rewrite(node, change))
    return renamed


def someone(thread: Thread) -> Bound:
    """A thread of that kind, to be bound."""
    return Bound(f"{thread.sort}!in", ReferenceType(thread.sort, optional=False))
