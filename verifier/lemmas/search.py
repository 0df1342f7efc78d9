"""Which candidates prove the properties: Houdini from the goals backwards.

Houdini (Flanagan and Leino, FME 2001) drops candidates that are not inductive together until the
rest are. Here only what the properties turn out to need is ever looked at: each proof of an
obligation names the hypotheses that it used (an unsat core), these are proved next, and a
candidate that cannot be is dropped and the proofs that used it are sought again. The candidates
that are left when nothing is open are inductive together, and few.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
)
from verifier.lemmas.tracking import Prover
from verifier.unbounded.folding import nodes
from verifier.unbounded.obligations import Holds, Status, Unknown
from verifier.unbounded.precondition import Precondition


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


@dataclass(slots=True)
class Result:
    """What a search came to.

    Args:
        lemmas: numbers of the lemmas that prove the goals, each proved from these.
        failed: goal -> the obligation that could not be proved.
        proofs: obligation -> numbers of the lemmas that it was proved from.
        dropped: lemma -> the obligation that could not be proved.
        queries: how many proofs were tried.
    """

    lemmas: tuple[int, ...] = ()
    failed: dict[str, Obligation] = field(default_factory=dict)
    proofs: dict[Obligation, frozenset[int]] = field(default_factory=dict)
    dropped: dict[int, Obligation] = field(default_factory=dict)
    queries: int = 0


class Search:
    """Looks for lemmas that prove goals.

    Args:
        prover: discharges obligations and tells what they used.
        scope: lemmas, goals and steps.
        required: lemmas to prove in any case.
        minimal: whether to do without lemmas where that can be.
    """

    def __init__(
        self, prover: Prover, scope: Scope, required: Sequence[int] = (), *, minimal: bool
    ) -> None:
        self.prover = prover
        self.scope = scope
        self.minimal = minimal
        self.result = Result()
        self._given = tuple(required)
        self._alive = dict.fromkeys(range(len(scope.lemmas)))
        self._required: dict[int, None] = {}
        self._open: deque[Obligation] = deque()

    def run(self) -> Result:
        """Proves what can be proved."""
        for lemma in self._given:
            self._require(lemma)
        for number in range(len(self.scope.goals)):
            self._open.extend(self.scope.obligations(-1 - number))
        while self._open:
            self._settle(self._open.popleft())
        self.result.lemmas = self._closure()
        if self.minimal:
            self._minimise()
        return self.result

    def _ask(self, item: Obligation, lemmas: Sequence[int]) -> tuple[Status, list[int]]:
        """Tries to prove an obligation; which lemmas the proof used."""
        self.result.queries += 1
        scope = self.scope
        given = scope.premises(item, lemmas)
        hypotheses = [premise for premise, _ in given]
        status: Status
        match item.kind:
            case Kind.START:
                return self.prover.initiation(scope.conclusion(item)), []
            case Kind.KEPT:
                step = scope.steps[item.step]
                status = self.prover.consecution(hypotheses, step, scope.conclusion(item))
            case Kind.FOLLOWS:
                status = self.prover.safety(hypotheses, scope.conclusion(item))
            case Kind.SAFE:
                name = scope.goals[-1 - item.owner].name
                status = self.prover.step_safe(hypotheses, scope.steps[item.step], name)
        if not isinstance(status, Holds):
            return status, []
        needed = {id(one) for one in self.prover.needed(hypotheses)}
        used = [number for premise, number in given if id(premise) in needed]
        return status, [*dict.fromkeys(number for number in used if number is not None)]

    def _settle(self, item: Obligation) -> None:
        if item in self.result.proofs or not self._matters(item.owner):
            return
        status: Status = Unknown("nothing was tried")
        for lemmas in self.scope.choices(item, self._required, self._alive):
            status, used = self._ask(item, lemmas)
            if isinstance(status, Holds):
                self._record(item, used)
                return
        self._drop(item)

    def _record(self, item: Obligation, used: list[int]) -> None:
        new = [lemma for lemma in used if lemma not in self._required and lemma != item.owner]
        if new and item.kind is not Kind.START:
            used = self._fewer(item, used, new)
        self.result.proofs[item] = frozenset(used)
        for lemma in used:
            self._require(lemma)

    def _fewer(self, item: Obligation, used: list[int], new: list[int]) -> list[int]:
        """What proves an obligation too, with fewer lemmas that were not required before."""
        old = [lemma for lemma in used if lemma not in new]
        kept = list(new)
        for lemma in sorted(new, reverse=True):
            if lemma not in kept:
                continue
            rest = [one for one in kept if one != lemma]
            status, smaller = self._ask(item, [*old, *rest])
            if isinstance(status, Holds):
                kept = [one for one in rest if one in smaller]
                used = smaller
        return used

    def _require(self, lemma: int) -> None:
        if lemma not in self._required:
            self._required[lemma] = None
            self._open.extend(self.scope.obligations(lemma))

    def _matters(self, owner: int) -> bool:
        if owner >= 0:
            return owner in self._required
        return self.scope.goals[-1 - owner].name not in self.result.failed

    def _drop(self, item: Obligation) -> None:
        """Takes back a lemma, and all proofs that used it; or gives up a goal."""
        if item.owner < 0:
            self.result.failed[self.scope.goals[-1 - item.owner].name] = item
            return
        self.result.dropped[item.owner] = item
        self._alive.pop(item.owner, None)
        self._required.pop(item.owner, None)
        for proved, used in list(self.result.proofs.items()):
            if item.owner in used or proved.owner == item.owner:
                del self.result.proofs[proved]
                if proved.owner != item.owner:
                    self._open.append(proved)
        needed = {*self._closure(), *self._given, *(one.owner for one in self._open)}
        for lemma in [one for one in self._required if one not in needed]:
            self._forget(lemma)

    def _forget(self, lemma: int) -> None:
        """A lemma that nothing needs any more; it may be needed again later."""
        self._required.pop(lemma, None)
        for proved in [one for one in self.result.proofs if one.owner == lemma]:
            del self.result.proofs[proved]

    def _closure(self) -> tuple[int, ...]:
        """The lemmas that the goals need, and those that these need."""
        goals = [
            -1 - number
            for number, goal in enumerate(self.scope.goals)
            if goal.name not in self.result.failed
        ]
        return needed_by(self.result.proofs, goals)

    def _minimise(self) -> None:
        """Does without each lemma in turn, where the others prove all that it proved."""
        for lemma in sorted(self.result.lemmas, reverse=True):
            if lemma not in self.result.lemmas:
                continue
            rest = [one for one in self.result.lemmas if one != lemma]
            changed: dict[Obligation, frozenset[int]] = {}
            for item, used in self.result.proofs.items():
                if lemma not in used or item.owner == lemma:
                    continue
                if item.owner >= 0 and item.owner not in self.result.lemmas:
                    continue
                status, fewer = self._ask(item, rest)
                if not isinstance(status, Holds):
                    break
                changed[item] = frozenset(fewer)
            else:
                self.result.proofs |= changed
                self._forget(lemma)
                self.result.lemmas = self._closure()


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
        for node in nodes(formula):
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
