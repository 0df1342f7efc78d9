"""States of a model as functions of the state before a step.

A state answers what a variable holds at an index, and whether a thread stands at some of its
places. The state before a step answers with the symbols of the signature; every instruction
makes a new state that answers in terms of the one before it. So a formula about the state after
a step becomes a formula about the state before it, and no axiom says what stays the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from proofs.every_size.arithmetic import ranged
from proofs.every_size.signature import Components, Signature
from proofs.every_size.terms import (
    Term,
    choose,
    conjunction,
    disjunction,
    equal,
    negate,
    number,
    truth,
)


class State(Protocol):
    """What a formula can ask of a state."""

    def read(self, variable: str, arguments: tuple[Term, ...]) -> Components:
        """What a variable holds."""

    def stands(self, thread: Term, places: frozenset[int]) -> Term:
        """Whether a thread stands at one of some places."""


class Before:
    """The state before a step, or any state. Every thread stands at one of its places.

    Args:
        mover: the thread that takes the step, if any.
        source: where it stands.
    """

    def __init__(self, signature: Signature, mover: Term | None = None, source: int = 0) -> None:
        self.signature = signature
        self.mover = mover
        self.source = source

    def read(self, variable: str, arguments: tuple[Term, ...]) -> Components:
        """What a variable holds."""
        return self.signature.read(variable, arguments)

    def stands(self, thread: Term, places: frozenset[int]) -> Term:
        """Whether a thread stands at one of some places."""
        if thread is self.mover:
            return truth(self.source in places)
        return at_one_of(self.signature, thread, places)


def at_one_of(signature: Signature, thread: Term, places: frozenset[int]) -> Term:
    """Whether a thread stands at one of some places, as the shorter of two lists."""
    every = signature.places(thread.sort)
    inside, outside = sorted(every & places), sorted(every - places)
    here = signature.place(thread)
    if len(outside) < len(inside):
        return conjunction(negate(equal(here, number(item))) for item in outside)
    return disjunction(equal(here, number(item)) for item in inside)


class Initial:
    """A state at the start: initial values, every thread at its entry."""

    def __init__(self, signature: Signature) -> None:
        self.signature = signature

    def read(self, variable: str, arguments: tuple[Term, ...]) -> Components:
        """What a variable holds."""
        declared = self.signature.variables[variable]
        if declared.initial is None:
            return self.signature.read(variable, arguments)
        value = self.signature.constant(declared.initial.value, declared.initial.type)
        return self.signature.convert(value, declared.initial.type, declared.type)

    def stands(self, thread: Term, places: frozenset[int]) -> Term:
        """Whether a thread stands at one of some places."""
        return truth(self.signature.entry(thread.sort) in places)


class Assigned:
    """The state after one point was written."""

    def __init__(
        self, before: State, variable: str, index: tuple[Term, ...], value: Components
    ) -> None:
        self.before = before
        self.variable = variable
        self.index = index
        self.value = value

    def read(self, variable: str, arguments: tuple[Term, ...]) -> Components:
        """What a variable holds."""
        old = self.before.read(variable, arguments)
        if variable != self.variable:
            return old
        here = conjunction(map(equal, arguments, self.index))
        return tuple(choose(here, new, kept) for new, kept in zip(self.value, old, strict=True))

    def stands(self, thread: Term, places: frozenset[int]) -> Term:
        """Whether a thread stands at one of some places."""
        return self.before.stands(thread, places)


Update = Callable[[tuple[Term, ...]], tuple[Term, Components]]
"""Index -> whether a bulk update writes there, and what."""


class Updated:
    """The state after every matching index of a variable was written at once.

    Args:
        rest: the state that answers for other variables.
        before: the state that what is written, and what is not, is read from.
    """

    def __init__(self, rest: State, before: State, variable: str, update: Update) -> None:
        self.rest = rest
        self.before = before
        self.variable = variable
        self.update = update

    def read(self, variable: str, arguments: tuple[Term, ...]) -> Components:
        """What a variable holds."""
        if variable != self.variable:
            return self.rest.read(variable, arguments)
        here, value = self.update(arguments)
        old = self.rest.read(variable, arguments)
        return tuple(choose(here, new, kept) for new, kept in zip(value, old, strict=True))

    def stands(self, thread: Term, places: frozenset[int]) -> Term:
        """Whether a thread stands at one of some places."""
        return self.before.stands(thread, places)


class Moved:
    """The state after the thread that takes the step went from its source to a target."""

    def __init__(self, before: State, mover: Term, source: int, target: int) -> None:
        self.before = before
        self.mover = mover
        self.source = source
        self.target = target

    def read(self, variable: str, arguments: tuple[Term, ...]) -> Components:
        """What a variable holds."""
        return self.before.read(variable, arguments)

    def stands(self, thread: Term, places: frozenset[int]) -> Term:
        """Whether a thread stands at one of some places."""
        if thread.sort != self.mover.sort:
            return self.before.stands(thread, places)
        old = self.before.stands(thread, places)
        arrived = self.target in places
        if (self.source in places) == arrived:
            return old  # the mover stood at its source: the same answer for it as for others
        return choose(equal(thread, self.mover), truth(arrived), old)


def placed(signature: Signature, thread: Term) -> Term:
    """What holds of the place of every thread in every state."""
    places = signature.places(thread.sort)
    return ranged(signature.place(thread), min(places), max(places))
