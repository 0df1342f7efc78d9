"""Which candidates prove the properties: Houdini from the goals backwards.

Houdini (Flanagan and Leino, FME 2001) drops candidates that are not inductive together until the
rest are. Here only what the properties turn out to need is ever looked at: each proof of an
obligation names the hypotheses that it used (an unsat core), these are proved next, and a
candidate that cannot be is dropped and the proofs that used it are sought again. The candidates
that are left when nothing is open are inductive together, and few.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from frontend.model import At, Expression, Read, ReferenceType, Step, WaitCycle
from verifier.lemmas.tracking import Prover
from verifier.unbounded.folding import nodes
from verifier.unbounded.obligations import Holds, Status
from verifier.unbounded.precondition import Precondition


class Kind(Enum):
    """What an obligation says of its lemma or goal."""

    START = "at the start"
    KEPT = "kept by"
    FOLLOWS = "follows"
    SAFE = "never violated in"


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something to prove.

    Args:
        owner: number of the lemma, or -1 - number of the goal.
        kind: what is to be proved.
        step: number of the transition, -1 for none.
        prefix: whether `step` counts the prefixes.
    """

    owner: int
    kind: Kind
    step: int = -1
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Goal:
    """A property.

    Args:
        name: its name.
        expression: what always holds; None: no step violates `name`.
    """

    name: str
    expression: Expression | None


@dataclass(slots=True)
class Result:
    """What the search came to.

    Args:
        lemmas: numbers of the lemmas that prove the goals that are proved.
        failed: goal -> the obligation that could not be proved.
        proofs: obligation -> numbers of the lemmas it was proved from.
        dropped: lemma -> the obligation that could not be proved.
        queries: how many obligations were tried.
    """

    lemmas: tuple[int, ...] = ()
    failed: dict[str, Obligation] = field(default_factory=dict)
    proofs: dict[Obligation, frozenset[int]] = field(default_factory=dict)
    dropped: dict[int, Obligation] = field(default_factory=dict)
    queries: int = 0


