"""From DRUP to LRAT: each clause of a proof with the clauses that it follows from.

The proof is read forwards once, with unit propagation of what holds without assumptions, and then
backwards from the empty clause: only a clause that a later one needs is checked, and its hints
are the clauses that became unit on the way to a conflict. A literal that holds without assumptions
and is needed twice becomes a step of its own, so that its reasons are not repeated.

Sources: Heule, Hunt, Wetzler, "Trimming while checking clausal proofs" (FMCAD 2013); Cruz-Filipe,
Heule, Hunt, Kaufmann, Schneider-Kamp, "Efficient certified RAT verification" (CADE 2017).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from proofs.bundle.propagation import NONE, Propagation


class NotImplied(ValueError):
    """A proof has a step that unit propagation does not confirm, or does not reach the end."""


@dataclass(frozen=True, slots=True)
class Step:
    """A clause and the numbers of the clauses that it follows from.

    Args:
        number: of the clause; those of the formula come first, from 1.
        literals: of the clause.
        hints: in the order in which they become unit; the last one is the conflict.
    """

    number: int
    literals: tuple[int, ...]
    hints: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Event:
    """A line of the proof, as it was read: a clause came or went.

    Args:
        clause: its number.
        added: whether it was added (else: deleted).
        size: length of the trail before it.
    """

    clause: int
    added: bool
    size: int


@dataclass(frozen=True, slots=True)
class _Why:
    """Why a clause holds: literals of the base, then clauses in order."""

    base: tuple[int, ...]
    chain: tuple[int, ...]


def refutation(
    variables: int, clauses: Iterable[Sequence[int]], proof: Iterable[str]
) -> tuple[Step, ...]:
    """The steps of a DRUP proof that the empty clause depends on, with hints; it comes last.

    A proof by propagation alone is a single step.

    Args:
        variables: the largest variable.
        clauses: the formula.
        proof: lines of DRUP text.

    Raises:
        NotImplied: it proves nothing.
    """
    reading = _Reading(variables, clauses)
    reading.follow(proof)
    return _Trimming(reading).steps()


def text(steps: Sequence[Step]) -> Iterator[str]:
    """The lines of an LRAT file; a derived clause is deleted after its last use."""
    first = min(step.number for step in steps)
    last_use = {hint: step.number for step in steps for hint in step.hints if hint >= first}
    done: dict[int, list[int]] = {}
    for hint, number in last_use.items():
        done.setdefault(number, []).append(hint)
    for step in steps:
        numbers = " ".join(map(str, (step.number, *step.literals, 0, *step.hints, 0)))
        yield numbers + "\n"
        if step.literals and step.number in done:
            yield f"{step.number} d {' '.join(map(str, sorted(done[step.number])))} 0\n"


def _is_tautology(literals: Sequence[int]) -> bool:
    return len({abs(literal) for literal in literals}) < len(set(literals))


class _Reading:
    """The proof read forwards, until a clause is false without assumptions.

    Its clauses are attached, `conflict` is that clause, and `events` tell how to go back.
    """

    def __init__(self, variables: int, clauses: Iterable[Sequence[int]]) -> None:
        self.propagation = propagation = Propagation(variables)
        self.events: list[_Event] = []
        self.conflict = NONE
        self._numbers: dict[tuple[int, ...], list[int]] = {}
        """Sorted literals -> clauses with them: a deletion names a clause by its literals."""
        for literals in clauses:
            # A tautology has its number, but nothing ever follows from it.
            number = propagation.new(dict.fromkeys(literals))
            if self.conflict == NONE and not _is_tautology(literals):
                self.conflict = propagation.attach(number)
        self.given = len(propagation.clauses)
        if self.conflict == NONE:
            self.conflict = propagation.settle()

    def follow(self, proof: Iterable[str]) -> None:
        for line in proof:
            if self.conflict != NONE:
                return
            deletion = line.startswith("d")
            words = line[1:].split() if deletion else line.split()
            literals = tuple(dict.fromkeys(int(word) for word in words[:-1]))
            # A solver that deletes or adds a tautology changes nothing.
            if not _is_tautology(literals):
                if deletion:
                    self._delete(literals)
                else:
                    self._add(literals)
        if self.conflict == NONE:
            raise NotImplied("the proof does not lead to the empty clause")

    def _add(self, literals: tuple[int, ...]) -> None:
        propagation = self.propagation
        size = len(propagation.trail)
        number = propagation.new(literals)
        if self._numbers:
            self._numbers.setdefault(tuple(sorted(literals)), []).append(number)
        self.events.append(_Event(number, True, size))
        self.conflict = propagation.attach(number)
        if self.conflict == NONE and len(propagation.trail) > size:
            self.conflict = propagation.settle()

    def _delete(self, literals: tuple[int, ...]) -> None:
        propagation = self.propagation
        if not self._numbers:  # made when the first deletion comes: most proofs have none
            for number, clause in enumerate(propagation.clauses):
                self._numbers.setdefault(tuple(sorted(clause)), []).append(number)
        # Solvers also delete clauses that they have shortened: those stay, which is harmless.
        found = self._numbers.get(tuple(sorted(literals)))
        if found and not propagation.is_reason(found[-1]):
            number = found.pop()
            propagation.detach(number)
            self.events.append(_Event(number, False, len(propagation.trail)))


class _Trimming:
    """The way back from the empty clause."""

    def __init__(self, reading: _Reading) -> None:
        propagation = reading.propagation
        self._reading = reading
        self._propagation = propagation
        self._clauses = propagation.clauses
        # The base only shrinks on the way back, so what is known about it now stays true.
        self._reasons = list(propagation.reasons)
        self._places = {literal: place for place, literal in enumerate(propagation.trail)}
        self._needed: set[int] = set()
        self._uses: dict[int, int] = {}
        """Literal of the base -> how many steps and reasons need it."""
        self._whys: dict[int, _Why] = {}
        self._ids: dict[int, int] = {}
        self._units: dict[int, int] = {}
        self._steps: list[Step] = []

    def steps(self) -> tuple[Step, ...]:
        given, conflict = self._reading.given, self._reading.conflict
        literals = self._clauses[conflict]
        chain, _ = self._propagation.explain(literals, 0)
        chain.append(conflict)
        if max(chain) < given:
            return (Step(given + 1, (), tuple(number + 1 for number in chain)),)
        last = _Why(tuple(-literal for literal in literals), (conflict,))
        self._need(last)
        self._go_back()
        for number in sorted(self._whys):
            self._ids[number] = self._emit(tuple(self._clauses[number]), self._whys[number])
        self._emit((), last)
        return tuple(self._steps)

    def _go_back(self) -> None:
        propagation = self._propagation
        for event in reversed(self._reading.events):
            if not event.added:
                propagation.attach(event.clause)
                continue
            propagation.shrink(event.size)
            propagation.detach(event.clause)
            if event.clause in self._needed:
                why = self._check(self._clauses[event.clause])
                self._whys[event.clause] = why
                self._need(why)

    def _check(self, literals: Sequence[int]) -> _Why:
        """Why a clause follows from those that are attached."""
        propagation = self._propagation
        size = len(propagation.trail)
        negations = [-literal for literal in literals]
        # The one that holds for the longest time: none of its reasons is in the clause as well.
        holds = [literal for literal in literals if propagation.values[literal] > 0]
        if holds:
            return _Why((min(holds, key=self._places.__getitem__),), ())
        propagation.assume(negations)
        conflict = propagation.propagate()
        if conflict == NONE:
            raise NotImplied(f"clause {sorted(literals)} does not follow by propagation")
        chain, rest = propagation.explain(self._clauses[conflict], size)
        rest.difference_update(negations)
        propagation.shrink(size)
        return _Why(tuple(rest), (*chain, conflict))

    def _need(self, why: _Why) -> None:
        """Counts what an explanation rests on, and what that rests on when it is new."""
        given, uses = self._reading.given, self._uses
        self._needed.update(number for number in why.chain if number >= given)
        pending = list(why.base)
        while pending:
            literal = pending.pop()
            uses[literal] = uses.get(literal, 0) + 1
            if uses[literal] == 1:
                reason = self._reasons[literal]
                if reason >= given:
                    self._needed.add(reason)
                pending += self._others(literal)

    def _others(self, literal: int) -> list[int]:
        """The literals of the base that a literal of the base rests on."""
        return [-other for other in self._clauses[self._reasons[literal]] if other != literal]

    def _emit(self, literals: tuple[int, ...], why: _Why) -> int:
        """Adds a step, after those for literals of the base that are needed more than once."""
        for literal in self._closure(why.base, frozenset()):
            others = self._others(literal)
            if others and literal not in self._units and self._uses[literal] > 1:
                hints = (*self._hints(others, frozenset()), self._id(self._reasons[literal]))
                self._units[literal] = self._step((literal,), hints)
        assumed = frozenset(-literal for literal in literals)
        chain = map(self._id, why.chain)
        return self._step(literals, (*self._hints(why.base, assumed), *chain))

    def _hints(self, base: Iterable[int], assumed: frozenset[int]) -> list[int]:
        """Clauses that make literals of the base true, those that are assumed being so already."""
        return [
            self._units.get(literal) or self._id(self._reasons[literal])
            for literal in self._closure(base, assumed)
        ]

    def _closure(self, base: Iterable[int], assumed: frozenset[int]) -> list[int]:
        """Literals of the base and those that they rest on, up to steps; in their order."""
        found: set[int] = set()
        pending = list(base)
        while pending:
            literal = pending.pop()
            if literal not in found and literal not in assumed:
                found.add(literal)
                if literal not in self._units:
                    pending += self._others(literal)
        return sorted(found, key=self._places.__getitem__)

    def _step(self, literals: tuple[int, ...], hints: tuple[int, ...]) -> int:
        number = self._reading.given + 1 + len(self._steps)
        self._steps.append(Step(number, literals, hints))
        return number

    def _id(self, number: int) -> int:
        return number + 1 if number < self._reading.given else self._ids[number]
