"""Steps as circuits: instruction by instruction on a symbolic state."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from frontend.model import Assert, Assign, Bulk, Check, Expression, Let, Pick, Require, Step
from proofs.answers.trace import Point
from proofs.bounded.formulas import Scope, bindings, formula, indices, meaning_of
from proofs.bounded.state_bits import Layout, Symbols
from proofs.bounded.symbolic_values import Choice, Meaning
from proofs.bounded.words import Term, Words


@dataclass(frozen=True, slots=True)
class Effect:
    """What a step does in a state with some choices.

    Args:
        thread: which one takes it.
        completes: it can be taken and ends in a state: no `Check` fails.
        faults: kind -> it is taken and ends with a `Check` of that kind that fails.
        asserts: name -> it is taken and an `Assert` of that name fails on the way.
        after: the state after it, where it completes.
    """

    thread: Choice
    completes: Term
    faults: dict[str, Term]
    asserts: dict[str, Term]
    after: Symbols

    def taken(self, words: Words) -> Term:
        """Whether it can be taken: to its target, or into a fault."""
        return words.any((self.completes, *self.faults.values()))

    @property
    def violations(self) -> dict[str, Term]:
        """Property -> the step violates it."""
        return {**self.faults, **self.asserts}


@dataclass(slots=True)
class _Progress:
    """A step in the middle of its body.

    Args:
        reached: every `Require` and `Check` so far holds.
        faults: kind and when, in order.
        asserts: name, when, and how many faults came before, in order.
    """

    reached: Term
    faults: list[tuple[str, Term]] = field(default_factory=list)
    asserts: list[tuple[str, Term, int]] = field(default_factory=list)


def effect(
    layout: Layout,
    symbols: Symbols,
    step: Step,
    kept: Collection[str] | None = None,
    front: str = "",
) -> Effect:
    """A step of any thread of its sort.

    Args:
        layout: the instance.
        symbols: the state before it; not changed.
        step: the step.
        kept: the variables that are followed; writes to others are left out. None: all.
        front: what the names of its choices begin with: two steps of a path have choices each.

    Raises:
        Unencodable: it needs more than bounded words.
    """
    words = layout.words
    thread = layout.choice(layout.chooser_slot(step.thread, front))
    after = Symbols(dict(symbols.values), dict(symbols.places))
    temporaries: dict[str, Meaning] = {}
    scope = Scope(layout, after, thread, {}, temporaries)
    stands = [
        words.both(when, symbols.places[item].cases.get(step.source, words.false))
        for item, when in thread.cases.items()
        if item in symbols.places
    ]
    progress = _Progress(words.any(stands))
    for instruction in step.body:
        match instruction:
            case Pick(temporary=temporary):
                slot = layout.pick_slot(temporary.name, temporary.type, front)
                temporaries[temporary.name] = layout.input(slot)
            case Let(temporary=temporary, value=value):
                temporaries[temporary.name] = meaning_of(value, scope)
            case Require(condition=condition):
                progress.reached = words.both(progress.reached, formula(condition, scope))
            case Check(fault=fault, condition=condition):
                holds = formula(condition, scope)
                failing = words.both(progress.reached, words.negation(holds))
                progress.faults.append((fault, failing))
                progress.reached = words.both(progress.reached, holds)
            case Assert(name=name, condition=condition):
                fails = words.negation(formula(condition, scope))
                here = words.both(progress.reached, fails)
                progress.asserts.append((name, here, len(progress.faults)))
            case Assign(variable=variable, arguments=arguments, value=value):
                if kept is None or variable in kept:
                    _assign(layout, scope, (variable, arguments, value))
            case Bulk():
                _update(layout, scope, instruction, kept)
    for item, when in thread.cases.items():
        if item in after.places:
            target = Choice({step.target: words.true}, complete=True)
            after.places[item] = layout.meanings.choose(when, target, after.places[item])
    return _finished(layout, thread, progress, after)


def _finished(layout: Layout, thread: Choice, progress: _Progress, after: Symbols) -> Effect:
    words = layout.words
    faults: dict[str, list[Term]] = {}
    for fault, when in progress.faults:
        faults.setdefault(fault, []).append(when)
    asserts: dict[str, list[Term]] = {}
    for name, when, before in progress.asserts:
        # It counts only where the step is taken in the end: to its target or into a later fault.
        later = [failing for _, failing in progress.faults[before:]]
        taken = words.any((progress.reached, *later))
        asserts.setdefault(name, []).append(words.both(when, taken))
    return Effect(
        thread,
        progress.reached,
        {fault: words.any(terms) for fault, terms in faults.items()},
        {name: words.any(terms) for name, terms in asserts.items()},
        after,
    )


def _assign(
    layout: Layout, scope: Scope, assigned: tuple[str, tuple[Expression, ...], Expression]
) -> None:
    variable, arguments, value = assigned
    found, _ = indices(arguments, layout.variables[variable].index, scope)
    meaning = meaning_of(value, scope)
    values = scope.symbols.values
    for index, when in found:
        point = variable, index
        values[point] = layout.meanings.choose(when, meaning, values[point])


def _update(layout: Layout, scope: Scope, bulk: Bulk, kept: Collection[str] | None) -> None:
    """All writes read the state before; they are stored together at the end."""
    words = layout.words
    writes = [write for write in bulk.writes if kept is None or write.variable in kept]
    if not writes:
        return
    written: dict[Point, Meaning] = {}
    before = scope.symbols.values
    for inner in bindings(bulk.binders, scope):
        where = formula(bulk.where, inner)
        if where is words.false:
            continue
        for write in writes:
            found, _ = indices(write.arguments, layout.variables[write.variable].index, inner)
            meaning = meaning_of(write.value, inner)
            for index, when in found:
                point = write.variable, index
                old = written.get(point, before[point])
                both = words.both(where, when)
                written[point] = layout.meanings.choose(both, meaning, old)
    before.update(written)