class Search:
    """Looks for lemmas among candidates.

    Args:
        prover: discharges obligations and tells what they used.
        steps: the transitions.
        prefixes: the ways into the middle of transitions.
        base: what may be assumed of every state between transitions.
        candidates: closed formulas, likelier ones first.
        goals: what they should prove.
    """

    def __init__(
        self,
        prover: Prover,
        steps: Sequence[Step],
        prefixes: Sequence[Step],
        base: Sequence[Expression],
        candidates: Sequence[Expression],
        goals: Sequence[Goal],
    ) -> None:
        self.prover = prover
        self.steps = steps
        self.prefixes = prefixes
        self.base = tuple(base)
        self.candidates = candidates
        self.goals = goals
        self.result = Result()
        self._alive = dict.fromkeys(range(len(candidates)))
        self._required: dict[int, None] = {}
        self._open: deque[Obligation] = deque()
        self._lost: set[str] = set()
        self._touching = {
            False: [_Touched(self.prover, step) for step in steps],
            True: [_Touched(self.prover, step) for step in prefixes],
        }
        self._mentions: dict[int, _Mentions] = {}

    def run(self) -> Result:
        """Proves what can be proved."""
        for number, goal in enumerate(self.goals):
            self._open.extend(self._of_goal(-1 - number, goal))
        while self._open:
            self._settle(self._open.popleft())
        self.result.lemmas = self._closure(self.result.proofs)
        self._minimise()
        return self.result

    # --- obligations -----------------------------------------------------------------------

    def _of_goal(self, owner: int, goal: Goal) -> Iterator[Obligation]:
        if goal.expression is None:
            for number in range(len(self.steps)):
                yield Obligation(owner, Kind.SAFE, number)
        else:
            yield Obligation(owner, Kind.FOLLOWS)
            for number in range(len(self.prefixes)):
                yield Obligation(owner, Kind.KEPT, number, prefix=True)

    def _of_lemma(self, lemma: int) -> Iterator[Obligation]:
        yield Obligation(lemma, Kind.START)
        mentions = self._mentioned(lemma)
        for number, touched in enumerate(self._touching[False]):
            if touched.by(mentions):
                yield Obligation(lemma, Kind.KEPT, number)

    def _mentioned(self, lemma: int) -> _Mentions:
        if lemma not in self._mentions:
            self._mentions[lemma] = _Mentions.of(self.candidates[lemma])
        return self._mentions[lemma]

    def _formula(self, owner: int) -> Expression | None:
        return self.candidates[owner] if owner >= 0 else self.goals[-1 - owner].expression

    def _ask(self, item: Obligation, lemmas: Sequence[int]) -> tuple[Status, list[int]]:
        """Tries to prove an obligation; which lemmas the proof used."""
        self.result.queries += 1
        given = {id(self.candidates[number]): number for number in lemmas}
        hypotheses = [*self.base, *(self.candidates[number] for number in lemmas)]
        formula = self._formula(item.owner)
        step = (self.prefixes if item.prefix else self.steps)[item.step] if item.step >= 0 else None
        match item.kind:
            case Kind.START:
                assert formula is not None, "a lemma is a formula"
                return self.prover.initiation(formula), []
            case Kind.KEPT:
                assert formula is not None and step is not None, "a formula is kept by a step"
                status = self.prover.consecution(hypotheses, step, formula)
            case Kind.FOLLOWS:
                assert formula is not None, "a formula follows"
                status = self.prover.safety(hypotheses, formula)
            case Kind.SAFE:
                assert step is not None, "a step is safe"
                name = self.goals[-1 - item.owner].name
                status = self.prover.step_safe(hypotheses, step, name)
        if not isinstance(status, Holds):
            return status, []
        needed = self.prover.needed(hypotheses)
        return status, [given[id(one)] for one in needed if id(one) in given]

    def _settle(self, item: Obligation) -> None:
        if item in self.result.proofs or not self._matters(item.owner):
            return
        own = [item.owner] if item.owner >= 0 else []
        status, used = self._ask(item, [*dict.fromkeys((*self._required, *own))])
        if not isinstance(status, Holds) and item.kind is not Kind.START:
            status, used = self._ask(item, list(self._alive))
            if isinstance(status, Holds):
                used = self._fewer(item, used)
        if not isinstance(status, Holds):
            self._drop(item)
            return
        self.result.proofs[item] = frozenset(used)
        for lemma in used:
            self._require(lemma)

    def _fewer(self, item: Obligation, used: list[int]) -> list[int]:
        """Fewer lemmas that prove an obligation too: new ones are done without, if that can be."""
        kept = list(used)
        for lemma in sorted(used, reverse=True):
            if lemma in self._required or lemma == item.owner or lemma not in kept:
                continue
            rest = [one for one in kept if one != lemma]
            tried = [*dict.fromkeys((*self._required, *rest))]
            status, smaller = self._ask(item, tried)
            if isinstance(status, Holds):
                kept = smaller
        return kept

    def _require(self, lemma: int) -> None:
        if lemma not in self._required:
            self._required[lemma] = None
            self._open.extend(self._of_lemma(lemma))

    def _matters(self, owner: int) -> bool:
        if owner >= 0:
            return owner in self._required
        return self.goals[-1 - owner].name not in self.result.failed

    def _drop(self, item: Obligation) -> None:
        """Takes back a lemma, and all proofs that used it; or gives up a goal."""
        if item.owner < 0:
            self.result.failed[self.goals[-1 - item.owner].name] = item
            return
        self.result.dropped[item.owner] = item
        self._alive.pop(item.owner, None)
        self._required.pop(item.owner, None)
        for proved, used in list(self.result.proofs.items()):
            if item.owner in used or proved.owner == item.owner:
                del self.result.proofs[proved]
                if proved.owner != item.owner:
                    self._open.append(proved)
        needed = self._closure(self.result.proofs)
        waiting = {one.owner for one in self._open}
        for lemma in list(self._required):
            if lemma not in needed and lemma not in waiting:
                self._forget(lemma)

    def _forget(self, lemma: int) -> None:
        """A lemma that nothing needs any more may be needed again later."""
        del self._required[lemma]
        for proved in [one for one in self.result.proofs if one.owner == lemma]:
            del self.result.proofs[proved]

    def _closure(self, proofs: Mapping[Obligation, frozenset[int]]) -> tuple[int, ...]:
        """The lemmas that the goals need, and those that these need."""
        by_owner: dict[int, set[int]] = {}
        for item, used in proofs.items():
            by_owner.setdefault(item.owner, set()).update(used)
        found: set[int] = set()
        pending = [
            lemma
            for number, goal in enumerate(self.goals)
            if goal.name not in self.result.failed
            for lemma in by_owner.get(-1 - number, ())
        ]
        while pending:
            lemma = pending.pop()
            if lemma not in found:
                found.add(lemma)
                pending += by_owner.get(lemma, ())
        return tuple(sorted(found))

    # --- fewer lemmas ----------------------------------------------------------------------

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
                for item in [one for one in self.result.proofs if one.owner == lemma]:
                    del self.result.proofs[item]
                self.result.lemmas = self._closure(self.result.proofs)


@dataclass(frozen=True, slots=True)
class _Mentions:
    """What a formula speaks of."""

    variables: frozenset[str]
    places: tuple[tuple[str, frozenset[int]], ...]
    everything: bool

    @staticmethod
    def of(formula: Expression) -> _Mentions:
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
        return _Mentions(frozenset(variables), tuple(places), everything)


class _Touched:
    """What a transition can change."""

    def __init__(self, prover: Prover, step: Step) -> None:
        self.step = step
        self.written = Precondition(prover.model, step).written()

    def by(self, mentions: _Mentions) -> bool:
        """Whether the value of a formula can change."""
        if mentions.everything or not self.written.isdisjoint(mentions.variables):
            return True
        return any(
            sort == self.step.thread
            and (self.step.source in places) != (self.step.target in places)
            for sort, places in mentions.places
        )


Progress = Callable[[str, int], None]
