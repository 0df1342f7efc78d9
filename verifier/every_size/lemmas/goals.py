"""What a search for lemmas is about: obligations, goals, the system, what came of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Protocol

from frontend.model import (
    Assert,
    At,
    Check,
    Expression,
    Model,
    Read,
    ReferenceType,
    Step,
    WaitCycle,
    walk,
)
from verifier.every_size.obligations.precondition import Precondition


class Kind(Enum):
    """What is to be proved of a lemma or a goal."""

    START = "holds at the start"
    KEPT = "is kept by"
    FOLLOWS = "follows"
    SAFE = "is not violated in"


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something to prove.

    Args:
        owner: number of the lemma, or -1 - number of the goal.
        kind: what is to be proved.
        step: the number of a step; -1 for none.
    """

    owner: int
    kind: Kind
    step: int = -1


@dataclass(frozen=True, slots=True)
class Goal:
    """A property.

    Args:
        name: its name.
        expression: what always holds; None: no step violates `name`.
        inside: whether it says anything of states in the middle of a section.
    """

    name: str
    expression: Expression | None
    inside: bool = True


class Scope(Protocol):
    """The system that lemmas are proved of, and what to try for each proof."""

    @property
    def lemmas(self) -> Sequence[Expression]:
        """Closed formulas, likelier ones first."""

    @property
    def goals(self) -> Sequence[Goal]:
        """What they are for."""

    @property
    def steps(self) -> Sequence[Step]:
        """What changes states."""

    def obligations(self, owner: int) -> Iterator[Obligation]:
        """All that must be proved of a lemma or a goal."""

    def conclusion(self, item: Obligation) -> Expression:
        """The formula that an obligation is about; of steps that are safe, none."""

    def premises(
        self, item: Obligation, lemmas: Sequence[int]
    ) -> Sequence[tuple[Expression, int | None]]:
        """What follows from lemmas for an obligation, and from which; None: it is known."""

    def choices(
        self, item: Obligation, required: Collection[int], alive: Collection[int]
    ) -> Iterator[list[int]]:
        """Which lemmas to assume in a proof, fewer ones first.

        Args:
            item: what is to be proved.
            required: the lemmas that are being proved anyway.
            alive: those that have not been dropped.
        """


class Helper(Protocol):
    """Finds lemmas for what a search cannot prove with those that it has."""

    def turn_to(self, dropped: Collection[int]) -> None:
        """A goal begins.

        Args:
            dropped: lemmas that have been given up for good; more will join.
        """

    def more(
        self, item: Obligation, assumed: Sequence[int], alive: Collection[int]
    ) -> tuple[list[int], list[int]] | None:
        """Lemmas to try to prove an obligation with.

        Args:
            item: what was not proved.
            assumed: the lemmas that it was not proved from.
            alive: the lemmas that there are.

        Returns:
            Those of the alive ones, the assumed among them, that matter here, and more lemmas:
            without any of these the obligation is given up. None: so is the goal.
        """


@dataclass(slots=True)
class Result:
    """What a search came to.

    Args:
        lemmas: numbers of the lemmas that prove the goals, each proved from these.
        failed: goal -> the obligation that could not be proved.
        proofs: obligation -> numbers of the lemmas that it was proved from.
        dropped: lemma -> the obligation that could not be proved.
        queries: how many proofs were tried.
        alive: numbers of the lemmas that were not dropped, whether anything needs them or not.
    """

    lemmas: tuple[int, ...] = ()
    failed: dict[str, Obligation] = field(default_factory=dict)
    proofs: dict[Obligation, frozenset[int]] = field(default_factory=dict)
    dropped: dict[int, Obligation] = field(default_factory=dict)
    queries: int = 0
    alive: tuple[int, ...] = ()

    def copy(self) -> Result:
        """The same, to go on from."""
        return replace(
            self, failed=dict(self.failed), proofs=dict(self.proofs), dropped=dict(self.dropped)
        )


def needed_by(
    proofs: Mapping[Obligation, frozenset[int]], owners: Iterable[int]
) -> tuple[int, ...]:
    """The lemmas that the proofs of some lemmas and goals use, and those that these use."""
    by_owner: dict[int, set[int]] = {}
    for item, used in proofs.items():
        by_owner.setdefault(item.owner, set()).update(used)
    found: set[int] = set()
    pending = [lemma for owner in owners for lemma in by_owner.get(owner, ())]
    while pending:
        lemma = pending.pop()
        if lemma not in found:
            found.add(lemma)
            pending += by_owner.get(lemma, ())
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a formula speaks of."""

    variables: frozenset[str]
    places: tuple[tuple[str, frozenset[int]], ...]
    everything: bool

    @staticmethod
    def of(formula: Expression) -> Mentions:
        """What that formula speaks of."""
        variables: set[str] = set()
        places: list[tuple[str, frozenset[int]]] = []
        everything = False
        for node in walk(formula):
            match node:
                case Read(variable=name):
                    variables.add(name)
                case At(thread=thread, locations=locations):
                    assert isinstance(thread.type, ReferenceType), "a thread stands somewhere"
                    places.append((thread.type.sort, locations))
                case WaitCycle():
                    everything = True
                case _:
                    pass
        return Mentions(frozenset(variables), tuple(places), everything)


class Touched:
    """What a step can change."""

    def __init__(self, model: Model, step: Step) -> None:
        self._step = step
        self._written = Precondition(model, step).written()

    def by(self, mentions: Mentions) -> bool:
        """Whether the value of a formula can change."""
        if mentions.everything or not self._written.isdisjoint(mentions.variables):
            return True
        return any(
            sort == self._step.thread
            and (self._step.source in places) != (self._step.target in places)
            for sort, places in mentions.places
        )


def judged(step: Step, name: str) -> bool:
    """Whether a step has a `Check` or an `Assert` of a name."""
    return any(
        (isinstance(item, Check) and item.fault == name)
        or (isinstance(item, Assert) and item.name == name)
        for item in step.body
    )
