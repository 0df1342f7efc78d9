"""Which candidates prove the properties: Houdini from the goals backwards.

Houdini (Flanagan and Leino, FME 2001) drops candidates that are not inductive together until the
rest are. Here only what the properties turn out to need is ever looked at: each proof of an
obligation names the hypotheses that it used (an unsat core), these are proved next, and a
candidate that cannot be is dropped and the proofs that used it are sought again. The candidates
that are left when nothing is open are inductive together, and few.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from verifier.every_size.lemmas.goals import Helper, Kind, Obligation, Result, Scope, needed_by
from verifier.every_size.lemmas.unsat_cores import Prover
from verifier.every_size.obligations.verification_conditions import Holds, Status, Unknown

MOST_VAIN = 300
"""How many proofs are tried in vain for the sake of one goal with more lemmas."""

MOST_QUERIES = 3000
"""How many proofs are tried before the rest is given up: twice what the largest proofs of
`spec/` needed. A count, not a time, so that the answer does not depend on the machine."""

MOST_TRIED = 1500
"""How many are tried for the sake of all goals, in vain or not."""


Told = Callable[[str, int, int, str], object]


def nobody(what: str, done: int, of: int, more: str) -> None:
    """Tells nobody how far a search is."""
    del what, done, of, more


class Search:
    """Looks for lemmas that prove goals.

    Args:
        prover: discharges obligations and tells what they used.
        scope: lemmas, goals and steps.
        required: lemmas to prove in any case.
        minimal: whether to do without lemmas where that can be.
        helper: finds more lemmas for goals that fail.
        known: proofs that were made before.
        told: how far the search is: of what, how much, of how much, and in words how much else.
    """

    def __init__(
        self,
        prover: Prover,
        scope: Scope,
        required: Sequence[int] = (),
        *,
        minimal: bool,
        helper: Helper | None = None,
        known: Mapping[Obligation, frozenset[int]] | None = None,
        told: Told = nobody,
    ) -> None:
        self.prover = prover
        self.scope = scope
        self.minimal = minimal
        self.result = Result(proofs=dict(known or {}))
        self._given = tuple(required)
        self._alive = dict.fromkeys(range(len(scope.lemmas)))
        self._required: dict[int, None] = {}
        self._open: deque[Obligation] = deque()
        self._helper = helper
        self._helping = False
        self._given_up: set[int] = set()
        self._vain = 0
        self._most = MOST_QUERIES
        self._told = told

    def easy(self, goals: Iterable[int]) -> list[int]:
        """Those of the goals that are proved without any lemma."""
        found: list[int] = []
        for number in goals:
            proofs: dict[Obligation, frozenset[int]] = {}
            for item in self.scope.obligations(-1 - number):
                status, _ = self._ask(item, ())
                if not isinstance(status, Holds):
                    break
                proofs[item] = frozenset()
            else:
                self.result.proofs |= proofs
                found.append(number)
        return found

    def run(self) -> Result:
        """Proves what can be proved."""
        for lemma in self._given:
            self._require(lemma)
        for number in range(len(self.scope.goals)):
            self._open.extend(self.scope.obligations(-1 - number))
        while self._open:
            settled = len(self.result.proofs) + len(self.result.dropped) + len(self.result.failed)
            lemmas = f"{len(self._required)} of {len(self.scope.lemmas)} candidates needed"
            dropped = f"{len(self.result.dropped)} dropped"
            self._told("", settled, settled + len(self._open), f"{lemmas}, {dropped}")
            self._settle(self._open.popleft())
        return self._finish()

    def strengthen(self) -> bool:
        """Tries the goals that failed again, one after the other, with lemmas that the helper
        finds; whether it helped. Where a goal fails again all is as it was before."""
        helped = False
        if self.result.queries >= self._most:
            return False  # there is too much to prove already
        begun = self.result.queries
        self._most = begun + MOST_TRIED
        for number, goal in enumerate(self.scope.goals):
            if self._helper is None or goal.name not in self.result.failed:
                continue
            if self.result.queries >= self._most:
                break
            before = self.result, dict(self._alive), dict(self._required)
            self.result = self.result.copy()
            del self.result.failed[goal.name]
            self._given_up = set()
            self._helper.turn_to(self._given_up)
            self._open.extend(self.scope.obligations(-1 - number))
            self._helping = True
            self._vain = 0
            while self._open and self._helping and goal.name not in self.result.failed:
                tried = self.result.queries - begun
                of = f"goal {number + 1} of {len(self.scope.goals)}"
                self._told("strengthen", tried, MOST_TRIED, of)
                self._settle(self._open.popleft())
                self._helping &= self._vain < MOST_VAIN
            if not self._helping or goal.name in self.result.failed:
                self._open.clear()
                self.result, self._alive, self._required = before
            else:
                helped = True
            self._helping = False
        if helped:
            self._finish()
        return helped

    def _finish(self) -> Result:
        self.result.alive = tuple(self._alive)
        self.result.lemmas = self._closure()
        if self.minimal:
            self._minimise()
        return self.result

    def _helped(self, item: Obligation) -> bool:
        """Proves an obligation with more lemmas, or gives up the goal."""
        if self._helper is None or item.kind is Kind.START:
            return False
        own = [item.owner] if item.owner >= 0 else []
        assumed = [*dict.fromkeys((*own, *self._required))]
        offered: dict[int, None] = {}
        while True:
            answer = self._helper.more(item, assumed, self._alive)
            if answer is None:
                self._helping = False
                return True
            known, new = answer
            if not new:
                break
            offered |= dict.fromkeys(new)
            self._alive |= offered
            assumed = [*dict.fromkeys((*known, *new))]
            status, used = self._ask(item, assumed)
            if isinstance(status, Holds):
                self._record(item, used)
                break
        for lemma in offered:
            if lemma not in self._required:
                self._alive.pop(lemma, None)
        return item in self.result.proofs

    def _ask(self, item: Obligation, lemmas: Sequence[int]) -> tuple[Status, list[int]]:
        """Tries to prove an obligation; which lemmas the proof used."""
        if self.result.queries >= self._most:
            self._vain += 1
            return Unknown("too many proofs were tried"), []
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
            self._vain += 1
            return status, []
        needed = {id(one) for one in self.prover.needed(hypotheses)}
        used = [number for premise, number in given if id(premise) in needed]
        return status, [*dict.fromkeys(number for number in used if number is not None)]

    def _settle(self, item: Obligation) -> None:
        if item in self.result.proofs or not self._matters(item.owner):
            return
        status: Status = Unknown("nothing was tried")
        tried: set[frozenset[int]] = set()
        for lemmas in self.scope.choices(item, self._required, self._alive):
            if frozenset(lemmas) in tried:
                continue
            tried.add(frozenset(lemmas))
            status, used = self._ask(item, lemmas)
            if isinstance(status, Holds):
                self._record(item, used)
                return
        if not (self._helping and self._helped(item)):
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
            self.result.dropped.pop(lemma, None)
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
        if self._helping:
            self._given_up.add(item.owner)
        self._alive.pop(item.owner, None)
        self._required.pop(item.owner, None)
        for proved, used in list(self.result.proofs.items()):
            if item.owner in used or proved.owner == item.owner:
                del self.result.proofs[proved]
                if proved.owner != item.owner:
                    self._open.append(proved)
        roots = (*self._goals(), *self._given, *(one.owner for one in self._open))
        needed = {*roots, *needed_by(self.result.proofs, roots)}
        for lemma in [one for one in self._required if one not in needed]:
            self._forget(lemma)

    def _forget(self, lemma: int) -> None:
        """A lemma that nothing needs any more; it may be needed again later."""
        self._required.pop(lemma, None)
        for proved in [one for one in self.result.proofs if one.owner == lemma]:
            del self.result.proofs[proved]

    def _closure(self) -> tuple[int, ...]:
        """The lemmas that the goals need, and those that these need."""
        return needed_by(self.result.proofs, self._goals())

    def _goals(self) -> list[int]:
        """The owners of what is asked of the goals that did not fail."""
        return [
            -1 - number
            for number, goal in enumerate(self.scope.goals)
            if goal.name not in self.result.failed
        ]

    def _minimise(self) -> None:
        """Does without each lemma in turn, where the others prove all that it proved."""
        every = sorted(self.result.lemmas, reverse=True)
        for number, lemma in enumerate(every, 1):
            self._told("minimise", number, len(every), "")
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
